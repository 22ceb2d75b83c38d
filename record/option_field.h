/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of record/options.h share.
 *
 *   option_field()  and option_field_of(): where an option's value is; which type it points to is what the table says
 *   option_bound()  one end of an option's range, as a user would write it
 */
#ifndef RECORD_OPTION_FIELD_H
#define RECORD_OPTION_FIELD_H

#include "record/options.h"

/* CPUs by the queue of the flow: rxq, rxq+1. */
#define OPTION_BY_QUEUE "rxq"
#define OPTION_FAR	"-far"

void *option_field(struct options *o, enum option_id id);
const void *option_field_of(const struct options *o, enum option_id id);
/* Returns text. */
const char *option_bound(enum option_id id, uint64_t bound, char *text, size_t size);

#endif
