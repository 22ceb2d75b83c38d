// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/run/refused.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/outfile.h"
#include "base/say.h"
#include "record/writer.h"

/* Their effective values, as zcpath would have written them. */
static void write_options(struct writer *w, const struct configuration *c, enum record_end side)
{
	struct options o;
	char text[OPTION_TEXT_MAX], why[200];

	options_preset(&o);
	for (int id = 0; id < OPTIONS; id++)
		if (c->value[side][id])
			options_take(&o, id, c->value[side][id], why, sizeof(why));
	for (int id = 0; id < OPTIONS; id++)
		if (option_info(id)->ends & ENDS_OF(side))
			writer_fact(w, side, METRIC_fact_option, option_info(id)->name,
				    options_print(&o, id, text, sizeof(text)));
}

static int write_record(const struct experiment *x, const struct configuration *c,
			enum record_end end, const char *key, const char *reason, const char *path)
{
	struct writer *w = writer_create(path);
	char version[16], text[2000];

	if (!w)
		return -1;
	snprintf(version, sizeof(version), "%d", RECORD_VERSION);
	writer_fact(w, END_HOST, METRIC_fact_record_version, NULL, version);
	writer_fact(w, END_HOST, METRIC_fact_program, NULL, "zcprof " VERSION);
	writer_fact(w, END_HOST, METRIC_fact_configuration, NULL, c->name);
	writer_fact(w, END_HOST, METRIC_fact_link, NULL, x->settings->link);
	write_options(w, c, END_RX);
	write_options(w, c, END_TX);
	/* A record escapes what begins as a formula does: "--irq-cpu: this machine has no CPU 2". */
	snprintf(text, sizeof(text), "%s%s", *reason == '-' ? "option " : "", reason);
	writer_fact(w, end, METRIC_fact_refused, key, text);
	return writer_finish(w) ? -1 : 0;
}

/* Caller frees; NULL: no memory. */
static char *path_of(const struct experiment *x, const struct configuration *c)
{
	char *path;

	return asprintf(&path, "%s/refused/%s.csv", x->directory, c->name) < 0 ? NULL : path;
}

bool refused_earlier(const struct experiment *x, const struct configuration *c)
{
	char *path = path_of(x, c);
	bool earlier = path && !access(path, F_OK);

	free(path);
	return earlier;
}

int refused_write(const struct experiment *x, const struct configuration *c, enum record_end end,
		  const char *key, const char *reason)
{
	struct outfile_why why;
	char *folder, *path = path_of(x, c);
	int result = -1;

	if (asprintf(&folder, "%s/refused", x->directory) < 0)
		folder = NULL;
	if (!folder || !path)
		say_error("no memory left for the name of a record");
	else if (outfile_directory(folder, &why))
		say_error("cannot create %s: %s; give a directory that can be written with -o",
			  folder, why.text);
	else
		result = write_record(x, c, end, key, reason, path);
	free(path);
	free(folder);
	return result;
}

int refused_plan(const struct experiment *x)
{
	const struct plan *plan = &x->settings->plan;

	for (size_t i = 0; i < plan->refused_count; i++) {
		const struct refusal *r = &plan->refused[i];

		if (refused_write(x, &r->configuration, r->end, r->key, r->reason))
			return -1;
	}
	return 0;
}
