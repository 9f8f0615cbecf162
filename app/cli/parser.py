"""What can be typed after ``control-tower``, and which function does it."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from importlib import import_module

CONNECTORS = ("world", "tryton", "edi", "files", "karrio", "odata", "sql", "push")

Runner = Callable[[argparse.Namespace], int]


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the command line; ``run`` of the result does the command. Exits with 2 on a wrong one."""
    parser = argparse.ArgumentParser(
        prog="control-tower",
        description="A control tower for order-fulfilment exceptions. Without a command the window opens.",
    )
    parser.set_defaults(run=_late("app.cli.window", "open_window"), profile="demo")
    _window_options(parser)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    _add_window(commands)
    _add_loop(commands)
    _add_afterwards(commands)
    _add_cases(commands)
    _add_keys(commands)
    _add_trails(commands)
    _add_root(commands)
    _add_services(commands)
    _add_worlds(commands)
    _add_policy(commands)
    _add_optimisation(commands)
    _add_scenarios(commands)
    _add_connectors(commands)
    return parser.parse_args(list(arguments))


def _late(module: str, function: str) -> Runner:
    """A runner that imports its module only when called: start-up stays light."""

    def run(options: argparse.Namespace) -> int:
        runner: Runner = getattr(import_module(module), function)
        return runner(options)

    return run


def _profile_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--profile", default="demo", metavar="P", help="name, folder or file of a profile (default: demo)"
    )


def _window_options(parser: argparse.ArgumentParser) -> None:
    _profile_option(parser)
    # Empty, so that a first run can ask; a name that was given is opened without asking.
    parser.set_defaults(profile="")
    parser.add_argument("--out", default="out", metavar="DIR", help="where a run with no display writes")
    parser.add_argument(
        "--seconds", type=int, default=60, metavar="N", help="how long a run without a display lasts"
    )


