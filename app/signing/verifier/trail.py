"""The bundle as a trail of entries: each in the log, each signed by a key that counted at its place.

What counted is what the log itself says: the hub's own statements (keys let in, keys revoked, decision
rights) are entries too, in a chain without gaps, and every receipt names the last one before it.
"""

from __future__ import annotations

from hashlib import sha256

from app.signing.verifier.log import Checkpoint, continues, hashes, included
from app.signing.verifier.plain import Json, fail, fingerprint, opened, public_key, require, strict, unbase64
from app.signing.verifier.rights import require_policy
from app.signing.verifier.root import Root

FORMAT = "tower-bundle/v1"
NAMES = frozenset({"format", "hub_key", "checkpoint", "consistency", "entries", "blobs", "withheld", "root"})
IN_TOTO, RECEIPT = "application/vnd.in-toto+json", "application/vnd.control-tower.receipt+json"
STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATES = "https://control-tower.example/"
START = "0" * 64


class Entry:
    """An entry: its bytes, its place, what the hub said of it, and what it says."""

    def __init__(self, row: Json, trail: Trail) -> None:
        """Verify the hub's receipt and both proofs, then the signature by what the log said before."""
        require(set(row) == {"envelope", "proof", "receipt"}, "an entry has other names")
        envelope = unbase64(row["envelope"])
        self.sha256, leaf = sha256(envelope).hexdigest(), sha256(b"\x00" + envelope).digest()
        self.receipt, _ = opened(unbase64(row["receipt"]), RECEIPT, trail.hub)
        self.index = int(self.receipt["index"])
        require(self.receipt["entry_sha256"] == self.sha256, "a receipt is for another entry")
        noted = trail.accepted_note(self.receipt["checkpoint"])
        for checkpoint, texts in ((noted, self.receipt["proof"]), (trail.checkpoint, row["proof"])):
            place = f"entry {self.index} is not proved to be in the log of {checkpoint.size}"
            require(included(leaf, self.index, checkpoint.size, hashes(texts), checkpoint.root), place)
        require(self.index > trail.last_index, "the entries are not in the order of the log")
        require(self.receipt["trust_sha256"] == trail.trust_head, "a statement of trust is missing or moved")
        keys = {keyid: bytes(key["spki"]) for keyid, key in trail.keys.items() if key["counts"]}
        document, keyid = opened(envelope, IN_TOTO, {**keys, **trail.hub})
        require(document["_type"] == STATEMENT, "an entry is no statement")
        self.kind = document["predicateType"].removeprefix(PREDICATES).removesuffix("/v1")
        require(document["predicateType"] == f"{PREDICATES}{self.kind}/v1", "an entry is of another program")
        self.says: Json = document["predicate"]
        self.by: Json = self.says["actor"]
        require(self.by["keyid"] == keyid, "an entry is signed by another key than it says")
        wanted = [{"name": name, "digest": {"sha256": each}} for name, each in sorted(self._subjects())]
        require(document["subject"] == wanted, "an entry is about something else than it says")
        self.policy = trail.policy

    @property
    def counts(self) -> bool:
        """Whether the hub let it take effect."""
        return bool(self.receipt["outcome"] == "accepted")

    def _subjects(self) -> list[tuple[str, str]]:
        says = self.says
        if self.kind == "trust":
            act = says["act"]
            if act["verb"] == "policy":
                return [(f"policy/{act['policy']['policy_id']}", act["policy_sha256"])]
            return [(f"{act['verb']}/{act['keyid']}", act["keyid"])]
        if self.kind == "settlement":
            return [(f"ending/{says['action_id']}", says["ending_sha256"])]
        if self.kind in {"beginning", "ending"}:
            return [(f"decision/{says['action_id']}", says["decision_sha256"])]
        if self.kind == "execution":
            return [
                (f"command/{says['command_key']}", says["request_sha256"]),
                (f"decision/{says['action_id']}", says["decision_sha256"]),
            ]
        require(self.kind in {"proposal", "decision"}, f"an entry says something unknown: {self.kind[:40]}")
        case, evidence, options = (says["terms"][name] for name in ("case", "evidence", "recommendation"))
        found = [
            (f"exception/{case['case_id']}", case["sha256"]),
            (f"evidence/{case['case_id']}", evidence["facts_sha256"]),
            (f"recommendation/{options['recommendation_id']}", options["sha256"]),
        ]
        if undone := says["terms"].get("undoes"):
            found.append((f"ending/{undone['action_id']}", undone["ending_sha256"]))
        if self.kind == "decision":
            found.append((f"proposal/{says['terms']['action_id']}", says["proposal_sha256"]))
        return found


