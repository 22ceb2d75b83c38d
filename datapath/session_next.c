// SPDX-License-Identifier: GPL-2.0-or-later
/* What a session waits for: the peer, signals, the data threads, the gate, and the clock. */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/say.h"
#include "datapath/interrupt.h"
#include "datapath/clocks.h"
#include "datapath/path.h"
#include "datapath/served.h"
#include "datapath/session.h"
#include "record/patience.h"

#define SECOND_NS 1000000000ULL

/* ---- the peer ---- */

/* What a message means to all of this: false where there is nothing for anybody else in it. */
static bool heard(struct session *s, enum happening *what)
{
	enum control_verb verb = s->message.verb;

	*what = HAPPENED_FAILED;
	if (verb == CONTROL_wait)
		return false;
	/* At once, as the time until then is the error of what is asked for. */
	if (verb == CONTROL_clock && s->config->end == END_RX)
		return clocks_answer(s) != 0;
	if (verb == CONTROL_fail) {
		say_error("the peer gave up: %s", s->message.reason);
	} else if (s->heard & 1U << verb && verb != CONTROL_clock) {
		session_fail(s, "the %s said '%s' twice; it is no zcpath, or a faulty one",
			     session_peer(s), control_verb_name[verb]);
	} else {
		s->heard |= 1U << verb;
		*what = HAPPENED_MESSAGE;
	}
	return true;
}

static bool next_message(struct session *s, enum happening *what)
{
	char why[256];
	int got;

	while ((got = channel_next(&s->channel, &s->message, why, sizeof(why))) == 1) {
		s->heard_ns = clock_ns();
		if (heard(s, what))
			return true;
	}
	if (!got)
		return false;
	session_fail(s,
		     "the %s is no zcpath that this one understands: it said %s; see what is there",
		     session_peer(s), why);
	*what = HAPPENED_FAILED;
	return true;
}

/* Words that came before the end say more than how it ended. */
static bool last_words(struct session *s)
{
	char why[256];

	while (channel_next(&s->channel, &s->message, why, sizeof(why)) == 1)
		if (s->message.verb == CONTROL_fail) {
			say_error("the peer gave up: %s", s->message.reason);
			return true;
		}
	return false;
}

int session_lost(struct session *s, int error)
{
	const char *peer = session_peer(s);
	bool begun = s->channel.lines.used;

	/* They are among the next few lines, if it is a zcpath. */
	for (int i = 0; i < 8; i++)
		if (last_words(s))
			return -1;
		else if (channel_read(&s->channel) != 1)
			break;
	/* There is nobody to be told. */
	close(s->channel.fd);
	s->channel.fd = -1;
	switch (error) {
	case 0:
	case EPIPE:
	case ECONNRESET:
		return session_fail(s,
				    "the %s closed the control connection before the run was over%s%s; it has died or was stopped, look for its last words",
				    peer, begun ? ", in the middle of a line" : "",
				    error == ECONNRESET ? " (Connection reset by peer)" : "");
	case EAGAIN:
		return session_fail(s,
				    "the %s does not read what it is told any more; it has stalled",
				    peer);
	case EFAULT: /* net/ipv4/tcp.c: tcp_recvmsg_locked() of frags that no CPU can read */
		return session_fail(s,
				    "the control connection to the %s stands, but its packets came to a queue whose memory only a zero-copy receiver can read (Bad address): a flow rule or the RSS table leads port %u there too; lead only port %u, of the data, to that queue",
				    peer, s->config->port, s->config->port + 1);
	}
	return session_fail(s,
			    "the control connection to the %s broke: %s; see whether its host is up, and the link between",
			    peer, strerror(error));
}

static enum happening read_peer(struct session *s)
{
	enum happening what;
	int got = channel_read(&s->channel);
	int error = got < 0 ? errno : 0;

	if (next_message(s, &what))
		return what;
	if (got != CHANNEL_ENDED && got >= 0)
		return HAPPENED_TIMEOUT;
	session_lost(s, got == CHANNEL_ENDED ? 0 : error);
	return HAPPENED_FAILED;
}

/* ---- the data threads ---- */

/* The peer's own words, if they come soon, say more than the error of a broken flow. */
static enum happening flow_failed(struct session *s, const char *error)
{
	struct pollfd wait = {.fd = s->channel.fd, .events = POLLIN};

