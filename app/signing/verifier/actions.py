"""What the entries decide, judged anew: proposal, decisions, commands and outcomes of each action."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256

from app.signing.verifier.plain import Json, canonical, digest, fail, instant, require, strict, unbase64
from app.signing.verifier.rights import require_approver, require_decider, require_role, right_of
from app.signing.verifier.trail import Entry, Trail

NO = {"reject": "rejected", "request_changes": "changes_requested", "revoke": "revoked"}
#: What an action is that another one takes back, by how that one ended; otherwise it stays executed.
UNDONE_BY = {
    "executed": "compensated",
    "partially_executed": "compensation_failed",
    "compensation_failed": "compensation_failed",
}
ONLINE_GRACE = timedelta(minutes=15)
ENDS = frozenset(
    {"executed", "partially_executed", "failed", "stale", "expired", "in_doubt"}
    | {"compensated", "compensation_failed"}
)


class Action:
    """One action, from its proposal on."""

    def __init__(self, entry: Entry) -> None:
        """Judge the proposal by the rights in force at its place in the log."""
        self.entry, self.terms = entry, entry.says["terms"]
        self.action_id = self.terms["action_id"]
        self.right = right_of(entry.policy, self.terms)
        require_role(entry.policy, entry.by, self.right["propose_roles"], "propose this")
        expires = instant(entry.says["expires_at"])
        require(instant(entry.receipt["received_at"]) < expires, f"{self.action_id}: it was expired at once")
        require_digests(self.terms)
        self.approvals: dict[str, Json] = {}
        self.entitling: dict[str, int] = {}
        self.rejection: Json = {}
        self.begun: Json = {}
        self.ended: Json = {}
        self.back: dict[str, Json] = {}
        self.doubted: tuple[str, set[str]] = ("", set())
        self.state = "submitted"
        self.undone: Action | None = None
        self.settled: list[Json] = []
        self.commands = {
            each["key"]: {"key": each["key"], "source": each["source"], "verb": each["action"]["verb"]}
            for each in self.terms["commands"]
        }
        named = [f"{self.action_id}-{number}" for number in range(1, len(self.commands) + 1)]
        require(list(self.commands) == named, "the commands are not the action's own")

    def decide(self, entry: Entry, before: list[Json]) -> None:
        """Judge a decision that the hub let take effect, after the approvals ``before`` it in the bundle."""
        says, by, proposal = entry.says, entry.by, self.entry
        require(says["proposal_sha256"] == proposal.sha256, "a decision is on another proposal")
        require(canonical(says["terms"]) == canonical(self.terms), "a decision is on other terms")
        require(says["proposer"] == proposal.by["user_id"], "a decision names another proposer")
        revokes = says["verdict"] == "revoke"
        own = revokes and by["user_id"] in self.approvals
        right = self.right if own else right_of(entry.policy, self.terms)
        same = right["four_eyes"] and by["user_id"] == proposal.by["user_id"]
        require(not same, f"{by['user_id']} decided on a proposal of their own")
        assent = self._assent(entry)
        if not own:
            require_decider(entry.policy, assent, proposal.by["user_id"], right["approve_roles"])
        self._require_in_time(entry, timedelta(minutes=right["offline_minutes"]), stops=revokes)
        if revokes:
            require(self.state in {"partial", "approved"}, f"{self.action_id}: there was nothing to revoke")
        else:
            require(self.state in {"submitted", "partial"}, f"{self.action_id}: it was decided before")
            require(by["user_id"] not in self.approvals, f"{by['user_id']} decided twice")
        if says["verdict"] != "approve":
            require(says["verdict"] in NO, "a decision says neither yes nor no")
            self.state = NO[says["verdict"]]
            self.rejection = {"user": by["user_id"], "at": says["issued_at"], "reason": says["reason"]}
            return
        require_approver(entry.policy, assent, before)
        before.append(assent)
        policy = {name: entry.policy[name] for name in ("policy_id", "version", "sha256")}
        self.approvals[by["user_id"]] = {
            "user": by["user_id"],
            "role": by["role"],
            "device": by["device_id"],
            "at": says["issued_at"],
            "reason": says["reason"],
            "log_index": entry.index,
            "right": {**policy, "row": right["row_id"], "min_approvers": right["min_approvers"]},
        }
        self.entitling[entry.sha256] = entry.index
        self.state = "approved" if len(self.approvals) >= right["min_approvers"] else "partial"

    def begin(self, entry: Entry) -> None:
        """Judge the executor's word that it begins: from its place in the log on nothing is revoked."""
        require_role(entry.policy, entry.by, ["executor"], "carry anything out")
        require(self.state == "approved", f"{self.action_id}: it was begun without an approval")
        self._require_entitled(entry.says)
        late = instant(entry.receipt["received_at"]) >= instant(self.entry.says["expires_at"])
        require(not late, f"{self.action_id}: it was begun after its expiry")
        self.state = "begun"
        if self.undone is not None:
            taken = f"{self.action_id}: what it takes back was taken back before"
            require(self.undone.state == "executed", taken)
            self.undone.state = "compensating"
        self.begun = {"by": entry.by["user_id"], "at": entry.says["issued_at"], "log_index": entry.index}

    def execute(self, entry: Entry) -> None:
        """Judge the outcome of a command."""
        says = entry.says
        require_role(entry.policy, entry.by, ["executor"], "carry anything out")
        require(self.state == "begun", f"{self.action_id}: it was carried out without an approval")
        self._require_entitled(says)
        key = says["command_key"]
        command, planned = self._planned(key)
        if planned.get("payload_sha256") != says["request_sha256"]:
            fail(f"{key}: nobody approved this command")
        require(planned["source"] == says["source"], "a command went to another system")
        require(command.get("outcome") != "succeeded", f"{key}: it was carried out twice")
        require(instant(says["started_at"]) <= instant(says["issued_at"]), "an outcome ended before it began")
        fields = ("attempt", "probed", "upstream_version", "message")
        command |= {name: says[name] for name in fields}
        command |= {"outcome": says["result"], "at": says["issued_at"], "log_index": entry.index}

    def _planned(self, key: str) -> tuple[Json, Json]:
        """What is known of a command, or of a step that takes one back, and what was approved of it."""
        keyed: dict[str, Json] = {each["key"]: each for each in self.terms["commands"]}
        if key in keyed:
            require(not self.back, f"{key}: it was sent after what was done was being taken back")
            return self.commands[key], keyed[key]
        undone, number = undo_of(key)
        steps = keyed.get(undone, {}).get("undone_by", [])
        if not 1 <= number <= len(steps):
            fail(f"{key}: nobody approved this command")
        done = [name for name, each in self.commands.items() if each.get("outcome") == "succeeded"]
        require(undone in done and len(done) < len(keyed), f"{key}: there was nothing to take back")
        later = [name for name in done[done.index(undone) + 1 :] if not self._is_back(name)]
        require(not later and self._is_back(undone, number - 1), f"{key}: it was taken back out of order")
        action, source = steps[number - 1], keyed[undone]["source"]
        step = self.back.setdefault(key, {"key": key, "source": source, "verb": action["verb"]})
        return step, {"payload_sha256": digest(action), "source": source}

    def _is_back(self, key: str, first: int | None = None) -> bool:
        """Whether a command, or the first steps of its way back, were taken back."""
        steps = next(each.get("undone_by") for each in self.terms["commands"] if each["key"] == key)
        if steps is None:
            return False
        wanted = range(1, (len(steps) if first is None else first) + 1)
        return all(self.back.get(f"{key}-undo-{n}", {}).get("outcome") == "succeeded" for n in wanted)

    def end(self, entry: Entry) -> None:
        """Judge the executor's last word: it says what the outcomes before it say."""
        says = entry.says
        require_role(entry.policy, entry.by, ["executor"], "carry anything out")
        self._require_entitled(says)
        outcome, until = says["outcome"], instant(self.entry.says["expires_at"])
        if self.state == "begun":
            require(outcome in ENDS, f"{self.action_id}: it ended in an unknown way")
        else:
            unbegun = self.state == "approved" and outcome in {"stale", "expired"}
            require(unbegun, f"{self.action_id}: it ended without an approval, or twice")
            early = outcome == "expired" and instant(entry.receipt["received_at"]) < until
            require(not early, f"{self.action_id}: it ran out before its time")
        known = {**self.commands, **self.back}
        for each in says["commands"]:
            done = known.get(each["key"], {}).get("outcome") == "succeeded"
            require(done is (each["fate"] == "succeeded"), f"{each['key']}: its outcome is told in two ways")
        fates = {each["key"]: each["fate"] for each in says["commands"]}
        done = {key for key, each in known.items() if each.get("outcome") == "succeeded"}
        require(done <= set(fates), f"{self.action_id}: something that was done is not told at its end")
        kept = {key for key in self.commands if key in done and not self._is_back(key)}
        require((outcome == "executed") is (kept == set(self.commands)), f"{self.action_id}: ended otherwise")
        clean = not kept or outcome not in {"compensated", "failed", "stale", "expired"}
        require(clean, f"{self.action_id}: what was done is not told at its end")
        self.ended = {"as": outcome, "by": entry.by["user_id"], "at": says["issued_at"], "why": says["why"]}
        self.ended |= {"log_index": entry.index, "sha256": entry.sha256}
        left = {key for key, fate in fates.items() if fate == "manual"}
        self.doubted = (entry.sha256, left) if outcome == "in_doubt" else ("", set())
        if outcome != "in_doubt":
            self.state = outcome
            if self.undone is not None and self.undone.state == "compensating":
                self.undone.state = UNDONE_BY.get(outcome, "executed")

    def take_back(self, undone: Action) -> None:
        """Judge that the commands are those, and only those, that take another action back."""
        says, done = self.terms["undoes"], undone.terms
        whole = undone.state == "executed" and undone.ended["sha256"] == says["ending_sha256"]
        require(whole, f"{self.action_id}: what it takes back was not executed, or ended otherwise")
        require("undoes" not in done, f"{self.action_id}: it takes back what takes back another action")
        for name in ("remedy", "amount"):
            require(
                self.terms[name] == done[name], f"{self.action_id}: it has another {name} than it takes back"
            )
        same = self.terms["case"]["case_id"] == done["case"]["case_id"]
        require(same, f"{self.action_id}: it takes back an action of another case")
        steps = [
            (each["source"], step)
            for each in reversed(done["commands"])
            for step in each.get("undone_by", [None])
        ]
        planned = [(each["source"], each["action"]) for each in self.terms["commands"]]
        require(planned == steps, f"{self.action_id}: its commands do not take the other action back")
        self.undone = undone

    def settle(self, entry: Entry) -> None:
        """Judge a person's word on a command that the executor left in doubt; the first one counts."""
        says, by, proposal = entry.says, entry.by, self.entry
        ending, left = self.doubted
        doubted = self.state == "begun" and says["ending_sha256"] == ending and says["command_key"] in left
        require(doubted, f"{says['command_key']}: it was not in doubt")
        right = right_of(entry.policy, self.terms)
        same = right["four_eyes"] and by["user_id"] == proposal.by["user_id"]
        require(not same, f"{by['user_id']} told what became of a proposal of their own")
        require_decider(entry.policy, self._assent(entry), proposal.by["user_id"], right["approve_roles"])
        word = {"outcome": "succeeded", "at": says["issued_at"], "log_index": entry.index}
        if says["happened"]:
            command, _ = self._planned(says["command_key"])
            command |= word
        self.doubted = ("", set())
        self.settled.append(
            {
                "command": says["command_key"],
                "user": by["user_id"],
                "happened": says["happened"],
                "reason": says["reason"],
                "at": says["issued_at"],
                "log_index": entry.index,
            }
        )

    def _require_entitled(self, says: Json) -> None:
        require(says["decision_sha256"] in self.entitling, "an outcome rests on no decision that counts")
        place = says.get("hub_index")
        require(place == self.entitling[says["decision_sha256"]], "an outcome names another place in the log")

    def _assent(self, entry: Entry) -> Json:
        amount = self.terms["amount"]
        return {
            "action_id": self.action_id,
            "user_id": entry.by["user_id"],
            "role": entry.by["role"],
            "remedy": self.terms["remedy"],
            "currency": amount["currency"],
            "minor": amount["minor"],
            "customer_id": self.terms.get("customer_id", ""),
            "at": instant(entry.says["issued_at"]),
        }

    def _require_in_time(self, entry: Entry, offline: timedelta, *, stops: bool) -> None:
        says = entry.says
        issued, until = instant(says["issued_at"]), self.entry.says["expires_at"]
        require(issued < instant(until) and says["expires_at"] == until, "a decision came after the expiry")
        require(stops or bool(offline) or not says["offline"], "this may be decided online only")
        allowed = offline if says["offline"] else max(offline, ONLINE_GRACE)
        late = instant(entry.receipt["received_at"]) - issued
        require(stops or late <= allowed, "a decision was recorded too late")
        require(-late <= ONLINE_GRACE, "a decision is dated later than it was recorded")


