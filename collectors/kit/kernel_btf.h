/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel that runs has, by its BTF: found out, and not guessed by its version.
 *
 *   kernel_btf()              its types, read once; they stay the kit's
 *   kernel_tracepoint()       a tracepoint's prototype, whose first argument is not its own
 *   kernel_has_tracepoint()
 *   kernel_has_helper()       of BPF: "get_func_ret" is bpf_get_func_ret()
 */
#ifndef COLLECTORS_KIT_KERNEL_BTF_H
#define COLLECTORS_KIT_KERNEL_BTF_H

#include <stdbool.h>

/* libbpf's */
struct btf;
struct btf_type;

/* NULL: there is none. */
const struct btf *kernel_btf(void);
/* NULL: it is not there, or it is a module's. */
const struct btf_type *kernel_tracepoint(const char *name);
/* Both are true where there is no BTF: whoever tries will be told. */
bool kernel_has_tracepoint(const char *name);
bool kernel_has_helper(const char *name);

#endif