	if (s->moving && poll(&wait, 1, 500) == 1) {
		enum happening what = read_peer(s);

		if (what == HAPPENED_FAILED)
			return what;
	}
	s->unable |= s->flows->unable;
	session_fail(s, "%s", error);
	return HAPPENED_FAILED;
}

static bool flows_have_news(struct session *s, enum happening *what)
{
	uint64_t events;
	const char *error;

	if (read(s->flows->news_fd, &events, sizeof(events)) < 0)
		return false;
	error = flows_error(s->flows);
	if (error) {
		*what = flow_failed(s, error);
		return true;
	}
	if (!flows_begin(s->flows)) {
		*what = flow_failed(s, flows_error(s->flows));
		return true;
	}
	s->ended = flows_ended(s->flows);
	*what = s->ended ? HAPPENED_ENDED : HAPPENED_OPENED;
	if (s->ended)
		return true;
	s->opened = !s->opened && flows_opened(s->flows);
	return s->opened;
}

/*
 * A sender's bytes move on when they are acknowledged, too: one send may take long. Only then it is asked: it waits for
 * the socket, which of thousands of flows may be that of a thread that waits for its turn.
 */
static uint64_t acked_of(const struct session *s)
{
	uint64_t acked = 0;

	for (unsigned int i = 0; s->config->end == END_TX && i < s->flows->count; i++)
		acked += socket_acked(s->flows->flow[i].fd);
	return acked;
}

static bool has_progressed(struct session *s)
{
	uint64_t bytes = s->flows ? flows_bytes(s->flows) : 0;
	uint64_t acked;

	if (bytes != s->progress) {
		s->progress = bytes;
		return true;
	}
	acked = s->flows ? acked_of(s) : 0;
	if (acked == s->acked)
		return false;
	s->acked = acked;
	return true;
}

void session_moving(struct session *s, bool moving)
{
	s->moving = moving;
	s->progress_ns = clock_ns();
}

static int check_progress(struct session *s)
{
	bool progressed = has_progressed(s);
	uint64_t now = clock_ns();

	if (s->limit && s->config->end == END_RX && s->progress > s->limit)
		return session_fail(s,
				    "the sender sends more than the %llu bytes that it said; it is no zcpath, or a faulty one",
				    (unsigned long long)s->limit);
	if (progressed)
		s->progress_ns = now;
	if (now - s->progress_ns < session_reply_s(s) * SECOND_NS)
		return 0;
	return session_fail(s,
			    "no byte has moved for %u s: the %s or the link between has stalled; see whether it still runs",
			    session_reply_s(s), session_peer(s));
}

/* ---- the gate and the clock ---- */

static bool gate_said(struct session *s, int got, const char *why, enum happening *what)
{
	if (!got)
		return false;
	*what = HAPPENED_GATE;
	if (got > 0)
		return true;
	session_fail(s, "%s", why);
	*what = HAPPENED_FAILED;
	return true;
}

/* Bytes that move may be served elsewhere than those of the greeting were. */
#define FOLLOW_NS (SECOND_NS / 10)

int session_follow(struct session *s)
{
	char why[256];

	if (!served_follow(s->flows, why, sizeof(why)))
		return 0;
	s->unable = true;
	return session_fail(s, "%s", why);
}

/* The server of requests in datagrams may get none: whether they are sent is what their client knows, and says by its end. */
static bool may_lose_all(const struct session *s)
{
	return s->flows && s->config->end == END_RX && s->flows->datagram &&
	       s->flows->exchange.response;
}

/* Rows of the window's course, and whether bytes still move. When to come again, or 0: failed. */
static uint64_t keep_time(struct session *s, uint64_t deadline_ns)
{
	uint64_t now = clock_ns();

	if (s->moving && !flows_idle(s->flows) && !may_lose_all(s) && check_progress(s))
		return 0;
	if (s->moving && deadline_ns > now + SECOND_NS)
		deadline_ns = now + SECOND_NS;
	if (s->moving && !s->window.open_ns && s->config->options.cpu.by_queue) {
		if (session_follow(s))
			return 0;
		if (deadline_ns > now + FOLLOW_NS)
			deadline_ns = now + FOLLOW_NS;
	}
	if (!s->window_is_open)
		return deadline_ns;
	if (now >= s->tick_ns) {
		served_note(s->flows);
		if (!flows_idle(s->flows))
			window_tick(&s->window, s->out);
		while (s->tick_ns <= now)
			s->tick_ns += s->config->interval_s * 1e9;
	}
	return deadline_ns < s->tick_ns ? deadline_ns : s->tick_ns;
}

