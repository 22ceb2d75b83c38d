/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What bpf/pagealloc.bpf.c counts, as collectors/pagealloc.c reads it. */
#ifndef BPF_PAGEALLOC_H
#define BPF_PAGEALLOC_H

#include "bpf/tally.h"

enum pagealloc_counter {
	PAGEALLOC_ALLOCS,
	PAGEALLOC_PAGES,
	PAGEALLOC_FAILED,
	PAGEALLOC_FREES,
	PAGEALLOC_FREED
};

#endif
