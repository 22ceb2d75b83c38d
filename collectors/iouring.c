// SPDX-License-Identifier: GPL-2.0-or-later
/* io_uring inside the kernel. The CPU time of io-wq's workers is among cpu's threads (iou-wrk-…). */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bpf/iouring.h"
#include "bpf/iouring.skel.h"
#include "collectors/list.h"
#include "collectors/kit/kernel_btf.h"
#include "collectors/kit/table.h"
#include "collectors/kit/tally.h"

static const struct tally_counter rows[] = {
	{IOURING_COMPLETIONS, METRIC_iouring_completions, NULL},
	{IOURING_OVERFLOWS, METRIC_iouring_cq_overflow, "iouring_overflow"},
	{IOURING_TASK_WORK_RUNS, METRIC_iouring_work_runs, "iouring_task_work"},
	{IOURING_TASK_WORK, METRIC_iouring_work, "iouring_task_work"},
	{IOURING_PUNTED, METRIC_iouring_punted, "iouring_punted"},
	{IOURING_ENDED_EOF, METRIC_iouring_ended_eof, NULL},
	{IOURING_ENDED_ENOBUFS, METRIC_iouring_ended_enobufs, NULL},
	{IOURING_ENDED_ENOSPC, METRIC_iouring_ended_enospc, NULL},
	{IOURING_ENDED_OTHER, METRIC_iouring_ended_other, NULL},
	{IOURING_ZCRX_COPIES, METRIC_iouring_zcrx_copies, "iouring_zcrx_copy"},
	{IOURING_ZCRX_COPIED, METRIC_iouring_zcrx_copied, "iouring_zcrx_copy"},
	{IOURING_ZCRX_EMPTY, METRIC_iouring_zcrx_empty, "iouring_zcrx_alloc"},
	{IOURING_ZCRX_LOW, METRIC_iouring_zcrx_low, "iouring_zcrx_low"},
	{IOURING_ZCRX_RECEIVES, METRIC_iouring_zcrx_receives, "iouring_zcrx_recv"},
};

/*
 * What io_uring_complete hands over, behind its own first argument: to 5.11 (ctx, user_data, res), to 5.16 the
 * flags as well, to 5.18 and later (ctx, req, user_data, res, flags, …), then (ctx, req, cqe).
 */
static enum iouring_completion completion_of(const struct btf *btf,
					     const struct btf_type *tracepoint)
{
	const struct btf_type *third;
	int arguments = tracepoint ? btf_vlen(tracepoint) - 1 : 0;

	if (arguments >= 5)
		return IOURING_REQ_RESULT;
	if (arguments < 3)
		return IOURING_RESULT;
	third = btf__type_by_id(btf, btf_params(tracepoint)[3].type);
	return third && btf_is_ptr(third) ? IOURING_CQE : IOURING_RESULT;
}

/* Of an enum without a name, which CO-RE cannot look up. 0: it is not there. */
static __u64 enumerated_flag(const struct btf *btf, const char *name)
{
	for (__u32 id = 1; id < btf__type_cnt(btf); id++) {
		const struct btf_type *type = btf__type_by_id(btf, id);
		const struct btf_enum *value = btf_enum(type);

		if (!btf_is_enum(type) || type->name_off)
			continue;
		for (int i = 0; i < btf_vlen(type); i++)
			if (!strcmp(btf__name_by_offset(btf, value[i].name_off), name))
				return 1ULL << (value[i].val & 63);
	}
	return 0;
}

static void look_at_kernel(void *state)
{
	struct iouring_bpf *bpf = state;
	const struct btf *btf = kernel_btf();

	if (!btf)
		return; /* loading will say so */
	bpf->rodata->completion = completion_of(btf, kernel_tracepoint("io_uring_complete"));
	bpf->rodata->multishot_flag = enumerated_flag(btf, "REQ_F_APOLL_MULTISHOT_BIT");
	bpf_program__set_autoload(bpf->progs.iouring_local_work,
				  kernel_has_tracepoint("io_uring_local_work_run"));
}

