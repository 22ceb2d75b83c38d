// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/steer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* One place of a connection: an IPv4 address may come as a mapped one. */
struct place {
	int family;
	unsigned char address[16];
	uint16_t port;
};

static int place_of(const struct sockaddr_storage *from, struct place *p)
{
	const struct sockaddr_in *v4 = (const void *)from;
	const struct sockaddr_in6 *v6 = (const void *)from;

	memset(p, 0, sizeof(*p));
	p->family = from->ss_family;
	switch (from->ss_family) {
	case AF_INET:
		p->port = ntohs(v4->sin_port);
		memcpy(p->address, &v4->sin_addr, 4);
		return 0;
	case AF_INET6:
		p->port = ntohs(v6->sin6_port);
		memcpy(p->address, &v6->sin6_addr, 16);
		if (!IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr))
			return 0;
		p->family = AF_INET;
		memmove(p->address, p->address + 12, 4);
		return 0;
	}
	return -EAFNOSUPPORT;
}

int steer_flow(int fd, unsigned int queue, char rule[STEER_RULE_MAX])
{
	struct sockaddr_storage here = {0};
	struct sockaddr_storage there = {0};
	socklen_t here_size = sizeof(here);
	socklen_t there_size = sizeof(there);
	char source[INET6_ADDRSTRLEN];
	char target[INET6_ADDRSTRLEN];
	struct place from;
	struct place to;
	int error;

	if (getsockname(fd, (struct sockaddr *)&here, &here_size) ||
	    getpeername(fd, (struct sockaddr *)&there, &there_size))
		return -errno;
	error = place_of(&there, &from);
	if (!error)
		error = place_of(&here, &to);
	if (error)
		return error;
	snprintf(rule, STEER_RULE_MAX, "%s %s %u %s %u %u", from.family == AF_INET ? "tcp4" : "tcp6",
		 inet_ntop(from.family, from.address, source, sizeof(source)), from.port,
		 inet_ntop(to.family, to.address, target, sizeof(target)), to.port, queue);
	return 0;
}

static int parse(const char *rule, struct ethtool_rx_flow_spec *spec)
{
	struct ethtool_tcpip4_spec *v4 = &spec->h_u.tcp_ip4_spec;
	struct ethtool_tcpip6_spec *v6 = &spec->h_u.tcp_ip6_spec;
	char source[INET6_ADDRSTRLEN];
	char target[INET6_ADDRSTRLEN];
	unsigned int queue;
	uint16_t from;
	uint16_t to;
	char version;

	memset(spec, 0, sizeof(*spec));
	if (sscanf(rule, "tcp%c %45s %hu %45s %hu %u", &version, source, &from, target, &to,
		   &queue) != 6)
		return -EINVAL;
	spec->ring_cookie = queue;
	if (version == '4') {
		spec->flow_type = TCP_V4_FLOW;
		v4->psrc = htons(from);
		v4->pdst = htons(to);
		spec->m_u.tcp_ip4_spec = (struct ethtool_tcpip4_spec){UINT32_MAX, UINT32_MAX,
								      UINT16_MAX, UINT16_MAX, 0};
		return inet_pton(AF_INET, source, &v4->ip4src) == 1 &&
				       inet_pton(AF_INET, target, &v4->ip4dst) == 1
			       ? 0
			       : -EINVAL;
	}
	spec->flow_type = TCP_V6_FLOW;
	v6->psrc = htons(from);
	v6->pdst = htons(to);
	memset(&spec->m_u.tcp_ip6_spec, 0xff, sizeof(spec->m_u.tcp_ip6_spec));
	spec->m_u.tcp_ip6_spec.tclass = 0;
	return inet_pton(AF_INET6, source, v6->ip6src) == 1 &&
			       inet_pton(AF_INET6, target, v6->ip6dst) == 1
		       ? 0
		       : -EINVAL;
}

/* All rules that the device has, to be freed; rule_cnt of them in rule_locs. */
static int all_rules(const struct ethtool *e, struct ethtool_rxnfc **rules, uint64_t *table)
{
	struct ethtool_rxnfc count = {.cmd = ETHTOOL_GRXCLSRLCNT};
	int error = ethtool_ask(e, &count);

	if (error)
		return error;
	*rules = calloc(1, sizeof(**rules) + count.rule_cnt * sizeof((*rules)->rule_locs[0]));
	if (!*rules)
		return -ENOMEM;
	*table = count.data;
	(*rules)->cmd = ETHTOOL_GRXCLSRLALL;
	(*rules)->rule_cnt = count.rule_cnt;
	error = count.rule_cnt ? ethtool_ask(e, *rules) : 0;
	/* The answer has the size of the table there, where the driver says it. */
	if (!(*table & ~RX_CLS_LOC_SPECIAL) && !error)
		*table |= (*rules)->data & ~(uint64_t)RX_CLS_LOC_SPECIAL;
	if (error)
		free(*rules);
	return error;
}

int steer_count(const struct ethtool *e, unsigned int *count)
{
	struct ethtool_rxnfc ask = {.cmd = ETHTOOL_GRXCLSRLCNT};
	int error = ethtool_ask(e, &ask);

	*count = ask.rule_cnt;
	return error;
}

