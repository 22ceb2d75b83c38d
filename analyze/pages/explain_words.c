// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/pages/explain_words.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/causes/confirm.h"
#include "analyze/causes/figures.h"
#include "analyze/figures/sampling.h"
#include "analyze/figures/strangers.h"
#include "analyze/pages/diff_words.h"
#include "analyze/pages/hosts.h"
#include "base/shell.h"

/* Causes that are worth a reader's time, and settings that no cause is made by. */
#define SHOWN	     3
#define UNUSED_SHOWN 3

static const char *const end_words[RECORD_ENDS] = {"both ends", "the receiver", "the sender",
						   "the receiver's machine", "the sender's machine"};

/* "30 % (95 %: 27..33) slower": of the caller's B against A. "faster (8 against 0)": of nothing there is no percent. */
static void change_words(const struct comparison *k, const char *more, const char *less, char *text,
			 size_t size)
{
	bool up = k->b > k->a;
	char one[32], other[32];
	double center = 100 * fabs(k->ratio.center - 1);
	double low = 100 * (up ? k->ratio.low - 1 : 1 - k->ratio.high);
	double high = 100 * (up ? k->ratio.high - 1 : 1 - k->ratio.low);

	if (isnan(center))
		snprintf(text, size, "%s (%s against %s)", up ? more : less,
			 figure_words(k->b, one, sizeof(one)),
			 figure_words(k->a, other, sizeof(other)));
	else if (isnan(low))
		snprintf(text, size, "%.3g %% %s", center, up ? more : less);
	else
		snprintf(text, size, "%.3g %% (95 %%: %.3g..%.3g) %s", center, low, high,
			 up ? more : less);
}

void explain_because(const struct causes *c, const struct cause *cause, char *text, size_t size)
{
	const struct setting *setting = cause->setting;
	char name[128], evidence[256];
	size_t used = 0;

	/* A setting that no mechanism knows is one of both. */
	used += snprintf(text + used, size - used, "%s%s",
			 c->reversed && !cause_is_setting(cause) ? "in A " : "",
			 cause->mechanism->because);
	if (setting && used < size) {
		setting_name(setting, name, sizeof(name));
		used += snprintf(text + used, size - used, " (%s %s: %s in A, %s in B)",
				 record_end_name[setting->end], name,
				 setting_value(setting, c->reversed ? setting->b : setting->a),
				 setting_value(setting, c->reversed ? setting->a : setting->b));
	}
	if (cause->seen_count && used < size) {
		sign_print(&cause->seen[0], c->reversed, evidence, sizeof(evidence));
		snprintf(text + used, size - used, ": %s", evidence);
	}
}

/* What may be the whole of it, where one of them is of one start alone. */
static void add_starts(const struct design *d, char *change, size_t size)
{
	const char *which = d->starts[0] == d->starts[1] ? "each" : "one of the two";
	size_t len = strlen(change);

	snprintf(change + len, size - len, "%s %s of one start of its machine,",
		 len && change[len - 1] == ',' ? "" : ",", which);
}

void explain_sentence(const struct causes *c, char *text, size_t size)
{
	char change[160], because[512];

	if (c->proven == PROVEN_THROUGHPUT)
		change_words(&c->throughput, "faster", "slower", change, sizeof(change));
	else if (c->proven == PROVEN_SEEN)
		change_words(&c->throughput, "faster, as single runs show,",
			     "slower, as single runs show,", change, sizeof(change));
	else if (c->proven == PROVEN_COST)
		change_words(&c->cost, c->cost_more, c->cost_less, change, sizeof(change));
	else
		snprintf(change, sizeof(change), "not proven to be faster, slower or dearer than A");
	if (c->proven != PROVEN_NOTHING && design_confounded(&c->design))
		add_starts(&c->design, change, sizeof(change));
	if (!c->count) {
		size_t len = strlen(change);

		snprintf(text, size, "B is %s%s%s", change,
			 c->proven == PROVEN_NOTHING || (len && change[len - 1] == ',') ? "" : ",",
			 c->proven == PROVEN_NOTHING ? ""
						     : " and no cause that is known explains it");
		return;
	}
	explain_because(c, &c->at[0], because, sizeof(because));
	snprintf(text, size, "B is %s%s %s", change,
		 c->proven != PROVEN_NOTHING	  ? " because"
		 : cause_is_counted(c, &c->at[0]) ? "; yet, by a counter alone,"
						  : "; yet",
		 because);
}

bool explain_change_concerns(const struct causes *c, const struct kernel_change *change)
{
	const struct configuration *sets[] = {c->design.a, c->design.b};
	static const enum record_end ends[] = {END_RX, END_TX};

	for (int side = 0; side < 2; side++)
		for (int i = 0; i < 2; i++)
			if (kernel_change_concerns(change,
						   run_fact(sets[side]->runs[0], METRIC_fact_option,
							    ends[i], "path")))
				return true;
	return false;
}

