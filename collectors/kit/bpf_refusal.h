/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel says when it takes no BPF program, in a sentence that a user can act on.
 *
 *   bpf_quiet()    libbpf's own messages go to say_detail(); what they say is lacking is kept
 *   bpf_refused()  why the kernel refused, in one sentence; call it right after
 */
#ifndef COLLECTORS_KIT_BPF_REFUSAL_H
#define COLLECTORS_KIT_BPF_REFUSAL_H

#include <stddef.h>

void bpf_quiet(void);
/* error is an errno, or its negative. Always returns -1. */
int bpf_refused(int error, const char *what, char *why, size_t why_size);

#endif
