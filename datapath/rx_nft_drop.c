// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * rx nft_drop: a rule of nft counts the run's datagrams and drops them, as a firewall would: behind GRO, taps and the first
 * look at the IP header, before anything is looked up. nft counts packets and knows no numbers in them: what was lost
 * before is not known.
 */
#include "datapath/nft_table.h"
#include "datapath/path.h"
#include "datapath/udp.h"
#include "datapath/xdp_drop.h"

static int rx_nft_drop_prepare(struct flows *all)
{
	return drop_prepare(all) ? -1 : nft_table_make((struct nft_table **)&all->shared, all);
}

static void rx_nft_drop_release(struct flows *all)
{
	nft_table_end(all->shared);
}

/* A figure that cannot be read now is as old as the one before. */
static void rx_nft_drop_look(struct flow *f)
{
	struct counters *c = &f->counters;
	uint64_t datagrams;

	if (nft_table_seen(f->all->shared, f->number, &datagrams))
		return;
	count_up_to(&c->event[EVENT_datagrams], datagrams);
	count_up_to(&c->receive_size[histogram_bucket(f->all->datagram)], datagrams);
	count_up_to(&c->bytes, datagrams * f->all->datagram);
}

static uint64_t rx_nft_drop_seen(const struct flow *f)
{
	uint64_t datagrams;

	nft_table_seen(f->all->shared, f->number, &datagrams);
	return datagrams;
}

static int rx_nft_drop_udp(struct flow *f)
{
	return drop_until_end(f, rx_nft_drop_seen);
}

static void rx_nft_drop_given(const struct flows *all, struct writer *w)
{
	(void)all;
	writer_fact(w, END_RX, METRIC_path_given, "nft", "prerouting, priority raw");
}

const struct path path_rx_nft_drop = {
	.name = "nft_drop",
	.end = END_RX,
	.what = "a rule of nft that drops datagrams, and counts them; takes --udp at the sender",
	.numbers_unknown = "nft counts packets, and knows no numbers in them",
	.able = nft_table_able,
	.prepare = rx_nft_drop_prepare,
	.open = drop_open,
	.udp = rx_nft_drop_udp,
	.udp_calls = DROP_CALLS,
	.look = rx_nft_drop_look,
	.given = rx_nft_drop_given,
	.close = udp_close,
	.release = rx_nft_drop_release,
};
