// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/xdp.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <net/ethernet.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/say.h"
#include "bpf/xdp.h"
#include "bpf/xdp.skel.h"
#include "datapath/frame.h"
#include "datapath/sockets.h"
#include "datapath/xdp_sink.h"

struct xdp {
	struct xdp_bpf *program;
	int link; /* below 0: not attached */
	char device[IF_NAMESIZE];
	int ifindex;
	enum xdp_fate fate;
	bool in_stack; /* --xdp-mode tc */
	struct xdp_sink sink;
	unsigned int flows;
	unsigned int cpus;
	const struct xdp_tally *tallies; /* mapped; NULL: not */
	const uint64_t *queues;
	uint64_t at_edge[2][XDP_QUEUES_MOST]; /* what came by each queue until the window's edges */
};

static int say_quietly(enum libbpf_print_level level, const char *format, va_list args)
{
	char text[400];

	if (level == LIBBPF_DEBUG)
		return 0;
	vsnprintf(text, sizeof(text), format, args);
	text[strcspn(text, "\n")] = '\0';
	say_detail("%s", text);
	return 0;
}

bool xdp_able(char *why, size_t size)
{
	libbpf_set_print(say_quietly);
	if (libbpf_probe_bpf_prog_type(BPF_PROG_TYPE_XDP, NULL) == 1)
		return true;
	snprintf(why, size, "%s",
		 geteuid()
			 ? "the kernel takes no XDP program of this process: run as root, or grant it CAP_BPF and CAP_NET_ADMIN"
			 : "the kernel takes no XDP program, of root either: it is built without, or this is a container");
	return false;
}

const char *xdp_device(const struct xdp *x)
{
	return x->device;
}

/* ---- load and attach ---- */

static size_t tallies_of(const struct xdp *x)
{
	return (size_t)x->cpus * x->flows;
}

static size_t queues_of(const struct xdp *x)
{
	return (size_t)x->cpus * XDP_QUEUES_MOST;
}

static int set_up(struct xdp *x, const struct flows *all)
{
	struct frame_ends ends;

	if (frame_ends(all->flow[0].fd, &ends))
		return -errno;
	memcpy((void *)x->program->rodata->wanted.source, ends.there, sizeof(ends.there));
	memcpy((void *)x->program->rodata->wanted.destination, ends.here, sizeof(ends.here));
	x->program->rodata->wanted.protocol = htons(ends.ipv6 ? ETHERTYPE_IPV6 : ETHERTYPE_IP);
	x->program->rodata->wanted.port = ends.here_port;
	x->program->rodata->wanted.length = htons(sizeof(struct udphdr) + all->datagram);
	x->program->rodata->ipv6 = ends.ipv6;
	x->program->rodata->to_sockets = x->fate == XDP_FATE_SOCKETS;
	x->program->rodata->forwards = x->fate == XDP_FATE_FORWARD;
	memcpy((void *)x->program->rodata->next_hop, x->sink.macs, sizeof(x->sink.macs));
	x->program->rodata->flows = x->flows;
	bpf_map__set_max_entries(x->program->maps.tallies, tallies_of(x));
	bpf_map__set_max_entries(x->program->maps.progress, x->flows);
	bpf_map__set_max_entries(x->program->maps.queues, queues_of(x));
	bpf_map__set_max_entries(x->program->maps.queue_of, x->flows);
	bpf_map__set_max_entries(x->program->maps.sockets, x->flows);
	return 0;
}

static int name_flows(struct xdp *x, const struct flows *all)
{
	for (unsigned int i = 0; i < all->count; i++) {
		struct frame_ends ends;
		uint32_t port;
		uint32_t number = i + 1;

		if (frame_ends(all->flow[i].fd, &ends))
			return -errno;
		port = ends.there_port;
		if (bpf_map_update_elem(bpf_map__fd(x->program->maps.flow_of), &port, &number,
					BPF_ANY))
			return -errno;
	}
	return 0;
}

static const void *map_in(const struct bpf_map *map, size_t size)
{
	void *at = mmap(NULL, size, PROT_READ, MAP_SHARED, bpf_map__fd(map), 0);

	return at == MAP_FAILED ? NULL : at;
}

static int load(struct xdp *x, const struct flows *all)
{
	int error;

	x->program = xdp_bpf__open();
	if (!x->program)
		return -errno;
	bpf_program__set_autoload(x->program->progs.xdp_take, !x->in_stack);
	bpf_program__set_autoload(x->program->progs.xdp_forward, x->fate == XDP_FATE_FORWARD);
	bpf_program__set_autoload(x->program->progs.tc_take, x->in_stack);
	error = set_up(x, all);
	if (!error)
		error = xdp_bpf__load(x->program);
	if (!error)
		error = name_flows(x, all);
	if (error)
		return error;
	x->tallies = map_in(x->program->maps.tallies, tallies_of(x) * sizeof(*x->tallies));
	x->queues = map_in(x->program->maps.queues, queues_of(x) * sizeof(*x->queues));
	return x->tallies && x->queues ? 0 : -errno;
}

