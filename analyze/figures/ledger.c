// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/figures/ledger.h"

#include <math.h>
#include <string.h>

#include "analyze/figures/cpu_time.h"
#include "record/components.h"

int cost_context_len(const char *key)
{
	return strcspn(key, "/");
}

const char *cost_component(const char *key)
{
	const char *slash = strchr(key, '/');

	return slash ? slash + 1 : key;
}

/* What a sampler counts while a CPU sleeps is no cost. */
static bool is_idle(const char *key)
{
	return !strncmp(key, "idle/", strlen("idle/")) ||
	       !strcmp(cost_component(key), component_name(COMPONENT_idle));
}

static double accounted(const struct run *run, enum record_end end)
{
	return cpu_percent(run, end) / 100 * run_window_ns(run, end) * 1e3 / run_payload(run, end);
}

struct ledger ledger_of(const struct run *run)
{
	struct ledger ledger = {.at = NULL};

	for (enum record_end end = 0; end < RECORD_ENDS; end++) {
		struct figures range = run_range(run, METRIC_profile_component, end);
		double per_kb = 1e3 / run_payload(run, end);
		double period = run_figure(run, METRIC_profile_period, end, NULL);

		if (isnan(period))
			period =
				run_figure(run, METRIC_profile_period, run_machine(run, end), NULL);
		ledger.sum[LEDGER_TOTAL][end] = range.count ? 0 : NAN;
		ledger.sum[LEDGER_UNMAPPED][end] = range.count ? 0 : NAN;
		ledger.sum[LEDGER_ACCOUNTED][end] = accounted(run, end);
		for (size_t i = 0; i < range.count; i++) {
			const struct figure *f = &range.at[i];
			double cost = f->value * per_kb;

			if (is_idle(f->key))
				continue;
			ARRAY_ADD(ledger.at, ledger.count) = (struct cost){
				end, f->key, cost, isnan(period) ? 0 : period * per_kb};
			ledger.sum[LEDGER_TOTAL][end] += cost;
			if (!strcmp(cost_component(f->key), component_name(COMPONENT_unmapped)))
				ledger.sum[LEDGER_UNMAPPED][end] += cost;
		}
	}
	return ledger;
}

void ledger_free(struct ledger *ledger)
{
	free(ledger->at);
}
