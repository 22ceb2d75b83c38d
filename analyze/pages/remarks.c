// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/pages/remarks.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analyze/figures/apart.h"

/* "+12.0 % (95 %: +9.1..+15.0 %)", or "x 3.1 (95 %: 2.9..3.3)" where percents would be unwieldy. */
static const char *more_words(const struct interval *ratio, char *text, size_t size)
{
	bool percent = ratio->center > 0.5 && ratio->center < 2 &&
		       (isnan(ratio->low) || (ratio->low > 0.5 && ratio->high < 2));
	int used;

	if (percent)
		used = snprintf(text, size, "%+.1f %%", 100 * (ratio->center - 1));
	else
		used = snprintf(text, size, "x %.3g", ratio->center);
	if (isnan(ratio->low))
		return text;
	if (percent)
		snprintf(text + used, size - used, " (95 %%: %+.1f..%+.1f %%)",
			 100 * (ratio->low - 1), 100 * (ratio->high - 1));
	else
		snprintf(text + used, size - used, " (95 %%: %.3g..%.3g)", ratio->low, ratio->high);
	return text;
}

static bool won(const struct comparison *c, double p, double margin, enum metric_better better)
{
	enum verdict verdict = contrast_verdict(c, p, margin);

	return verdict == (better == BETTER_LESS ? VERDICT_LESS : VERDICT_MORE);
}

/* The order is that of means, and the ratio that of typical runs: where nothing is told they may disagree. */
static bool misleads(const struct comparison *c, double p, double margin, enum metric_better better)
{
	bool less = c->ratio.center < 1;

	return contrast_verdict(c, p, margin) == VERDICT_INCONCLUSIVE && c->ratio.center != 1 &&
	       less != (better == BETTER_LESS);
}

void remark_best(struct page *page, const struct quantity_info *quantity,
		 const struct configuration *best, double value, size_t count,
		 const struct configuration *next, const struct comparison *against,
		 const double *p, double margin)
{
	const struct comparison *c = &against[1];
	size_t beaten = 0;
	char more[96], figure[32], others[80] = "";

	if (isnan(value)) {
		page_note(page, "No run has the figures for %s: nothing can be said to be best.",
			  quantity->words);
		return;
	}
	if (!next)
		return;
	figure_words(value, figure, sizeof(figure));
	for (size_t i = 1; i < count; i++)
		beaten += won(&against[i], p[i], margin, quantity->better);
	if (isnan(c->ratio.center) && (c->a == 0 || c->b == 0)) {
		page_note(page, "First here by %s: %s, %s; the next, %s, has 0.", quantity->words,
			  best->name, figure, next->name);
		return;
	}
	if (isnan(c->ratio.center)) {
		page_note(page, "Best %s: %s, %s. No other has that figure.", quantity->words,
			  best->name, figure);
		return;
	}
	more_words(&c->ratio, more, sizeof(more));
	if (beaten)
		snprintf(others, sizeof(others), " It is better than %zu of the other %zu.", beaten,
			 count - 1);
	if (isnan(c->ratio.low))
		page_note(page,
			  "First here by %s: %s, %s, %s against the next, %s; nothing is claimed, because that takes two runs or more of each.",
			  quantity->words, best->name, figure, more, next->name);
	else if (won(c, p[1], margin, quantity->better))
		page_note(page, "Best by %s: %s, %s, %s against the next, %s: better.",
			  quantity->words, best->name, figure, more, next->name);
	else if (misleads(c, p[1], margin, quantity->better))
		page_note(page,
			  "First by the mean of %s: %s, %s; not told from the next, %s (%s).%s",
			  quantity->words, best->name, figure, next->name, more, others);
	else
		page_note(page, "First here by %s: %s, %s, %s against the next, %s: %s.%s",
			  quantity->words, best->name, figure, more, next->name,
			  verdict_word(contrast_verdict(c, p[1], margin), quantity->better), others);
}

