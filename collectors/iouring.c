// SPDX-License-Identifier: GPL-2.0-or-later
/* io_uring inside the kernel. The CPU time of io-wq's workers is among cpu's threads (iou-wrk-…). */
#include <bpf/btf.h>
#include <string.h>

#include "bpf/iouring.h"
#include "bpf/iouring.skel.h"
#include "collectors/list.h"
#include "collectors/kit/tally.h"

static const struct tally_counter rows[] = {
	{IOURING_COMPLETIONS, METRIC_iouring_completions, NULL},
	{IOURING_OVERFLOWS, METRIC_iouring_cq_overflow, NULL},
	{IOURING_TASK_WORK_RUNS, METRIC_iouring_work_runs, NULL},
	{IOURING_TASK_WORK, METRIC_iouring_work, NULL},
	{IOURING_PUNTED, METRIC_iouring_punted, NULL},
	{IOURING_ENDED_EOF, METRIC_iouring_ended_eof, NULL},
	{IOURING_ENDED_ENOBUFS, METRIC_iouring_ended_enobufs, NULL},
	{IOURING_ENDED_ENOSPC, METRIC_iouring_ended_enospc, NULL},
	{IOURING_ENDED_OTHER, METRIC_iouring_ended_other, NULL},
	{IOURING_ZCRX_COPIES, METRIC_iouring_zcrx_copies, "iouring_zcrx_copy"},
	{IOURING_ZCRX_COPIED, METRIC_iouring_zcrx_copied, "iouring_zcrx_copy"},
	{IOURING_ZCRX_EMPTY, METRIC_iouring_zcrx_empty, "iouring_zcrx_alloc"},
};

/* How many arguments a tracepoint hands over, behind its own first; 0: it is not there. */
static int tracepoint_arguments(const struct btf *btf, const char *name)
{
	int id = btf__find_by_name_kind(btf, name, BTF_KIND_TYPEDEF);
	const struct btf_type *type = id > 0 ? btf__type_by_id(btf, id) : NULL;

	while (type && (btf_is_typedef(type) || btf_is_ptr(type)))
		type = btf__type_by_id(btf, type->type);
	return type && btf_is_func_proto(type) ? btf_vlen(type) - 1 : 0;
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
	struct btf *btf = btf__load_vmlinux_btf();

	if (!btf)
		return; /* loading will say so */
	bpf->rodata->completion_is_cqe =
		tracepoint_arguments(btf, "btf_trace_io_uring_complete") == 3;
	bpf->rodata->multishot_flag = enumerated_flag(btf, "REQ_F_APOLL_MULTISHOT_BIT");
	bpf_program__set_autoload(bpf->progs.iouring_local_work,
				  tracepoint_arguments(btf, "btf_trace_io_uring_local_work_run"));
	btf__free(btf);
}

static void work_per_run(const struct tally *t, struct writer *w)
{
	tally_histogram(t, w, IOURING_WORK_PER_RUN, METRIC_iouring_work_per_run);
}

TALLY_COLLECTOR(iouring,
		"io_uring: completions, overflow, task work, io-wq, ends of multishot, zcrx",
		.rows = rows, .row_count = sizeof(rows) / sizeof(*rows), .hooks = true,
		.tracepoints = true, .rare = true, .follows = MEASURE_PACKETS,
		.prepare = look_at_kernel, .more = work_per_run);
