#!/usr/bin/env bash
# Makes the checkout ready: `setup.sh run` to run the program, `setup.sh test` to test it too.
# Does nothing when there is nothing to do, so it is called before every run.
set -euo pipefail
cd "$(dirname "$0")/.."
source .ci/environment.sh
source .ci/system_packages.sh

for_python=$(python_packages)
install_system_packages $offscreen $screen $for_python

# Machine code of the solver's kernels is made once; afterwards this only looks whether a source has changed.
warm() { .venv/bin/python -m "optimization.$1.warm"; }

# The command that README names, from any folder: -P keeps what lies in that folder out of the way of imports.
make_command() {
    local command=.venv/bin/control-tower
    printf '%s\n' '#!/bin/sh' 'bin=$(dirname "$(readlink -f "$0")")' \
        'PYTHONPATH="${bin%/.venv/bin}${PYTHONPATH:+:$PYTHONPATH}" exec "$bin/python" -P -m app "$@"' >"$command"
    chmod +x "$command"
}

# The real ERP, and its database as every test of it begins.
make_tryton() {
    make_environment .venv-tryton requirements/tryton.txt
    .venv/bin/python -m tests.support.tryton_server
}

case "${1:-run}" in
    run)
        make_environment .venv requirements/run.txt requirements/dev.txt
        make_command
        at_once "warm backlog" "warm rebooking"
        ;;
    test)
        install_system_packages $servers
        make_environment .venv requirements/dev.txt
        make_command
        make_environment_without_qt
        at_once make_tryton "warm backlog" "warm rebooking" "make_environment .venv-karrio requirements/karrio.txt"
        ;;
    *)
        say "usage: .ci/setup.sh [run|test]"
        exit 2
        ;;
esac
