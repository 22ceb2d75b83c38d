/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where XDP_REDIRECT forwards to: a veth pair in a network namespace of this process' own, which nobody else sees and which
 * is gone with the process, however that ends. What is sent into its one end, a program at its other counts and drops.
 *
 *   xdp_sink_init()
 *   xdp_sink_make()  the namespace and the pair
 *   xdp_sink_join()  the program that counts, at the far end; and the near one in a map of devices
 *   xdp_sink_end()   fine after either
 *
 * Both return 0 or a negative errno. A map of devices finds them in the namespace of who fills it, and forwards from any
 * (dev_map_update_elem(), kernel/bpf/devmap.c), so that the pair need not be beside the device that it is forwarded from.
 */
#ifndef DATAPATH_XDP_SINK_H
#define DATAPATH_XDP_SINK_H

struct xdp_sink {
	int netns;		/* below 0: none */
	int link;		/* the same */
	unsigned char macs[12]; /* as frames to it begin: the far end's, and the near one's */
};

void xdp_sink_init(struct xdp_sink *sink);
/* device: that is forwarded from, whose packets have to fit. what: the step that failed. */
int xdp_sink_make(struct xdp_sink *sink, const char *device, const char **what);
int xdp_sink_join(struct xdp_sink *sink, int program, int map);
void xdp_sink_end(struct xdp_sink *sink);

#endif
