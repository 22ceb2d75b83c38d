/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keys have to differ, and nothing makes a driver give each of its states, sensors or counters a name
 * of its own.
 *
 *   unique_name()  name, or name#N with the least N from nth on that is not taken
 */
#ifndef COLLECTORS_KIT_UNIQUE_H
#define COLLECTORS_KIT_UNIQUE_H

#include <stdbool.h>
#include <stddef.h>

typedef bool (*unique_taken_fn)(const void *data, const char *name);

/* In place; a name for which there is no room is cut before its '#'. nth: 1, or how often it is known to be there. */
void unique_name(char *name, size_t size, unsigned int nth, unique_taken_fn taken, const void *data);

#endif
