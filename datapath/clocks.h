/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How far the clocks of two ends are apart by which datagrams are stamped (--stamp ptp): the sender asks the receiver for the
 * time over the control connection, and the answer lies between asking and hearing. Of some rounds the shortest counts, as
 * NTP does it (RFC 5905, 8 and 10): wrong by half a round trip at most, whichever way took longer. It is asked when all is
 * ready and once more when the window has closed; between the two the clocks may have drifted.
 *
 *   clocks_compare() the sender's; -1 after session_fail()
 *   clocks_answer()  the receiver's, of one question; -1 after session_fail()
 *   clocks_write()   what was found, as rows
 */
#ifndef DATAPATH_CLOCKS_H
#define DATAPATH_CLOCKS_H

#include "datapath/clocks_apart.h"
#include "datapath/flow.h"
#include "record/writer.h"

struct session;

int clocks_compare(struct session *s, enum clocks_when when);
int clocks_answer(struct session *s);
void clocks_write(const struct clocks *c, struct writer *out);

#endif
