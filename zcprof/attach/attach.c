// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/attach/attach.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/quantity.h"
#include "base/say.h"
#include "zcprof/attach/attaching.h"
#include "zcprof/attach/gate.h"
#include "zcprof/attach/match.h"
#include "zcprof/bystand.h"
#include "zcprof/attach/command.h"
#include "collectors/kit/cpus.h"
#include "collectors/power/power.h"
#include "base/stop.h"

static struct subject *add_subject(struct attaching *a, enum record_end end)
{
	struct subject *s = &a->subjects[a->count++];

	*s = (struct subject){.end = end, .pidfd = -1, .target.netns = -1};
	s->iface = a->settings->iface[end];
	if (!s->iface)
		s->iface = a->settings->iface[END_HOST];
	return s;
}

static void take_all_cpus(cpu_set_t *cpus)
{
	unsigned int bound = cpus_bound();

	CPU_ZERO(cpus);
	if (bound > CPU_SETSIZE)
		say_warning("the CPUs from %d on are not among those that are measured as this end's: name 1,024 at most with --cpu",
			    CPU_SETSIZE);
	for (unsigned int cpu = 0; cpu < bound && cpu < CPU_SETSIZE; cpu++)
		CPU_SET(cpu, cpus);
}

/* Whom the options name for this end, if anyone. 0, or -1 or TARGET_UNABLE after saying why. */
static int add_named(struct attaching *a, enum record_end end)
{
	const struct attach_settings *settings = a->settings;
	struct subject *s;
	const char *why_cpus;
	char why[700];
	int error = 0;

	if (!settings->pid[end] && !settings->cgroup[end] && !settings->netns[end] &&
	    !settings->by_cpu[end])
		return 0;
	s = add_subject(a, end ? end : settings->as);
	s->target.pid = settings->pid[end];
	if (settings->cgroup[end])
		error = target_cgroup(&s->target, settings->cgroup[end], why, sizeof(why));
	else if (settings->netns[end])
		error = target_netns(&s->target, settings->netns[end], why, sizeof(why));
	if (settings->by_cpu[end]) {
		if (!settings->cpus[end])
			take_all_cpus(&s->target.cpus);
		else
			cpulist_parse(settings->cpus[end], &s->target.cpus, &why_cpus);
		target_on_cpus(&s->target);
	}
	if (error)
		say_error("%s", why);
	return error;
}

static int start_command(struct attaching *a)
{
	const struct attach_settings *s = a->settings;
	enum record_end end = !a->count ? s->as : a->subjects[0].end == END_RX ? END_TX : END_RX;
	struct subject *subject = add_subject(a, end);
	char why[300];

	subject->is_command = true;
	if (!s->as && end == END_HOST)
		subject->end = a->reporting.end;
	if (!command_start(&subject->target.pid, a->reporting.words, reporting_fd(&a->reporting),
			   why, sizeof(why))) {
		reporting_started(&a->reporting);
		return 0;
	}
	a->count--;
	say_error("%s", why);
	return -1;
}

static void set_targets(struct attaching *a)
{
	const char *why;

	for (int end = END_RX; end <= END_TX; end++)
		a->run.target[end].netns = -1;
	for (size_t i = 0; i < a->count; i++) {
		const struct subject *s = &a->subjects[i];
		struct target *t = &a->run.target[s->end];
		const char *cpus = a->settings->cpus[s->end];

		*t = s->target;
		snprintf(t->iface, sizeof(t->iface), "%s", s->iface ? s->iface : "");
		if (!cpus)
			cpus = a->settings->cpus[END_HOST];
		if (t->kind != TARGET_CPUS)
			t->cpus_known = cpus && !cpulist_parse(cpus, &t->cpus, &why);
		/* The other end is on another machine: this one works for this end. */
		if (a->settings->gate && a->count == 1 && !t->cpus_known)
			target_has_machine(t);
	}
}

/* Part of the warm-up. 0, or -1 after saying why. */
static int warm_up(struct attaching *a, uint64_t until_ns)
{
	enum waited waited = attach_wait(a, until_ns);

	if (waited == WAITED_ENDED)
		say_error("%s ended before the window opened; a shorter --warmup opens it earlier",
			  a->ended->name);
	return waited == WAITED ? 0 : -1;
}

/* Up to the window: the processes, and which end each of them is. 0, or -1 after saying why. */
static int prepare(struct attaching *a)
{
	uint64_t warmup_ns = (uint64_t)(a->settings->warmup * 1e9);
	uint64_t began;

	for (size_t i = 0; i < a->count; i++)
		if (subject_hold(&a->subjects[i]) || subject_open(&a->subjects[i]))
			return -1;
	began = clock_ns();
	if (a->settings->command) {
		struct subject *command = &a->subjects[a->count];

		/* It may move to another namespace and become another program first. */
		if (start_command(a) || subject_hold(command) ||
		    warm_up(a, began + warmup_ns / 2) || subject_open(command))
			return -1;
	}
	if (warm_up(a, began + warmup_ns))
		return -1;
	for (size_t i = 0; i < a->count; i++) {
		subject_choose_end(&a->subjects[i]);
		subject_warn_state(&a->subjects[i]);
		subject_warn_forked(&a->subjects[i]);
		others_look(&a->subjects[i].others, &a->subjects[i].target);
	}
	return 0;
}

/* Once: how the command ended, and all that it said. Is all well? */
static bool end_command(struct attaching *a, enum command_end how)
{
	bool well = true;

	for (size_t i = 0; i < a->count; i++)
		if (a->subjects[i].is_command && !a->command_ended)
			well = command_finish(a->subjects[i].target.pid, a->settings->command[0],
					      how);
	a->command_ended = true;
	reporting_finish(&a->reporting);
	return well;
}

