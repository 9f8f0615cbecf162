"""Policies and decision rights as pages of a text browser; every foreign text is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from views.formatting import count
from views.language import tr
from views.rules.state import PolicyView, RightsView, RuleTable, SettingRow
from views.theme import Theme


def policy_page(policy: PolicyView, theme: Theme) -> str:
    """The settings, decision tables and silences of a policy."""
    parts = []
    if policy.settings:
        parts.append(_heading(tr("Settings")) + _settings(policy.settings, theme))
    parts += [
        _heading(_words(table.name), _hit_words(table), theme) + _table(table, theme)
        for table in policy.tables
    ]
    if policy.quiet:
        rows = [(code, while_code, on.replace("_", " ")) for code, while_code, on in policy.quiet]
        parts.append(
            _heading(tr("Kept quiet"))
            + _grid((tr("This type"), tr("While this is open"), tr("Of the same")), rows, theme)
        )
    return "".join(parts) or f"<p>{tr('This policy has no settings and no tables.')}</p>"


def rights_page(rights: RightsView, theme: Theme) -> str:
    """The rows of the decision rights and the people they speak of."""
    columns = (
        tr("Remedy"),
        tr("Up to"),
        tr("Right"),
        tr("Proposes"),
        tr("Approves"),
        tr("Conditions"),
        tr("Row"),
    )
    rows = [
        (
            row.remedy,
            row.limit,
            "forbidden" if row.is_forbidden else row.right,
            row.proposers,
            row.approvers,
            row.conditions,
            row.row_id,
        )
        for row in rights.rows
    ]
    page = _heading(tr("Who may propose and approve what")) + _grid(columns, rows, theme)
    page += f"<p>{tr('What no row permits is denied; a row that forbids wins over any that permits.')}</p>"
    if rights.limits:
        titles = (tr("Remedy"), tr("Counted for"), tr("Up to"), tr("Row"))
        page += _heading(tr("At most in 24 hours")) + _grid(titles, rights.limits, theme)
    if rights.delegations:
        titles_lent = (tr("From"), tr("To"), tr("Role"), tr("Up to"), tr("While"))
        page += _heading(tr("Lent to others")) + _grid(titles_lent, rights.delegations, theme)
    if rights.people:
        page += _heading(tr("People at this desk")) + _grid((tr("Person"), tr("Roles")), rights.people, theme)
    return page


def _words(name: str) -> str:
    text = name.replace("_", " ")
    return text[:1].upper() + text[1:]


def _hit_words(table: RuleTable) -> str:
    return {
        "UNIQUE": tr("exactly one row answers"),
        "FIRST": tr("the first row that fits answers"),
        "PRIORITY": tr("the best answer of the rows that fit"),
    }.get(table.hit, tr("all rows that fit: {value}", value=table.hit.casefold()))


def _heading(text: str, more: str = "", theme: Theme | None = None) -> str:
    colour = theme.muted.name() if theme is not None else ""
    rest = f" <span style='color:{colour};font-weight:400'>&nbsp; {escape(more)}</span>" if more else ""
    return f"<p style='font-weight:600;margin-top:4px;margin-bottom:6px'>{escape(text)}{rest}</p>"


def _settings(settings: Sequence[SettingRow], theme: Theme) -> str:
    rows = [
        (
            _words(setting.name),
            count(setting.value),
            "" if setting.packaged is None else count(setting.packaged),
        )
        for setting in settings
    ]
    if not any(packaged for _, _, packaged in rows):
        return _grid((tr("Setting"), tr("Value")), [row[:2] for row in rows], theme, right=1)
    return _grid((tr("Setting"), tr("Value"), tr("Ships as")), rows, theme, right=1)


def _table(table: RuleTable, theme: Theme) -> str:
    inputs = len(table.columns) - table.outputs
    titles = [_words(c) if n < inputs else f"→ {_words(c)}" for n, c in enumerate(table.columns)]
    rows = [(str(number), *row) for number, row in enumerate(table.rows, start=1)]
    return _grid(("", *titles), rows, theme)


def _grid(titles: Sequence[str], rows: Iterable[Sequence[str]], theme: Theme, *, right: int = -1) -> str:
    def cell(tag: str, text: str, number: int, colour: str) -> str:
        align = " align='right'" if number == right else " align='left'"
        return f"<{tag}{align} style='color:{colour};font-weight:400'>{escape(text)}</{tag}>"

    muted, text, border = theme.muted.name(), theme.text.name(), theme.border.name()
    head = "".join(cell("td", title, number, muted) for number, title in enumerate(titles))
    body = "".join(
        "<tr>" + "".join(cell("td", part, number, text) for number, part in enumerate(row)) + "</tr>"
        for row in rows
    )
    return (
        f"<table cellspacing='0' cellpadding='5' border='1' style='margin-top:4px;margin-bottom:14px;"
        f"border-collapse:collapse;"
        f"border-color:{border};border-style:solid'><tr>{head}</tr>{body}</table>"
    )
