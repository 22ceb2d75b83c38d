// SPDX-License-Identifier: GPL-2.0-or-later
/* needs: reports/adapter.c reports/iperf3.c reports/neper.c
 * reports/netperf.c reports/testpmd.c reports/words.c */
/* libs: jansson */
/*
 * Any bytes as what a program prints: no crash, and what is taken from them are spans of time that
 * are over, with bytes that are numbers. The first byte chooses the program, and the others come a
 * line a millisecond.
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "reports/adapter.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define BEGIN_NS 100000000000ULL

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct adapter *const all[] = {&iperf3_adapter, &neper_adapter,
						    &netperf_adapter, &testpmd_adapter};
	const struct adapter *a = size ? all[data[0] % 4] : all[0];
	char *text = calloc(1, size + 1), *rest = text, *line;
	void *state = calloc(1, a->state_size);
	struct report report = {0};
	uint64_t at_ns = BEGIN_NS;
	double received, sent, share;

	if (!text || !state)
		abort();
	if (size)
		memcpy(text, data + 1, size - 1);
	/* As of the pipe: no NUL comes inside a line. */
	for (size_t i = 0; i + 1 < size; i++)
		if (!text[i])
			text[i] = ' ';
	while ((line = strsep(&rest, "\n"))) {
		at_ns += 1000000;
		a->line(state, &report, line, at_ns);
	}
	for (size_t i = 0; i < report.count; i++)
		if (report.spans[i].to_ns > at_ns ||
		    report.spans[i].from_ns >= report.spans[i].to_ns)
			abort();
	share = report_total(&report, BEGIN_NS - 5000000000ULL, at_ns, &received, &sent);
	if (!(share >= 0 && share <= 1) || !(received >= 0) || !(sent >= 0))
		abort();
	if (a->close)
		a->close(state);
	report_free(&report);
	free(state);
	free(text);
	return 0;
}
