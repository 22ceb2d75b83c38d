# SPDX-License-Identifier: GPL-2.0-or-later
# $SIZE programs on the receiver's CPU write a log line, and wait until it is on the disk, again and again.
# shellcheck shell=bash disable=SC2034,SC2154
expected=neighbour
where=host
needs=python3
default_size=4

inject() {
	logging=()
	for i in $(seq "$SIZE"); do
		mine taskset -c "$RX_CPU" python3 - "$out/log-$i" <<-'END' &
			import os, sys, time
			out = os.open(sys.argv[1], os.O_CREAT | os.O_WRONLY | os.O_TRUNC)
			line = (time.ctime() + " a request was answered " * 40 + "\n").encode()
			while True:
			    for i in range(200):
			        os.write(out, line)
			    os.lseek(out, 0, os.SEEK_SET)
			    os.fsync(out)
		END
		logging+=($!)
	done
}

undo() {
	kill "${logging[@]}"
	wait "${logging[@]}" || :
	rm -f "$out"/log-*
}
