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
#include "datapath/lobby.h"
#include "datapath/path.h"
#include "datapath/session.h"

#define FLOWS_S 8 /* in which all data flows have to come */

struct reception {
	struct session session;
	struct lobby control;
	struct lobby data;
	struct control_message hello;
	bool met; /* the sender, which has said it */
	unsigned char key[RUN_KEY_SIZE];
	unsigned int connected;
};

static void nic_said(void *data, const char *what, const char *how)
{
	const struct session *s = data;
	char key[48];

	snprintf(key, sizeof(key), NIC_ZERO_COPY "%s", what);
	writer_fact(s->out, END_RX, METRIC_fact_nic, key, how);
	say_detail("%s: %s: %s", s->config->options.nic, what, how);
}

/* Before anyone is let in: a device that learns to split headers may lose its link for a while. */
static int prepare_nic(struct session *s)
{
	const struct options *option = &s->config->options;
	struct failure failure = {.unable = true};
	struct zerocopy_area area;

	if (!option->set[OPTION_nic] || !option->set[OPTION_queues])
		return 0;
	area = (struct zerocopy_area){
		.bytes = option->area,
		.buffer = option->set[OPTION_rx_buf_len] ? option->rx_buf_len
							 : (uint64_t)sysconf(_SC_PAGESIZE),
		.queues = s->config->path->one_area ? CPU_COUNT(&option->queues) : 1,
	};
	s->nic = zerocopy_begin(option->nic, &option->queues, area, nic_said, s, failure.why,
				sizeof(failure.why));
	return s->nic ? 0 : session_failure(s, &failure);
}

static int steer_flows(struct session *s)
{
	const struct options *option = &s->config->options;
	const cpu_set_t *queues = &option->queues;
	struct failure failure = {.unable = true};

	for (unsigned int i = 0; s->nic && i < s->flows->count; i++)
		if (zerocopy_steer(s->nic, s->flows->flow[i].fd,
				   zerocopy_queue(queues, option->share_queue ? 0 : i), failure.why,
				   sizeof(failure.why)))
			return session_failure(s, &failure);
	return 0;
}

/* ---- who is let in ---- */

/* Said to a guest in one go; one that does not take it is not waited for. */
static void answer(int fd, const char *why)
{
	struct control_message m = {.verb = CONTROL_fail};
	struct channel channel = {.fd = fd};

	snprintf(m.reason, sizeof(m.reason), "%.*s", CONTROL_REASON_MAX, why);
	if (channel_send(&channel, &m))
		say_detail("a stranger could not be told");
}

static enum verdict judge_hello(struct reception *r, const struct guest *g,
				const struct control_lines *lines, char *why, size_t why_size)
{
	struct session *s = &r->session;

	if (r->hello.verb != CONTROL_hello) {
		snprintf(why, why_size, "said '%s', where 'hello' is expected",
			 control_verb_name[r->hello.verb]);
		return VERDICT_STRANGER;
	}
	if (r->hello.version != CONTROL_VERSION) {
		snprintf(why, why_size,
			 "speaks version %llu of the control protocol and this zcpath version %d; install the same zcprof at both ends",
			 (unsigned long long)r->hello.version, CONTROL_VERSION);
		return VERDICT_STRANGER;
	}
	s->channel.fd = g->fd;
	s->channel.lines = *lines;
	s->heard |= 1U << CONTROL_hello;
	s->heard_ns = clock_ns();
	r->met = true;
	return VERDICT_TAKEN;
}

/* On the control port: the first that says a hello of this version is the sender. */
static enum verdict judge_control(void *data, const struct guest *g, char *why, size_t why_size)
{
	struct reception *r = data;
	struct control_lines lines = {.used = g->used};
	char said[128];
	enum verdict verdict = VERDICT_STRANGER;