/* include/uapi/linux/bpf.h of Linux 6.6 */
#define TCX_INGRESS 46

static int attach(struct xdp *x, const char *mode)
{
	const struct bpf_program *program = x->fate == XDP_FATE_FORWARD
						    ? x->program->progs.xdp_forward
						    : x->program->progs.xdp_take;
	LIBBPF_OPTS(bpf_link_create_opts, options);

	if (x->in_stack) {
		x->link = bpf_link_create(bpf_program__fd(x->program->progs.tc_take), x->ifindex,
					  TCX_INGRESS, &options);
		return x->link < 0 ? x->link : 0;
	}
	if (!strcmp(mode, "native"))
		options.flags = XDP_FLAGS_DRV_MODE;
	if (!strcmp(mode, "generic"))
		options.flags = XDP_FLAGS_SKB_MODE;
	x->link = bpf_link_create(bpf_program__fd(program), x->ifindex, BPF_XDP, &options);
	return x->link < 0 ? x->link : 0;
}

static int refused(struct flow *f, const struct xdp *x, const char *what, int error)
{
	if (x->in_stack && error == -EINVAL)
		return flow_unable(f, "%s was refused: --xdp-mode tc takes Linux 6.6 (tcx)", what);
	switch (error) {
	case -EPERM:
	case -EACCES:
		return flow_unable(f,
				   "%s was not allowed: run as root, or grant the program CAP_BPF, CAP_NET_ADMIN and CAP_NET_RAW",
				   what);
	case -EBUSY:
	case -EEXIST:
		return flow_unable(f,
				   "%s has an XDP program already, and takes no second: see 'ip link show dev %s', and take that off first",
				   x->device, x->device);
	case -EOPNOTSUPP:
		return flow_unable(f,
				   "the driver of %s runs no XDP programs itself: give --xdp-mode generic, or auto",
				   x->device);
	case -ERANGE:
	case -EINVAL:
		return flow_unable(f,
				   "%s was refused by %s: %s; its driver may want a smaller --mtu, fewer queues, or no LRO",
				   what, x->device, strerror(-error));
	}
	return flow_unable(f, "%s failed at %s: %s; --verbose says more", what, x->device,
			   strerror(-error));
}

/* The programs, and where forwarded datagrams come to, which is there before they are. */
static int set_out(struct xdp *x, struct flows *all)
{
	struct flow *first = &all->flow[0];
	bool forward = x->fate == XDP_FATE_FORWARD;
	const char *what = "";
	int error = forward ? xdp_sink_make(&x->sink, x->device, &what) : 0;

	if (error)
		return flow_unable(first, "cannot %s, which datagrams are forwarded to: %s", what,
				   strerror(-error));
	error = load(x, all);
	if (error)
		return refused(first, x, "loading the XDP program", error);
	if (forward)
		error = xdp_sink_join(&x->sink, bpf_program__fd(x->program->progs.xdp_take),
				      bpf_map__fd(x->program->maps.next));
	return error ? flow_unable(first, "cannot forward to a veth pair by XDP: %s; take Linux 6.3",
				   strerror(-error))
		     : 0;
}

int xdp_begin(struct xdp **made, struct flows *all, enum xdp_fate fate)
{
	struct flow *first = &all->flow[0];
	struct xdp *x = calloc(1, sizeof(*x));
	int error;

	*made = NULL;
	if (!x)
		return flow_fail(first, "no memory left for the XDP program");
	*made = x;
	x->link = -1;
	x->fate = fate;
	xdp_sink_init(&x->sink);
	x->in_stack = !strcmp(first->config->options.xdp_mode, "tc");
	x->flows = all->count;
	libbpf_set_print(say_quietly);
	x->cpus = libbpf_num_possible_cpus();
	if (socket_device(first->fd, x->device))
		return flow_unable(first,
				   "the device of the flows is not known, so that no XDP program can be attached there");
	x->ifindex = (int)if_nametoindex(x->device);
	if (set_out(x, all))
		return -1;
	error = attach(x, first->config->options.xdp_mode);
	return error ? refused(first, x, "attaching the XDP program", error) : 0;
}

