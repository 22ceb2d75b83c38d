// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/served.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "datapath/path.h"

int served_follow(struct flows *all, char *why, size_t size)
{
	if (!all->flow[0].config->options.cpu.by_queue)
		return 0;
	for (unsigned int i = 0; i < all->count; i++)
		if (flow_follow(&all->flow[i], all->flow[i].thread, why, size))
			return -1;
	return 0;
}

void served_note(struct flows *all)
{
	/* Each request of a short flow has a connection of its own. */
	if (all->reconnects)
		return;
	if (!all->looks) {
		all->cpus = (unsigned int)sysconf(_SC_NPROCESSORS_CONF);
		all->looks = calloc((size_t)all->count * all->cpus, sizeof(*all->looks));
	}
	for (unsigned int i = 0; all->looks && i < all->count; i++) {
		int cpu = serving_seen(flow_receives(&all->flow[i]));

		if (cpu >= 0 && (unsigned int)cpu < all->cpus)
			all->looks[i * all->cpus + (unsigned int)cpu]++;
	}
}

static void write_number(struct writer *out, const struct flow *f, enum metric_id id, int number)
{
	char key[12];

	snprintf(key, sizeof(key), "%u", f->number);
	if (number >= 0)
		writer_u64(out, WINDOW, f->config->end, id, key, (uint64_t)number);
}

void served_write(const struct flows *all, struct writer *out)
{
	if (flows_idle(all))
		return;
	for (unsigned int i = 0; i < all->count; i++) {
		const struct flow *f = &all->flow[i];

		if (f->placing.followed) {
			write_number(out, f, METRIC_path_flow_cpu, f->placing.cpu);
			write_number(out, f, METRIC_path_flow_queue, f->placing.serving.queue);
			write_number(out, f, METRIC_path_flow_irq, f->placing.serving.irq);
		}
		for (unsigned int cpu = 0; all->looks && cpu < all->cpus; cpu++) {
			uint32_t looks = all->looks[i * all->cpus + cpu];
			char key[24];

			snprintf(key, sizeof(key), "%u/%u", f->number, cpu);
			if (looks)
				writer_u64(out, WINDOW, f->config->end, METRIC_path_flow_served,
					   key, looks);
		}
	}
}
