"""Policy files: what they hold, and that a wrong one is refused naming file, table and row."""

from __future__ import annotations

import re

import pytest

from app.detection.policy_file import PolicyRefusedError
from app.detection.policy_set import load_policies, packaged_policies
from app.detection.rule_sql import compile_rule
from domain.decision_tables.suppression import Suppression, SuppressOn
from domain.errors import BadInputError
from tests.support.rule_of_policy import rule_with
from tests.support.source_tree import REPOSITORY

TABLE = "price.toml, table price_tolerance"
SEVERITY = "Table severity of severity.toml"

HEAD = """
[policy]
id = "{0}"
version = 7
effective = 2026-11-01T00:00:00Z
owner = "S&OP"
"""

BODY = """
[settings]
{0}_late_hours = 24

[[decision]]
name = "{0}_tolerance"
hit = "FIRST"
inputs = [{{ name = "tier", type = "int", null = true }}]
outputs = [{{ name = "tolerance_bp", type = "int" }}]
rows = [
  ["1", 100],
  ["-", 200],
]

[[decision.test]]
given = {{ tier = 1 }}
expect = {{ tolerance_bp = 100 }}
"""

SUPPRESS = """
[[suppress]]
code = {0}
while = "{1}"
on = "node"
"""


def file(name: str = "price", *, body: str = BODY, more: str = "") -> str:
    """A policy file without fault, or with one that is put in."""
    return HEAD.format(name) + body.format(name) + more


def problems(**texts: str) -> list[str]:
    """What is wrong with the files, one line a problem."""
    with pytest.raises(PolicyRefusedError) as error:
        load_policies({f"{name}.toml": text for name, text in texts.items()})
    return [str(problem) for problem in error.value.problems]


def test_a_set_answers_from_all_its_files() -> None:
    policies = load_policies({"a.toml": file("a"), "b.toml": file("b")})
    assert policies.setting("b_late_hours") == 24
    assert policies.decide("a_tolerance", tier=1) == {"tolerance_bp": 100}
    assert policies.decide("a_tolerance") == {"tolerance_bp": 200}
    assert policies.versions == {"a": 7, "b": 7}
    said = policies.case_sql("a_tolerance", "tolerance_bp", {"tier": "c.tier"})
    assert said == "(CASE WHEN c.tier = 1 THEN 100 ELSE 200 END)"


def test_an_answer_says_which_policy_and_row_gave_it() -> None:
    decided = load_policies({"a.toml": file("a")}).explain("a_tolerance", tier=3)
    assert (decided.policy_id, decided.version, decided.table, decided.rows) == ("a", 7, "a_tolerance", (2,))
    assert decided.outputs == {"tolerance_bp": 200}


def test_the_digest_is_of_the_texts() -> None:
    one, same = load_policies({"a.toml": file("a")}), load_policies({"a.toml": file("a")})
    other = load_policies({"a.toml": file("a") + "# a word\n"})
    assert one.digest == same.digest
    assert one.digest != other.digest


def test_what_suppresses_what_is_read() -> None:
    more = SUPPRESS.format('["WH-PICK-SHORT", "AL-SHORT"]', "DQ-STALE")
    edges = load_policies({"a.toml": file(more=more)}).suppressions
    assert edges == tuple(
        Suppression(code=code, while_code="DQ-STALE", on=SuppressOn.NODE)
        for code in ("WH-PICK-SHORT", "AL-SHORT")
    )


@pytest.mark.parametrize(
    ("changed", "to", "problem"),
    [
        ('["-", 200],', '["2", 200],', f"{TABLE}: has a gap: no row says what holds at tier = 0"),
        ('["-", 200],', '["-", 200], ["2", 1],', f"{TABLE}, row 3: is never reached"),
        ('hit = "FIRST"', 'hit = "UNIQUE"', f"{TABLE}, row 2: overlaps row 1, for example at tier = 1"),
        ('["1", 100]', '["one", 100]', f"{TABLE}, row 1: tier (int): 'one' is no number"),
        ("tier = 1 }", "tier = 2 }", f"{TABLE}: test 1 fails: for tier = 2 it expects tolerance_bp = 100"),
        ("tier = 1 }", "teir = 1 }", f"{TABLE}: test 1: no input is called 'teir'"),
        (
            "= 24",
            '= "24"',
            "price.toml: the setting price_late_hours is '24', expected a whole number from 0",
        ),
        ("= 24", "= -24", "price.toml: the setting price_late_hours is -24, expected a whole number from 0"),
        (
            "= 24",
            "= true",
            "price.toml: the setting price_late_hours is True, expected a whole number from 0",
        ),
        ("[settings]", "[setings]", "price.toml: has 'setings', which is no part of a policy file"),
        ("version = 7", "version = 0", "price.toml: [policy] version is 0, expected a whole number from 1"),
        (
            "version = 7",
            'version = "7"',
            "price.toml: [policy] version is '7', expected a whole number from 1",
        ),
        ("00:00Z", "00:00", "price.toml: [policy] effective is no date and time with its zone"),
        ('owner = "S&OP"', "", "price.toml: needs [policy] with id, version, effective and owner"),
        ("[[decision]]", "[decision]", "price.toml: decision is written [[decision]]"),
    ],
)
def test_a_wrong_file_is_refused_where_it_is_wrong(changed: str, to: str, problem: str) -> None:
    good = file()
    assert changed in good
    assert any(problem in found for found in problems(price=good.replace(changed, to)))


