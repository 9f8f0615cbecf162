"""Colours and fonts of the window, in a dark and a light set.

Severity hues mean severity or a missed promise and nothing else; violet is the accent and never danger.
Colour never speaks alone: a mark also has a shape (``views/widgets/severity_mark.py``) and a word.

The palette carries the theme: ``apply`` sets it on the application, ``theme_of(widget)`` reads it back, and
Qt sends every widget a ``PaletteChange`` when it changes. So there is no global theme object to keep in step.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, fields
from functools import cache
from typing import Final, Literal

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from resources.loader import read_bytes
from views.language import tr
from views.style_sheet import style_sheet

_log = logging.getLogger(__name__)

ToneName = Literal["critical", "high", "medium", "low", "ok", "accent", "neutral"]

LOW: Final = 1
MEDIUM: Final = 2
HIGH: Final = 3
CRITICAL: Final = 4
SEVERITY_WORDS: Final[dict[int, str]] = {
    CRITICAL: tr("Critical"),
    HIGH: tr("High"),
    MEDIUM: tr("Medium"),
    LOW: tr("Low"),
}

FONT_FILES: Final = ("Inter-Regular.ttf", "Inter-Medium.ttf", "Inter-SemiBold.ttf", "Inter-Bold.ttf")
REGULAR: Final = QFont.Weight.Normal
MEDIUM_WEIGHT: Final = QFont.Weight.Medium
SEMI_BOLD: Final = QFont.Weight.DemiBold

BODY_PX: Final = 13
RADIUS_PANEL_PX: Final = 8
RADIUS_CONTROL_PX: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Tone:
    """One meaning's colours: ``mark`` of shapes and bars, ``text`` of words, ``soft`` of a pill's ground."""

    mark: QColor
    text: QColor
    soft: QColor


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """Every colour the window may use; ``name`` is ``dark`` or ``light``."""

    name: Literal["dark", "light"]
    bg: QColor
    panel: QColor
    raised: QColor
    hover: QColor
    border: QColor
    text: QColor
    muted: QColor
    faint: QColor
    accent: QColor
    button: QColor
    on_button: QColor
    accent_soft: QColor
    selection: QColor
    critical: Tone
    high: Tone
    medium: Tone
    low: Tone
    ok: Tone
    water: QColor
    land: QColor
    coast: QColor
    state: QColor
    lane: QColor

    def tone(self, name: ToneName) -> Tone:
        """Return the colours of a named meaning."""
        if name == "accent":
            return Tone(mark=self.accent, text=self.accent, soft=self.accent_soft)
        if name == "neutral":
            return Tone(mark=self.muted, text=self.muted, soft=self.hover)
        tone: Tone = getattr(self, name)
        return tone

    def severity(self, level: int) -> Tone:
        """Return the colours of a severity level, 1 (low) to 4 (critical); ValueError for any other."""
        if level not in SEVERITY_WORDS:
            msg = f"severity level {level} is not one of 1 (low) to 4 (critical)"
            raise ValueError(msg)
        return (self.low, self.medium, self.high, self.critical)[level - 1]


def _c(rgb: str) -> QColor:
    return QColor(f"#{rgb}")


def _tone(mark: str, soft: str, text: str = "") -> Tone:
    return Tone(mark=_c(mark), text=_c(text or mark), soft=_c(soft))


@cache
def dark() -> Theme:
    """Return the dark theme, the default of a control room."""
    return Theme(
        name="dark",
        bg=_c("0D1219"),
        panel=_c("151A23"),
        raised=_c("1B2230"),
        hover=_c("222B3A"),
        border=_c("28303E"),
        text=_c("E6EAF2"),
        muted=_c("9AA6B8"),
        faint=_c("76839A"),
        accent=_c("8B8CFF"),
        button=_c("5B5FEF"),
        on_button=_c("FFFFFF"),
        accent_soft=_c("272A52"),
        selection=_c("20264A"),
        critical=_tone("FF4F78", "3A1824"),
        high=_tone("E8923A", "36261A"),
        medium=_tone("F6DE6B", "332F1B"),
        low=_tone("4C9DFF", "162A45"),
        ok=_tone("3FC1A5", "14332F"),
        water=_c("0F151E"),
        land=_c("1D2533"),
        coast=_c("313C4F"),
        state=_c("28313F"),
        lane=_c("6B7A94"),
    )


@cache
def light() -> Theme:
    """Return the light theme; its medium mark is too pale for words, which take the text colour."""
    return Theme(
        name="light",
        bg=_c("F1F4F8"),
        panel=_c("FFFFFF"),
        raised=_c("F6F8FB"),
        hover=_c("EDF1F6"),
        border=_c("DBE1EA"),
        text=_c("18202C"),
        muted=_c("566173"),
        faint=_c("6B788B"),
        accent=_c("4F46E5"),
        button=_c("4F46E5"),
        on_button=_c("FFFFFF"),
        accent_soft=_c("E8E8FD"),
        selection=_c("ECEBFE"),
        critical=_tone("98103F", "FBE3EA"),
        high=_tone("B34D00", "FCEBDD"),
        medium=_tone("AA9216", "F7F1D3", text="18202C"),
        low=_tone("1D57C8", "E0EAFB"),
        ok=_tone("0B7A66", "DDF3EE"),
        water=_c("E7EDF4"),
        land=_c("FBFCFE"),
        coast=_c("C3CDDA"),
        state=_c("DEE4EC"),
        lane=_c("8794A8"),
    )


def theme_of(widget: QWidget) -> Theme:
    """Return the theme the widget is shown in, read from its palette."""
    # Style-sheet rules overwrite Window and Text per widget; no rule touches Shadow, so it is the carrier.
    shadow = widget.palette().color(QPalette.ColorRole.Shadow)
    return light() if shadow == light().bg else dark()


def palette(theme: Theme) -> QPalette:
    """Return the Qt palette of a theme."""
    role = QPalette.ColorRole
    colours = {
        role.Window: theme.bg,
        role.WindowText: theme.text,
        role.Base: theme.panel,
        role.AlternateBase: theme.raised,
        role.Text: theme.text,
        role.Button: theme.raised,
        role.ButtonText: theme.text,
        role.BrightText: theme.on_button,
        role.Highlight: theme.selection,
        role.HighlightedText: theme.text,
        role.ToolTipBase: theme.raised,
        role.ToolTipText: theme.text,
        role.PlaceholderText: theme.faint,
        role.Link: theme.accent,
        role.LinkVisited: theme.accent,
        role.Accent: theme.accent,
        role.Light: theme.hover,
        role.Midlight: theme.hover,
        role.Mid: theme.border,
        role.Dark: theme.border,
        role.Shadow: theme.bg,
    }
    made = QPalette()
    for where, colour in colours.items():
        made.setColor(where, colour)
    for where in (role.WindowText, role.Text, role.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, where, theme.faint)
    return made


@cache
def font_family() -> str:
    """Load Inter once and return its family name; the platform's if its files are missing or broken."""
    families: list[str] = []
    for name in FONT_FILES:
        try:
            number = QFontDatabase.addApplicationFontFromData(read_bytes("fonts", name))
        except FileNotFoundError:
            number = -1
        if number == -1:
            _log.warning("The font file %s is missing or broken; the platform's font is used instead.", name)
            return QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont).family()
        families.extend(QFontDatabase.applicationFontFamilies(number))
    return families[0]


