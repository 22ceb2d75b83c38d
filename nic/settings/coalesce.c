// SPDX-License-Identifier: GPL-2.0-or-later
/* What 'ethtool -C' sets: how long a device waits before it interrupts. */
#include <errno.h>
#include <linux/ethtool_netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/quantity.h"
#include "nic/ethtool_message.h"
#include "nic/settings/setting.h"

#define PARAMETERS_MAX 32

static const struct parameter {
	const char *name; /* as ethtool(8) has it */
	uint16_t attribute;
	bool is_flag; /* on or off, in one byte */
} parameters[] = {
	{"adaptive-rx", ETHTOOL_A_COALESCE_USE_ADAPTIVE_RX, true},
	{"adaptive-tx", ETHTOOL_A_COALESCE_USE_ADAPTIVE_TX, true},
	{"rx-usecs", ETHTOOL_A_COALESCE_RX_USECS, false},
	{"rx-frames", ETHTOOL_A_COALESCE_RX_MAX_FRAMES, false},
	{"rx-usecs-irq", ETHTOOL_A_COALESCE_RX_USECS_IRQ, false},
	{"rx-frames-irq", ETHTOOL_A_COALESCE_RX_MAX_FRAMES_IRQ, false},
	{"tx-usecs", ETHTOOL_A_COALESCE_TX_USECS, false},
	{"tx-frames", ETHTOOL_A_COALESCE_TX_MAX_FRAMES, false},
	{"tx-usecs-irq", ETHTOOL_A_COALESCE_TX_USECS_IRQ, false},
	{"tx-frames-irq", ETHTOOL_A_COALESCE_TX_MAX_FRAMES_IRQ, false},
	{"cqe-mode-rx", ETHTOOL_A_COALESCE_USE_CQE_MODE_RX, true},
	{"cqe-mode-tx", ETHTOOL_A_COALESCE_USE_CQE_MODE_TX, true},
};

#define PARAMETERS (sizeof(parameters) / sizeof(parameters[0]))
_Static_assert(PARAMETERS <= PARAMETERS_MAX, "more parameters than room for them");

struct coalesce {
	bool known[PARAMETERS_MAX]; /* the driver has it */
	uint32_t value[PARAMETERS_MAX];
};

static int take_coalesce(const struct nlmsghdr *nlh, void *data)
{
	struct coalesce *c = data;
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, genl_attrs)
	{
		for (size_t i = 0; i < PARAMETERS; i++) {
			if (mnl_attr_get_type(attr) != parameters[i].attribute)
				continue;
			c->known[i] = true;
			c->value[i] = parameters[i].is_flag ? mnl_attr_get_u8(attr)
							    : mnl_attr_get_u32(attr);
		}
	}
	return MNL_CB_OK;
}

static int coalesce_get(struct setting_place *p, struct coalesce *c)
{
	struct ethtool_message m;
	int error = ethtool_message_begin(&m, ETHTOOL_MSG_COALESCE_GET, p->iface);

	*c = (struct coalesce){0};
	if (!error)
		error = netlink_ask(&m.genl.netlink, take_coalesce, c);
	return ethtool_message_end(&m, error, p->said, sizeof(p->said));
}

static int coalesce_set(const char *iface, const struct coalesce *to, char *said, size_t said_size)
{
	struct ethtool_message m;
	int error = ethtool_message_begin(&m, ETHTOOL_MSG_COALESCE_SET, iface);

	for (size_t i = 0; !error && i < PARAMETERS; i++) {
		if (to->known[i] && parameters[i].is_flag)
			mnl_attr_put_u8(m.genl.netlink.request, parameters[i].attribute,
					(uint8_t)to->value[i]);
		else if (to->known[i])
			mnl_attr_put_u32(m.genl.netlink.request, parameters[i].attribute,
					 to->value[i]);
	}
	if (!error)
		error = netlink_ask(&m.genl.netlink, NULL, NULL);
	return ethtool_message_end(&m, error, said, said_size);
}

/* What the pairs name, and what they say of it. -EINVAL with said filled in. */
static int parse(const char *text, struct coalesce *c, char *said, size_t said_size)
{
	struct option_pair pair;
	const char *why;
	uint64_t number;

	*c = (struct coalesce){0};
	while (options_pair(&text, &pair)) {
		size_t i = 0;

		while (i < PARAMETERS && strcmp(parameters[i].name, pair.name) != 0)
			i++;
		if (i == PARAMETERS) {
			snprintf(said, said_size,
				 "%.40s is none of 'ethtool -C' that is known here, such as rx-usecs",
				 pair.name);
			return -EINVAL;
		}
		if (parameters[i].is_flag) {
			number = !strcmp(pair.value, "on");
			if (!number && strcmp(pair.value, "off") != 0) {
				snprintf(said, said_size, "%.40s is on or off", pair.name);
				return -EINVAL;
			}
		} else if (quantity_count(pair.value, &number, &why) || number > UINT32_MAX) {
			snprintf(said, said_size, "%.40s is a number", pair.name);
			return -EINVAL;
		}
		c->known[i] = true;
		c->value[i] = (uint32_t)number;
	}
	return 0;
}

/* As pairs, of those that are named in like. */
static void print(const struct coalesce *c, const struct coalesce *like, char *text, size_t size)
{
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < PARAMETERS && used < size; i++) {
		char number[16];

		if (!like->known[i])
			continue;
		snprintf(number, sizeof(number), "%u", c->value[i]);
		used += (size_t)snprintf(text + used, size - used, "%s%s=%s", used ? "+" : "",
					 parameters[i].name,
					 !parameters[i].is_flag ? number
					 : c->value[i]		? "on"
								: "off");
	}
}

/* In the very words of what is asked for, where it is so. */
static int coalesce_read(struct setting_place *p, enum option_id id, const struct options *want,
			 char *text, size_t size)
{
	struct coalesce now, asked;
	int error = parse(want->coalesce, &asked, p->said, sizeof(p->said));

	(void)id;
	if (!error)
		error = coalesce_get(p, &now);
	for (size_t i = 0; !error && i < PARAMETERS; i++)
		if (asked.known[i] && !now.known[i]) {
			snprintf(p->said, sizeof(p->said), "the driver has no %s",
				 parameters[i].name);
			return -EOPNOTSUPP;
		}
	if (error)
		return error;
	print(&now, &asked, text, size);
	for (size_t i = 0; i < PARAMETERS; i++)
		if (asked.known[i] && asked.value[i] != now.value[i])
			return 0;
	snprintf(text, size, "%s", want->coalesce);
	return 0;
}

static int coalesce_write(struct setting_place *p, enum option_id id, const struct options *want)
{
	struct coalesce was, to;
	int error = parse(want->coalesce, &to, p->said, sizeof(p->said));

	(void)id;
	if (!error)
		error = coalesce_get(p, &was);
	for (size_t i = 0; !error && i < PARAMETERS; i++) {
		struct coalesce one = {0};
		char old[48];

		to.known[i] = to.known[i] && to.value[i] != was.value[i];
		one.known[i] = to.known[i];
		print(&was, &one, old, sizeof(old));
		if (to.known[i])
			error = journal_note(p->journal, "coalesce", p->iface, old);
	}
	return error ? error : coalesce_set(p->iface, &to, p->said, sizeof(p->said));
}

int coalesce_put_back(const char *iface, const char *old)
{
	struct coalesce was;
	char said[200];
	int error = parse(old, &was, said, sizeof(said));

	return error ? error : coalesce_set(iface, &was, said, sizeof(said));
}

const struct setting setting_coalesce = {coalesce_read, coalesce_write, false};
