// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "zcprof/doctor/doctor.h"

/* A sysctl that should be at least this. */
static void at_least(const struct doctor *d, struct doctor_row *row, const char *path,
		     const char *sysctl, uint64_t least)
{
	char text[64];
	uint64_t value;

	if (doctor_text(d, text, sizeof(text), path)) {
		doctor_found(row, DOCTOR_UNKNOWN, "%s cannot be read", sysctl);
		return;
	}
	value = strtoull(text, NULL, 10);
	doctor_found(row, value < least ? DOCTOR_BETTER : DOCTOR_OK, "%s is %" PRIu64, sysctl,
		     value);
	if (value < least)
		doctor_mend(row, "sysctl -w %s=%" PRIu64, sysctl, least);
}

static void look_optmem(const struct doctor *d, struct doctor_row *row)
{
	/* The kernel's default since 6.7. */
	at_least(d, row, "/proc/sys/net/core/optmem_max", "net.core.optmem_max", 131072);
}

static void look_map_count(const struct doctor *d, struct doctor_row *row)
{
	at_least(d, row, "/proc/sys/vm/max_map_count", "vm.max_map_count", 65530);
}

static void look_hugepages(const struct doctor *d, struct doctor_row *row)
{
	/* 64 MiB, the buffer area of one queue, in pages of 2 MiB. */
	at_least(d, row, "/proc/sys/vm/nr_hugepages", "vm.nr_hugepages", 32);
}

static void look_memlock(const struct doctor *d, struct doctor_row *row)
{
	/* The buffer area of one queue. Of CAP_IPC_LOCK, which goes round it, this knows nothing. */
	const rlim_t least = 64UL << 20;
	struct rlimit limit;

	(void)d;
	if (getrlimit(RLIMIT_MEMLOCK, &limit)) {
		doctor_found(row, DOCTOR_UNKNOWN, "RLIMIT_MEMLOCK cannot be read");
	} else if (limit.rlim_cur == RLIM_INFINITY) {
		doctor_found(row, DOCTOR_OK, "RLIMIT_MEMLOCK is unlimited");
	} else {
		doctor_found(row, limit.rlim_cur < least ? DOCTOR_BETTER : DOCTOR_OK,
			     "RLIMIT_MEMLOCK is %llu KiB", (unsigned long long)limit.rlim_cur >> 10);
		if (limit.rlim_cur < least)
			doctor_mend(row, "ulimit -l %llu", (unsigned long long)least >> 10);
	}
}

static void look_udmabuf(const struct doctor *d, struct doctor_row *row)
{
	char text[32];
	unsigned long mb, pieces = 1024;

	if (!doctor_exists(d, "/dev/udmabuf")) {
		doctor_found(row, DOCTOR_MISSING, "there is no /dev/udmabuf");
		doctor_mend(row, "modprobe udmabuf");
	} else if (doctor_text(d, text, sizeof(text),
			       "/sys/module/udmabuf/parameters/size_limit_mb")) {
		doctor_found(row, DOCTOR_UNKNOWN, "/dev/udmabuf, of a limit that is not said");
	} else {
		mb = strtoul(text, NULL, 10);
		if (!doctor_text(d, text, sizeof(text), "/sys/module/udmabuf/parameters/list_limit"))
			pieces = strtoul(text, NULL, 10);
		doctor_found(row, mb < 64 ? DOCTOR_BETTER : DOCTOR_OK,
			     "/dev/udmabuf, of %lu MiB and %lu pieces at most", mb, pieces);
		if (mb < 64)
			doctor_mend(row, "echo 64 >/sys/module/udmabuf/parameters/size_limit_mb");
	}
}

const struct doctor_check doctor_memory_checks[] = {
	{"optmem", look_optmem, "MSG_ZEROCOPY keeps its notifications there; full, it fails"},
	{"max_map_count", look_map_count, "TCP_ZEROCOPY_RECEIVE maps many areas"},
	{"hugepages", look_hugepages, "a buffer area of huge pages costs fewer TLB misses"},
	{"memlock", look_memlock, "what io_uring and MSG_ZEROCOPY pin counts against it"},
	{"udmabuf", look_udmabuf, "devmem without a GPU takes its memory from there"},
	{0},
};

/* ---- bandwidth x round-trip time ---- */

