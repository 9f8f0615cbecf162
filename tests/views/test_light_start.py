"""The window's modules read no slow library: plots and solvers wait until somebody wants them."""

from __future__ import annotations

from tests.test_import_cost import imported_by

SLOW = frozenset({"ortools", "pandas", "pyqtgraph", "sqlalchemy", "scipy", "numba"})


def test_the_window_is_imported_without_plots_or_solvers() -> None:
    read = imported_by("import views.shell.window, app.gui_bridge") & SLOW
    assert not read, f"the window also imports {', '.join(sorted(read))}"
