/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What bpf/genpool.bpf.c counts, as collectors/genpool.c reads it. */
#ifndef BPF_GENPOOL_H
#define BPF_GENPOOL_H

#include "bpf/tally.h"

/* gen_pool's own functions, and those of device memory that call them. */
enum genpool_call {
	GENPOOL_ALLOC,
	GENPOOL_FREE,
	GENPOOL_HAS_ADDR,
	GENPOOL_OWN,
	GENPOOL_DEVMEM_ALLOC = GENPOOL_OWN,
	GENPOOL_DEVMEM_FREE,
	GENPOOL_ALL
};

/* Counters: three for each. Not every call that is counted is timed. */
#define GENPOOL_COUNT(call) (3 * (call))
#define GENPOOL_TIMED(call) (3 * (call) + 1)
#define GENPOOL_TIME(call)  (3 * (call) + 2)

#endif