	memcpy(lines.bytes, g->bytes, g->used);
	if (r->met) {
		snprintf(why, why_size, "came second: another sender is being received from");
	} else {
		switch (control_next(&lines, &r->hello, said, sizeof(said))) {
		case 0:
			return VERDICT_MORE;
		case 1:
			verdict = judge_hello(r, g, &lines, why, why_size);
			break;
		default:
			snprintf(why, why_size, "is no zcpath: it said %s", said);
		}
	}
	if (verdict == VERDICT_STRANGER)
		answer(g->fd, why);
	return verdict;
}

/* On the data port: whoever shows the key that the sender was given, and a flow that is missing. */
static enum verdict judge_data(void *data, const struct guest *g, char *why, size_t why_size)
{
	struct reception *r = data;
	struct flows *flows = r->session.flows;
	int number;

	if (g->used < PREAMBLE_SIZE)
		return VERDICT_MORE;
	number = flows ? preamble_parse(g->bytes, r->key) : -1;
	if (number < 0 || (unsigned int)number >= flows->count || flows->flow[number].fd >= 0) {
		snprintf(why, why_size, "did not show the run's key");
		return VERDICT_STRANGER;
	}
	flows->flow[number].fd = g->fd;
	r->connected++;
	return VERDICT_TAKEN;
}

static int listen_at(struct reception *r)
{
	struct session *s = &r->session;
	const struct config *config = s->config;
	struct failure failure;
	int control;
	int data;

	control = socket_listen(config->bind, config->port, NULL, &failure);
	if (control < 0)
		return session_failure(s, &failure);
	lobby_open(&r->control, control, config->port, CONTROL_LINE_MAX, judge_control, r);
	data = socket_listen(config->bind, config->port + 1, config, &failure);
	if (data < 0)
		return session_failure(s, &failure);
	lobby_open(&r->data, data, config->port + 1, PREAMBLE_SIZE, judge_data, r);
	session_state(s, "listening");
	return 0;
}

static int accept_failed(struct reception *r, int error)
{
	/* Guests take no descriptor from those who belong here, at whichever door. */
	if ((error == EMFILE || error == ENFILE) && lobby_spare(&r->data) | lobby_spare(&r->control))
		return 0;
	return session_fail(&r->session, "cannot accept a connection: %s%s", strerror(error),
			    error == EMFILE ? "; raise 'ulimit -n', or use fewer --flows" : "");
}

/* Nothing is to be said before 'ready': whatever comes is an end, and session_next() says which. */
static int too_early(struct session *s)
{
	switch (session_next(s, clock_ns(), false)) {
	case HAPPENED_FAILED:
		return -1;
	case HAPPENED_SIGNAL:
		return session_fail(s, "interrupted before the window opened: nothing was measured");
	case HAPPENED_MESSAGE:
		return session_fail(s, "the sender said '%s' before all flows had come",
				    control_verb_name[s->message.verb]);
	default:
		return 0; /* a part of a line */
	}
}

/* One round at both doors; -1 when the peer, a signal or this machine ends it. */
static int serve(struct reception *r)
{
	struct session *s = &r->session;
	struct pollfd fds[2 * LOBBY_POLLED + 2];
	unsigned int control = 2;
	unsigned int data;
	unsigned int all;
	int error;

	data = control + (r->met ? 0 : lobby_watch(&r->control, fds + control));
	all = data + lobby_watch(&r->data, fds + data);
	fds[0] = (struct pollfd){.fd = s->channel.fd, .events = POLLIN};
	fds[1] = (struct pollfd){.fd = s->signal_fd, .events = POLLIN};
	if (poll(fds, all, r->control.count || r->data.count || r->met ? LOBBY_LOOK_MS : -1) < 0 &&
	    errno != EINTR)
		return session_fail(s, "cannot wait for a sender: %s", strerror(errno));
	if (fds[1].revents && !r->met)
		return session_fail(s, "interrupted while listening: no sender had come");
	if (fds[0].revents || fds[1].revents)
		return too_early(s);
	error = lobby_serve(&r->data, fds + data);
	if (!error && !r->met)
		error = lobby_serve(&r->control, fds + control);
	return error ? accept_failed(r, -error) : 0;
}

