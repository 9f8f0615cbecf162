"""What a window asks before there is a program to ask reaches the program, once and in order."""

from __future__ import annotations

from app.late_program import LateProgram
from tests.support.fake_intents import FakeIntents


def test_what_was_asked_early_is_handed_over_in_order_and_the_rest_goes_at_once() -> None:
    late, program = LateProgram(), FakeIntents()
    choose = late.intents.select_case
    late.intents.look_at("tower")
    choose("EX-1")
    assert program.calls == []
    late.begin(program)
    assert program.calls == [("look_at", "tower"), ("select_case", "EX-1")]
    # A method taken before there was a program finds it, too.
    choose("EX-2")
    late.intents.snooze("EX-2", 60)
    assert program.calls[2:] == [("select_case", "EX-2"), ("snooze", "EX-2", 60)]


def test_an_answer_comes_back() -> None:
    late, program = LateProgram(), FakeIntents()
    late.begin(program)
    asked = ("stock.csv", "stock", {"SKU": "item"})
    assert late.intents.preview_file(*asked) == program.preview_file(*asked)
