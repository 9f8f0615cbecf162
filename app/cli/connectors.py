"""Connectors without a window: lay the files of a new one, show what a table file would become."""

from __future__ import annotations

import argparse
import keyword
import re
from pathlib import Path
from string import Template

from connectors.files.mapping import PoisonRow
from connectors.files.profiles import parse_mapping
from connectors.files.report import Preview, preview
from connectors.files.suggest import profile_text, suggest
from domain.errors import BadInputError
from domain.ids import EntityKind
from resources.loader import read_bytes

_TEMPLATES = "connector_template"
_NAME = re.compile(r"[a-z][a-z0-9_]{1,15}")
EXIT_POISON = 1


def new_connector(options: argparse.Namespace) -> int:
    """Lay the files of a connector and its contract test into a checkout; nothing is written over."""
    name, root = str(options.name), Path(options.folder)
    if not _NAME.fullmatch(name) or keyword.iskeyword(name) or name.endswith("_"):
        raise BadInputError(
            what=f"{name!r} cannot be the name of a connector.",
            remedy="Use at most 16 small letters, digits and _, beginning with a letter.",
        )
    if not (root / "connectors" / "protocol.py").is_file():
        raise BadInputError(
            what=f"{root.resolve()} is no checkout of the program (it has no connectors/protocol.py).",
            remedy="Give the checkout's folder with --folder.",
        )
    files = _files_of(name, root)
    there = next((file for file in files if file.exists()), None)
    if there is not None:
        raise BadInputError(what=f"{there} exists already.", remedy="Choose another name.")
    for file, text in files.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        print(file)
    print(f"Now: pytest tests/connectors/test_{name}_contract.py, then docs/connector-guide.md.")
    return 0


def _files_of(name: str, root: Path) -> dict[Path, str]:
    words = [word for word in name.split("_") if word]
    values = {
        "system": name,
        "title": " ".join(word.capitalize() for word in words),
        "class_name": "".join(word.capitalize() for word in words),
    }
    package = root / "connectors" / name
    places = {
        file: package / file
        for file in ("__init__.py", "manifest.toml", "client.py", "mapping.py", "connector.py")
    } | {"contract_test.py": root / "tests" / "connectors" / f"test_{name}_contract.py"}
    return {
        place: Template(read_bytes(_TEMPLATES, f"{template}.txt").decode("utf-8")).substitute(values)
        for template, place in places.items()
    }


def suggest_mapping(options: argparse.Namespace) -> int:
    """Write a first mapping profile for a table file and show what it makes of it; 1 if a row is wrong."""
    file, out = Path(options.file), Path(options.out)
    if out.exists():
        raise BadInputError(what=f"{out} exists already.", remedy="Choose another name.")
    try:
        body = file.read_bytes()
    except OSError as error:
        raise BadInputError(what=f"It cannot be read: {error}.", remedy="Check the file.") from error
    text = profile_text(suggest(body, file.name, _kind(options.kind)), file.name)
    profile = parse_mapping(text, out.name)
    out.write_text(text, encoding="utf-8")
    found = preview(body, profile)
    _print(found)
    print(f"\n{out} was written for {profile.kind}. Look at it, then: control-tower preview-file {file} "
          f"--mapping {out}")  # fmt: skip
    return EXIT_POISON if found.report.poison else 0


def _kind(text: str) -> EntityKind | None:
    if text and text not in {kind.value for kind in EntityKind}:
        raise BadInputError(what=f"There is no kind of record {text!r}.", remedy="See docs/connectors.md.")
    return EntityKind(text) if text else None


def preview_file(options: argparse.Namespace) -> int:
    """Print the first rows of a table file as records, and its data-quality report; 1 if a row is wrong."""
    file, mapping = Path(options.file), Path(options.mapping)
    try:
        profile = parse_mapping(mapping.read_text(encoding="utf-8"), mapping.name)
        body = file.read_bytes()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInputError(what=f"It cannot be read: {error}.", remedy="Check both files.") from error
    found = preview(body, profile)
    _print(found)
    return EXIT_POISON if found.report.poison else 0


def _print(found: Preview) -> None:
    for row in found.rows:
        print(row.message if isinstance(row, PoisonRow) else f"Row {row.number}: {row.entity}")
    report = found.report
    print(f"\n{report.rows} rows, {report.good} good ({report.good_percent} %), {report.poison} wrong")
    for column in report.columns:
        used = column.field or "not used"
        print(
            f"  {column.name}: {used}, {column.blank} blank, {column.distinct} different, "
            f"{column.least!r} to {column.most!r}"
        )
    for fault in report.faults:
        print(f"  {fault.count} x {fault.code}, first: {fault.example}")
