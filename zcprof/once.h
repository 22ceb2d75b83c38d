/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Warnings that every run of an experiment would repeat, said once.
 *
 *   once_warning()  say it, unless it was said before
 *   once_free()
 */
#ifndef ZCPROF_ONCE_H
#define ZCPROF_ONCE_H

#include <stdbool.h>
#include <stddef.h>

struct progress;

struct once {
	const struct progress *progress; /* to make room; may be NULL */
	char **texts;
	size_t count;
};

/* Whether it was said. */
bool once_warning(struct once *once, const char *text);
void once_free(struct once *once);

#endif
