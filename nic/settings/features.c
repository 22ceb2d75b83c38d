// SPDX-License-Identifier: GPL-2.0-or-later
/* What 'ethtool -k' lists: offloads that are on or off, by the names of net/ethtool/common.c. */
#include <errno.h>
#include <linux/ethtool_netlink.h>
#include <stdio.h>
#include <string.h>

#include "nic/ethtool_message.h"
#include "nic/settings/setting.h"

#define NAMES_MAX 8

/* The features that an option's word turns on (wanted) and off. */
struct group {
	enum option_id id;
	const char *const names[NAMES_MAX];
};

static const struct group groups[] = {
	{OPTION_csum,
	 {"rx-checksum", "tx-checksum-ipv4", "tx-checksum-ipv6", "tx-checksum-ip-generic"}},
	{OPTION_gso, {"tx-generic-segmentation"}},
	{OPTION_tso, {"tx-tcp-segmentation", "tx-tcp6-segmentation", "tx-tcp-ecn-segmentation"}},
	{OPTION_lro, {"rx-lro"}},
	{OPTION_gro, {"rx-gro", "rx-gro-hw"}},
	{OPTION_arfs, {"rx-ntuple-filter"}},
};

/* Of the features of one group, in its order. */
struct features {
	const struct group *group;
	bool can[NAMES_MAX];	/* be changed */
	bool wanted[NAMES_MAX]; /* what it is to be, as far as others let it */
	bool active[NAMES_MAX];
};

static const struct group *group_of(enum option_id id)
{
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		if (groups[i].id == id)
			return &groups[i];
	return NULL;
}

/* One of a bit set's: {bit: {name, value}}. A set without a mask lists those that are on, without values. */
static void take_bit(const struct nlattr *bit, bool masked, const struct group *group,
		     bool on[NAMES_MAX])
{
	const struct nlattr *attr;
	const char *name = "";
	bool is_on = !masked;

	mnl_attr_for_each_nested(attr, bit)
	{
		if (mnl_attr_get_type(attr) == ETHTOOL_A_BITSET_BIT_NAME &&
		    !mnl_attr_validate(attr, MNL_TYPE_NUL_STRING))
			name = mnl_attr_get_str(attr);
		else if (mnl_attr_get_type(attr) == ETHTOOL_A_BITSET_BIT_VALUE)
			is_on = true;
	}
	for (int i = 0; is_on && i < NAMES_MAX && group->names[i]; i++)
		on[i] = on[i] || !strcmp(group->names[i], name);
}

static void take_bitset(const struct nlattr *set, const struct group *group, bool on[NAMES_MAX])
{
	const struct nlattr *attr, *bit, *bits = NULL;
	bool masked = true;

	mnl_attr_for_each_nested(attr, set)
	{
		if (mnl_attr_get_type(attr) == ETHTOOL_A_BITSET_BITS)
			bits = attr;
		else if (mnl_attr_get_type(attr) == ETHTOOL_A_BITSET_NOMASK)
			masked = false;
	}
	if (bits)
		mnl_attr_for_each_nested(bit, bits)
		{
			take_bit(bit, masked, group, on);
		}
}

static int take_features(const struct nlmsghdr *nlh, void *data)
{
	struct features *f = data;
	const struct nlattr *attr;
	bool fixed[NAMES_MAX] = {false};

	mnl_attr_for_each(attr, nlh, genl_attrs)
	{
		switch (mnl_attr_get_type(attr)) {
		case ETHTOOL_A_FEATURES_HW:
			take_bitset(attr, f->group, f->can);
			break;
		case ETHTOOL_A_FEATURES_WANTED:
			take_bitset(attr, f->group, f->wanted);
			break;
		case ETHTOOL_A_FEATURES_ACTIVE:
			take_bitset(attr, f->group, f->active);
			break;
		case ETHTOOL_A_FEATURES_NOCHANGE:
			take_bitset(attr, f->group, fixed);
			break;
		}
	}
	for (int i = 0; i < NAMES_MAX; i++)
		f->can[i] = f->can[i] && !fixed[i];
	return MNL_CB_OK;
}

