// SPDX-License-Identifier: GPL-2.0-or-later
/* needs: collectors/kit/perf_cpus.c collectors/kit/cpus.c */
/*
 * Counts events of software as the collector "pmu" counts those of the CPUs, for machines without a
 * PMU, so that perf can be compared with.
 *
 *   perf_pairs > counts    the window opens at the first line of standard input and closes at the
 *                          second; "ready", "open" and "closed" are said on standard error. Then a
 *                          line per CPU: its number, minor faults, context switches
 */
#include <linux/perf_event.h>
#include <stdio.h>
#include <string.h>

#include "base/say.h"
#include "collectors/kit/perf_cpus.h"

static const struct perf_kind pairs[][2] = {{
	{PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS_MIN},
	{PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CONTEXT_SWITCHES},
}};

int main(void)
{
	static const char *const said[EDGE_COUNT] = {"open", "closed"};
	double faults, switches, share;
	char line[64];
	int error;
	struct perf_cpus *p = perf_cpus_open(pairs, 1, &error);

	say_program("perf_pairs");
	if (!p) {
		say_error("cannot count events of every CPU: %s", strerror(error));
		return EXIT_UNABLE;
	}
	fprintf(stderr, "ready\n");
	for (enum edge edge = EDGE_OPEN; edge < EDGE_COUNT; edge++) {
		if (!fgets(line, sizeof(line), stdin) || perf_cpus_read(p, edge))
			return EXIT_FAILED;
		fprintf(stderr, "%s\n", said[edge]);
	}
	for (unsigned int cpu = 0; cpu < perf_cpus_bound(p); cpu++)
		if (perf_cpus_value(p, cpu, 0, 0, &faults, &share) &&
		    perf_cpus_value(p, cpu, 0, 1, &switches, &share))
			printf("%u %.0f %.0f\n", cpu, faults, switches);
	perf_cpus_close(p);
	return EXIT_DONE;
}
