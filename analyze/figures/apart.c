// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/figures/apart.h"

#include <math.h>
#include <stdio.h>

#include "analyze/figures/distribution.h"

/* Parts of p50: what is known to be wrong, and what may be. */
#define WRONG_SHARE 0.01
#define MAY_SHARE   0.1

/* The receiver's clock was ahead by so much, give or take the error. */
struct apart {
	double ahead_ns, error_ns;
};

static struct apart apart_at(const struct run *run, const char *when)
{
	return (struct apart){
		run_figure(run, METRIC_path_clock_ahead, END_TX, when),
		run_figure(run, METRIC_path_clock_error, END_TX, when),
	};
}

/* What is sure of it: 0 where they may agree. */
static double sure_ns(struct apart a)
{
	return fmax(fabs(a.ahead_ns) - a.error_ns, 0);
}

static double most_ns(struct apart a)
{
	return fabs(a.ahead_ns) + a.error_ns;
}

/* The worst of all; NAN where none was asked. */
static struct apart worst_of(const struct configuration *c)
{
	static const char *const edges[] = {"begin", "end"};
	struct apart worst = {NAN, NAN};

	for (size_t i = 0; i < c->count; i++)
		for (size_t k = 0; k < sizeof(edges) / sizeof(*edges); k++) {
			struct apart a = apart_at(c->runs[i], edges[k]);

			/* What is sure is worse than what may be. */
			if (isnan(worst.ahead_ns) || sure_ns(a) > sure_ns(worst) ||
			    (sure_ns(a) == sure_ns(worst) && most_ns(a) > most_ns(worst)))
				worst = isnan(a.ahead_ns) ? worst : a;
		}
	return worst;
}

/* By how much they have drifted in a window, of the run in which that was most; 0 where it may be nothing. */
static double drift_ns(const struct configuration *c)
{
	double most = 0;

	for (size_t i = 0; i < c->count; i++) {
		struct apart begin = apart_at(c->runs[i], "begin");
		struct apart end = apart_at(c->runs[i], "end");
		double drift = fabs(end.ahead_ns - begin.ahead_ns);

		if (drift > begin.error_ns + end.error_ns)
			most = fmax(most, drift);
	}
	return most;
}

/* "8.6 us", "49.99 ms": no exponent, whatever clocks are apart by. */
struct spelled {
	char text[32];
};

static struct spelled time_of(double ns)
{
	static const char *const unit[] = {"us", "ms", "s"};
	struct spelled s;
	int i = 0;

	for (ns /= 1e3; ns >= 1e3 && i < 2; i++)
		ns /= 1e3;
	if (ns < 1e4)
		snprintf(s.text, sizeof(s.text), "%.4g %s", ns, unit[i]);
	else
		snprintf(s.text, sizeof(s.text), "%.0f %s", ns, unit[i]);
	return s;
}

bool apart_words(const struct configuration *c, char *text, size_t size)
{
	double p50 = distribution_merged(c, METRIC_path_one_way_delay, END_RX, 0.5);
	struct apart worst = worst_of(c);
	double drift = drift_ns(c);
	int used = 0;

	if (isnan(worst.ahead_ns))
		return false;
	/* Behind by more than a delay, there are none. */
	if (isnan(p50))
		p50 = 0;
	if (sure_ns(worst) > WRONG_SHARE * p50)
		used = snprintf(text, size,
				"The receiver's clock was %s %s the sender's, give or take %s: each delay is so much too %s, where p50 is %s.",
				time_of(fabs(worst.ahead_ns)).text,
				worst.ahead_ns > 0 ? "ahead of" : "behind",
				time_of(worst.error_ns).text, worst.ahead_ns > 0 ? "long" : "short",
				time_of(p50).text);
	else if (most_ns(worst) > MAY_SHARE * p50)
		used = snprintf(text, size,
				"The clocks of the ends agree within %s, as far as half a round trip tells, and p50 is %s.",
				time_of(most_ns(worst)).text, time_of(p50).text);
	if (drift > WRONG_SHARE * p50 && used >= 0 && (size_t)used < size)
		used += snprintf(text + used, size - (size_t)used,
				 "%sThey drifted by %s in a window.", used ? " " : "",
				 time_of(drift).text);
	return used > 0;
}
