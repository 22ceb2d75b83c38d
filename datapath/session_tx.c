// SPDX-License-Identifier: GPL-2.0-or-later
/* The sending end of a run: it connects, and it leads. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/say.h"
#include "datapath/arrivals.h"
#include "datapath/clocks.h"
#include "datapath/path.h"
#include "datapath/served.h"
#include "datapath/session.h"
#include "datapath/stamps.h"

static struct control_message hello_of(const struct config *config)
{
	const struct options *option = &config->options;
	struct control_message m = {
		.verb = CONTROL_hello,
		.version = CONTROL_VERSION,
		.flows = option->flows,
		.msg = option->set[OPTION_rpc] ? option->rpc.request : option->msg,
		.mixed = config_is_mixed(config) ? option->long_flows : 0,
		.limit = option->bytes,
		.verify = option->verify,
		.response = option->rpc.response,
		.reconnect = option->reconnect,
		.udp = option->udp,
		.away = config->away != NULL,
		.tls = option->tls,
		.stamp = stamp_of(option->stamp),
	};

	m.kernel = m.stamp == STAMP_KERNEL ? stamps_kernel() : 0;
	snprintf(m.path, sizeof(m.path), "%s", config->path->name);
	return m;
}

static int agree(struct session *s)
{
	struct control_message hello = hello_of(s->config);
	const struct control_message *answer = &s->message;

	if (channel_send(&s->channel, &hello))
		return session_lost(s, errno);
	if (session_expect(s, CONTROL_welcome))
		return -1;
	if (answer->version != CONTROL_VERSION)
		return session_fail(s,
				    "this zcpath speaks version %d of the control protocol and the receiver version %llu; install the same zcprof at both ends",
				    CONTROL_VERSION, (unsigned long long)answer->version);
	if (answer->flows != hello.flows || answer->msg != hello.msg ||
	    answer->limit != hello.limit || answer->verify != hello.verify ||
	    answer->response != hello.response || answer->reconnect != hello.reconnect ||
	    answer->udp != hello.udp || answer->away != hello.away ||
	    answer->mixed != hello.mixed || answer->tls != hello.tls || answer->stamp != hello.stamp)
		return session_fail(s,
				    "the receiver echoed other options than were asked for; it is no zcpath, or a faulty one");
	return 0;
}

static int connect_flow(struct session *s, struct flow *f, const unsigned char *key)
{
	char preamble[PREAMBLE_SIZE];
	struct failure failure;

	f->fd = socket_beside(s->channel.fd, s->config->port + 1, session_reply_s(s) * 1000,
			      s->config, &failure);
	if (f->fd < 0 && session_next(s, seconds_from_now(0.5), false) == HAPPENED_FAILED)
		return -1;
	if (f->fd < 0)
		return session_failure(s, &failure);
	preamble_print(key, f->number, preamble);
	if (write(f->fd, preamble, sizeof(preamble)) != sizeof(preamble) ||
	    socket_blocking(f->fd, true))
		return session_fail(s, "cannot begin flow %u: %s", f->number, strerror(errno));
	return 0;
}

static int prepare_arrivals(struct session *s, const unsigned char *key)
{
	const struct options *option = &s->config->options;
	uint64_t seed;

	if (!option->set[OPTION_rate] || strcmp(option->arrivals, "poisson"))
		return 0;
	memcpy(&seed, key, sizeof(seed));
	s->flows->arrivals = arrivals_new(seed);
	return s->flows->arrivals ? 0 : session_fail(s, "no memory left for --arrivals");
}

/* Beside long flows requests have a message of their own. */
static struct message *new_message(struct session *s, uint64_t size)
{
	const struct options *option = &s->config->options;
	struct failure failure = {.unable = true};
	struct message *m = message_new(size, s->config->path->message, option->memory,
					option->hugepages, failure.why, sizeof(failure.why));

	if (!m)
		session_failure(s, &failure);
	return m;
}

static int prepare_messages(struct session *s)
{
	const struct options *option = &s->config->options;

	s->memory = new_message(s, option->msg);
	if (s->memory && config_is_mixed(s->config))
		s->requests = new_message(s, option->rpc.request);
	return s->memory && (s->requests || !config_is_mixed(s->config)) ? 0 : -1;
}

static int connect_flows(struct session *s)
{
	const struct options *option = &s->config->options;
	unsigned char key[RUN_KEY_SIZE];
	uint64_t limit = option->bytes;

	s->limit = limit;
	memcpy(key, s->message.key, sizeof(key));
	s->flows = flows_new(s->config, option->flows);
	if (!s->flows)
		return session_fail(s, "no memory left for the flows");
	s->flows->exchange = option->rpc;
	s->flows->reconnects = option->reconnect;
	s->flows->mixed = config_is_mixed(s->config) ? option->long_flows : 0;
	if (prepare_arrivals(s, key))
		return -1;
	s->flows->datagram =
		option->udp && option->rpc.response ? option->rpc.request : option->udp;
	s->flows->away = s->config->away != NULL;
	s->flows->stamp = stamp_of(option->stamp);
	s->flows->tls = option->tls;
	memcpy(s->flows->key, key, sizeof(key));
	s->window.message = hello_of(s->config).msg;
	for (unsigned int i = 0; i < s->flows->count; i++) {
		struct flow *f = &s->flows->flow[i];

		f->message = s->requests && i >= s->flows->mixed ? s->requests : s->memory;
		verify_init(&f->verify, option->verify ? option->rpc.response : 0);
		if (limit)
			f->limit = limit / s->flows->count + (i < limit % s->flows->count);
		if (connect_flow(s, f, key))
			return -1;
	}
	session_place(s, s->flows->flow[0].fd);
	return 0;
}