static void close_door(struct reception *r, struct lobby *l)
{
	lobby_close(l);
	r->session.strangers += l->strangers;
}

static int await_sender(struct reception *r)
{
	while (!r->met)
		if (serve(r))
			return -1;
	socket_control(r->session.channel.fd);
	/* One run, one sender: others are refused from here. */
	close_door(r, &r->control);
	return 0;
}

static int agree(struct reception *r)
{
	struct session *s = &r->session;
	struct control_message welcome = r->hello;

	if (session_memory(s, r->hello.flows))
		return -1;
	if (getrandom(r->key, sizeof(r->key), 0) != sizeof(r->key))
		return session_fail(s, "cannot make a key for the run: %s", strerror(errno));
	s->flows = flows_new(s->config, r->hello.flows);
	if (!s->flows)
		return session_fail(s, "no memory left for %llu flows",
				    (unsigned long long)r->hello.flows);
	s->window.message = r->hello.msg;
	s->limit = r->hello.limit;
	for (unsigned int i = 0; i < s->flows->count; i++)
		verify_init(&s->flows->flow[i].verify, r->hello.verify ? r->hello.msg : 0);
	welcome.verb = CONTROL_welcome;
	snprintf(welcome.path, sizeof(welcome.path), "%s", s->config->path->name);
	memcpy(welcome.key, r->key, sizeof(r->key));
	return channel_send(&s->channel, &welcome) ? session_lost(s, errno) : 0;
}

static int accept_flows(struct reception *r)
{
	struct session *s = &r->session;
	uint64_t deadline_ns = seconds_from_now(FLOWS_S);

	while (r->connected < s->flows->count) {
		if (serve(r))
			return -1;
		if (clock_ns() > deadline_ns)
			return session_fail(s,
					    "%u of %u data flows came within %d s; see whether something filters port %u",
					    r->connected, s->flows->count, FLOWS_S,
					    s->config->port + 1);
	}
	close_door(r, &r->data);
	session_place(s, s->flows->flow[0].fd);
	return 0;
}

/* ---- the run ---- */

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
	return session_fail(s, "the sender said '%s' where it makes no sense",
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

/* Before bytes move, silence is all that a sender that stalled can be told by. */
static int silent(struct session *s)
{
	if (s->moving || clock_ns() < session_patience(s))
		return 0;
	return session_fail(s,
			    "the sender has said nothing for %d s since it was told that all is ready; it has stalled",
			    REPLY_S);
}

/* Until the window is closed. */
static int measure(struct session *s)
{
	s->heard_ns = clock_ns();
	while (!s->window.close_ns) {
		switch (session_next(s, s->moving ? FOREVER : session_patience(s), false)) {
		case HAPPENED_MESSAGE:
			if (obey(s))
				return -1;
			break;
		case HAPPENED_SIGNAL:
			if (interrupted(s))
				return -1;
			break;
		case HAPPENED_ENDED:
			if (!s->limit)
				return ended_early(s);
			if (s->window_is_open)
				rx_closed(s);
			break;
		case HAPPENED_TIMEOUT:
			if (silent(s))
				return -1;
			break;
		case HAPPENED_FAILED:
			return -1;
		case HAPPENED_GATE:
		case HAPPENED_OPENED:
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

	if (prepare_nic(s) || listen_at(r) || await_sender(r) || agree(r) || accept_flows(r) ||
	    steer_flows(s) || session_prepare(s) || session_send(s, CONTROL_ready))
		return -1;
	session_state(s, "ready");
	return measure(s) ? -1 : session_finish(s);
}

int session_rx(const struct config *config)
{
	struct reception r = {.control.fd = -1, .data.fd = -1};

	return session_end(&r.session, session_begin(&r.session, config) ? -1 : rx(&r));
}
