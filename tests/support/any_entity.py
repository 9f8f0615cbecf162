"""Any value of a domain class that its constructor accepts, as a Hypothesis strategy."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime, timedelta
from enum import Enum
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from domain.errors import BadValueError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TIMES = st.integers(min_value=0, max_value=4 * 10**12).map(lambda ms: _EPOCH + timedelta(milliseconds=ms))
_TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12).filter(str.strip)

#: Fields whose values have a form of their own, which a random text has too rarely.
_BY_NAME: dict[str, st.SearchStrategy[Any]] = {"email": st.emails()}


def values_of(hint: Any) -> st.SearchStrategy[Any]:
    """Values of a field's type, as wide as the domain allows (what it refuses is dropped later)."""
    origin = get_origin(hint)
    if origin in {UnionType, Union}:
        return st.one_of(*(values_of(part) for part in get_args(hint)))
    if origin is tuple:
        return st.lists(values_of(get_args(hint)[0]), max_size=3).map(tuple)
    while hasattr(hint, "__supertype__"):
        hint = hint.__supertype__
    simple: dict[Any, st.SearchStrategy[Any]] = {
        str: _TEXT,
        bool: st.booleans(),
        datetime: TIMES,
        type(None): st.none(),
        int: st.integers(min_value=0, max_value=6),
    }
    if hint in simple:
        return simple[hint]
    if isinstance(hint, type) and issubclass(hint, Enum):
        return st.sampled_from(list(hint))
    assert isinstance(hint, type)
    return entities_of(hint)


def entities_of(kind: type) -> st.SearchStrategy[Any]:
    """Values of a domain class that its constructor accepts."""
    hints = get_type_hints(kind)
    names = [each.name for each in fields(kind)]
    parts = st.fixed_dictionaries(
        {name: _BY_NAME[name] if name in _BY_NAME else values_of(hints[name]) for name in names}
    )

    def build(chosen: dict[str, Any]) -> Any:
        try:
            return kind(**chosen)
        except BadValueError:
            return None

    return parts.map(build).filter(lambda made: made is not None)
