// SPDX-License-Identifier: GPL-2.0-or-later
/* needs: collectors zcprof -zcprof/main.c nic page reports */
/* libs: libbpf libdw libmnl jansson libmicrohttpd ncursesw */
/*
 * Runs collectors on processes that are already there: what zcprof does, without experiments, and
 * with a window that a test opens and closes.
 *
 *   collect --rx PID [--tx PID] [--cpus-rx LIST] [--cpus-tx LIST] [--iface NAME]
 *           [--netns NAME | --apart (each end in the namespace of its process)]
 *           [--seconds S] [--sidecar PATH] [--power METER] [--exact]
 *           [SOURCE…] > run.csv
 *   collect --list          the names of all
 *
 * Without --seconds the window opens at the first line of standard input and closes at the second;
 * "ready", "open" and "closed" are said on standard error as soon as they are so, the latter two
 * with the time in seconds of CLOCK_MONOTONIC.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/quantity.h"
#include "base/say.h"
#include "collectors/list.h"
#include "collectors/power/meter.h"
#include "nic/netns.h"

#define MAX_SOURCES 64

static void wait_for_line(double seconds)
{
	char line[64];

	if (seconds > 0)
		usleep((useconds_t)(seconds * 1e6));
	else if (!fgets(line, sizeof(line), stdin))
		say_detail("standard input ended");
}

static bool wanted(const char *source, char **names, int count)
{
	for (int i = 0; i < count; i++)
		if (!strcmp(names[i], source))
			return true;
	return count == 0;
}

static void set_cpus(struct target *target, const char *list)
{
	const char *why;

	target->cpus_known = true;
	if (cpulist_parse(list, &target->cpus, &why)) {
		say_error("%s: %s", list, why);
		exit(EXIT_USAGE);
	}
}

/* As zcprof attach, so that 'zcroi check' can read it. */
static void write_facts(const struct measurement *run, struct writer *w)
{
	writer_fact(w, END_HOST, METRIC_fact_record_version, NULL, "1");
	for (enum record_end end = END_RX; end <= END_TX; end++)
		if (run->target[end].pid || end == END_RX)
			writer_fact(w, end, METRIC_fact_attached, NULL, "by a test");
}

static void write_window(const struct measurement *run, struct writer *w,
			 uint64_t edge_ns[EDGE_COUNT][2])
{
	for (enum record_end end = END_RX; end <= END_TX; end++)
		if (run->target[end].pid || end == END_RX)
			writer_u64(w, WINDOW, end, METRIC_path_window_ns, NULL,
				   edge_ns[EDGE_CLOSE][1] - edge_ns[EDGE_OPEN][0]);
	writer_u64(w, WINDOW, END_HOST, METRIC_selfcost_edge_spread, "open",
		   edge_ns[EDGE_OPEN][1] - edge_ns[EDGE_OPEN][0]);
	writer_u64(w, WINDOW, END_HOST, METRIC_selfcost_edge_spread, "close",
		   edge_ns[EDGE_CLOSE][1] - edge_ns[EDGE_CLOSE][0]);
}