/* Where the kernel is another one: what is known of the versions between. */
static void lead_changes(struct page *page, const struct causes *c, const struct setting *setting)
{
	const struct kernel_change *change;
	size_t count, known = 0;

	if (!setting || setting->id != METRIC_fact_kernel || *setting->key)
		return;
	count = kernel_changes(setting->a, setting->b, &change);
	for (size_t i = 0; i < count; i++) {
		if (!explain_change_concerns(c, &change[i]))
			continue;
		known++;
		page_lead(page, "from %d.%-4d %s (%s, \"%s\")", change[i].version,
			  change[i].subversion, change[i].does, change[i].commit, change[i].subject);
	}
	if (!known)
		page_lead(page, "known      nothing that changed between the two on these paths");
}

/* Each on a line of its own, as a shell takes it. */
static void lead_commands(struct page *page, const struct causes *c, const char *run)
{
	char *a = shell_quoted((c->reversed ? c->design.b : c->design.a)->directory);
	char *b = shell_quoted((c->reversed ? c->design.a : c->design.b)->directory);

	page_command(page, "confirm    %s", run);
	page_command(page, "then       zcroi explain --confirm confirm %s %s", a, b);
	free(a);
	free(b);
}

static void lead_cause(struct page *page, const struct causes *c, size_t rank)
{
	const struct cause *cause = &c->at[rank];
	enum confirming confirming;
	char text[2048];

	explain_because(c, cause, text, sizeof(text));
	page_lead(page, "%zu. %-8s %s at %s: %s", rank + 1, cause_sure(c, cause),
		  cause->mechanism->id, end_words[cause->end], text);
	for (size_t i = 1; i < cause->seen_count; i++) {
		sign_print(&cause->seen[i], c->reversed, text, sizeof(text));
		page_lead(page, "for        %s", text);
	}
	if (cause_is_counted(c, cause))
		page_lead(page, "but        what it costs is not proven: it may cost nothing");
	for (size_t i = 0; i < cause->with_count; i++)
		page_lead(page, "with it    %s", cause->with[i]->because);
	for (size_t i = 0; i < cause->against_count; i++) {
		sign_print(&cause->against[i], c->reversed, text, sizeof(text));
		page_lead(page, "against    %s", text);
	}
	page_lead(page, "remedy     %s", cause->mechanism->remedy);
	lead_changes(page, c, cause->setting);
	page_lead(page, "make sure  %s", cause->mechanism->confirm);
	confirming = confirm_command(c, cause, text, sizeof(text));
	if (confirming == CONFIRMING_COMMAND)
		lead_commands(page, c, text);
	else if (confirming == CONFIRMING_REFUSED)
		page_lead(page, "confirm    %s", text);
	page_lead(page, "source     %s; kernels: %s", cause->mechanism->source,
		  cause->mechanism->kernels);
}

static void limit_words(const struct limit *limit, char *text, size_t size)
{
	char number[32];

	if (isnan(limit->figure))
		snprintf(text, size, "%s", limit->words);
	else
		snprintf(text, size, "%s (%s %s)", limit->words,
			 figure_words(limit->figure, number, sizeof(number)), limit->unit);
}

/* What the throughput lost and won by each component of the end whose CPU is the limit. */
static void add_split(struct page *page, const struct causes *c)
{
	const struct limit *worse = &c->limit[c->reversed ? 0 : 1];
	struct table *t;
	struct split s;

	if (worse->end == END_HOST)
		return;
	s = split_of(&c->design, worse->end);
	if (s.count) {
		t = page_table(page, "split",
			       "What each component of that CPU's cost took of the throughput");
		table_column(t, "component", "component", "", COLUMN_TEXT, 0);
		table_column(t, "from", "from", "ns/KB", COLUMN_NUMBER, 2);
		table_column(t, "to", "to", "ns/KB", COLUMN_NUMBER, 2);
		table_column(t, "points", "of log T", "%", COLUMN_NUMBER, 1);
		table_column(t, "margin_points", "±", "%", COLUMN_NUMBER, 1);
		for (size_t i = 0; i < s.count; i++) {
			cell_text(t, "%s",
				  s.at[i].component ? s.at[i].component : "CPU time (% of a CPU)");
			cell_number(t, s.at[i].from);
			cell_number(t, s.at[i].to);
			cell_number(t, s.at[i].points);
			cell_number(t, sampling_margin(s.at[i].off, INFINITY));
		}
		page_note(page,
			  "From the better set to the worse. The points add up to %.1f, 100 times the logarithm of the ratio of throughputs; ± is half of the 95 %% interval of each by how few samples it is of.",
			  s.points);
	}
	split_free(&s);
}

