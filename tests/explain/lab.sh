#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# In the lab's machine: tests/explain/pair.sh of several faults, one after the other, each into its folder of $OUT. The
# machine has nothing of the host's meanwhile (lab/vm --only): what a fault brought goes out before the next one
# begins, so that nothing is lost with the machine.
#
#   tests/explain/lab.sh FAULT[:SETS]…
#
# $OUT/FAULT/status:SETS is what pair.sh ended with.
set -u
cd "$(dirname "$(realpath "$0")")" || exit

out_of_here() {
	mkdir -p /outside
	mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144 out /outside
	cp -r "$1" /outside/
	umount /outside
}

for job; do
	fault=${job%:*}
	sets=${job#"$fault"}
	mkdir -p "$OUT/$fault"
	SETS=${sets#:} ./pair.sh "$fault" "$OUT/$fault" >>"$OUT/$fault/log" 2>&1
	echo $? >"$OUT/$fault/status$sets"
	out_of_here "$OUT/$fault"
	rm -r "${OUT:?}/$fault"
done