static void measure(const struct measurement *run, double seconds, char **names, int count)
{
	void *state[MAX_SOURCES] = {0};
	const struct collector_ops *ops[MAX_SOURCES];
	struct writer *w = writer_stream(STDOUT_FILENO, "standard output");
	uint64_t from[MAX_SOURCES], until[MAX_SOURCES], edge_ns[EDGE_COUNT][2];
	bool failed[MAX_SOURCES] = {0};
	int used = 0;

	write_facts(run, w);
	for (int i = 0; collectors[i] && used < MAX_SOURCES; i++) {
		const char *means = "";
		char why[256];

		if (!wanted(collectors[i]->source, names, count))
			continue;
		if (collectors[i]->open(&state[used], run, &means, why, sizeof(why))) {
			writer_absent(w, END_HOST, collectors[i]->source, why);
			say_warning("%s: %s", collectors[i]->source, why);
			collectors[i]->close(state[used]);
			continue;
		}
		writer_fact(w, END_HOST, METRIC_collector_means, collectors[i]->source, means);
		ops[used++] = collectors[i];
	}
	fprintf(stderr, "ready\n");
	for (enum edge edge = EDGE_OPEN; edge < EDGE_COUNT; edge++) {
		wait_for_line(edge == EDGE_OPEN && seconds > 0 ? 0.1 : seconds);
		edge_ns[edge][0] = clock_ns();
		for (int i = 0; i < used; i++) {
			uint64_t before = clock_ns();

			failed[i] |= ops[i]->snapshot(state[i], edge) != 0;
			until[i] = clock_ns();
			if (edge == EDGE_OPEN)
				from[i] = before;
		}
		edge_ns[edge][1] = clock_ns();
		fprintf(stderr, "%s %.6f\n", edge == EDGE_OPEN ? "open" : "closed",
			(double)edge_ns[edge][1] / 1e9);
	}
	for (int i = 0; i < used; i++) {
		if (failed[i]) {
			writer_absent(w, END_HOST, ops[i]->source,
				      "could not be read at an edge of the window");
			continue;
		}
		ops[i]->emit(state[i], w);
		writer_u64(w, WINDOW, END_HOST, METRIC_collector_opened, ops[i]->source,
			   from[i] - edge_ns[EDGE_OPEN][0]);
		writer_u64(w, WINDOW, END_HOST, METRIC_collector_window, ops[i]->source,
			   until[i] - from[i]);
	}
	write_window(run, w, edge_ns);
	for (int i = 0; i < used; i++)
		ops[i]->close(state[i]);
	exit(writer_finish(w) ? EXIT_FAILED : EXIT_DONE);
}

static int list(void)
{
	for (int i = 0; collectors[i]; i++)
		printf("%s\n", collectors[i]->source);
	return EXIT_DONE;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{"rx", required_argument, NULL, 'r'},
		{"tx", required_argument, NULL, 't'},
		{"cpus-rx", required_argument, NULL, 'R'},
		{"cpus-tx", required_argument, NULL, 'T'},
		{"iface", required_argument, NULL, 'i'},
		{"netns", required_argument, NULL, 'n'},
		{"apart", no_argument, NULL, 'a'},
		{"seconds", required_argument, NULL, 's'},
		{"sidecar", required_argument, NULL, 'o'},
		{"power", required_argument, NULL, 'p'},
		{"exact", no_argument, NULL, 'e'},
		{"list", no_argument, NULL, 'l'},
		{"verbose", no_argument, NULL, 'v'},
		{0},
	};
	struct meter meter = {0};
	struct measurement run = {.meter = &meter};
	double seconds = 0;
	bool apart = false;
	const char *why;
	int c;

	say_program("collect");
	run.target[END_RX].netns = run.target[END_TX].netns = -1;
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'r')
			run.target[END_RX].pid = atoi(optarg);
		else if (c == 't')
			run.target[END_TX].pid = atoi(optarg);
		else if (c == 'R')
			set_cpus(&run.target[END_RX], optarg);
		else if (c == 'T')
			set_cpus(&run.target[END_TX], optarg);
		else if (c == 'i')
			for (int end = END_RX; end <= END_TX; end++)
				snprintf(run.target[end].iface, sizeof(run.target[end].iface), "%s",
					 optarg);
		else if (c == 'n')
			run.target[END_RX].netns = run.target[END_TX].netns = netns_open(optarg);
		else if (c == 'a')
			apart = true;
		else if (c == 's')
			run.seconds = seconds = atof(optarg);
		else if (c == 'o')
			run.sidecar = optarg;
		else if (c == 'p' && !meter_option(&meter, optarg, &why))
			say_detail("%s", optarg);
		else if (c == 'e')
			run.exact = true;
		else if (c == 'l')
			return list();
		else if (c == 'v')
			say_verbose(true);
		else
			return EXIT_USAGE;
	}
	for (int end = END_RX; apart && end <= END_TX; end++) {
		char path[64];

		snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)run.target[end].pid);
		run.target[end].netns = netns_open(path);
	}
	measure(&run, seconds, argv + optind, argc - optind);
}