static int milliseconds_until(uint64_t deadline_ns)
{
	uint64_t now = clock_ns();

	if (deadline_ns == FOREVER)
		return -1;
	return deadline_ns > now ? (deadline_ns - now + 999999) / 1000000 : 0;
}

static bool happened(struct session *s, const struct pollfd *fds, enum happening *what)
{
	char why[256];

	if (fds[0].revents) {
		*what = read_peer(s);
		if (*what != HAPPENED_TIMEOUT)
			return true;
	}
	if (fds[1].revents) {
		interrupt_taken(s->signal_fd);
		s->signal_fd = -1;
		s->interrupted = true;
		*what = HAPPENED_SIGNAL;
		return true;
	}
	if (fds[2].revents && s->flows && flows_have_news(s, what))
		return true;
	return fds[3].revents &&
	       gate_said(s, gate_read(&s->gate, &s->gate_word, why, sizeof(why)), why, what);
}

enum happening session_next(struct session *s, uint64_t deadline_ns, bool gate)
{
	enum happening what;
	char why[256];

	if (next_message(s, &what) ||
	    (gate && s->gate.used &&
	     gate_said(s, gate_next(&s->gate, &s->gate_word, why, sizeof(why)), why, &what)))
		return what;
	for (;;) {
		struct pollfd fds[] = {
			{.fd = s->channel.fd, .events = POLLIN},
			{.fd = s->signal_fd, .events = POLLIN},
			{.fd = s->flows && !s->ended ? s->flows->news_fd : -1, .events = POLLIN},
			{.fd = gate ? s->gate.fd : -1, .events = POLLIN},
		};
		uint64_t until = keep_time(s, deadline_ns);

		if (!until)
			return HAPPENED_FAILED;
		if (poll(fds, sizeof(fds) / sizeof(fds[0]), milliseconds_until(until)) < 0 &&
		    errno != EINTR) {
			session_fail(s, "cannot wait for the peer: %s", strerror(errno));
			return HAPPENED_FAILED;
		}
		if (happened(s, fds, &what))
			return what;
		if (clock_ns() >= deadline_ns)
			return HAPPENED_TIMEOUT;
	}
}

unsigned int session_reply_s(const struct session *s)
{
	return patience_reply_s(s->flows ? s->flows->count : 0);
}

uint64_t session_patience(const struct session *s)
{
	return s->heard_ns + session_reply_s(s) * SECOND_NS;
}

/* The total may come before what is waited for; and somebody may interrupt the run anywhere. */
static int expect_other(struct session *s, enum control_verb verb)
{
	switch (s->message.verb) {
	case CONTROL_stop:
		s->interrupted = true;
		return 0;
	case CONTROL_total:
		s->peer_total = s->message;
		s->peer_total_known = true;
		return 0;
	default:
		return session_fail(s, "the %s said '%s', where '%s' is expected", session_peer(s),
				    control_verb_name[s->message.verb], control_verb_name[verb]);
	}
}

int session_expect(struct session *s, enum control_verb verb)
{
	uint64_t asked_ns = clock_ns();

	while (!(s->heard & 1U << verb)) {
		uint64_t since_ns = s->heard_ns > asked_ns ? s->heard_ns : asked_ns;

		switch (session_next(s, since_ns + session_reply_s(s) * SECOND_NS, false)) {
		case HAPPENED_MESSAGE:
			if (s->message.verb != verb && expect_other(s, verb))
				return -1;
			break;
		case HAPPENED_SIGNAL:
			if (!s->window.open_ns)
				return session_fail(s,
						    "interrupted before the window opened: nothing was measured");
			break;
		case HAPPENED_TIMEOUT:
			if (clock_ns() < session_patience(s))
				break;
			return session_fail(s,
					    "the %s did not say '%s' within %u s; it has stalled, or is no zcpath",
					    session_peer(s), control_verb_name[verb],
					    session_reply_s(s));
		case HAPPENED_FAILED:
			return -1;
		default:
			break;
		}
	}
	return 0;
}
