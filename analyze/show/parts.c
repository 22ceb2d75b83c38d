// SPDX-License-Identifier: GPL-2.0-or-later
/* What a person can act on beneath the components. */
#include <math.h>

#include "analyze/figures/measures.h"
#include "analyze/figures/parts.h"
#include "analyze/show/show.h"

static double mean_cost(const struct configuration *c, enum record_end end, enum part part)
{
	double sum = 0;
	size_t n = 0;

	for (size_t i = 0; i < c->count; i++) {
		double cost = part_cost(c->runs[i], end, part);

		if (isnan(cost))
			continue;
		sum += cost;
		n++;
	}
	return n ? sum / n : NAN;
}

/* Of all runs. */
static double samples_of(const struct configuration *c, enum record_end end, enum part part)
{
	double sum = 0;

	for (size_t i = 0; i < c->count; i++) {
		double samples = part_cost(c->runs[i], end, part) / sample_worth(c->runs[i], end);

		sum += samples > 0 ? samples : 0;
	}
	return sum;
}

void show_parts(const struct view *v)
{
	struct table *t = NULL;

	for (enum part part = 0; part < PART_COUNT; part++) {
		double rx = mean_cost(v->configuration, END_RX, part);
		double tx = mean_cost(v->configuration, END_TX, part);

		if (!(rx > 0) && !(tx > 0))
			continue;
		if (!t) {
			t = page_table(v->page, "parts",
				       "Parts of the components, mean of all runs");
			table_column(t, "part", "part", "", COLUMN_TEXT, 0);
			table_column(t, "component", "component", "", COLUMN_TEXT, 0);
			table_column(t, "rx_ns_per_kb", "rx", "ns/KB", COLUMN_NUMBER, 2);
			show_margin_column(t, "rx_margin_percent");
			table_column(t, "tx_ns_per_kb", "tx", "ns/KB", COLUMN_NUMBER, 2);
			show_margin_column(t, "tx_margin_percent");
		}
		cell_text(t, "%s", part_name(part));
		cell_text(t, "%s", component_name(part_component(part)));
		cell_number(t, rx);
		show_margin(t, show_margin_of(samples_of(v->configuration, END_RX, part)));
		cell_number(t, tx);
		show_margin(t, show_margin_of(samples_of(v->configuration, END_TX, part)));
	}
	if (t)
		page_note(v->page,
			  "A part is told by the function that was sampled, not by what called it: so it is the least that its mechanism costs.");
	else
		show_unmeasured(v, "profile", "Parts");
}
