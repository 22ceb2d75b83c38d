// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kperf's --out-csv: two heads (--out-hdr), and a line per run. The columns up to "tx" are of the sender,
 * those up to "rx" of the receiver; CPU use is that of the CPU of its connection, as parts of one.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analyze/import/import.h"

#define COLUMNS 64

static bool is(const char *head)
{
	const char *names = strstr(head, "retrans,reord,");

	return names && strstr(names, ",tx,") && strstr(names, ",rx");
}

static size_t fields(char *line, char **at)
{
	size_t count = 0;

	while (line && count < COLUMNS)
		at[count++] = strsep(&line, ",");
	return count;
}

static int take_cpu(struct import *im, struct input *in, enum record_end end, size_t number,
		    enum metric_id id, double part)
{
	double ns = import_seconds(im) * 1e9;
	char key[24];

	snprintf(key, sizeof(key), "%s", number ? "app" : "net");
	if (part > 1.01)
		return input_refuse(in, in->line,
				    "a CPU was used for more than all of its time: %g", part);
	if (id != METRIC_cpu_idle &&
	    import_add(im, in, end, METRIC_cpu_busy, NULL, nearbyint(1e6 * part) / 1e4))
		return -1;
	return isnan(ns) ? 0 : import_add(im, in, end, id, key, part * ns);
}

static int take_row(struct import *im, struct input *in, char names[COLUMNS][16], size_t count,
		    char *line)
{
	static const struct {
		const char *name;
		enum metric_id id;
	} known[] = {
		{"retrans", METRIC_tcp_retransmits}, {"rtt", METRIC_tcp_rtt},
		{"cwnd", METRIC_tcp_cwnd},	     {"usr", METRIC_cpu_user},
		{"sys", METRIC_cpu_system},	     {"idle", METRIC_cpu_idle},
		{"sirq", METRIC_cpu_softirq},
	};
	char *at[COLUMNS];
	size_t n = fields(line, at), cpus = 0;
	enum record_end end = END_TX;
	double seconds = import_seconds(im);

	if (n != count)
		return input_refuse(in, NULL, "expected %zu fields as in the head, found %zu",
				    count, n);
	for (size_t i = 0; i < n; i++) {
		bool rate = !strcmp(names[i], "tx") || !strcmp(names[i], "rx");
		double value;

		if (input_number(in, at[i], &value))
			return -1;
		for (size_t j = 0; j < sizeof(known) / sizeof(*known); j++) {
			bool cpu = j > 2;

			if (strcmp(names[i], known[j].name) != 0)
				continue;
			if (cpu ? take_cpu(im, in, end, cpus, known[j].id, value)
				: import_set(im, in, end, known[j].id, "0", value))
				return -1;
		}
		cpus += !strcmp(names[i], "sirq");
		if (!rate)
			continue;
		if (!isnan(seconds) && isnan(import_get(im, end, METRIC_path_bytes, NULL)) &&
		    ((isnan(import_get(im, end, METRIC_path_window_ns, NULL)) &&
		      import_set(im, in, end, METRIC_path_window_ns, NULL, seconds * 1e9)) ||
		     import_set(im, in, end, METRIC_path_bytes, NULL,
				nearbyint(value * 1e9 / 8 * seconds))))
			return -1;
		end = END_RX;
		cpus = 0;
	}
	return 0;
}

static int read(struct import *im, struct input *in)
{
	char names[COLUMNS][16];
	size_t count = 0, rows = 0;
	char *line;

	while ((line = input_line(in))) {
		char *at[COLUMNS];

		if (!*line || !strncmp(line, "tcp,", 4))
			continue;
		if (!strncmp(line, "retrans,", 8)) {
			count = fields(line, at);
			for (size_t i = 0; i < count; i++)
				snprintf(names[i], sizeof(names[i]), "%s", at[i]);
			continue;
		}
		if (!count)
			return input_refuse(in, line,
					    "a run before the columns' names; run kperf with --out-hdr");
		if (rows++)
			return input_refuse(in, line,
					    "a second run; a record is of one, so give each its own file");
		if (take_row(im, in, names, count, line))
			return -1;
	}
	if (in->failed)
		return -1;
	if (!rows)
		return input_refuse(in, in->line, "no run is below the columns' names");
	if (isnan(import_seconds(im)))
		import_absent(im, "path/bytes",
			      "kperf's CSV gives rates and no length; give --seconds");
	import_means(im, "cpu", "kperf: of the CPUs of its connection");
	return 0;
}

const struct import_format import_kperf = {
	.name = "kperf",
	.what = "kperf --out-csv --out-hdr",
	.is = is,
	.read = read,
};
