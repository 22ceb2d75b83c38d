// SPDX-License-Identifier: GPL-2.0-or-later
/* What 'ethtool -G' sets: entries of rings, and from which size on headers are split. */
#include "nic/rings.h"

#include <errno.h>
#include <stdio.h>

#include "nic/settings/setting.h"

static int rings_read(struct setting_place *p, enum option_id id, const struct options *want,
		      char *text, size_t size)
{
	struct rings r;
	int error = rings_get(p->iface, &r);

	(void)want;
	if (error)
		return error;
	if (id == OPTION_hds_thresh && !r.has_threshold) {
		snprintf(p->said, sizeof(p->said),
			 "it takes a driver with hds-thresh and Linux 6.14 or newer");
		return -EOPNOTSUPP;
	}
	snprintf(text, size, "%u",
		 id == OPTION_hds_thresh ? r.threshold
		 : id == OPTION_rx_ring	 ? r.rx
					 : r.tx);
	return 0;
}

static int rings_write(struct setting_place *p, enum option_id id, const struct options *want)
{
	struct rings was, to = {0};
	char old[64];
	int error = rings_get(p->iface, &was);

	if (error)
		return error;
	if (id == OPTION_rx_ring) {
		to.rx = (uint32_t)want->rx_ring;
		snprintf(old, sizeof(old), "rx %u", was.rx);
		if (to.rx > was.rx_most)
			snprintf(p->said, sizeof(p->said), "%u entries at most", was.rx_most);
	} else if (id == OPTION_tx_ring) {
		to.tx = (uint32_t)want->tx_ring;
		snprintf(old, sizeof(old), "tx %u", was.tx);
		if (to.tx > was.tx_most)
			snprintf(p->said, sizeof(p->said), "%u entries at most", was.tx_most);
	} else {
		to.has_threshold = true;
		to.threshold = (uint32_t)want->hds_thresh;
		snprintf(old, sizeof(old), "hds-thresh %u", was.threshold);
	}
	if (*p->said)
		return -ERANGE;
	error = journal_note(p->journal, "ring_sizes", p->iface, old);
	return error ? error : rings_set(p->iface, &to, p->said, sizeof(p->said));
}

int ring_sizes_put_back(const char *iface, const char *old)
{
	struct rings was = {0};
	char said[8];

	if (sscanf(old, "rx %u", &was.rx) != 1 && sscanf(old, "tx %u", &was.tx) != 1) {
		was.has_threshold = sscanf(old, "hds-thresh %u", &was.threshold) == 1;
		if (!was.has_threshold)
			return -EINVAL;
	}
	return rings_set(iface, &was, said, sizeof(said));
}

const struct setting setting_rx_ring = {rings_read, rings_write, false};
const struct setting setting_tx_ring = {rings_read, rings_write, false};
const struct setting setting_hds_thresh = {rings_read, rings_write, false};
