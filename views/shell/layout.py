"""The window's layout as a text with a version: sizes and the height of rows; free of Qt."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any, Final

from views.case_queue.state import Density

VERSION: Final = 1
_PARTS: Final = 2
_LARGEST_PX: Final = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Size of the window, heights of map and queue, widths of page and panel; none where never changed."""

    width_px: int = 0
    height_px: int = 0
    maximised: bool = False
    rows_px: tuple[int, ...] = ()
    columns_px: tuple[int, ...] = ()
    density: Density = Density.NORMAL

    def to_text(self) -> str:
        """The layout as text, with its version."""
        return json.dumps({"version": VERSION, **asdict(self)})


def layout_from_text(text: str) -> Layout:
    """The layout that :meth:`Layout.to_text` wrote; the usual one where it cannot be understood."""
    try:
        raw = json.loads(text) if text else {}
        if not isinstance(raw, dict) or raw.get("version") != VERSION:
            return Layout()
        return Layout(
            width_px=_px(raw["width_px"]),
            height_px=_px(raw["height_px"]),
            maximised=bool(raw["maximised"]),
            rows_px=_sizes(raw["rows_px"]),
            columns_px=_sizes(raw["columns_px"]),
            density=Density(raw["density"]),
        )
    except (KeyError, TypeError, ValueError):
        return Layout()


def _px(value: Any) -> int:  # noqa: ANN401 - anything may stand in a file
    if type(value) is not int or not 0 <= value <= _LARGEST_PX:
        raise ValueError(f"{value!r} is no size")
    return value


def _sizes(value: Any) -> tuple[int, ...]:  # noqa: ANN401 - anything may stand in a file
    sizes = tuple(_px(size) for size in value)
    if sizes and (len(sizes) != _PARTS or not all(sizes)):
        raise ValueError(f"{value!r} are no sizes of two parts")
    return sizes
