"""The one error of reading EDI: what is wrong, in which segment, at which element."""

from __future__ import annotations

from domain.errors import BadInputError

#: Codes of element 720 (an error of a segment) and of element 723 (an error of an element).
SEGMENT_UNEXPECTED = "2"
SEGMENT_MISSING = "3"
SEGMENT_ELEMENTS = "8"
ELEMENT_MISSING = "1"
ELEMENT_TOO_LONG = "5"
ELEMENT_CHARACTER = "6"
ELEMENT_CODE = "7"
ELEMENT_DATE = "8"
ELEMENT_TIME = "9"


class EdiParseError(BadInputError):
    """A document that cannot be understood; ``position`` counts segments from the first as 1.

    ``element`` is 0 when the segment as a whole is wrong; ``code`` is then of X12 element 720, else of 723.
    """

    def __init__(self, *, segment: str, position: int, why: str, element: int = 0, code: str = "") -> None:
        """Keep the place beside the sentence."""
        at = f", element {element}" if element else ""
        super().__init__(
            what=f"{segment} (segment {position}{at}): {why}.",
            remedy="Ask the partner to correct the document and to send it again.",
        )
        self.segment = segment
        self.position = position
        self.element = element
        self.code = code or (ELEMENT_CODE if element else SEGMENT_ELEMENTS)
        self.why = why

    def __reduce__(self) -> tuple[object, ...]:
        """Survive the trip between processes with the place."""
        return (_rebuild, (self.segment, self.position, self.why, self.element, self.code))


def _rebuild(segment: str, position: int, why: str, element: int, code: str) -> EdiParseError:
    return EdiParseError(segment=segment, position=position, why=why, element=element, code=code)
