// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/session.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/say.h"
#include "datapath/interrupt.h"
#include "datapath/limits.h"
#include "datapath/path.h"
#include "datapath/priority.h"
#include "datapath/room.h"
#include "datapath/served.h"
#include "datapath/surroundings.h"

uint64_t seconds_from_now(double seconds)
{
	return clock_ns() + (uint64_t)(seconds * 1e9);
}

int session_begin(struct session *s, const struct config *config)
{
	struct options effective;
	struct failure failure;

	*s = (struct session){.config = config, .channel.fd = -1};
	gate_open(&s->gate, config->gate ? STDIN_FILENO : -1);
	s->signal_fd = interrupt_begin();
	if (s->signal_fd < 0)
		return session_fail(s, "cannot watch signals: %s", strerror(errno));
	if (socket_effective(config, &effective, &failure))
		return session_failure(s, &failure);
	s->settings = journal_open(JOURNAL_DIR);
	if (!s->settings)
		return session_fail(s, "no memory left for the settings");
	if (surroundings_set(config, s->settings, &effective, &failure))
		return session_failure(s, &failure);
	s->out = writer_stream(STDOUT_FILENO, "standard output");
	if (!s->out)
		return -1;
	writer_fact(s->out, config->end, METRIC_fact_record_version, NULL, "1");
	writer_fact(s->out, config->end, METRIC_fact_program, NULL, "zcpath " VERSION);
	config_facts(config, &effective, s->out);
	writer_flush(s->out);
	/* Nobody is kept waiting for a peer whose bytes could not be told. */
	return writer_error(s->out) ? -1 : 0;
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

const char *session_peer(const struct session *s)
{
	return s->config->end == END_TX ? "receiver" : "sender";
}

int session_send(struct session *s, enum control_verb verb)
{
	struct control_message m = {.verb = verb};

	return channel_send(&s->channel, &m) ? session_lost(s, errno) : 0;
}

/* sockets: of each flow. */
int session_room(struct session *s, uint64_t flows, unsigned int sockets)
{
	struct failure failure = {.unable = true};

	writer_u64(s->out, WINDOW, s->config->end, METRIC_path_memory, NULL,
		   room_wanted(s->config, flows));
	writer_flush(s->out);
	return room_allowed(s->config, flows, failure.why, sizeof(failure.why)) &&
			       limits_allow(s->config, flows, sockets, failure.why,
					    sizeof(failure.why))
		       ? 0
		       : session_failure(s, &failure);
}

/* Large memory takes its time, and the peer hears that this end is at it. */
static int await_opened(struct session *s)
{
	while (!s->opened) {
		switch (session_next(s, seconds_from_now(1), false)) {
		case HAPPENED_TIMEOUT:
			if (session_send(s, CONTROL_wait))
				return -1;
			break;
		case HAPPENED_SIGNAL:
			return session_fail(s,
					    "interrupted before the window opened: nothing was measured");
		case HAPPENED_MESSAGE:
			if (s->config->end == END_TX && s->message.verb == CONTROL_ready)
				break;
			return session_fail(s, "the %s said '%s' where it makes no sense",
					    session_peer(s), control_verb_name[s->message.verb]);
		case HAPPENED_FAILED:
			return -1;
		default:
			break;
		}
	}
	return 0;
}

int session_prepare(struct session *s)
{
	const struct path *path = s->config->path;
	int error;

	if (window_init(&s->window, s->flows, s->window.message))
		return session_fail(s, "no memory left for the counters of %u flows",
				    s->flows->count);
	if (path->prepare && path->prepare(s->flows)) {
		s->unable |= s->flows->unable;
		return session_fail(s, "%s", s->flows->flow[0].error);
	}
	if (!flows_begin(s->flows)) {
		s->unable |= s->flows->unable;
		return session_fail(s, "%s", flows_error(s->flows));
	}
	if (await_opened(s))
		return -1;
	error = priority_lead();
	if (error)
		say_detail("the control thread waits for its turn as all do: %s", strerror(error));
	return 0;
}

void session_place(struct session *s, int data_fd)
{
	const cpu_set_t *cpus = &s->config->options.irq_cpu;
	char device[IF_NAMESIZE];

	if (!CPU_COUNT(cpus))
		return;
	if (socket_device(data_fd, device)) {
		say_warning("--irq-cpu has no effect: the device of the data flows is not known");
		return;
	}
	if (s->config->end == END_TX && !strcmp(device, "lo")) {
		say_warning("--irq-cpu has no effect at this end: both ends share the loopback device, and its softirq work is the receiver's; give it to 'zcpath rx'");
		return;
	}
	s->placement = placement_apply(device, cpus, s->out, s->config->end);
}

void session_open(struct session *s)
{
	window_open(&s->window);
	s->window_is_open = true;
	s->tick_ns = s->window.open_ns + s->config->interval_s * 1e9;
	served_note(s->flows);
}

void session_close(struct session *s)
{
	window_close(&s->window);
	s->window_is_open = false;
	served_note(s->flows);
}
