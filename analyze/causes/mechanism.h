/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of knowledge: ways in which a configuration becomes slower or dearer, and by which
 * figures of a record each is known. One entry of mechanisms.def each; all of them are written from the
 * better set to the worse.
 *
 *   mechanisms[]        the table
 *   mechanism_setting() the first setting that differs and belongs to a mechanism, in the order of its facts; of one
 *                       that may be at either end the first of that end, if there is one
 */
#ifndef ANALYZE_CAUSES_MECHANISM_H
#define ANALYZE_CAUSES_MECHANISM_H

#include "analyze/causes/sign.h"
#include "analyze/load/settings.h"

#define SIGNS_MAX 9
#define FACTS_MAX 18
#define PATHS_MAX 3

enum at_end { AT_EITHER, AT_SENDER, AT_RECEIVER, AT_MACHINE };

struct mechanism {
	const char *id;	     /* stable: programs read it */
	const char *because; /* "each packet walks more firewall rules"; completes "slower because" */
	enum at_end at;
	/*
	 * Settings that make it: "nic mtu", as patterns of a fact's metric and key; "+on_path nft rules" where
	 * only more of them does, "-nic mtu" where only less, "on_path qdisc=*delay*" where a value is such. With needs_fact it is a cause only if one of them differs.
	 */
	const char *facts[FACTS_MAX];
	bool needs_fact;
	const char *paths[PATHS_MAX]; /* of zcpath, at that end: what is counted on others is something else */
	bool of_sender;		      /* what is set at the receiver does not make it */
	struct sign all[SIGNS_MAX];	/* each has to hold; the first says how much it explains */
	struct sign any[SIGNS_MAX];	/* one of them has to */
	struct sign also[SIGNS_MAX];	/* makes it surer */
	struct sign against[SIGNS_MAX]; /* makes it less sure, and is said */
	const char *roots[FACTS_MAX]; /* mechanisms of which it is a consequence where both hold; "*": any */
	const char *remedy;
	const char *confirm; /* options of zcprof run, or a command, that would show it */
	const char *source;
	const char *kernels;
};

extern const struct mechanism mechanisms[];
extern const size_t mechanism_count;

const struct setting *mechanism_setting(const struct mechanism *m, enum record_end end,
					const struct setting *settings, size_t count);

#endif
