"""Reads the catalogues that Qt's own tools compile, and puts a language in force.

Most texts are read when their module is: a language is put in force before the window's modules are.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QLocale, QTranslator

from resources.loader import read_bytes
from views.language import Language, put_in_force

CONTEXT: Final = "views"
_CATALOGUES: Final[dict[Language, str]] = {"de": "tower_de.qm"}


def language_of(wish: str) -> Language:
    """The language of that name; the desktop's where there is no wish, English where it has no catalogue."""
    if wish in {"en", "de"}:
        return "de" if wish == "de" else "en"
    return "de" if QLocale.system().language() is QLocale.Language.German else "en"


def speak(language: Language) -> None:
    """Put a language in force for everything that is read or shown from now on."""
    name = _CATALOGUES.get(language)
    if name is None:
        put_in_force("en")
        return
    catalogue = read_bytes("language", name)
    translator = QTranslator()
    translator.load(catalogue)

    def translate(text: str) -> str:
        # The translator reads from the bytes, so they are kept as long as it is.
        return translator.translate(CONTEXT, text) or text if catalogue else text

    put_in_force(language, translate)
