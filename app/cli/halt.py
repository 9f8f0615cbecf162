"""Stopping all writes of a profile at once, and letting them go on."""

from __future__ import annotations

import argparse

from app.kill_switch import KillSwitch
from app.profile import load_profile


def halt(options: argparse.Namespace) -> int:
    """Pull or release the kill switch; it works beside a running window."""
    switch = KillSwitch(load_profile(options.profile).folder)
    if options.release:
        switch.release()
    elif options.reason:
        switch.pull(options.reason)
    why = switch.why()
    print(f"halted: nothing is sent ({why})" if why else "not halted: what is approved is carried out")
    return 0