class Trail:
    """A whole bundle, read from its first byte to its last."""

    def __init__(self, data: bytes, *, pinned: str = "", seen: str = "", whole: bool = False) -> None:
        """Verify everything but what the entries decide.

        ``pinned`` is the fingerprint of the trust root, or of the hub's key where there is none; ``seen`` a
        checkpoint that the auditor holds from before; ``whole`` asks that no entry of the log is left out.
        """
        self.document = strict(data)
        require(set(self.document) == NAMES and self.document["format"] == FORMAT, "it is no tower-bundle/v1")
        self.hub_spki = unbase64(self.document["hub_key"])
        public_key(self.hub_spki)
        self.hub_keyid = sha256(self.hub_spki).hexdigest()
        self.root = Root(unbase64(self.document["root"])) if self.document["root"] else None
        if self.root is not None:
            self.root.require_hub(self.hub_keyid)
        self.fingerprint = fingerprint(self.hub_spki) if self.root is None else self.root.fingerprint
        require(
            not pinned or pinned.upper() == self.fingerprint, "it is of another hub than that fingerprint"
        )
        self.hub = {self.hub_keyid: self.hub_spki}
        self.checkpoint = Checkpoint(self.document["checkpoint"], self.hub_spki)
        self._used: set[str] = set()
        self._notes: dict[str, Checkpoint] = {}
        self._roots = {self.checkpoint.size: self.checkpoint.root}
        self.keys: dict[str, Json] = {}
        self.policy: Json = {}
        self.trust_head, self._trust_seq, self.last_index = START, 0, -1
        self.entries: list[Entry] = []
        self._heads: dict[str, tuple[int, str]] = {}
        if seen:
            self.accepted_note(seen)
        for row in self.document["entries"]:
            self._add(Entry(row, self))
        self.is_whole = len(self.entries) == self.checkpoint.size
        require(self.is_whole or not whole, "entries of the log are left out")
        require(self._used == set(self.document["consistency"]), "a proof of consistency is for nothing")
        self.witnesses = sorted(set(self.checkpoint.witnesses(self.keys)))

    def accepted_note(self, note: str) -> Checkpoint:
        """A checkpoint whose log is the beginning of the bundle's."""
        if note in self._notes:
            return self._notes[note]
        found, last = Checkpoint(note, self.hub_spki), self.checkpoint
        require(self._roots.setdefault(found.size, found.root) == found.root, "the log was rewritten")
        if found.size != last.size:
            proof = self.document["consistency"].get(str(found.size))
            require(proof is not None, f"nothing proves that the log of {found.size} entries goes on")
            goes_on = continues(found.size, last.size, hashes(proof), found.root, last.root)
            require(goes_on, f"the log was rewritten after entry {found.size}")
            self._used.add(str(found.size))
        self._notes[note] = found
        return found

    def _add(self, entry: Entry) -> None:
        self.last_index = entry.index
        keyid, seq, prev = entry.by["keyid"], entry.says["seq"], entry.says["prev"]
        before, head = self._heads.get(keyid, (0, START))
        require(seq > before, "a device's entries are out of order")
        require(seq != before + 1 or prev == head, "a device's entry does not follow the one before it")
        self._heads[keyid] = (seq, entry.sha256)
        self.entries.append(entry)
        if self.root is not None:
            self.root.require_in_force(entry.receipt["received_at"])
            if entry.kind in {"beginning", "execution", "ending"} and entry.counts:
                self.root.require_executor(keyid)
        if entry.kind == "trust":
            self._trust(entry)
        elif keyid == self.hub_keyid:
            fail("the hub signed in the name of somebody else")
        else:
            key = self.keys[keyid]
            owner = (key["user_id"], key["device_id"])
            require(owner == (entry.by["user_id"], entry.by["device_id"]), "a key signed as somebody else")

    def _trust(self, entry: Entry) -> None:
        says, act = entry.says, entry.says["act"]
        require(entry.by["keyid"] == self.hub_keyid, "somebody else than the hub says whom to trust")
        require(entry.by["role"] == "hub" and entry.counts, "a statement of trust does not count")
        require((says["seq"], says["prev"]) == (self._trust_seq + 1, self.trust_head), "trust has a gap")
        self._trust_seq, self.trust_head = says["seq"], entry.sha256
        if self.root is not None:
            self.root.require_named(act)
        if act["verb"] == "enrol":
            spki = unbase64(act["public_key"])
            public_key(spki)
            require(sha256(spki).hexdigest() == act["keyid"], "a key is enrolled under another name")
            require(act["keyid"] not in self.keys, "a key is enrolled twice")
            self.keys[act["keyid"]] = {**act, "spki": spki, "counts": True}
        elif act["verb"] == "revoke":
            require(act["keyid"] in self.keys, "a key is revoked that never counted")
            self.keys[act["keyid"]]["counts"] = False
        else:
            require(act["verb"] == "policy", "a statement of trust says something unknown")
            require_policy(act["policy"], act["policy_sha256"])
            self.policy = {**act["policy"], "sha256": act["policy_sha256"]}
