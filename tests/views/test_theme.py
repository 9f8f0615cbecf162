"""The themes: readable, told apart, applied at once, with the font that ships."""

from __future__ import annotations

import logging
from itertools import combinations

import pytest
from PySide6.QtGui import QColor, QFont, QFontMetricsF
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from views import theme as theme_module
from views.icons import icon, pixmap
from views.theme import (
    SEMI_BOLD,
    SEVERITY_WORDS,
    Theme,
    apply,
    dark,
    font_family,
    light,
    numeric_font,
    theme_of,
    tokens,
    ui_font,
)

BOTH = pytest.mark.parametrize("theme", [dark(), light()], ids=lambda theme: theme.name)
TEXT_CONTRAST = 4.5
MARK_CONTRAST = 3.0


def luminance(colour: QColor) -> float:
    def linear(channel: float) -> float:
        return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(value) for value in (colour.redF(), colour.greenF(), colour.blueF()))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: QColor, other: QColor) -> float:
    brighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


@BOTH
def test_words_can_be_read_on_every_ground(theme: Theme) -> None:
    for ground in (theme.bg, theme.panel):
        for words in (theme.text, theme.muted):
            assert contrast(words, ground) >= TEXT_CONTRAST
    assert contrast(theme.faint, theme.panel) >= TEXT_CONTRAST - 0.1
    assert contrast(theme.text, theme.selection) >= TEXT_CONTRAST
    assert contrast(theme.on_button, theme.button) >= TEXT_CONTRAST


@BOTH
@pytest.mark.parametrize("level", [1, 2, 3, 4])
def test_a_severity_can_be_seen_and_its_words_read(theme: Theme, level: int) -> None:
    tone = theme.severity(level)
    assert contrast(tone.mark, theme.panel) >= MARK_CONTRAST
    assert contrast(tone.text, theme.panel) >= TEXT_CONTRAST
    assert contrast(tone.text, tone.soft) >= TEXT_CONTRAST


@BOTH
def test_no_two_severities_share_a_colour(theme: Theme) -> None:
    marks = [theme.severity(level).mark.name() for level in SEVERITY_WORDS]
    assert all(one != other for one, other in combinations([*marks, theme.accent.name()], 2))


def test_there_is_no_fifth_severity() -> None:
    with pytest.raises(ValueError, match="5 is not one of"):
        dark().severity(5)


@BOTH
def test_a_tone_is_known_by_its_name(theme: Theme) -> None:
    assert theme.tone("critical") is theme.critical
    assert theme.tone("accent").soft == theme.accent_soft
    assert theme.tone("neutral").text == theme.muted


@BOTH
def test_every_widget_knows_the_theme_it_is_shown_in(qapp: QApplication, qtbot: QtBot, theme: Theme) -> None:
    apply(qapp, theme)
    widget = QWidget()
    qtbot.addWidget(widget)
    button = QPushButton("x", widget)
    widget.show()
    assert theme_of(widget) is theme
    assert theme_of(button) is theme, "also where the style sheet sets colours"
    assert qapp.palette().window().color() == theme.bg


def test_a_change_of_theme_reaches_a_window_that_is_open(qapp: QApplication, qtbot: QtBot) -> None:
    apply(qapp, dark())
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(40, 40)
    window.show()
    apply(qapp, light())
    assert theme_of(window) is light()
    assert window.grab().toImage().pixelColor(0, 0) == light().bg


def test_the_font_that_ships_is_the_font_in_use(qapp: QApplication) -> None:
    assert font_family() == "Inter"
    apply(qapp, dark())
    assert qapp.font().family() == "Inter"
    assert ui_font(15, SEMI_BOLD).pixelSize() == 15


def test_digits_of_the_numeric_font_are_one_width(qapp: QApplication) -> None:
    def width(font: QFont, text: str) -> float:
        return QFontMetricsF(font).horizontalAdvance(text)

    assert width(numeric_font(20), "1111") == width(numeric_font(20), "0000")
    assert width(ui_font(20), "1111") != width(ui_font(20), "0000")


def test_a_missing_font_falls_back_and_is_logged(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def absent(folder: str, name: str) -> bytes:
        raise FileNotFoundError(name)

    monkeypatch.setattr(theme_module, "read_bytes", absent)
    with caplog.at_level(logging.WARNING):
        family = font_family.__wrapped__()
    assert family
    assert "Inter-Regular.ttf is missing" in caplog.text


def test_the_style_sheet_has_a_value_for_every_name(qapp: QApplication) -> None:
    from views.style_sheet import style_sheet

    for theme in (dark(), light()):
        sheet = style_sheet(tokens(theme))
        assert "$" not in sheet
        assert theme.panel.name() in sheet
        assert sheet.count("{") == sheet.count("}")


def test_an_icon_takes_the_colour_it_is_given(qapp: QApplication) -> None:
    red = pixmap("bell", QColor("#ff0000"), 24).toImage()
    reds = {
        red.pixelColor(x, y).name()
        for x in range(24)
        for y in range(24)
        if red.pixelColor(x, y).alpha() > 200
    }
    assert "#ff0000" in reds
    assert pixmap("bell", QColor("#ff0000"), 24, 2.0).width() == 48
    assert not icon("bell", dark()).isNull()


def test_an_unknown_icon_is_an_error(qapp: QApplication) -> None:
    with pytest.raises(FileNotFoundError):
        pixmap("no-such-icon", QColor("#ff0000"))
