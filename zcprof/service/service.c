// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/service/service.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/say.h"
#include "base/stop.h"
#include "zcprof/service/exposing.h"
#include "zcprof/service/keeping.h"
#include "zcprof/service/window.h"

/* A wait is no longer: more milliseconds than an int holds would be for ever. */
#define LOOK_MS 60000

struct watched {
	pid_t last;    /* process that was measured: the next round goes on behind it */
	bool absent;   /* was said */
	char why[300]; /* no record came, as was said last */
	struct heard heard;
};

struct service {
	const struct service_settings *settings;
	struct watched watched[RULES_MAX];
	struct exposing *exposing; /* NULL: nobody wants that */
	int folder;
	struct found *found;   /* RULE_FOUND_MAX */
	bool measured, failed; /* a window at least */
};

/* Nothing is said every minute. */
static void failed(struct service *s, size_t rule, const char *why)
{
	struct watched *w = &s->watched[rule];

	s->failed = true;
	exposing_failed(s->exposing, rule);
	if (strcmp(w->why, why) != 0)
		say_warning("%s: there is no record: %s", s->settings->rules[rule].name, why);
	snprintf(w->why, sizeof(w->why), "%s", why);
}

static void measure(struct service *s, size_t at, const struct found *process)
{
	const struct rule *rule = &s->settings->rules[at];
	char who[sizeof("--cgroup=") + PATH_MAX], name[32] = "cgroup";
	char why[300] = "";
	double seconds;
	char *path;

	if (process)
		snprintf(name, sizeof(name), "%d", (int)process->pid);
	snprintf(who, sizeof(who), process ? "--pid=%s" : "--cgroup=%s",
		 process ? name : rule->value);
	path = keeping_path(s->settings->output, rule->name, name, why, sizeof(why));
	if (!path) {
		failed(s, at, why);
		/* There may be room again. */
		keeping_trim(s->folder, s->settings->keep);
		return;
	}
	if (process && !rule_same(process)) {
		say_detail("%s: process %s has ended before its window", rule->name, name);
	} else {
		seconds = window_measure(s->settings, rule, who, path, &s->watched[at].heard, why,
					 sizeof(why));
		if (seconds > 0) {
			say_detail("%s: %s", rule->name, path);
			*s->watched[at].why = '\0';
			s->measured = true;
			exposing_record(s->exposing, at, path, seconds);
		} else if (!stop_asked()) {
			failed(s, at, why);
		}
	}
	free(path);
	keeping_trim(s->folder, s->settings->keep);
}

/* Where there are more processes than are measured at a time, these go on where the last round ended. */
static void watch_processes(struct service *s, size_t at, int count)
{
	struct watched *w = &s->watched[at];
	int first = 0;

	while (first < count && s->found[first].pid <= w->last)
		first++;
	for (int i = 0; i < count && i < (int)s->settings->most && !stop_asked(); i++) {
		const struct found *f = &s->found[(first + i) % count];

		measure(s, at, f);
		w->last = f->pid;
	}
}

static void watch_rule(struct service *s, size_t at)
{
	const struct rule *rule = &s->settings->rules[at];
	struct watched *w = &s->watched[at];
	char why[300];
	int count = rule_find(rule, s->found, why, sizeof(why));

	if (rule->kind == RULE_CGROUP) {
		measure(s, at, NULL);
		return;
	}
	if (count < 0)
		failed(s, at, why);
	if (!count && !w->absent)
		say_info("%s: there is no such process now", rule->name);
	if (count > 0 && w->absent)
		say_info("%s: is there", rule->name);
	w->absent = !count;
	if (count > 0)
		watch_processes(s, at, count);
}

/* False when it is time to stop. */
static bool wait_until(uint64_t at_ns)
{
	for (uint64_t now; !stop_asked() && (now = clock_ns()) < at_ns;) {
		struct pollfd stop = {.fd = stop_fd(), .events = POLLIN};
		uint64_t ms = (at_ns - now) / 1000000 + 1;

		poll(&stop, 1, ms < LOOK_MS ? (int)ms : LOOK_MS);
	}
	return !stop_asked();
}

static void go_round(struct service *s)
{
	uint64_t every = (uint64_t)(s->settings->every * 1e9), next = clock_ns();

	for (uint64_t round = 0; !s->settings->rounds || round < s->settings->rounds; round++) {
		if (!wait_until(next))
			return;
		for (size_t i = 0; i < s->settings->rule_count && !stop_asked(); i++)
			watch_rule(s, i);
		exposing_publish(s->exposing);
		/* One that took longer than its time leaves those out that it missed. */
		while (next <= clock_ns())
			next += every;
	}
}

int service(const struct service_settings *settings)
{
	struct service s = {.settings = settings, .folder = -1};
	int error = stop_prepare();
	int result = EXIT_FAILED;

	if (error) {
		say_error("cannot take signals: %s", strerror(-error));
		return EXIT_FAILED;
	}
	s.found = calloc(RULE_FOUND_MAX, sizeof(*s.found));
	if (!s.found)
		say_error("no memory left for processes");
	else
		s.folder = keeping_open(settings->output);
	if (s.folder >= 0 && !exposing_open(&s.exposing, settings)) {
		keeping_trim(s.folder, settings->keep);
		go_round(&s);
		/* Whoever asked for some rounds asked for their records; a service goes on until it is ended. */
		if (!settings->rounds || s.measured || !s.failed)
			result = EXIT_DONE;
	}
	exposing_close(s.exposing);
	if (s.folder >= 0)
		close(s.folder);
	for (size_t i = 0; i < RULES_MAX; i++)
		heard_free(&s.watched[i].heard);
	free(s.found);
	return result;
}
