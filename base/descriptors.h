/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How many files this process may have open. Collectors keep some for each CPU, and more than the usual
 * limit allows on a large machine; a program that is started gets the limit that this one was given, as it
 * may count on descriptors below 1024 (select(2)).
 *
 *   descriptors_raise()    once, at the start: as many as may be
 *   descriptors_put_back() in a child, before it becomes another program
 *   descriptors_keep()     holds some back, so that whoever opens many leaves a few
 *   descriptors_let()      those are free now, for what is opened and closed again at once
 *   descriptors_left()     may so many more be open, beside those that are held back?
 */
#ifndef BASE_DESCRIPTORS_H
#define BASE_DESCRIPTORS_H

#include <stdbool.h>
#include <stddef.h>

void descriptors_raise(void);
void descriptors_put_back(void);
void descriptors_keep(void);
void descriptors_let(void);
/* False with why filled in. */
bool descriptors_left(int count, char *why, size_t why_size);

#endif
