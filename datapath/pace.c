// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/pace.h"

#include <poll.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <time.h>

#include "datapath/stamps.h"

int pace_open(struct flow *f, unsigned int train)
{
	const struct options *option = &f->config->options;
	bool rate = option->set[OPTION_rate];
	struct pace *p;

	if (!rate && !f->all->stamp)
		return 0;
	p = calloc(1, sizeof(*p));
	f->pace = p;
	if (!p)
		return flow_fail(f, "no memory left for flow %u", f->number);
	p->train = train;
	p->ahead_ns = stamps_ahead_ns(f->all->stamp);
	if (!rate)
		return 0;
	schedule_init(&p->schedule, (double)option->rate / train, f->number, f->all->count,
		      f->all->arrivals, &f->all->begun_ns);
	/* A timer of the kernel may be 50 us late by default. */
	prctl(PR_SET_TIMERSLACK, 1UL);
	return 0;
}

void pace_close(struct flow *f)
{
	free(f->pace);
	f->pace = NULL;
}

uint64_t pace_wait_ns(const struct flow *f, uint64_t nth)
{
	uint64_t due_ns = schedule_due_ns(&f->pace->schedule, nth);
	uint64_t now_ns = clock_ns();
	uint64_t most_ns = flow_look_ns(f);

	if (due_ns <= now_ns)
		return 0;
	return due_ns - now_ns < most_ns ? due_ns - now_ns : most_ns;
}

bool pace_wait(struct flow *f, uint64_t nth)
{
	uint64_t ns = pace_wait_ns(f, nth);
	struct timespec most = {.tv_sec = (time_t)(ns / 1000000000),
				.tv_nsec = (long)(ns % 1000000000)};

	if (!ns)
		return true;
	ppoll(NULL, 0, &most, NULL);
	count(&f->counters.call[CALL_ppoll], 1);
	return false;
}

uint64_t pace_unsent(const struct flow *f, uint64_t until_ns, uint64_t sent)
{
	uint64_t due = schedule_until(&f->pace->schedule, until_ns) * f->pace->train;

	return due > sent ? due - sent : 0;
}
