"""The panel of the selected case: what happened, what can be done, who must approve."""
