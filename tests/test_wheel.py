"""The wheel: six folders under control_tower/_src/, nothing else at its top, and a command that starts it."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parent.parent
ROOMS = {"app", "views", "domain", "optimization", "connectors", "resources"}


def run(*command: str | Path, cwd: Path, **environment: str) -> str:
    """Run a command to its end and give what it printed; fail with all of it otherwise."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel once, with the build tools of the lock and no network."""
    out = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", out, ".", cwd=REPOSITORY)
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def names(wheel: Path) -> list[str]:
    """List the files in the wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


def test_nothing_of_ours_lies_at_the_top_of_site_packages(names: list[str]) -> None:
    tops = {name.split("/")[0] for name in names}
    assert tops == {"control_tower", next(top for top in tops if top.endswith(".dist-info"))}


def test_the_six_rooms_are_under_src(names: list[str]) -> None:
    rooms = {name.split("/")[2] for name in names if name.startswith("control_tower/_src/")}
    assert rooms == ROOMS


def test_every_source_file_is_in_the_wheel_and_no_test_is(names: list[str]) -> None:
    sources = {
        f"control_tower/_src/{path.relative_to(REPOSITORY).as_posix()}"
        for room in ROOMS
        for path in (REPOSITORY / room).rglob("*")
        if path.suffix in {".py", ".toml", ".sql", ".svg", ".ttf"}
        and path != REPOSITORY / "app" / "launcher.py"
    }
    assert sources - set(names) == set()
    assert not [name for name in names if "test" in name.split("/")[-1] and name.endswith(".py")]
    assert {"control_tower/__init__.py", "control_tower/__main__.py"} <= set(names)


def test_an_installed_wheel_starts_by_its_command(wheel: Path, tmp_path: Path) -> None:
    environment = tmp_path / "environment"
    run(sys.executable, "-m", "venv", "--without-pip", environment, cwd=tmp_path)
    python = environment / "bin" / "python"
    pip = (sys.executable, "-m", "pip", "--python", python)
    run(*pip, "install", "--no-deps", "--no-index", "--quiet", wheel, cwd=tmp_path)
    command = environment / "bin" / "control-tower"
    assert command.is_file()
    # The dependencies are those of the test environment; the program itself is the wheel's.
    libraries = sysconfig.get_paths()["purelib"]
    printed = run(command, "--help", cwd=tmp_path, PYTHONPATH=libraries)
    assert "control-tower" in printed
    assert run(python, "-m", "control_tower", "--help", cwd=tmp_path, PYTHONPATH=libraries)
    where = "import control_tower, sys; control_tower.open_sources(); import domain; print(domain.__file__)"
    assert "control_tower/_src/domain" in run(python, "-c", where, cwd=tmp_path, PYTHONPATH=libraries)
