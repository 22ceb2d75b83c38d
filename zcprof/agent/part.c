// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/agent/part.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "base/clock.h"
#include "base/quantity.h"
#include "base/say.h"
#include "zcprof/agent/device.h"
#include "zcprof/facts.h"

/* An end says its last rows and goes; one that does not is ended. */
#define ENDS_WITHIN_MS 8000

/* ---- beginning ---- */

static enum record_end end_named(const char *name)
{
	return !strcmp(name, "rx") ? END_RX : !strcmp(name, "tx") ? END_TX : END_HOST;
}

struct asked {
	const char *collect, *no_collect, *address;
	double seconds;
};

static int take_cpus(struct part *p, enum record_end end, const char *list, bool places)
{
	struct target *t = &p->run.target[end];
	cpu_set_t cpus;
	const char *why;

	if (cpulist_parse(list, &cpus, &why))
		return -1;
	CPU_OR(&t->cpus, &t->cpus, &cpus);
	t->cpus_known = t->cpus_known || places;
	return 0;
}

static int take(struct part *p, const char *name, const char *value, struct asked *asked)
{
	enum record_end end = !strncmp(name, "tx", 2) ? END_TX : END_RX;
	const char *why;
	uint64_t number;

	if (!strcmp(name, "end")) {
		end = end_named(value);
		p->here[end] = true;
		return end == END_HOST ? -1 : 0;
	}
	if (!strcmp(name, "rx-cpu") || !strcmp(name, "tx-cpu"))
		return take_cpus(p, end, value, true);
	if (!strcmp(name, "rx-irq-cpu") || !strcmp(name, "tx-irq-cpu"))
		return take_cpus(p, end, value, false);
	if (!strcmp(name, "seconds"))
		return quantity_seconds(value, &asked->seconds, &why);
	if (!strcmp(name, "port")) {
		if (quantity_count(value, &number, &why) || number > 65535)
			return -1;
		p->run.data_port = number;
		return 0;
	}
	if (!strcmp(name, "address"))
		asked->address = value;
	else if (!strcmp(name, "collect"))
		asked->collect = value;
	else if (!strcmp(name, "no-collect"))
		asked->no_collect = value;
	else if (!strcmp(name, "exact"))
		p->run.exact = true;
	else if (!strcmp(name, "control"))
		p->control = true;
	else
		return -1;
	return 0;
}

int part_begin(struct part *p, char *const words[], char *why, size_t size)
{
	struct asked asked = {0};

	part_drop(p);
	for (int end = 0; end < END_COUNT; end++) {
		p->here[end] = false;
		p->end[end] = (struct end){.in = -1, .out = -1, .err = -1};
		p->end_opened_ns[end] = p->end_closed_ns[end] = 0;
	}
	p->control = false;
	p->opened_ns = p->closed_ns = 0;
	p->run = (struct measurement){.data_port = 0};
	for (; *words; words++) {
		char name[16];
		const char *value = strchr(*words, '=');

		snprintf(name, sizeof(name), "%.*s", (int)strcspn(*words, "="), *words);
		if (!value || take(p, name, value + 1, &asked)) {
			snprintf(why, size, "did not understand \"%.60s\"", *words);
			return EXIT_USAGE;
		}
	}
	p->run.seconds = asked.seconds;
	for (enum record_end end = END_RX; end <= END_TX; end++) {
		struct target *t = &p->run.target[end];

		t->netns = -1;
		if (p->here[end] && asked.address)
			agent_device(end, asked.address, t->iface);
		if (p->here[end] && !p->here[END_RX + END_TX - end] && !t->cpus_known)
			target_has_machine(t);
	}
	if (collecting_refuse(asked.collect, asked.no_collect, false, why, size))
		return EXIT_USAGE;
	collecting_choose(p->chosen, asked.collect, asked.no_collect);
	p->running = true;
	p->calibration = calibrate();
	return EXIT_DONE;
}

/* ---- the ends ---- */

/* In the child. What dies with an agent that was killed is asked to end, and so puts back what it set. */
static int outlive(void *data)
{
	(void)data;
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	return 0;
}

int part_start(struct part *p, const char *name, char *const words[], char *why, size_t size)
{
	enum record_end end = end_named(name);

	if (!p->running || !p->here[end] || p->end[end].pid) {
		snprintf(why, size, "no end %.10s is to be started now", name);
		return EXIT_USAGE;
	}
	if (end_start_as(&p->end[end], end, words, outlive, NULL, why, size))
		return EXIT_FAILED;
	p->run.target[end].pid = p->end[end].pid;
	return EXIT_DONE;
}

