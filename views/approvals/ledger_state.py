"""What the ledger's list shows: every signed entry and how far its proof reaches; free of Qt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from views.language import noted, tr


class Proof(StrEnum):
    """How far an entry is proved, from least to most; ``BROKEN`` is evidence against somebody."""

    BROKEN = "broken"
    WAITS = "waits"
    SIGNED = "signed"
    RECORDED = "recorded"
    VERIFIED = "verified"
    WITNESSED = "witnessed"
    REFUSED = "refused"


_WORDS: Final[dict[Proof, str]] = {
    Proof.BROKEN: noted("does not verify"),
    Proof.WAITS: noted("signed, waits for the hub"),
    Proof.SIGNED: noted("signed"),
    Proof.RECORDED: noted("recorded"),
    Proof.VERIFIED: noted("proof verified"),
    Proof.WITNESSED: noted("proof verified, {witnesses} witnessed it"),
    Proof.REFUSED: noted("refused by the hub"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerLine:
    """One signed entry: what it says, who signed it when, and how far it is proved.

    ``hub_index`` is its number in the hub's log; ``why`` says what is wrong with it or why it waits;
    ``witnesses`` counts devices that cosigned a log which holds it.
    """

    sha256: str
    kind: str
    title: str
    action_id: str
    signed_by: str
    seq: int
    at: datetime
    proof: Proof
    hub_index: int | None = None
    witnesses: int = 0
    why: str = ""

    @property
    def proof_words(self) -> str:
        """How far it is proved, in words."""
        return tr(_WORDS[self.proof], witnesses=self.witnesses)


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerShown:
    """The latest entries, the newest first, of ``total``.

    ``log_words`` says what is known of the hub's log as a whole; empty where the profile has no hub.
    ``is_rewritten`` is true when the log was found to be rewritten.
    """

    lines: tuple[LedgerLine, ...]
    total: int
    log_words: str = ""
    is_rewritten: bool = False
