/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What this machine can do, what not, why that matters, and the command that mends it.
 *
 *   doctor()       the command: returns the exit code
 *   doctor_collector()  the row of a collector
 *   doctor_text()  the first line of a file of /proc, /sys or /dev, as every check reads them
 *   doctor_exists()
 *   doctor_device_text()  the first line of a file of the device's folder in sysfs
 *   doctor_device()       that folder, to open files by; or a negative errno
 *   doctor_found() what a check saw, and how it judges that
 *   doctor_mend()  the command that makes it better
 *
 * A check is one line of its area's table. It looks at one thing, and at files only below root, so
 * that a made tree shows each state.
 */
#ifndef ZCPROF_DOCTOR_DOCTOR_H
#define ZCPROF_DOCTOR_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum doctor_state { DOCTOR_OK, DOCTOR_BETTER, DOCTOR_MISSING, DOCTOR_UNKNOWN };

struct doctor {
	const char *root;  /* "" but in tests */
	const char *iface; /* NULL: no device was named */
	const char *word;  /* iface as a shell takes it, for a command that mends */
	double bits_per_s; /* what the path is to carry; 0: not said */
	double rtt_s;
};

struct doctor_row {
	enum doctor_state state;
	char found[240];
	char mend[240]; /* "": nothing to do, or nothing that a command can do */
};

struct doctor_check {
	const char *name;
	void (*look)(const struct doctor *d, struct doctor_row *row);
	const char *why; /* why it matters */
};

/* Each ends with a check without a name. */
extern const struct doctor_check doctor_kernel_checks[];
extern const struct doctor_check doctor_system_checks[];
extern const struct doctor_check doctor_memory_checks[];
extern const struct doctor_check doctor_bpf_checks[];
/* Only where a device was named. */
extern const struct doctor_check doctor_nic_checks[];
extern const struct doctor_check doctor_irq_checks[];
extern const struct doctor_check doctor_zerocopy_checks[];
extern const struct doctor_check doctor_ring_checks[];
extern const struct doctor_check doctor_plumbing_checks[];

/*
 * The n-th collector, from 0: whether it could measure here. False: there are not so many. Both
 * texts are static.
 */
bool doctor_collector(const struct doctor *d, size_t n, const char **name, const char **why,
		      struct doctor_row *row);

int doctor(int argc, char **argv);

/* 0, or -1 where there is no such file, or nothing in it. */
int doctor_text(const struct doctor *d, char *text, size_t size, const char *path);
bool doctor_exists(const struct doctor *d, const char *path);
int doctor_device(const struct doctor *d);
int doctor_device_text(const struct doctor *d, char *text, size_t size, const char *file);
void doctor_found(struct doctor_row *row, enum doctor_state state, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void doctor_mend(struct doctor_row *row, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
