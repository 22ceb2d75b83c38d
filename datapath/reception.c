// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/reception.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "base/clock.h"
#include "base/say.h"
#include "datapath/path.h"
#include "datapath/room.h"
#include "datapath/stamps.h"
#include "datapath/tls.h"
#include "datapath/udp.h"
#include "record/patience.h"

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
	struct session *s = r->session;

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
	struct flows *flows = r->session->flows;
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

int reception_listen(struct reception *r)
{
	struct session *s = r->session;
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
	bool spared = false;

	/* Guests take no descriptor from those who belong here, at whichever door. */
	if (error == EMFILE || error == ENFILE) {
		spared = lobby_spare(&r->data);
		spared = lobby_spare(&r->control) || spared;
	}
	if (spared)
		return 0;
	return session_fail(r->session, "cannot accept a connection: %s%s", strerror(error),
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
	struct session *s = r->session;
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
	r->session->strangers += l->strangers;
}

/* What answers every request. */
static int prepare_answer(struct session *s, const struct control_message *hello)
{
	struct failure failure = {.unable = true};

	/* Whoever connects asks for so much: more than is there would be ended by the kernel, without a word. */
	if (!s->config->options.hugepages && hello->response > room_there() / 4 * 3) {
		snprintf(failure.why, sizeof(failure.why),
			 "the sender asks for answers of %llu bytes, and three quarters of the memory that is available here are less: give a smaller --rpc",
			 (unsigned long long)hello->response);
		return session_failure(s, &failure);
	}
	s->flows->exchange = (struct exchange){hello->msg, hello->response};
	s->flows->reconnects = hello->reconnect;
	if (memory_get(&s->flows->answer, hello->response, s->config->options.hugepages,
		       failure.why, sizeof(failure.why)))
		return session_failure(s, &failure);
	pattern_fill(s->flows->answer.at, hello->response);
	return 0;
}

static uint64_t message_of(const struct reception *r, unsigned int flow)
{
	return flow < r->hello.mixed ? FLOW_LONG_MESSAGE : r->hello.msg;
}

/* Requests in datagrams: each is one, and so is its answer. */
static bool udp_rpc_fits(const struct control_message *hello)
{
	if (!hello->udp || !hello->response)
		return true;
	return hello->msg >= UDP_LEAST && hello->msg <= hello->udp &&
	       hello->response >= UDP_LEAST && hello->response <= hello->udp && !hello->reconnect &&
	       !hello->away && !hello->stamp && !hello->mixed;
}

/* What this end's path or machine has not, is said as that. */
static int refuse(struct reception *r)
{
	struct session *s = r->session;
	const struct path *path = s->config->path;
	const struct control_message *hello = &r->hello;
	const struct {
		bool asked;
		bool has;
		const char *but;
	} asks[] = {
		{hello->udp, path->udp,
		 "takes no datagrams; give it another for --udp, such as copy"},
		{hello->udp && hello->response, path->udp_rpc,
		 "answers no requests in datagrams; give it another for --udp with --rpc, such as copy"},
		{hello->reconnect, path->reconnect,
		 "answers no short flows; give it another for --reconnect, such as copy"},
		{hello->response, path->rpc,
		 "answers no requests; give it another for --rpc, such as copy"},
		{!hello->udp, path->run,
		 "takes datagrams alone: give the sender --udp BYTES, or --path xsk"},
		{hello->tls, path->tls && !s->config->options.trunc,
		 "takes no records of TLS; give it copy or uring for --tls, without --trunc"},
		/* Answers go out with MSG_WAITALL, which tls_sw_sendmsg() does not take. */
		{hello->tls && hello->response, path->tls_rpc,
		 "answers no requests in records of TLS; give it copy for --tls and --rpc"},
	};
	struct failure failure = {.unable = true};

	for (size_t i = 0; i < sizeof(asks) / sizeof(*asks); i++)
		if (asks[i].asked && !asks[i].has) {
			s->unable = true;
			return session_fail(s, "--path %s of the receiver %s", path->name,
					    asks[i].but);
		}
	if (!hello->tls || tls_able(failure.why, sizeof(failure.why)))
		return 0;
	return session_failure(s, &failure);
}

static int agree(struct reception *r)
{
	struct session *s = r->session;
	struct control_message welcome = r->hello;

	if ((r->hello.udp && r->hello.udp < UDP_LEAST) || !udp_rpc_fits(&r->hello) ||
	    (r->hello.away && !r->hello.udp) || r->hello.mixed >= r->hello.flows ||
	    (r->hello.mixed && (!r->hello.response || r->hello.reconnect)) ||
	    (r->hello.tls && (r->hello.udp || r->hello.reconnect)) ||
	    (r->hello.stamp && (!r->hello.udp || r->hello.away)))
		return session_fail(s,
				    "the sender asks for what cannot be together; it is no zcpath, or a faulty one");
	if (refuse(r))
		return -1;
	if (session_room(s, r->hello.flows, r->hello.udp || r->hello.reconnect ? 2 : 1))
		return -1;
	if (getrandom(r->key, sizeof(r->key), 0) != sizeof(r->key))
		return session_fail(s, "cannot make a key for the run: %s", strerror(errno));
	s->flows = flows_new(s->config, r->hello.flows);
	if (!s->flows)
		return session_fail(s, "no memory left for %llu flows",
				    (unsigned long long)r->hello.flows);
	if (r->hello.response && prepare_answer(s, &r->hello))
		return -1;
	s->flows->datagram = r->hello.udp && r->hello.response ? r->hello.msg : r->hello.udp;
	s->flows->away = r->hello.away;
	s->flows->tls = r->hello.tls;
	s->flows->stamp = r->hello.stamp;
	s->flows->stamps_absent = stamps_absent(r->hello.stamp, r->hello.kernel);
	memcpy(s->flows->key, r->key, sizeof(r->key));
	s->flows->mixed = r->hello.mixed;
	s->window.message = r->hello.msg;
	s->limit = r->hello.limit;
	for (unsigned int i = 0; i < s->flows->count; i++)
		verify_init(&s->flows->flow[i].verify, r->hello.verify ? message_of(r, i) : 0);
	welcome.verb = CONTROL_welcome;
	snprintf(welcome.path, sizeof(welcome.path), "%s", s->config->path->name);
	memcpy(welcome.key, r->key, sizeof(r->key));
	return channel_send(&s->channel, &welcome) ? session_lost(s, errno) : 0;
}

int reception_meet(struct reception *r)
{
	while (!r->met)
		if (serve(r))
			return -1;
	socket_control(r->session->channel.fd);
	/* One run, one sender: others are refused from here. */
	close_door(r, &r->control);
	return agree(r);
}

/* For short flows, once every flow has come. */
static int listen_again(struct session *s)
{
	struct failure failure;

	s->flows->listener =
		socket_listen(s->config->bind, s->config->port + 1, s->config, &failure);
	return s->flows->listener < 0 ? session_failure(s, &failure) : 0;
}

int reception_flows(struct reception *r)
{
	struct session *s = r->session;
	unsigned int most_s = patience_s(s->flows->count);
	uint64_t deadline_ns = seconds_from_now(most_s);

	while (r->connected < s->flows->count) {
		if (serve(r))
			return -1;
		if (clock_ns() > deadline_ns)
			return session_fail(s,
					    "%u of %u data flows came within %u s; see whether something filters port %u",
					    r->connected, s->flows->count, most_s,
					    s->config->port + 1);
	}
	close_door(r, &r->data);
	if (s->flows->reconnects && listen_again(s))
		return -1;
	session_place(s, s->flows->flow[0].fd);
	return 0;
}
