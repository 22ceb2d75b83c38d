/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was chosen for one end of a run.
 *
 *   config_parse()  the command line of 'zcpath rx' or 'zcpath tx' -> a configuration
 *   config_facts()  every effective option of this end as a row
 *   config_is_mixed()  long flows beside requests (--pattern mixed)
 *   config_sockets()   how many a flow has at once: a connection, and another where that only leads
 */
#ifndef DATAPATH_CONFIG_H
#define DATAPATH_CONFIG_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "record/options.h"
#include "record/record.h"
#include "record/writer.h"

struct path;

struct config {
	enum record_end end;
	const struct path *path;
	struct options options;

	/* What belongs to the place and not to the configuration: no facts. */
	const char *to;
	const char *away; /* --udp: where datagrams go in its place; NULL: to it */
	const char *bind;
	uint16_t port; /* of the control connection; the data flows use port + 1 */
	double interval_s;
	bool gate;
	bool check;	/* only say whether it could run */
	uint64_t flows; /* … as so many: at rx, which else is told by its sender */
};

/* Usage errors end the program with EXIT_USAGE. */
void config_parse(struct config *config, enum record_end end, int argc, char **argv);

void config_facts(const struct config *config, const struct options *effective, struct writer *w);

static inline bool config_is_mixed(const struct config *config)
{
	return !strcmp(config->options.pattern, "mixed");
}

static inline unsigned int config_sockets(const struct config *config)
{
	return config->options.udp || config->options.reconnect ? 2 : 1;
}

#endif
