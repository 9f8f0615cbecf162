"""Reads EDIFACT envelopes: separators from UNA, the release character, counts and references checked."""

from __future__ import annotations

import re
from collections.abc import Sequence

from connectors.edi import faults
from connectors.edi.envelopes import Address, Group, Interchange, TransactionSet
from connectors.edi.faults import EdiParseError
from connectors.edi.limits import LIMITS, Limits
from connectors.edi.segments import Segment, Syntax, split_released

DEFAULT_SYNTAX = Syntax("+", ":", "'", release="?")
_UNA_LENGTH = 9
_TAG = re.compile(r"[A-Z]{3}")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1b\x7f]")


def read_edifact(text: str, limits: Limits = LIMITS) -> tuple[Interchange, ...]:
    """Every interchange of a file; a message whose own envelope is wrong is kept with its ``problem``.

    Raises:
        EdiParseError: an interchange is not whole; nothing of the file may be used.
    """
    rest = text.lstrip("\r\n\t \ufeff")
    syntax = DEFAULT_SYNTAX
    if rest.startswith("UNA"):
        syntax = _una(rest)
        rest = rest[_UNA_LENGTH:]
    segments = _segments(rest, syntax, limits)
    found: list[Interchange] = []
    place = 0
    while place < len(segments):
        if segments[place].tag != "UNB":
            raise segments[place].fail(0, "it stands outside an interchange", faults.SEGMENT_UNEXPECTED)
        end = next((n for n in range(place + 1, len(segments)) if segments[n].tag == "UNZ"), None)
        if end is None:
            raise segments[place].fail(0, "the interchange has no end", faults.SEGMENT_MISSING)
        if len(found) >= limits.interchanges:
            raise segments[place].fail(0, f"more than {limits.interchanges} interchanges in one file")
        found.append(_interchange(segments[place : end + 1]))
        place = end + 1
    if not found:
        raise EdiParseError(segment="UNB", position=1, why="the file is empty", code=faults.SEGMENT_MISSING)
    return tuple(found)


def _una(text: str) -> Syntax:
    if len(text) < _UNA_LENGTH:
        raise EdiParseError(segment="UNA", position=1, why="it is cut off")
    component, element, _, release, _, segment = list(text[3:_UNA_LENGTH])
    signs = [component, element, segment] + ([release] if release != " " else [])
    if len(set(signs)) != len(signs) or any(sign.isalnum() for sign in signs):
        raise EdiParseError(segment="UNA", position=1, why="its signs are not different signs")
    return Syntax(element, component, segment, release="" if release == " " else release)


def _segments(text: str, syntax: Syntax, limits: Limits) -> list[Segment]:
    pieces = split_released(text, syntax.segment, syntax.release)
    if pieces[-1].strip("\r\n\t "):
        raise EdiParseError(
            segment=pieces[-1].strip()[:3] or "?", position=len(pieces), why="the last segment has no end"
        )
    if len(pieces) > limits.segments:
        raise EdiParseError(segment="UNB", position=1, why=f"more than {limits.segments} segments")
    return [_segment(piece, n, syntax, limits) for n, piece in enumerate(pieces[:-1], start=1)]


def _segment(piece: str, position: int, syntax: Syntax, limits: Limits) -> Segment:
    tag, *elements = split_released(piece.strip("\r\n"), syntax.element, syntax.release)
    if not _TAG.fullmatch(tag):
        raise EdiParseError(segment=tag[:8] or "?", position=position, why="this is no segment tag")
    segment = Segment(tag, tuple(elements), position, syntax)
    if len(elements) > limits.elements_of_segment:
        raise segment.fail(0, f"more than {limits.elements_of_segment} elements")
    for number, element in enumerate(elements, start=1):
        if len(element) > limits.element_characters:
            raise segment.fail(number, "the element is too long", faults.ELEMENT_TOO_LONG)
        if _CONTROLS.search(element) or "\n" in element or "\r" in element:
            raise segment.fail(number, "it has a control character", faults.ELEMENT_CHARACTER)
    return segment


def _interchange(segments: Sequence[Segment]) -> Interchange:
    head, trailer, inside = segments[0], segments[-1], segments[1:-1]
    control = head.text(5)
    if trailer.text(2) != control:
        raise trailer.fail(2, "its reference is not that of the UNB")
    groups = _groups(inside)
    counted = sum(s.tag == "UNG" for s in inside) or sum(len(group.sets) for group in groups)
    if trailer.whole(1) != counted:
        raise trailer.fail(1, f"it counts {trailer.get(1)} messages or groups, there are {counted}")
    syntax = head.syntax
    return Interchange(
        standard="edifact",
        sender=Address(qualifier=head.part(2, 2), identifier=head.need(2, 1)),
        receiver=Address(qualifier=head.part(3, 2), identifier=head.need(3, 1)),
        control=control,
        is_test=head.get(11) == "1",
        groups=groups,
        segment_count=len(segments),
        raw=_raw(segments, syntax),
    )


def _raw(segments: Sequence[Segment], syntax: Syntax) -> str:
    return "".join(syntax.element.join((s.tag, *s.elements)) + syntax.segment for s in segments)


def _groups(inside: Sequence[Segment]) -> tuple[Group, ...]:
    if not any(segment.tag == "UNG" for segment in inside):
        return (Group(functional_id="", control="", version="", sets=_messages(inside)),)
    groups: list[Group] = []
    place = 0
    while place < len(inside):
        head = inside[place]
        end = next((n for n in range(place + 1, len(inside)) if inside[n].tag == "UNE"), None)
        if head.tag != "UNG" or end is None:
            raise head.fail(0, "it stands outside a whole group", faults.SEGMENT_UNEXPECTED)
        sets, trailer = _messages(inside[place + 1 : end]), inside[end]
        if trailer.text(2) != head.text(5) or trailer.whole(1) != len(sets):
            raise trailer.fail(0, "its reference or its count is not that of the group")
        groups.append(Group(functional_id=head.text(1), control=head.text(5), version="", sets=sets))
        place = end + 1
    if len({group.control for group in groups}) != len(groups):
        raise inside[0].fail(0, "two groups have the same reference")
    return tuple(groups)


def _messages(inside: Sequence[Segment]) -> tuple[TransactionSet, ...]:
    found: list[TransactionSet] = []
    place = 0
    while place < len(inside):
        head = inside[place]
        if head.tag != "UNH":
            raise head.fail(0, "it stands outside a message", faults.SEGMENT_UNEXPECTED)
        end = next((n for n in range(place + 1, len(inside)) if inside[n].tag in {"UNT", "UNH"}), None)
        if end is None or inside[end].tag == "UNH":
            raise head.fail(0, "the message has no end", faults.SEGMENT_MISSING)
        found.append(_message(inside[place : end + 1]))
        place = end + 1
    if len({each.control for each in found}) != len(found) and inside:
        raise inside[0].fail(0, "two messages have the same reference")
    return tuple(found)


def _message(segments: Sequence[Segment]) -> TransactionSet:
    head, trailer = segments[0], segments[-1]
    problem: EdiParseError | None = None
    try:
        if trailer.whole(1) != len(segments):
            problem = trailer.fail(1, f"it counts {trailer.get(1)} segments, there are {len(segments)}")
        elif trailer.text(2) != head.text(1):
            problem = trailer.fail(2, "its reference is not that of the UNH")
    except EdiParseError as error:
        problem = error
    return TransactionSet(
        set_id=head.need(2, 1),
        control=head.text(1),
        header=head,
        segments=tuple(segments[1:-1]),
        raw=_raw(segments, head.syntax),
        problem=problem,
    )
