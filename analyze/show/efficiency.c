// SPDX-License-Identifier: GPL-2.0-or-later
/* What a core, its clock and a watt gave, each with its measuring point; and C by mode. */
#include <math.h>

#include "analyze/figures/efficiency.h"
#include "analyze/show/show.h"

static const char *const scope_names[SCOPES] = {"rx", "tx", "total"};

/* What of it is an estimate has its error beside it; the total is none. */
static const char *const margin_names[SCOPE_TOTAL] = {"rx_margin_percent", "tx_margin_percent"};

static bool is_estimated(const struct configuration *c, enum scope scope)
{
	return scope != SCOPE_TOTAL && efficiency_margin(c, PER_CORE, scope) > 0;
}

static void scope_columns(struct table *t, const struct configuration *c)
{
	for (enum scope scope = 0; scope < SCOPES; scope++) {
		table_column(t, scope_names[scope], scope_names[scope], "", COLUMN_NUMBER,
			     DECIMALS_EACH);
		if (is_estimated(c, scope))
			show_margin_column(t, margin_names[scope]);
	}
}

static void scope_cells(struct table *t, const struct configuration *c, enum efficiency what)
{
	for (enum scope scope = 0; scope < SCOPES; scope++) {
		cell_number(t, efficiency_of(c, what, scope));
		if (is_estimated(c, scope))
			show_margin(t, efficiency_margin(c, what, scope));
	}
}

static bool any(const struct configuration *c, enum efficiency what)
{
	for (enum scope scope = 0; scope < SCOPES; scope++)
		if (!isnan(efficiency_of(c, what, scope)))
			return true;
	return false;
}

static const char *meter_of(const struct configuration *c)
{
	for (size_t i = 0; i < c->count; i++)
		for (enum record_end end = 0; end < END_COUNT; end++) {
			const char *means =
				run_fact(c->runs[i], METRIC_collector_means, end, "power");

			if (means)
				return means;
		}
	return "a power meter";
}

void show_efficiency(const struct view *v)
{
	static const struct {
		const char *words, *unit, *at;
	} rows[EFFICIENCIES] = {
		[PER_CORE] = {"throughput per core", "Gbit/s",
			      "payload at the receiver; busy time of the CPUs, by /proc/stat"},
		[PER_CORE_GHZ] = {"throughput per core and GHz", "Gbit/s",
				  "the same; clocks at the window's end, by cpufreq"},
		[PER_WATT] = {"throughput per watt", "Gbit/s", NULL},
		[JOULE_PER_GB] = {"energy per GB of payload", "J", NULL},
		[POWER] = {"power", "W", NULL},
		[POWER_IDLE] = {"idle power", "W", NULL},
	};
	const struct configuration *c = v->configuration;
	struct table *t = page_table(v->page, "efficiency", "What a core and a watt gave");
	bool power = any(c, POWER);

	table_column(t, "figure", "figure", "", COLUMN_TEXT, 0);
	scope_columns(t, c);
	table_column(t, "unit", "unit", "", COLUMN_TEXT, 0);
	table_column(t, "measured", "measured", "", COLUMN_TEXT, 0);
	for (enum efficiency what = 0; what < EFFICIENCIES; what++) {
		if (!any(c, what))
			continue;
		cell_text(t, "%s", rows[what].words);
		scope_cells(t, c, what);
		cell_text(t, "%s", rows[what].unit);
		cell_text(t, "%s", rows[what].at ? rows[what].at : meter_of(c));
	}
	if (!any(c, PER_CORE_GHZ))
		show_unmeasured(v, "cpufreq", "Throughput per core and GHz");
	if (!power)
		show_unmeasured(v, "power", "Power");
	else if (!any(c, POWER_IDLE))
		page_note(v->page,
			  "Idle power was not measured: zcprof run --power idle:measure does, or idle:WATTS says it.");
}

void show_modes(const struct view *v)
{
	static const char *const names[MODES] = {"user",	"system", "softirq", "irq",
						 "unaccounted", "iowait", "steal"};
	const struct configuration *c = v->configuration;
	bool estimated = mode_margin(c, MODE_SOFTIRQ, SCOPE_RX) > 0 ||
			 mode_margin(c, MODE_SOFTIRQ, SCOPE_TX) > 0;
	struct table *t = NULL;

	for (enum scope scope = 0; scope < SCOPES; scope++) {
		if (isnan(mode_percent(c, MODE_USER, scope)))
			continue;
		if (!t) {
			t = page_table(v->page, "modes", "CPU time by mode, 100 % is one CPU");
			table_column(t, "end", "end", "", COLUMN_TEXT, 0);
			for (enum mode mode = 0; mode < MODES; mode++) {
				table_column(t, names[mode], names[mode], "%", COLUMN_NUMBER, 1);
				if (mode == MODE_SOFTIRQ && estimated)
					show_margin_column(t, "softirq_margin_percent");
			}
		}
		cell_text(t, "%s", scope_names[scope]);
		for (enum mode mode = 0; mode < MODES; mode++) {
			cell_number(t, mode_percent(c, mode, scope));
			if (mode == MODE_SOFTIRQ && estimated)
				show_margin(t, mode_margin(c, mode, scope));
		}
	}
	if (t)
		page_note(v->page,
			  "C is user, system, softirq and irq, as ticks met them, and unaccounted, which no tick met; iowait is idle time, and steal another's.");
	else
		show_unmeasured(v, "cpu", "CPU time by mode");
}
