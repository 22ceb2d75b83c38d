// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/load/consistency.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record/number.h"

static bool is_text(struct text t, const char *text)
{
	return t.len == strlen(text) && !memcmp(t.at, text, t.len);
}

static bool begins(struct text t, const char *text)
{
	return t.len >= strlen(text) && !memcmp(t.at, text, strlen(text));
}

static double number_of(struct text t)
{
	double number;

	return number_parse(t.at, t.len, &number) ? NAN : number;
}

/* The last of three numbers, as in tcp_rmem. */
static double last_of(struct text t)
{
	size_t from = t.len;

	while (from && t.at[from - 1] != ' ')
		from--;
	return number_of((struct text){t.at + from, t.len - from});
}

static void take_fact(struct consistency *c, const struct row *row)
{
	double number;

	switch (row->id) {
	case METRIC_fact_attached:
		c->attached = true;
		break;
	case METRIC_fact_option:
		number = number_of(row->value);
		if (is_text(row->key, "bytes") && row->value.len && !is_text(row->value, "0"))
			c->by_bytes = true;
		if ((is_text(row->key, "rcvbuf") || is_text(row->key, "sndbuf")) && number > 0)
			c->buffers += 2 * number;
		break;
	case METRIC_fact_sysctl:
		number = last_of(row->value);
		if ((is_text(row->key, "net.ipv4.tcp_rmem") ||
		     is_text(row->key, "net.ipv4.tcp_wmem")) &&
		    number > 0)
			c->buffers += number;
		break;
	case METRIC_fact_nic:
		if (is_text(row->key, "mtu"))
			c->mtu = fmax(c->mtu, number_of(row->value));
		break;
	case METRIC_fact_link:
		c->own_veth |= !row->key.len && is_text(row->value, "veth");
		c->far |= is_text(row->key, "host");
		break;
	default:
		break;
	}
}

static struct source_window *source(struct consistency *c, struct text name)
{
	struct source_window *s = c->sources;

	while (s < c->sources + c->source_count && !is_text(name, s->name))
		s++;
	if (s < c->sources + c->source_count)
		return s;
	if (c->source_count == SOURCES_MAX || name.len >= sizeof(s->name))
		return NULL;
	c->source_count++;
	*s = (struct source_window){.opened_ns = NAN, .window_ns = NAN, .share = 1};
	memcpy(s->name, name.at, name.len);
	return s;
}

/* Its key is that of the total, behind the names of source and metric. */
static void take_error(struct consistency *c, const struct row *row)
{
	const char *at = row->key.at, *end = at + row->key.len;
	const char *name = memchr(at, '/', row->key.len), *key;
	enum metric_id id;

	if (!name)
		return;
	name++;
	key = memchr(name, '/', end - name);
	id = metric_find(at, name - 1 - at, name, (key ? key : end) - name);
	if (id != METRIC_NONE && !(row->number <= c->error[id]))
		c->error[id] = row->number;
}

static void take_share(struct consistency *c, const struct row *row)
{
	const struct metric_info *info = metric_info(row->id);

	/* Printed digits do not make it more than 1. */
	if (row->number >= 0 && row->number <= 1 + 1e-9)
		return;
	c->odd_share_is = row->number;
	snprintf(c->odd_share, sizeof(c->odd_share), "%s.%s %.*s", info->source, info->name,
		 (int)(row->key.len < 40 ? row->key.len : 40), row->key.at);
}

static void take_below_zero(struct consistency *c, const struct row *row)
{
	const struct metric_info *info = metric_info(row->id);
	bool of_interval =
		row->time_s != WINDOW && (metric_scales(row->id) || info->kind == KIND_MEAN);

	/* An interval may take back what the one before it had too much of. */
	if (!(row->number < 0) || info->below_zero || of_interval || c->below_zero_rows++)
		return;
	snprintf(c->below_zero, sizeof(c->below_zero), "%s %s.%s%s%.*s is %g %s (line %" PRIu64 ")",
		 record_end_name[row->end], info->source, info->name, row->key.len ? " " : "",
		 (int)(row->key.len < 40 ? row->key.len : 40), row->key.at, row->number, info->unit,
		 row->line);
}

static void take_thread(struct consistency *c, const struct row *row)
{
	c->threads[row->end] += !begins(row->key, "ksoftirqd/");
	if (is_text(row->key, "(ended)")) {
		c->threads_ended[row->end] = true;
	} else if (row->number > c->longest_thread_ns) {
		c->longest_thread_ns = row->number;
		snprintf(c->longest_thread, sizeof(c->longest_thread), "%.*s",
			 (int)(row->key.len < 60 ? row->key.len : 60), row->key.at);
	}
}