bool cpu_shared(const struct run *run)
{
	return isnan(run_sum(run, METRIC_cpu_busy, END_RX)) &&
	       isnan(run_sum(run, METRIC_cpu_busy, END_TX)) &&
	       !isnan(run_sum(run, METRIC_cpu_busy, END_HOST));
}

static bool is_of_end(enum quantity q)
{
	return q == CPU_RX || q == CPU_TX || q == ROI_CPU_RX || q == ROI_CPU_TX;
}

/* What the remark on attached runs says the reason of. */
static bool is_of_bytes(enum quantity q)
{
	return q <= ROI_CPU_TOTAL && q != POWER_RX && q != POWER_TX && q != POWER_TOTAL;
}

const char *missing_word(const struct configuration *c, enum quantity q)
{
	const struct run *run = c->runs[0];

	if (is_of_end(q) && cpu_shared(run))
		return run_attached(run) ? "whole machine" : "shared";
	return run_attached(run) && is_of_bytes(q) ? "attached" : "not measured";
}

void remark_attached(struct page *page, const struct experiment *e)
{
	size_t runs = 0, anywhere = 0;

	for (size_t i = 0; i < e->count; i++) {
		const struct configuration *c = &e->configurations[i];

		for (size_t j = 0; j < c->count; j++) {
			const char *ended =
				run_fact(c->runs[j], METRIC_fact_attached, END_HOST, "ended");

			runs += run_attached(c->runs[j]);
			anywhere += run_attached(c->runs[j]) && cpu_shared(c->runs[j]);
			if (ended)
				page_note(page, "The window of %s is shorter than asked for: %s.",
					  c->runs[j]->path, ended);
		}
	}
	if (runs)
		page_note(page,
			  "attached: %zu run%s of processes that zcprof did not start. How many of their bytes were copied is not known, nor anything of an end that was not attached to.",
			  runs, runs == 1 ? " is" : "s are");
	if (anywhere)
		page_note(page,
			  "whole machine: in %zu of them no CPUs were given by --cpu, so C is that of every CPU, whoever used it.",
			  anywhere);
}

void remark_shared(struct page *page, const struct experiment *e)
{
	size_t shared = 0;

	for (size_t i = 0; i < e->count; i++)
		for (size_t j = 0; j < e->configurations[i].count; j++)
			shared += cpu_shared(e->configurations[i].runs[j]) &&
				  !run_attached(e->configurations[i].runs[j]);
	if (shared)
		page_note(page,
			  "shared: in %zu run%s the ends had no CPUs of their own, so only the sum of both is known; give each end its own with --rx-cpu and --tx-cpu.",
			  shared, shared == 1 ? "" : "s");
}

/* Of so many p99 would be another. */
#define OWED_SHARE 0.01

/* Which part of what was due in all of its runs is left, as a sender says it; 0 where nothing was due. */
static double share_owed(const struct configuration *c, enum metric_id left, enum metric_id done)
{
	double owed = 0, all = 0;

	for (size_t j = 0; j < c->count; j++) {
		double without = run_figure(c->runs[j], left, END_TX, NULL);
		double with = run_figure(c->runs[j], done, END_TX, NULL);

		if (isnan(without) || isnan(with))
			continue;
		owed += without;
		all += without + with;
	}
	return owed > 0 ? owed / all : 0;
}

void remark_owed(struct page *page, const struct experiment *e)
{
	for (size_t i = 0; i < e->count; i++) {
		const struct configuration *c = &e->configurations[i];
		double unanswered = share_owed(c, METRIC_path_unanswered, METRIC_path_responses);
		double unsent = share_owed(c, METRIC_path_unsent, METRIC_path_datagrams);
		double lost = share_owed(c, METRIC_path_requests_lost, METRIC_path_responses);

		if (unanswered > OWED_SHARE)
			page_note(page,
				  "%s: %.2g %% of the requests that were due had no answer when the window closed, and are in no figure of latency: percentiles and the mean are too small.",
				  c->name, 100 * unanswered);
		if (lost > OWED_SHARE)
			page_note(page,
				  "%s: %.2g %% of the requests were lost, they or their answers, and are in no figure of latency: percentiles beyond p%.3g would be among them.",
				  c->name, 100 * lost, 100 * (1 - lost));
		if (unsent > OWED_SHARE)
			page_note(page,
				  "%s: %.2g %% of the datagrams that were due were not sent when the window closed, and are in no figure of latency: the sender did not keep the rate.",
				  c->name, 100 * unsent);
	}
}

