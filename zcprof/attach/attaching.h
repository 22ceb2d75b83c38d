/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the parts of attach() share.
 *
 *   attach_wait()           until then, or for what comes first
 *   attach_measure()        the window, from its opening to its close
 *
 *   attach_record_facts()   the first rows
 *   attach_record_window()  those of the window; was it what was asked for?
 *   attach_record_bytes()   what was moved, once a command that says so itself has ended
 *
 *   attach_look_open()      0, or -1 after saying why; _close() is safe at any time
 *   attach_look_begin()     who is measured is known now
 *   attach_look()           in mid-window: what was asked for to be said there
 *   attach_save()           in mid-window: a record of it until now, beside whatever else there is
 *   attach_look_last()      after it: what the collectors say, and what that adds to the looks
 */
#ifndef ZCPROF_ATTACH_ATTACHING_H
#define ZCPROF_ATTACH_ATTACHING_H

#include "zcprof/attach/settings.h"
#include "zcprof/collecting.h"
#include "zcprof/once.h"
#include "zcprof/watch/live.h"
#include "zcprof/watch/openmetrics.h"
#include "zcprof/adapters/reporting.h"
#include "zcprof/watch/serve.h"
#include "zcprof/attach/subject.h"

/* What a wait ended with. */
enum waited { WAITED, WAITED_ENDED, WAITED_STOPPED, WAITED_NO_OUTPUT };

#define SUBJECTS 2

struct attaching {
	const struct attach_settings *settings;
	struct subject subjects[SUBJECTS];
	size_t count;
	const struct subject *ended; /* the first that did */
	struct measurement run;
	const struct collector_ops *chosen[COLLECTORS_MAX];
	struct collecting collecting;
	struct connections
		*closes; /* that come and go between two looks; NULL: they cannot be told apart, */
	char why_no_closes[300];
	struct reporting reporting; /* of the command */
	bool command_ended;
	struct series *series; /* NULL: nobody wants more than throughput before the end */
	struct live live;
	char title[400]; /* of the screen */
	struct serve *serve;
	bool unwritten;	    /* OpenMetrics; was said */
	uint64_t beaten_ns; /* that this one is there was said to whoever opens its window */
	int nowhere;	    /* where a record that nobody wants goes; -1: there is one */
	struct writer *writer;
	struct once once;
};

enum waited attach_wait(struct attaching *a, uint64_t deadline_ns);
enum waited attach_measure(struct attaching *a);

void attach_record_facts(struct attaching *a);
bool attach_record_window(struct attaching *a, enum waited waited);
void attach_record_bytes(struct attaching *a);

int attach_look_open(struct attaching *a);
void attach_look_begin(struct attaching *a);
void attach_look(struct attaching *a);
void attach_save(struct attaching *a);
void attach_look_last(struct attaching *a, double at_s);
void attach_look_close(struct attaching *a);

#endif