static void on_row(void *data, struct end *end, const struct row *row)
{
	struct part *p = data;

	if (row->id == METRIC_path_state && end->reached >= REACHED_OPEN &&
	    !p->end_opened_ns[end->which])
		p->end_opened_ns[end->which] = clock_ns();
	if (row->id == METRIC_path_state && end->reached == REACHED_CLOSED &&
	    !p->end_closed_ns[end->which])
		p->end_closed_ns[end->which] = clock_ns();
	writer_row(p->out, row);
}

/* The last that it said, and how it went; whoever asked has the words for it. */
static void say_ended(struct part *p, struct end *end)
{
	char status[24];

	end_stop(end, ENDS_WITHIN_MS);
	snprintf(status, sizeof(status), "%d", end->status);
	writer_fact(p->out, end->which, METRIC_agent_ended, status, end->said);
}

void part_fds(const struct part *p, struct pollfd fds[PART_FDS])
{
	for (int end = END_RX; end <= END_TX; end++)
		for (int i = 0; i < 2; i++)
			fds[2 * (end - END_RX) + i] = (struct pollfd){
				.fd = !p->running ? -1
				      : i	  ? p->end[end].err
						  : p->end[end].out,
				.events = POLLIN,
			};
}

void part_follow(struct part *p, const struct pollfd fds[PART_FDS])
{
	char why[300];

	for (int i = END_RX; i <= END_TX; i++) {
		struct end *end = &p->end[i];
		int got = 1;

		if (!p->running || end->out < 0)
			continue;
		if (fds[2 * (i - END_RX) + 1].revents)
			end_read_messages(end);
		if (fds[2 * (i - END_RX)].revents)
			got = end_read(end, on_row, p, why, sizeof(why));
		if (got < 0)
			say_warning("%s", why);
		if (got <= 0)
			say_ended(p, end);
	}
}

/* ---- the window ---- */

int part_watch(struct part *p, char *why, size_t size)
{
	if (!p->running || p->collecting.count) {
		snprintf(why, size, "there is no run to watch");
		return EXIT_USAGE;
	}
	/* As the ends have set their devices and the machine by now. */
	facts_machine(p->out);
	for (int end = END_RX; end <= END_TX; end++)
		if (p->here[end])
			facts_end(p->out, &p->run, end);
	collecting_open(&p->collecting, &p->run, p->chosen, p->control, p->out, &p->once);
	bystand(&p->bystander, &p->run);
	p->standing_by = true;
	return EXIT_DONE;
}

int part_edge(struct part *p, enum edge edge, char *why, size_t size)
{
	uint64_t *at = edge == EDGE_OPEN ? &p->opened_ns : &p->closed_ns;

	if (!p->standing_by || *at || (edge == EDGE_CLOSE && !p->opened_ns)) {
		snprintf(why, size, "no window is to be %s now",
			 edge == EDGE_OPEN ? "opened" : "closed");
		return EXIT_USAGE;
	}
	*at = clock_ns();
	collecting_snapshot(&p->collecting, edge);
	if (edge == EDGE_CLOSE)
		*at = clock_ns();
	return EXIT_DONE;
}

/* What of an end's own window its machine did not look at; of one by bytes it looked at more. */
static void say_unseen(const struct part *p, enum record_end end)
{
	uint64_t opened = p->end_opened_ns[end], closed = p->end_closed_ns[end];

	if (!opened || !closed || opened > p->opened_ns || closed < p->closed_ns)
		return;
	writer_u64(p->out, WINDOW, end, METRIC_window_unseen, "open", p->opened_ns - opened);
	writer_u64(p->out, WINDOW, end, METRIC_window_unseen, "close", closed - p->closed_ns);
}

int part_finish(struct part *p, char *why, size_t size)
{
	if (!p->closed_ns) {
		snprintf(why, size, "no window was closed");
		return EXIT_USAGE;
	}
	for (int end = END_RX; end <= END_TX; end++)
		if (p->here[end])
			say_unseen(p, end);
	calibration_emit(&p->calibration, p->out);
	collecting_emit(&p->collecting, p->out);
	return EXIT_DONE;
}

void part_drop(struct part *p)
{
	if (!p->running)
		return;
	p->running = false;
	if (p->standing_by)
		bystand_no_more(&p->bystander);
	p->standing_by = false;
	for (int end = END_RX; end <= END_TX; end++)
		if (p->here[end])
			end_stop(&p->end[end], 0);
	collecting_close(&p->collecting);
}
