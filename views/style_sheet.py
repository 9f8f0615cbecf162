"""The small Qt style sheet of the window; what it cannot say, the widgets paint themselves.

Widgets opt in by a dynamic property: ``role`` on labels and frames, ``kind`` on buttons. Keyboard focus is
always a 2 px accent ring; buttons take focus by Tab only, so that a click leaves no ring behind.
"""

from __future__ import annotations

from string import Template
from typing import Final

_FRAMES: Final = """
QFrame[role="panel"] { background: $panel; border: 1px solid $border; border-radius: 8px; }
QFrame[role="raised"] { background: $raised; border: 1px solid $border; border-radius: 8px; }
QFrame[role="bar"] { background: $panel; border: none; }
QFrame[role="rule"] { background: $border; border: none; max-height: 1px; min-height: 1px; }
QToolTip { background: $raised; color: $text; border: 1px solid $border; padding: 4px 6px; }
QSplitter::handle { background: transparent; }
QSplitter::handle:hover { background: $border; }
QStatusBar { background: $panel; color: $muted; border-top: 1px solid $border; }
QStatusBar::item { border: none; }
QScrollArea { background: transparent; border: none; }
QScrollArea > QWidget > QWidget { background: transparent; }
"""

_LABELS: Final = """
QLabel { background: transparent; }
QLabel[role="caption"] { color: $muted; font-size: 11px; }
QLabel[role="secondary"] { color: $muted; font-size: 12px; }
QLabel[role="faint"] { color: $faint; font-size: 12px; }
QLabel[role="strong"] { font-size: 13px; font-weight: 600; }
QLabel[role="section"] { font-size: 14px; font-weight: 600; }
QLabel[role="heading"] { font-size: 15px; font-weight: 600; }
QLabel[role="title"] { font-size: 17px; font-weight: 600; }
QLabel[role="error"] { color: $critical_text; font-size: 12px; }
"""

_BUTTONS: Final = """
QPushButton { background: $raised; color: $text; border: 1px solid $border; border-radius: 6px;
  padding: 6px 12px; font-size: 12px; font-weight: 500; min-height: 18px; }
QPushButton:hover { background: $hover; }
QPushButton:pressed { background: $selection; }
QPushButton:disabled { color: $faint; background: $panel; }
QPushButton:focus { border: 2px solid $accent; padding: 5px 11px; }
QPushButton[kind="primary"] { background: $button; color: $on_button; border-color: $button;
  font-weight: 600; }
QPushButton[kind="primary"]:hover { background: $accent; border-color: $accent; }
QPushButton[kind="primary"]:focus { border: 2px solid $text; }
QPushButton[kind="primary"]:disabled { background: $hover; color: $faint; border-color: $border; }
QPushButton[kind="danger"] { color: $critical_text; }
QPushButton[kind="link"] { background: transparent; border: 1px solid transparent; color: $accent;
  padding: 2px 4px; }
QPushButton[kind="link"]:hover { color: $text; }
QPushButton[kind="link"]:focus { border: 2px solid $accent; padding: 1px 3px; }
QPushButton[kind="icon"] { background: transparent; border: 1px solid transparent; padding: 5px;
  min-height: 18px; }
QPushButton[kind="icon"]:hover { background: $hover; }
QPushButton[kind="icon"]:focus { border: 2px solid $accent; padding: 4px; }
QPushButton[kind="tool"] { background: $panel; padding: 6px; min-height: 18px; }
QPushButton[kind="tool"]:hover { background: $hover; }
QPushButton[kind="tool"]:focus { border: 2px solid $accent; padding: 5px; }
QPushButton[kind="chip"] { border-radius: 15px; padding: 5px 12px; background: $raised; }
QPushButton[kind="chip"]:hover { background: $hover; }
QPushButton[kind="chip"]:checked { background: $accent_soft; color: $accent; border-color: $accent_soft; }
QPushButton[kind="chip"]:focus { border: 2px solid $accent; padding: 4px 11px; }
"""

_INPUTS: Final = """
QLineEdit, QPlainTextEdit, QTextEdit, QComboBox, QSpinBox, QDateTimeEdit { background: $raised; color: $text;
  border: 1px solid $border; border-radius: 6px; padding: 5px 8px; selection-background-color: $button;
  selection-color: $on_button; }
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QComboBox:focus, QSpinBox:focus, QDateTimeEdit:focus {
  border: 2px solid $accent; padding: 4px 7px; }
QLineEdit:disabled, QPlainTextEdit:disabled, QComboBox:disabled { color: $faint; }
QComboBox::drop-down { border: none; width: 22px; }
QComboBox::down-arrow { image: none; width: 0; height: 0; margin-right: 8px; border-left: 4px solid $raised;
  border-right: 4px solid $raised; border-top: 5px solid $muted; }
QSpinBox::up-button, QSpinBox::down-button { width: 0; border: none; }
QCheckBox:focus, QRadioButton:focus { color: $accent; }
QMenu { background: $raised; color: $text; border: 1px solid $border; padding: 4px; }
QMenu::item { padding: 5px 20px; border-radius: 4px; }
QMenu::item:selected { background: $selection; }
QMenu::separator { height: 1px; background: $border; margin: 4px 8px; }
"""

_VIEWS: Final = """
QAbstractItemView { background: $panel; border: none; outline: none; gridline-color: $border;
  selection-background-color: $selection; selection-color: $text; }
QHeaderView { background: $panel; border: none; }
QHeaderView::section { background: $panel; color: $muted; border: none; border-bottom: 1px solid $border;
  padding: 0 8px; font-size: 12px; font-weight: 500; }
QTableCornerButton::section { background: $panel; border: none; border-bottom: 1px solid $border; }
QTableView[kind="plain"]::item { padding: 0 5px; }
QTextEdit[kind="quiet"] { background: transparent; border: none; padding: 0; }
QTabWidget::pane { border: none; border-top: 1px solid $border; }
QTabBar { qproperty-drawBase: 0; background: transparent; }
QTabBar::tab { background: transparent; color: $muted; padding: 7px 2px; margin-right: 16px; font-size: 12px;
  font-weight: 500; border-bottom: 2px solid transparent; }
QTabBar::tab:hover { color: $text; }
QTabBar::tab:selected { color: $text; border-bottom: 2px solid $accent; }
QTabBar::tab:focus { color: $accent; }
QProgressBar { background: $hover; border: none; border-radius: 2px; max-height: 4px; min-height: 4px; }
QProgressBar::chunk { background: $accent; border-radius: 2px; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: $border; border-radius: 4px; margin: 1px; }
QScrollBar::handle:vertical { min-height: 28px; }
QScrollBar::handle:horizontal { min-width: 28px; }
QScrollBar::handle:hover { background: $faint; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
"""


def style_sheet(tokens: dict[str, str]) -> str:
    """Return the style sheet with the theme's colours put in; KeyError if a colour is missing."""
    return "".join(
        Template(part).substitute(tokens) for part in (_FRAMES, _LABELS, _BUTTONS, _INPUTS, _VIEWS)
    )
