// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernel's view of the data connections: tcp_info by sock_diag. The flows are looked for once,
 * when they are connected; at the edges each is asked for by its whole address, because a dump
 * walks every connection of the machine.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "collectors/list.h"
#include "collectors/kit/sockdiag.h"
#include "nic/netns.h"

struct flow {
	struct inet_diag_sockid id;
	uint8_t family;
	uint32_t inode;
	uint16_t sender_port; /* the same at both ends, so it joins them */
	int fd;		      /* at the sender: in the order in which flows were connected */
	unsigned int number;
	int lost[EDGE_COUNT]; /* a negative errno; ENOENT: it is not there */
	struct tcp_info info[EDGE_COUNT];
	uint32_t memory[SK_MEMINFO_VARS]; /* at the later edge */
};

struct side {
	bool here;
	struct netlink netlink;
	struct flow *flows;
	size_t count;
	uint64_t spread_ns[EDGE_COUNT]; /* from the first flow that was asked for to the last */
	bool asking;			/* the thread is there */
	pthread_t thread;
	sem_t go; /* for each edge once; anything more ends the thread */
	sem_t done;
};

struct tcp {
	const struct measurement *run;
	struct side side[END_COUNT]; /* END_HOST is unused */
};

/* ---- which flows there are ---- */

struct search {
	struct side *side;
	bool is_rx;
	uint16_t data_port;
	int error;
};

static int take_flow(const struct nlmsghdr *nlh, void *data)
{
	struct search *s = data;
	const struct inet_diag_msg *m = mnl_nlmsg_get_payload(nlh);
	uint16_t local = ntohs(m->id.idiag_sport);
	uint16_t remote = ntohs(m->id.idiag_dport);
	struct flow *grown;

	if (s->data_port && (s->is_rx ? local : remote) != s->data_port)
		return MNL_CB_OK;
	grown = reallocarray(s->side->flows, s->side->count + 1, sizeof(*grown));
	if (!grown) {
		s->error = -ENOMEM;
		return MNL_CB_STOP;
	}
	s->side->flows = grown;
	grown[s->side->count++] = (struct flow){
		.id = m->id,
		.family = m->idiag_family,
		.inode = m->idiag_inode,
		.sender_port = s->is_rx ? remote : local,
		.fd = -1,
	};
	return MNL_CB_OK;
}

static int find_flows(struct side *side, bool is_rx, uint16_t data_port)
{
	struct search search = {side, is_rx, data_port, 0};
	int error = sockdiag_list(&side->netlink, TCP_STATE_ESTABLISHED, is_rx ? data_port : 0,
				  is_rx ? 0 : data_port, take_flow, &search);

	return error ? error : search.error;
}

static int by_inode(const void *a, const void *b)
{
	const struct flow *f = a;
	const struct flow *g = b;

	return (f->inode > g->inode) - (f->inode < g->inode);
}

/* Flows are in the order of inodes here. */
static void take_fd(void *data, pid_t tid, int fd, uint32_t inode)
{
	struct side *side = data;
	const struct flow key = {.inode = inode};
	struct flow *found = side->count ? bsearch(&key, side->flows, side->count,
						   sizeof(*side->flows), by_inode)
					 : NULL;

	(void)tid;
	if (found)
		found->fd = fd;
}

static void take_fds(void *data, pid_t pid)
{
	sockdiag_sockets(pid, take_fd, data);
}

static void find_fds(struct side *side, const struct target *target)
{
	if (side->count)
		qsort(side->flows, side->count, sizeof(*side->flows), by_inode);
	target_each(target, take_fds, side);
}

/* Of all connections of the namespace only those of the end's processes are left. */
static void keep_own(struct side *side, const struct target *target)
{
	size_t kept = 0;

	if (target->kind == TARGET_NETNS)
		return;
	find_fds(side, target);
	for (size_t i = 0; i < side->count; i++)
		if (side->flows[i].fd >= 0)
			side->flows[kept++] = side->flows[i];
	side->count = kept;
}

static int by_order(const void *a, const void *b)
{
	const struct flow *f = a;
	const struct flow *g = b;

	return f->fd != g->fd
		       ? (f->fd > g->fd) - (f->fd < g->fd)
		       : (f->sender_port > g->sender_port) - (f->sender_port < g->sender_port);
}

