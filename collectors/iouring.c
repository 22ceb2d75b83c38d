// SPDX-License-Identifier: GPL-2.0-or-later
/* io_uring inside the kernel. The CPU time of io-wq's workers is among cpu's threads (iou-wrk-…). */
#include <bpf/btf.h>
#include <string.h>

#include "bpf/iouring.h"
#include "bpf/iouring.skel.h"
#include "collectors/list.h"
#include "collectors/kit/kernel_btf.h"
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

static void work_per_run(const struct tally *t, struct writer *w)
{
	if (tally_counts(t, "iouring_task_work"))
		tally_histogram(t, w, IOURING_WORK_PER_RUN, METRIC_iouring_work_per_run);
}

TALLY_COLLECTOR(iouring,
		"io_uring: completions, overflow, task work, io-wq, ends of multishot, zcrx",
		.rows = rows, .row_count = sizeof(rows) / sizeof(*rows), .hooks = true,
		.tracepoints = true, .rare = true, .follows = MEASURE_PACKETS,
		.prepare = look_at_kernel, .more = work_per_run);
