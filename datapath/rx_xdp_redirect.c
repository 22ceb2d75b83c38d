// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * rx xdp_redirect: an XDP program sends the run's datagrams on by another device, from where the driver has them. That is one
 * end of a veth pair of this process' own; at its other end they are counted, and dropped.
 */
#include "datapath/path.h"
#include "datapath/udp.h"
#include "datapath/xdp.h"
#include "datapath/xdp_drop.h"

static int rx_xdp_redirect_prepare(struct flows *all)
{
	return drop_prepare(all) ? -1
				 : xdp_begin((struct xdp **)&all->shared, all, XDP_FATE_FORWARD);
}

const struct path path_rx_xdp_redirect = {
	.name = "xdp_redirect",
	.end = END_RX,
	.what = "an XDP program that forwards datagrams to a veth pair, behind which they are counted and dropped; takes --udp at the sender",
	.prepare = rx_xdp_redirect_prepare,
	XDP_COUNTED_VERBS,
};
