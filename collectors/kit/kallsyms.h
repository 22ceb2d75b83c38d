/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The functions of the kernel by their addresses, from /proc/kallsyms: 200,000 lines, which the kernel makes anew for
 * whoever reads them. Those of the kernel itself come first and stay as they are until it is booted again, so this
 * process reads and keeps them once; those of modules and BPF programs, which stand behind them, come and go.
 *
 *   kallsyms_hidden()    why this kernel shows no addresses; NULL if it does
 *   kallsyms_core()      the kernel's own
 *   kallsyms_read()      those of modules and BPF programs as they are now
 *   kallsyms_share()     as they were when a holder read them, if there is one; else as they are now
 *   kallsyms_since()     as a holder read them after a moment of clock_ns(), if there is one; else as they are now
 *   kallsyms_release()   by each who called one of them; NULL is fine
 *   kallsyms_at()        the one at an address
 *   kallsyms_named()     the first of a name
 */
#ifndef COLLECTORS_KIT_KALLSYMS_H
#define COLLECTORS_KIT_KALLSYMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collectors/kit/symbol.h"

struct kernel_function {
	uint64_t address;
	struct symbol symbol;
	bool global;
	bool asked; /* component and context are known */
};

/* By address; of several names for one address the global one comes first, then the one that is sooner read. */
struct kallsyms {
	char *text; /* which the names are in */
	struct kernel_function *at;
	size_t count;
	unsigned int holders;
	uint64_t read_ns; /* of clock_ns(), before it was read */
};

const char *kallsyms_hidden(void);
/* NULL with errno: it cannot be read, or is hidden. For as long as this process lives; one thread at a time. */
struct kallsyms *kallsyms_core(void);
/* NULL with errno. */
struct kallsyms *kallsyms_read(void);
struct kallsyms *kallsyms_share(void);
struct kallsyms *kallsyms_since(uint64_t ns);
void kallsyms_release(struct kallsyms *held);
/* The last that begins at or below it, and of its equals the first; NULL: none. k: NULL is fine. */
struct kernel_function *kallsyms_at(const struct kallsyms *k, uint64_t address);
const struct kernel_function *kallsyms_named(const struct kallsyms *k, const char *name);

#endif
