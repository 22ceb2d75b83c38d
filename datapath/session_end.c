// SPDX-License-Identifier: GPL-2.0-or-later
/* How a run ends: both ends compare what they moved, and let go of everything. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/say.h"
#include "datapath/session.h"
#include "datapath/summary.h"

int session_send_total(struct session *s)
{
	struct control_message m = {.verb = CONTROL_total, .bytes = flows_bytes(s->flows)};

	if (s->total_sent)
		return 0;
	s->total_sent = true;
	for (unsigned int i = 0; i < s->flows->count; i++) {
		const struct verify *v = &s->flows->flow[i].verify;

		if (v->bad && !m.bad) {
			m.bad_flow = i;
			m.bad_at = v->first_bad;
		}
		m.bad += v->bad;
	}
	return channel_send(&s->channel, &m) ? session_lost(s, errno) : 0;
}

/* Both ends judge for themselves; none takes the other's word that all is well. */
static int session_settle(struct session *s)
{
	const struct control_message *peer = &s->peer_total;
	uint64_t here = flows_bytes(s->flows);
	uint64_t sent = s->config->end == END_TX ? here : peer->bytes;
	uint64_t received = s->config->end == END_TX ? peer->bytes : here;
	uint64_t bad = peer->bad;
	uint64_t bad_flow = peer->bad_flow;
	uint64_t bad_at = peer->bad_at;

	if (!flows_idle(s->flows))
		writer_u64(s->out, WINDOW, s->config->end, METRIC_path_bytes_life, NULL, here);
	for (unsigned int i = 0; i < s->flows->count; i++) {
		const struct verify *v = &s->flows->flow[i].verify;

		if (v->bad && !bad) {
			bad_flow = i;
			bad_at = v->first_bad;
		}
		bad += v->bad;
	}
	if (s->config->end == END_RX && !flows_idle(s->flows))
		writer_u64(s->out, WINDOW, END_RX, METRIC_path_strangers, NULL, s->strangers);
	if (s->flows->flow[0].verify.message)
		writer_u64(s->out, WINDOW, s->config->end, METRIC_path_bad_bytes, NULL, bad);
	/*
	 * Datagrams may be lost, and the rows say how many. More than were sent are somebody else's, but for requests, whose
	 * tokens say that they are ours: those the network has doubled.
	 */
	if (sent != received &&
	    !(s->flows->datagram && (received < sent || s->flows->exchange.response))) {
		say_error("the sender sent %llu bytes and the receiver got %llu: the figures of this run are not to be used",
			  (unsigned long long)sent, (unsigned long long)received);
		return -1;
	}
	if (bad) {
		say_error("%llu bytes were not what was sent, the first at byte %llu of flow %llu: something between the two ends changes data",
			  (unsigned long long)bad, (unsigned long long)bad_at,
			  (unsigned long long)bad_flow);
		return -1;
	}
	return 0;
}

static int after_window(struct session *s)
{
	switch (s->message.verb) {
	case CONTROL_total:
		s->peer_total = s->message;
		s->peer_total_known = true;
		return 0;
	case CONTROL_stop:
		return 0;
	case CONTROL_close:
		/* With --bytes our window closes by itself, maybe while this was on its way. */
		if (s->limit)
			return session_send(s, CONTROL_closed);
		break;
	default:
		break;
	}
	return session_fail(s, "the %s said '%s' after the window", session_peer(s),
			    control_verb_name[s->message.verb]);
}

/* Until both ends have moved everything and said so. */
int session_finish(struct session *s)
{
	while (!s->ended || !s->peer_total_known) {
		if (s->ended && session_send_total(s))
			return -1;
		switch (session_next(s, FOREVER, false)) {
		case HAPPENED_FAILED:
			return -1;
		case HAPPENED_MESSAGE:
			if (after_window(s))
				return -1;
			break;
		default:
			break;
		}
	}
	session_moving(s, false);
	return session_send_total(s) ? -1 : session_settle(s);
}

int session_end(struct session *s, int result)
{
	if (placement_restore(s->placement))
		result = -1;
	if (!result)
		summary_say(s);
	/* A thread of a run that failed may stay blocked; the process's end is its end. */
	if (!s->flows || flows_ended(s->flows) || flows_break(s->flows)) {
		flows_free(s->flows);
		message_free(s->memory);
		message_free(s->requests);
	}
	/* What is bound to its queues is gone by now. */
	if (zerocopy_end(s->nic))
		result = -1;
	if (journal_close(s->settings))
		result = -1;
	window_free(&s->window);
	if (s->channel.fd >= 0)
		close(s->channel.fd);
	if (s->out && result)
		writer_abandon(s->out);
	else if (s->out && writer_finish(s->out))
		result = -1;
	if (!result)
		return EXIT_DONE;
	return s->unable ? EXIT_UNABLE : EXIT_FAILED;
}
