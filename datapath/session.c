// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/session.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/say.h"
#include "datapath/path.h"

#define SECOND_NS 1000000000ULL

uint64_t seconds_from_now(double seconds)
{
	return clock_ns() + (uint64_t)(seconds * 1e9);
}

/*
 * SIGINT and SIGTERM are read from a descriptor: the first asks for an orderly end, and gives the
 * signals their old effect back, so that the second ends the program at once.
 */
static int signals_begin(struct session *s)
{
	sigset_t set;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	if (sigprocmask(SIG_BLOCK, &set, NULL))
		return -1;
	s->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return s->signal_fd < 0 ? -1 : 0;
}

static void signals_end(struct session *s)
{
	struct signalfd_siginfo info;
	sigset_t set;

	if (read(s->signal_fd, &info, sizeof(info)) < 0)
		return;
	/* timeout(1) says it twice, to its child and to all of its group: that is one wish. */
	usleep(50000);
	while (read(s->signal_fd, &info, sizeof(info)) > 0)
		;
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	close(s->signal_fd);
	s->signal_fd = -1;
}

int session_begin(struct session *s, const struct config *config)
{
	struct option_value effective[OPTIONS];
	struct failure failure;

	*s = (struct session){.config = config, .channel.fd = -1, .signal_fd = -1};
	s->gate_fd = config->gate ? STDIN_FILENO : -1;
	if (signals_begin(s))
		return session_fail(s, "cannot watch signals: %s", strerror(errno));
	if (socket_effective(config, effective, &failure))
		return session_failure(s, &failure);
	s->out = writer_stream(STDOUT_FILENO, "standard output");
	if (!s->out)
		return -1;
	writer_fact(s->out, config->end, METRIC_fact_record_version, NULL, "1");
	writer_fact(s->out, config->end, METRIC_fact_program, NULL, "zcpath " VERSION);
	config_facts(config, effective, s->out);
	writer_flush(s->out);
	return 0;
}

int session_fail(struct session *s, const char *format, ...)
{
	struct control_message m = {.verb = CONTROL_fail};
	va_list args;
	char why[512];

	va_start(args, format);
	vsnprintf(why, sizeof(why), format, args);
	va_end(args);
	say_error("%s", why);
	snprintf(m.reason, sizeof(m.reason), "%.*s", CONTROL_REASON_MAX, why);
	if (s->channel.fd >= 0 && channel_send(&s->channel, &m))
		say_detail("the peer could not be told");
	return -1;
}

int session_failure(struct session *s, const struct failure *failure)
{
	s->unable |= failure->unable;
	return session_fail(s, "%s", failure->why);
}

void session_state(struct session *s, const char *state)
{
	writer_fact(s->out, s->config->end, METRIC_path_state, NULL, state);
	writer_flush(s->out);
}

int session_send(struct session *s, enum control_verb verb)
{
	struct control_message m = {.verb = verb};

	if (!channel_send(&s->channel, &m))
		return 0;
	return session_fail(s,
			    "cannot say '%s' to the peer: %s; it has died or stalled, look for its last words",
			    control_verb_name[verb], strerror(errno));
}

/* A sender's bytes move on when they are acknowledged, too: one send may take long. */
static uint64_t progress_of(const struct session *s)
{
	uint64_t progress;

	if (!s->flows)
		return 0;
	progress = flows_bytes(s->flows);
	if (s->config->end == END_TX)
		for (unsigned int i = 0; i < s->flows->count; i++)
			progress += socket_acked(s->flows->flow[i].fd);
	return progress;
}

void session_moving(struct session *s, bool moving)
{
	s->moving = moving;
	s->progress_ns = clock_ns();
}