def test_a_file_that_is_no_toml_is_refused() -> None:
    (problem,) = problems(price=HEAD.format("price") + "rows = [")
    assert problem.startswith("price.toml: is not valid TOML: ")


def test_what_two_files_say_is_refused() -> None:
    found = problems(a=file("price"), b=file("price"))
    assert found == [
        "b.toml: the policy price is also in a.toml",
        "b.toml: the setting price_late_hours is also in a.toml",
        "b.toml: the table price_tolerance is also in a.toml",
    ]


def test_a_table_named_twice_in_one_file_is_refused() -> None:
    _, _, again = BODY.partition("= 24")
    assert "a.toml: the table a_tolerance is also in a.toml" in problems(a=file("a", more=again.format("a")))


def test_a_circle_of_suppression_is_refused_with_its_codes() -> None:
    one = SUPPRESS.format('"AL-SHORT"', "DQ-STALE")
    other = SUPPRESS.format('"DQ-STALE"', "WH-PICK-SHORT") + SUPPRESS.format('"WH-PICK-SHORT"', "AL-SHORT")
    (problem,) = problems(a=file("a", more=one), b=file("b", more=other))
    place, _, circle = problem.partition(": suppression goes round in a circle: ")
    assert place == "a.toml, table suppress, row 1"
    assert circle == "AL-SHORT while DQ-STALE while WH-PICK-SHORT while AL-SHORT"


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        (('"AL-SHOTR"', "DQ-STALE"), "'AL-SHOTR' is no type of the catalogue"),
        (('"AL-SHORT"', "STALE"), "'STALE' is no type of the catalogue"),
        (('"AL-SHORT"', "AL-SHORT"), "AL-SHORT suppresses itself."),
    ],
)
def test_a_suppression_that_cannot_be_is_refused(entry: tuple[str, str], problem: str) -> None:
    assert problems(a=file("a", more=SUPPRESS.format(*entry))) == [
        f"a.toml, table suppress, row 1: {problem}"
    ]


def test_a_suppression_on_nothing_known_is_refused() -> None:
    more = SUPPRESS.format('"AL-SHORT"', "DQ-STALE").replace('"node"', '"galaxy"')
    (problem,) = problems(a=file("a", more=more))
    assert problem.startswith("a.toml, table suppress, row 1: on is 'galaxy', expected one of any, order")


def test_a_table_about_codes_names_only_types_of_the_catalogue() -> None:
    body = BODY.replace("tier", "code").replace('"int", null', '"text", null').replace('"1"', '"AL-SHOTR"')
    found = problems(a=file("a", body=body.replace("= 1 }}", '= "x" }}')))
    assert "a.toml, table a_tolerance, row 1: 'AL-SHOTR' is no type of the catalogue" in found


def test_all_that_is_wrong_is_said_at_once() -> None:
    found = problems(a=file("a").replace("= 24", "= 1.5"), b=file("b").replace('["-", 200]', '["2", 200]'))
    assert len(found) == 2
    assert found[0].startswith("a.toml: the setting")
    assert found[1].startswith("b.toml, table b_tolerance: has a gap")


@pytest.mark.parametrize(
    ("sql", "what"),
    [
        ("{setting:no_such_hours}", "No policy has a setting 'no_such_hours'."),
        ("{decide:nothing.x(tier=1)}", "No policy has a decision table 'nothing'."),
        ("{decide:severity.colour(loss_cents=1)}", f"{SEVERITY} has no output 'colour'."),
        ("{decide:severity.severity(loss_cents=1, mood=2)}", f"{SEVERITY} has no input 'mood'."),
        ("{decide:severity.severity(tier=1)}", f"{SEVERITY} has to be given 'loss_cents'."),
    ],
)
def test_a_rule_that_asks_for_what_is_not_there_is_refused(sql: str, what: str) -> None:
    with pytest.raises(BadInputError) as error:
        compile_rule(rule_with(f"SELECT {sql}"), packaged_policies())
    assert error.value.what == what


def test_the_packaged_policies_are_good_and_every_table_is_tested() -> None:
    policies = packaged_policies()
    untested = [
        f"{name}: {table.name}"
        for name, each in policies.files.items()
        for table in each.tables
        if not table.tests
    ]
    assert untested == []
    assert {"severity.toml", "loss.toml", "exception_sets.toml"} <= policies.files.keys()


def test_the_file_of_the_docs_can_be_loaded() -> None:
    page = (REPOSITORY / "docs" / "policies.md").read_text(encoding="utf-8")
    examples = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    (shown,) = [text for text in examples if "[[decision]]" in text]
    policies = load_policies({"allocation.toml": shown})
    assert policies.decide("price_tolerance", tier=3, category="paint & glue") == {"tolerance_bp": 50}
    assert policies.decide("price_tolerance") == {"tolerance_bp": 200}
    assert [edge.while_code for edge in policies.suppressions] == ["WH-OUTAGE"]
