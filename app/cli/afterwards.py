"""After an approval: ``control-tower propose --undo`` and ``control-tower settle``."""

from __future__ import annotations

import argparse

from app.cli.printing import print_document, signed_document
from app.cli.running import running_tower


def propose_way_back(options: argparse.Namespace) -> int:
    """Sign a proposal that takes back an executed action; print what takes back which of its commands."""
    with running_tower(options.profile) as tower:
        user = options.user or tower.parts.profile.first_with_role("planner").user
        tower.settle()
        entry = tower.afterwards.propose_way_back(options.undo, user, options.reason)
        document = {"takes_back": options.undo, **signed_document(entry, user, tower.settle())}
        commands = tower.parts.ledger.approval(entry.action_id).proposal.terms.commands
        print_document(document | {"commands": [f"{each.source}: {each.action.verb}" for each in commands]})
    return 0


def settle_command(options: argparse.Namespace) -> int:
    """Sign whether a command in doubt happened, deliver that, and let the executor go on."""
    with running_tower(options.profile) as tower:
        user = options.user or tower.parts.profile.first_with_role("supervisor").user
        tower.settle()
        entry = tower.afterwards.say_settled(
            options.action,
            f"{options.action}-{options.command}",
            user,
            happened=options.happened,
            reason=options.reason,
        )
        document = signed_document(entry, user, tower.settle())
        state = str(tower.parts.ledger.approval(options.action).state)
        print_document(document | {"happened": options.happened, "state": state})
    return 0
