// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/agent/part.h"

#include <stdio.h>

#include "base/clock.h"
#include "collectors/kit/process.h"
#include "nic/journal.h"
#include "zcprof/facts.h"
#include "zcprof/facts_sockets.h"

void part_new(struct part *p)
{
	*p = (struct part){.out = NULL};
	for (int end = 0; end < END_COUNT; end++) {
		p->end[end] = (struct end){.in = -1, .out = -1, .err = -1};
		p->run.target[end].netns = -1;
	}
}

void part_begin(struct part *p)
{
	p->running = true;
	p->calibration = calibrate();
}

/* zcpath forks nothing: then it is one that was started in its place, such as strace, and zcpath is a child of that. */
static void warn_wrapped(struct part *p, enum record_end end)
{
	pid_t pid = p->run.target[end].pid;
	struct process_stat stat;
	char text[320];

	if (!pid || !process_forked(pid) || process_stat(pid, pid, &stat))
		return;
	snprintf(text, sizeof(text),
		 "what --zcpath started, \"%s\", does not become zcpath but starts it: what the records have of the ends' threads, calls and memory is that program's; let it exec zcpath (as strace -D, env and taskset do)",
		 stat.name);
	once_warning(p->once, text);
}

int part_watch(struct part *p)
{
	if (!p->running || p->standing_by)
		return -1;
	/* As the ends have set their devices and the machine by now. */
	facts_machine(p->out);
	for (int end = END_RX; end <= END_TX; end++) {
		if (!p->here[end])
			continue;
		facts_end(p->out, &p->run, end);
		facts_sockets(p->out, &p->run, end);
	}
	for (int end = END_RX; end <= END_TX; end++)
		if (p->here[end])
			warn_wrapped(p, end);
	collecting_open(&p->collecting, &p->run, p->chosen, p->control, p->out, p->once);
	writer_flush(p->out);
	bystand(&p->bystander, &p->run);
	p->standing_by = true;
	return 0;
}

int part_edge(struct part *p, enum edge edge)
{
	uint64_t *at = edge == EDGE_OPEN ? &p->opened_ns : &p->closed_ns;

	if (!p->standing_by || *at || (edge == EDGE_CLOSE && !p->opened_ns))
		return -1;
	*at = clock_ns();
	collecting_snapshot(&p->collecting, edge);
	if (edge == EDGE_CLOSE)
		*at = clock_ns();
	return 0;
}

int part_look(struct part *p)
{
	if (!p->opened_ns || p->closed_ns)
		return -1;
	collecting_look(&p->collecting, p->out);
	return 0;
}

static void stand_by_no_more(struct part *p)
{
	if (p->standing_by)
		bystand_no_more(&p->bystander);
	p->standing_by = false;
}

/* What of an end's own window its machine did not look at; of one by bytes it looked at more. */
static void say_unseen(const struct part *p, enum record_end which)
{
	const struct end *end = &p->end[which];

	if (!end->opened_ns || !end->closed_ns || end->opened_ns > p->opened_ns ||
	    end->closed_ns < p->closed_ns)
		return;
	writer_u64(p->out, WINDOW, which, METRIC_window_unseen, "open",
		   p->opened_ns - end->opened_ns);
	writer_u64(p->out, WINDOW, which, METRIC_window_unseen, "close",
		   end->closed_ns - p->closed_ns);
}

int part_finish(struct part *p)
{
	if (!p->closed_ns || p->finished)
		return -1;
	stand_by_no_more(p);
	for (int end = END_RX; end <= END_TX; end++)
		if (p->here[end])
			say_unseen(p, end);
	calibration_emit(&p->calibration, p->out);
	collecting_emit(&p->collecting, p->out);
	p->finished = true;
	return 0;
}

void part_drop(struct part *p)
{
	bool killed = false;

	stand_by_no_more(p);
	for (int end = END_RX; end <= END_TX; end++) {
		end_stop(&p->end[end], 0);
		killed = killed || (!p->end[end].far && end_was_killed(&p->end[end]));
	}
	/* Putting a device back may take longer than an end is given. */
	if (killed)
		journal_recover(JOURNAL_DIR);
	collecting_close(&p->collecting);
	p->running = false;
}
