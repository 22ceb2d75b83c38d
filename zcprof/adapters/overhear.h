/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a command prints, passed on to where it would have gone, and overheard line by line with the
 * moment at which each line came. A thread of its own does that, so that the command never waits
 * for a zcprof that measures.
 *
 *   overhear_open()    NULL with why filled in
 *   overhear_fd()      for the command's standard output; overhear_started() once it has it
 *   overhear_finish()  the command has ended: what it printed is passed on to the last byte
 *   overhear_close()   safe at any time
 */
#ifndef ZCPROF_ADAPTERS_OVERHEAR_H
#define ZCPROF_ADAPTERS_OVERHEAR_H

#include <stddef.h>
#include <stdint.h>

struct overhear;

/* Called by the thread; no line end, and no NUL inside. */
typedef void (*overhear_fn)(void *data, const char *line, uint64_t at_ns);

/* out: a descriptor, which stays the caller's. */
struct overhear *overhear_open(int out, overhear_fn on_line, void *data, char *why, size_t why_size);
int overhear_fd(const struct overhear *o);
void overhear_started(struct overhear *o);
void overhear_finish(struct overhear *o);
void overhear_close(struct overhear *o);

#endif
