# SPDX-License-Identifier: GPL-2.0-or-later
# Both ends are on one CPU, and $SIZE MiB are written again and again by a task on the other.
# shellcheck shell=bash disable=SC2034,SC2154
expected=memory
where=host
needs=gcc
default_size=256
options=(--tx-cpu "$RX_CPU")

prepare() {
	mkdir -p "$out"
	gcc -O2 -o "$out/writer" -x c - <<-END
		#include <stdlib.h>
		#include <string.h>
		int main(int argc, char **argv)
		{
			size_t size = (size_t)atoi(argv[1]) << 20;
			char *a = malloc(size), *b = malloc(size);

			for (;;) {
				memset(a, argc, size);
				memcpy(b, a, size);
				memcpy(a, b, size);
			}
		}
	END
}

inject() {
	taskset -c "$TX_CPU" "$out/writer" "$SIZE" &
	faulty=$!
	sleep 0.5
}

undo() {
	stop
}