static int check_progress(struct session *s)
{
	uint64_t progress = progress_of(s);
	uint64_t now = clock_ns();

	if (progress != s->progress) {
		s->progress = progress;
		s->progress_ns = now;
	}
	if (now - s->progress_ns < STALL_S * SECOND_NS)
		return 0;
	return session_fail(s,
			    "no byte has moved for %d s: the %s or the link between has stalled; see whether it still runs",
			    STALL_S, s->config->end == END_TX ? "receiver" : "sender");
}

static enum happening peer_closed(struct session *s)
{
	session_fail(s,
		     "the peer closed the control connection before the run was over; it has died or was stopped, look for its last words");
	return HAPPENED_FAILED;
}

/* The peer's own words, if they come soon, say more than the error of a broken flow. */
static enum happening flow_failed(struct session *s, const char *error)
{
	struct pollfd wait = {.fd = s->channel.fd, .events = POLLIN};
	char why[256];
	int got = 0;

	if (poll(&wait, 1, 500) == 1)
		got = channel_read(&s->channel);
	while (channel_next(&s->channel, &s->message, why, sizeof(why)) == 1)
		if (s->message.verb == CONTROL_fail) {
			say_error("the peer gave up: %s", s->message.reason);
			return HAPPENED_FAILED;
		}
	if (got < 0)
		return peer_closed(s);
	s->unable |= s->flows->unable;
	session_fail(s, "%s", error);
	return HAPPENED_FAILED;
}

static bool flows_have_news(struct session *s, enum happening *what)
{
	uint64_t events;
	const char *error;

	if (read(s->flows->ended_fd, &events, sizeof(events)) < 0)
		return false;
	error = flows_error(s->flows);
	if (error) {
		*what = flow_failed(s, error);
		return true;
	}
	s->ended = flows_ended(s->flows);
	*what = HAPPENED_ENDED;
	return s->ended;
}

static bool next_message(struct session *s, enum happening *what)
{
	char why[256];
	int got = channel_next(&s->channel, &s->message, why, sizeof(why));

	if (!got)
		return false;
	*what = HAPPENED_FAILED;
	if (got < 0)
		session_fail(s,
			     "the peer on the control connection is no zcpath that this one understands: it said %s; see what is connecting to port %u",
			     why, s->config->port);
	else if (s->message.verb == CONTROL_fail)
		say_error("the peer gave up: %s", s->message.reason);
	else
		*what = HAPPENED_MESSAGE;
	return true;
}

static bool next_gate_word(struct session *s, enum happening *what)
{
	static const char *const words[GATE_WORDS] = {"start", "open", "close"};
	char *newline = memchr(s->gate_bytes, '\n', s->gate_used);
	size_t len = newline ? (size_t)(newline - s->gate_bytes) : s->gate_used;

	if (!newline && s->gate_used < sizeof(s->gate_bytes))
		return false;
	for (int i = 0; i < GATE_WORDS && newline; i++)
		if (len == strlen(words[i]) && !memcmp(words[i], s->gate_bytes, len)) {
			s->gate_used -= len + 1;
			memmove(s->gate_bytes, newline + 1, s->gate_used);
			s->gate_word = i;
			*what = HAPPENED_GATE;
			return true;
		}
	session_fail(s, "the gate said '%.*s', where 'start', 'open' or 'close' is expected",
		     (int)len, s->gate_bytes);
	*what = HAPPENED_FAILED;
	return true;
}

static bool read_gate(struct session *s, enum happening *what)
{
	ssize_t got = read(s->gate_fd, s->gate_bytes + s->gate_used,
			   sizeof(s->gate_bytes) - s->gate_used);

	if (got > 0) {
		s->gate_used += got;
		return next_gate_word(s, what);
	}
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	session_fail(s, "the gate ended before it said 'close'; whoever led this run has died");
	*what = HAPPENED_FAILED;
	return true;
}

