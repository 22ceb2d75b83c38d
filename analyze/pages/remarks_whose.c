// SPDX-License-Identifier: GPL-2.0-or-later
/* What has to be said of CPU time that the ends of one machine share: whose it was. */
#include "analyze/pages/remarks.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analyze/figures/cpu_time.h"
#include "analyze/figures/sampling.h"

/* In percent of one CPU: less changes nothing that is printed. */
#define ACROSS_SEEN 1

/* What is so in some runs, and how much it is at most at each end. */
struct most {
	double percent[END_COUNT];
	size_t runs; /* in which it is known at all */
};

static struct most find_most(double (*of)(const struct run *, enum record_end),
			     const struct experiment *e)
{
	struct most most = {{0}, 0};

	for (size_t i = 0; i < e->count; i++)
		for (size_t j = 0; j < e->configurations[i].count; j++) {
			const struct run *run = e->configurations[i].runs[j];

			for (enum record_end end = END_RX; end <= END_TX; end++)
				most.percent[end] = fmax(most.percent[end], of(run, end));
			most.runs += !isnan(of(run, END_RX)) || !isnan(of(run, END_TX));
		}
	return most;
}

static bool is_seen(const struct most *most)
{
	return fmax(most->percent[END_RX], most->percent[END_TX]) >= ACROSS_SEEN;
}

/* "In 3 runs: " where it is otherwise in others; else nothing. */
static const char *in_which(const struct most *here, const struct most *there, char words[48])
{
	words[0] = '\0';
	if (there->runs)
		snprintf(words, 48, "In %zu run%s: ", here->runs, here->runs == 1 ? "" : "s");
	return words;
}

static double gained_percent(const struct run *run, enum record_end end)
{
	return cpu_across(run, end).gained;
}

/* Half of a 95 % interval, in percent of one CPU. */
static double margin_percent(const struct run *run, enum record_end end)
{
	return sampling_margin(cpu_off(run, end), INFINITY);
}

/* Of all runs, with half of its 95 % interval there. */
static double neither_most(const struct experiment *e, double *margin)
{
	double most = 0;

	*margin = 0;
	for (size_t i = 0; i < e->count; i++)
		for (size_t j = 0; j < e->configurations[i].count; j++) {
			double off;
			double percent = cpu_neither(e->configurations[i].runs[j], &off);

			if (!(percent > most))
				continue;
			most = percent;
			*margin = sampling_margin(off, INFINITY);
		}
	return most;
}

/* " ± 1.2"; nothing where it was counted. */
static const char *margin_words(double margin, char words[32])
{
	words[0] = '\0';
	if (margin > 0)
		snprintf(words, 32, " ± %.1f", margin);
	return words;
}

/* What the split of C is known by, where that is an estimate. */
static void remark_sampled(struct page *page, const struct experiment *e)
{
	struct most off = find_most(margin_percent, e);

	if (off.percent[END_RX] > 0 || off.percent[END_TX] > 0)
		page_note(page,
			  "Whose packets softirqs worked on is known by samples: of one run C rx is sure to %.1f %% of a CPU and C tx to %.1f %%, or better (95 %%); ROI of one end is as unsure, and intervals are no smaller than that. Their sum has no such error: what the one has too much the other has too little.",
			  off.percent[END_RX], off.percent[END_TX]);
}

/* Whose packets a thread of the kernel works on is known of its samples alone, which no C is made of. */
static void remark_threaded(struct page *page, const struct experiment *e)
{
	for (enum record_end end = END_RX; end <= END_TX; end++) {
		size_t runs = 0;

		for (size_t i = 0; i < e->count; i++)
			for (size_t j = 0; j < e->configurations[i].count; j++) {
				const struct run *run = e->configurations[i].runs[j];
				const char *threaded =
					run_fact(run, METRIC_fact_nic, end, "threaded");

				runs += threaded && !strcmp(threaded, "1") &&
					!(isnan(cpu_across(run, end).gained) &&
					  isnan(cpu_unsure(run, end)));
			}
		if (runs)
			page_note(page,
				  "In %zu run%s the NAPI of %s is threaded, and both ends are on one machine: its threads run on any CPU that they may, and are in C of the end whose CPU that is; components give them to the end whose packets they work on. taskset(1) keeps them on CPUs of %s.",
				  runs, runs == 1 ? "" : "s", record_end_name[end],
				  record_end_name[end]);
	}
}

/* One machine has both ends: what a CPU does in softirqs may be for the end that it was not given to. */
void remark_across(struct page *page, const struct experiment *e)
{
	struct most known = find_most(gained_percent, e), unsure = find_most(cpu_unsure, e);
	double margin, neither = neither_most(e, &margin);
	char which[48], words[32];

	if (is_seen(&known))
		page_note(page,
			  "%sCPU time is by whose packet it was for, not by whose CPU: of softirqs on CPUs of the other end, as where packets over veth are received, up to %.1f %% of a CPU are in C rx and up to %.1f %% in C tx.",
			  in_which(&known, &unsure, which), known.percent[END_RX],
			  known.percent[END_TX]);
	if (is_seen(&known))
		remark_sampled(page, e);
	if (is_seen(&unsure))
		page_note(page,
			  "%sC rx and C tx are by CPU, and both are on one machine, where softirqs of one end run on CPUs of the other, over veth and loopback always: up to %.1f %% of a CPU in C tx may be rx's, and up to %.1f %% in C rx tx's. ROI of one end and its components are as unsure; their sum is right. Ends in network namespaces of their own (--link veth), with source softirq, are told apart.",
			  in_which(&unsure, &known, which), unsure.percent[END_TX],
			  unsure.percent[END_RX]);
	remark_threaded(page, e);
	if (neither >= ACROSS_SEEN)
		page_note(page,
			  "Packets of neither end's namespace took up to %.1f%s %% of a CPU in softirqs on the ends' CPUs: of others on this machine, of a bridge or a forwarder between the ends, or of a device of the host below theirs (macvlan), or that hands them on to a pod (bpf_redirect_peer()), so that an end received them after all. That is in C by CPU, and in no component and no other figure of an end.",
			  neither, margin_words(margin, words));
}

static bool only_first_knows(const struct experiment *first, const struct experiment *second,
			     double *percent)
{
	struct most known = find_most(gained_percent, first), own = find_most(cpu_unsure, first);
	struct most unsure = find_most(cpu_unsure, second);

	*percent = fmax(known.percent[END_RX], known.percent[END_TX]);
	return is_seen(&known) && !is_seen(&own) && is_seen(&unsure);
}

void remark_across_unlike(struct page *page, const struct experiment *a, const struct experiment *b)
{
	double percent;
	bool of_a = only_first_knows(a, b, &percent);

	if (!of_a && !only_first_knows(b, a, &percent))
		return;
	page_note(page,
		  "C of an end is by whose packet softirqs worked on in %s, and by CPU in %s, whose records do not say whose they were: of what C rx and C tx differ by, up to %.1f %% of a CPU may be that alone; their sum is right.",
		  of_a ? "A" : "B", of_a ? "B" : "A", percent);
}
