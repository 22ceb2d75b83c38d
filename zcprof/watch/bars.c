// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/watch/bars.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A letter each, so that it can be read without colours too. */
static const struct part {
	enum metric_id id;
	char letter;
	enum canvas_style style;
} parts[] = {
	{METRIC_cpu_user, 'u', STYLE_USER},	    {METRIC_cpu_system, 's', STYLE_SYSTEM},
	{METRIC_cpu_softirq, 'q', STYLE_SOFTIRQ},   {METRIC_cpu_irq, 'i', STYLE_IRQ},
	{METRIC_cpu_unaccounted, 'n', STYLE_OTHER},
};

#define PARTS (sizeof(parts) / sizeof(*parts))
/* Columns of one with its words: at least, and where there are rows enough. */
#define BAR_LEAST 40
#define BAR_USUAL 66

struct bar {
	enum record_end end;
	char name[24];
	double share[PARTS + 1]; /* of its CPUs; the last: of threads, which nobody parts */
	unsigned int cpus;
};

static void put_bar(struct canvas *c, const struct bar *b, int row, int column, int columns)
{
	int width = columns - 8 - 9 - 8, at = column + 17, used = 0;
	char text[256];
	double sum = 0;

	if (width > (int)sizeof(text) - 1)
		width = (int)sizeof(text) - 1;
	if (width < 1)
		return;
	canvas_put(c, row, column, 8, STYLE_PLAIN, "%s",
		   b->end == END_HOST ? "machine" : record_end_name[b->end]);
	canvas_put(c, row, column + 8, 8, STYLE_PLAIN, "%s", b->name);
	canvas_put(c, row, at - 1, 1, STYLE_PLAIN, "[");
	for (size_t i = 0; i <= PARTS; i++) {
		int len;

		sum += b->share[i];
		len = (int)(sum * width + 0.5) - used;
		if (len > width - used)
			len = width - used;
		if (len <= 0)
			continue;
		memset(text, i < PARTS ? parts[i].letter : 't', (size_t)len);
		text[len] = '\0';
		canvas_put(c, row, at + used, len, i < PARTS ? parts[i].style : STYLE_OTHER, "%s",
			   text);
		used += len;
	}
	canvas_put(c, row, at + width, 8, STYLE_PLAIN, "] %3.0f %%", 100 * sum);
}

/* Every CPU that an end has, in the order of the registry; returns how many. */
static size_t find_bars(struct bar *bars, size_t most, const struct sight *sight,
			const struct view *view)
{
	size_t count = 0;

	for (int i = 0; i < RECORD_ENDS; i++) {
		enum record_end end =
			(enum record_end)(i < END_COUNT ? (END_RX + i) % END_COUNT : i);

		if (!view_shows(view, end))
			continue;
		for (size_t f = 0; f < sight->count && count < most; f++) {
			const struct figure *idle = &sight->figures[f];
			struct bar *b = &bars[count];

			if (idle->id != METRIC_cpu_idle || idle->end != end)
				continue;
			*b = (struct bar){.end = end, .cpus = 1};
			snprintf(b->name, sizeof(b->name), "CPU %.8s", idle->key);
			for (size_t p = 0; p < PARTS; p++) {
				const struct figure *part =
					sight_find(sight, parts[p].id, end, idle->key);

				if (part && sight->step_s > 0)
					b->share[p] = part->step / 1e9 / sight->step_s;
			}
			count++;
		}
	}
	return count;
}

/* All CPUs of an end as one bar. */
static size_t merge(struct bar *bars, size_t count)
{
	size_t ends = 0;

	for (size_t i = 0; i < count; i++) {
		struct bar one = bars[i];

		if (!ends || bars[ends - 1].end != one.end) {
			bars[ends++] = one;
			continue;
		}
		for (size_t p = 0; p < PARTS; p++)
			bars[ends - 1].share[p] += one.share[p];
		bars[ends - 1].cpus++;
	}
	for (size_t i = 0; i < ends; i++) {
		for (size_t p = 0; p < PARTS; p++)
			bars[i].share[p] /= bars[i].cpus;
		if (bars[i].cpus > 1)
			snprintf(bars[i].name, sizeof(bars[i].name), "%u CPUs", bars[i].cpus);
	}
	return ends;
}

#define CPUS_MOST 4096

int bars_put(struct canvas *c, int row, int rows, const struct sight *sight, const struct view *view)
{
	struct bar *bars = calloc(CPUS_MOST, sizeof(*bars));
	size_t count = bars ? find_bars(bars, CPUS_MOST, sight, view) : 0;
	int most = c->columns / BAR_LEAST > 0 ? c->columns / BAR_LEAST : 1;
	int across = c->columns / BAR_USUAL > 0 ? c->columns / BAR_USUAL : 1;
	int taken;

	while (across < most && (int)count > rows * across)
		across++;
	if ((int)count > rows * across)
		count = merge(bars, count);
	if ((int)count < across)
		across = count ? (int)count : 1;
	taken = ((int)count + across - 1) / across;
	for (size_t i = 0; i < count; i++)
		put_bar(c, &bars[i], row + (int)i % taken, (int)i / taken * (c->columns / across),
			c->columns / across - (across > 1));
	free(bars);
	return taken;
}