def _add_window(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    window = commands.add_parser("window", help="open the window (also: no command)")
    _window_options(window)
    window.set_defaults(run=_late("app.cli.window", "open_window"))
    pictures = commands.add_parser("screenshots", help="make the pictures of the documentation")
    pictures.add_argument("--out", default="docs/images", metavar="DIR")
    pictures.set_defaults(run=_late("app.cli.window", "make_screenshots"))


def _add_loop(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    cycle = commands.add_parser("cycle", help="sync, detect and rank once; print JSON")
    _profile_option(cycle)
    cycle.set_defaults(run=_late("app.cli.loop", "cycle"))
    propose = commands.add_parser("propose", help="work out a case's options and sign a proposal")
    _profile_option(propose)
    what = propose.add_mutually_exclusive_group(required=True)
    what.add_argument("case", nargs="?", default="", metavar="CASE", help="its id, as cycle prints it")
    what.add_argument("--undo", default="", metavar="ACTION", help="instead: take back what was executed")
    propose.add_argument("--option", default="", metavar="ID", help="default: the recommended option")
    propose.add_argument("--as", dest="user", default="", metavar="USER", help="default: the first planner")
    propose.add_argument("--reason", default="", metavar="TEXT")
    propose.add_argument("--list", action="store_true", help="only print the options")
    propose.set_defaults(run=_late("app.cli.loop", "propose"))
    approve = commands.add_parser("approve", help="sign a decision on a proposal")
    _profile_option(approve)
    approve.add_argument("action", metavar="ACTION", help="as propose prints it")
    approve.add_argument("--as", dest="user", default="", metavar="USER", help="default: first supervisor")
    approve.add_argument("--reason", default="", metavar="TEXT")
    against = approve.add_mutually_exclusive_group()
    against.add_argument("--reject", action="store_true", help="decide against it")
    against.add_argument("--request-changes", action="store_true", help="send it back to be changed")
    against.add_argument("--revoke", action="store_true", help="take an approval back, until it is begun")
    approve.set_defaults(run=_late("app.cli.loop", "approve"))
    execute = commands.add_parser("execute", help="deliver to the hub and carry out what is approved")
    _profile_option(execute)
    execute.set_defaults(run=_late("app.cli.loop", "execute"))
    verify = commands.add_parser("verify-ledger", help="check every signature and the chain of the ledger")
    _profile_option(verify)
    verify.set_defaults(run=_late("app.cli.loop", "verify_ledger"))
    replay = commands.add_parser("replay", help="work out a past decision again; exit 1 if a bit differs")
    _profile_option(replay)
    replay.add_argument("action", metavar="ACTION", help="as propose prints it")
    replay.set_defaults(run=_late("app.cli.loop", "replay_action"))


def _add_afterwards(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    settle = commands.add_parser("settle", help="say whether a command in doubt happened; signed")
    _profile_option(settle)
    settle.add_argument("action", metavar="ACTION", help="as propose prints it")
    settle.add_argument("command", metavar="N", help="which of its commands, from 1; a step back is 1-undo-1")
    told = settle.add_mutually_exclusive_group(required=True)
    told.add_argument("--done", dest="happened", action="store_true", help="it happened")
    told.add_argument("--not-done", dest="happened", action="store_false", help="it did not: send it again")
    settle.add_argument("--as", dest="user", default="", metavar="USER", help="default: first supervisor")
    settle.add_argument("--reason", required=True, metavar="TEXT", help="how you know")
    settle.set_defaults(run=_late("app.cli.afterwards", "settle_command"))
    halt = commands.add_parser("halt", help="kill switch: send nothing more, or go on; else say which")
    _profile_option(halt)
    which = halt.add_mutually_exclusive_group()
    which.add_argument("--reason", default="", metavar="TEXT", help="pull it, for this reason")
    which.add_argument("--release", action="store_true", help="let what is approved be carried out again")
    halt.set_defaults(run=_late("app.cli.halt", "halt"))
    restore = commands.add_parser("restore", help="put a copy in the place of a damaged ledger")
    _profile_option(restore)
    restore.add_argument("--list", action="store_true", help="only print the copies")
    restore.add_argument("--from", dest="copy", default="", metavar="FILE", help="default: newest sound copy")
    restore.set_defaults(run=_late("app.cli.restore", "restore"))


def _add_cases(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    incidents = commands.add_parser("incidents", help="list the open incidents: members, money, action, why")
    _profile_option(incidents)
    incidents.add_argument("--json", action="store_true", help="print JSON")
    incidents.set_defaults(run=_late("app.cli.incidents", "list_incidents"))
    silences = commands.add_parser("silences", help="list the silences that hold, or end one")
    _profile_option(silences)
    silences.add_argument("--end", default="", metavar="SILENCE", help="let it end now")
    silences.add_argument("--as", dest="user", default="", metavar="USER", help="default: the first planner")
    silences.set_defaults(run=_late("app.cli.incidents", "list_silences"))
    quotes = commands.add_parser("quotes", help="price a shipment with every carrier, live where possible")
    _profile_option(quotes)
    quotes.add_argument("shipment", help="the shipment's id")
    quotes.add_argument("--json", action="store_true", help="print JSON")
    quotes.set_defaults(run=_late("app.cli.quotes", "quote_shipment"))

    case = commands.add_parser("case", help="show a case with its incident, or act on it")
    _profile_option(case)
    case.add_argument("case", metavar="CASE", help="the case's id, as cycle prints it")
    case.add_argument("--as", dest="user", default="", metavar="USER", help="default: the first planner")
    case.set_defaults(run=_late("app.cli.incidents", "act_on_case"), act="show")
    acts = case.add_subparsers(title="acts", metavar="ACT", dest="act")
    for name, words in (
        ("show", "print the case, its incident and its history (also: no act)"),
        ("ack", "say that it has been seen"),
        ("start", "begin to work on it"),
        ("resume", "end its wait"),
        ("regroup", "let its cause decide again where it belongs"),
    ):
        acts.add_parser(name, help=words)
    wait = acts.add_parser("wait", help="let it wait for somebody; its clocks stand still")
    wait.add_argument("whom", metavar="WHOM")
    wait.add_argument("--hours", type=int, default=0, metavar="N", help="at most; default: until resumed")
    snooze = acts.add_parser("snooze", help="let it rest until a time, or until its money doubles")
    snooze.add_argument("--minutes", type=int, default=0, metavar="N", help="0 wakes it")
    snooze.add_argument("--doubled", action="store_true", help="until twice the money is at stake")
    deny = acts.add_parser("false-positive", help="say that the condition is not so")
    merge = acts.add_parser("merge", help="put it into an incident, or beside another case")
    merge.add_argument("into", metavar="INCIDENT|CASE")
    split = acts.add_parser("split", help="take it out of its incident")
    silence = acts.add_parser("silence", help="hide cases of its type at its node for a while")
    silence.add_argument("--days", type=int, default=7, metavar="N", help="at most 90 (default: 7)")
    silence.add_argument("--everywhere", action="store_true", help="at every node")
    silence.add_argument("--customer", default="", metavar="ID", help="only of this customer")
    for act in (deny, merge, split, silence):
        act.add_argument("--reason", default="", metavar="TEXT")


def _add_keys(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    enrol = commands.add_parser("enrol", help="make a signing key for a user on this machine")
    _profile_option(enrol)
    enrol.add_argument("user", metavar="USER")
    enrol.set_defaults(run=_late("app.cli.keys", "enrol"))
    device = commands.add_parser(
        "device-key", help="print this desk's line for a connector service's devices"
    )
    _profile_option(device)
    device.set_defaults(run=_late("app.cli.keys", "device_key"))
    secret = commands.add_parser("secret", help="store a credential, read from standard input")
    _profile_option(secret)
    secret.add_argument("name", metavar="NAME", help="as a source's `secret` setting names it")
    secret.set_defaults(run=_late("app.cli.keys", "store_secret"))


def _add_trails(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    export = commands.add_parser("export-bundle", help="write a trail with its proofs for an auditor")
    _profile_option(export)
    export.add_argument("--out", required=True, metavar="FILE")
    export.add_argument(
        "--action", action="append", default=[], metavar="ACTION", help="default: the whole log"
    )
    export.add_argument("--demo", action="store_true", help="make one whole trail on a small demo world")
    export.set_defaults(run=_late("app.cli.bundles", "export"))
    verify = commands.add_parser("verify", help="verify an exported trail, offline")
    verify.add_argument("bundle", metavar="BUNDLE")
    verify.add_argument(
        "--root-fingerprint", default="", metavar="F", help="of the hub's key, as told to you"
    )
    verify.add_argument("--seen", default="", metavar="FILE", help="a checkpoint of the log that you kept")
    verify.add_argument("--whole", action="store_true", help="ask that no entry of the log is left out")
    verify.add_argument("--json", action="store_true", help="print JSON")
    verify.set_defaults(run=_late("app.cli.bundles", "verify"))


def _add_root(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    root = commands.add_parser("root", help="the trust root: who says which hub and executors count")
    acts = root.add_subparsers(title="what to do", metavar="WHAT", required=True)
    for name, function, words in (
        ("key", "make_key", "make an administrator's key, or print it again"),
        ("new", "new", "write version 1, to be signed"),
        ("sign", "sign", "add an administrator's signature to the last version"),
        ("show", "show", "print the last version; exit 1 while it does not hold"),
        ("rotate", "rotate", "write the next version, to be signed"),
        ("pin", "pin", "pin a root at a profile or at a hub's folder"),
    ):
        act = acts.add_parser(name, help=words)
        act.set_defaults(run=_late("app.cli.root", function))
        if name != "key":
            act.add_argument("file", metavar="FILE")
        if name in {"key", "sign"}:
            act.add_argument("--name", "--as", dest="name", required=True, metavar="NAME")
        if name in {"key", "sign", "pin"}:
            act.add_argument("--folder", default="", metavar="DIR", help="of the keys; of pin: of the hub")
        if name in {"new", "rotate"}:
            act.add_argument("--admin", action="append", default=[], metavar="NAME=KEY", help="three or more")
            act.add_argument("--hub-key", action="append", default=[], metavar="KEY", help="as hubs print it")
            act.add_argument("--executor-key", action="append", default=[], metavar="KEY")
            act.add_argument("--rights", action="append", default=[], metavar="FILE", help="of a hub")
            act.add_argument("--device-key", action="append", default=[], metavar="KEY", help="may be let in")
            act.add_argument("--threshold", type=int, default=0 if name == "rotate" else 2, metavar="N")
            act.add_argument("--days", type=int, default=365, metavar="N", help="at most 400 (default: 365)")
        if name == "rotate":
            act.add_argument("--drop-device-key", action="append", default=[], metavar="KEY")
        if name == "pin":
            _profile_option(act)
            act.add_argument("--fingerprint", required=True, metavar="F", help="as told by another way")


def _add_services(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    hub = commands.add_parser("hub", help="run the hub, the shared upstream record")
    hub.add_argument("--host", default="127.0.0.1")
    hub.add_argument("--port", type=int, default=8480)
    hub.add_argument("--folder", default="", metavar="DIR", help="where the hub keeps its key and database")
    hub.add_argument("--database-url", default="", metavar="URL", help="default: SQLite in the folder")
    hub.add_argument(
        "--first-use", action="store_true", help="let in the first key of each person without a token"
    )
    hub.add_argument("--revoke", default="", metavar="KEYID", help="let a key count no more, and end")
    hub.add_argument("--reason", default="", metavar="TEXT", help="why it is revoked")
    hub.set_defaults(run=_late("app.cli.services", "run_hub"))
    service = commands.add_parser("connector-service", help="serve connectors over HTTP to desktops")
    service.add_argument("--connector", required=True, choices=CONNECTORS)
    service.add_argument("--host", default="127.0.0.1")
    service.add_argument("--port", type=int, default=8470)
    service.add_argument("--folder", default="", metavar="DIR", help="where its state and token are kept")
    service.add_argument("--url", default="", help="address of the system behind, or its drop folder")
    service.add_argument(
        "--option", action="append", default=[], metavar="NAME=VALUE", help="of the connector"
    )
    service.add_argument("--certificate", default="", metavar="FILE", help="certificate chain (PEM), for TLS")
    service.add_argument("--key", default="", metavar="FILE", help="its private key (PEM)")
    service.add_argument(
        "--devices", default="", metavar="FILE", help="devices let in; default: in the folder"
    )
    service.add_argument(
        "--database-url",
        default="",
        metavar="URL",
        help="of commands and, on PostgreSQL, feeds; default: SQLite in the folder",
    )
    service.add_argument(
        "--requests-per-second", type=float, default=50.0, metavar="N", help="for each caller; 0: any number"
    )
    service.set_defaults(run=_late("app.cli.connector_service", "run_connector_service"))


def _add_policy(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    policy = commands.add_parser("policy", help="check policy files, or list those in force")
    what = policy.add_subparsers(title="what to do", metavar="WHAT", required=True)
    check = what.add_parser("check", help="print what is wrong with policy files; exit 1 if anything is")
    _profile_option(check)
    check.add_argument("--folder", default="", metavar="DIR", help="default: the profile's policy folder")
    check.set_defaults(run=_late("app.cli.policy", "check"))
    listed = what.add_parser("list", help="print id, version, digest and since when, one policy a line")
    _profile_option(listed)
    listed.set_defaults(run=_late("app.cli.policy", "list_policies"))


def _add_connectors(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    new = commands.add_parser("new-connector", help="lay the files of a new connector into a checkout")
    new.add_argument("name", metavar="NAME", help="of the system, in small letters: netstock, sap_ewm")
    new.add_argument("--folder", default=".", metavar="DIR", help="the checkout (default: here)")
    new.set_defaults(run=_late("app.cli.connectors", "new_connector"))
    shown = commands.add_parser("preview-file", help="show what a table file would become; keep nothing")
    shown.add_argument("file", metavar="FILE", help="CSV or XLSX")
    shown.add_argument("--mapping", required=True, metavar="FILE", help="its mapping profile")
    shown.set_defaults(run=_late("app.cli.connectors", "preview_file"))
    guess = commands.add_parser("suggest-mapping", help="write a first mapping profile for a table file")
    guess.add_argument("file", metavar="FILE", help="CSV or XLSX")
    guess.add_argument("--out", required=True, metavar="PROFILE", help="where to write it; never over a file")
    guess.add_argument("--kind", default="", metavar="KIND", help="of record (default: what fits best)")
    guess.set_defaults(run=_late("app.cli.connectors", "suggest_mapping"))


def _add_worlds(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    world = commands.add_parser("world", help="write a simulated world with its truth to a folder")
    world.add_argument("--size", choices=("tiny", "ci", "demo", "scale"), default="ci")
    world.add_argument("--seed", type=int, required=True, metavar="N")
    world.add_argument("--out", required=True, metavar="DIR", help="empty, or an older world")
    world.add_argument("--null", action="store_true", help="a world that nothing disrupts")
    world.set_defaults(run=_late("app.cli.world", "write_world"))
    judge = commands.add_parser("evaluate", help="lead the tower through a written world and judge it")
    judge.add_argument("folder", metavar="DIR", help="as world wrote it")
    judge.add_argument("--progress", action="store_true", help="tell each day on standard error")
    judge.set_defaults(run=_late("app.cli.world", "evaluate"))


def _add_optimisation(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    solve = commands.add_parser("solve", help="plan a backlog from a folder of Parquet files")
    solve.add_argument("--problem", required=True, metavar="DIR", help="as instance writes it")
    solve.add_argument("--out", required=True, metavar="PLAN", help="the plan, a Parquet file")
    solve.add_argument("--time-limit", type=float, default=60.0, metavar="S", help="of the whole command")
    solve.add_argument("--seed", type=int, default=1, metavar="N")
    solve.add_argument("--json", default="", metavar="OUTCOME", help="also write cost terms, bound and gap")
    solve.add_argument("--prices", default="", metavar="FILE", help="also write the prices of the bound")
    solve.add_argument("--explain", type=int, metavar="LINE", help="print why the plan treats it so")
    solve.add_argument("--moves", type=int, default=0, metavar="N", help="so many moves instead of a time")
    solve.add_argument("--mip-lines", type=int, default=2000, metavar="N", help="up to these ask HiGHS too")
    solve.set_defaults(run=_late("app.cli.optimise", "solve"))
    repair = commands.add_parser("repair", help="mend a plan for a closed node, or ask about one order")
    repair.add_argument("--problem", required=True, metavar="DIR", help="the backlog that was solved")
    repair.add_argument("--plan", required=True, metavar="PLAN", help="as solve wrote it")
    repair.add_argument("--prices", required=True, metavar="FILE", help="as solve wrote them")
    repair.add_argument("--out", required=True, metavar="PLAN", help="the plan then, a Parquet file")
    question = repair.add_mutually_exclusive_group(required=True)
    question.add_argument("--closed-node", type=int, metavar="NODE", help="nothing leaves it any more")
    question.add_argument("--order", type=int, metavar="ORDER", help="what it could have")
    repair.add_argument("--seed", type=int, default=1, metavar="N")
    repair.set_defaults(run=_late("app.cli.repair", "repair"))
    confirm = commands.add_parser("confirm", help="plan a backlog strictly class by class, WIN first")
    confirm.add_argument("--problem", required=True, metavar="DIR", help="a backlog, as for solve")
    confirm.add_argument("--classes", required=True, metavar="FILE", help="line, confirmed_qty, conf_class")
    confirm.add_argument("--out", required=True, metavar="PLAN", help="the plan, a Parquet file")
    confirm.add_argument("--time-limit", type=float, default=60.0, metavar="S", help="of each class")
    confirm.add_argument("--moves", type=int, default=0, metavar="N", help="so many moves instead of a time")
    confirm.add_argument("--seed", type=int, default=1, metavar="N")
    confirm.set_defaults(run=_late("app.cli.confirm", "confirm"))
    decide = commands.add_parser("decide", help="weigh the ways out of one case against each other")
    decide.add_argument("--problem", required=True, metavar="FILE", help="JSON: lines, ways and services")
    decide.add_argument("--seed", type=int, default=1, metavar="N")
    decide.add_argument("--json", metavar="FILE", help="also write the options to this file")
    decide.set_defaults(run=_late("app.cli.decide", "decide_file"))
    check = commands.add_parser(
        "self-check", help="live solver, shadow run and what-if give the same answers"
    )
    check.add_argument("--json", metavar="FILE", help="also write the answers to this file")
    check.set_defaults(run=_late("app.cli.self_check", "self_check"))
    instance = commands.add_parser("instance", help="write a seeded backlog to a folder")
    instance.add_argument("--family", choices=("D", "E", "B", "T"), default="D")
    instance.add_argument("--lines", type=int, required=True, metavar="N")
    instance.add_argument("--nodes", type=int, required=True, metavar="M")
    instance.add_argument("--seed", type=int, default=1, metavar="S")
    instance.add_argument("--out", required=True, metavar="DIR")
    instance.add_argument(
        "--with", dest="rules", default="", metavar="RULES", help="further rules: transfers,expedite,floors"
    )
    instance.set_defaults(run=_late("app.cli.optimise", "make_instance"))


def _add_scenarios(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    what_if = commands.add_parser("scenarios", help="solve what-if scenarios of a backlog and compare them")
    what_if.add_argument("--problem", required=True, metavar="DIR", help="a backlog, as for solve")
    what_if.add_argument("--scenarios", required=True, metavar="FILE", help="names with overrides, in JSON")
    what_if.add_argument(
        "--executor", default="pool", metavar="WHERE", help="here, pool or dask://HOST:PORT (default: pool)"
    )
    what_if.add_argument("--workers", type=int, default=2, metavar="N", help="of the pool (default: 2)")
    what_if.add_argument("--moves", type=int, default=2_000, metavar="N", help="of search (default: 2000)")
    what_if.add_argument("--seed", type=int, default=1, metavar="N")
    what_if.add_argument("--json", default="", metavar="FILE", help="write every comparison")
    what_if.add_argument("--rebase", action="store_true", help="leave out what names something gone")
    what_if.set_defaults(run=_late("app.cli.scenarios", "run"))