static int features_get(struct setting_place *p, struct features *f)
{
	struct ethtool_message m;
	int error = ethtool_message_begin(&m, ETHTOOL_MSG_FEATURES_GET, p->iface);

	if (!error)
		error = netlink_ask(&m.genl.netlink, take_features, f);
	return ethtool_message_end(&m, error, p->said, sizeof(p->said));
}

static void put_bit(struct nlmsghdr *nlh, const char *name, bool on)
{
	struct nlattr *bit = mnl_attr_nest_start(nlh, ETHTOOL_A_BITSET_BITS_BIT);

	mnl_attr_put_strz(nlh, ETHTOOL_A_BITSET_BIT_NAME, name);
	if (on)
		mnl_attr_put(nlh, ETHTOOL_A_BITSET_BIT_VALUE, 0, NULL);
	mnl_attr_nest_end(nlh, bit);
}

/* text: "NAME=on NAME=off …" */
static int features_set(const char *iface, const char *text, char *said, size_t said_size)
{
	struct ethtool_message m;
	int error = ethtool_message_begin(&m, ETHTOOL_MSG_FEATURES_SET, iface);

	if (!error) {
		struct nlmsghdr *nlh = m.genl.netlink.request;
		struct nlattr *set = mnl_attr_nest_start(nlh, ETHTOOL_A_FEATURES_WANTED);
		struct nlattr *bits = mnl_attr_nest_start(nlh, ETHTOOL_A_BITSET_BITS);
		char name[33], word[4];

		for (int at = 0, len;
		     sscanf(text + at, " %32[^ =]=%3[a-z]%n", name, word, &len) == 2; at += len)
			put_bit(nlh, name, !strcmp(word, "on"));
		mnl_attr_nest_end(nlh, bits);
		mnl_attr_nest_end(nlh, set);
		error = netlink_ask(&m.genl.netlink, NULL, NULL);
	}
	return ethtool_message_end(&m, error, said, said_size);
}

int features_put_back(const char *iface, const char *old)
{
	char said[8];

	return features_set(iface, old, said, sizeof(said));
}

/* GRO has three states: the second feature is the device's. */
static int read_word(struct setting_place *p, enum option_id id, const struct options *want,
		     char *text, size_t size)
{
	struct features f = {.group = group_of(id)};
	int error = features_get(p, &f);
	bool any = false, all = true;

	(void)want;
	for (int i = 0; i < NAMES_MAX; i++) {
		any = any || f.active[i];
		all = all && (f.active[i] || !f.can[i]);
	}
	if (id == OPTION_gro)
		snprintf(text, size, "%s", !f.active[0] ? "off" : f.active[1] ? "hw" : "sw");
	else
		snprintf(text, size, "%s", any ? "on" : "off");
	return error || id == OPTION_gro || !any || all ? error : -ENODATA;
}

/* What cannot be changed is left, and then said by what it stays at. */
static int write_word(struct setting_place *p, enum option_id id, const struct options *want)
{
	struct features f = {.group = group_of(id)};
	const char *word = options_text(want, id);
	char new[300] = "";
	int error = features_get(p, &f);

	for (int i = 0; !error && f.group->names[i]; i++) {
		bool on = strcmp(word, "off") != 0 && (i != 1 || strcmp(word, "sw") != 0);
		size_t used = strlen(new);
		char old[48];

		if (!f.can[i] || f.wanted[i] == on)
			continue;
		snprintf(old, sizeof(old), "%s=%s", f.group->names[i], on ? "off" : "on");
		error = journal_note(p->journal, "features", p->iface, old);
		snprintf(new + used, sizeof(new) - used, "%s=%s ", f.group->names[i],
			 on ? "on" : "off");
	}
	return error || !*new ? error : features_set(p->iface, new, p->said, sizeof(p->said));
}

const struct setting setting_csum = {read_word, write_word, false};
const struct setting setting_gso = {read_word, write_word, false};
const struct setting setting_tso = {read_word, write_word, false};
const struct setting setting_lro = {read_word, write_word, false};
const struct setting setting_gro = {read_word, write_word, false};
const struct setting setting_arfs = {read_word, write_word, false};
