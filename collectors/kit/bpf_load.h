/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What every collector that uses BPF does around its skeleton.
 *
 *   bpf_load()         loads an opened skeleton's programs, all of whose tracepoints have to be there; the
 *                      collector maps its tables then, and
 *   bpf_attach()       has them run
 *   bpf_run_scope()    tells a program which tasks are the run, before it is loaded
 *   bpf_window_edge()  sets one edge of a program's window, a few microseconds from now
 *   bpf_slice_begin()  opens a program's window a few microseconds from now, anew each time
 *   bpf_slice_end()    closes it, waits those microseconds, returns how long it was open, in ns
 *   bpf_cpus()         how many CPUs a table indexed by CPU must hold
 */
#ifndef COLLECTORS_KIT_BPF_LOAD_H
#define COLLECTORS_KIT_BPF_LOAD_H

#include "bpf/common.h"
#include "collectors/kit/bpf_refusal.h"
#include "collectors/kit/measurement.h"

/* libbpf's */
struct bpf_object;
struct bpf_object_skeleton;

/* source is the collector's name. 0, or -1 with why filled in. */
int bpf_load(struct bpf_object_skeleton *skeleton, const char *source, char *why, size_t why_size);
int bpf_attach(struct bpf_object_skeleton *skeleton, const char *source, char *why, size_t why_size);
/* 0, or -1 with why filled in. */
int bpf_run_scope(struct run_scope scope[END_COUNT], const struct measurement *run, char *why,
		  size_t why_size);
void bpf_window_edge(struct window *window, enum edge edge);
void bpf_slice_begin(struct window *window);
__u64 bpf_slice_end(struct window *window);
unsigned int bpf_cpus(void);

#endif
