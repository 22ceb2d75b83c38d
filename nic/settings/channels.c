// SPDX-License-Identifier: GPL-2.0-or-later
/* What 'ethtool -L' sets: how many queues a device has. */
#include <errno.h>
#include <linux/ethtool_netlink.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "nic/ethtool_message.h"
#include "nic/interrupt.h"
#include "nic/settings/files.h"
#include "nic/settings/setting.h"

struct channels {
	uint32_t rx, rx_most, tx, tx_most, combined, combined_most;
};

static int take_channels(const struct nlmsghdr *nlh, void *data)
{
	struct channels *c = data;
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, genl_attrs)
	{
		switch (mnl_attr_get_type(attr)) {
		case ETHTOOL_A_CHANNELS_RX_MAX:
			c->rx_most = mnl_attr_get_u32(attr);
			break;
		case ETHTOOL_A_CHANNELS_TX_MAX:
			c->tx_most = mnl_attr_get_u32(attr);
			break;
		case ETHTOOL_A_CHANNELS_COMBINED_MAX:
			c->combined_most = mnl_attr_get_u32(attr);
			break;
		case ETHTOOL_A_CHANNELS_RX_COUNT:
			c->rx = mnl_attr_get_u32(attr);
			break;
		case ETHTOOL_A_CHANNELS_TX_COUNT:
			c->tx = mnl_attr_get_u32(attr);
			break;
		case ETHTOOL_A_CHANNELS_COMBINED_COUNT:
			c->combined = mnl_attr_get_u32(attr);
			break;
		}
	}
	return MNL_CB_OK;
}

static int channels_get(struct setting_place *p, struct channels *c)
{
	struct ethtool_message m;
	int error = ethtool_message_begin(&m, ETHTOOL_MSG_CHANNELS_GET, p->iface);

	*c = (struct channels){0};
	if (!error)
		error = netlink_ask(&m.genl.netlink, take_channels, c);
	return ethtool_message_end(&m, error, p->said, sizeof(p->said));
}

/* A device has queues of both kinds, or queues that go both ways. */
static int channels_set(const char *iface, const struct channels *to, char *said, size_t said_size)
{
	struct ethtool_message m;
	int error = ethtool_message_begin(&m, ETHTOOL_MSG_CHANNELS_SET, iface);

	if (!error) {
		struct nlmsghdr *nlh = m.genl.netlink.request;

		if (to->combined) {
			mnl_attr_put_u32(nlh, ETHTOOL_A_CHANNELS_COMBINED_COUNT, to->combined);
		} else {
			mnl_attr_put_u32(nlh, ETHTOOL_A_CHANNELS_RX_COUNT, to->rx);
			mnl_attr_put_u32(nlh, ETHTOOL_A_CHANNELS_TX_COUNT, to->tx);
		}
		error = netlink_ask(&m.genl.netlink, NULL, NULL);
	}
	return ethtool_message_end(&m, error, said, said_size);
}

static int channels_read(struct setting_place *p, enum option_id id, const struct options *want,
			 char *text, size_t size)
{
	struct channels c;
	int error = channels_get(p, &c);

	(void)id;
	(void)want;
	if (!error && !c.combined && c.rx != c.tx)
		error = -ENODATA;
	snprintf(text, size, "%u", c.combined ? c.combined : c.rx);
	return error;
}

/* A queue is made without any; XPS of a device with one queue cannot be read. */
static int keep_value(void *journal, const char *path, unsigned int n)
{
	char value[4096];
	int error = file_read(path, value, sizeof(value));

	(void)n;
	if (error || !value[strspn(value, "0,")])
		return 0;
	error = journal_set(journal, path, value);
	return error == -EXDEV ? 0 : error;
}

/*
 * What steers the packets of a queue goes with the queue (rx_queue_release() and netif_reset_xps_queues_gt() of
 * net/core), and drivers choose XPS anew: noted before the number is, it is put back once all queues are there.
 */
static int keep_steering(const struct setting_place *p)
{
	static const char *const files[][2] = {
		{"rx-", "rps_cpus"}, {"rx-", "rps_flow_cnt"}, {"tx-", "xps_cpus"}};
	char dir[64];
	int error = 0;

	snprintf(dir, sizeof(dir), "/sys/class/net/%s/queues", p->iface);
	for (size_t i = 0; !error && i < sizeof(files) / sizeof(files[0]); i++) {
		error = files_each(dir, files[i][0], files[i][1], keep_value, p->journal);
		error = error == -EOPNOTSUPP ? 0 : error;
	}
	return error;
}

static int channels_write(struct setting_place *p, enum option_id id, const struct options *want)
{
	uint32_t n = (uint32_t)want->queues_count;
	struct channels was, to = {0};
	char old[48];
	int error = channels_get(p, &was);

	(void)id;
	if (error)
		return error;
	if (was.combined) {
		to.combined = n;
		snprintf(old, sizeof(old), "combined %u", was.combined);
	} else {
		to.rx = to.tx = n;
		snprintf(old, sizeof(old), "rx %u tx %u", was.rx, was.tx);
	}
	if (to.combined > was.combined_most || to.rx > was.rx_most || to.tx > was.tx_most) {
		snprintf(p->said, sizeof(p->said),
			 "%u both ways, or %u to receive and %u to send, at most",
			 was.combined_most, was.rx_most, was.tx_most);
		return -ERANGE;
	}
	error = keep_steering(p);
	/* Drivers that make their interrupts anew, or spread them, forget which CPUs somebody had chosen. */
	if (!error)
		error = interrupts_keep(p->journal, p->iface);
	if (!error)
		error = journal_note(p->journal, "channels", p->iface, old);
	return error ? error : channels_set(p->iface, &to, p->said, sizeof(p->said));
}

/* In steps of so many ms. */
#define LET_GO_MS    10
#define LET_GO_STEPS 300

/*
 * A queue on which an AF_XDP socket was cannot go before the kernel has taken the socket's memory off it, which a work of
 * its own does after the last close (xp_put_pool() of net/xdp/xsk_buff_pool.c, ethnl_set_channels()); nor one of a veth
 * that has an XDP program while its peer sends by as many (veth_set_channels()), which the other end is about to put back.
 */
int channels_put_back(const char *iface, const char *old)
{
	struct channels was = {0};
	char said[8];
	int error;

	if (sscanf(old, "combined %u", &was.combined) != 1 &&
	    sscanf(old, "rx %u tx %u", &was.rx, &was.tx) != 2)
		return -EINVAL;
	error = channels_set(iface, &was, said, sizeof(said));
	for (unsigned int i = 0; error == -EINVAL && i < LET_GO_STEPS; i++) {
		poll(NULL, 0, LET_GO_MS);
		error = channels_set(iface, &was, said, sizeof(said));
	}
	return error;
}

const struct setting setting_queues_count = {channels_read, channels_write, false};
