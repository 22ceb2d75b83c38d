/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What changed between two kernels that is known to move figures of the data path; kernels.def has the list.
 *
 *   kernel_changes()           those between two releases
 *   kernel_change_concerns()   whether one can be felt on a path
 */
#ifndef ANALYZE_CAUSES_KERNELS_H
#define ANALYZE_CAUSES_KERNELS_H

#include <stdbool.h>
#include <stddef.h>

struct kernel_change {
	int version, subversion; /* the first release that has it */
	const char *commit, *subject, *does;
	const char *paths; /* names with blanks between; empty: all */
};

/*
 * a and b: releases, as the fact has them ("6.18.44 #1 SMP … x86_64"), in any order. Returns how many of the
 * list came after the older of them and with the younger at the latest, oldest first, and where the first
 * stands; 0 where one is no release. What a distribution took into an older one is not known.
 */
size_t kernel_changes(const char *a, const char *b, const struct kernel_change **first);
/* path: NULL where it is not known, as of a program that was attached to; then any may be. */
bool kernel_change_concerns(const struct kernel_change *change, const char *path);

#endif