/* Asked for one that is hardly there: the kernel looks for the driver's ability first. */
int steer_contexts(const struct ethtool *e)
{
	struct ethtool_rxfh ask = {.cmd = ETHTOOL_GRSSH, .rss_context = UINT32_MAX - 1};
	int error = ethtool_ask(e, &ask);

	return error == -EOPNOTSUPP ? error : 0;
}

static bool is_taken(const struct ethtool_rxnfc *rules, uint32_t place)
{
	for (unsigned int i = 0; i < rules->rule_cnt; i++)
		if (rules->rule_locs[i] == place)
			return true;
	return false;
}

int steer_add(const struct ethtool *e, const char *rule)
{
	struct ethtool_rxnfc insert = {.cmd = ETHTOOL_SRXCLSRLINS};
	struct ethtool_rxnfc *rules;
	uint64_t table;
	int error = parse(rule, &insert.fs);

	if (!error)
		error = all_rules(e, &rules, &table);
	if (error)
		return error;
	/* Either the driver chooses the place itself, or it wants one that is free. */
	insert.fs.location = RX_CLS_LOC_ANY;
	if (!(table & RX_CLS_LOC_SPECIAL))
		for (insert.fs.location = 0; is_taken(rules, insert.fs.location);)
			insert.fs.location++;
	free(rules);
	return ethtool_ask(e, &insert);
}

static bool same_rule(const struct ethtool_rx_flow_spec *a, const struct ethtool_rx_flow_spec *b)
{
	size_t size = a->flow_type == TCP_V4_FLOW ? sizeof(a->h_u.tcp_ip4_spec)
						  : sizeof(a->h_u.tcp_ip6_spec);

	return a->flow_type == b->flow_type && a->ring_cookie == b->ring_cookie &&
	       !memcmp(&a->h_u, &b->h_u, size) && !memcmp(&a->m_u, &b->m_u, size);
}

static int take_out(const struct ethtool *e, const char *rule)
{
	struct ethtool_rx_flow_spec wanted;
	struct ethtool_rxnfc *rules;
	uint64_t table;
	int error = parse(rule, &wanted);

	if (!error)
		error = all_rules(e, &rules, &table);
	if (error)
		return error;
	for (unsigned int i = 0; i < rules->rule_cnt && !error; i++) {
		struct ethtool_rxnfc one = {
			.cmd = ETHTOOL_GRXCLSRULE,
			.fs.location = rules->rule_locs[i],
		};
		struct ethtool_rxnfc remove = {
			.cmd = ETHTOOL_SRXCLSRLDEL,
			.fs.location = rules->rule_locs[i],
		};

		if (!ethtool_ask(e, &one) && same_rule(&one.fs, &wanted))
			error = ethtool_ask(e, &remove);
	}
	free(rules);
	return error;
}

int steer_rule_put_back(const char *iface, const char *rule)
{
	struct ethtool e;
	int error = ethtool_open(&e, iface);

	if (error)
		return error;
	error = take_out(&e, rule);
	ethtool_close(&e);
	return error;
}

/* The bit of a feature, among those that the driver names: its block of 32, and the mask there. */
static int find_feature(const struct ethtool *e, unsigned int *bit, unsigned int *blocks)
{
	struct ethtool_names names;
	int error = ethtool_names(e, ETH_SS_FEATURES, &names);

	if (error)
		return error;
	*blocks = (names.count + 31) / 32;
	error = -EOPNOTSUPP;
	for (*bit = 0; *bit < names.count; ++*bit) {
		char name[ETH_GSTRING_LEN + 1];

		error = strcmp(ethtool_name(&names, *bit, name), "rx-ntuple-filter") ? -EOPNOTSUPP
										     : 0;
		if (!error)
			break;
	}
	ethtool_names_free(&names);
	return error;
}

int steer_rules(const struct ethtool *e, enum steer_rules *rules)
{
	struct ethtool_gfeatures *all;
	unsigned int blocks;
	unsigned int bit;
	int error = find_feature(e, &bit, &blocks);

	if (error)
		return error;
	all = calloc(1, sizeof(*all) + blocks * sizeof(all->features[0]));
	if (!all)
		return -ENOMEM;
	all->cmd = ETHTOOL_GFEATURES;
	all->size = blocks;
	error = ethtool_ask(e, all);
	if (!error) {
		const struct ethtool_get_features_block *b = &all->features[bit / 32];
		unsigned int mask = 1U << bit % 32;

		*rules = b->active & mask      ? STEER_ON
			 : b->available & mask ? STEER_OFF
					       : STEER_NEVER;
	}
	free(all);
	return error;
}

int steer_enable(const struct ethtool *e, bool on)
{
	struct ethtool_sfeatures *all;
	unsigned int blocks;
	unsigned int bit;
	int error = find_feature(e, &bit, &blocks);

	if (error)
		return error;
	all = calloc(1, sizeof(*all) + blocks * sizeof(all->features[0]));
	if (!all)
		return -ENOMEM;
	all->cmd = ETHTOOL_SFEATURES;
	all->size = blocks;
	all->features[bit / 32].valid = 1U << bit % 32;
	all->features[bit / 32].requested = on ? 1U << bit % 32 : 0;
	error = ethtool_ask(e, all);
	free(all);
	return error;
}

int steer_enable_put_back(const char *iface, const char *text)
{
	struct ethtool e;
	int error = ethtool_open(&e, iface);

	if (error)
		return error;
	error = steer_enable(&e, !strcmp(text, "on"));
	ethtool_close(&e);
	return error;
}
