/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A total of the window from what was counted in slices of it at random times, and how far off it
 * may be. Computes only.
 *
 *   sampled_add()     one more slice
 *   moments_add()     what one figure was in it
 *   estimate_scale()  from all slices together to the window
 *   estimate_error()  standard error of a figure's total, as a part of it
 *   estimate_choose() by which of two measures the figures of a source are told best
 *   products_add()    what two figures were in one more slice
 *   estimate_ratio_error()  standard error of the one by the other, as a part of it
 *
 * The estimate is a ratio's: what was counted by how much of a measure (time, packets) came in the
 * slices, times how much of it the window had, which is known. Whatever events follow, that is right
 * in the mean, as slices lie at random; but the better they follow the measure, the less slices
 * differ in that ratio, and the less the total is off. So how much they differ is its error: the
 * usual one of a ratio estimator (Cochran, Sampling Techniques, chapter 6).
 */
#ifndef COLLECTORS_KIT_ESTIMATE_H
#define COLLECTORS_KIT_ESTIMATE_H

#include <linux/types.h>
#include <stdbool.h>

/* What the kernel counts at no cost, and the events of a source may follow. */
enum measure {
	MEASURE_TIME,	 /* in ns */
	MEASURE_PACKETS, /* that the machine took in: /proc/net/softnet_stat */
	MEASURE_PAGES,	 /* that its page allocator handed out: /proc/vmstat */
	MEASURES
};

extern const char *const measure_name[MEASURES];

/* How much of each came in a stretch of time; of what failed that is not known. */
struct extent {
	__u64 of[MEASURES];
	bool failed[MEASURES];
};

/* Of all slices: sums, and sums of squares. */
struct sampled {
	unsigned int count;
	bool failed[MEASURES]; /* in one of them */
	double x[MEASURES], xx[MEASURES];
};

/* Of one figure over all slices: sums of it, of its squares, of its products with the measures. */
struct moments {
	double y, yy, xy[MEASURES];
};

/* Of two figures over all slices: sums, sums of squares, and of what the two make together. */
struct products {
	double y, x, yy, xx, xy;
};

void sampled_add(struct sampled *s, const struct extent *slice);
void moments_add(struct moments *m, const struct extent *slice, double counted);
/* 0: nothing of that came in the slices. */
double estimate_scale(const struct sampled *s, enum measure by, const struct extent *window);
/*
 * NAN: not known, of fewer than two slices or where nothing was counted. Where the estimates by
 * time and by the measure are further apart than their errors explain, the error is half of that.
 */
double estimate_error(const struct sampled *s, const struct moments *m, enum measure by,
		      const struct extent *window);
/* follows: what the source says. */
enum measure estimate_choose(const struct sampled *s, const struct moments *figures,
			     unsigned int count, enum measure follows, const struct extent *window);
void products_add(struct products *p, double y, double x);
/*
 * Of y by x, which were counted in the same slices: such as met less of the one met less of the other,
 * and the ratio is known better than either. x: of events. NAN: not known, of nothing or where it came in one slice.
 */
double estimate_ratio_error(const struct sampled *s, const struct products *p,
			    const struct extent *window);

#endif
