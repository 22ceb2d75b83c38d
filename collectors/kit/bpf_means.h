/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * By which means BPF programs can count inside this kernel: found out once, by trying each on a
 * function that every kernel with BPF has (bpf_fentry_test1, net/bpf/test_run.c).
 *
 *   bpf_means_works()   can programs of this kind be loaded and attached here at all
 *   bpf_means_one_of()  of functions that call one another, leaves the programs of one
 *   bpf_means_choose()  leaves in an opened object the programs of the best means, and no others
 *   bpf_means_tracepoints()  leaves out the programs of tracepoints that this kernel does not have
 *   bpf_means_address() where a function is, for a breakpoint
 *
 * The environment's ZCPROF_WITHOUT=fentry,kprobe acts as if these did not work: for tests of what
 * is done then.
 *
 * A source that hooks functions has a program for each twice, as SEC("fentry/f") and as
 * SEC("kprobe/f"); bpf_means_choose() turns autoload off for what this kernel cannot do. Programs
 * of other sections it leaves alone. Where a function cannot be reached, its program is not loaded,
 * and its collector, which asks bpf_program__autoload(), writes no row of what it counts.
 */
#ifndef COLLECTORS_KIT_BPF_MEANS_H
#define COLLECTORS_KIT_BPF_MEANS_H

#include <stdbool.h>
#include <stddef.h>

struct bpf_object; /* libbpf's */

/* From best to worst. */
enum bpf_means { MEANS_FENTRY, MEANS_KPROBE, MEANS_RAW_TRACEPOINT, MEANS_BREAKPOINT, MEANS_COUNT };

/* "fentry", "kprobe", "raw_tracepoint", "breakpoint": as the record says it. */
const char *bpf_means_name(enum bpf_means means);
/* why, if not NULL, is filled in where it does not: one sentence. */
bool bpf_means_works(enum bpf_means means, char *why, size_t why_size);
/* functions: the innermost first, NULL behind the last. Before bpf_means_choose(). */
void bpf_means_one_of(struct bpf_object *object, const char *const *functions);
/*
 * Returns MEANS_FENTRY or MEANS_KPROBE; or -1 with why filled in, if neither works, or if none of
 * the object's functions can be reached.
 */
int bpf_means_choose(struct bpf_object *object, char *why, size_t why_size);
/* The tracepoint of one that is needed and cannot be, or NULL; with is it known which may be missing. */
const char *bpf_means_tracepoints(struct bpf_object *object,
				  bool (*is_needed)(const void *with, const char *program),
				  const void *with);
/* 0: it is not there, or hidden from who asks (kernel.kptr_restrict). */
unsigned long bpf_means_address(const char *function);

#endif
