// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/distributions.h"

#include "datapath/delays.h"
#include "datapath/pace.h"
#include "datapath/rpc.h"
#include "datapath/stamps.h"

/* NULL: this flow has none. */
static const uint64_t *buckets_of(const struct flow *f, enum distribution which)
{
	switch (which) {
	case LATENCIES:
		return f->rpc ? f->rpc->latencies.latency : NULL;
	case SERVICE_TIMES:
		return f->rpc && schedule_is(&f->rpc->schedule) ? f->rpc->latencies.service : NULL;
	case NOTIFICATION_DELAYS:
		return f->delays ? f->delays->delay : NULL;
	case ONE_WAY_DELAYS:
		return f->stamps ? f->stamps->delay : NULL;
	case DELAY_VARIATIONS:
		return f->stamps ? f->stamps->variation : NULL;
	case LATENESSES:
		return f->pace ? f->pace->lateness : NULL;
	case DISTRIBUTIONS:
		break;
	}
	return NULL;
}

void distributions_add(struct distributions *sum, const struct flow *f)
{
	for (int which = 0; which < DISTRIBUTIONS; which++) {
		const uint64_t *buckets = buckets_of(f, which);

		for (unsigned int i = 0; buckets && i < HISTOGRAM_FINE_BUCKETS; i++)
			sum->of[which][i] += counter_read(&buckets[i]);
	}
}

void distributions_write(const struct distributions *from, const struct distributions *to,
			 enum record_end end, struct writer *out)
{
	static const enum metric_id metric[DISTRIBUTIONS] = {
		[LATENCIES] = METRIC_path_latency,
		[SERVICE_TIMES] = METRIC_path_service,
		[NOTIFICATION_DELAYS] = METRIC_path_notification_delay,
		[ONE_WAY_DELAYS] = METRIC_path_one_way_delay,
		[DELAY_VARIATIONS] = METRIC_path_delay_variation,
		[LATENESSES] = METRIC_path_lateness,
	};

	for (int which = 0; which < DISTRIBUTIONS; which++) {
		uint64_t between[HISTOGRAM_FINE_BUCKETS];

		for (unsigned int i = 0; i < HISTOGRAM_FINE_BUCKETS; i++)
			between[i] = to->of[which][i] - from->of[which][i];
		writer_histogram(out, end, metric[which], NULL, between);
	}
}
