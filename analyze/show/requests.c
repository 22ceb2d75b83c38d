// SPDX-License-Identifier: GPL-2.0-or-later
/* How long requests took (--rpc), and datagrams (--stamp): all of a configuration's runs as one distribution. */
#include <math.h>

#include "analyze/figures/apart.h"
#include "analyze/figures/average.h"
#include "analyze/figures/distribution.h"
#include "analyze/figures/roi.h"
#include "analyze/show/show.h"

#define US 1e3

static const struct {
	const char *name;
	const char *heading;
	double share;
} quantiles[] = {
	{"p50_us", "p50", 0.5},	     {"p90_us", "p90", 0.9},	     {"p99_us", "p99", 0.99},
	{"p999_us", "p99.9", 0.999}, {"p9999_us", "p99.99", 0.9999}, {"most_us", "most", 1},
};

/* Whether there was any. */
static bool line(struct table *t, const struct view *v, enum metric_id id, enum record_end end,
		 const char *from)
{
	struct averages all = averages_of(v->configuration, id, end, MEAN);
	double requests = averages_sum(&all) * v->configuration->count;

	if (!all.count)
		return false;
	cell_text(t, "%s", metric_info(id)->name);
	cell_text(t, "%s", from);
	cell_number(t, requests);
	for (size_t i = 0; i < sizeof(quantiles) / sizeof(*quantiles); i++)
		cell_number(t, distribution_merged(v->configuration, id, end, quantiles[i].share) /
				       US);
	averages_free(&all);
	return true;
}

static struct table *begin(const struct view *v, const char *name, const char *title,
			   const char *of_what)
{
	struct table *t = page_table(v->page, name, title);

	table_column(t, "metric", "metric", "", COLUMN_TEXT, 0);
	table_column(t, "from", "from", "", COLUMN_TEXT, 0);
	table_column(t, of_what, of_what, "", COLUMN_NUMBER, 0);
	for (size_t i = 0; i < sizeof(quantiles) / sizeof(*quantiles); i++)
		table_column(t, quantiles[i].name, quantiles[i].heading, "us", COLUMN_NUMBER, 1);
	return t;
}

static void show_datagrams(const struct view *v)
{
	struct averages delay =
		averages_of(v->configuration, METRIC_path_one_way_delay, END_RX, MEAN);
	struct averages late = averages_of(v->configuration, METRIC_path_lateness, END_TX, MEAN);
	struct averages unsent = averages_of(v->configuration, METRIC_path_unsent, END_TX, MEAN);
	struct averages wrong =
		averages_of(v->configuration, METRIC_path_stamps_wrong, END_RX, MEAN);
	const char *due = "when it was due";
	char apart[400];
	enum record_end end;
	struct table *t;

	if (delay.count || late.count) {
		t = begin(v, "datagrams",
			  "Time of datagrams until the receiver had them, of all runs together, to within 2 %",
			  "datagrams");
		line(t, v, METRIC_path_one_way_delay, END_RX,
		     late.count ? due : "when it was handed over");
		line(t, v, METRIC_path_delay_variation, END_RX, "the delay of the one before");
		line(t, v, METRIC_path_lateness, END_TX, due);
	}
	if (!delay.count && latency_of(v->configuration->runs[0], &end) == METRIC_path_one_way_delay)
		show_unmeasured(v, "path/one_way_delay", "Delay of datagrams");
	if (late.count)
		page_note(v->page,
			  "lateness is the sender's: how late it handed over what was due. The delays have it in them.");
	if (averages_sum(&unsent) > 0)
		page_note(v->page,
			  "%.4g datagrams of a run that were due were not sent when the window closed, and are in no figure: the sender did not keep the rate.",
			  averages_sum(&unsent));
	if (averages_sum(&wrong) > 0)
		page_note(v->page,
			  "%.4g datagrams of a run carried a time that cannot be, and are in no delay: the clocks of the ends do not agree, or somebody else sent them.",
			  averages_sum(&wrong));
	if (apart_words(v->configuration, apart, sizeof(apart)))
		page_note(v->page, "%s", apart);
	averages_free(&delay);
	averages_free(&late);
	averages_free(&unsent);
	averages_free(&wrong);
}

/* In datagrams (--udp): what became of those that are in no bucket. */
static void show_lost(const struct view *v)
{
	struct averages lost =
		averages_of(v->configuration, METRIC_path_requests_lost, END_TX, MEAN);
	struct averages answered =
		averages_of(v->configuration, METRIC_path_responses, END_TX, MEAN);
	struct averages late =
		averages_of(v->configuration, METRIC_path_answers_late, END_TX, MEAN);
	struct averages twice =
		averages_of(v->configuration, METRIC_path_answers_duplicate, END_TX, MEAN);
	const char *timeout =
		run_fact(v->configuration->runs[0], METRIC_fact_option, END_TX, "rpc_timeout");
	double share = averages_sum(&lost) / (averages_sum(&lost) + averages_sum(&answered));

	if (averages_sum(&lost) > 0)
		page_note(v->page,
			  "%.0f requests of a run, %.2g %%, had no answer within %s ms and are in no figure of latency; %.0f answers came later. Percentiles beyond p%.4g would be among them.",
			  averages_sum(&lost), 100 * share, timeout ? timeout : "?",
			  averages_sum(&late), 100 * (1 - share));
	if (averages_sum(&twice) > 0)
		page_note(v->page, "%.0f answers of a run came twice.", averages_sum(&twice));
	averages_free(&lost);
	averages_free(&answered);
	averages_free(&late);
	averages_free(&twice);
}

void show_requests(const struct view *v)
{
	struct averages waiting =
		averages_of(v->configuration, METRIC_path_unanswered, END_TX, MEAN);
	struct averages service = averages_of(v->configuration, METRIC_path_service, END_TX, MEAN);
	struct table *t;

	show_datagrams(v);
	if (!waiting.count)
		return;
	t = begin(v, "requests",
		  "Time of requests until their answer was there, of all runs together, to within 2 %",
		  "requests");
	line(t, v, METRIC_path_latency, END_TX,
	     service.count ? "when it was due" : "when it was sent");
	line(t, v, METRIC_path_service, END_TX, "when it was sent");
	if (isnan(distribution_merged(v->configuration, METRIC_path_latency, END_TX, 0.9999)))
		page_note(v->page,
			  "A percentile stands where at least one request was slower: p99.9 takes 1,000 of them, p99.99 10,000.");
	show_lost(v);
	if (averages_sum(&waiting) > 0)
		page_note(v->page,
			  "%.4g requests that were due had no answer when the window closed, and are in no figure of latency.",
			  averages_sum(&waiting));
	averages_free(&waiting);
	averages_free(&service);
}
