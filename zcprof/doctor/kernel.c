// SPDX-License-Identifier: GPL-2.0-or-later
/* What this kernel was built with, by asking io_uring and TCP, and by the functions that it has. */
#include <errno.h>
#include <linux/io_uring.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "nic/zcrx_kernel.h"
#include "zcprof/doctor/doctor.h"

/* Of newer kernels' linux/io_uring.h. */
enum { OP_SEND_ZC = 47, OP_RECV_ZC = 58, OPS = 256 };
#define FEAT_NO_IOWAIT (1U << 17)

struct uring {
	int error; /* of io_uring_setup(2) */
	unsigned int features;
	bool supports[OPS];
};

static void ask_uring(struct uring *u)
{
	struct {
		struct io_uring_probe head;
		struct io_uring_probe_op ops[OPS];
	} probe = {0};
	struct io_uring_params params = {0};
	int fd = (int)syscall(SYS_io_uring_setup, 1, &params);

	*u = (struct uring){.error = fd < 0 ? errno : 0, .features = params.features};
	if (fd < 0)
		return;
	if (!syscall(SYS_io_uring_register, fd, IORING_REGISTER_PROBE, &probe, OPS))
		for (int i = 0; i < OPS && i < probe.head.ops_len; i++)
			u->supports[probe.ops[i].op] = probe.ops[i].flags & IO_URING_OP_SUPPORTED;
	close(fd);
}

/* What no command of this machine's adds, but another kernel has. */
static void judge(struct doctor_row *row, const struct uring *u, bool has, const char *feature,
		  const char *needs)
{
	if (u->error)
		doctor_found(row, DOCTOR_MISSING, "io_uring cannot be used here: %s",
			     strerror(u->error));
	else if (has)
		doctor_found(row, DOCTOR_OK, "%s", feature);
	else
		doctor_found(row, DOCTOR_MISSING, "this kernel has no %s: %s", feature, needs);
}

static void look_send_zc(const struct doctor *d, struct doctor_row *row)
{
	struct uring u;

	(void)d;
	ask_uring(&u);
	judge(row, &u, u.supports[OP_SEND_ZC], "IORING_OP_SEND_ZC", "it takes 6.0");
}

static void look_zcrx(const struct doctor *d, struct doctor_row *row)
{
	char has[256] = "IORING_OP_RECV_ZC, with all that zcpath knows of", lacks[200];
	struct zcrx_kernel kernel;
	struct uring u;

	(void)d;
	ask_uring(&u);
	zcrx_kernel(&kernel);
	zcrx_kernel_lacks(&kernel, lacks, sizeof(lacks));
	if (lacks[0])
		snprintf(has, sizeof(has), "IORING_OP_RECV_ZC, without %s", lacks);
	judge(row, &u, u.supports[OP_RECV_ZC], u.supports[OP_RECV_ZC] ? has : "IORING_OP_RECV_ZC",
	      "it takes 6.15 with CONFIG_IO_URING_ZCRX");
}

static void look_no_iowait(const struct doctor *d, struct doctor_row *row)
{
	struct uring u;

	(void)d;
	ask_uring(&u);
	judge(row, &u, u.features & FEAT_NO_IOWAIT, "IORING_FEAT_NO_IOWAIT", "it takes 6.15");
}

/* For each of names whether the kernel has such a function; -1 where it does not tell. */
static int has_functions(const struct doctor *d, const char *const *names, size_t count, bool *has)
{
	char path[512], line[512], name[256];
	FILE *in;

	snprintf(path, sizeof(path), "%s/proc/kallsyms", d->root);
	in = fopen(path, "re");
	if (!in)
		return -1;
	memset(has, 0, count * sizeof(*has));
	while (fgets(line, sizeof(line), in)) {
		if (sscanf(line, "%*s %*c %255s", name) != 1)
			continue;
		for (size_t i = 0; i < count; i++)
			has[i] = has[i] || !strcmp(name, names[i]);
	}
	fclose(in);
	return 0;
}

static void look_devmem(const struct doctor *d, struct doctor_row *row)
{
	static const char *const names[] = {"net_devmem_bind_dmabuf", "netdev_nl_bind_tx_doit"};
	bool has[2];

	if (has_functions(d, names, 2, has))
		doctor_found(row, DOCTOR_UNKNOWN, "/proc/kallsyms cannot be read");
	else if (has[0])
		doctor_found(row, has[1] ? DOCTOR_OK : DOCTOR_BETTER, "%s",
			     has[1] ? "to receive and to send"
				    : "to receive only: sending takes 6.16");
	else
		doctor_found(row, DOCTOR_MISSING,
			     "this kernel has no devmem TCP: it takes 6.12 with CONFIG_NET_DEVMEM");
}

/* A TCP socket can be mapped, and its pages asked for: nothing needs to be connected for that. */
static void look_mmap(const struct doctor *d, struct doctor_row *row)
{
	long page = sysconf(_SC_PAGESIZE);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	void *map = fd < 0 ? MAP_FAILED : mmap(NULL, page, PROT_READ, MAP_SHARED, fd, 0);
	struct tcp_zerocopy_receive zc = {.address = (uintptr_t)map, .length = page};
	socklen_t size = sizeof(zc);

	(void)d;
	if (map == MAP_FAILED || getsockopt(fd, IPPROTO_TCP, TCP_ZEROCOPY_RECEIVE, &zc, &size))
		doctor_found(row, DOCTOR_MISSING,
			     "this kernel cannot map what a TCP socket received (%s): it takes 5.11",
			     strerror(errno));
	else
		doctor_found(row, DOCTOR_OK, "TCP_ZEROCOPY_RECEIVE");
	if (map != MAP_FAILED)
		munmap(map, page);
	if (fd >= 0)
		close(fd);
}

static void look_pool_stats(const struct doctor *d, struct doctor_row *row)
{
	static const char *const names[] = {"page_pool_get_stats"};
	bool has;

	if (has_functions(d, names, 1, &has))
		doctor_found(row, DOCTOR_UNKNOWN, "/proc/kallsyms cannot be read");
	else if (has)
		doctor_found(row, DOCTOR_OK, "the kernel counts them");
	else
		doctor_found(row, DOCTOR_BETTER,
			     "this kernel does not count them: it takes CONFIG_PAGE_POOL_STATS");
}

const struct doctor_check doctor_kernel_checks[] = {
	{"send_zc", look_send_zc, "tx send_zc sends by it"},
	{"mmap", look_mmap, "rx mmap receives by it"},
	{"zcrx", look_zcrx, "rx zcrx receives by it"},
	{"no_iowait", look_no_iowait,
	 "without it a wait for completions counts as iowait, and keeps CPUs out of deep idle states"},
	{"devmem", look_devmem, "rx devmem and tx devmem are that"},
	{"page_pool statistics", look_pool_stats,
	 "they say for each pool what came from its cache and what did not, at no cost"},
	{0},
};
