// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md (1.0.0), and
 * https://prometheus.io/docs/instrumenting/exposition_formats/ (0.0.4), which is all that node exporter's
 * textfile collector reads: there a counter's family has the "_total" of its samples.
 */
#include "zcprof/watch/openmetrics.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/visible.h"
#include "record/histogram.h"
#include "record/number.h"

/* Up to 4^16: 4 s in ns, 4 GB in bytes. Buckets of a record end at each power of two. */
#define BUCKETS 17

/* Of which a sample is printed once all of it was seen: later keys as one, or a histogram. */
struct sum {
	enum metric_id id; /* METRIC_NONE: there is none */
	enum record_end end;
	size_t key_len;
	const char *key;			/* of a histogram: the first of its buckets */
	double total, values, buckets[BUCKETS]; /* values: of all that is in a histogram */
};

struct printing {
	FILE *out;
	const struct origin *origin;
	enum openmetrics_dialect dialect;
	enum metric_id id; /* of the family that was begun */
	struct sum sum;
	size_t left_out;
};

/* A unit as it stands in names, and what a value of ours is in it. */
static const char *base_unit(const char *unit, double *factor)
{
	static const struct {
		const char *unit, *base;
		double factor;
	} units[] = {
		{"ns", "seconds", 1e-9},
		{"us", "seconds", 1e-6},
		{"%", "ratio", 0.01},
		{"kHz", "hertz", 1e3},
		{"W", "watts", 1},
		{"J", "joules", 1},
		{"bytes/s", "bytes_per_second", 1},
		{"pages/GB", "pages_per_gigabyte", 1},
	};

	*factor = 1;
	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++)
		if (!strcmp(units[i].unit, unit)) {
			*factor = units[i].factor;
			return units[i].base;
		}
	return unit;
}

/* A tenth is no double, and ten is: 3 ns are 3e-09 s and not a little more. */
static double in_base(double value, double factor)
{
	return factor < 1 ? value / nearbyint(1 / factor) : value * factor;
}

/* Is that the last word of the name? */
static bool ends_in(const char *name, const char *word)
{
	size_t len = strlen(name), word_len = strlen(word);

	return len > word_len && name[len - word_len - 1] == '_' &&
	       !strcmp(name + len - word_len, word);
}

/* What a histogram's edges are in stands at the end of its meaning. */
static const char *unit_of(const struct metric_info *info)
{
	return info->kind == KIND_HISTOGRAM ? strrchr(info->meaning, ' ') + 1 : info->unit;
}

/* Without the "_total" that the samples of a counter have behind it. */
static const char *name_of(const struct metric_info *info, char *name, size_t size, double *factor)
{
	const char *unit = base_unit(unit_of(info), factor);
	size_t used = (size_t)snprintf(name, size, "zcprof_%s_%s", info->source, info->name);

	if (*info->unit && ends_in(name, info->unit))
		used -= strlen(info->unit) + 1;
	name[used] = '\0';
	if (*unit && !ends_in(name, unit))
		snprintf(name + used, size - used, "_%s", unit);
	return unit;
}

/* Of a label's value: valid UTF-8, with backslashes and quotes escaped. */
static void put_escaped(FILE *out, const char *text, size_t left)
{
	char byte[VISIBLE_BYTE];
	size_t size;

	for (; left; text += size, left -= size) {
		size = visible_character(text, left);
		if (!size)
			fprintf(out, "\\%s", visible_byte(*text, byte));
		else if (*text == '\\' || *text == '"')
			fprintf(out, "\\%c", *text);
		else
			fwrite(text, 1, size, out);
		size = size ? size : 1;
	}
}

static void put_family(const struct printing *p, const char *name, const char *type,
		       const char *unit, const char *help)
{
	bool total = p->dialect == OPENMETRICS_TEXTFILE && !strcmp(type, "counter");
	const char *behind = total ? "_total" : "";

	fprintf(p->out, "# TYPE %s%s %s\n", name, behind, type);
	if (*unit)
		fprintf(p->out, "# UNIT %s%s %s\n", name, behind, unit);
	/* The two formats escape quotes in a help differently. */
	fprintf(p->out, "# HELP %s%s ", name, behind);
	for (; *help; help++)
		putc(*help == '"' || *help == '\\' ? '\'' : *help, p->out);
	putc('\n', p->out);
}

/* What is told from others by: the labels that were given, the end, and a key where there is one. */
static void put_labels(const struct printing *p, enum record_end end, const char *key,
		       size_t key_len)
{
	fprintf(p->out, "{end=\"%s\"", record_end_name[end]);
	if (key_len) {
		fputs(",key=\"", p->out);
		put_escaped(p->out, key, key_len);
		putc('"', p->out);
	}
	for (size_t i = 0; p->origin && i < p->origin->count; i++) {
		const struct label *label = &p->origin->labels[i];

		fprintf(p->out, ",%s=\"", label->name);
		put_escaped(p->out, label->value, strlen(label->value));
		putc('"', p->out);
	}
}

