// SPDX-License-Identifier: GPL-2.0-or-later
/* The receiving end of a run: it listens, and it follows. */
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/say.h"
#include "datapath/path.h"
#include "datapath/reception.h"
#include "datapath/served.h"
#include "datapath/session.h"

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

static void rx_closed(struct session *s)
{
	session_close(s);
	session_state(s, "closed");
	window_write(&s->window, s->out);
	served_write(s->flows, s->out);
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
			    "the sender has said nothing for %u s since it was told that all is ready; it has stalled",
			    session_reply_s(s));
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

static int rx(struct session *s)
{
	struct reception r = {.session = s, .control.fd = -1, .data.fd = -1};

	if (prepare_nic(s) || reception_listen(&r) || reception_meet(&r) || reception_flows(&r) ||
	    steer_flows(s) || session_prepare(s) || session_send(s, CONTROL_ready))
		return -1;
	session_state(s, "ready");
	return measure(s) ? -1 : session_finish(s);
}

int session_rx(const struct config *config)
{
	struct session s;

	return session_end(&s, session_begin(&s, config) ? -1 : rx(&s));
}
