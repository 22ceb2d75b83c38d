// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/figures/call_times.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/figures/distribution.h"
#include "base/memory.h"

/* Linux has fewer than 500 system calls. */
#define CALLS 1024

/* One at one end. */
struct call {
	enum record_end end;
	char name[64];
	size_t len;
	double calls;
	double histogram;
};

/* NULL with why. */
static struct call *call_of(struct call_times *t, enum record_end end, const char *name, size_t len,
			    char *why, size_t why_size)
{
	for (size_t i = 0; i < t->count; i++) {
		size_t at = (t->last + i) % t->count;
		struct call *call = &t->calls[at];

		if (call->end == end && call->len == len && !memcmp(call->name, name, len)) {
			t->last = at;
			return call;
		}
	}
	if (len >= sizeof(t->calls->name) || t->count == CALLS) {
		snprintf(why, why_size, "\"%.*s\" is not the name of a system call", (int)len, name);
		return NULL;
	}
	t->last = t->count;
	ARRAY_ADD(t->calls, t->count) = (struct call){.end = end, .len = len};
	memcpy(t->calls[t->last].name, name, len);
	return &t->calls[t->last];
}

int call_times_row(struct call_times *t, const struct row *row, char *why, size_t why_size)
{
	bool bucket = metric_info(row->id)->kind == KIND_HISTOGRAM;
	size_t len = row->key.len;
	struct call *call;
	uint64_t edge;

	if (bucket && bucket_edge(row->key.at, row->key.len, &edge, &len)) {
		snprintf(why, why_size,
			 "expected a key that ends in the edge of a bucket, found \"%.*s\"",
			 (int)row->key.len, row->key.at);
		return -1;
	}
	if (row->time_s != WINDOW ||
	    (row->id != METRIC_syscalls_latency && row->id != METRIC_syscalls_calls))
		return 0;
	call = call_of(t, row->end, row->key.at, len, why, why_size);
	if (!call)
		return -1;
	if (bucket)
		call->histogram += row->number;
	else
		call->calls = row->number;
	return 0;
}

void call_times_each(const struct call_times *t, void (*complain)(void *data, const char *sentence),
		     void *data)
{
	for (size_t i = 0; i < t->count; i++) {
		const struct call *call = &t->calls[i];
		char text[200];

		if (call->calls == call->histogram)
			continue;
		snprintf(text, sizeof(text),
			 "%s %s: %.0f calls, but %.0f in the histogram of their times",
			 record_end_name[call->end], call->name, call->calls, call->histogram);
		complain(data, text);
	}
}

void call_times_free(struct call_times *t)
{
	free(t->calls);
	*t = (struct call_times){0};
}
