/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sets of CPUs as the kernel's bitmap files have them: words of 32 bits in hexadecimal, the highest
 * first, with commas between ("%*pb" of Documentation/core-api/printk-formats.rst).
 *
 *   cpumask_print()  returns text
 *   cpumask_parse()  0, or -1 where it is no such bitmap, or has more CPUs than a set
 */
#ifndef BASE_CPUMASK_H
#define BASE_CPUMASK_H

#include <sched.h>
#include <stddef.h>

#define CPUMASK_TEXT_MAX (CPU_SETSIZE / 32 * 9 + 1)

char *cpumask_print(const cpu_set_t *cpus, char text[CPUMASK_TEXT_MAX]);
int cpumask_parse(const char *text, cpu_set_t *cpus);
/* The n-th CPU of a set, in turn; the set has one at least. */
int cpumask_nth(const cpu_set_t *cpus, unsigned int n);

#endif