/* Of a namespace all are its own, and of a device nobody asks whose they are. */
static void follow_closes(struct attaching *a)
{
	bool wanted = false;

	for (size_t i = 0; i < a->count; i++) {
		const struct subject *s = &a->subjects[i];

		wanted |= !s->iface &&
			  (s->target.kind == TARGET_PROCESS || s->target.kind == TARGET_CGROUP);
	}
	if (!wanted)
		return;
	if (connections_open(&a->closes, &a->run, a->why_no_closes, sizeof(a->why_no_closes)))
		say_detail("connections that end are not told apart by process: %s",
			   a->why_no_closes);
	for (size_t i = 0; i < a->count; i++)
		traffic_closes(&a->subjects[i].traffic, a->closes, a->subjects[i].end);
}

/* What whoever opened the window needs to put it together with another machine's. */
static void tell_gate(struct attaching *a)
{
	const struct subject *first = &a->subjects[0];

	gate_edge(a->writer, "opened", first->at_ns[EDGE_OPEN]);
	gate_edge(a->writer, "closed", first->at_ns[EDGE_CLOSE]);
	for (size_t i = 0; i < a->count; i++)
		match_tell(a->writer, a->subjects[i].end, &a->subjects[i].traffic);
}

static int run_window(struct attaching *a)
{
	enum waited waited;
	bool whole;

	set_targets(a);
	attach_record_facts(a);
	follow_closes(a);
	collecting_open(&a->collecting, &a->run, a->chosen, false, a->writer, &a->once);
	writer_flush(a->writer);
	if (a->settings->gate && gate_wait(a->writer)) {
		collecting_close(&a->collecting);
		writer_abandon(a->writer);
		return EXIT_FAILED;
	}
	attach_look_begin(a);
	waited = attach_measure(a);
	if (a->settings->gate)
		tell_gate(a);
	for (size_t i = 0; i < a->count; i++) {
		subject_warn_forked(&a->subjects[i]);
		others_look(&a->subjects[i].others, &a->subjects[i].target);
		sockets_look(&a->subjects[i].sockets, &a->run, a->subjects[i].end);
		sockets_say(&a->subjects[i].sockets, a->writer, a->subjects[i].end);
	}
	/* Who only watches is done when asked to stop. */
	if (waited == WAITED_STOPPED && !a->settings->output && !a->settings->seconds)
		waited = WAITED;
	whole = attach_record_window(a, waited);
	collecting_close(&a->collecting);
	writer_flush(a->writer);
	/* What it says itself it may say at its end only. */
	if (a->settings->terminate || a->reporting.adapter)
		whole = end_command(a, a->settings->terminate ? COMMAND_TERMINATE : COMMAND_WAIT) &&
			whole;
	attach_record_bytes(a);
	if (writer_finish(a->writer))
		whole = false;
	/* Who watches what is no more is to read that, and its last figures. */
	if (waited == WAITED_ENDED)
		live_hold(&a->live);
	live_end(&a->live);
	return whole ? EXIT_DONE : EXIT_FAILED;
}

/* For who wants no record, or only if a key asks for one. */
static struct writer *write_nowhere(struct attaching *a)
{
	const char *name = a->settings->live ? "memory" : "/dev/null";

	a->nowhere = a->settings->live ? memfd_create("record", MFD_CLOEXEC)
				       : open(name, O_WRONLY | O_CLOEXEC);
	if (a->nowhere < 0)
		say_error("cannot open %s, where a record goes that nobody wants: %s", name,
			  strerror(errno));
	return a->nowhere >= 0 ? writer_stream(a->nowhere, name) : NULL;
}

int attach(const struct attach_settings *settings)
{
	struct attaching a = {.settings = settings, .nowhere = -1};
	struct meter meter = settings->meter; /* what it idles at is found out */
	char *sidecar = attach_sidecar(settings->output);
	int error = stop_prepare();
	int result = EXIT_FAILED;
	bool prepared;

	if (error) {
		say_error("cannot take signals: %s", strerror(-error));
		free(sidecar);
		return EXIT_FAILED;
	}
	a.run.sidecar = sidecar;
	a.run.exact = settings->exact;
	a.run.watched = settings->live;
	a.run.seconds = settings->seconds;
	a.run.meter = &meter;
	collecting_choose(a.chosen, settings->collect, settings->no_collect);
	if (settings->command)
		error = reporting_open(&a.reporting, settings->command, settings->adapter);
	for (int end = END_HOST; end < END_COUNT && !error; end++)
		error = add_named(&a, end);
	if (!error && power_idle(&meter))
		error = TARGET_UNABLE;
	if (error == TARGET_UNABLE)
		result = EXIT_UNABLE;
	if (!error)
		error = attach_look_open(&a);
	if (!error)
		a.writer = settings->output ? writer_create(settings->output) : write_nowhere(&a);
	/* Where the network died there is nobody to write for. */
	if (a.writer && settings->gate)
		writer_patience(a.writer, GATE_TAKEN_MS);
	if (a.writer && writer_is_stream(a.writer))
		a.run.sidecar = NULL;
	prepared = a.writer && !prepare(&a);
	if (prepared)
		result = run_window(&a);
	else if (a.writer)
		writer_discard(a.writer); /* a record without a window is none */
	for (size_t i = 0; i < a.count; i++)
		subject_close(&a.subjects[i]);
	connections_close(a.closes);
	if (!end_command(&a, prepared ? COMMAND_WAIT : COMMAND_GIVE_UP))
		result = EXIT_FAILED;
	reporting_close(&a.reporting);
	attach_look_close(&a);
	if (a.nowhere >= 0)
		close(a.nowhere);
	once_free(&a.once);
	free(sidecar);
	return result;
}
