// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/show/sheet.h"

#include <math.h>
#include <string.h>

#include "analyze/figures/average.h"

static size_t column_count(const struct sheet *sheet)
{
	size_t count = 0;

	while (count < 10 && sheet->columns[count].heading)
		count++;
	return count;
}

/* What a sheet shows of an end: the figures of each column, and every key that any of them has. */
struct shown {
	struct averages columns[10], keys;
};

static struct shown shown_of(const struct view *v, const struct sheet *sheet, enum record_end end)
{
	struct shown s = {0};

	for (size_t i = 0; i < column_count(sheet); i++) {
		s.columns[i] = averages_of(v->configuration, sheet->columns[i].id, end, MEAN);
		averages_add_keys(&s.keys, &s.columns[i]);
	}
	return s;
}

static void shown_free(struct shown *s, const struct sheet *sheet)
{
	for (size_t i = 0; i < column_count(sheet); i++)
		averages_free(&s->columns[i]);
	averages_free(&s->keys);
}

static bool all_zero(const struct shown *s, const struct sheet *sheet, const char *key)
{
	bool zero = true;

	for (size_t i = 0; zero && i < column_count(sheet); i++)
		zero = averages_get(&s->columns[i], key) == 0;
	return zero;
}

/* Of the figure of a line that is known least. */
static double least_known(const struct view *v, const struct sheet *sheet, enum record_end end,
			  const char *key)
{
	double worst = NAN;

	for (size_t j = 0; j < column_count(sheet); j++) {
		double margin = averages_margin(v->configuration, sheet->columns[j].id, end, key);

		if (margin > 0)
			worst = fmax(isnan(worst) ? 0 : worst, margin);
	}
	return worst;
}

/* Of a column of events: how many there may have been of which slices met none; NAN: it has no such column. */
static double unseen_events(const struct view *v, const struct sheet *sheet)
{
	for (size_t j = 0; j < column_count(sheet); j++) {
		enum metric_id id = sheet->columns[j].id;
		const char *unit = metric_info(id)->unit;

		if (metric_scales(id) && strcmp(unit, "ns") != 0 && strcmp(unit, "bytes") != 0)
			return averages_unseen(v->configuration, id, END_RX);
	}
	return NAN;
}

static void note_slices(const struct view *v, const struct sheet *sheet)
{
	double unseen = unseen_events(v, sheet);

	page_note(v->page,
		  "%s was counted in slices of the window, and scaled up: ± is the 95 %% interval of the figure of a line that is known least.",
		  sheet->source);
	if (!isnan(unseen))
		page_note(v->page,
			  "A zero is what no slice met: fewer than %.0f in 95 %%, if they came spread over the window as the rest did.",
			  unseen);
}

static void sheet_rows(struct table *t, const struct view *v, const struct sheet *sheet,
		       enum record_end end)
{
	struct shown s = shown_of(v, sheet, end);
	double window = show_window_ns(v, sheet->source);
	bool sampled = show_sampled(v, sheet->source);

	for (size_t i = 0; i < s.keys.count; i++) {
		const char *key = s.keys.at[i].key;

		if (sheet->skip_zeros && all_zero(&s, sheet, key))
			continue;
		cell_text(t, "%s", record_end_name[end]);
		cell_text(t, "%s", key);
		for (size_t j = 0; j < column_count(sheet); j++) {
			double scale = sheet->columns[j].scale;

			cell_number(t, averages_get(&s.columns[j], key) *
					       (scale > 0 ? scale : 100 / window));
		}
		if (sampled)
			show_margin(t, least_known(v, sheet, end, key));
	}
	shown_free(&s, sheet);
}

void show_sheet(const struct view *v, const struct sheet *sheet)
{
	bool there = false;
	struct table *t;

	for (enum record_end end = 0; end < RECORD_ENDS && !there; end++) {
		struct shown s = shown_of(v, sheet, end);

		there = s.keys.count;
		shown_free(&s, sheet);
	}
	if (!there) {
		show_unmeasured(v, sheet->source, sheet->title);
		return;
	}
	t = page_table(v->page, sheet->name, sheet->title);
	table_column(t, "end", "end", "", COLUMN_TEXT, 0);
	table_column(t, "key", sheet->key, "", COLUMN_TEXT, 0);
	for (size_t j = 0; j < column_count(sheet); j++)
		table_column(t, metric_info(sheet->columns[j].id)->name, sheet->columns[j].heading,
			     sheet->columns[j].unit, COLUMN_NUMBER, sheet->columns[j].decimals);
	if (show_sampled(v, sheet->source)) {
		show_margin_column(t, "margin_percent");
		note_slices(v, sheet);
	}
	for (enum record_end end = 0; end < RECORD_ENDS; end++)
		sheet_rows(t, v, sheet, end);
}
