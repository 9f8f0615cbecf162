#!/usr/bin/env bash
# Writes the locks in requirements/: every platform, every Python we support, hashes of every file, and no address
# of any registry. Where the packages come from is the business of the machine that installs them.
set -euo pipefail
cd "$(dirname "$0")/.."
source .ci/environment.sh

make_environment .venv-lock requirements/lock.txt
export UV_NO_CONFIG=1 UV_CUSTOM_COMPILE_COMMAND="make lock"

compile() {
    .venv-lock/bin/uv pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest \
        --generate-hashes --no-emit-index-url --no-emit-find-links "$@"
}

compile --extra hub pyproject.toml --output-file requirements/run.txt
compile --extra hub --extra cluster --extra dev --constraint requirements/run.txt pyproject.toml --output-file requirements/dev.txt
compile requirements/tryton.in --output-file requirements/tryton.txt
compile requirements/lock.in --output-file requirements/lock.txt
# What karrio asks for is not always there as a wheel: only versions that are.
compile --only-binary :all: requirements/karrio.in --output-file requirements/karrio.txt
