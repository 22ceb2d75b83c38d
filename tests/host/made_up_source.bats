#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A source is its file, its rows and one line: a made-up one in a copy of the tree is built, and reaches the
# record, doctor, the reference page, series, OpenMetrics, show, diff and check. Nothing else was touched.

load zcprof_run

setup() {
	as_root
	cd "$BATS_TEST_TMPDIR" || return
}

@test "a made-up source is its file, its rows and one line" {
	mkdir copy
	(cd "$BATS_TEST_DIRNAME/../.." && tar --exclude=./build --exclude=./.git -cf - Makefile VERSION tools base record page reports nic \
		bpf vmlinux collectors zcprof analyze web) | tar -xf - -C copy
	# What was made of the kernel's types and programs is the same.
	mkdir -p copy/build && cp -a "$BUILD/bpf" copy/build/
	cat >copy/collectors/blink.c <<-'END'
		// SPDX-License-Identifier: GPL-2.0-or-later
		#include <stdio.h>
		#include <stdlib.h>

		#include "collectors/list.h"

		struct blink {
			unsigned long long switches[EDGE_COUNT];
		};

		static int blink_open(void **state, const struct measurement *run, const char **means, char *why,
				      size_t why_size)
		{
			(void)run;
			*means = "/proc/stat";
			*state = calloc(1, sizeof(struct blink));
			if (!*state)
				snprintf(why, why_size, "no memory left");
			return *state ? 0 : -1;
		}

		static int blink_snapshot(void *state, enum edge edge)
		{
			struct blink *b = state;
			FILE *in = fopen("/proc/stat", "re");
			char line[4096];
			int found = 0;

			while (in && !found && fgets(line, sizeof(line), in))
				found = sscanf(line, "ctxt %llu", &b->switches[edge]);
			if (in)
				fclose(in);
			return found == 1 ? 0 : -1;
		}

		static void blink_emit(void *state, struct writer *w)
		{
			const struct blink *b = state;

			writer_u64(w, WINDOW, END_HOST, METRIC_blink_switches, NULL,
				   b->switches[EDGE_CLOSE] - b->switches[EDGE_OPEN]);
			writer_f64(w, WINDOW, END_HOST, METRIC_blink_level, "now", 42);
		}

		const struct collector_ops blink_collector = {
			.source = "blink",
			.what = "how often the machine blinks",
			.open = blink_open,
			.snapshot = blink_snapshot,
			.emit = blink_emit,
			.repeats = true,
			.close = free,
		};
	END
	echo 'COLLECTOR(blink)' >>copy/collectors/list.def
	cat >>copy/record/metrics.def <<-'END'

		/* Made up. */
		METRIC(blink, switches, "switches", TOTAL, LESS, "switches from one task to another")
		METRIC(blink, level, "blinks", LEVEL, NEITHER, "how bright it is; key: when")
	END
	nice make -C copy -s -j2 B=build CFLAGS=-O0 build/zcprof build/zcroi >make.log 2>&1 || { cat make.log && false; }
	PATH=$PWD/copy/build:$PATH

	zcprof doctor --area collector | grep -q '^collector *blink *ok *by /proc/stat'
	zcprof attach --iface lo --as rx --seconds 1.2 --warmup 0 --interval 0.5 --openmetrics prom --collect blink,cpu -o changed-a.csv
	zcprof attach --iface lo --as rx --seconds 0.5 --warmup 0 --collect blink,cpu -o changed-b.csv
	[ "$(value changed-a.csv host blink switches "")" -gt 0 ]
	grep -q '^0\.[0-9]*,host,blink,switches,,' changed-a.csv
	grep -q '^zcprof_blink_switches_total{end="host"} [1-9]' prom
	grep -q '^zcprof_blink_level_blinks{end="host",key="now"} 42$' prom
	zcroi check changed-a.csv changed-b.csv
	zcroi show blink changed-a.csv | grep -q switches
	zcroi diff --all changed-a.csv changed-b.csv | grep -q 'level now'
	mkdir -p copy/docs
	make -C copy -s docs
	grep -q '^## `blink`' copy/docs/metrics.md
}