def undo_of(key: str) -> tuple[str, int]:
    """The command that a step takes back, and which step of it this is; no step: nothing and 0."""
    command, mark, number = key.rpartition("-undo-")
    return (command, int(number)) if mark and number.isdecimal() and number == str(int(number)) else ("", 0)


def require_digests(terms: Json) -> None:
    """Refuse terms that hold a digest of something else than they say."""
    evidence = terms["evidence"]
    require(digest(evidence["facts"]) == evidence["facts_sha256"], "the facts are others than their digest")
    for command in terms["commands"]:
        require(
            digest(command["action"]) == command["payload_sha256"], "a command is another than its digest"
        )


def actions_of(trail: Trail) -> dict[str, Action]:
    """Every action of a trail, judged in the order of the log; what the hub refused takes no effect."""
    found: dict[str, Action] = {}
    approved: list[Json] = []
    for entry in trail.entries:
        if entry.kind == "trust" or not entry.counts:
            continue
        action_id = entry.says["terms" if "terms" in entry.says else "action_id"]
        action_id = action_id if isinstance(action_id, str) else action_id["action_id"]
        if entry.kind == "proposal":
            require(action_id not in found, f"{action_id}: it was proposed twice")
            found[action_id] = Action(entry)
            if undoes := entry.says["terms"].get("undoes"):
                require(undoes["action_id"] in found, f"{action_id}: what it takes back is missing")
                found[action_id].take_back(found[undoes["action_id"]])
        elif action_id not in found:
            fail(f"{action_id}: its proposal is missing")
        elif entry.kind == "decision":
            found[action_id].decide(entry, approved)
        elif entry.kind == "beginning":
            found[action_id].begin(entry)
        elif entry.kind == "ending":
            found[action_id].end(entry)
        elif entry.kind == "settlement":
            found[action_id].settle(entry)
        else:
            found[action_id].execute(entry)
    return found


