"""Commands as changes of one entity: what is asked, whether it is so already, and the change itself."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import InvalidOperation

from connectors.odata.client import ODataClient
from connectors.odata.dialect import ETAG, address, body_value, same
from connectors.odata.profiles import PropertyValue, ServiceProfile, WriteRule
from connectors.row_records import Row
from domain.commands import Command, target_of
from domain.errors import BadInputError, ConflictError, RefusedError

_FIELD = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A command as it concerns one entity."""

    profile: ServiceProfile
    rule: WriteRule
    command: Command
    service: str
    path: str
    must: tuple[PropertyValue, ...]
    goal: tuple[PropertyValue, ...]

    @property
    def is_root(self) -> bool:
        """Whether the entity is the one its stream's records, and their versions, are of."""
        own = (self.profile.service, self.profile.entity_set)
        whole = {rule.kind for rule in self.profile.record if not rule.each}
        return own == (self.service, self.path.partition("(")[0].rpartition("/")[2]) and (
            target_of(self.command.action).kind in whole
        )


def change_of(command: Command, profiles: Mapping[str, ServiceProfile]) -> Change:
    """What a command changes.

    Raises:
        BadInputError: no profile says how, or the record's id does not fit.
    """
    verb = command.action.verb
    for profile in profiles.values():
        rule = next((each for each in profile.command if each.verb == verb), None)
        if rule is not None:
            break
    else:
        raise BadInputError(what=f"No service profile says how to {verb}.", remedy="Add a [[command]].")
    identity = target_of(command.action).entity_id
    found = re.fullmatch(rule.target, identity)
    if found is None:
        raise BadInputError(
            what=f"{identity!r} does not fit the target of {verb} in the profile.", remedy="Correct it."
        )
    service = rule.service or profile.service
    key = address(
        rule.entity_set or profile.entity_set,
        {**found.groupdict(), **rule.key},
        profile.key_type,
        profile.version,
    )
    return Change(
        profile=profile,
        rule=rule,
        command=command,
        service=service,
        path=f"{service}/{key}",
        must=_filled(rule.must, command, profile),
        goal=_filled(rule.set, command, profile),
    )


def _filled(
    values: Sequence[PropertyValue], command: Command, profile: ServiceProfile
) -> tuple[PropertyValue, ...]:
    """The values with the command's own in them; an instant is told in the service's zone, for its day."""
    action, zone = command.action, profile.habits.zone
    held = {field.name: getattr(action, field.name) for field in fields(action)}
    known = {
        name: value.astimezone(zone).isoformat() if isinstance(value, datetime) else str(value)
        for name, value in held.items()
        if value is not None
    }

    def text(found: re.Match[str]) -> str:
        if found.group(1) not in known:
            raise BadInputError(
                what=f"{action.verb} has no {found.group(1)}; it has {', '.join(known)}.",
                remedy="Correct the [[command]] in the service profile.",
            )
        return known[found.group(1)]

    return tuple(
        PropertyValue(
            property=_FIELD.sub(text, each.property), value=_FIELD.sub(text, each.value), type=each.type
        )
        for each in values
    )


def entity_of(change: Change, client: ODataClient) -> Row:
    """The entity as it is now.

    Raises:
        RefusedError: there is none.
    """
    row = client.entity(change.path, version=change.profile.version)
    if row is None:
        raise RefusedError(what=f"There is no {change.path}.", remedy="It may have been deleted.")
    return row


def is_done(change: Change, row: Row) -> bool:
    """Whether the entity bears the command's key, or is as it asks."""
    key_property = change.rule.key_property
    if key_property and str(row.get(key_property) or "") == change.command.key:
        return True
    return _holds(change.goal, row)


def _holds(values: Sequence[PropertyValue], row: Row) -> bool:
    missing = [each.property for each in values if each.property not in row]
    if missing:
        raise RefusedError(
            what=f"The entity has no property {missing[0]}.",
            remedy="Correct the [[command]] in the service profile.",
        )
    try:
        return all(same(row[each.property], each.value, each.type) for each in values)
    except (ValueError, InvalidOperation) as error:
        raise RefusedError(
            what=f"The entity and the command cannot be compared: {error}.",
            remedy="Correct the types in the [[command]] of the service profile.",
        ) from error


def carry_out(change: Change, row: Row, client: ODataClient) -> str:
    """Write the change against the version that was read; the new ETag, where the service tells it.

    Raises:
        ConflictError: the record is not as it was decided on, or was changed meanwhile.
        TowerError: the service does not answer, or refuses.
    """
    etag = str(row[ETAG])
    target = target_of(change.command.action)
    expected = next((each for each in change.command.expected if each.ref == target), None)
    if expected is not None and change.is_root and etag and expected.version != etag:
        raise ConflictError(
            what=f"{change.path} was changed since the decision.", remedy="Read it again and decide anew."
        )
    if not _holds(change.must, row):
        wanted = ", ".join(f"{each.property} = {each.value!r}" for each in change.must)
        raise ConflictError(what=f"{change.path} must have {wanted}.", remedy="Decide anew.")
    try:
        values = {
            each.property: body_value(each.value, each.type, change.profile.version) for each in change.goal
        }
    except (ValueError, InvalidOperation) as error:
        raise BadInputError(
            what=f"The change cannot be written: {error}.",
            remedy="Correct the types in the [[command]] of the service profile.",
        ) from error
    if change.rule.key_property:
        values[change.rule.key_property] = change.command.key
    return client.change(
        change.service,
        change.path,
        values,
        version=change.profile.version,
        etag=etag,
        method=change.rule.method,
    )