/* A ring that received from a queue of zcrx, and whose it is. */
struct user {
	struct iouring_ring of;
	struct iouring_user is;
};

static int by_name(const struct user *a, const struct user *b)
{
	if (a->is.end != b->is.end)
		return a->is.end < b->is.end ? -1 : 1;
	if (a->is.rxq != b->is.rxq)
		return a->is.rxq < b->is.rxq ? -1 : 1;
	return strncmp(a->is.device, b->is.device, sizeof(a->is.device));
}

static int by_queue(const struct user *a, const struct user *b)
{
	int order = by_name(a, b);

	if (order || a->of.queue == b->of.queue)
		return order;
	return a->of.queue < b->of.queue ? -1 : 1;
}

static int by_process(const void *one, const void *other)
{
	const struct user *a = one, *b = other;
	int order = by_queue(a, b);

	if (order || a->is.tgid == b->is.tgid)
		return order;
	return a->is.tgid < b->is.tgid ? -1 : 1;
}

/* 0 or a negative errno. */
static int read_users(int fd, struct user *all, size_t *count)
{
	const struct iouring_ring *before = NULL;
	int more = 1;

	for (*count = 0; *count < IOURING_RINGS; before = &all[(*count)++].of) {
		more = table_next(fd, before, &all[*count].of, &all[*count].is);
		if (more <= 0)
			break;
	}
	return more < 0 ? more : 0;
}

/* nth: of the queues with this name, which may be in other namespaces, or come one after the other. */
static void name_queue(const struct iouring_user *is, unsigned int nth, char *key, size_t size)
{
	int length = (int)sizeof(is->device);
	char number[16] = "";

	if (nth > 1)
		snprintf(number, sizeof(number), "#%u", nth);
	if (is->device[0])
		snprintf(key, size, "%.*s/%u%s", length, is->device, is->rxq, number);
	else
		snprintf(key, size, "nodev%s", number);
}

/* Those of one queue stand together, and among them those of a process. */
static void emit_users(const struct user *all, size_t count, struct writer *w)
{
	unsigned int nth = 0;

	for (size_t first = 0, next; first < count; first = next) {
		const struct user *u = &all[first];
		uint64_t processes = 1;
		char key[48];

		for (next = first + 1; next < count && !by_queue(u, &all[next]); next++)
			processes += all[next].is.tgid != all[next - 1].is.tgid;
		nth = first && !by_name(u, u - 1) ? nth + 1 : 1;
		name_queue(&u->is, nth, key, sizeof(key));
		writer_u64(w, WINDOW, u->is.end, METRIC_iouring_zcrx_rings, key, next - first);
		writer_u64(w, WINDOW, u->is.end, METRIC_iouring_zcrx_processes, key, processes);
	}
}

static void zcrx_users(const struct tally *t, struct writer *w)
{
	const struct iouring_bpf *bpf = tally_bpf(t);
	struct user *all = calloc(IOURING_RINGS, sizeof(*all));
	size_t count = 0;

	if (!all || read_users(bpf_map__fd(bpf->maps.zcrx_rings), all, &count)) {
		writer_absent_metric(w, END_HOST, METRIC_iouring_zcrx_rings, TABLE_UNREAD);
		writer_absent_metric(w, END_HOST, METRIC_iouring_zcrx_processes, TABLE_UNREAD);
	} else {
		if (count)
			qsort(all, count, sizeof(*all), by_process);
		emit_users(all, count, w);
	}
	free(all);
}

static void more(const struct tally *t, struct writer *w)
{
	if (tally_counts(t, "iouring_task_work"))
		tally_histogram(t, w, IOURING_WORK_PER_RUN, METRIC_iouring_work_per_run);
	zcrx_users(t, w);
}

TALLY_COLLECTOR(iouring,
		"io_uring: completions, overflow, task work, io-wq, ends of multishot, zcrx",
		.rows = rows, .row_count = sizeof(rows) / sizeof(*rows), .hooks = true,
		.tracepoints = true, .rare = true, .follows = MEASURE_PACKETS,
		.prepare = look_at_kernel, .more = more);
