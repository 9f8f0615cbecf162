"""The auditor's command: read a bundle, say what it proves, and end with 0, 1 or 2."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from app.signing.verifier.actions import Action, actions_of, require_evidence
from app.signing.verifier.plain import InvalidError, Json, UnreadableError
from app.signing.verifier.trail import Trail

VALID, NOT_VALID, UNREADABLE = 0, 1, 2
MAX_FILE_BYTES = 256 * 1024 * 1024


def verify(data: bytes, *, pinned: str = "", seen: str = "", whole: bool = False) -> Json:
    """What a bundle proves.

    Raises:
        InvalidError: it does not prove what it claims.
        UnreadableError: it is no bundle.
    """
    try:
        trail = Trail(data, pinned=pinned, seen=seen, whole=whole)
        actions = actions_of(trail)
        blobs = require_evidence(trail, actions)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise InvalidError(f"something in it has another form ({type(error).__name__}: {error})") from error
    refused = [entry for entry in trail.entries if not entry.counts]
    return {
        "valid": True,
        "hub_fingerprint": trail.fingerprint,
        "root_version": 0 if trail.root is None else trail.root.versions[-1]["version"],
        "hub_compared": bool(pinned),
        "log": {
            "origin": trail.checkpoint.name,
            "size": trail.checkpoint.size,
            "root": trail.checkpoint.root.hex(),
            "entries_here": len(trail.entries),
            "whole": trail.is_whole,
            "witnesses": trail.witnesses,
        },
        "policy": {name: trail.policy.get(name) for name in ("policy_id", "version", "sha256")},
        "actions": [_action(action, blobs) for action in actions.values()],
        "refused_by_the_hub": [
            {"log_index": each.index, "by": each.by["user_id"], "why": each.receipt["why"]}
            for each in refused
        ],
        "withheld": trail.document["withheld"],
    }


def _action(action: Action, blobs: dict[str, bytes]) -> Json:
    terms, says = action.terms, action.entry.says
    trail = terms["recommendation"]["trail"]
    digests = [item["fields_sha256"] for command in terms["commands"] for item in command["expected"]]
    return {
        "action": action.action_id,
        "case": {name: terms["case"][name] for name in ("case_id", "code", "title", "sha256")},
        "data": {"records": sorted(set(digests)), "as_of": terms["evidence"]["as_of"]},
        "worked_out_by": {name: trail[name] for name in ("model", "status", "problem_sha256")},
        "option": terms["option_label"],
        "takes_back": terms.get("undoes", {}).get("action_id", ""),
        "remedy": terms["remedy"],
        "amount": terms["amount"],
        "proposed_by": {
            "user": action.entry.by["user_id"],
            "role": action.entry.by["role"],
            "at": says["issued_at"],
            "reason": says["reason"],
            "log_index": action.entry.index,
        },
        "approved_by": list(action.approvals.values()),
        "rejected_by": action.rejection,
        "begun_by": action.begun,
        "ended": action.ended,
        "state": action.state,
        "commands": list(action.commands.values()),
        "taken_back": list(action.back.values()),
        "settled_by": action.settled,
        "evidence_here": sum(name in blobs for name in [terms["case"]["sha256"], *digests]),
    }


def in_words(report: Json) -> str:
    """The report for people."""
    log = report["log"]
    compared = "" if report["hub_compared"] else "  (not compared: give --root-fingerprint)"
    which = (
        "all of them here" if log["whole"] else f"{log['entries_here']} of them here, the rest is not judged"
    )
    root = report["root_version"]
    whose = f"root {root:<3}" if root else "hub     "
    lines = ["VALID", f"{whose}{report['hub_fingerprint']}{compared}"]
    lines.append(f"log     {log['size']} entries, {which}")
    lines.append(f"        cosigned by {', '.join(log['witnesses']) or 'nobody'}")
    for action in report["actions"]:
        lines += ["", *_action_in_words(action)]
    for each in report["refused_by_the_hub"]:
        lines.append(f"refused #{each['log_index']} {each['by']}: {_one_line(each['why'])}")
    if report["withheld"]:
        lines.append(f"withheld: {len(report['withheld'])} pieces of evidence are not in this bundle")
    return "\n".join(lines)


def _action_in_words(action: Json) -> Iterator[str]:
    case, amount, made, by = (action[name] for name in ("case", "amount", "worked_out_by", "proposed_by"))
    whole, cents = divmod(amount["minor"], 100)
    yield f"action  {action['action']}  {action['state']}"
    yield f"event   {case['code']} {case['case_id']}: {_one_line(case['title'])}"
    yield f"data    {len(action['data']['records'])} records as of {action['data']['as_of']}"
    yield f"rule    {_one_line(made['model'])}, {made['status']}, input {made['problem_sha256'][:16]}"
    yield f"option  {action['remedy']}: {_one_line(action['option'])}"
    yield f"        {whole:,}.{cents:02d} {amount['currency']} ({amount['basis']})"
    if action["takes_back"]:
        yield f"undoes  {action['takes_back']}"
    yield f"asked   {by['user']} ({by['role']}) {by['at']} #{by['log_index']}: {_one_line(by['reason'])}"
    for each in action["approved_by"]:
        right = each["right"]
        yield f"yes     {each['user']} ({each['role']}) {each['at']} #{each['log_index']}"
        yield f"        {_one_line(each['reason'])}"
        yield f"        by {right['policy_id']} version {right['version']}, row {right['row']}"
    if action["rejected_by"]:
        said = "revoked" if action["state"] == "revoked" else "no     "
        yield f"{said} {action['rejected_by']['user']} {action['rejected_by']['at']}"
        yield f"        {_one_line(action['rejected_by']['reason'])}"
    if begun := action["begun_by"]:
        yield f"began   {begun['by']} {begun['at']} #{begun['log_index']}"
    for each in action["commands"]:
        done = (
            f"{each['outcome']} {each['at']} #{each['log_index']}" if "outcome" in each else "no outcome here"
        )
        yield f"did     {each['key']} {each['verb']} in {each['source']}: {done}"
    for each in action["settled_by"]:
        said = "happened" if each["happened"] else "did not happen"
        yield f"settled {each['user']} {each['at']} #{each['log_index']}: {each['command']} {said}"
        yield f"        {_one_line(each['reason'])}"
    for each in action["taken_back"]:
        done = f"{each['outcome']} {each['at']} #{each['log_index']}"
        yield f"undid   {each['key']} {each['verb']} in {each['source']}: {done}"
    if ended := action["ended"]:
        words = f"{ended['as']} {ended['at']} #{ended['log_index']}: {_one_line(ended['why'])}"
        yield f"ended   {words}"


def _one_line(text: str) -> str:
    """Text of others: without line ends and what a terminal would obey."""
    return "".join(character if character.isprintable() else "?" for character in text)


def run(arguments: Sequence[str]) -> int:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(prog="verify", description="Verify an exported trail, offline.")
    parser.add_argument("bundle", metavar="BUNDLE")
    parser.add_argument(
        "--root-fingerprint",
        default="",
        metavar="F",
        help="of the trust root, else of the hub's key",
    )
    parser.add_argument("--seen", default="", metavar="FILE", help="a checkpoint of the log that you kept")
    parser.add_argument("--whole", action="store_true", help="ask that no entry of the log is left out")
    parser.add_argument("--json", action="store_true", help="print JSON")
    return answer(parser.parse_args(list(arguments)))


def answer(options: argparse.Namespace) -> int:
    """Verify the file that the options name, print what it proves, and give the exit code."""
    try:
        seen = Path(options.seen).read_bytes().decode() if options.seen else ""
        data = _read(Path(options.bundle))
        report = verify(data, pinned=options.root_fingerprint, seen=seen, whole=options.whole)
        code, words = VALID, in_words(report)
    except InvalidError as error:
        report, code, words = {"valid": False, "why": str(error)}, NOT_VALID, f"NOT VALID: {error}"
    except (UnreadableError, OSError, UnicodeDecodeError) as error:
        report, code, words = {"valid": False, "why": str(error)}, UNREADABLE, f"UNREADABLE: {error}"
    shown = json.dumps(report, indent=1, ensure_ascii=False) if options.json else words
    sys.stdout.write(f"{shown}\n")
    return code


def _read(path: Path) -> bytes:
    data = path.read_bytes()
    if len(data) > MAX_FILE_BYTES or not data.endswith(b"\n"):
        raise UnreadableError("it is too large, or cut off")
    return data[:-1]
