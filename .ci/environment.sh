# Functions for the set-up scripts: find a Python, make a virtual environment from a lock. Sourced, not run.

say() { printf '%s\n' "control-tower: $*" >&2; }

# The first Python from 3.11 on: $PYTHON if given, python3, then the versions by name.
find_python() {
    local candidate
    for candidate in ${PYTHON:-} python3 python3.13 python3.12 python3.11 python3.14; do
        if "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 15))' 2>/dev/null; then
            command -v "$candidate"
            return 0
        fi
    done
    say "no Python from 3.11 to 3.14 found; install one, or name it: make setup PYTHON=/path/to/python3"
    return 1
}

# python_packages: Debian's Python can make an environment only with a package of its own; its name, if it is needed.
python_packages() {
    local python
    if [ -x .venv/bin/python ]; then return 0; fi
    python=$(find_python) || return 1
    "$python" -c 'import ensurepip, venv' 2>/dev/null ||
        "$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])'
}

# What an environment is made of, as one word: the lock's hash and the place, which scripts in it have inside them.
stamp_of() { { sha256sum "$@"; pwd; } | sha256sum | cut -d' ' -f1; }

# at_once COMMAND...: each in a process of its own, all together; fails when one of them does.
at_once() {
    local command job jobs=() failed=0
    for command in "$@"; do
        $command &
        jobs+=($!)
    done
    for job in "${jobs[@]}"; do
        wait "$job" || failed=1
    done
    return $failed
}

# make_environment FOLDER LOCK [LOCK...]: the first lock is installed; the environment counts as ready when its
# stamp is that of any of the locks given (so that the larger environment of the tests also runs the program).
make_environment() {
    local folder=$1 lock=$2 candidate python
    shift
    for candidate in "$@"; do
        if [ "$(cat "$folder/.stamp" 2>/dev/null)" = "$(stamp_of "$candidate")" ]; then return 0; fi
    done
    say "making $folder from $lock"
    rm -f "$folder/.stamp"
    if ! "$folder/bin/python" -m pip --version >/dev/null 2>&1; then
        python=$(find_python) || return 1
        rm -rf "$folder"
        "$python" -m venv "$folder" || return 1
    fi
    install_packages "$folder" "$lock" || return 1
    stamp_of "$lock" >"$folder/.stamp"
}

# Whether uv gets packages where this machine does: pip may alone have been told of a mirror, and uv must not wait long
# for what it cannot reach. It is asked for what it was itself installed from.
uv_reaches_packages() {
    UV_HTTP_TIMEOUT=15 UV_HTTP_RETRIES=0 .venv-lock/bin/uv pip install --quiet --dry-run --reinstall --require-hashes \
        --only-binary :all: --python .venv-lock/bin/python --requirement requirements/lock.txt 2>/dev/null
}

# install_packages FOLDER LOCK: what the lock names, by hash, wheels only; by uv, which is much the faster, or by pip.
install_packages() {
    if [ "$1" != .venv-lock ] && make_environment .venv-lock requirements/lock.txt && uv_reaches_packages; then
        UV_HTTP_TIMEOUT=${UV_HTTP_TIMEOUT:-180} .venv-lock/bin/uv pip install --quiet --compile-bytecode \
            --require-hashes --only-binary :all: --python "$1/bin/python" --requirement "$2" && return 0
        say "uv could not install $2: trying pip"
    fi
    "$1/bin/python" -m pip install --quiet --disable-pip-version-check --no-input --require-hashes \
        --only-binary :all: --requirement "$2"
}

# An environment that is .venv without Qt: the same files, hard-linked, less the packages that need a window. What
# imports Qt by mistake fails there. Rebuilt whenever .venv was.
make_environment_without_qt() {
    local folder=.venv-noqt site
    if [ "$(cat $folder/.stamp 2>/dev/null)" = "$(cat .venv/.stamp)" ]; then return 0; fi
    say "making $folder: .venv without Qt"
    rm -rf $folder
    .venv/bin/python -m venv --without-pip $folder
    site=$(cd .venv && echo lib/python3.*/site-packages)
    rmdir "$folder/$site"
    cp -al ".venv/$site" "$folder/$site" 2>/dev/null || cp -a ".venv/$site" "$folder/$site"
    # The servers that tests start are programs of their own; those of .venv do.
    ln -sf "$PWD"/.venv/bin/{mock-sap,mock-edi,nats-server} "$folder/bin/"
    (cd "$folder/$site" && rm -rf PySide6* pyside6* shiboken6* pyqtgraph* pytestqt pytest_qt-*)
    cp .venv/.stamp $folder/.stamp
}
