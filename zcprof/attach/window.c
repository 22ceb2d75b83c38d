// SPDX-License-Identifier: GPL-2.0-or-later
/* What attach() does while a window is open, and how it waits: for who ends, for keys, for ends of connections. */
#include <errno.h>
#include <poll.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/stop.h"
#include "zcprof/attach/attaching.h"
#include "zcprof/attach/gate.h"
#include "zcprof/bystand.h"

#define LOOK_NS 1000000000ULL
/* Between two times of hearing which connections ended: many at a time, so that it takes little. */
#define HEAR_NS 20000000
#define FOREVER UINT64_MAX

/* What is waited for: each subject's end, and its connections', then keys or whoever opens the window, and signals. */
enum { WAIT_ENDS, WAIT_TRAFFIC = SUBJECTS, WAIT_KEYS = 2 * SUBJECTS, WAIT_STOP, WAITS };

/* deaf: not for ends of connections. */
static void list_waits(const struct attaching *a, bool deaf, struct pollfd fds[WAITS])
{
	for (size_t i = 0; i < SUBJECTS; i++) {
		const struct subject *s = i < a->count ? &a->subjects[i] : NULL;

		fds[WAIT_ENDS + i] = (struct pollfd){.fd = s ? s->pidfd : -1, .events = POLLIN};
		fds[WAIT_TRAFFIC + i] = (struct pollfd){
			.fd = s && !deaf ? traffic_fd(&s->traffic) : -1, .events = POLLIN};
	}
	fds[WAIT_KEYS] = (struct pollfd){.fd = a->settings->gate ? STDIN_FILENO : live_fd(&a->live),
					 .events = POLLIN};
	fds[WAIT_STOP] = (struct pollfd){.fd = stop_fd(), .events = POLLIN};
}

/* Waits until then, or for the first of them. 0, or -1. */
static int wait_for(struct pollfd fds[WAITS], uint64_t now_ns, uint64_t until_ns)
{
	struct timespec timeout = {0};

	if (now_ns < until_ns) {
		timeout.tv_sec = (until_ns - now_ns) / 1000000000;
		timeout.tv_nsec = (until_ns - now_ns) % 1000000000;
	}
	return ppoll(fds, WAITS, &timeout, NULL) < 0 && errno != EINTR ? -1 : 0;
}

/* WAITED: there is no reason to wait no further. */
static enum waited heed(struct attaching *a, const struct pollfd fds[WAITS])
{
	/* Whoever opens the window closes it, or has gone. */
	if (a->settings->gate && fds[WAIT_KEYS].revents)
		return WAITED_STOPPED;
	switch (live_heed(&a->live)) {
	case WISH_QUIT:
		return WAITED_STOPPED;
	case WISH_SAVE:
		attach_save(a);
		break;
	default:
		break;
	}
	for (size_t i = 0; i < a->count && !stop_asked(); i++) {
		if (!fds[WAIT_ENDS + i].revents)
			continue;
		a->ended = &a->subjects[i];
		return WAITED_ENDED;
	}
	return WAITED;
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

enum waited attach_wait(struct attaching *a, uint64_t deadline_ns)
{
	enum waited waited = WAITED;
	uint64_t hear_ns = 0;

	for (uint64_t now = 0; waited == WAITED && now < deadline_ns;) {
		uint64_t until = deadline_ns;
		struct pollfd fds[WAITS];

		now = clock_ns();
		if (stop_asked())
			return WAITED_STOPPED;
		if (writer_error(a->writer))
			return WAITED_NO_OUTPUT;
		if (a->settings->gate)
			until = earlier(until, gate_beat(a->writer, &a->beaten_ns));
		if (now < hear_ns)
			until = earlier(until, hear_ns);
		list_waits(a, now < hear_ns, fds);
		if (wait_for(fds, now, until))
			return WAITED_STOPPED;
		for (size_t i = 0; i < a->count; i++) {
			if (!fds[WAIT_TRAFFIC + i].revents)
				continue;
			traffic_hear(&a->subjects[i].traffic);
			hear_ns = clock_ns() + HEAR_NS;
		}
		waited = heed(a, fds);
	}
	return waited;
}

/* What comes now may take as long as this machine has sources and processes. */
static void go_to_work(struct attaching *a)
{
	if (a->settings->gate)
		gate_busy(a->writer, &a->beaten_ns);
}

/* A process's end is waited for; a folder's is not told by cgroup2, so it is looked for at each step. */
static enum waited look_for_groups(struct attaching *a)
{
	for (size_t i = 0; i < a->count; i++) {
		if (!target_gone(&a->subjects[i].target))
			continue;
		a->ended = &a->subjects[i];
		return WAITED_ENDED;
	}
	return WAITED;
}

static enum waited stay(struct attaching *a)
{
	uint64_t opened = clock_ns();
	uint64_t deadline = FOREVER;
	uint64_t step = LOOK_NS;

	if (a->settings->interval > 0)
		step = (uint64_t)(a->settings->interval * 1e9);
	if (a->settings->seconds > 0)
		deadline = opened + (uint64_t)(a->settings->seconds * 1e9);
	for (uint64_t next = opened + step;; next += step) {
		enum waited waited = attach_wait(a, next < deadline ? next : deadline);

		if (waited == WAITED)
			waited = look_for_groups(a);
		if (waited != WAITED || next >= deadline)
			return waited;
		go_to_work(a);
		attach_look(a);
		/* One that took longer than a step leaves those out that it missed. */
		while (next + step < clock_ns())
			next += step;
	}
}

static void read_edge(struct attaching *a, enum edge edge)
{
	for (size_t i = 0; i < a->count; i++) {
		struct subject *s = &a->subjects[i];
		uint64_t before = clock_ns();

		/* What went wrong stays in traffic.error. */
		traffic_read(&s->traffic, &s->moved[edge]);
		s->at_ns[edge] = before + (clock_ns() - before) / 2;
		if (edge == EDGE_OPEN)
			traffic_opened(&s->traffic);
		else
			traffic_settle(&s->traffic, &s->moved[edge]);
	}
}

static void look_at_all(struct attaching *a)
{
	for (size_t i = 0; i < a->count; i++)
		traffic_look(&a->subjects[i].traffic);
}

enum waited attach_measure(struct attaching *a)
{
	struct bystander bystander;
	enum waited waited;

	go_to_work(a);
	bystand(&bystander, &a->run);
	look_at_all(a);
	read_edge(a, EDGE_OPEN);
	collecting_snapshot(&a->collecting, EDGE_OPEN);
	waited = stay(a);
	go_to_work(a);
	/* The last interval, however short: what was asked for is there after any window. */
	if (waited != WAITED_NO_OUTPUT)
		attach_look(a);
	/* Of a process that ended the kernel has said the last by now. */
	if (waited != WAITED_ENDED)
		look_at_all(a);
	collecting_snapshot(&a->collecting, EDGE_CLOSE);
	read_edge(a, EDGE_CLOSE);
	bystand_no_more(&bystander);
	return waited;
}