static void put_sample(const struct printing *p, const char *name, const struct figure *f,
		       const char *key, double value)
{
	char number[NUMBER_TEXT];

	fputs(name, p->out);
	if (metric_info(f->id)->kind == KIND_TOTAL)
		fputs("_total", p->out);
	put_labels(p, f->end, key, strlen(key));
	fprintf(p->out, "} %s\n", number_print(value, number));
}

static void put_part(const struct printing *p, const char *name, const char *part, double value)
{
	char number[NUMBER_TEXT];

	fprintf(p->out, "%s_%s", name, part);
	put_labels(p, p->sum.end, p->sum.key, p->sum.key_len);
	fprintf(p->out, "} %s\n", number_print(value, number));
}

/* A bucket holds what is at most le: 4^n - 1 is the last value below the edge 4^n of the record's. */
static void put_histogram(const struct printing *p, const char *name, double factor)
{
	const struct sum *sum = &p->sum;
	double cumulative = 0;

	for (int i = 0; i <= BUCKETS; i++) {
		char le[NUMBER_TEXT] = "+Inf", number[NUMBER_TEXT];

		cumulative = i < BUCKETS ? cumulative + sum->buckets[i] : sum->total;
		if (i < BUCKETS)
			number_print(in_base((double)((1ULL << 2 * i) - 1), factor), le);
		fprintf(p->out, "%s_bucket", name);
		put_labels(p, sum->end, sum->key, sum->key_len);
		fprintf(p->out, ",le=\"%s%s\"} %s\n", le, strpbrk(le, ".eI") ? "" : ".0",
			number_print(cumulative, number));
	}
	put_part(p, name, "count", sum->total);
	put_part(p, name, "sum", in_base(sum->values, factor));
}

static void put_sum(struct printing *p)
{
	struct figure f = {.id = p->sum.id, .end = p->sum.end};
	char name[128];
	double factor;

	if (p->sum.id == METRIC_NONE)
		return;
	name_of(metric_info(f.id), name, sizeof(name), &factor);
	if (metric_info(f.id)->kind == KIND_HISTOGRAM)
		put_histogram(p, name, factor);
	else
		put_sample(p, name, &f, "others", in_base(p->sum.total, factor));
	p->sum.id = METRIC_NONE;
}

/* Of a bucket of the record, as the middle of it; within 7 %. */
static void add_bucket(struct sum *sum, uint64_t edge, double count)
{
	unsigned int bucket = histogram_bucket(edge);
	uint64_t last = bucket + 1 < HISTOGRAM_BUCKETS ? histogram_edge(bucket + 1) - 1 : edge;
	int at = 0;

	while (at < BUCKETS && edge >= 1ULL << 2 * at)
		at++;
	if (at < BUCKETS)
		sum->buckets[at] += count;
	sum->values += count * ((double)edge + (double)last) / 2;
}

/* One more of those that are printed as one. */
static void add_up(struct printing *p, const struct figure *f)
{
	bool histogram = metric_info(f->id)->kind == KIND_HISTOGRAM;
	const char *colon = histogram ? strrchr(f->key, ':') : NULL;
	size_t key_len = colon ? (size_t)(colon - f->key) : 0;
	struct sum *sum = &p->sum;

	if (sum->id != f->id || sum->end != f->end || sum->key_len != key_len ||
	    memcmp(sum->key, f->key, key_len) != 0) {
		put_sum(p);
		*sum = (struct sum){f->id, f->end, key_len, f->key, 0, 0, {0}};
	}
	sum->total += f->total;
	if (histogram)
		add_bucket(sum, strtoull(colon ? colon + 1 : f->key, NULL, 10), f->total);
}

static void put_figure(void *data, const struct figure *f)
{
	struct printing *p = data;
	const struct metric_info *info = metric_info(f->id);
	bool more = f->nth >= OPENMETRICS_KEYS;
	char name[128];
	const char *unit;
	double factor;

	/* Said of another figure, and a sample nobody would add up. */
	if (info->kind == KIND_GAUGE)
		return;
	/* What is gone has no sample of its own, and a sum may not fall. */
	if (!f->seen && info->kind != KIND_HISTOGRAM && !(info->kind == KIND_TOTAL && more))
		return;
	unit = name_of(info, name, sizeof(name), &factor);
	if (p->id != f->id) {
		put_sum(p);
		put_family(p, name,
			   info->kind == KIND_HISTOGRAM ? "histogram"
			   : info->kind == KIND_TOTAL	? "counter"
							: "gauge",
			   unit, info->meaning);
	}
	p->id = f->id;
	if (info->kind == KIND_HISTOGRAM || (info->kind == KIND_TOTAL && more))
		add_up(p, f);
	else if (more)
		p->left_out++;
	else
		put_sample(p, name, f, f->key, in_base(f->total, factor));
}

