// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * rx xdp_drop: an XDP program counts the run's datagrams where the driver has them, and drops them there.
 * No thread touches any of it; this one waits for the end.
 */
#include "datapath/path.h"
#include "datapath/udp.h"
#include "datapath/xdp.h"
#include "datapath/xdp_drop.h"

static int rx_xdp_drop_prepare(struct flows *all)
{
	return drop_prepare(all) ? -1 : xdp_begin((struct xdp **)&all->shared, all, XDP_FATE_DROP);
}

const struct path path_rx_xdp_drop = {
	.name = "xdp_drop",
	.end = END_RX,
	.what = "an XDP program that drops datagrams in the driver, and counts them; takes --udp at the sender",
	.prepare = rx_xdp_drop_prepare,
	XDP_COUNTED_VERBS,
};
