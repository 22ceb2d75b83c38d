// SPDX-License-Identifier: GPL-2.0-or-later
#include "collectors/kit/tally_table.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static size_t used(const struct tally_table *t)
{
	return t->cpus * t->element;
}

static size_t mapped(const struct tally_table *t)
{
	return (used(t) + 4095) / 4096 * 4096;
}

/* Behind the head an element has nothing but figures, and less than one of them is lost by its alignment. */
static size_t figures_bytes(size_t element)
{
	size_t each = (element - sizeof(struct tally_head)) / (TALLY_ENDS * TALLY_CONTEXTS);
	size_t histograms = (each - TALLY_FIGURES(0)) / (TALLY_FIGURES(1) - TALLY_FIGURES(0));

	return TALLY_FIGURES(histograms);
}

int tally_table_map(struct tally_table *t, const struct bpf_map *map)
{
	void *found;

	t->cpus = bpf_map__max_entries(map);
	t->element = (bpf_map__value_size(map) + 7) / 8 * 8;
	t->figures = figures_bytes(t->element);
	found = mmap(NULL, mapped(t), PROT_READ | PROT_WRITE, MAP_SHARED, bpf_map__fd(map), 0);
	if (found == MAP_FAILED)
		return -errno;
	t->memory = found;
	return 0;
}

void tally_table_unmap(struct tally_table *t)
{
	if (t->memory)
		munmap(t->memory, mapped(t));
	t->memory = NULL;
}

static char *element_of(const struct tally_table *t, const void *copy, unsigned int cpu)
{
	return (char *)(copy ? copy : t->memory) + cpu * t->element;
}

/* Counters, and behind them histograms. */
static const __u64 *figures_of(const struct tally_table *t, const void *copy, unsigned int cpu,
			       enum record_end end, int context)
{
	size_t before = (size_t)end * TALLY_CONTEXTS + (size_t)context;

	return (const void *)(element_of(t, copy, cpu) + sizeof(struct tally_head) +
			      before * t->figures);
}

void tally_table_home(struct tally_table *t, unsigned int cpu, enum record_end end)
{
	struct tally_head *head = (void *)element_of(t, NULL, cpu);

	head->home = end;
}

void *tally_table_room(const struct tally_table *t)
{
	return calloc(t->cpus, t->element);
}

void tally_table_copy(const struct tally_table *t, void *copy)
{
	memcpy(copy, t->memory, used(t));
}

__u64 tally_table_runs(const struct tally_table *t)
{
	__u64 sum = 0;

	for (unsigned int cpu = 0; cpu < t->cpus; cpu++) {
		const struct tally_head *head = (void *)element_of(t, NULL, cpu);

		sum += head->events;
	}
	return sum;
}

__u64 tally_table_counter(const struct tally_table *t, const void *copy, enum record_end end,
			  int context, __u32 counter)
{
	__u64 sum = 0;

	for (unsigned int cpu = 0; cpu < t->cpus; cpu++)
		sum += figures_of(t, copy, cpu, end, context)[counter];
	return sum;
}

void tally_table_buckets(const struct tally_table *t, const void *copy, enum record_end end,
			 int histogram, uint64_t *buckets)
{
	size_t first = TALLY_COUNTERS + (size_t)histogram * HISTOGRAM_BUCKETS;

	for (unsigned int cpu = 0; cpu < t->cpus; cpu++)
		for (int context = 0; context < TALLY_CONTEXTS; context++) {
			const __u64 *figures = figures_of(t, copy, cpu, end, context);

			for (unsigned int i = 0; i < HISTOGRAM_BUCKETS; i++)
				buckets[i] += figures[first + i];
		}
}
