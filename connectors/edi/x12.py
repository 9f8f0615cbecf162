"""Reads X12 envelopes: separators from the ISA, counts and control numbers checked at every level."""

from __future__ import annotations

import re
from collections.abc import Sequence

from connectors.edi import faults
from connectors.edi.envelopes import Address, Group, Interchange, InterchangeAnswer, TransactionSet
from connectors.edi.faults import EdiParseError
from connectors.edi.limits import LIMITS, Limits
from connectors.edi.segments import Segment, Syntax

ISA_LENGTH = 106
ISA_ELEMENTS = 16
#: What may stand between interchanges; at their end it may be the segment terminator itself.
_BLANK = "\r\n\t \ufeff"
_ELEMENT_SIGN = 3
_COMPONENT_SIGN = 104
_SEGMENT_SIGN = 105
_TAG = re.compile(r"[A-Z][A-Z0-9]{1,2}")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1b\x7f]")
_ISA_WIDTHS = (2, 10, 2, 10, 2, 15, 2, 15, 6, 4, 1, 5, 9, 1, 1, 1)


def read_x12(text: str, limits: Limits = LIMITS) -> tuple[Interchange, ...]:
    """Every interchange of a file.

    A set whose own envelope is wrong is kept with its ``problem``, so that it can be answered.

    Raises:
        EdiParseError: an interchange or a group is not whole; nothing of the file may be used.
    """
    found: list[Interchange] = []
    position = 1
    rest = text.lstrip(_BLANK)
    while rest:
        if len(found) >= limits.interchanges:
            raise _broken("ISA", position, f"more than {limits.interchanges} interchanges in one file")
        interchange, used = _interchange(rest, position, limits)
        found.append(interchange)
        position += interchange.segment_count
        rest = rest[used:].lstrip(_BLANK)
    if not found:
        raise _broken("ISA", 1, "the file is empty", faults.SEGMENT_MISSING)
    return tuple(found)


def _broken(segment: str, position: int, why: str, code: str = "", element: int = 0) -> EdiParseError:
    return EdiParseError(segment=segment, position=position, why=why, code=code, element=element)


def _syntax(text: str, position: int) -> Syntax:
    if len(text) < ISA_LENGTH or not text.startswith("ISA"):
        raise _broken(
            "ISA", position, "an interchange does not begin with a whole ISA", faults.SEGMENT_MISSING
        )
    element, component, segment = text[_ELEMENT_SIGN], text[_COMPONENT_SIGN], text[_SEGMENT_SIGN]
    signs = {element, component, segment}
    if len(signs) != len((element, component, segment)) or any(
        sign.isalnum() or sign == " " for sign in signs
    ):
        raise _broken("ISA", position, "its separators are not three different signs")
    fields = text[: ISA_LENGTH - 1].split(element)
    if len(fields) != ISA_ELEMENTS + 1 or any(
        len(field) != width for field, width in zip(fields[1:], _ISA_WIDTHS, strict=True)
    ):
        raise _broken("ISA", position, "its sixteen elements do not have their fixed lengths")
    repetition = "" if fields[11].isalnum() else fields[11]
    return Syntax(element, component, segment, repetition=repetition)


def _interchange(text: str, first: int, limits: Limits) -> tuple[Interchange, int]:
    syntax = _syntax(text, first)
    isa = text[: ISA_LENGTH - 1].split(syntax.element)
    segments, used = _segments(text, syntax, first, limits)
    last = segments[-1]
    if last.whole(1) != sum(segment.tag == "GS" for segment in segments):
        raise last.fail(1, "it counts other groups than there are")
    if last.text(2) != isa[13].strip():
        raise last.fail(2, "its control number is not that of the ISA")
    if not (isa[13].isascii() and isa[13].isdigit()):
        raise _broken("ISA", first, "its control number is not nine digits", element=13)
    return Interchange(
        standard="x12",
        sender=Address(qualifier=isa[5].strip(), identifier=isa[6].strip()),
        receiver=Address(qualifier=isa[7].strip(), identifier=isa[8].strip()),
        control=isa[13],
        is_test=isa[15] == "T",
        groups=_groups(segments[1:-1], last),
        answers=tuple(_answer(segment) for segment in segments if segment.tag == "TA1"),
        segment_count=len(segments),
        raw=text[:used],
    ), used


