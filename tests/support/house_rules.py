"""The rules of the house that ruff and import-linter cannot say: each takes a file and gives its findings."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.support.source_tree import (
    FUNCTION_TYPES,
    Function,
    Source,
    definitions,
    dotted,
    functions,
    imported_names,
    imports,
    resolved,
)

MAX_FILE_LINES = 420
MAX_FUNCTION_LINES = 60

BANNED_WORDS = frozenset({"util", "utils", "helper", "helpers", "common", "manager", "managers", "misc"})
# Written in two parts, so that this file does not break the rule that it keeps.
UNFINISHED = re.compile(r"\b(" + "TO" + r"DO|FIX" + r"ME)\b")

CLOCKS = frozenset(
    {
        "time.time", "time.time_ns", "time.monotonic", "time.monotonic_ns", "time.perf_counter",
        "time.perf_counter_ns", "time.process_time", "time.localtime", "time.gmtime",
        "datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today", "datetime.date.today",
    }
)  # fmt: skip
QT_CLOCKS = frozenset(
    {
        "currentDateTime",
        "currentDateTimeUtc",
        "currentDate",
        "currentMSecsSinceEpoch",
        "currentSecsSinceEpoch",
    }
)
RANDOMNESS = frozenset(
    {"uuid.uuid1", "uuid.uuid4", "uuid.uuid6", "uuid.uuid7", "os.urandom", "random.SystemRandom"}
)
SEEDED = frozenset({"random.Random", "numpy.random.default_rng"})

SQL_ROOMS = ("app/store/", "app/detection/", "app/hub/", "connectors/sql_view/client.py")
SQL_TEXT = re.compile(
    r"^\s*(SELECT\s.+\sFROM\s|INSERT\s+(OR\s+\w+\s+)?INTO\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s"
    r"|CREATE\s+(TABLE|INDEX|VIEW|TRIGGER)\s|PRAGMA\s|WITH\s+\w+\s+AS\s*\()",
    re.DOTALL,
)
NETWORK_MODULES = frozenset(
    {"urllib.request", "http.client", "http.server", "xmlrpc.client", "smtplib", "ftplib", "telnetlib"}
)
DANGEROUS_MODULES = frozenset(
    {"pickle", "marshal", "shelve", "dill", "cloudpickle", "telnetlib", "keyrings.alt"}
)
DANGEROUS_CALLS = frozenset(
    {"eval", "exec", "os.system", "os.popen", "yaml.load", "ssl._create_unverified_context"}
)
DANGEROUS_OPTIONS = {"shell": True, "verify": False}


def words(name: str) -> list[str]:
    """Split a name into its words, lower case: "HubClient_x" is hub, client, x."""
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name)]


def banned_names(file: Source) -> Iterator[str]:
    """Find names of files, functions and classes that say nothing."""
    for part in file.path.removesuffix(".py").split("/"):
        for word in BANNED_WORDS.intersection(words(part)):
            yield f"{file.path}:1: the name {part!r} says nothing ({word})"
    for _, node, _ in definitions(file.tree):
        if node.name.startswith("test_"):
            continue  # the name of a test is a sentence
        for word in BANNED_WORDS.intersection(words(node.name)):
            yield file.at(node, f"the name {node.name!r} says nothing ({word})")


def too_long(file: Source) -> Iterator[str]:
    """Find files and functions that hold more than one idea."""
    lines = len(file.text.splitlines())
    if lines > MAX_FILE_LINES:
        yield f"{file.path}:1: {lines} lines; at most {MAX_FILE_LINES}"
    for name, node in functions(file.tree):
        length = (node.end_lineno or node.lineno) - node.lineno + 1
        if length > MAX_FUNCTION_LINES:
            yield file.at(node, f"{name} has {length} lines; at most {MAX_FUNCTION_LINES}")


def missing_docstrings(file: Source) -> Iterator[str]:
    """Find public modules, classes, functions and methods without a docstring; overrides inherit theirs."""
    if ast.get_docstring(file.tree) is None:
        yield f"{file.path}:1: the module has no docstring"
    for name, node, holder in definitions(file.tree):
        inside_function = isinstance(holder, FUNCTION_TYPES)
        private = any(part.startswith("_") for part in name.split("."))
        marks = {dotted(each).rsplit(".", maxsplit=1)[-1] for each in node.decorator_list}
        migration = "/migrations/" in file.path and name in {"upgrade", "downgrade"}
        if (
            migration
            or inside_function
            or private
            or marks & {"override", "overload", "setter"}
            or is_qt_override(node)
        ):
            continue
        if ast.get_docstring(node) is None:
            yield file.at(node, f"{name} has no docstring")


def is_qt_override(node: ast.AST) -> bool:
    """Tell whether a method bears a name that Qt calls, which Qt's own pages describe."""
    return isinstance(node, FUNCTION_TYPES) and re.fullmatch(r"[a-z]+([A-Z][a-z]*)+", node.name) is not None


