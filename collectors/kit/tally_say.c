// SPDX-License-Identifier: GPL-2.0-or-later
/* What the programs of a source counted, of the window and as rows. */
#include "collectors/kit/tally_state.h"

const char *const tally_context_name[TALLY_CONTEXTS] = {"task", "softirq"};

double tally_scale(const void *state)
{
	return ((const struct tally *)state)->scale;
}

__u64 tally_in(const struct tally *t, enum record_end end, int context, __u32 counter)
{
	__u64 total = tally_table_counter(&t->table, NULL, end, context, counter), certain = 0;

	if (t->certain)
		certain = tally_table_counter(&t->table, t->certain, end, context, counter);
	return certain + slices_scaled(total - certain, t->scale);
}

double tally_error(const struct tally *t, enum record_end end, int context, __u32 counter)
{
	return slices_error(t->slices, tally_figure(end, context, counter));
}

void tally_row(const struct tally *t, struct writer *w, enum record_end end, enum metric_id metric,
	       const char *key, int context, __u32 counter)
{
	writer_u64(w, WINDOW, end, metric, key, tally_in(t, end, context, counter));
	slices_say_error(t->slices, w, end, metric, key, tally_error(t, end, context, counter));
}

void tally_row_part(const struct tally *t, struct writer *w, enum record_end end,
		    enum metric_id metric, const char *key, struct tally_part part)
{
	writer_u64(w, WINDOW, end, metric, key, part.certain + tally_scaled(t, part.total));
	slices_say_error(t->slices, w, end, metric, key,
			 slices_error_part(tally_error(t, end, part.context, part.counter),
					   part.events));
}

static void emit_row(const struct tally *t, struct writer *w, const struct tally_counter *row)
{
	for (enum record_end end = END_HOST; end < END_COUNT; end++)
		for (int context = 0; context < TALLY_CONTEXTS; context++)
			if (t->known[end] || tally_in(t, end, context, row->counter))
				tally_row(t, w, end, row->metric, tally_context_name[context],
					  context, row->counter);
}

static void emit_ratios(const struct tally *t, struct writer *w)
{
	unsigned int ratio = 0;

	for (size_t i = 0; i < t->source.ratio_count; i++)
		for (enum record_end end = END_HOST; end < END_COUNT; end++)
			slices_say_ratio(t->slices, w, end, t->source.ratios[i].of->metric,
					 t->source.ratios[i].by->metric, ratio++);
}

static void emit_rows(struct tally *t, struct writer *w)
{
	slices_say(t->slices, w, t->source.name);
	for (size_t i = 0; i < t->source.row_count; i++)
		if (tally_counts(t, t->source.rows[i].program))
			emit_row(t, w, &t->source.rows[i]);
		else /* Without a word it would be taken for zero, as what was looked for and not seen is. */
			writer_absent_metric(w, END_HOST, t->source.rows[i].metric,
					     "the functions of the kernel by which it is counted cannot be hooked here");
	emit_ratios(t, w);
	if (t->source.more)
		t->source.more(t, w);
	missed_row(&t->missed, w, t->source.lost, 0, t->scale);
}

bool tally_settle(void *state)
{
	struct tally *t = state;

	slices_wait(t->slices);
	t->scale = slices_scale(t->slices);
	return t->scale > 0;
}

void tally_absent(const struct tally *t, struct writer *w)
{
	slices_absent(t->slices, w, t->source.name);
}

void tally_emit(void *state, struct writer *w)
{
	struct tally *t = state;

	if (tally_settle(t))
		emit_rows(t, w);
	else
		tally_absent(t, w);
}

void tally_look(void *state, struct writer *w)
{
	struct tally *t = state;

	missed_read(&t->missed, t->object, EDGE_CLOSE);
	t->scale = slices_hold(t->slices);
	if (t->scale > 0)
		emit_rows(t, w);
	slices_let(t->slices);
}

__u64 tally_total(const struct tally *t, enum record_end end, __u32 counter)
{
	return tally_in(t, end, TALLY_TASK, counter) + tally_in(t, end, TALLY_SOFTIRQ, counter);
}

__u64 tally_scaled(const struct tally *t, __u64 total)
{
	return slices_scaled(total, t->scale);
}

void *tally_bpf(const struct tally *t)
{
	return t->source.bpf;
}

void tally_histogram(const struct tally *t, struct writer *w, int histogram, enum metric_id metric)
{
	for (enum record_end end = END_HOST; end < END_COUNT; end++) {
		uint64_t buckets[HISTOGRAM_BUCKETS] = {0}, certain[HISTOGRAM_BUCKETS] = {0};

		tally_table_buckets(&t->table, NULL, end, histogram, buckets);
		if (t->certain)
			tally_table_buckets(&t->table, t->certain, end, histogram, certain);
		for (unsigned int i = 0; i < HISTOGRAM_BUCKETS; i++)
			buckets[i] = certain[i] + slices_scaled(buckets[i] - certain[i], t->scale);
		writer_histogram(w, end, metric, NULL, buckets);
	}
}