def ui_font(px: int = BODY_PX, weight: QFont.Weight = REGULAR) -> QFont:
    """Return the window's font at a height in pixels (scaled by Qt on a high-density screen)."""
    font = QFont(font_family())
    font.setPixelSize(px)
    font.setWeight(weight)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return font


def numeric_font(px: int = BODY_PX, weight: QFont.Weight = REGULAR) -> QFont:
    """Return the font with digits of one width: for numbers, clocks and money (it widens hyphens too)."""
    font = ui_font(px, weight)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def prepare(app: QApplication, theme: Theme) -> None:
    """Give the application a theme's style, palette and font, and no style sheet yet.

    Under a style sheet every widget is styled anew each time one above it is put somewhere: a window made
    before :func:`apply` is made in half the time, and looks the same.
    """
    if app.style().objectName().lower() != "fusion":
        app.setStyle("Fusion")
    app.setFont(ui_font())
    app.setPalette(palette(theme))


def apply(app: QApplication, theme: Theme) -> None:
    """Show the whole application in a theme: style, palette, font and style sheet."""
    sheet = style_sheet(tokens(theme))
    if app.styleSheet() == sheet and app.palette() == palette(theme):
        return
    prepare(app, theme)
    app.setStyleSheet(sheet)


def theme_named(name: str) -> Theme:
    """The theme of that name; ``system`` follows the desktop, dark where it does not say."""
    if name != "system":
        return light() if name == "light" else dark()
    hints = QGuiApplication.styleHints()
    return light() if hints.colorScheme() is Qt.ColorScheme.Light else dark()


def tokens(theme: Theme) -> dict[str, str]:
    """Return the theme's plain colours by name, as ``#rrggbb``, for the style sheet."""
    plain = {field.name: getattr(theme, field.name) for field in fields(theme)}
    found = {name: colour.name() for name, colour in plain.items() if isinstance(colour, QColor)}
    for name in ("critical", "high", "medium", "low", "ok"):
        tone: Tone = getattr(theme, name)
        found |= {name: tone.mark.name(), f"{name}_text": tone.text.name(), f"{name}_soft": tone.soft.name()}
    found["family"] = font_family()
    return found
