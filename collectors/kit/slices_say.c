// SPDX-License-Identifier: GPL-2.0-or-later
/* What slices met, what that says of the whole window, and how sure it is. */
#include "collectors/kit/slices_state.h"

#include <math.h>
#include <stdio.h>

#include "record/writer.h"

/* So many packets or pages of a window that slices should have met some. */
#define MANY_ENOUGH 1000

static void add_figures(struct slices *s, const struct extent *slice)
{
	__u64 total[SLICES_FIGURES];

	if (s->work->figures)
		s->work->read(s->state, total);
	for (unsigned int i = 0; i < s->work->figures; i++) {
		moments_add(&s->moments[i], slice, (double)(total[i] - s->total[i]));
		s->total[i] = total[i];
	}
}

static void add_ratios(struct slices *s)
{
	struct slices_ratio *before = s->ratio_total, *now = s->ratio_total + s->work->ratios;

	if (s->work->ratios)
		s->work->read_ratios(s->state, now);
	for (unsigned int i = 0; i < s->work->ratios; i++) {
		products_add(&s->products[i], (double)(now[i].of - before[i].of),
			     (double)(now[i].by - before[i].by));
		before[i] = now[i];
	}
}

/*
 * A slice has been: as long as it was itself, and with that part of what came between the two
 * readings, of which it began before the one and ended after the other.
 */
void slices_add(struct slices *s, struct extent from, struct extent to, __u64 ns)
{
	struct extent slice = extent_between(from, to);
	double part = (double)ns / fmax((double)slice.of[MEASURE_TIME], 1);

	for (int by = 0; by < MEASURES; by++)
		slice.of[by] = (__u64)((double)slice.of[by] * part + 0.5);
	slice.of[MEASURE_TIME] = ns;
	sampled_add(&s->sampled, &slice);
	add_figures(s, &slice);
	add_ratios(s);
}

static enum measure measure_of(const struct slices *s)
{
	return estimate_choose(&s->sampled, s->moments, s->work->figures, s->work->follows,
			       &s->window);
}

/*
 * Nothing was counted, in slices that met less than a tenth of their share of what the events come with: all
 * of them may have come in bursts between the slices, so nothing is known, and zero would be a claim.
 */
static bool met_nothing(const struct slices *s)
{
	enum measure by = s->work->follows;
	double of_time = s->sampled.x[MEASURE_TIME] / fmax((double)s->window.of[MEASURE_TIME], 1);

	if (by == MEASURE_TIME || !s->work->figures || s->window.of[by] < MANY_ENOUGH ||
	    s->window.failed[by] || s->sampled.failed[by])
		return false;
	for (unsigned int i = 0; i < s->work->figures; i++)
		if (s->moments[i].y > 0 || s->certain_total[i])
			return false;
	return s->sampled.x[by] < (double)s->window.of[by] * of_time / 10;
}

double slices_scale(const struct slices *s)
{
	if (s->whole || s->watched)
		return 1;
	if (!s->sampled.count && s->certain.of[MEASURE_TIME])
		return 1; /* it was over right then */
	if (met_nothing(s))
		return 0;
	return estimate_scale(&s->sampled, measure_of(s), &s->window);
}

__u64 slices_scaled(__u64 total, double scale)
{
	return (__u64)((double)total * scale + 0.5);
}

/* Of a total of which a part is certain. */
double slices_error(const struct slices *s, unsigned int figure)
{
	double estimated = s->moments[figure].y * slices_scale(s), error;

	if (s->whole || s->watched)
		return 0;
	error = estimate_error(&s->sampled, &s->moments[figure], measure_of(s), &s->window);
	return error * estimated / (estimated + (double)s->certain_total[figure]);
}

double slices_error_part(double error, __u64 counted)
{
	return counted ? sqrt(error * error + 1 / (double)counted) : NAN;
}

void slices_say(const struct slices *s, struct writer *w, const char *source)
{
	enum measure by = measure_of(s);
	double scale = slices_scale(s);
	double all_ns = (double)(s->certain.of[MEASURE_TIME] + s->window.of[MEASURE_TIME]);
	double blind = (1 - pow(0.05, 1.0 / s->sampled.count)) *
		       (double)s->window.of[MEASURE_TIME] / fmax(all_ns, 1);
	double certain = (double)s->certain.of[by], window = (double)s->window.of[by];

	if (s->whole || s->watched || !(scale > 0))
		return;
	writer_f64(w, WINDOW, END_HOST, METRIC_collector_share, source,
		   fmin((certain + window / scale) / fmax(certain + window, 1), 1));
	writer_u64(w, WINDOW, END_HOST, METRIC_collector_slices, source, s->sampled.count);
	writer_f64(w, WINDOW, END_HOST, METRIC_collector_blind, source, blind);
	writer_fact(w, END_HOST, METRIC_collector_follows, source, measure_name[by]);
	writer_f64(w, WINDOW, END_HOST, METRIC_collector_by_time, source,
		   estimate_scale(&s->sampled, MEASURE_TIME, &s->window) / scale);
}

void slices_say_error(const struct slices *s, struct writer *w, enum record_end end,
		      enum metric_id id, const char *key, double error)
{
	const struct metric_info *info = metric_info(id);
	char text[256];

	if (s->whole || s->watched || isnan(error))
		return;
	snprintf(text, sizeof(text), "%s/%s%s%s", info->source, info->name, key ? "/" : "",
		 key ? key : "");
	writer_f64(w, WINDOW, end, METRIC_collector_error, text, error);
}

void slices_say_ratio(const struct slices *s, struct writer *w, enum record_end end,
		      enum metric_id id, enum metric_id by, unsigned int ratio)
{
	double error = estimate_ratio_error(&s->sampled, &s->products[ratio], &s->window);
	char text[128];

	/* What was counted before slices began is in the totals as well, and in none of these sums. */
	if (s->whole || s->watched || s->certain.of[MEASURE_TIME] || isnan(error))
		return;
	snprintf(text, sizeof(text), "%s/%s by %s", metric_info(id)->source, metric_info(id)->name,
		 metric_info(by)->name);
	writer_f64(w, WINDOW, end, METRIC_collector_ratio_error, text, error);
}

void slices_absent(const struct slices *s, struct writer *w, const char *source)
{
	enum measure by = s->work->follows;
	char why[240];

	if (!met_nothing(s)) {
		writer_absent(w, END_HOST, source,
			      "the window was over before its turn came: make it longer (--seconds), ask for fewer sources (--collect), or count all the time (--exact)");
		return;
	}
	snprintf(why, sizeof(why),
		 "its slices met %.0f of the %llu %s of the window, so all that it counts may have come between them: make the window longer (--seconds), or count all the time (--exact)",
		 s->sampled.x[by], s->window.of[by], measure_name[by]);
	writer_absent(w, END_HOST, source, why);
}
