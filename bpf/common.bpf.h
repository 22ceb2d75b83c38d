/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What every BPF program begins with: the kernel's types, the window, and which end a task is of.
 *
 *   window    set by the collector through the skeleton, while the programs run
 *   run_tgid  set by the collector before the programs are loaded; 0 ends each list
 */
#ifndef BPF_COMMON_BPF_H
#define BPF_COMMON_BPF_H

#include "vmlinux/vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

#include "bpf/common.h"
#include "record/record.h"

struct window window = {NEVER, NEVER};
const volatile __u32 run_tgid[END_COUNT][RUN_TGIDS];

/* END_HOST for a process that is not of the run: nearly always after two comparisons. */
static __always_inline enum record_end run_end(__u32 tgid)
{
	for (enum record_end end = END_RX; end <= END_TX; end++)
		for (int i = 0; i < RUN_TGIDS && run_tgid[end][i]; i++)
			if (run_tgid[end][i] == tgid)
				return end;
	return END_HOST;
}

#endif
