#!/bin/sh
# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Usage: venv.sh runtime|dev|bench|release|molecule|core-2.16|core-newest
# Prints the path of a ready virtual environment with the pinned packages of requirements/<kind>.txt; builds it first
# where it is missing or was left half-built. Progress goes to stderr. Nothing is written into the source tree.
# A line "# python: X.Y" in that file asks for this version and no other; where it is not installed, the exit status is 3.
#
#   PYTHON                    the interpreter to use (default: the first of python3.11 to python3.13, python3, python3.14);
#                             passed over by kinds that ask for another version
#   BAREMETAL_IPMI_CACHE      where the environments live (default: ${XDG_CACHE_HOME:-~/.cache}/baremetal-ipmi)
set -eu

kind=${1:?usage: venv.sh runtime|dev|bench|release|molecule|core-2.16|core-newest}
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
requirements="$root/requirements"
cache=${BAREMETAL_IPMI_CACHE:-${XDG_CACHE_HOME:-${HOME:?HOME is not set: name a folder in BAREMETAL_IPMI_CACHE}/.cache}/baremetal-ipmi}
[ -f "$requirements/$kind.txt" ] || { echo "venv.sh: there is no requirements/$kind.txt" >&2; exit 2; }

wanted=$(sed -n 's/^# python: *//p' "$requirements/$kind.txt")

say() { printf '%s\n' "$*" >&2; }

# An interpreter's name proves nothing (pyenv's shims exist for versions that are not selected): run it and ask.
is_suitable() {
    "$1" -c 'import sys
wanted = sys.argv[1]
sys.exit("%d.%d" % sys.version_info[:2] != wanted if wanted else sys.version_info < (3, 11))' "$wanted" >/dev/null 2>&1
}

has_venv() {
    "$1" -c 'import ensurepip, venv' >/dev/null 2>&1
}

candidates() {
    if [ -n "${PYTHON:-}" ]; then
        printf '%s\n' "$PYTHON"
        [ -n "$wanted" ] || return 0
    fi
    pyenv_versions="${PYENV_ROOT:-${HOME:-/nonexistent}/.pyenv}/versions"
    for version in ${wanted:-3.11 3.12 3.13}; do
        printf '%s\n' "python$version"
        for found in "$pyenv_versions/$version".*/bin/python; do
            [ -x "$found" ] && printf '%s\n' "$found"
        done
    done
    [ -z "$wanted" ] || return 0
    printf '%s\n' python3 python3.14
    for found in "$pyenv_versions"/3.1[4-9]*/bin/python; do
        [ -x "$found" ] && printf '%s\n' "$found"
    done
    return 0
}

choose_python() {
    python=''
    without_venv=''
    list=$(candidates)
    old_ifs=$IFS
    IFS='
'
    for candidate in $list; do
        is_suitable "$candidate" || continue
        if has_venv "$candidate"; then
            python=$candidate
            break
        fi
        [ -n "$without_venv" ] || without_venv=$candidate
    done
    IFS=$old_ifs
    [ -n "$python" ] && return 0
    if [ -n "$without_venv" ]; then
        say "$without_venv is of the right version but cannot make virtual environments (its modules venv and ensurepip are missing)."
        say "On Debian and Ubuntu: apt install python3-venv. Or name another interpreter: make PYTHON=/path/to/python3.11 ..."
    elif [ -n "$wanted" ]; then
        say "no Python $wanted is installed (looked for python$wanted and pyenv's versions; requirements/$kind.txt wants it)."
        exit 3
    elif [ -n "${PYTHON:-}" ]; then
        say "PYTHON=$PYTHON is not a Python 3.11 or later."
    else
        say "No Python 3.11 or later was found (looked for python3.11 to python3.14, python3 and pyenv's versions)."
        say "Install one, or name it: make PYTHON=/path/to/python3.11 ..."
    fi
    exit 2
}

# One environment for each set of pins and interpreter: an old one never serves new pins.
environment_key() {
    "$python" - "$kind" "$requirements" <<'EOF'
import hashlib, pathlib, sys
digest = hashlib.sha256(repr((sys.version, sys.base_prefix)).encode())
kind, folder = sys.argv[1], pathlib.Path(sys.argv[2])
waiting, read = [kind + ".txt"], []
while waiting:
    name = waiting.pop()
    if name in read:
        continue
    read.append(name)
    text = (folder / name).read_text(encoding="utf-8")
    digest.update(text.encode())
    waiting += [line[3:].strip() for line in text.splitlines() if line.startswith(("-r ", "-c "))]
print("%s-%s-%d.%d" % (kind, digest.hexdigest()[:12], *sys.version_info[:2]))
EOF
}

is_ready() {
    [ -f "$venv/.complete" ] && "$venv/bin/python" -c '' >/dev/null 2>&1
}

# Virtual environments hold their own path and cannot be moved into place: the stamp, written last, is what counts.
build() {
    say "setting up the $kind environment in $venv (Python $("$python" -c 'import platform; print(platform.python_version())'))"
    rm -rf "$venv"
    "$python" -m venv "$venv" >&2
    if ! "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-input \
        -r "$requirements/$kind.txt" >"$venv/pip.log" 2>&1; then
        grep -v '^WARNING: Location' "$venv/pip.log" | tail -n 20 >&2
        say "pip could not install requirements/$kind.txt (its whole output: $venv/pip.log)."
        say "Is the package index within reach? pip's own configuration (pip config list, PIP_INDEX_URL) is used."
        exit 1
    fi
    : >"$venv/.complete"
}

choose_python
venv="$cache/venv-$(environment_key)"
if ! is_ready; then
    mkdir -p "$cache"
    if command -v flock >/dev/null 2>&1; then
        exec 9>"$venv.lock"
        flock 9
    fi
    is_ready || build
fi
printf '%s\n' "$venv"
