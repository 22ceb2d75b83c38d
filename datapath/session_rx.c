// SPDX-License-Identifier: GPL-2.0-or-later
/* The receiving end of a run: it listens, and it follows. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/say.h"
#include "datapath/path.h"
#include "datapath/session.h"

/* Connections to the data port that have not shown a key yet. */
#define PENDING_MAX 64

struct pending {
	int fd;
	uint64_t deadline_ns;
	size_t used;
	char preamble[PREAMBLE_SIZE];
};

struct reception {
	struct session session;
	int control_fd;
	int data_fd;
	unsigned char key[RUN_KEY_SIZE];
	unsigned int pending_count;
	struct pending pending[PENDING_MAX];
	unsigned int connected;
};

static int wait_readable(struct session *s, int fd)
{
	struct pollfd fds[] = {
		{.fd = fd, .events = POLLIN},
		{.fd = s->signal_fd, .events = POLLIN},
	};

	for (;;) {
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			return session_fail(s, "cannot wait for a sender: %s", strerror(errno));
		if (fds[1].revents)
			return session_fail(s, "interrupted while listening: no sender had come");
		if (fds[0].revents)
			return 0;
	}
}

static void nic_said(void *data, const char *what, const char *how)
{
	const struct session *s = data;
	char key[48];

	snprintf(key, sizeof(key), NIC_ZERO_COPY "%s", what);
	writer_fact(s->out, END_RX, METRIC_fact_nic, key, how);
	say_detail("%s: %s: %s", s->config->option[OPTION_nic].name, what, how);
}

/* Before anyone is let in: a device that learns to split headers may lose its link for a while. */
static int prepare_nic(struct session *s)
{
	const struct option_value *option = s->config->option;
	struct failure failure = {.unable = true};
	struct zerocopy_area area;

	if (!option[OPTION_nic].set || !option[OPTION_queues].set)
		return 0;
	area = (struct zerocopy_area){
		.bytes = option[OPTION_area].number,
		.buffer = option[OPTION_rx_buf_len].set ? option[OPTION_rx_buf_len].number
							: (uint64_t)sysconf(_SC_PAGESIZE),
		.queues = s->config->path->one_area ? CPU_COUNT(&option[OPTION_queues].cpus) : 1,
	};
	s->nic = zerocopy_begin(option[OPTION_nic].name, &option[OPTION_queues].cpus, area,
				nic_said, s, failure.why, sizeof(failure.why));
	return s->nic ? 0 : session_failure(s, &failure);
}

static int steer_flows(struct session *s)
{
	const struct option_value *option = s->config->option;
	const cpu_set_t *queues = &option[OPTION_queues].cpus;
	struct failure failure = {.unable = true};

	for (unsigned int i = 0; s->nic && i < s->flows->count; i++)
		if (zerocopy_steer(s->nic, s->flows->flow[i].fd,
				   zerocopy_queue(queues, option[OPTION_share_queue].on ? 0 : i),
				   failure.why, sizeof(failure.why)))
			return session_failure(s, &failure);
	return 0;
}