def clocks_and_chance(file: Source) -> Iterator[str]:
    """Find a clock, a new id or randomness that is read instead of being passed in."""
    names = imported_names(file.tree)
    seeded = {
        id(node.func)
        for node in ast.walk(file.tree)
        if isinstance(node, ast.Call)
        and (node.args or node.keywords)
        and resolved(node.func, names) in SEEDED
    }
    for node in ast.walk(file.tree):
        if not isinstance(node, ast.Attribute | ast.Name) or not isinstance(node.ctx, ast.Load):
            continue
        name = resolved(node, names)
        if name in CLOCKS or (isinstance(node, ast.Attribute) and node.attr in QT_CLOCKS):
            yield file.at(node, f"reads the clock ({name}); take it as a value")
        elif name in RANDOMNESS or name.startswith("secrets.") or draws_unseeded(name):
            yield file.at(node, f"makes randomness ({name}); take it as a value")
        elif name in SEEDED and id(node) not in seeded and not is_annotation(file, node):
            yield file.at(node, f"makes randomness without a seed ({name})")


def draws_unseeded(name: str) -> bool:
    """Tell whether a name is a function of the module-wide random state."""
    return re.fullmatch(r"random\.[a-z]\w*|numpy\.random\.(?!default_rng)[a-z]\w*", name) is not None


def is_annotation(file: Source, wanted: ast.AST) -> bool:
    """Tell whether a name stands in a type, where nothing is called."""
    for node in ast.walk(file.tree):
        types: list[ast.expr | None] = []
        if isinstance(node, ast.arg | ast.AnnAssign):
            types = [node.annotation]
        elif isinstance(node, FUNCTION_TYPES):
            types = [node.returns]
        if any(each is wanted for found in types if found for each in ast.walk(found)):
            return True
    return False