/*
 * The receiver's flows have those of the sender's: by the sender's ports, of which there are 64 Ki.
 * only: a flow that is none of the sender's is a stranger's.
 */
static void take_numbers(struct side *rx, const struct side *tx, bool only)
{
	unsigned int *numbers = calloc(UINT16_MAX + 1, sizeof(*numbers));
	size_t kept = 0;

	if (!numbers)
		return;
	/* 0: none. Of two with one port, at other addresses, the first. */
	for (size_t i = tx->count; i-- > 0;)
		numbers[tx->flows[i].sender_port] = tx->flows[i].number + 1;
	for (size_t i = 0; i < rx->count; i++) {
		struct flow f = rx->flows[i];

		if (numbers[f.sender_port])
			f.number = numbers[f.sender_port] - 1;
		else if (only)
			continue;
		rx->flows[kept++] = f;
	}
	rx->count = kept;
	free(numbers);
}

/* Whoever connects to the data port is no flow of the run: false where the descriptors do not tell. */
static bool drop_strangers(struct side *tx)
{
	size_t kept = 0;

	for (size_t i = 0; i < tx->count; i++)
		if (tx->flows[i].fd >= 0)
			tx->flows[kept++] = tx->flows[i];
	if (kept)
		tx->count = kept;
	return kept;
}

/*
 * The sender's numbers where it is here, for both ends; else by the sender's ports. zcpath connects
 * its flows one after the other, so its descriptors are in their order.
 */
static void number_flows(struct tcp *t)
{
	struct side *rx = &t->side[END_RX];
	struct side *tx = &t->side[END_TX];
	bool known;

	if (tx->here)
		find_fds(tx, &t->run->target[END_TX]);
	known = t->run->data_port && drop_strangers(tx);
	for (int end = END_RX; end <= END_TX; end++) {
		struct side *side = &t->side[end];

		if (side->count)
			qsort(side->flows, side->count, sizeof(*side->flows), by_order);
		for (size_t i = 0; i < side->count; i++)
			side->flows[i].number = i;
	}
	take_numbers(rx, tx, known);
}

static int open_side(struct tcp *t, enum record_end end)
{
	const struct target *target = &t->run->target[end];
	struct side *side = &t->side[end];
	int previous = -1;
	int error;

	if (target->netns >= 0) {
		previous = netns_enter(target->netns);
		if (previous < 0)
			return previous;
	}
	/* The socket stays in the namespace that it was made in. */
	error = netlink_open(&side->netlink, NETLINK_SOCK_DIAG);
	if (previous >= 0)
		netns_leave(previous);
	side->here = !error;
	if (!error)
		error = find_flows(side, end == END_RX, t->run->data_port);
	if (!error && !t->run->data_port)
		keep_own(side, target);
	return error;
}

/* ---- the edges ---- */

static void ask_flow(struct netlink *nl, struct flow *f, enum edge edge)
{
	f->lost[edge] = sockdiag_ask(nl, f->family, &f->id, &f->info[edge],
				     edge == EDGE_CLOSE ? f->memory : NULL);
}

static void *ask_side(void *data)
{
	struct side *side = data;
	uint64_t first;

	for (int edge = 0; edge < EDGE_COUNT; edge++) {
		while (sem_wait(&side->go))
			;
		if (!side->asking)
			break;
		first = clock_ns();
		for (size_t i = 0; i < side->count; i++) {
			side->spread_ns[edge] = clock_ns() - first;
			ask_flow(&side->netlink, &side->flows[i], edge);
		}
		sem_post(&side->done);
	}
	return NULL;
}

/* At once where that is allowed: at the close the flows will not be there for long. */
static int start_asking(struct side *side)
{
	const struct sched_param urgent = {.sched_priority = sched_get_priority_min(SCHED_FIFO)};
	pthread_attr_t attributes;
	int error;

	sem_init(&side->go, 0, 0);
	sem_init(&side->done, 0, 0);
	side->asking = true;
	pthread_attr_init(&attributes);
	pthread_attr_setinheritsched(&attributes, PTHREAD_EXPLICIT_SCHED);
	pthread_attr_setschedpolicy(&attributes, SCHED_FIFO);
	pthread_attr_setschedparam(&attributes, &urgent);
	error = pthread_create(&side->thread, &attributes, ask_side, side);
	if (error == EPERM)
		error = pthread_create(&side->thread, NULL, ask_side, side);
	pthread_attr_destroy(&attributes);
	side->asking = !error;
	return -error;
}

