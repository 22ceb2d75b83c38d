// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md (1.0.0), and no
 * type that Prometheus's older text format lacks, so that node exporter's textfile collector reads
 * it too.
 */
#include "zcprof/watch/openmetrics.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/visible.h"
#include "record/number.h"

struct printing {
	FILE *out;
	enum metric_id id; /* of the family that was begun */
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

/* Is that the last word of the name? */
static bool ends_in(const char *name, const char *word)
{
	size_t len = strlen(name), word_len = strlen(word);

	return len > word_len && name[len - word_len - 1] == '_' &&
	       !strcmp(name + len - word_len, word);
}

/* Without the "_total" that the samples of a counter have behind it. */
static const char *name_of(const struct metric_info *info, char *name, size_t size, double *factor)
{
	const char *unit = base_unit(info->unit, factor);
	size_t used = (size_t)snprintf(name, size, "zcprof_%s_%s", info->source, info->name);

	if (*unit && !ends_in(name, unit))
		snprintf(name + used, size - used, "_%s", unit);
	return unit;
}

/* Of a label's value: valid UTF-8, with backslashes and quotes escaped. */
static void put_escaped(FILE *out, const char *text)
{
	char byte[VISIBLE_BYTE];
	size_t size;

	for (size_t left = strlen(text); left; text += size, left -= size) {
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

static void put_family(FILE *out, const char *name, const char *type, const char *unit,
		       const char *help)
{
	fprintf(out, "# TYPE %s %s\n", name, type);
	if (*unit)
		fprintf(out, "# UNIT %s %s\n", name, unit);
	/* The two formats escape quotes in a help differently. */
	fprintf(out, "# HELP %s ", name);
	for (; *help; help++)
		putc(*help == '"' || *help == '\\' ? '\'' : *help, out);
	putc('\n', out);
}

static void put_figure(void *data, const struct figure *f)
{
	struct printing *p = data;
	const struct metric_info *info = metric_info(f->id);
	bool total = info->kind == KIND_TOTAL;
	char name[128], number[NUMBER_TEXT];
	const char *unit;
	double factor;

	if (info->kind == KIND_HISTOGRAM)
		return;
	unit = name_of(info, name, sizeof(name), &factor);
	if (p->id != f->id)
		put_family(p->out, name, total ? "counter" : "gauge", unit, info->meaning);
	p->id = f->id;
	fprintf(p->out, "%s%s{end=\"%s\"", name, total ? "_total" : "", record_end_name[f->end]);
	if (*f->key) {
		fputs(",key=\"", p->out);
		put_escaped(p->out, f->key);
		putc('"', p->out);
	}
	fprintf(p->out, "} %s\n", number_print(f->total * factor, number));
}

char *openmetrics_print(const struct series *s, size_t *len)
{
	char *text = NULL;
	struct printing p = {.id = METRIC_NONE};

	p.out = open_memstream(&text, len);
	if (!p.out)
		return NULL;
	put_family(p.out, "zcprof_build", "gauge", "", "the zcprof that measures");
	fputs("zcprof_build{version=\"" VERSION "\"} 1\n", p.out);
	put_family(p.out, "zcprof_window_seconds", "gauge", "seconds",
		   "time since the window opened; counters began then");
	fprintf(p.out, "zcprof_window_seconds %.6f\n", series_at_s(s));
	put_family(p.out, "zcprof_series_left_out", "counter", "",
		   "figures for which there was no room");
	fprintf(p.out, "zcprof_series_left_out_total %zu\n", series_left_out(s));
	series_each(s, put_figure, &p);
	fputs("# EOF\n", p.out);
	if (fclose(p.out)) {
		free(text);
		return NULL;
	}
	return text;
}
