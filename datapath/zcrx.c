// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/zcrx.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void zcrx_kernel(struct zcrx_kernel *k)
{
	struct compat_query_zcrx answer = {0};
	struct compat_query query = {
		.query_data = (uintptr_t)&answer,
		.query_op = COMPAT_QUERY_ZCRX,
		.size = sizeof(answer),
	};

	*k = (struct zcrx_kernel){0};
	/* A kernel that cannot be asked has none of what came later. */
	if (compat_register(-1, COMPAT_REGISTER_QUERY, &query, 0) || query.result)
		return;
	k->nodev = answer.register_flags & COMPAT_ZCRX_NODEV;
	k->dmabuf = answer.area_flags & COMPAT_ZCRX_AREA_DMABUF;
	k->flush = answer.nr_ctrl_opcodes > COMPAT_ZCRX_CTRL_FLUSH_RQ;
	k->rx_buf_len = answer.features & COMPAT_ZCRX_FEATURE_RX_PAGE_SIZE;
	k->events = answer.features & COMPAT_ZCRX_FEATURE_EVENT &&
		    answer.nr_ctrl_opcodes > COMPAT_ZCRX_CTRL_ARM_EVENT;
}

/* A device's queue takes a memory provider only where a parent device does the DMA. */
static bool device_with_parent(void)
{
	glob_t found;
	bool some = !glob("/sys/class/net/*/device", GLOB_NOSORT, NULL, &found);

	globfree(&found);
	return some;
}

/* The kernel asks for the capability before it looks at anything else. */
static bool permitted(void)
{
	struct compat_zcrx_ifq nothing = {0};
	struct io_uring ring;
	int result;

	if (io_uring_queue_init(2, &ring, 0))
		return false;
	result = compat_register(ring.ring_fd, COMPAT_REGISTER_ZCRX_IFQ, &nothing, 1);
	result = result ? errno : 0;
	io_uring_queue_exit(&ring);
	return result != EPERM;
}

bool zcrx_able(char *why, size_t size)
{
	struct zcrx_kernel kernel;

	if (!uring_able(COMPAT_OP_RECV_ZC, 0, "6.15", why, size))
		return false;
	zcrx_kernel(&kernel);
	if (!permitted()) {
		snprintf(why, size, "it takes CAP_NET_ADMIN; run it as root");
		return false;
	}
	if (kernel.nodev || device_with_parent())
		return true;
	snprintf(why, size,
		 "this kernel's io_uring receives without copy from a NIC only, and there is none "
		 "here; Linux 7.2 or newer runs it without (--nodev)");
	return false;
}

/* The region: the kernel's header, the refill queue, and behind it the statistics. */
static size_t stats_offset(uint32_t entries)
{
	return sysconf(_SC_PAGESIZE) + entries * sizeof(struct compat_zcrx_rqe);
}

static int make_memory(struct zcrx *z, struct flow *f)
{
	const struct option_value *option = f->config->option;
	char why[200];

	if (memory_get(&z->area, option[OPTION_area].number, option[OPTION_hugepages].on, why,
		       sizeof(why)) ||
	    memory_get(&z->region, stats_offset(z->entries) + sizeof(struct compat_zcrx_stats),
		       false, why, sizeof(why)))
		return flow_unable(f, "%s", why);
	return 0;
}

/* What the kernel's refusal means, and what helps. */
static const char *advice(const struct flow *f, int error)
{
	switch (error) {
	case EPERM:
		return "it takes CAP_NET_ADMIN: run it as root";
	case ENOMEM:
		return "give a smaller --area, or raise the memlock limit, see 'ulimit -l'";
	}
	return f->config->option[OPTION_nodev].on ? "--nodev takes Linux 7.2"
						  : "see 'zcprof doctor' for the device";
}

static void attach_refill(struct zcrx *z, const struct compat_zcrx_ifq *ifq, size_t stats)
{
	char *at = z->region.at;

	z->id = ifq->id;
	z->entries = ifq->rq_entries;
	z->khead = (uint32_t *)(at + ifq->offsets.head);
	z->ktail = (uint32_t *)(at + ifq->offsets.tail);
	z->rqes = (struct compat_zcrx_rqe *)(at + ifq->offsets.rqes);
	if (stats)
		z->stats = (struct compat_zcrx_stats *)(at + stats);
	if (!z->buf_len)
		z->buf_len = sysconf(_SC_PAGESIZE);
	/* Half of what there is: the other half takes what comes meanwhile. */
	z->flush_at = z->area.size / z->buf_len;
	z->flush_at = (z->flush_at < z->entries ? z->flush_at : z->entries) / 2;
}

