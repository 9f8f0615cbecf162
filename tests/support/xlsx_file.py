"""Spreadsheets as bytes, written by hand, so that every odd one can be made."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'


def cell(value: object, place: str) -> str:
    """One cell; a text that begins with = is a formula with the stored value 1."""
    if isinstance(value, str) and value.startswith("="):
        return f'<c r="{place}"><f>{value[1:]}</f><v>1</v></c>'
    if isinstance(value, str) and value.startswith("#"):
        return f'<c r="{place}" t="e"><v>{value}</v></c>'
    if isinstance(value, str):
        return f'<c r="{place}" t="inlineStr"><is><t>{value}</t></is></c>'
    return f'<c r="{place}"><v>{value}</v></c>'


def sheet_of(rows: Sequence[Sequence[object]]) -> str:
    """The XML of a sheet; ``None`` leaves a cell out."""
    lines = []
    for number, row in enumerate(rows, start=1):
        cells = [cell(v, f"{chr(65 + n)}{number}") for n, v in enumerate(row) if v is not None]
        lines.append(f'<row r="{number}">{"".join(cells)}</row>')
    return f'{HEAD}<worksheet xmlns="{NAMESPACE}"><sheetData>{"".join(lines)}</sheetData></worksheet>'


def xlsx(rows: Sequence[Sequence[object]] = (), **members: str) -> bytes:
    """A workbook with one sheet called Stock; ``members`` replace its parts by name."""
    parts = {
        "workbook": f'{HEAD}<workbook xmlns="{NAMESPACE}" xmlns:r="{RELATIONS}"><sheets>'
        '<sheet name="Stock" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "rels": f'{HEAD}<Relationships xmlns="{PACKAGE}">'
        '<Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>',
        "sheet": sheet_of(rows),
    } | members
    names = {
        "workbook": "xl/workbook.xml",
        "rels": "xl/_rels/workbook.xml.rels",
        "sheet": "xl/worksheets/sheet1.xml",
        "shared": "xl/sharedStrings.xml",
    }
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(names.get(name, name), text)
    return body.getvalue()
