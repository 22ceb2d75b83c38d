// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/adapter.h"

#include <stdlib.h>
#include <string.h>

#include "reports/words.h"

static const struct adapter *const adapters[] = {
	&iperf3_adapter,
	&neper_adapter,
	&netperf_adapter,
	&testpmd_adapter,
};

#define ADAPTERS (sizeof(adapters) / sizeof(*adapters))

static bool is_program(const struct adapter *a, const char *word)
{
	const char *slash = strrchr(word, '/');
	const char *name = slash ? slash + 1 : word;

	for (const char *const *program = a->programs; *program; program++)
		if (!strcmp(name, *program))
			return true;
	return false;
}

bool adapter_understands(const struct adapter *a, const char *word)
{
	return word && is_program(a, word);
}

const struct adapter *adapter_for(char *const argv[], size_t *at)
{
	*at = words_program(argv);
	for (size_t i = 0; i < ADAPTERS && argv[*at]; i++)
		if (is_program(adapters[i], argv[*at]))
			return adapters[i];
	return NULL;
}

const struct adapter *adapter_named(const char *name)
{
	for (size_t i = 0; i < ADAPTERS; i++)
		if (!strcmp(adapters[i]->name, name))
			return adapters[i];
	return NULL;
}

const char *adapter_names(void)
{
	return "iperf3, neper, netperf, testpmd";
}

double adapter_unit(const char *text)
{
	/* As neper and netperf have them: a "KByte" of both is 2^10 bytes, and a "KB" 10^3. */
	static const struct {
		const char *text;
		double bytes;
	} units[] = {
		{"bits/s", 1.0 / 8},
		{"10^3bits/s", 1e3 / 8},
		{"10^6bits/s", 1e6 / 8},
		{"10^9bits/s", 1e9 / 8},
		{"Kbit/s", 1e3 / 8},
		{"Mbit/s", 1e6 / 8},
		{"Gbit/s", 1e9 / 8},
		{"Kibit/s", 128},
		{"Mibit/s", 1 << 17},
		{"Gibit/s", 1 << 27},
		{"B/s", 1},
		{"Bytes/s", 1},
		{"KB/s", 1e3},
		{"MB/s", 1e6},
		{"GB/s", 1e9},
		{"KiB/s", 1 << 10},
		{"MiB/s", 1 << 20},
		{"GiB/s", 1 << 30},
		{"KBytes/s", 1 << 10},
		{"MBytes/s", 1 << 20},
		{"GBytes/s", 1 << 30},
	};

	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
		size_t len = strlen(units[i].text);

		if (!strncmp(text, units[i].text, len) && (!text[len] || !strcmp(text + len, "ec")))
			return units[i].bytes;
	}
	return 0;
}

bool adapter_has_word(char *const argv[], const char *const *words)
{
	for (; *argv; argv++)
		for (const char *const *word = words; *word; word++)
			if (!strcmp(*argv, *word))
				return true;
	return false;
}

/* Bytes of one span: of a day at 80 Tbit/s. */
#define ABSURD 1e18

void report_add(struct report *r, uint64_t from_ns, uint64_t to_ns, double received, double sent)
{
	struct span *grown = r->spans;

	if (from_ns >= to_ns)
		return;
	if (!(received >= 0) || !(sent >= 0) || received > ABSURD || sent > ABSURD) {
		r->why = "it said a number of bytes that cannot be";
		return;
	}
	/* Room is doubled where the count is a power of two. */
	if (!(r->count & (r->count - 1)))
		grown = reallocarray(r->spans, r->count ? 2 * r->count : 1, sizeof(*grown));
	if (!grown) {
		r->why = "no memory was left for what it said";
		return;
	}
	r->spans = grown;
	grown[r->count++] = (struct span){from_ns, to_ns, received, sent, -1, -1};
}

void report_add_packets(struct report *r, uint64_t from_ns, uint64_t to_ns, double received,
			double sent, double packets_received, double packets_sent)
{
	size_t before = r->count;

	report_add(r, from_ns, to_ns, received, sent);
	if (r->count == before || packets_received > ABSURD || packets_sent > ABSURD)
		return;
	r->spans[before].packets_received = packets_received;
	r->spans[before].packets_sent = packets_sent;
}

double report_packets(const struct report *r, enum record_end end, uint64_t from_ns, uint64_t to_ns)
{
	double packets = -1;

	for (size_t i = 0; i < r->count; i++) {
		const struct span *s = &r->spans[i];
		uint64_t from = s->from_ns > from_ns ? s->from_ns : from_ns;
		uint64_t to = s->to_ns < to_ns ? s->to_ns : to_ns;
		double moved = end == END_RX ? s->packets_received : s->packets_sent;

		if (from >= to || moved < 0)
			continue;
		packets = packets < 0 ? 0 : packets;
		packets += moved * (double)(to - from) / (double)(s->to_ns - s->from_ns);
	}
	return packets;
}

static int by_begin(const void *a, const void *b)
{
	const struct span *x = a;
	const struct span *y = b;

	return (x->from_ns > y->from_ns) - (x->from_ns < y->from_ns);
}

double report_total(struct report *r, uint64_t from_ns, uint64_t to_ns, double *received,
		    double *sent)
{
	uint64_t covered = 0, until = from_ns;

	*received = 0;
	*sent = 0;
	if (from_ns >= to_ns)
		return 0;
	if (r->count)
		qsort(r->spans, r->count, sizeof(*r->spans), by_begin);
	for (size_t i = 0; i < r->count; i++) {
		const struct span *s = &r->spans[i];
		uint64_t from = s->from_ns > from_ns ? s->from_ns : from_ns;
		uint64_t to = s->to_ns < to_ns ? s->to_ns : to_ns;
		double part;

		if (from >= to)
			continue;
		part = (double)(to - from) / (double)(s->to_ns - s->from_ns);
		*received += part * s->received;
		*sent += part * s->sent;
		/* Spans of several ports lie over one another. */
		if (to > until) {
			covered += to - (from > until ? from : until);
			until = to;
		}
	}
	return (double)covered / (double)(to_ns - from_ns);
}

void report_free(struct report *r)
{
	free(r->spans);
	*r = (struct report){0};
}
