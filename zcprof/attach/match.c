// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/attach/match.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/say.h"

#define MOST	  100000
#define NAME_MOST 128
#define BRIEF	  "brief"
/* Which they are is told of no more: a record is for people, too. */
#define LISTED 256

/* ---- at one machine ---- */

/* "address:port"; an IPv4 address has one form, whatever the socket's family. */
static void print(char *text, size_t size, uint8_t family, const uint32_t address[4], uint16_t port)
{
	static const uint32_t mapped[3] = {0, 0, 0};
	char shown[INET6_ADDRSTRLEN] = "?";
	bool four =
		family == AF_INET || (!memcmp(address, mapped, 8) && address[2] == htonl(0xffff));

	inet_ntop(four ? AF_INET : AF_INET6, family == AF_INET || !four ? address : address + 3,
		  shown, sizeof(shown));
	snprintf(text, size, "%s:%u", shown, ntohs(port));
}

void match_tell(struct writer *w, enum record_end end, const struct traffic *t)
{
	char local[64], remote[64], name[NAME_MOST + 2], text[48];
	size_t brief = t->brief_count;

	if (t->device || !t->looked)
		return;
	for (size_t i = 0; i < t->count; i++) {
		const struct connection *c = &t->connections[i];
		struct moved moved = traffic_moved(c);

		if (c->before)
			continue;
		/* Whether one was seen that came and went is chance, and the other end had another. */
		if (!c->at_open && c->ended) {
			brief++;
			continue;
		}
		print(local, sizeof(local), c->family, c->id.idiag_src, c->id.idiag_sport);
		print(remote, sizeof(remote), c->family, c->id.idiag_dst, c->id.idiag_dport);
		snprintf(name, sizeof(name), "%s %s", local, remote);
		snprintf(text, sizeof(text), "%" PRIx64 " %" PRIu64, c->cookie,
			 end == END_RX ? moved.received : moved.sent);
		writer_fact(w, end, METRIC_agent_connection, name, text);
	}
	if (t->closes)
		brief += connections_sum(t->closes, t->end).count;
	snprintf(text, sizeof(text), "%zu", brief);
	writer_fact(w, end, METRIC_agent_connection, BRIEF, text);
}

/* ---- of both ---- */

static void keep(struct match_half *half, const struct row *row, const char *said)
{
	struct match_one *grown = half->ones, *one;

	/* Room is doubled where the count is a power of two. */
	if (half->count < MOST && !(half->count & (half->count - 1)))
		grown = reallocarray(half->ones, half->count ? 2 * half->count : 1, sizeof(*grown));
	if (grown)
		half->ones = grown;
	one = grown && half->count < MOST && row->key.len <= NAME_MOST ? grown + half->count : NULL;
	if (one)
		*one = (struct match_one){.name = strndup(row->key.at, row->key.len)};
	if (!one || !one->name) {
		half->untold++;
		return;
	}
	one->said = sscanf(said, "%" SCNx64 " %" SCNu64, &one->cookie, &one->bytes) == 2;
	half->count++;
}

void match_take(struct match_half *half, const struct row *row)
{
	char text[48];

	if (row->id != METRIC_agent_connection || row->end != half->end)
		return;
	half->told = true;
	snprintf(text, sizeof(text), "%.*s", (int)(row->value.len < 44 ? row->value.len : 44),
		 row->value.at);
	if (row->key.len == strlen(BRIEF) && !memcmp(row->key.at, BRIEF, row->key.len))
		half->brief = strtod(text, NULL);
	else
		keep(half, row, text);
}

static int by_name(const void *a, const void *b)
{
	const struct match_one *x = a, *y = b;

	return strcmp(x->name, y->name);
}

/* As the other machine names it. */
static void turn(char *name)
{
	char turned[NAME_MOST + 1];
	char *remote = strchr(name, ' ');

	if (!remote)
		return;
	snprintf(turned, sizeof(turned), "%s %.*s", remote + 1, (int)(remote - name), name);
	memcpy(name, turned, strlen(name));
}

/* One connection as both ends tell of it. */
struct match_pair {
	const struct match_one *of[2];
};

/* How many; of NULL pairs only that. */
static size_t common(const struct match_half *a, const struct match_half *b,
		     struct match_pair *pairs)
{
	size_t i = 0, j = 0, found = 0;

