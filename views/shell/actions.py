"""Everything that can be done by a key or from the palette, in one list."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, get_args

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from views.shell.state import Page

EVERYWHERE: Final[frozenset[Page]] = frozenset(get_args(Page))


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One thing to do: its title, its keys, the pages it works on; ``listed`` puts it into the palette."""

    title: str
    keys: tuple[str, ...]
    run: Callable[[], object]
    pages: frozenset[Page] = EVERYWHERE
    listed: bool = True


class ActionKeys:
    """Binds actions to keys in a window; a key works on its action's pages only.

    Qt keeps single letters from firing while somebody types into a text field.
    """

    def __init__(self, window: QWidget, actions: Iterable[Action]) -> None:
        """Bind every action."""
        self.actions = tuple(actions)
        self._shortcuts: list[tuple[QShortcut, frozenset[Page]]] = []
        for action in self.actions:
            for keys in action.keys:
                shortcut = QShortcut(QKeySequence(keys), window)
                shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
                shortcut.activated.connect(action.run)
                self._shortcuts.append((shortcut, action.pages))

    def show_page(self, page: Page) -> None:
        """Let the keys of a page work."""
        for shortcut, pages in self._shortcuts:
            shortcut.setEnabled(page in pages)