static int listen_and_accept(struct reception *r)
{
	struct session *s = &r->session;
	const struct config *config = s->config;
	struct failure failure;

	r->control_fd = socket_listen(config->bind, config->port, NULL, &failure);
	if (r->control_fd < 0)
		return session_failure(s, &failure);
	r->data_fd = socket_listen(config->bind, config->port + 1, config, &failure);
	if (r->data_fd < 0)
		return session_failure(s, &failure);
	session_state(s, "listening");
	do {
		if (wait_readable(s, r->control_fd))
			return -1;
		s->channel.fd = accept4(r->control_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	} while (s->channel.fd < 0 && (errno == EAGAIN || errno == ECONNABORTED));
	if (s->channel.fd < 0)
		return session_fail(s, "cannot accept a sender: %s", strerror(errno));
	socket_control(s->channel.fd);
	/* One run, one sender: others are refused from here. */
	close(r->control_fd);
	r->control_fd = -1;
	return 0;
}

static int agree(struct reception *r)
{
	struct session *s = &r->session;
	struct control_message welcome;

	if (session_expect(s, CONTROL_hello))
		return -1;
	if (s->message.version != CONTROL_VERSION)
		return session_fail(s,
				    "this zcpath speaks version %d of the control protocol and the sender version %llu; install the same zcprof at both ends",
				    CONTROL_VERSION, (unsigned long long)s->message.version);
	if (getrandom(r->key, sizeof(r->key), 0) != sizeof(r->key))
		return session_fail(s, "cannot make a key for the run: %s", strerror(errno));
	s->flows = flows_new(s->config, s->message.flows);
	if (!s->flows)
		return session_fail(s, "no memory left for %llu flows",
				    (unsigned long long)s->message.flows);
	s->window.message = s->message.msg;
	s->limited = s->message.limit;
	for (unsigned int i = 0; i < s->flows->count; i++)
		verify_init(&s->flows->flow[i].verify, s->message.verify ? s->message.msg : 0);
	welcome = s->message;
	welcome.verb = CONTROL_welcome;
	snprintf(welcome.path, sizeof(welcome.path), "%s", s->config->path->name);
	memcpy(welcome.key, r->key, sizeof(r->key));
	if (channel_send(&s->channel, &welcome))
		return session_fail(s, "cannot answer the sender: %s", strerror(errno));
	return 0;
}

static void drop(struct reception *r, unsigned int i)
{
	close(r->pending[i].fd);
	r->pending[i] = r->pending[--r->pending_count];
	r->session.strangers++;
	say_detail("dropped a connection to the data port that did not show the run's key");
}

static void accept_pending(struct reception *r)
{
	while (r->pending_count < PENDING_MAX) {
		int fd = accept4(r->data_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (fd < 0)
			return;
		r->pending[r->pending_count++] = (struct pending){
			.fd = fd,
			.deadline_ns = seconds_from_now(2),
		};
	}
}

/* Reads no byte beyond the preamble: what follows belongs to the path. */
static void read_preamble(struct reception *r, unsigned int i)
{
	struct pending *p = &r->pending[i];
	struct flows *flows = r->session.flows;
	ssize_t got = read(p->fd, p->preamble + p->used, sizeof(p->preamble) - p->used);
	int number;

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0) {
		drop(r, i);
		return;
	}
	p->used += got;
	if (p->used < sizeof(p->preamble))
		return;
	number = preamble_parse(p->preamble, r->key);
	if (number < 0 || (unsigned int)number >= flows->count || flows->flow[number].fd >= 0) {
		drop(r, i);
		return;
	}
	flows->flow[number].fd = p->fd;
	r->connected++;
	r->pending[i] = r->pending[--r->pending_count];
}

/* One round; -1 when the peer or a signal ends it. */
static int serve_pending(struct reception *r)
{
	struct session *s = &r->session;
	struct pollfd fds[PENDING_MAX + 3];
	unsigned int polled = r->pending_count;

	for (unsigned int i = 0; i < polled; i++)
		fds[i] = (struct pollfd){.fd = r->pending[i].fd, .events = POLLIN};
	fds[polled] = (struct pollfd){
		.fd = polled < PENDING_MAX ? r->data_fd : -1,
		.events = POLLIN,
	};
	fds[polled + 1] = (struct pollfd){.fd = s->channel.fd, .events = POLLIN};
	fds[polled + 2] = (struct pollfd){.fd = s->signal_fd, .events = POLLIN};
	if (poll(fds, polled + 3, 100) < 0 && errno != EINTR)
		return session_fail(s, "cannot wait for the data flows: %s", strerror(errno));
	/* Nothing is to be said before 'ready': whatever comes is an end, and session_next() says
	 * which. */
	if (fds[polled + 1].revents || fds[polled + 2].revents)
		switch (session_next(s, seconds_from_now(1), false)) {
		case HAPPENED_SIGNAL:
			return session_fail(s,
					    "interrupted before the window opened: nothing was measured");
		case HAPPENED_MESSAGE:
			return session_fail(s, "the peer said '%s' before all flows had come",
					    control_verb_name[s->message.verb]);
		default:
			return -1;
		}
	/* From the last: dropping one moves the last into its place. */
	for (unsigned int i = polled; i-- > 0;)
		if (fds[i].revents)
			read_preamble(r, i);
		else if (clock_ns() > r->pending[i].deadline_ns)
			drop(r, i);
	if (fds[polled].revents)
		accept_pending(r);
	return 0;
}

static int accept_flows(struct reception *r)
{
	struct session *s = &r->session;
	uint64_t deadline_ns = seconds_from_now(REPLY_S + 3);

	while (r->connected < s->flows->count) {
		if (serve_pending(r))
			return -1;
		if (clock_ns() > deadline_ns)
			return session_fail(s,
					    "%u of %u data flows came within %d s; see whether something filters port %u",
					    r->connected, s->flows->count, REPLY_S + 3,
					    s->config->port + 1);
	}
	while (r->pending_count)
		drop(r, r->pending_count - 1);
	close(r->data_fd);
	r->data_fd = -1;
	session_place(s, s->flows->flow[0].fd);
	return 0;
}

static void rx_closed(struct session *s)
{
	session_close(s);
	session_state(s, "closed");
	window_write(&s->window, s->out);
	writer_flush(s->out);
}

static int rx_start(struct session *s)
{
	session_moving(s, true);
	flows_go(s->flows);
	return session_send(s, CONTROL_started);
}

/* What the sender asks for; each once, and the window only after the beginning of all. */
static int obey(struct session *s)
{
	switch (s->message.verb) {
	case CONTROL_start:
		if (s->moving)
			break;
		return rx_start(s);
	case CONTROL_open:
		if (s->window.open_ns)
			break;
		session_open(s);
		session_state(s, "open");
		return session_send(s, CONTROL_opened);
	case CONTROL_close:
		if (!s->window.open_ns)
			break;
		if (s->window_is_open)
			rx_closed(s);
		return session_send(s, CONTROL_closed);
	case CONTROL_total:
		s->peer_total = s->message;
		s->peer_total_known = true;
		return 0;
	default:
		break;
	}
	return session_fail(s, "the peer said '%s' where it makes no sense",
			    control_verb_name[s->message.verb]);
}

static int interrupted(struct session *s)
{
	if (!s->window_is_open)
		return session_fail(s, "interrupted before the window opened: nothing was measured");
	return session_send(s, CONTROL_stop);
}

/* By time the sender closes the window first; what it has to say comes any moment. */
static int ended_early(struct session *s)
{
	if (session_next(s, seconds_from_now(1), false) == HAPPENED_FAILED)
		return -1;
	return session_fail(s,
			    "the sender ended its flows before the window closed; look for its last words");
}

/* Until the window is closed. */
static int measure(struct session *s)
{
	while (!s->window.close_ns) {
		switch (session_next(s, FOREVER, false)) {
		case HAPPENED_MESSAGE:
			if (obey(s))
				return -1;
			break;
		case HAPPENED_SIGNAL:
			if (interrupted(s))
				return -1;
			break;
		case HAPPENED_ENDED:
			if (!s->limited)
				return ended_early(s);
			if (s->window_is_open)
				rx_closed(s);
			break;
		case HAPPENED_FAILED:
			return -1;
		case HAPPENED_GATE:
		case HAPPENED_TIMEOUT:
			break;
		}
	}
	if (s->interrupted)
		say_warning("interrupted: the window is shorter than asked for");
	return 0;
}

static int rx(struct reception *r)
{
	struct session *s = &r->session;

	if (prepare_nic(s) || listen_and_accept(r) || agree(r) || accept_flows(r) ||
	    steer_flows(s) || session_prepare(s) || session_send(s, CONTROL_ready))
		return -1;
	session_state(s, "ready");
	return measure(s) ? -1 : session_finish(s);
}

int session_rx(const struct config *config)
{
	struct reception r = {.control_fd = -1, .data_fd = -1};

	return session_end(&r.session, session_begin(&r.session, config) ? -1 : rx(&r));
}
