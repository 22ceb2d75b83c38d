/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who changes what: of two processes that live, one would put back what the other had set, and the
 * later one that for good. So what one has changed, no other changes until it is back.
 *
 *   claim_begin()   nobody else notes anything in the directory until claim_end()
 *   claim_taken()   does another process that lives have this changed?
 *   claim_end()
 */
#ifndef NIC_CLAIM_H
#define NIC_CLAIM_H

#include <stdbool.h>

#include "nic/journal_file.h"

/* 0, or a negative errno; without a directory there are no others. */
int claim_begin(struct journal *j);
bool claim_taken(const struct journal *j, const struct change *c);
void claim_end(struct journal *j);

#endif
