/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What bpf/pagepool.bpf.c counts, as collectors/pagepool.c reads it. */
#ifndef BPF_PAGEPOOL_H
#define BPF_PAGEPOOL_H

#include "bpf/tally.h"

enum pagepool_counter {
	PAGEPOOL_ALLOCS,
	PAGEPOOL_SLOW,
	PAGEPOOL_REFILLS,
	PAGEPOOL_EMPTY,
	PAGEPOOL_PUTS,
	PAGEPOOL_PUTS_DIRECT,
	PAGEPOOL_HELD,
	PAGEPOOL_RELEASED,
};

#endif
