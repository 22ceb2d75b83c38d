/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * /proc/net/softnet_stat: hexadecimal columns, a line for each CPU that is online (softnet_seq_show()
 * in net/core/net-procfs.c). Counters have 32 bits, and stay when their CPU goes.
 *
 *   softnet_line()   takes one line
 *   softnet_grown()  packets that all CPUs took in since the call before
 */
#ifndef COLLECTORS_KIT_SOFTNET_STAT_H
#define COLLECTORS_KIT_SOFTNET_STAT_H

#include <stdbool.h>
#include <stdint.h>

enum softnet_counter {
	SOFTNET_PROCESSED,
	SOFTNET_DROPPED,
	SOFTNET_SQUEEZED,
	SOFTNET_RPS,
	SOFTNET_COUNTERS
};

#define SOFTNET_STAT "/proc/net/softnet_stat"

/* At most, with its newline. */
#define SOFTNET_LINE 160

struct softnet_line {
	unsigned int cpu;
	uint32_t counter[SOFTNET_COUNTERS];
};

/*
 * The rest of the text, or NULL where there is no further whole line. otherwise: which CPU it is
 * where the kernel does not say so (before 5.10).
 */
const char *softnet_line(const char *text, unsigned int otherwise, struct softnet_line *line);

struct softnet_seen {
	unsigned int bound;
	struct {
		bool known;
		uint32_t packets;
	} * cpu;
};

/*
 * Adds them to *sum; false: they could not be read, and come with the next call. seen: zeroed before the first
 * call, and never let go. Of a CPU that was not seen before, nothing.
 */
bool softnet_grown(struct softnet_seen *seen, uint64_t *sum);

#endif
