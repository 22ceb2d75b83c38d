/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A queueing discipline in words: its kind, and what it does to packets beside queueing them.
 *
 *   discipline_words()  "tbf 5 Gbit/s", "fq 3 Gbit/s a flow", "netem delay 2 ms loss 0.3 %", "fq_codel"
 */
#ifndef NIC_DISCIPLINE_H
#define NIC_DISCIPLINE_H

#include <stddef.h>
#include <stdint.h>

struct nlattr;

/*
 * options: TCA_OPTIONS as the kernel dumps them (rtnetlink(7), linux/pkt_sched.h); or NULL. widest: of htb's classes,
 * in bytes a second, for the discipline itself has no rate; 0: not known. Returns the length, as snprintf() does.
 */
size_t discipline_words(const char *kind, const struct nlattr *options, uint64_t widest, char *text,
			size_t size);

#endif