void remark_clocks(struct page *page, const struct experiment *e)
{
	for (size_t i = 0; i < e->count; i++) {
		const struct configuration *c = &e->configurations[i];
		char apart[400];

		if (apart_words(c, apart, sizeof(apart)))
			page_note(page, "%s: %s", c->name, apart);
	}
}

/* The ways to send that ask the kernel not to copy. */
static bool asks_for_zerocopy(const char *path)
{
	static const char *const paths[] = {"send_zc", "zerocopy", "zcrx", "devmem"};

	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++)
		if (!strcmp(path, paths[i]))
			return true;
	return false;
}

static bool copied_all(const struct run *run, enum record_end end)
{
	return run_figure(run, METRIC_path_bytes_zerocopy, end, NULL) == 0 &&
	       run_figure(run, METRIC_path_bytes_copied, end, NULL) > 0;
}

/* "send_zc", then "send_zc, zerocopy": each once. */
static void add_name(char *names, size_t size, const char *name)
{
	size_t len = strlen(name);

	for (const char *at = names; (at = strstr(at, name)); at += len)
		if ((at == names || at[-1] == ' ') && (at[len] == ',' || !at[len]))
			return;
	len = strlen(names);
	snprintf(names + len, size - len, "%s%s", len ? ", " : "", name);
}

void remark_copied(struct page *page, const struct experiment *e)
{
	for (enum record_end end = END_RX; end <= END_TX; end++) {
		size_t configurations = 0;
		char names[128] = "";

		for (size_t i = 0; i < e->count; i++) {
			const struct configuration *c = &e->configurations[i];
			const char *asked =
				c->count ? run_fact(c->runs[0], METRIC_fact_option, end, "path")
					 : NULL;
			bool copied = true;

			if (!asked || !asks_for_zerocopy(asked))
				continue;
			for (size_t j = 0; copied && j < c->count; j++)
				copied = copied_all(c->runs[j], end);
			if (!copied)
				continue;
			configurations++;
			add_name(names, sizeof(names), asked);
		}
		if (configurations)
			page_note(page,
				  "The kernel copied every byte of %s at %s (%zu configuration%s), although zero copy was asked for: veth and loopback always do, and so does a device without scatter-gather or header split.",
				  names, record_end_name[end], configurations,
				  configurations > 1 ? "s" : "");
	}
}

/*
 * From Linux 6.10 on, sends of a stream that lie in one packet share its notification, and only the first of them is
 * told that its pages were sent: the others' say "copied" (io_link_skb(), io_notif_tw_complete(), io_uring/notif.c).
 */
static bool hides_zerocopy(const struct run *run)
{
	const char *path = run_fact(run, METRIC_fact_option, END_TX, "path");
	const char *datagrams = run_fact(run, METRIC_fact_option, END_TX, "udp");
	const char *kernel = run_fact(run, METRIC_fact_kernel, run_machine(run, END_TX), NULL);

	return path && !strcmp(path, "send_zc") && (!datagrams || !*datagrams) && kernel &&
	       strverscmp(kernel, "6.10") >= 0 &&
	       run_figure(run, METRIC_path_bytes_zerocopy, END_TX, NULL) > 0 &&
	       run_figure(run, METRIC_path_bytes_copied, END_TX, NULL) > 0;
}