int xdp_socket(struct xdp *x, unsigned int flow, unsigned int queue, int socket)
{
	uint32_t key = flow;

	if (bpf_map_update_elem(bpf_map__fd(x->program->maps.queue_of), &key, &queue, BPF_ANY) ||
	    bpf_map_update_elem(bpf_map__fd(x->program->maps.sockets), &key, &socket, BPF_ANY))
		return -errno;
	return 0;
}

void xdp_end(struct xdp *x)
{
	if (!x)
		return;
	if (x->link >= 0)
		close(x->link);
	if (x->tallies)
		munmap((void *)x->tallies, tallies_of(x) * sizeof(*x->tallies));
	if (x->queues)
		munmap((void *)x->queues, queues_of(x) * sizeof(*x->queues));
	xdp_bpf__destroy(x->program);
	xdp_sink_end(&x->sink);
	free(x);
}

/* ---- what it counts ---- */

uint64_t xdp_seen(const struct xdp *x, unsigned int flow)
{
	uint64_t datagrams = 0;

	for (unsigned int cpu = 0; cpu < x->cpus; cpu++)
		datagrams +=
			counter_read((const uint64_t *)&x->tallies[(size_t)cpu * x->flows + flow]
					     .datagrams);
	return datagrams;
}

/*
 * What is missing is what the highest number says beyond those that came; a number that came late had been
 * missing until then. Read while the program counts on, so that a figure only ever grows.
 */
void xdp_look(const struct xdp *x, struct flow *f)
{
	struct counters *c = &f->counters;
	uint64_t datagrams = 0;
	uint64_t misplaced = 0;
	uint64_t jumped = 0;
	uint64_t late = 0;
	uint64_t next = 0;

	for (unsigned int cpu = 0; cpu < x->cpus; cpu++) {
		const struct xdp_tally *t = &x->tallies[(size_t)cpu * x->flows + f->number];
		uint64_t above = counter_read((const uint64_t *)&t->next);

		next = above > next ? above : next;
		late += counter_read((const uint64_t *)&t->late);
		jumped += counter_read((const uint64_t *)&t->jumped);
		datagrams += counter_read((const uint64_t *)&t->datagrams);
		misplaced += counter_read((const uint64_t *)&t->misplaced);
	}
	count_up_to(&c->event[EVENT_xdp_misplaced], misplaced);
	if (x->fate == XDP_FATE_SOCKETS)
		return;
	count_up_to(&c->event[EVENT_datagrams], datagrams);
	count_up_to(&c->event[EVENT_datagrams_late], late);
	count_up_to(&c->event[EVENT_datagrams_jumped], jumped);
	count_up_to(&c->event[EVENT_datagrams_missed],
		    next > datagrams ? next - datagrams + late : late);
	count_up_to(&c->receive_size[histogram_bucket(f->all->datagram)], datagrams);
	count_up_to(&c->bytes, datagrams * f->all->datagram);
}

static const char *mode_of(const struct xdp *x)
{
	LIBBPF_OPTS(bpf_xdp_query_opts, query);

	if (x->in_stack)
		return "tc: where the stack begins";
	if (bpf_xdp_query(x->ifindex, 0, &query))
		return NULL;
	switch (query.attach_mode) {
	case XDP_ATTACHED_DRV:
		return "native";
	case XDP_ATTACHED_SKB:
		return "generic: after the skb was made";
	case XDP_ATTACHED_HW:
		return "offloaded";
	}
	return NULL;
}

void xdp_edge(struct xdp *x)
{
	memcpy(x->at_edge[0], x->at_edge[1], sizeof(x->at_edge[0]));
	for (unsigned int queue = 0; queue < XDP_QUEUES_MOST; queue++) {
		uint64_t datagrams = 0;

		for (unsigned int cpu = 0; cpu < x->cpus; cpu++)
			datagrams += counter_read(&x->queues[cpu * XDP_QUEUES_MOST + queue]);
		x->at_edge[1][queue] = datagrams;
	}
}

/* Which queues the flows were placed on. */
static void write_queues(const struct xdp *x, struct writer *w)
{
	for (unsigned int queue = 0; queue < XDP_QUEUES_MOST; queue++) {
		uint64_t datagrams = x->at_edge[1][queue] - x->at_edge[0][queue];
		char key[12];

		snprintf(key, sizeof(key), "%u", queue);
		if (datagrams)
			writer_u64(w, WINDOW, END_RX, METRIC_path_queue_datagrams, key, datagrams);
	}
}

void xdp_given(const struct xdp *x, struct writer *w)
{
	const char *mode = mode_of(x);

	if (mode)
		writer_fact(w, END_RX, METRIC_path_given, "xdp", mode);
	write_queues(x, w);
}
