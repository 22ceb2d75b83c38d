/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Texts and their numbers: each has one, from 0 on, in the order in which they came. What files of others refer to
 * names by.
 *
 *   numbering_new()
 *   numbering_of()    the number of a text, its old one if it has one
 *   numbering_take()  all of them in order, as an array of strings, which is the caller's; the numbering is gone
 */
#ifndef ANALYZE_LOAD_NUMBERING_H
#define ANALYZE_LOAD_NUMBERING_H

#include <jansson.h>
#include <stddef.h>

struct numbering {
	json_t *texts, *numbers;
};

struct numbering numbering_new(void);
/* The text is UTF-8, without NUL, and may be as long as a line of another's file. */
json_int_t numbering_of(struct numbering *n, const char *text, size_t len);
json_t *numbering_take(struct numbering *n);

#endif
