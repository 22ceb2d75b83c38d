// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/undo.h"

#include <stddef.h>
#include <string.h>

#include "nic/interrupt.h"
#include "nic/rings.h"
#include "nic/split.h"
#include "nic/rss.h"
#include "nic/settings/setting.h"
#include "nic/steer.h"

static const struct undo undos[] = {
	{"split", "header split", "see 'ethtool -G'", split_put_back, CLAIM_NONE, false},
	{"ring", "receive rings", "see 'ethtool -G'", rings_put_back, CLAIM_NONE, false},
	{"ntuple", "flow steering", "see 'ethtool -K'", steer_enable_put_back, CLAIM_NONE, false},
	{"rss", "RSS table", "see 'ethtool -X'", rss_put_back, CLAIM_NONE, false},
	{"ring_sizes", "rings", "see 'ethtool -G'", ring_sizes_put_back, CLAIM_WORD, false},
	{"channels", "number of queues", "see 'ethtool -L'", channels_put_back, CLAIM_WHOLE, false},
	{"coalesce", "interrupt coalescing", "see 'ethtool -C'", coalesce_put_back, CLAIM_WORD,
	 false},
	{"features", "offloads", "see 'ethtool -K'", features_put_back, CLAIM_WORD, false},
	{"mtu", "MTU", "see 'ip link set mtu'", mtu_put_back, CLAIM_WHOLE, false},
	{"big_tcp", "BIG TCP", "see gso_max_size of 'ip link set'", big_tcp_put_back, CLAIM_WHOLE,
	 false},
	{"loss", "dropping of packets", "see 'nft list tables netdev'", loss_put_back, CLAIM_WHOLE,
	 false},
	{"irq_suspend", "irq-suspend-timeout", "see napi-set of the netdev family",
	 irq_suspend_put_back, CLAIM_WORD, false},
	{"rule", "rule for a flow", "see 'ethtool -n' and -N", steer_rule_put_back, CLAIM_NONE,
	 false},
	{"irq", "CPUs", "see /proc/irq", interrupt_put_back, CLAIM_WHOLE, true},
	{"irq_kept", "CPUs", "see /proc/irq", interrupt_put_back, CLAIM_NONE, true},
};

const struct undo *undo_find(const char *name)
{
	for (size_t i = 0; i < sizeof(undos) / sizeof(undos[0]); i++)
		if (!strcmp(undos[i].name, name))
			return &undos[i];
	return NULL;
}
