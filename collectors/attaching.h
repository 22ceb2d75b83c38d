/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the parts of attach() share.
 *
 *   attach_record_facts()   the first rows
 *   attach_record_window()  those of the window; was it what was asked for?
 *   attach_record_bytes()   what was moved, once a command that says so itself has ended
 */
#ifndef COLLECTORS_ATTACHING_H
#define COLLECTORS_ATTACHING_H

#include "collectors/attach_settings.h"
#include "collectors/collecting.h"
#include "collectors/reporting.h"
#include "collectors/subject.h"

/* What a wait ended with. */
enum waited { WAITED, WAITED_ENDED, WAITED_STOPPED, WAITED_NO_OUTPUT };

struct attaching {
	const struct attach_settings *settings;
	struct subject subjects[2];
	size_t count;
	const struct subject *ended; /* the first that did */
	struct run run;
	const struct collector_ops *chosen[COLLECTORS_MAX];
	struct collecting collecting;
	struct reporting reporting; /* of the command */
	bool command_ended;
	struct writer *writer;
	struct once once;
};

void attach_record_facts(struct attaching *a);
bool attach_record_window(struct attaching *a, enum waited waited);
void attach_record_bytes(struct attaching *a);

#endif
