/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Of which machine a record is, and what it was made for: what tells the records of many hosts apart.
 *
 *   origin_argp          --label and --no-host-name; its input is a struct origin, zeroed
 *   origin_label()       take one label: another of that name takes its place
 *   origin_facts()       the rows: host name, boot, labels
 *
 * A label's name is one that Prometheus and SQL take without quotes, since it becomes a label there
 * (https://prometheus.io/docs/concepts/data_model/), and a column here; its value is any text that can
 * be shown. Labels stand in the order of their names, so that the same ones are the same text.
 */
#ifndef ZCPROF_ORIGIN_H
#define ZCPROF_ORIGIN_H

#include <argp.h>
#include <stdbool.h>
#include <stddef.h>

#include "record/writer.h"

#define ORIGIN_LABELS	 16
#define ORIGIN_NAME_MAX	 63
#define ORIGIN_VALUE_MAX 255 /* bytes */

struct origin {
	bool unnamed; /* the host */
	struct label {
		char name[ORIGIN_NAME_MAX + 1];
		char value[ORIGIN_VALUE_MAX + 1];
	} labels[ORIGIN_LABELS];
	size_t count;
};

extern const struct argp origin_argp;

/* text: NAME=VALUE. 0, or -1 with *why, which fits behind "--label TEXT: ". */
int origin_label(struct origin *o, const char *text, const char **why);
void origin_facts(const struct origin *o, struct writer *w);

#endif