/* Rows of the window's course, and whether bytes still move. When to come again, or 0: failed. */
static uint64_t keep_time(struct session *s, uint64_t deadline_ns)
{
	uint64_t now = clock_ns();

	if (s->moving && check_progress(s))
		return 0;
	if (s->moving && deadline_ns > now + SECOND_NS)
		deadline_ns = now + SECOND_NS;
	if (!s->window_is_open)
		return deadline_ns;
	if (now >= s->tick_ns) {
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
	if (fds[0].revents && channel_read(&s->channel) < 0) {
		/* Its last words may still wait to be read. */
		if (next_message(s, what))
			return true;
		*what = peer_closed(s);
		return true;
	}
	if (fds[0].revents && next_message(s, what))
		return true;
	if (fds[1].revents) {
		signals_end(s);
		s->interrupted = true;
		*what = HAPPENED_SIGNAL;
		return true;
	}
	if (fds[2].revents && s->flows && flows_have_news(s, what))
		return true;
	return fds[3].revents && read_gate(s, what);
}

enum happening session_next(struct session *s, uint64_t deadline_ns, bool gate)
{
	enum happening what;

	if (next_message(s, &what) || (gate && s->gate_used && next_gate_word(s, &what)))
		return what;
	for (;;) {
		struct pollfd fds[] = {
			{.fd = s->channel.fd, .events = POLLIN},
			{.fd = s->signal_fd, .events = POLLIN},
			{.fd = s->flows && !s->ended ? s->flows->ended_fd : -1, .events = POLLIN},
			{.fd = gate ? s->gate_fd : -1, .events = POLLIN},
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

int session_expect(struct session *s, enum control_verb verb)
{
	uint64_t deadline_ns = seconds_from_now(REPLY_S);

	for (;;) {
		switch (session_next(s, deadline_ns, false)) {
		case HAPPENED_MESSAGE:
			if (s->message.verb == verb)
				return 0;
			if (s->message.verb == CONTROL_stop) {
				s->interrupted = true;
				break;
			}
			if (s->message.verb == CONTROL_total && !s->peer_total_known) {
				s->peer_total = s->message;
				s->peer_total_known = true;
				break;
			}
			return session_fail(s, "the peer said '%s', where '%s' is expected",
					    control_verb_name[s->message.verb],
					    control_verb_name[verb]);
		case HAPPENED_TIMEOUT:
			return session_fail(s,
					    "the peer did not say '%s' within %d s; it has stalled, or is no zcpath",
					    control_verb_name[verb], REPLY_S);
		case HAPPENED_FAILED:
			return -1;
		default:
			break;
		}
	}
}

int session_prepare(struct session *s)
{
	const struct path *path = s->config->path;

	if (window_init(&s->window, s->flows, s->window.message))
		return session_fail(s, "no memory left for the counters of %u flows",
				    s->flows->count);
	if (path->prepare && path->prepare(s->flows)) {
		s->unable |= s->flows->unable;
		return session_fail(s, "%s", s->flows->flow[0].error);
	}
	if (flows_prepare(s->flows))
		return 0;
	s->unable |= s->flows->unable;
	return session_fail(s, "%s", flows_error(s->flows));
}

void session_place(struct session *s, int data_fd)
{
	const struct option_value *cpus = &s->config->option[OPTION_irq_cpu];
	char device[IF_NAMESIZE];

	if (!cpus->set)
		return;
	if (socket_device(data_fd, device)) {
		say_warning("--irq-cpu has no effect: the device of the data flows is not known");
		return;
	}
	if (s->config->end == END_TX && !strcmp(device, "lo")) {
		say_warning("--irq-cpu has no effect at this end: both ends share the loopback device, and its softirq work is the receiver's; give it to 'zcpath rx'");
		return;
	}
	s->placement = placement_apply(device, &cpus->cpus, s->out, s->config->end);
}

void session_open(struct session *s)
{
	window_open(&s->window);
	s->window_is_open = true;
	s->tick_ns = s->window.open_ns + s->config->interval_s * 1e9;
}

void session_close(struct session *s)
{
	window_close(&s->window);
	s->window_is_open = false;
}
