"""The Qt application itself: made once, run, and grabbed into a picture where there is no screen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QInputDialog, QLineEdit, QWidget

from views.language import tr
from views.shell.state import ThemeName
from views.theme import apply, prepare, theme_named

APPLICATION_NAME = "control-tower"
_SIGNAL_HEARD_WITHIN_SECONDS = 1.0


def make_application(theme: ThemeName) -> QApplication:
    """The one application of this process, with its fonts and colours before any widget is made."""
    application = _application()
    apply(application, theme_named(theme))
    return application


def begin_application(theme: ThemeName) -> QApplication:
    """As :func:`make_application`, for a window that is made next and then shown in its theme."""
    application = _application()
    prepare(application, theme_named(theme))
    return application


def _application() -> QApplication:
    found = QApplication.instance()
    application = found if isinstance(found, QApplication) else QApplication([APPLICATION_NAME])
    application.setApplicationName(APPLICATION_NAME)
    return application


def show_first(window: QWidget, application: QApplication) -> None:
    """Show a window and return when it has been painted."""
    window.show()
    application.processEvents()


def run_until_closed() -> int:
    """Handle events until the last window is closed; gives the exit code.

    The interpreter hears a signal between two of its own steps only, and a window at rest has none: so it is
    given one now and then, which works on every system.
    """
    step = every(_SIGNAL_HEARD_WITHIN_SECONDS, lambda: None)
    try:
        return QApplication.exec()
    finally:
        step.stop()


def after(seconds: float, job: Callable[[], None]) -> None:
    """Do something in the GUI thread in so many seconds; ``job`` is kept alive until then."""

    def run() -> None:
        job()

    QTimer.singleShot(int(seconds * 1000), run)


def every(seconds: float, job: Callable[[], None]) -> QTimer:
    """Do something in the GUI thread every so many seconds, for as long as the timer is kept."""
    timer = QTimer()
    timer.setTimerType(Qt.TimerType.VeryCoarseTimer)
    timer.timeout.connect(job)
    timer.start(int(seconds * 1000))
    return timer


def grab(window: QWidget, file: Path) -> None:
    """Write what a window shows into a PNG file."""
    file.parent.mkdir(parents=True, exist_ok=True)
    window.grab().save(str(file))


def ask_pin(parent: QWidget) -> str:
    """Ask for the PIN of this desk's keys; empty when the person would rather not sign now."""
    text, given = QInputDialog.getText(
        parent,
        tr("Unlock signing"),
        tr("PIN of this desk (without it you can look, not sign):"),
        QLineEdit.EchoMode.Password,
    )
    return text if given else ""