int zcrx_open(struct zcrx *z, struct uring *u, struct flow *f)
{
	const struct option_value *option = f->config->option;
	struct compat_zcrx_area area = {0};
	struct compat_region region = {.flags = COMPAT_REGION_USER};
	struct compat_zcrx_events events = {.user_data = ZCRX_EVENT_DATA};
	struct compat_zcrx_ifq ifq = {
		.area_ptr = (uintptr_t)&area,
		.region_ptr = (uintptr_t)&region,
		.rq_entries = option[OPTION_refill].number,
	};
	struct zcrx_kernel kernel;

	zcrx_kernel(&kernel);
	z->ring_fd = u->ring.ring_fd;
	z->nodev = option[OPTION_nodev].on;
	z->can_flush = kernel.flush;
	z->entries = ifq.rq_entries;
	if (z->nodev && !kernel.nodev)
		return flow_unable(f, "this kernel's zcrx needs a NIC: --nodev takes Linux 7.2");
	if (make_memory(z, f))
		return -1;
	area.addr = (uintptr_t)z->area.at;
	area.len = z->area.mapped;
	region.user_addr = (uintptr_t)z->region.at;
	region.size = z->region.mapped;
	ifq.flags = z->nodev ? COMPAT_ZCRX_NODEV : 0;
	if (kernel.events) {
		events.type_mask = 1U << COMPAT_ZCRX_EVENT_ALLOC_FAIL;
		events.flags = COMPAT_ZCRX_EVENT_STATS;
		events.stats_offset = stats_offset(ifq.rq_entries);
		ifq.event_desc = (uintptr_t)&events;
	}
	if (compat_register(z->ring_fd, COMPAT_REGISTER_ZCRX_IFQ, &ifq, 1))
		return flow_unable(f, "cannot set up zero-copy receive for flow %u: %s; %s",
				   f->number, strerror(errno), advice(f, errno));
	z->token = area.token;
	attach_refill(z, &ifq, events.stats_offset);
	return 0;
}

void zcrx_close(struct zcrx *z)
{
	memory_free(&z->region);
	memory_free(&z->area);
	free(z->spare);
	z->spare = NULL;
}

/* Whether there is room now. */
static bool has_room(struct zcrx *z)
{
	z->head = __atomic_load_n(z->khead, __ATOMIC_ACQUIRE);
	return z->tail - z->head < z->entries;
}

int zcrx_keep(struct zcrx *z, struct counters *c, uint64_t off, uint32_t len)
{
	struct compat_zcrx_rqe *grown;
	size_t room = z->spare_room ? 2 * z->spare_room : 1024;

	if (!z->spares && has_room(z)) {
		zcrx_put(z, off, len);
		return 0;
	}
	if (z->spares == z->spare_room) {
		grown = reallocarray(z->spare, room, sizeof(*grown));
		if (!grown)
			return -1;
		z->spare = grown;
		z->spare_room = room;
	}
	z->spare[z->spares++] = (struct compat_zcrx_rqe){.off = off, .len = len};
	count(&c->event[EVENT_refill_stalls], 1);
	return 0;
}

/* Those that were kept go first, as far as there is room; latest first, that costs no moving. */
static void put_spares(struct zcrx *z)
{
	while (z->spares && (z->tail - z->head < z->entries || has_room(z))) {
		struct compat_zcrx_rqe *rqe = &z->spare[--z->spares];

		zcrx_put(z, rqe->off, rqe->len);
	}
}

int zcrx_flush(struct zcrx *z, struct counters *c)
{
	struct compat_zcrx_ctrl ctrl = {.id = z->id, .op = COMPAT_ZCRX_CTRL_FLUSH_RQ};
	int result = compat_register(z->ring_fd, COMPAT_REGISTER_ZCRX_CTRL, &ctrl, 0);

	count(&c->call[CALL_io_uring_register], 1);
	count(&c->event[EVENT_refill_flushes], 1);
	return result < 0 ? -errno : 0;
}

int zcrx_publish(struct zcrx *z, struct counters *c)
{
	int result;

	put_spares(z);
	__atomic_store_n(z->ktail, z->tail, __ATOMIC_RELEASE);
	if (!z->can_flush || (!z->spares && !z->nodev))
		return 0;
	z->head = __atomic_load_n(z->khead, __ATOMIC_ACQUIRE);
	if (!z->spares && z->tail - z->head < z->flush_at)
		return 0;
	result = zcrx_flush(z, c);
	put_spares(z);
	__atomic_store_n(z->ktail, z->tail, __ATOMIC_RELEASE);
	return result;
}
