"""What a page holds besides the snapshot, brought to the page it is for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from views.approvals.ledger_state import LedgerShown
from views.case_queue.bulk_state import BulkOutcome
from views.formatting import counted
from views.language import tr

if TYPE_CHECKING:
    from views.ports import PageContent
    from views.shell.window import TowerWindow


def show_content(window: TowerWindow, content: PageContent) -> None:
    """Show content on its page."""
    # The start reads no figures, no policies and no scenarios.
    from views.kpis.state import KpiFigures  # noqa: PLC0415 - see above
    from views.rules.state import RulesChecked, RulesShown, RulesTried  # noqa: PLC0415 - see above
    from views.sources.state import SourcesShown, SourceTested  # noqa: PLC0415 - see above
    from views.what_if.state import (  # noqa: PLC0415 - see above
        WhatIfChoices,
        WhatIfFailed,
        WhatIfOpened,
        WhatIfProgress,
        WhatIfPromoted,
        WhatIfSolved,
        WhatIfWhy,
    )

    match content:
        case KpiFigures():
            first = not window.kpis.panels
            window.kpis_model.apply(content)
            if first and window.page == "kpis":
                window.kpis.focus_first()
        case BulkOutcome():
            window.tower_model.queue.bulk.take(content)
            if not content.failed:
                cases = counted(len(content.done), "case")
                window.show_toast(tr("Done with {cases}.", cases=cases), "ok")
        case SourcesShown() | SourceTested():
            window.sources_model.apply_content(content)
        case LedgerShown():
            window.approvals_model.apply_ledger(content)
        case RulesShown() | RulesChecked() | RulesTried():
            window.rules_model.apply(content)
        case (
            WhatIfChoices()
            | WhatIfProgress()
            | WhatIfSolved()
            | WhatIfFailed()
            | WhatIfWhy()
            | WhatIfOpened()
            | WhatIfPromoted()
        ):
            window.what_if.model.apply(content)
        case _:
            window.settings.show_settings(content)
