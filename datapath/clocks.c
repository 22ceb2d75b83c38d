// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/clocks.h"

#include <errno.h>
#include <math.h>

#include "datapath/session.h"
#include "datapath/stamps.h"

/* Questions that a sender may ask: some more than it does. */
#define QUESTIONS (4 * CLOCK_ROUNDS)

static bool asks(const struct flows *flows)
{
	return flows && flows->stamp == STAMP_PTP && !flows->away;
}

/* As a datagram would be stamped now. */
static uint64_t now_ns(struct clocks *c)
{
	if (!c->ahead_ns)
		c->ahead_ns = stamps_ahead_ns(STAMP_PTP);
	return clock_ns() + c->ahead_ns;
}

int clocks_compare(struct session *s, enum clocks_when when)
{
	struct clock_apart *apart = &s->clocks.apart[when];

	if (!asks(s->flows))
		return 0;
	apart->error_ns = INFINITY;
	for (int i = 0; i < CLOCK_ROUNDS; i++) {
		struct control_message question = {.verb = CONTROL_clock};
		uint64_t asked = now_ns(&s->clocks);

		s->heard &= ~(1U << CONTROL_clock);
		if (channel_send(&s->channel, &question))
			return session_lost(s, errno);
		if (session_expect(s, CONTROL_clock))
			return -1;
		/* From asked on: a double has not room for the time since 1970 in nanoseconds. */
		clock_compare(apart, 0, (double)(int64_t)(s->message.clock - asked),
			      (double)(now_ns(&s->clocks) - asked));
	}
	return 0;
}

int clocks_answer(struct session *s)
{
	struct control_message answer = {.verb = CONTROL_clock, .clock = now_ns(&s->clocks)};

	if (!asks(s->flows) || s->clocks.answered++ == QUESTIONS)
		return session_fail(s, "the sender said 'clock' where it makes no sense");
	return channel_send(&s->channel, &answer) ? session_lost(s, errno) : 0;
}

void clocks_write(const struct clocks *c, struct writer *out)
{
	static const char *const key[CLOCKS_WHEN] = {"begin", "end"};

	for (int when = 0; when < CLOCKS_WHEN; when++) {
		const struct clock_apart *apart = &c->apart[when];

		if (!(apart->error_ns > 0))
			continue;
		writer_f64(out, WINDOW, END_TX, METRIC_path_clock_ahead, key[when], apart->ahead_ns);
		writer_f64(out, WINDOW, END_TX, METRIC_path_clock_error, key[when], apart->error_ns);
	}
}