static int tcp_snapshot(void *state, enum edge edge)
{
	struct tcp *t = state;

	(void)edge; /* the threads count for themselves */
	for (int end = END_RX; end <= END_TX; end++)
		if (t->side[end].asking)
			sem_post(&t->side[end].go);
	return 0;
}

static int tcp_open(void **state, const struct measurement *run, const char **means, char *why,
		    size_t why_size)
{
	struct tcp *t = calloc(1, sizeof(*t));
	size_t count = 0;

	*state = t;
	if (!t) {
		snprintf(why, why_size, "no memory left");
		return -1;
	}
	t->run = run;
	if (!target_here(&run->target[END_RX]) && !target_here(&run->target[END_TX])) {
		snprintf(why, why_size, "no end of the traffic is on this machine");
		return -1;
	}
	for (int end = END_RX; end <= END_TX; end++) {
		int error = target_here(&run->target[end]) ? open_side(t, end) : 0;

		if (error) {
			snprintf(why, why_size, "cannot ask sock_diag for the connections: %s%s",
				 strerror(-error),
				 error == -ENOENT ? " (CONFIG_INET_TCP_DIAG, or the module tcp_diag)"
						  : "");
			return -1;
		}
		count += t->side[end].count;
	}
	if (!count) {
		if (run->data_port)
			snprintf(why, why_size, "no connection uses the data port %u",
				 run->data_port);
		else
			snprintf(why, why_size,
				 "no process of the run had a TCP connection when the window opened, and those that come later have no rows of their own");
		return -1;
	}
	number_flows(t);
	for (int end = END_RX; end <= END_TX; end++) {
		int error = t->side[end].count ? start_asking(&t->side[end]) : 0;

		if (error) {
			snprintf(why, why_size, "cannot start a thread: %s", strerror(-error));
			return -1;
		}
	}
	*means = "sock_diag";
	return 0;
}

/* ---- the rows ---- */

/* One that was reset by its owner forgets what it did (tcp_disconnect()), and counts anew if it connects again. */
static bool was_lost(const struct flow *f)
{
	const struct tcp_info *a = &f->info[EDGE_OPEN];
	const struct tcp_info *b = &f->info[EDGE_CLOSE];

	return f->lost[EDGE_OPEN] || f->lost[EDGE_CLOSE] ||
	       b->tcpi_bytes_acked < a->tcpi_bytes_acked ||
	       b->tcpi_bytes_received < a->tcpi_bytes_received;
}

static void emit_flow(const struct flow *f, enum record_end end, struct writer *w)
{
	const struct tcp_info *a = &f->info[EDGE_OPEN];
	const struct tcp_info *b = &f->info[EDGE_CLOSE];
	char key[16];

	snprintf(key, sizeof(key), "%u", f->number);
	/* The kernel's counters have 32 bits here, and so has the difference. */
	writer_u64(w, WINDOW, end, METRIC_tcp_retransmits, key,
		   b->tcpi_total_retrans - a->tcpi_total_retrans);
	writer_u64(w, WINDOW, end, METRIC_tcp_segments_out, key,
		   b->tcpi_segs_out - a->tcpi_segs_out);
	writer_u64(w, WINDOW, end, METRIC_tcp_segments_in, key, b->tcpi_segs_in - a->tcpi_segs_in);
	writer_u64(w, WINDOW, end, METRIC_tcp_rtt, key, b->tcpi_rtt);
	writer_u64(w, WINDOW, end, METRIC_tcp_cwnd, key, b->tcpi_snd_cwnd);
	writer_u64(w, WINDOW, end, METRIC_tcp_mss, key, b->tcpi_snd_mss);
	if (f->memory[SK_MEMINFO_SNDBUF]) {
		writer_u64(w, WINDOW, end, METRIC_tcp_send_buffer, key,
			   f->memory[SK_MEMINFO_SNDBUF]);
		writer_u64(w, WINDOW, end, METRIC_tcp_receive_buffer, key,
			   f->memory[SK_MEMINFO_RCVBUF]);
	}
	/* All ones of 32 or 64 bits: none (net/core/sock.c: SO_MAX_PACING_RATE). */
	if (b->tcpi_max_pacing_rate && b->tcpi_max_pacing_rate != UINT32_MAX &&
	    b->tcpi_max_pacing_rate != UINT64_MAX)
		writer_u64(w, WINDOW, end, METRIC_tcp_pacing_limit, key, b->tcpi_max_pacing_rate);
	/* No rate was sampled where nothing was sent. */
	if (b->tcpi_delivery_rate)
		writer_u64(w, WINDOW, end, METRIC_tcp_delivery_rate, key, b->tcpi_delivery_rate);
	writer_u64(w, WINDOW, end, METRIC_tcp_busy_time, key,
		   1000 * (b->tcpi_busy_time - a->tcpi_busy_time));
	writer_u64(w, WINDOW, end, METRIC_tcp_rwnd_limited, key,
		   1000 * (b->tcpi_rwnd_limited - a->tcpi_rwnd_limited));
	writer_u64(w, WINDOW, end, METRIC_tcp_sndbuf_limited, key,
		   1000 * (b->tcpi_sndbuf_limited - a->tcpi_sndbuf_limited));
}