static void lead_tested(struct page *page, const struct causes *c)
{
	static const char *const came[] = {
		[CONFIRM_RETURNED] = "confirmed",
		[CONFIRM_WITHDRAWN] = "withdrawn",
		[CONFIRM_OPEN] = "these runs do not tell whether half of it did; more would",
		[CONFIRM_MOVED] =
			"that tells nothing, for the machine moved: of the difference too little is left",
	};
	const struct mechanism *m = c->confirmed == CONFIRM_WITHDRAWN ? c->withdrawn.mechanism
				    : c->count			      ? c->at[0].mechanism
								      : NULL;

	if (c->confirmed >= CONFIRM_RETURNED && m)
		page_lead(page,
			  "tested     %s: with the remedy %.0f %% (95 %%: %.0f..%.0f) of the change went away: %s",
			  m->id, 100 * c->returned.center, 100 * c->returned.low,
			  100 * c->returned.high, came[c->confirmed]);
}

/* It may be one of them all the same: who asks for a cause and gets none has to see what he changed. */
static void lead_unused(struct page *page, const struct causes *c)
{
	const struct setting *s;
	size_t at = 0, count = 0;
	char name[128];

	while ((s = causes_unused(c, &at))) {
		if (count++ >= UNUSED_SHOWN)
			continue;
		setting_name(s, name, sizeof(name));
		page_lead(page, "differs    %s %s: %s in A, %s in B; %s", record_end_name[s->end],
			  name, setting_value(s, c->reversed ? s->b : s->a),
			  setting_value(s, c->reversed ? s->a : s->b),
			  c->count ? "no figure says that it is a cause beside that"
				   : "no figure says that it is the cause");
	}
	if (count > UNUSED_SHOWN)
		page_lead(page, "differs    and %zu more settings: zcroi diff has them",
			  count - UNUSED_SHOWN);
}

void explain_fill(struct page *page, const struct causes *c, const struct configuration *a,
		  const struct configuration *b)
{
	char text[1024];

	explain_sentence(c, text, sizeof(text));
	page_lead(page, "%s.", text);
	words_sets(page, a, b);
	words_hosts(page, a, b);
	words_starts(page, &c->design, c->reversed);
	for (int side = 0; side < 2; side++) {
		limit_words(&c->limit[side], text, sizeof(text));
		page_lead(page, "limit      of %c: %s", "AB"[side], text);
	}
	lead_tested(page, c);
	for (size_t i = 0; i < c->count && i < SHOWN; i++)
		lead_cause(page, c, i);
	if (!c->count)
		page_lead(page, "cause      no known cause");
	lead_unused(page, c);
	page_lead(page,
		  "considered %zu mechanisms of whose figures the records have some; %zu hold%s",
		  c->considered, c->count, c->count == 1 ? "s" : "");
	add_split(page, c);
	if (c->design.a->count < 2 || c->design.b->count < 2)
		page_note(page,
			  "How far single runs differ by chance is not known: repeats of both, interleaved, would prove it or not.");
}

int explain_page(const struct causes *c, const struct configuration *a,
		 const struct configuration *b, enum format format)
{
	struct page *page = page_new();
	int result;

	explain_fill(page, c, a, b);
	page_note(page, "zcroi diff shows all that moved.");
	result = page_print(page, format);
	page_free(page);
	return result;
}

/* Of few runs, or of some whose throughput is not known, nothing is found, whatever they are. */
static void alike_words(const struct configuration *c, char *text, size_t size)
{
	const char *runs = c->count == 1 ? "run" : "runs";
	size_t known = 0;

	for (size_t i = 0; i < c->count; i++)
		known += figure_throughput(c->runs[i], END_HOST) > 0;
	if (known < c->count)
		snprintf(text, size,
			 "Which run of %s is unlike its siblings is not told: the throughput of %zu of %zu %s is not known",
			 c->directory, c->count - known, c->count, runs);
	else if (c->count < STRANGERS_LEAST)
		snprintf(text, size,
			 "Which run of %s is unlike its siblings is not told by %zu %s: it takes %d, which the same zcprof run with --repeat %d adds",
			 c->directory, c->count, runs, STRANGERS_LEAST, STRANGERS_LEAST);
	else
		snprintf(text, size, "No run of %s is unlike its siblings: %zu runs", c->directory,
			 c->count);
}

int explain_alike(const struct configuration *c, enum format format)
{
	struct page *page;
	char text[512];
	int result;

	alike_words(c, text, sizeof(text));
	if (format == FORMAT_JSON)
		return explain_json_alike(text);
	page = page_new();
	page_lead(page, "%s.", text);
	result = page_print(page, format);
	page_free(page);
	return result;
}
