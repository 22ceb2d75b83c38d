// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/plot/plot.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/visible.h"

static const struct plot plots[] = {
	{"roi", "Return on investment by CPU, T²/ΣC, with intervals and repeats", KEEP_WINDOW,
	 plot_roi},
	{"power-roi", "Return on investment by power, T²/P, with intervals and repeats",
	 KEEP_WINDOW, plot_power_roi},
	{"throughput", "Throughput at the receiver, with intervals and repeats", KEEP_WINDOW,
	 plot_throughput},
	{"power", "Power, with intervals and repeats", KEEP_WINDOW, plot_power},
	{"cpu", "CPU time of each end by mode", KEEP_WINDOW, plot_cpu},
	{"components", "CPU time per KB of payload by component, at each end", KEEP_WINDOW,
	 plot_components},
	{"series", "Throughput inside the window, a line a run", KEEP_MOMENTS, plot_series},
};

const struct plot *plot_find(const char *name)
{
	for (size_t i = 0; i < sizeof(plots) / sizeof(*plots); i++)
		if (!strcmp(plots[i].name, name))
			return &plots[i];
	return NULL;
}

const struct plot *plot_number_of(size_t number)
{
	return number < sizeof(plots) / sizeof(*plots) ? &plots[number] : NULL;
}

const char *plot_names(char *text, size_t size)
{
	size_t used = 0;

	for (size_t i = 0; i < sizeof(plots) / sizeof(*plots) && used < size; i++)
		used += snprintf(text + used, size - used, "%s%s", i ? ", " : "", plots[i].name);
	return text;
}

/* Between single quotes gnuplot takes all as it stands, but for the quote itself. */
void plot_text(FILE *out, const char *text)
{
	size_t len = strlen(text), size = len * (VISIBLE_BYTE - 1) + 1;
	char *safe = must_malloc(size);

	visible_copy(safe, size, text, len);
	fputc('\'', out);
	for (const char *at = safe; *at; at++) {
		if (*at == '\'')
			fputc('\'', out);
		fputc(*at, out);
	}
	fputc('\'', out);
	free(safe);
}

/* A byte of UTF-8 that goes on with the character before it. */
static bool goes_on(char byte)
{
	return ((unsigned char)byte & 0xc0) == 0x80;
}

void plot_name(FILE *out, const char *name)
{
	char text[PLOT_NAME_MAX + 8];
	size_t len = strlen(name), head = PLOT_NAME_MAX * 2 / 3, tail = PLOT_NAME_MAX - head;

	if (len <= PLOT_NAME_MAX) {
		plot_text(out, name);
		return;
	}
	while (head && goes_on(name[head]))
		head--;
	while (tail && goes_on(name[len - tail]))
		tail--;
	snprintf(text, sizeof(text), "%.*s…%s", (int)head, name, name + len - tail);
	plot_text(out, text);
}

void plot_number(FILE *out, double value)
{
	if (isfinite(value))
		fprintf(out, " %.12g", value);
	else
		fputs(" NaN", out);
}

int plot_none(struct plotting *p, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(p->why, sizeof(p->why), format, args);
	va_end(args);
	return -1;
}

void plot_start(const struct plotting *p, const char *title, size_t height)
{
	fprintf(p->out,
		"# zcroi plot, for gnuplot\n"
		"if (!exists('term_is_set')) set terminal svg noenhanced size 960,%zu font 'sans-serif,13' background '#ffffff'\n"
		"set termoption noenhanced\n"
		"set encoding utf8\n"
		"set datafile missing 'NaN'\n"
		"set border 3 lc rgb '#566070'\n"
		"set tics nomirror out scale 0.5\n"
		"set grid x lc rgb '#dfe3e8' lt 1\n"
		"set style fill solid 1.0 noborder\n"
		"set key off\n"
		"set rmargin 3\n",
		height);
	fputs("set title ", p->out);
	plot_text(p->out, title);
	fputc('\n', p->out);
}
