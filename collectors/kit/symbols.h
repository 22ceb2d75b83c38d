/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names for addresses: of the kernel, from /proc/kallsyms (collectors/kit/kallsyms.h), and of processes, from the
 * symbol tables of the files they have mapped.
 *
 * A process has to be there only when it is noted, twice at best: the files that it had then are named by.
 * A child looks at each (collectors/kit/namer.h), so that none can do more than stay without names.
 *
 *   symbols_new()           an empty table
 *   symbols_note_process()  remembers what a process has mapped now, if it is not known yet
 *   symbols_note_again()    what those that are known have mapped later; does not wait
 *   symbols_settle()        waits until that is done, at most so long
 *   symbols_load_kernel()   the kernel's functions as they were at that moment or are now: 0, or a negative errno
 *   symbols_share_kernel()  as another table of this process has them, if there is one; else as they are now
 *   symbols_driver()        a module that drives a network device: its functions are netdev's, whatever they are called
 *   symbols_extent()        where a function of the kernel itself lies
 *   symbols_kernel()        the function at an address of the kernel
 *   symbols_user()          the function at an address of a process
 *   symbols_lost()          how many processes stayed without names, and why the first of them
 *   symbols_free()          all of it, and every symbol that it gave
 */
#ifndef COLLECTORS_KIT_SYMBOLS_H
#define COLLECTORS_KIT_SYMBOLS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "collectors/kit/symbol.h"

struct symbols;

struct symbols *symbols_new(void); /* NULL: no memory left */
void symbols_note_process(struct symbols *s, pid_t tgid);
void symbols_note_again(struct symbols *s);
void symbols_settle(struct symbols *s, uint64_t wait_ns);
/* since_ns: of clock_ns(). What another table of this process had of later will do; what this one has of before will not. */
int symbols_load_kernel(struct symbols *s, uint64_t since_ns);
int symbols_share_kernel(struct symbols *s);
/* Before the first of its addresses is asked for; at most SYMBOLS_DRIVERS. */
#define SYMBOLS_DRIVERS 2
void symbols_driver(struct symbols *s, const char *module);
/* From its first byte to the next function's; false: there is none of that name. */
bool symbols_extent(struct symbols *s, const char *name, uint64_t *from, uint64_t *to);
const struct symbol *symbols_kernel(struct symbols *s, uint64_t ip);
const struct symbol *symbols_user(struct symbols *s, pid_t tgid, uint64_t ip);
size_t symbols_lost(const struct symbols *s, const char **why);
void symbols_free(struct symbols *s);

#endif
