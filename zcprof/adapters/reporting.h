/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A command that says itself what it moves: its adapter, and what was overheard.
 *
 *   reporting_open()    choose the adapter, and the words to start the command with
 *   reporting_fd()      for its standard output; -1: none has to be given
 *   reporting_started() it has that
 *   reporting_finish()  it has ended: all that it printed is known
 *   reporting_close()   safe at any time
 */
#ifndef ZCPROF_ADAPTERS_REPORTING_H
#define ZCPROF_ADAPTERS_REPORTING_H

#include <stdbool.h>

#include "reports/adapter.h"
#include "zcprof/adapters/overhear.h"

struct reporting {
	const struct adapter *adapter; /* NULL: it has none */
	char **words;		       /* to start it with; NULL-terminated, valid like argv */
	enum record_end end;	       /* by its words; END_HOST: they do not say */
	struct report report;	       /* complete once finished */
	void *state;
	struct overhear *overhear;
	char **longer; /* words, where one was added */
};

/* name: of an adapter; "none"; NULL: by the command's program. 0, or -1 after saying why. */
int reporting_open(struct reporting *r, char **argv, const char *name);
int reporting_fd(const struct reporting *r);
void reporting_started(struct reporting *r);
void reporting_finish(struct reporting *r);
void reporting_close(struct reporting *r);

#endif
