/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The power meters that a machine has itself: RAPL, sensors of its boards, its BMC, its GPUs. Each
 * has parts, which either count energy or tell watts; a thread asks the latter all the time, and
 * the former before they can have begun anew twice.
 *
 *   own_power_open()    every meter that is here
 *   own_power_choose()  which of them says what the machine takes
 *   own_power_read()    those that count, at an edge
 *   own_power_settle()  no more readings: the thread has ended
 *   own_power_watts()   mean power of a part over the window
 *   own_power_so_far()  the same while readings go on
 *   own_power_close()
 *
 * A meter (own_rapl.c, ...) finds its parts and adds them:
 *
 *   own_power_add()     one more part, to be filled in
 */
#ifndef COLLECTORS_POWER_OWN_H
#define COLLECTORS_POWER_OWN_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collectors/collector.h"
#include "collectors/power/counter.h"
#include "collectors/power/meter.h"

struct own_part {
	int meter;     /* which of own_power_meters[] it is of */
	char name[64]; /* within that: package-0/dram */
	bool adds;     /* to what its meter says; false: part of another, or another view of it */
	bool counts;   /* energy; false: tells watts */
	double unit;   /* of its numbers: J, or W */
	struct counter counter; /* of one that counts; its unit is filled in from that above */
	/* 0, or -1 where it cannot be read. It is called by the thread, and at the edges. */
	int (*read)(const struct own_part *part, uint64_t *number);
	int fd;		/* -1: none; closed with the part */
	void *handle;	/* whatever else the meter needs */
	double every_s; /* how often the thread asks it; of one that counts this is filled in */

	double joules[EDGE_COUNT]; /* NAN: not known */
	struct readings readings;
	double next_s;
};

struct own_power {
	struct own_part *parts;
	size_t count;
	double edge_s[EDGE_COUNT];
	pthread_mutex_t lock; /* of all counters and readings, while the thread runs */
	int stop;
	bool started;
	pthread_t thread;
};

struct own_meter {
	const char *name; /* as in the rows, and behind --power own: */
	const char *what; /* one line: what it measures, and what not */
	bool of_machine; /* false: of a device, which is no P of the machine unless that is asked */
	/* Adds its parts, none where it is not here. why: filled in where it is, but is not to be
	 * read, with what would allow that; else left alone. */
	void (*find)(struct own_power *o, int meter, char *why, size_t why_size);
	void (*let_go)(void); /* of what its parts share, after them; NULL: nothing */
};

/* The best first, a NULL name at the end. */
extern const struct own_meter own_power_meters[];

/*
 * 0, or -1 where there is no meter, with why filled in. The thread runs from here on if anything
 * tells watts.
 */
int own_power_open(struct own_power *o, char *why, size_t why_size);
/*
 * Into adds of each part goes whether it is part of P. wanted: METER or METER/PART; NULL: the best
 * meter of the machine. Returns its index, or -1 with why filled in where none says it.
 */
int own_power_choose(struct own_power *o, const char *wanted, char *why, size_t why_size);
void own_power_read(struct own_power *o, enum edge edge);
void own_power_settle(struct own_power *o);
/* NAN where it could not be read at both edges, or tells too little: own_power_doubt() says why. */
double own_power_watts(const struct own_power *o, const struct own_part *part);
double own_power_so_far(struct own_power *o, const struct own_part *part);
const char *own_power_doubt(const struct own_part *part);
void own_power_close(struct own_power *o);

/* NULL: no memory left. All is zero in it but its meter, fd (-1) and name, which is made unique. */
struct own_part *own_power_add(struct own_power *o, int meter, const char *name);
/* For read: the number in the file of sysfs behind fd. */
int own_power_sysfs(const struct own_part *part, uint64_t *number);

void own_rapl_find(struct own_power *o, int meter, char *why, size_t why_size);
void own_energy_find(struct own_power *o, int meter, char *why, size_t why_size);
void own_hwmon_find(struct own_power *o, int meter, char *why, size_t why_size);
void own_ipmi_find(struct own_power *o, int meter, char *why, size_t why_size);
void own_gpu_find(struct own_power *o, int meter, char *why, size_t why_size);
void own_gpu_let_go(void);
/* Sensors of GPUs, or of all else. */
void own_hwmon_scan(struct own_power *o, int meter, bool of_gpus);

#endif