def sql_outside_its_rooms(file: Source) -> Iterator[str]:
    """Find SQL text where no SQL belongs."""
    if file.path.startswith(SQL_ROOMS):
        return
    for node in ast.walk(file.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and SQL_TEXT.match(node.value):
            yield file.at(node, "SQL text outside app/store, app/detection and app/hub")


def pasted_sql(file: Source) -> Iterator[str]:
    """Find SQL that is put together from values: text(f"..."), execute("..." % x)."""
    for node in ast.walk(file.tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        called = dotted(node.func).rsplit(".", maxsplit=1)[-1] or getattr(node.func, "attr", "")
        if called in {"text", "execute", "executemany", "executescript", "exec_driver_sql"} and is_pasted(
            node.args[0]
        ):
            yield file.at(node, f"{called}() of a text put together from values; bind the values")


def is_pasted(node: ast.expr) -> bool:
    """Tell whether an expression makes a text out of values: f-string, %, .format(), + of an f-string."""
    if isinstance(node, ast.JoinedStr):
        return any(isinstance(part, ast.FormattedValue) for part in node.values)
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.Mod) or is_pasted(node.left) or is_pasted(node.right)
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format"


def dangerous_calls(file: Source) -> Iterator[str]:
    """Find what runs foreign code or trusts anyone: pickle, eval, shell=True, verify=False."""
    names = imported_names(file.tree)
    for module, statement in imports(file.tree):
        if module in DANGEROUS_MODULES:
            yield file.at(statement, f"imports {module}")
    for node in ast.walk(file.tree):
        if not isinstance(node, ast.Call):
            continue
        if resolved(node.func, names) in DANGEROUS_CALLS:
            yield file.at(node, f"calls {dotted(node.func)}")
        for option in node.keywords:
            value = option.value.value if isinstance(option.value, ast.Constant) else None
            if option.arg in DANGEROUS_OPTIONS and value is DANGEROUS_OPTIONS[option.arg]:
                yield file.at(node, f"{option.arg}={value}")


def stray_network(file: Source) -> Iterator[str]:
    """Find the standard library's own clients and servers: HTTP is connectors/http.py's."""
    for module, statement in imports(file.tree):
        if module in NETWORK_MODULES:
            yield file.at(statement, f"imports {module}; connectors/http.py is the client")


def unfinished(file: Source) -> Iterator[str]:
    """Find what was left for later: marks, and functions that only say they are not written."""
    for number, line in enumerate(file.text.splitlines(), start=1):
        if UNFINISHED.search(line):
            yield f"{file.path}:{number}: unfinished work belongs in an issue"
    for node in ast.walk(file.tree):
        if isinstance(node, ast.Name) and node.id == "NotImplemented" + "Error":
            yield file.at(node, "a function that is not written")


def float_money(file: Source) -> Iterator[str]:
    """Find money that is a float: cents are counted in int."""
    for node in ast.walk(file.tree):
        name = ""
        if isinstance(node, ast.AnnAssign):
            name = dotted(node.target).rsplit(".", maxsplit=1)[-1]
        elif isinstance(node, ast.arg):
            name = node.arg
        if name.endswith("_cents") and "float" in ast.unparse(
            getattr(node, "annotation", None) or ast.Constant("")
        ):
            yield file.at(node, f"{name} is money; count it in int")


def loose_dataclasses(file: Source) -> Iterator[str]:
    """Find values of the domain that can be changed, or filled by position."""
    for name, node, _ in definitions(file.tree):
        for mark in node.decorator_list:
            called = mark.func if isinstance(mark, ast.Call) else mark
            if dotted(called).rsplit(".", maxsplit=1)[-1] != "dataclass":
                continue
            given = {each.arg for each in mark.keywords} if isinstance(mark, ast.Call) else set()
            if not {"frozen", "slots", "kw_only"} <= given:
                yield file.at(node, f"{name} is not @dataclass(frozen=True, slots=True, kw_only=True)")


def eager_solver(file: Source) -> Iterator[str]:
    """Find OR-Tools imported when a module is read; importing it costs most of a second."""
    inside = {id(each) for _, node in functions(file.tree) for each in ast.walk(node)}
    typing_only = {
        id(each)
        for node in ast.walk(file.tree)
        if isinstance(node, ast.If) and dotted(node.test).endswith("TYPE_CHECKING")
        for each in ast.walk(node)
    }
    for module, statement in imports(file.tree):
        if module.split(".")[0] in {"ortools", "pandas"} and id(statement) not in inside | typing_only:
            yield file.at(statement, f"imports {module} when it is read; import it inside the function")


def silent_tests(file: Source) -> Iterator[str]:
    """Find tests that prove nothing: no assert, no expected error, no call to a check that asserts."""
    local = {node.name: node for _, node in functions(file.tree)}
    for name, node in functions(file.tree):
        if node.name.startswith("test") and not speaks(node, local, frozenset()):
            yield file.at(node, f"{name} asserts nothing")


def speaks(node: Function, local: dict[str, Function], seen: frozenset[str]) -> bool:
    """Tell whether a function asserts, itself or through another function of its file."""
    for each in ast.walk(node):
        if isinstance(each, ast.Assert):
            return True
        if not isinstance(each, ast.Call):
            continue
        called = dotted(each.func).rsplit(".", maxsplit=1)[-1]
        if called in {"raises", "warns", "fail"} or re.match(r"_?(assert|check|expect|verify)", called):
            return True
        if called in local and called not in seen and speaks(local[called], local, seen | {called}):
            return True
    return False
