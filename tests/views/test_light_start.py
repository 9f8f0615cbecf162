"""The window's modules read no slow library: plots and solvers wait until somebody wants them."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication

from tests.support.fake_intents import FakeIntents
from tests.support.map_baseline import share_far_off
from tests.test_import_cost import imported_by
from views.shell.application import begin_application, make_application
from views.shell.window import TowerWindow

SLOW = frozenset({"ortools", "pandas", "pyqtgraph", "sqlalchemy", "scipy", "numba"})


def test_the_window_is_imported_without_plots_or_solvers() -> None:
    read = imported_by("import views.shell.window, app.gui_bridge") & SLOW
    assert not read, f"the window also imports {', '.join(sorted(read))}"


def test_the_window_is_shown_before_what_it_speaks_to_is_read() -> None:
    read = imported_by("import app.gui_session; import sys; assert 'app.gui_bridge' not in sys.modules")
    assert "app" in read
    assert "multiprocessing" not in read


def test_a_window_made_before_its_style_sheet_looks_the_same(qapp: QApplication) -> None:
    def shown() -> TowerWindow:
        window = TowerWindow(FakeIntents())
        window.set_theme("dark")
        window.show()
        window.tower.map.finish_painting()
        return window

    qapp.setStyleSheet("")
    begin_application("dark")
    assert not qapp.styleSheet()
    early = shown()
    picture = early.grab().toImage()
    early.close()
    make_application("dark")
    assert qapp.styleSheet()
    late = shown()
    assert share_far_off(late.grab().toImage(), picture) == 0.0
    late.close()
