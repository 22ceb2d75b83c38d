// SPDX-License-Identifier: GPL-2.0-or-later
/* What this kernel's zcrx can do, and whether that is enough. */
#include <errno.h>
#include <stdio.h>

#include "datapath/zcrx.h"
#include "nic/bind.h"

/* The kernel asks for the capability before it looks at anything else. */
static bool permitted(void)
{
	struct compat_zcrx_ifq nothing = {0};
	struct io_uring ring;
	int result;

	if (io_uring_queue_init(2, &ring, 0))
		return false;
	result = compat_register(ring.ring_fd, COMPAT_REGISTER_ZCRX_IFQ, &nothing, 1);
	result = result ? errno : 0;
	io_uring_queue_exit(&ring);
	return result != EPERM;
}

bool zcrx_able(char *why, size_t size)
{
	struct zcrx_kernel kernel;
	char nic[160];

	if (!uring_able(COMPAT_OP_RECV_ZC, 0, "6.15", why, size))
		return false;
	zcrx_kernel(&kernel);
	if (!permitted()) {
		snprintf(why, size, "it takes CAP_NET_ADMIN; run it as root");
		return false;
	}
	if (kernel.nodev || binding_able(false, nic, sizeof(nic)))
		return true;
	snprintf(why, size, "%s; without a NIC (--nodev) it takes Linux 7.1", nic);
	return false;
}

/* What was asked for that this kernel has not: why, or NULL. */
static const char *lacks(const struct zcrx_kernel *kernel, const struct options *option)
{
	if (option->nodev && !kernel->nodev)
		return "this kernel's zcrx needs a NIC: --nodev takes Linux 7.1";
	if (option->set[OPTION_rx_buf_len] && !kernel->rx_buf_len)
		return "this kernel's zcrx receives into pages only: --rx-buf-len takes Linux 7.0";
	if (option->share_queue && !kernel->share)
		return "this kernel's zcrx has a queue for each ring: leave out --share-queue, or take Linux 6.19";
	/* From 6.16 on, and it can be asked from 6.19 on: the registration tells in between. */
	return NULL;
}

bool zcrx_check(const struct config *config, char *why, size_t size)
{
	struct zcrx_kernel kernel;
	const char *what;

	zcrx_kernel(&kernel);
	what = lacks(&kernel, &config->options);
	if (what)
		snprintf(why, size, "%s", what);
	return !what;
}