void remark_linked(struct page *page, const struct experiment *e)
{
	size_t configurations = 0;

	for (size_t i = 0; i < e->count; i++) {
		const struct configuration *c = &e->configurations[i];
		bool hides = false;

		for (size_t j = 0; !hides && j < c->count; j++)
			hides = hides_zerocopy(c->runs[j]);
		configurations += hides;
	}
	if (configurations)
		page_note(page,
			  "zc tx of send_zc is at least that (%zu configuration%s): from Linux 6.10 on, of sends that share a packet all but the first are reported as copied, even where none was; with longer sends (--write) fewer share one.",
			  configurations, configurations > 1 ? "s" : "");
}

void remark_control(struct page *page, const struct experiment *e, const struct exponents *exponents)
{
	struct pooling pool = {0};
	struct interval ratio;
	size_t controls = 0;
	char more[96];

	for (size_t i = 0; i < e->count; i++) {
		const struct configuration *c = &e->configurations[i];
		double *with = must_calloc(c->count, sizeof(*with));
		double *without = must_calloc(c->control_count, sizeof(*without));
		size_t n_with = outcomes(c->runs, c->count, THROUGHPUT, exponents, with);
		size_t n_without =
			outcomes(c->controls, c->control_count, THROUGHPUT, exponents, without);

		stats_pool(&pool, without, n_without, with, n_with);
		controls += c->control_count;
		free(with);
		free(without);
	}
	if (!controls)
		return;
	ratio = stats_pooled_ratio(&pool);
	if (isnan(ratio.center))
		page_note(page,
			  "There are control repeats, but too few to say what instrumentation changed: that takes two with and two without it.");
	else
		page_note(page,
			  "Instrumentation changed the throughput by %s: %zu configuration%s, %zu control repeats without it.",
			  more_words(&ratio, more, sizeof(more)), pool.pairs,
			  pool.pairs == 1 ? "" : "s", controls);
}

const char *refused_word(const struct fact *refusal)
{
	static const char *const words[][2] = {
		{"cannot", "cannot run"}, {"failed", "failed"}, {"time", "no time left"}};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (!strcmp(refusal->key, words[i][0]))
			return words[i][1];
	return "not run";
}

static bool same_refusal(const struct fact *a, const struct fact *b)
{
	return a->end == b->end && !strcmp(a->key, b->key) && !strcmp(a->value, b->value);
}

/* One note for all that were not run for the same reason. */
void remark_refused(struct page *page, const struct experiment *e)
{
	for (size_t i = 0; i < e->refused_count; i++) {
		const struct fact *why = run_refusal(e->refused[i]);
		const char *name =
			run_fact(e->refused[i], METRIC_fact_configuration, END_HOST, NULL);
		char others[32] = "";
		size_t alike = 0, before = 0;

		for (size_t j = 0; j < e->refused_count; j++)
			if (same_refusal(why, run_refusal(e->refused[j]))) {
				alike++;
				before += j < i;
			}
		if (before)
			continue;
		if (alike > 1)
			snprintf(others, sizeof(others), " and %zu more", alike - 1);
		page_note(page, "Not run: %s%s: %s%s%s.", name ? name : e->refused[i]->path, others,
			  why->end == END_HOST ? "" : record_end_name[why->end],
			  why->end == END_HOST ? "" : ": ", why->value);
	}
}

/* One note for all that were left out for the same reason. */
void remark_left_out(struct page *page, const struct experiment *e)
{
	for (size_t i = 0; i < e->left_out_count; i++) {
		size_t before = 0, behind = 0;

		for (size_t j = 0; j < e->left_out_count; j++)
			if (!strcmp(e->left_out[i].why, e->left_out[j].why)) {
				before += j < i;
				behind += j > i;
			}
		if (before)
			continue;
		if (behind)
			page_note(page, "Left out: %s, %s, and %zu more of which that is so.",
				  e->left_out[i].path, e->left_out[i].why, behind);
		else
			page_note(page, "Left out: %s, %s.", e->left_out[i].path,
				  e->left_out[i].why);
	}
}
