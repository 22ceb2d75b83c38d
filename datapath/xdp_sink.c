// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/xdp_sink.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "nic/device.h"
#include "nic/link_make.h"
#include "nic/netns.h"

#define NEAR "zcprof-out"
#define FAR  "zcprof-end"

/* The loopback device has one more. */
#define VETH_MTU_MOST 65535

void xdp_sink_init(struct xdp_sink *sink)
{
	memset(sink, 0, sizeof(*sink));
	sink->netns = sink->link = -1;
}

/* In the namespace. */
static int make_pair(struct xdp_sink *sink, unsigned int mtu, const char **what)
{
	struct netlink nl;
	unsigned int type;
	int error = netlink_open(&nl, NETLINK_ROUTE);

	*what = "make the veth pair, which datagrams are forwarded to";
	if (!error)
		error = link_make_pair(&nl, NEAR, FAR, sink->netns, mtu, mtu);
	if (!error)
		error = link_bring_up(&nl, NEAR);
	if (!error)
		error = link_bring_up(&nl, FAR);
	netlink_close(&nl);
	if (!error)
		error = device_mac(FAR, sink->macs, &type);
	if (!error)
		error = device_mac(NEAR, sink->macs + DEVICE_MAC_SIZE, &type);
	return error;
}

int xdp_sink_make(struct xdp_sink *sink, const char *device, const char **what)
{
	int mtu = device_mtu(device);
	int previous, error;

	*what = "tell how long a packet of it may be";
	if (mtu < 0)
		return mtu;
	*what = "make the network namespace, which datagrams are forwarded to";
	sink->netns = netns_create();
	previous = sink->netns < 0 ? sink->netns : netns_enter(sink->netns);
	if (previous < 0)
		return previous;
	error = make_pair(sink, mtu > VETH_MTU_MOST ? VETH_MTU_MOST : (unsigned int)mtu, what);
	netns_leave(previous);
	return error;
}

/* In the namespace. The program first: without one at its far end, veth takes no frames that are forwarded. */
static int join(struct xdp_sink *sink, int program, int map)
{
	LIBBPF_OPTS(bpf_link_create_opts, options);
	uint32_t key = 0, ifindex = if_nametoindex(NEAR);

	options.flags = XDP_FLAGS_DRV_MODE;
	sink->link = bpf_link_create(program, (int)if_nametoindex(FAR), BPF_XDP, &options);
	if (sink->link < 0)
		return sink->link;
	return bpf_map_update_elem(map, &key, &ifindex, BPF_ANY) ? -errno : 0;
}

int xdp_sink_join(struct xdp_sink *sink, int program, int map)
{
	int previous = netns_enter(sink->netns);
	int error;

	if (previous < 0)
		return previous;
	error = join(sink, program, map);
	netns_leave(previous);
	return error;
}

void xdp_sink_end(struct xdp_sink *sink)
{
	if (sink->link >= 0)
		close(sink->link);
	if (sink->netns >= 0)
		close(sink->netns);
}
