// SPDX-License-Identifier: GPL-2.0-or-later
/* By which means each collector would measure here, found out by opening it. */
#include <stdio.h>
#include <string.h>

#include "base/say.h"
#include "collectors/list.h"
#include "zcprof/doctor/doctor.h"

bool doctor_collector(const struct doctor *d, size_t n, const char **name, const char **why,
		      struct doctor_row *row)
{
	const struct collector_ops *ops = collectors[n];
	struct measurement run = {0};
	const char *means = "";
	void *state = NULL;

	if (!ops)
		return false;
	*name = ops->source;
	*why = ops->what;
	for (int end = END_RX; end <= END_TX; end++) {
		run.target[end].netns = -1;
		if (d->iface)
			snprintf(run.target[end].iface, sizeof(run.target[end].iface), "%s",
				 d->iface);
	}
	if (!ops->open(&state, &run, &means, row->found, sizeof(row->found)))
		doctor_found(row, DOCTOR_OK, "by %s", means);
	else if (ops->of_ends)
		doctor_found(row, DOCTOR_OK, "of the ends, once they run");
	else
		row->state = ops->of_traffic ? DOCTOR_UNKNOWN : DOCTOR_MISSING;
	ops->close(state);
	return true;
}