/* The third number of tcp_rmem or tcp_wmem: how far autotuning goes. */
static void look_buffer(const struct doctor *d, struct doctor_row *row, const char *path,
			const char *sysctl, unsigned int times)
{
	double need = d->bits_per_s * d->rtt_s / 8 * times;
	unsigned long long low, middle, high;
	char text[96];

	if (doctor_text(d, text, sizeof(text), path) ||
	    sscanf(text, "%llu %llu %llu", &low, &middle, &high) != 3)
		doctor_found(row, DOCTOR_UNKNOWN, "%s cannot be read", sysctl);
	else if (!(need > 0))
		doctor_found(row, DOCTOR_UNKNOWN,
			     "%s goes to %llu bytes; --rate and --rtt say what is needed", sysctl,
			     high);
	else if ((double)high >= need)
		doctor_found(row, DOCTOR_OK, "%s goes to %llu bytes; %.0f are needed", sysctl, high,
			     need);
	else {
		doctor_found(row, DOCTOR_BETTER, "%s goes to %llu bytes; %.0f are needed", sysctl,
			     high, need);
		doctor_mend(row, "sysctl -w %s='%llu %llu %.0f'", sysctl, low, middle, need + 1);
	}
}

/* What SO_RCVBUF and SO_SNDBUF may ask for; the kernel doubles that for its own structs. */
static void look_max(const struct doctor *d, struct doctor_row *row, const char *path,
		     const char *sysctl)
{
	double need = d->bits_per_s * d->rtt_s / 8;
	char text[64];
	double most;

	if (doctor_text(d, text, sizeof(text), path)) {
		doctor_found(row, DOCTOR_UNKNOWN, "%s cannot be read", sysctl);
		return;
	}
	most = strtod(text, NULL);
	if (!(need > 0)) {
		doctor_found(row, DOCTOR_UNKNOWN, "%s is %.0f; --rate and --rtt say what is needed",
			     sysctl, most);
		return;
	}
	doctor_found(row, most < need ? DOCTOR_BETTER : DOCTOR_OK, "%s is %.0f; %.0f are needed",
		     sysctl, most, need);
	if (most < need)
		doctor_mend(row, "sysctl -w %s=%.0f", sysctl, need + 1);
}

static void look_rmem_max(const struct doctor *d, struct doctor_row *row)
{
	look_max(d, row, "/proc/sys/net/core/rmem_max", "net.core.rmem_max");
}

static void look_wmem_max(const struct doctor *d, struct doctor_row *row)
{
	look_max(d, row, "/proc/sys/net/core/wmem_max", "net.core.wmem_max");
}

/* Three numbers of pages: above the second all of TCP holds back, above the third it drops. */
static void look_tcp_mem(const struct doctor *d, struct doctor_row *row)
{
	/* Both buffers of one connection that fills the path. */
	double need = 3 * d->bits_per_s * d->rtt_s / 8;
	double page = (double)sysconf(_SC_PAGESIZE);
	unsigned long long low, pressure, high;
	char text[96];

	if (doctor_text(d, text, sizeof(text), "/proc/sys/net/ipv4/tcp_mem") ||
	    sscanf(text, "%llu %llu %llu", &low, &pressure, &high) != 3) {
		doctor_found(row, DOCTOR_UNKNOWN, "net.ipv4.tcp_mem cannot be read");
		return;
	}
	if (!(need > 0)) {
		doctor_found(row, DOCTOR_UNKNOWN,
			     "all of TCP may hold %.0f MiB before it is pressed; --rate and --rtt say what is needed",
			     (double)pressure * page / 1048576);
		return;
	}
	doctor_found(row, (double)pressure * page < need ? DOCTOR_BETTER : DOCTOR_OK,
		     "all of TCP may hold %.0f MiB before it is pressed; a connection takes %.0f",
		     (double)pressure * page / 1048576, need / 1048576);
	if ((double)pressure * page < need)
		doctor_mend(row, "sysctl -w net.ipv4.tcp_mem='%llu %.0f %.0f'", low,
			    4 * need / page, 6 * need / page);
}

static void look_receive(const struct doctor *d, struct doctor_row *row)
{
	/* Half of it is for the kernel's own structs: tcp_adv_win_scale, Documentation ip-sysctl. */
	look_buffer(d, row, "/proc/sys/net/ipv4/tcp_rmem", "net.ipv4.tcp_rmem", 2);
}

static void look_send(const struct doctor *d, struct doctor_row *row)
{
	look_buffer(d, row, "/proc/sys/net/ipv4/tcp_wmem", "net.ipv4.tcp_wmem", 1);
}

const struct doctor_check doctor_plumbing_checks[] = {
	{"receive buffer", look_receive,
	 "one connection fills the path only if what is in flight (bandwidth x round-trip time) fits"},
	{"send buffer", look_send, "what is in flight stays there until it is acknowledged"},
	{"rmem_max", look_rmem_max, "a receiver that sets its own buffer gets no more"},
	{"wmem_max", look_wmem_max, "a sender that sets its own buffer gets no more"},
	{"tcp_mem", look_tcp_mem, "under pressure TCP shrinks every window"},
	{0},
};
