"""Writes the German catalogue of the window anew: every text of the sources, with the translation it has.

Run it after a text changed: it keeps translations, marks new texts as unfinished, compiles by lrelease.
"""

from __future__ import annotations

import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.support.window_texts import window_texts  # noqa: E402 - after the path is set

CATALOGUE = ROOT / "resources" / "language" / "tower_de.ts"


def known() -> dict[str, str]:
    """The translations there are."""
    if not CATALOGUE.exists():
        return {}
    tree = ET.parse(CATALOGUE)  # noqa: S314 - a file of this repository
    return {
        message.findtext("source", ""): message.findtext("translation", "")
        for message in tree.iter("message")
    }


def write(translations: dict[str, str]) -> None:
    """Write the catalogue and compile it."""
    root = ET.Element("TS", version="2.1", language="de_DE", sourcelanguage="en")
    context = ET.SubElement(root, "context")
    ET.SubElement(context, "name").text = "views"
    for source in sorted(window_texts()):
        message = ET.SubElement(context, "message")
        ET.SubElement(message, "source").text = source
        found = translations.get(source, "")
        translation = ET.SubElement(message, "translation", {} if found else {"type": "unfinished"})
        translation.text = found
    ET.indent(root, " ")
    text = ET.tostring(root, encoding="unicode")
    CATALOGUE.write_text(f'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n{text}\n', encoding="utf-8")
    tool = Path(sys.executable).with_name("pyside6-lrelease")
    subprocess.run([tool, "-silent", CATALOGUE, "-qm", CATALOGUE.with_suffix(".qm")], check=True)


if __name__ == "__main__":
    write(known())
