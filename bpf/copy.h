/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What bpf/copy.bpf.c counts, as collectors/copy.c reads it. */
#ifndef BPF_COPY_H
#define BPF_COPY_H

#include "bpf/tally.h"

enum copy_counter {
	COPY_TO_USER,
	COPY_TO_USER_CALLS,
	COPY_FROM_USER,
	COPY_FROM_USER_CALLS,
	COPY_UNDONE,
};

#endif