static void tcp_emit(void *state, struct writer *w)
{
	struct tcp *t = state;

	for (int end = END_RX; end <= END_TX; end++) {
		struct side *side = &t->side[end];
		size_t lost = 0;
		int refused = 0;
		char why[128];

		for (int edge = 0; edge < EDGE_COUNT && side->asking; edge++)
			while (sem_wait(&side->done))
				;
		for (size_t i = 0; i < side->count; i++) {
			const struct flow *f = &side->flows[i];

			if (was_lost(f))
				lost++;
			else
				emit_flow(f, end, w);
			for (int edge = 0; edge < EDGE_COUNT; edge++)
				if (f->lost[edge] && f->lost[edge] != -ENOENT)
					refused = -f->lost[edge];
		}
		snprintf(why, sizeof(why),
			 "sock_diag did not tell of a flow at an edge of the window: %s",
			 strerror(refused));
		if (refused)
			writer_absent(w, end, "tcp/flows", why);
		if (lost && lost == side->count)
			writer_absent(w, end, "tcp",
				      refused ? why
					      : "every flow was closed at an edge of the window");
		else if (lost)
			writer_u64(w, WINDOW, end, METRIC_tcp_lost, NULL, lost);
		if (lost < side->count) {
			writer_u64(w, WINDOW, end, METRIC_tcp_edge_spread, "open",
				   side->spread_ns[EDGE_OPEN]);
			writer_u64(w, WINDOW, end, METRIC_tcp_edge_spread, "close",
				   side->spread_ns[EDGE_CLOSE]);
		}
	}
}

/* Asking takes some microseconds each; of more flows than these nothing is said before the end. */
#define LOOK_FLOWS 1000

static void tcp_look(void *state, struct writer *w)
{
	struct tcp *t = state;

	for (int end = END_RX; end <= END_TX; end++) {
		struct side *side = &t->side[end];
		int edges = 0;

		/* The thread has asked at the first edge, and waits for the last. */
		if (!side->asking || side->count > LOOK_FLOWS ||
		    sem_getvalue(&side->done, &edges) || edges != 1)
			continue;
		for (size_t i = 0; i < side->count; i++) {
			struct flow *f = &side->flows[i];

			ask_flow(&side->netlink, f, EDGE_CLOSE);
			if (!was_lost(f))
				emit_flow(f, end, w);
		}
	}
}

static void tcp_close(void *state)
{
	struct tcp *t = state;

	for (int end = END_RX; t && end <= END_TX; end++) {
		struct side *side = &t->side[end];

		if (side->asking) {
			side->asking = false;
			sem_post(&side->go);
			pthread_join(side->thread, NULL);
		}
		netlink_close(&side->netlink);
		free(side->flows);
	}
	free(t);
}

const struct collector_ops tcp_collector = {
	.source = "tcp",
	.what = "tcp_info of the data connections",
	.of_traffic = true,
	.open = tcp_open,
	.snapshot = tcp_snapshot,
	.emit = tcp_emit,
	.look = tcp_look,
	.close = tcp_close,
};
