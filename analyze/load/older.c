// SPDX-License-Identifier: GPL-2.0-or-later
/* What older records mean otherwise, so that a run of today can be compared with one of then. */
#include <math.h>
#include <string.h>

#include "analyze/load/run.h"

/* As the source said of itself while C was of ticks. */
static bool is_of_ticks(const struct run *run, enum record_end end)
{
	const char *means = run_fact(run, METRIC_collector_means, run_machine(run, end), "cpu");

	return means && !strncmp(means, "/proc/stat", strlen("/proc/stat"));
}

/* Of all CPUs of an end, in percent of one; NAN: the record does not say, or CPUs came and went. */
static double awake(const struct run *run, enum record_end end)
{
	struct figures idle = run_range(run, METRIC_cpu_idle, end);
	double window = run_figure(run, METRIC_collector_window, run_machine(run, end), "cpu");
	double sleeps = run_sum(run, METRIC_cpu_idle, end) + run_sum(run, METRIC_cpu_iowait, end) +
			run_sum(run, METRIC_cpu_steal, end);

	if (!(window > 0) || isnan(sleeps) || run_sum(run, METRIC_cpu_hotplug, end) > 0 ||
	    run_sum(run, METRIC_cpu_hotplug, run_machine(run, end)) > 0)
		return NAN;
	/* Whatever the rows say, no CPU is awake for longer than the window. */
	return 100 * ((double)idle.count - fmin(fmax(sleeps / window, 0), (double)idle.count));
}

/* Those of bystanders stand among the CPUs that both ends share, and are not told from them. */
static bool has_bystanders(const struct run *run, enum record_end end)
{
	return end_is_machine(end) && run_range(run, METRIC_cpu_elsewhere, end).count;
}

void older_mend(struct run *run)
{
	for (size_t i = 0; i < run->figure_count; i++) {
		struct figure *f = &run->figures[i];
		double percent;

		if (f->id != METRIC_cpu_busy || *f->key || has_bystanders(run, f->end) ||
		    !is_of_ticks(run, f->end))
			continue;
		percent = awake(run, f->end);
		if (!isnan(percent))
			f->value = percent;
	}
}