/* What is said of the text itself has the labels too: a folder of such files is one text to whoever reads it. */
/* help: NULL: one more sample of the family before. record: it is of that, too; NULL. */
static void put_own(struct printing *p, const char *name, const char *type, const char *unit,
		    const char *help, double value, const char *record)
{
	char number[NUMBER_TEXT];

	if (help)
		put_family(p, name, type, unit, help);
	fprintf(p->out, "%s%s", name, !strcmp(type, "counter") ? "_total" : "");
	put_labels(p, END_HOST, "", 0);
	fprintf(p->out, "} %s", number_print(value, number));
	if (record && *record && p->dialect == OPENMETRICS)
		fprintf(p->out, " # {record=\"%s\"} 1", record);
	fputc('\n', p->out);
}

static void put_build(const struct printing *p)
{
	put_family(p, "zcprof_build", "gauge", "", "the zcprof that measures");
	fputs("zcprof_build", p->out);
	put_labels(p, END_HOST, "", 0);
	fputs(",version=\"" VERSION "\"} 1\n", p->out);
}

static void put_levels_left_out(struct printing *p)
{
	put_own(p, "zcprof_keys_left_out", "gauge", "",
		"levels that are not shown, because their metric has too many keys already",
		(double)p->left_out, NULL);
}

/* NULL where it could not be written. */
static char *end_text(FILE *out, char **text)
{
	fputs("# EOF\n", out);
	if (!fclose(out))
		return *text;
	free(*text);
	return NULL;
}

char *openmetrics_print(const struct series *s, const struct origin *origin,
			enum openmetrics_dialect dialect, size_t *len)
{
	char *text = NULL;
	struct printing p = {
		.id = METRIC_NONE, .origin = origin, .dialect = dialect, .sum = {.id = METRIC_NONE}};

	p.out = open_memstream(&text, len);
	if (!p.out)
		return NULL;
	put_build(&p);
	put_own(&p, "zcprof_window_seconds", "gauge", "seconds",
		"time since the window opened; counters began then", series_at_s(s), NULL);
	put_own(&p, "zcprof_series_left_out", "counter", "", "figures for which there was no room",
		(double)series_left_out(s), NULL);
	series_ever(s, put_figure, &p);
	put_sum(&p);
	put_levels_left_out(&p);
	return end_text(p.out, &text);
}

/* ---- windows of rules ---- */

static double windows_of(const struct openmetrics_rule *r)
{
	return r->windows;
}

static double failed_of(const struct openmetrics_rule *r)
{
	return r->failed;
}

static double seconds_of(const struct openmetrics_rule *r)
{
	return series_at_s(r->series);
}

static double left_out_of(const struct openmetrics_rule *r)
{
	return (double)series_left_out(r->series);
}

static void put_windows(struct printing *p, const struct openmetrics_rule *rules, size_t count)
{
	static const struct {
		const char *name, *unit, *help;
		double (*value)(const struct openmetrics_rule *r);
	} own[] = {
		{"zcprof_watch_windows", "",
		 "windows that were measured; counters are of all of them", windows_of},
		{"zcprof_watch_windows_failed", "", "windows of which there is no record",
		 failed_of},
		{"zcprof_watch_seconds", "seconds",
		 "length of those windows together: what a rate is to be taken by", seconds_of},
		{"zcprof_series_left_out", "", "figures for which there was no room", left_out_of},
	};

	for (size_t f = 0; f < sizeof(own) / sizeof(*own); f++)
		for (size_t i = 0; i < count; i++) {
			p->origin = &rules[i].origin;
			put_own(p, own[f].name, "counter", own[f].unit, i ? NULL : own[f].help,
				own[f].value(&rules[i]),
				own[f].value == windows_of ? rules[i].record : NULL);
		}
}

char *openmetrics_watch(const struct openmetrics_rule *rules, size_t count,
			enum openmetrics_dialect dialect, size_t *len)
{
	char *text = NULL;
	struct printing p = {.id = METRIC_NONE, .dialect = dialect, .sum = {.id = METRIC_NONE}};

	p.out = open_memstream(&text, len);
	if (!p.out)
		return NULL;
	put_build(&p);
	put_windows(&p, rules, count);
	/* All of a family stands together. */
	for (int id = 0; id < METRIC_COUNT; id++)
		for (size_t i = 0; i < count; i++) {
			p.origin = &rules[i].origin;
			series_ever_of(rules[i].series, id, put_figure, &p);
			put_sum(&p);
		}
	p.origin = NULL;
	put_levels_left_out(&p);
	return end_text(p.out, &text);
}
