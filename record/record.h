/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The row: one figure. All that passes between the programs is rows, as CSV (RFC 4180) with the
 * header line RECORD_HEADER.
 *
 *   time_s  end  source  metric  key  value  unit
 *
 * time_s is empty for a figure over the whole window, else seconds since the window's start.
 * Metrics are known by the registry (metrics.def); enum metric_id has one constant per row of it:
 * METRIC_<source>_<name>.
 *
 *   metric_find()   the id of a source and a name, or METRIC_NONE
 *   metric_info()   what the registry says of an id
 *   metric_compare() under what two runs are compared in it
 *   metric_scales() does a figure of it grow with the window and with the bytes moved
 */
#ifndef RECORD_RECORD_H
#define RECORD_RECORD_H

#include <stdbool.h>
#include <stddef.h>

#define RECORD_VERSION 1
#define RECORD_HEADER  "time_s,end,source,metric,key,value,unit"

/* The time_s of a figure over the whole window: an empty field. */
#define WINDOW (-1.0)

/* Begins the key of a fact nic that says what zcpath set by itself for zero copy. */
#define NIC_ZERO_COPY "zero copy: "

/*
 * One side of the traffic, or the machine. Where the ends were on two machines, each has one of its own, and
 * END_HOST is the experiment's. Whoever measures one machine knows the first three.
 */
enum record_end {
	END_HOST,
	END_RX,
	END_TX,
	END_COUNT,
	END_RX_HOST = END_COUNT,
	END_TX_HOST,
	RECORD_ENDS
};

extern const char *const record_end_name[RECORD_ENDS];

/* The machine that an end has of its own, where it has one; of a machine, itself. */
static inline enum record_end end_machine(enum record_end end)
{
	return end == END_RX ? END_RX_HOST : end == END_TX ? END_TX_HOST : end;
}

/* The side of the traffic to which it belongs; END_HOST: to both. */
static inline enum record_end end_side(enum record_end end)
{
	return end == END_RX_HOST ? END_RX : end == END_TX_HOST ? END_TX : end;
}

static inline bool end_is_machine(enum record_end end)
{
	return end != END_RX && end != END_TX;
}

enum metric_kind { KIND_TOTAL, KIND_GAUGE, KIND_LEVEL, KIND_MEAN, KIND_HISTOGRAM, KIND_FACT };
/* How two runs are held against each other in a metric. */
enum metric_compare {
	COMPARE_AS_MECHANISM, /* a counter that explains why a cost moved */
	COMPARE_AS_TCP,
	COMPARE_AS_CPU,
	COMPARE_AS_DEVICE,
	COMPARE_APART, /* in a way of its own, or not at all */
};

enum metric_better { BETTER_NEITHER, BETTER_LESS, BETTER_MORE };

enum metric_id {
	METRIC_NONE = -1,
#define METRIC(source, name, unit, kind, better, meaning) METRIC_##source##_##name,
#include "record/metrics.def"
#undef METRIC
	METRIC_COUNT
};

struct metric_info {
	const char *source;
	const char *name;
	const char *unit;
	enum metric_kind kind;
	enum metric_better better;
	const char *meaning;
	bool apart;	 /* not compared by itself */
	bool fine;	 /* a histogram of fine buckets (record/histogram.h) */
	bool below_zero; /* it may be */
};

struct text {
	const char *at;
	size_t len;
};

/* The texts need no final NUL. */
enum metric_id metric_find(const char *source, size_t source_len, const char *name, size_t name_len);
const struct metric_info *metric_info(enum metric_id id);
bool metric_scales(enum metric_id id);
enum metric_compare metric_compare(enum metric_id id);

#endif