	while (i < a->count && j < b->count) {
		int order = strcmp(a->ones[i].name, b->ones[j].name);

		if (!order && pairs)
			pairs[found] = (struct match_pair){{&a->ones[i], &b->ones[j]}};
		found += !order;
		i += order <= 0;
		j += order >= 0;
	}
	return found;
}

static int by_bytes(const void *a, const void *b)
{
	const struct match_pair *x = a, *y = b;
	uint64_t p = x->of[0]->bytes, q = y->of[0]->bytes;

	return p != q ? (p < q ? 1 : -1) : strcmp(x->of[0]->name, y->of[0]->name);
}

/* Under one key at both ends: what it is called by each, with the socket as ss(8) has it. */
static void write_pair(const struct match_pair *p, struct match_half *const halves[2],
		       struct writer *w)
{
	char key[2 * NAME_MOST];
	const char *name = p->of[0]->name, *remote = strchr(name, ' ');

	if (!remote || !p->of[0]->said || !p->of[1]->said)
		return;
	snprintf(key, sizeof(key), "%.*s sk:%" PRIx64 " %s sk:%" PRIx64, (int)(remote - name), name,
		 p->of[0]->cookie, remote + 1, p->of[1]->cookie);
	for (int i = 0; i < 2; i++)
		writer_u64(w, WINDOW, halves[i]->end, METRIC_path_connection_bytes, key,
			   p->of[i]->bytes);
}

static void write_pairs(struct match_half *const halves[2], size_t matched, struct writer *w)
{
	struct match_pair *pairs = matched ? calloc(matched, sizeof(*pairs)) : NULL;

	if (!pairs)
		return;
	common(halves[0], halves[1], pairs);
	qsort(pairs, matched, sizeof(*pairs), by_bytes);
	for (size_t i = 0; i < matched && i < LISTED; i++)
		write_pair(&pairs[i], halves, w);
	free(pairs);
}

static size_t alone(const struct match_half *half, size_t matched)
{
	return half->count - matched;
}

/* Of those that were not kept nobody knows whether they have a counterpart: no number of either is right. */
static void write_untold(struct match_half *const halves[2], struct writer *w)
{
	char why[160];

	snprintf(why, sizeof(why),
		 "connections of more than can be compared, %d of an end: %zu of %s and %zu of %s were left out",
		 MOST, halves[0]->untold, record_end_name[halves[0]->end], halves[1]->untold,
		 record_end_name[halves[1]->end]);
	for (int i = 0; i < 2; i++)
		writer_absent(w, halves[i]->end, "connections", why);
	say_warning("how many connections are the same at both ends is not known: %s", why);
}

void match_write(struct match_half *const halves[2], struct writer *w)
{
	bool untold = halves[0]->untold || halves[1]->untold;
	size_t matched;

	/* A device has none, nor have CPUs. */
	if (!halves[0]->told || !halves[1]->told)
		return;
	for (size_t i = 0; i < halves[1]->count; i++)
		turn(halves[1]->ones[i].name);
	for (int i = 0; i < 2; i++)
		if (halves[i]->count)
			qsort(halves[i]->ones, halves[i]->count, sizeof(*halves[i]->ones), by_name);
	matched = common(halves[0], halves[1], NULL);
	for (int i = 0; i < 2; i++) {
		const struct match_half *h = halves[i];

		if (!untold) {
			writer_u64(w, WINDOW, h->end, METRIC_path_connections, "matched", matched);
			writer_u64(w, WINDOW, h->end, METRIC_path_connections, "unmatched",
				   alone(h, matched));
		}
		writer_f64(w, WINDOW, h->end, METRIC_path_connections, BRIEF, h->brief);
	}
	if (untold) {
		write_untold(halves, w);
		return;
	}
	write_pairs(halves, matched, w);
	if (alone(halves[0], matched) || alone(halves[1], matched))
		say_warning("%zu connections are the same at both ends; %zu of %s and %zu of %s have no counterpart: they go to others, or came or went at the window's edge, or an address is translated on the way (NAT)",
			    matched, alone(halves[0], matched), record_end_name[halves[0]->end],
			    alone(halves[1], matched), record_end_name[halves[1]->end]);
}

void match_free(struct match_half *half)
{
	while (half->count)
		free(half->ones[--half->count].name);
	free(half->ones);
	half->ones = NULL;
}
