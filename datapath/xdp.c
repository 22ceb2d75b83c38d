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
#include "datapath/xdp_tally.h"

struct xdp {
	struct xdp_bpf *program;
	struct bpf_program *at_device; /* of those that it has */
	struct bpf_program *at_sink;   /* XDP_FATE_FORWARD: behind the other */
	int link;		       /* below 0: not attached */
	char device[IF_NAMESIZE];
	int ifindex;
	enum xdp_fate fate;
	bool in_stack; /* --xdp-mode tc */
	struct xdp_sink sink;
	unsigned int flows;
	unsigned int cpus;
	bool are_few; /* tallies: they are the program's own memory, and no map */
	const struct xdp_tally *tallies; /* of a flow those of all CPUs; NULL: not mapped */
	const struct xdp_progress *progress;
	const uint64_t *elsewhere;
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

static const struct xdp_tally *tally_at(const struct xdp *x, unsigned int flow, unsigned int cpu)
{
	return &x->tallies[(size_t)flow * x->cpus + cpu];
}

static size_t many_bytes(const struct xdp *x)
{
	return tallies_of(x) * sizeof(struct xdp_tally);
}

static size_t queues_of(const struct xdp *x)
{
	return (size_t)x->cpus * XDP_QUEUES_MOST;
}

static void want(struct xdp *x, const struct frame_ends *ends, uint16_t length)
{
	struct xdp_wanted *wanted = (struct xdp_wanted *)&x->program->rodata->wanted;
	size_t size = ends->ipv6 ? sizeof(ends->there) : sizeof(ends->there[0]);

	memcpy(wanted->addresses, ends->there, size);
	memcpy((char *)wanted->addresses + size, ends->here, size);
	wanted->port = ends->here_port;
	wanted->length = length;
}

static int set_up(struct xdp *x, const struct flows *all)
{
	struct frame_ends ends;

	if (frame_ends(all->flow[0].fd, &ends))
		return -errno;
	want(x, &ends, htons(sizeof(struct udphdr) + all->datagram));
	x->program->rodata->ipv6 = ends.ipv6;
	x->program->rodata->to_sockets = x->fate == XDP_FATE_SOCKETS;
	x->program->rodata->forwards = x->fate == XDP_FATE_FORWARD;
	memcpy((void *)x->program->rodata->next_hop, x->sink.macs, sizeof(x->sink.macs));
	x->program->rodata->are_few = x->are_few;
	for (unsigned int port = 0; port < XDP_PORTS; port++)
		x->program->bss->flow_of[port].first = XDP_NOBODY;
	if (!x->are_few)
		bpf_map__set_max_entries(x->program->maps.many, tallies_of(x));
	bpf_map__set_max_entries(x->program->maps.progress, x->flows);
	bpf_map__set_max_entries(x->program->maps.elsewhere, queues_of(x));
	bpf_map__set_max_entries(x->program->maps.queue_of, x->flows);
	bpf_map__set_max_entries(x->program->maps.sockets, x->flows);
	return 0;
}

static int name_flows(struct xdp *x, const struct flows *all)
{
	for (unsigned int i = 0; i < all->count; i++) {
		struct frame_ends ends;

		if (frame_ends(all->flow[i].fd, &ends))
			return -errno;
		x->program->bss->flow_of[ends.there_port] =
			(struct xdp_flow){.first = i * x->cpus, .number = i};
	}
	return 0;
}

/* The quickest that can take them. */
static struct bpf_program *quickest(const struct xdp *x)
{
	if (x->in_stack)
		return x->program->progs.tc_take;
	if (x->fate == XDP_FATE_SOCKETS || !x->are_few)
		return x->program->progs.xdp_take;
	return x->program->rodata->ipv6 ? x->program->progs.xdp_drop_ipv6
					: x->program->progs.xdp_drop_ipv4;
}

/* No other is loaded. */
static void choose(struct xdp *x)
{
	struct bpf_program *program = NULL;

	x->at_device = x->at_sink = quickest(x);
	if (x->fate == XDP_FATE_FORWARD)
		x->at_device = x->program->progs.xdp_forward;
	while ((program = bpf_object__next_program(x->program->obj, program)))
		bpf_program__set_autoload(program, program == x->at_device || program == x->at_sink);
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
	error = set_up(x, all);
	choose(x);
	if (!error)
		error = xdp_bpf__load(x->program);
	if (!error)
		error = name_flows(x, all);
	if (error)
		return error;
	x->tallies =
		x->are_few ? x->program->bss->few : map_in(x->program->maps.many, many_bytes(x));
	x->progress = map_in(x->program->maps.progress, x->flows * sizeof(*x->progress));
	x->elsewhere = map_in(x->program->maps.elsewhere, queues_of(x) * sizeof(*x->elsewhere));
	return x->tallies && x->progress && x->elsewhere ? 0 : -errno;
}

/* include/uapi/linux/bpf.h of Linux 6.6 */
#define TCX_INGRESS 46

static int attach(struct xdp *x, const char *mode)
{
	LIBBPF_OPTS(bpf_link_create_opts, options);

	if (x->in_stack) {
		x->link = bpf_link_create(bpf_program__fd(x->at_device), x->ifindex, TCX_INGRESS,
					  &options);
		return x->link < 0 ? x->link : 0;
	}
	if (!strcmp(mode, "native"))
		options.flags = XDP_FLAGS_DRV_MODE;
	if (!strcmp(mode, "generic"))
		options.flags = XDP_FLAGS_SKB_MODE;
	x->link = bpf_link_create(bpf_program__fd(x->at_device), x->ifindex, BPF_XDP, &options);
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
		return flow_unable(first, "%s: cannot %s: %s", x->device, what, strerror(-error));
	error = load(x, all);
	if (error)
		return refused(first, x, "loading the XDP program", error);
	if (forward)
		error = xdp_sink_join(&x->sink, bpf_program__fd(x->at_sink),
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
	x->are_few = tallies_of(x) <= XDP_FEW;
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
	uint32_t home = queue + 1;
	uint32_t key = flow;

	if (bpf_map_update_elem(bpf_map__fd(x->program->maps.queue_of), &key, &home, BPF_ANY) ||
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
	if (x->tallies && !x->are_few)
		munmap((void *)x->tallies, many_bytes(x));
	if (x->progress)
		munmap((void *)x->progress, x->flows * sizeof(*x->progress));
	if (x->elsewhere)
		munmap((void *)x->elsewhere, queues_of(x) * sizeof(*x->elsewhere));
	xdp_bpf__destroy(x->program);
	xdp_sink_end(&x->sink);
	free(x);
}

/* ---- what it counts ---- */

uint64_t xdp_seen(const struct xdp *x, unsigned int flow)
{
	uint64_t datagrams = 0;

	for (unsigned int cpu = 0; cpu < x->cpus; cpu++)
		datagrams += counter_read((const uint64_t *)&tally_at(x, flow, cpu)->datagrams);
	return datagrams;
}

/* Read while the program counts on, so that a figure only ever grows. */
void xdp_look(const struct xdp *x, struct flow *f)
{
	struct counters *c = &f->counters;
	struct xdp_sum sum = {0};

	for (unsigned int cpu = 0; cpu < x->cpus; cpu++)
		xdp_tally_add(tally_at(x, f->number, cpu), &sum);
	if (x->fate == XDP_FATE_SOCKETS) {
		count_up_to(&c->event[EVENT_xdp_misplaced], sum.elsewhere);
		return;
	}
	count_up_to(&c->event[EVENT_datagrams], sum.datagrams);
	count_up_to(&c->event[EVENT_datagrams_late], sum.late);
	count_up_to(&c->event[EVENT_datagrams_jumped],
		    counter_read((const uint64_t *)&x->progress[f->number].jumped));
	count_up_to(&c->event[EVENT_datagrams_missed], xdp_tally_missed(&sum));
	count_up_to(&c->receive_size[histogram_bucket(f->all->datagram)], sum.datagrams);
	count_up_to(&c->bytes, sum.datagrams * f->all->datagram);
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
	uint64_t *now = x->at_edge[1];

	memcpy(x->at_edge[0], now, sizeof(x->at_edge[0]));
	memset(now, 0, sizeof(x->at_edge[1]));
	/* Of forwarded ones a tally has the queue behind. */
	for (size_t i = 0; x->fate != XDP_FATE_FORWARD && i < tallies_of(x); i++)
		xdp_tally_queue(&x->tallies[i], now);
	for (size_t i = 0; i < queues_of(x); i++)
		now[i % XDP_QUEUES_MOST] += counter_read(&x->elsewhere[i]);
}

/* Which queues the flows were placed on. */
static void write_queues(const struct xdp *x, struct writer *w)
{
	for (unsigned int queue = 0; queue < XDP_QUEUES_MOST; queue++) {
		const uint64_t *at_edge[] = {&x->at_edge[0][queue], &x->at_edge[1][queue]};
		char key[12];

		snprintf(key, sizeof(key), "%u", queue);
		if (*at_edge[1] > *at_edge[0])
			writer_u64(w, WINDOW, END_RX, METRIC_path_queue_datagrams, key,
				   *at_edge[1] - *at_edge[0]);
	}
}

void xdp_given(const struct xdp *x, struct writer *w)
{
	const char *mode = mode_of(x);

	if (mode)
		writer_fact(w, END_RX, METRIC_path_given, "xdp", mode);
	write_queues(x, w);
}
