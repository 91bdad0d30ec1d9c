#!/bin/sh
# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Usage: boot.sh IMAGE FOLDER CGROUPS PROGRAM [ARGUMENT...], in a mount namespace of its own
# Lays what a node writes over IMAGE, as FOLDER/root, enters the control groups (folders, one a line) and runs the
# program, systemd-nspawn. Mounts, and all that the node wrote, go with the last process in the namespace.
set -eu

image=$1 folder=$2 groups=$3
shift 3
mount -t tmpfs -o mode=755 node "$folder"
mkdir "$folder/written" "$folder/work" "$folder/root"
mount -t overlay -o "lowerdir=$image,upperdir=$folder/written,workdir=$folder/work" node "$folder/root"
for group in $groups; do
    echo $$ > "$group/cgroup.procs"
done

trap 'kill "$pid"; wait "$pid"; exit' TERM
status=133
while [ "$status" = 133 ]; do # the node has asked for a reboot
    setpriv --pdeathsig TERM "$@" &
    pid=$!
    wait "$pid" && status=0 || status=$?
done
exit "$status"
