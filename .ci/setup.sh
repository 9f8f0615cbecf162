#!/usr/bin/env bash
# Makes the checkout ready: `setup.sh run` to run the program, `setup.sh test` to test it too.
# Does nothing when there is nothing to do, so it is called before every run.
set -euo pipefail
cd "$(dirname "$0")/.."
source .ci/environment.sh
source .ci/system_packages.sh

for_python=$(python_packages)
install_system_packages $offscreen $screen $for_python

case "${1:-run}" in
    run)
        make_environment .venv requirements/run.txt requirements/dev.txt
        ;;
    test)
        install_system_packages $servers
        make_environment .venv requirements/dev.txt
        make_environment .venv-tryton requirements/tryton.txt
        make_environment .venv-karrio requirements/karrio.txt
        make_environment_without_qt
        ;;
    *)
        say "usage: .ci/setup.sh [run|test]"
        exit 2
        ;;
esac

# Machine code of the solver's kernels is made once; afterwards this only looks whether a source has changed.
.venv/bin/python -m optimization.backlog.warm
.venv/bin/python -m optimization.rebooking.warm
