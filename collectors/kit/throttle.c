// SPDX-License-Identifier: GPL-2.0-or-later
#include "collectors/kit/throttle.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define DATA_PAGES 8

/* PERF_RECORD_THROTTLE and PERF_RECORD_UNTHROTTLE */
struct record {
	struct perf_event_header header;
	uint64_t time_ns;
};

int throttle_open(struct throttle *t, int fd)
{
	size_t size = (size_t)(1 + DATA_PAGES) * (size_t)sysconf(_SC_PAGESIZE);
	void *ring = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	*t = (struct throttle){0};
	if (ring == MAP_FAILED)
		return -errno;
	*t = (struct throttle){ring, size};
	return 0;
}

static uint64_t overlap(uint64_t from, uint64_t to, uint64_t begin, uint64_t end)
{
	from = begin > from ? begin : from;
	to = end < to ? end : to;
	return to > from ? to - from : 0;
}

int throttle_ns(const struct throttle *t, uint64_t from_ns, uint64_t to_ns, uint64_t *ns,
		bool *whole)
{
	const struct perf_event_mmap_page *page = t->ring;
	const size_t longest = 128; /* that the kernel writes into a ring without samples */
	uint64_t head, begun = 0, room;
	struct record r;

	*ns = 0;
	*whole = true;
	if (!page)
		return -1;
	head = __atomic_load_n(&page->data_head, __ATOMIC_ACQUIRE);
	room = page->data_size;
	if (head > room)
		return -1;
	for (uint64_t at = 0; at + sizeof(r) <= head; at += r.header.size) {
		memcpy(&r, (const char *)page + page->data_offset + at, sizeof(r));
		if (r.header.size < sizeof(r.header))
			return -1;
		if (r.header.type == PERF_RECORD_THROTTLE) {
			begun = r.time_ns;
		} else if (r.header.type == PERF_RECORD_UNTHROTTLE && begun) {
			*ns += overlap(from_ns, to_ns, begun, r.time_ns);
			begun = 0;
		}
	}
	*whole = head + longest <= room;
	if (begun && *whole)
		*ns += overlap(from_ns, to_ns, begun, to_ns);
	return 0;
}

void throttle_close(struct throttle *t)
{
	if (t->ring)
		munmap(t->ring, t->size);
	*t = (struct throttle){0};
}