def _segments(text: str, syntax: Syntax, first: int, limits: Limits) -> tuple[list[Segment], int]:
    """The segments up to the IEA, and how many characters they take."""
    end = re.compile(f"(?:^|{re.escape(syntax.segment)})[\r\n]*IEA{re.escape(syntax.element)}").search(text)
    stop = -1 if end is None else text.find(syntax.segment, end.end())
    if stop < 0:
        raise _broken("IEA", first, "the interchange has no end", faults.SEGMENT_MISSING)
    pieces = text[:stop].split(syntax.segment, limits.segments)
    if len(pieces) > limits.segments:
        raise _broken("ISA", first, f"more than {limits.segments} segments")
    return [_segment(piece, first + n, syntax, limits) for n, piece in enumerate(pieces)], stop + 1


def _segment(piece: str, position: int, syntax: Syntax, limits: Limits) -> Segment:
    tag, *elements = piece.strip("\r\n").split(syntax.element, limits.elements_of_segment + 1)
    if not _TAG.fullmatch(tag):
        raise _broken(tag[:8] or "?", position, "this is no segment tag")
    if len(elements) > limits.elements_of_segment:
        raise _broken(tag, position, f"more than {limits.elements_of_segment} elements")
    for number, element in enumerate(elements, start=1):
        if len(element) > limits.element_characters:
            raise _broken(tag, position, "the element is too long", faults.ELEMENT_TOO_LONG, number)
        if _CONTROLS.search(element) or (tag != "ISA" and ("\n" in element or "\r" in element)):
            raise _broken(tag, position, "it has a control character", faults.ELEMENT_CHARACTER, number)
    return Segment(tag, tuple(elements), position, syntax)


def _groups(segments: Sequence[Segment], trailer: Segment) -> tuple[Group, ...]:
    groups: list[Group] = []
    place = 0
    while place < len(segments):
        head = segments[place]
        if head.tag not in {"GS", "TA1"}:
            raise head.fail(0, "it stands outside a group", faults.SEGMENT_UNEXPECTED)
        if head.tag == "TA1":
            place += 1
            continue
        end = next((n for n in range(place + 1, len(segments)) if segments[n].tag == "GE"), None)
        if end is None:
            raise head.fail(0, "the group has no end", faults.SEGMENT_MISSING)
        groups.append(_group(head, segments[place + 1 : end], segments[end]))
        place = end + 1
    if len({group.control for group in groups}) != len(groups):
        raise trailer.fail(0, "two groups have the same control number")
    return tuple(groups)


def _answer(segment: Segment) -> InterchangeAnswer:
    verdict = segment.one_of(4, ("A", "E", "R"))
    return InterchangeAnswer(
        control=segment.text(1), accepted=verdict != "R", note=segment.get(5) if verdict != "A" else ""
    )


def _group(head: Segment, inside: Sequence[Segment], trailer: Segment) -> Group:
    if trailer.text(2) != head.text(6):
        raise trailer.fail(2, "its control number is not that of the GS")
    sets: list[TransactionSet] = []
    place = 0
    while place < len(inside):
        start = inside[place]
        if start.tag != "ST":
            raise start.fail(0, "it stands outside a transaction set", faults.SEGMENT_UNEXPECTED)
        end = next((n for n in range(place + 1, len(inside)) if inside[n].tag in {"SE", "ST"}), None)
        if end is None or inside[end].tag == "ST":
            raise start.fail(0, "the transaction set has no end", faults.SEGMENT_MISSING)
        sets.append(_set(inside[place : end + 1]))
        place = end + 1
    if trailer.whole(1) != len(sets):
        raise trailer.fail(1, "it counts other transaction sets than there are")
    if len({each.control for each in sets}) != len(sets):
        raise trailer.fail(0, "two transaction sets have the same control number")
    return Group(functional_id=head.text(1), control=head.text(6), version=head.text(8)[:6], sets=tuple(sets))


def _set(segments: Sequence[Segment]) -> TransactionSet:
    head, trailer = segments[0], segments[-1]
    problem: EdiParseError | None = None
    try:
        if trailer.whole(1) != len(segments):
            problem = trailer.fail(1, f"it counts {trailer.get(1)} segments, there are {len(segments)}")
        elif trailer.text(2) != head.text(2):
            problem = trailer.fail(2, "its control number is not that of the ST")
    except EdiParseError as error:
        problem = error
    syntax = head.syntax
    raw = syntax.segment.join(syntax.element.join((s.tag, *s.elements)) for s in segments) + syntax.segment
    return TransactionSet(
        set_id=head.text(1),
        control=head.text(2),
        header=head,
        segments=tuple(segments[1:-1]),
        raw=raw,
        problem=problem,
    )