static int tx_start(struct session *s)
{
	if (session_send(s, CONTROL_start) || session_expect(s, CONTROL_started))
		return -1;
	session_moving(s, true);
	flows_go(s->flows);
	return 0;
}

static int tx_open(struct session *s)
{
	if (session_send(s, CONTROL_open))
		return -1;
	session_open(s);
	if (session_expect(s, CONTROL_opened))
		return -1;
	session_state(s, "open");
	return 0;
}

static int tx_close(struct session *s)
{
	if (session_send(s, CONTROL_close))
		return -1;
	session_close(s);
	if (session_expect(s, CONTROL_closed))
		return -1;
	flows_stop(s->flows);
	return clocks_compare(s, CLOCKS_END);
}

/* The beginning as the gate leads it: 'open' alone opens the window before the first byte. */
static int begin_by_gate(struct session *s)
{
	bool started = false;

	for (;;) {
		switch (session_next(s, seconds_from_now(1), true)) {
		case HAPPENED_TIMEOUT:
			/* Once bytes move, they say themselves that this end is there. */
			if (!started && session_send(s, CONTROL_wait))
				return -1;
			break;
		case HAPPENED_GATE:
			if (s->gate_word == GATE_START && !started) {
				started = true;
				if (tx_start(s))
					return -1;
				break;
			}
			if (s->gate_word == GATE_OPEN)
				return tx_open(s) || (!started && tx_start(s)) ? -1 : 0;
			return session_fail(s, "the gate said '%s' where it makes no sense",
					    gate_word_name[s->gate_word]);
		case HAPPENED_FAILED:
			return -1;
		case HAPPENED_ENDED:
			return session_fail(s,
					    "everything was sent before the window opened; ask for more --bytes");
		case HAPPENED_MESSAGE:
			if (s->message.verb != CONTROL_stop)
				return session_fail(s,
						    "the receiver said '%s' before the window opened",
						    control_verb_name[s->message.verb]);
			/* fall through */
		default:
			return session_fail(s,
					    "interrupted before the window opened: nothing was measured");
		}
	}
}

static int begin_by_clock(struct session *s)
{
	const struct options *option = &s->config->options;
	enum happening what;

	if (option->bytes)
		return tx_open(s) || tx_start(s) ? -1 : 0;
	if (tx_start(s))
		return -1;
	what = session_next(s, seconds_from_now(option->warmup), false);
	if (what == HAPPENED_TIMEOUT)
		return tx_open(s);
	if (what == HAPPENED_FAILED)
		return -1;
	return session_fail(s, "interrupted before the window opened: nothing was measured");
}

/* Until the window is closed: by the clock, the gate, a signal, or because all was moved. */
static int measure(struct session *s)
{
	const struct options *option = &s->config->options;
	bool limited = s->limit;
	uint64_t deadline_ns = FOREVER;

	if (!limited && !s->config->gate)
		deadline_ns = s->window.open_ns + (uint64_t)(option->seconds * 1e9);
	while (!s->interrupted) {
		if (s->ended && session_send_total(s))
			return -1;
		if (s->ended && s->peer_total_known) {
			session_close(s);
			return 0;
		}
		switch (session_next(s, deadline_ns, true)) {
		case HAPPENED_TIMEOUT:
		case HAPPENED_SIGNAL:
			return tx_close(s);
		case HAPPENED_GATE:
			if (s->gate_word == GATE_CLOSE)
				return tx_close(s);
			return session_fail(s, "the gate opened the window twice");
		case HAPPENED_OPENED:
		case HAPPENED_ENDED:
			break;
		case HAPPENED_MESSAGE:
			if (s->message.verb == CONTROL_stop) {
				s->interrupted = true;
				break;
			}
			/* The receiver may have seen the last byte before our own threads end. */
			if (s->message.verb == CONTROL_total && limited) {
				s->peer_total = s->message;
				s->peer_total_known = true;
				break;
			}
			return session_fail(s, "the receiver said '%s' while the window was open",
					    control_verb_name[s->message.verb]);
		case HAPPENED_FAILED:
			return -1;
		}
	}
	return tx_close(s);
}

/* The rest of the stream, and what the receiver says of it. */
static int finish(struct session *s)
{
	session_state(s, "closed");
	window_write(&s->window, s->out);
	clocks_write(&s->clocks, s->out);
	served_write(s->flows, s->out);
	writer_flush(s->out);
	if (s->interrupted)
		say_warning("interrupted: the window is shorter than asked for");
	return session_finish(s);
}

static int tx(struct session *s)
{
	const struct options *option = &s->config->options;
	struct failure failure;

	if (session_room(s, option->flows, config_sockets(s->config)) || prepare_messages(s))
		return -1;
	s->channel.fd =
		socket_connect(s->config->to, s->config->port, session_reply_s(s) * 1000, &failure);
	if (s->channel.fd < 0)
		return session_failure(s, &failure);
	socket_control(s->channel.fd);
	if (agree(s) || connect_flows(s) || session_prepare(s) ||
	    session_expect(s, CONTROL_ready) || clocks_compare(s, CLOCKS_BEGIN))
		return -1;
	session_state(s, "ready");
	if (s->config->gate ? begin_by_gate(s) : begin_by_clock(s))
		return -1;
	return measure(s) ? -1 : finish(s);
}

int session_tx(const struct config *config)
{
	struct session s;

	return session_end(&s, session_begin(&s, config) ? -1 : tx(&s));
}