static void take_device(struct consistency *c, const struct row *row)
{
	if (row->end == END_RX && is_text(row->key, "rx_bytes")) {
		c->device_rx += row->number;
		c->device_rx_known = true;
	} else if (row->end == END_TX && is_text(row->key, "tx_bytes")) {
		c->device_tx += row->number;
		c->device_tx_known = true;
	}
}

static void take_source(struct consistency *c, const struct row *row)
{
	struct source_window *s = source(c, row->key);

	if (s && row->id == METRIC_collector_opened)
		s->opened_ns = row->number;
	else if (s && row->id == METRIC_collector_share)
		s->share = row->number;
	else if (s)
		s->window_ns = row->number;
}

static void take_figure(struct consistency *c, const struct row *row)
{
	c->sum[row->id][row->end] += row->number;
	c->rows[row->id][row->end]++;
	switch (row->id) {
	case METRIC_cpu_thread:
		take_thread(c, row);
		break;
	case METRIC_profile_component:
		if (begins(row->key, "idle/"))
			c->idle_ns += row->number;
		break;
	case METRIC_nic_statistic:
		take_device(c, row);
		break;
	case METRIC_tcp_mss:
		c->mss = fmax(c->mss, row->number);
		break;
	case METRIC_selfcost_edge_spread:
		if (is_text(row->key, "open"))
			c->spread_open_ns = row->number;
		else
			c->spread_close_ns = row->number;
		break;
	case METRIC_collector_error:
		take_error(c, row);
		break;
	case METRIC_collector_opened:
	case METRIC_collector_window:
		take_source(c, row);
		break;
	case METRIC_collector_share:
		take_source(c, row);
		take_share(c, row);
		break;
	case METRIC_collector_blind:
	case METRIC_selfcost_bpf_share:
	case METRIC_pmu_share:
	case METRIC_path_reported:
		take_share(c, row);
		break;
	default:
		break;
	}
}

/* Of the first row of a machine of its own; what came before it is facts of the experiment. */
static void take_apart(struct consistency *c)
{
	for (int i = 0; i < 2; i++) {
		c->of_machine[i] = must_calloc(1, sizeof(*c->of_machine[i]));
		c->of_machine[i]->attached = c->attached;
		c->of_machine[i]->by_bytes = c->by_bytes;
		c->of_machine[i]->buffers = c->buffers;
	}
}

/* Facts are of use to both: buffers and MTU of either end bound what the other sees. */
static void hand_to_machines(struct consistency *c, const struct row *row)
{
	bool fact = metric_info(row->id)->kind == KIND_FACT;

	for (int i = 0; i < 2; i++) {
		struct row own = *row;

		if (!fact && end_side(row->end) != (i ? END_TX : END_RX))
			continue;
		if (row->end >= END_COUNT)
			own.end = END_HOST;
		consistency_row(c->of_machine[i], &own);
	}
}

void consistency_row(struct consistency *c, const struct row *row)
{
	enum metric_kind kind = metric_info(row->id)->kind;

	take_below_zero(c, row);
	if (row->end >= END_COUNT && !c->of_machine[0])
		take_apart(c);
	if (c->of_machine[0])
		hand_to_machines(c, row);

	if (kind == KIND_FACT) {
		take_fact(c, row);
		return;
	}
	if (kind == KIND_TOTAL)
		steps_row(&c->steps, row);
	if (row->time_s == WINDOW)
		take_figure(c, row);
}

const struct source_window *consistency_source(const struct consistency *c, const char *name)
{
	for (size_t i = 0; i < c->source_count; i++)
		if (!strcmp(c->sources[i].name, name) && c->sources[i].window_ns > 0)
			return &c->sources[i];
	return NULL;
}

bool consistency_is_part(const struct consistency *c, const char *source)
{
	for (size_t i = 0; i < c->source_count; i++)
		if (!strcmp(c->sources[i].name, source))
			return c->sources[i].share < 1;
	return false;
}

double consistency_sum(const struct consistency *c, enum metric_id id)
{
	return c->sum[id][END_HOST] + c->sum[id][END_RX] + c->sum[id][END_TX];
}

void consistency_free(struct consistency *c)
{
	steps_free(&c->steps);
	for (int i = 0; i < 2 && c->of_machine[i]; i++) {
		consistency_free(c->of_machine[i]);
		free(c->of_machine[i]);
	}
}
