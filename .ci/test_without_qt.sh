#!/usr/bin/env bash
# The tests of the rooms that know nothing of windows, where PySide6 is not installed; arguments go to pytest.
set -euo pipefail
cd "$(dirname "$0")/.."
if .venv-noqt/bin/python -c 'import PySide6' 2>/dev/null; then
    echo "PySide6 can be imported in .venv-noqt; remove that folder and run make setup" >&2
    exit 1
fi
rooms=()
for room in domain optimization connectors store; do
    if [ -d "tests/$room" ]; then rooms+=("tests/$room"); fi
done
exec .venv-noqt/bin/python -m pytest "$@" "${rooms[@]}"