def require_evidence(trail: Trail, actions: dict[str, Action]) -> dict[str, bytes]:
    """Every blob that the actions name, by its digest; one that is absent must be named as withheld."""
    blobs, withheld = trail.document["blobs"], trail.document["withheld"]
    wanted = {name for action in actions.values() for name in evidence_of(action.terms)}
    require(list(withheld) == sorted(set(withheld)), "what is withheld is not in order")
    require(set(blobs) | set(withheld) == wanted, "evidence is missing, or there that nothing names")
    require(not set(blobs) & set(withheld), "evidence is there and withheld at once")
    found = {name: unbase64(text) for name, text in blobs.items()}
    for name, data in found.items():
        require(sha256(data).hexdigest() == name, "evidence is other than its digest")
    for action in actions.values():
        _require_walk(action.terms, found)
    return found


def evidence_of(terms: Json) -> Iterator[str]:
    """The digests of what an action rests on: case, options, solver input, records as they were."""
    yield terms["case"]["sha256"]
    yield terms["recommendation"]["sha256"]
    yield terms["recommendation"]["trail"]["problem_sha256"]
    for command in terms["commands"]:
        for item in command["expected"]:
            yield item["fields_sha256"]


def _require_walk(terms: Json, found: dict[str, bytes]) -> None:
    case, options = found.get(terms["case"]["sha256"]), found.get(terms["recommendation"]["sha256"])
    if case is not None:
        said = strict(case)
        same = (said["case_id"], said["code"], said["evidence"])
        wanted = (terms["case"]["case_id"], terms["case"]["code"], terms["evidence"]["facts"])
        require(same == wanted, "the case is another than the approval speaks of")
    if options is not None:
        said = strict(options)
        named: dict[str, Json] = {each["option_id"]: each for each in said["options"]}
        chosen = named.get(terms["option_id"], {})
        planned = [command["action"] for command in terms["commands"]]
        require(said["case_id"] == terms["case"]["case_id"], "the options are of another case")
        require(said["trail"] == terms["recommendation"]["trail"], "the options came about in another way")
        whole = chosen.get("actions") == planned or "undoes" in terms
        require(whole, "the commands are not those of the option")
        require(chosen.get("remedy") == terms["remedy"], "the remedy is not that of the option")
