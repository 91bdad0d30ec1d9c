#!/bin/sh
# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Usage: in_venv.sh KIND PROGRAM [ARGUMENT...]
# Runs a program of the virtual environment KIND (see venv.sh) with this tree as the collection baremetal.ipmi.
set -eu

kind=${1:?usage: in_venv.sh KIND PROGRAM [ARGUMENT...]}
shift
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
venv=$("$root/tests/tools/venv.sh" "$kind")
cd "$root"
make --silent .build/ansible_collections/baremetal/ipmi
PATH="$venv/bin:$PATH" ANSIBLE_CONFIG="$root/tests/ansible.cfg" ANSIBLE_HOME="$root/.build/ansible-home" \
    ANSIBLE_COLLECTIONS_PATH="$root/.build" exec "$@"
