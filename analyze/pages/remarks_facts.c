// SPDX-License-Identifier: GPL-2.0-or-later
/* What has to be said of the facts of runs: those that differ and should not, and what was not measured. */
#include "analyze/load/asked.h"
#include "analyze/pages/remarks.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/*
 * Facts of the machine: runs are compared as if they were the same in all of them. What zcpath did
 * to the NIC by itself goes with the path, and with the ports.
 */
static bool should_be_equal(const struct fact *fact)
{
	switch (fact->id) {
	case METRIC_fact_nic:
		return strncmp(fact->key, NIC_ZERO_COPY, strlen(NIC_ZERO_COPY)) != 0;
	case METRIC_fact_record_version:
	case METRIC_fact_program:
	case METRIC_fact_link:
	case METRIC_fact_label:
	case METRIC_fact_kernel:
	case METRIC_fact_cpu_model:
	case METRIC_fact_mitigation:
	case METRIC_fact_governor:
	case METRIC_fact_sysctl:
		return true;
	default:
		return false;
	}
}

/* A fact that some runs have otherwise. */
struct unequal {
	const struct fact *fact;
	const char *other; /* what one of those has */
	size_t runs, others;
	size_t more; /* facts of the same kind of which the same is to be said */
};

static void add_unequal(struct unequal **found, size_t *count, const struct experiment *e,
			const struct fact *wanted)
{
	struct unequal u = {wanted, NULL, 0, 0, 0};

	for (size_t i = 0; i < e->count; i++) {
		const struct configuration *c = &e->configurations[i];

		for (size_t j = 0; j < c->count; j++) {
			const char *value =
				run_fact(c->runs[j], wanted->id, wanted->end, wanted->key);

			/* Of an end that nobody looked at nothing could be recorded. */
			if (run_attached(c->runs[j]) && wanted->end != END_HOST &&
			    !run_fact(c->runs[j], METRIC_fact_attached, wanted->end, NULL))
				continue;
			u.runs++;
			if (value && !strcmp(value, wanted->value))
				continue;
			u.others++;
			u.other = value ? value : "not recorded";
		}
	}
	if (!u.others || asked_for(e, wanted))
		return;
	for (size_t i = 0; i < *count; i++) {
		struct unequal *f = &(*found)[i];

		if (f->fact->id == wanted->id && f->runs == u.runs && f->others == u.others &&
		    !strcmp(f->fact->value, wanted->value) && !strcmp(f->other, u.other)) {
			f->more += f->fact->end == wanted->end; /* the other end's are the same */
			return;
		}
	}
	ARRAY_ADD(*found, *count) = u;
}

void remark_unequal(struct page *page, const struct experiment *e)
{
	const struct run *first = NULL;
	struct unequal *found = NULL;
	size_t count = 0;

	for (size_t i = 0; i < e->count && !first; i++)
		if (e->configurations[i].count)
			first = e->configurations[i].runs[0];
	for (size_t i = 0; first && i < first->fact_count; i++)
		if (should_be_equal(&first->facts[i]))
			add_unequal(&found, &count, e, &first->facts[i]);
	for (size_t i = 0; i < count; i++) {
		const struct unequal *u = &found[i];
		char more[40] = "";

		if (u->more)
			snprintf(more, sizeof(more), " (and %zu more)", u->more);
		page_note(page,
			  "Not all runs are alike: %s%s%s%s is \"%s\" in %zu of %zu and \"%s\" in others; compare with care.",
			  metric_info(u->fact->id)->name, *u->fact->key ? " " : "", u->fact->key,
			  more, u->fact->value, u->runs - u->others, u->runs, u->other);
	}
	free(found);
}
