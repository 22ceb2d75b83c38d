/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CPU time of the threads of the ends, for the source cpu. A thread is its number and the time at which it
 * began: whoever is given the number later is another.
 *
 *   cpu_threads_new()     of the ends of a run
 *   cpu_threads_read()    those that are there now
 *   cpu_threads_kernel()  one of the kernel, beside them, after cpu_threads_read() of the edge
 *   cpu_threads_emit()    rows of their time between the edges
 *   cpu_threads_free()    safe for NULL
 */
#ifndef COLLECTORS_CPU_THREADS_H
#define COLLECTORS_CPU_THREADS_H

#include "collectors/collector.h"

struct cpu_threads;

struct cpu_threads *cpu_threads_new(const struct measurement *run);
/* Both: 0, or -1 where not all that are there could be read. */
int cpu_threads_read(struct cpu_threads *t, enum edge edge);
int cpu_threads_kernel(struct cpu_threads *t, enum edge edge, pid_t tid, enum record_end end);
void cpu_threads_emit(const struct cpu_threads *t, struct writer *w);
void cpu_threads_free(struct cpu_threads *t);

#endif
