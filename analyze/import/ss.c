// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ss -ti: what tcp_info says of each connection at one moment. Levels are as they were then; what is
 * counted since a connection began is the run's only where the connection is (--from-zero).
 */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/import/import.h"

static bool is(const char *head)
{
	const char *at = strstr(head, "cwnd:");

	return at && strstr(head, "rto:") && strstr(head, "mss:");
}

/* "9.9Gbps" and the word behind "delivery_rate". */
static double rate_of(const char *word)
{
	char *end;
	double value = strtod(word, &end);
	static const char units[] = "KMGT";
	const char *letter = *end ? strchr(units, toupper((unsigned char)*end)) : NULL;

	return end == word ? NAN : value * pow(1000, letter ? (double)(letter - units) + 1 : 0) / 8;
}

/* "rtt:0.05/0.02", "retrans:0/12", "busy:100ms": 0 where this word begins otherwise. */
static const char *behind(const char *word, const char *name)
{
	size_t len = strlen(name);

	return strncmp(word, name, len) || word[len] != ':' ? NULL : word + len + 1;
}

static const struct {
	const char *name;
	double unit;
	enum metric_id id;
	bool second; /* the figure behind the slash */
	bool counts; /* since the connection began */
} words_known[] = {
	{"rtt", 1000, METRIC_tcp_rtt, false, false},
	{"cwnd", 1, METRIC_tcp_cwnd, false, false},
	{"mss", 1, METRIC_tcp_mss, false, false},
	{"retrans", 1, METRIC_tcp_retransmits, true, true},
	{"segs_out", 1, METRIC_tcp_segments_out, false, true},
	{"segs_in", 1, METRIC_tcp_segments_in, false, true},
	{"busy", 1e6, METRIC_tcp_busy_time, false, true},
	{"rwnd_limited", 1e6, METRIC_tcp_rwnd_limited, false, true},
	{"sndbuf_limited", 1e6, METRIC_tcp_sndbuf_limited, false, true},
};

static int take_word(struct import *im, struct input *in, const char *word, const char *flow)
{
	for (size_t i = 0; i < sizeof(words_known) / sizeof(*words_known); i++) {
		const char *text = behind(word, words_known[i].name);
		char *end;
		double value;

		if (!text)
			continue;
		if (words_known[i].second && strchr(text, '/'))
			text = strchr(text, '/') + 1;
		value = strtod(text, &end);
		if (end == text || !isdigit((unsigned char)*text))
			return input_refuse(in, word, "expected a number behind %s",
					    words_known[i].name);
		if (words_known[i].counts && !im->known.from_zero)
			return 0;
		return import_set(im, in, im->end, words_known[i].id, flow,
				  value * words_known[i].unit);
	}
	return 0;
}

static int read(struct import *im, struct input *in)
{
	char *line, *words[128], flow[24];
	size_t flows = 0;

	while ((line = input_line(in))) {
		size_t count;

		if (!strstr(line, "cwnd:"))
			continue;
		snprintf(flow, sizeof(flow), "%zu", flows++);
		count = input_words(line, words, 128);
		for (size_t i = 0; i < count; i++) {
			if (take_word(im, in, words[i], flow))
				return -1;
			if (!strcmp(words[i], "delivery_rate") && i + 1 < count &&
			    !isnan(rate_of(words[i + 1])) &&
			    import_set(im, in, im->end, METRIC_tcp_delivery_rate, flow,
				       rate_of(words[i + 1])))
				return -1;
		}
	}
	if (!im->known.from_zero)
		import_absent(im, "tcp/totals",
			      "ss counts since a connection began; give --from-zero if that was with the run");
	import_means(im, "tcp", "ss -ti, at one moment; flows are numbered as it prints them");
	return in->failed ? -1 : 0;
}

const struct import_format import_ss = {
	.name = "ss",
	.what = "ss -ti",
	.is = is,
	.read = read,
};
