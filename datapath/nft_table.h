/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A table of nf_tables with one rule, which counts the datagrams of a run's flows and drops them; nobody else's. The kernel
 * keeps it for the socket that made it (the flag owner, Linux 5.12), so that it goes with this process however that ends.
 *
 *   nft_table_able()  is there what it takes? False with why filled in
 *   nft_table_make()  once all flows are connected; *made is to be ended in any case
 *   nft_table_seen()  how many datagrams of a flow were dropped until now
 *   nft_table_end()   NULL is fine
 */
#ifndef DATAPATH_NFT_TABLE_H
#define DATAPATH_NFT_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "datapath/flow.h"

struct nft_table;

bool nft_table_able(char *why, size_t size);
/* 0, or -1 after flow_unable() or flow_fail() of the first flow. */
int nft_table_make(struct nft_table **made, struct flows *all);
/* 0 with the figure in *datagrams, or a negative errno. */
int nft_table_seen(struct nft_table *t, unsigned int flow, uint64_t *datagrams);
void nft_table_end(struct nft_table *t);

#endif
