// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/ethtool.h"

#include <errno.h>
#include <linux/sockios.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "nic/rings.h"

typedef void (*say_fn)(void *data, const char *key, const char *value);

int ethtool_ask(const struct ethtool *e, void *command)
{
	struct ifreq request = {.ifr_data = command};

	memcpy(request.ifr_name, e->iface, sizeof(request.ifr_name));
	return ioctl(e->fd, SIOCETHTOOL, &request) ? -errno : 0;
}

int ethtool_open(struct ethtool *e, const char *iface)
{
	memset(e, 0, sizeof(*e));
	snprintf(e->iface, sizeof(e->iface), "%s", iface);
	e->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	return e->fd < 0 ? -errno : 0;
}

void ethtool_close(struct ethtool *e)
{
	if (e->fd >= 0)
		close(e->fd);
	e->fd = -1;
}

/*
 * Memory for what a driver may have more of by the time that it is asked: the kernel writes all that
 * there is then, whatever room it was told of. So there is room for twice as many, and behind that a
 * page that cannot be written, where the kernel stops with EFAULT.
 */
static void *guarded_new(size_t *room)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), size = (2 * *room / page + 2) * page;
	char *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED)
		return NULL;
	*room = size;
	if (!mprotect(at + size - page, page, PROT_NONE))
		return at;
	munmap(at, size);
	return NULL;
}

int ethtool_names(const struct ethtool *e, enum ethtool_stringset set, struct ethtool_names *names)
{
	struct {
		struct ethtool_sset_info info;
		__u32 count;
	} size = {.info = {.cmd = ETHTOOL_GSSET_INFO, .sset_mask = 1ULL << set}};
	int error = ethtool_ask(e, &size);

	*names = (struct ethtool_names){0};
	if (error)
		return error;
	/* The kernel clears the bit of a set that the driver does not have. */
	if (!size.info.sset_mask || !size.count)
		return -EOPNOTSUPP;
	names->room = sizeof(*names->strings) + (size_t)size.count * ETH_GSTRING_LEN;
	names->strings = guarded_new(&names->room);
	if (!names->strings)
		return -ENOMEM;
	names->strings->cmd = ETHTOOL_GSTRINGS;
	names->strings->string_set = set;
	names->strings->len = size.count;
	error = ethtool_ask(e, names->strings);
	names->count = names->strings->len;
	if (error)
		ethtool_names_free(names);
	return error;
}

char *ethtool_name(const struct ethtool_names *names, unsigned int i, char *name)
{
	memcpy(name, names->strings->data + (size_t)i * ETH_GSTRING_LEN, ETH_GSTRING_LEN);
	name[ETH_GSTRING_LEN] = '\0';
	return name;
}

void ethtool_names_free(struct ethtool_names *names)
{
	if (names->strings)
		munmap(names->strings, names->room);
	*names = (struct ethtool_names){0};
}

/* With room for so many. */
static int read_values(const struct ethtool *e, struct ethtool_counters *c)
{
	size_t needed = sizeof(*c->values) + c->names.count * sizeof(__u64);

	if (c->room < needed) {
		if (c->values)
			munmap(c->values, c->room);
		c->room = needed;
		c->values = guarded_new(&c->room);
	}
	if (!c->values) {
		c->room = 0;
		return -ENOMEM;
	}
	c->values->cmd = ETHTOOL_GSTATS;
	c->values->n_stats = c->names.count;
	return ethtool_ask(e, c->values);
}

/* A kernel that sees another number than it was told may write all there are, or none and 0. */
int ethtool_counters_read(const struct ethtool *e, struct ethtool_counters *c)
{
	int error;

	for (int attempt = 0; attempt < 5; attempt++) {
		ethtool_names_free(&c->names);
		error = ethtool_names(e, ETH_SS_STATS, &c->names);
		if (!error)
			error = read_values(e, c);
		if (error && error != -EFAULT)
			break;
		if (!error && c->values->n_stats == c->names.count)
			return 0;
		error = -EAGAIN;
	}
	ethtool_names_free(&c->names);
	return error;
}

static const __u8 *name_at(const struct ethtool_counters *c, unsigned int i)
{
	return c->names.strings->data + (size_t)i * ETH_GSTRING_LEN;
}

/* How many of the first n are named so. */
static unsigned int same_before(const struct ethtool_counters *c, unsigned int n, const __u8 *name)
{
	unsigned int same = 0;

	for (unsigned int i = 0; i < n; i++)
		same += !memcmp(name_at(c, i), name, ETH_GSTRING_LEN);
	return same;
}

const __u64 *ethtool_counters_find(const struct ethtool_counters *c,
				   const struct ethtool_counters *like, unsigned int i)
{
	const __u8 *name = name_at(like, i);
	unsigned int skip;

	/* As long as nobody changed the queues all are where they were. */
	if (c->names.count == like->names.count &&
	    !memcmp(name_at(c, 0), name_at(like, 0), (size_t)c->names.count * ETH_GSTRING_LEN))
		return &c->values->data[i];
	skip = same_before(like, i, name);
	for (unsigned int at = 0; at < c->names.count; at++)
		if (!memcmp(name_at(c, at), name, ETH_GSTRING_LEN) && !skip--)
			return &c->values->data[at];
	return NULL;
}

void ethtool_counters_free(struct ethtool_counters *c)
{
	ethtool_names_free(&c->names);
	if (c->values)
		munmap(c->values, c->room);
	*c = (struct ethtool_counters){0};
}

static void say_number(say_fn say, void *data, const char *key, unsigned int number)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", number);
	say(data, key, text);
}

static void describe_driver(const struct ethtool *e, say_fn say, void *data)
{
	struct ethtool_drvinfo info = {.cmd = ETHTOOL_GDRVINFO};

	if (ethtool_ask(e, &info))
		return;
	say(data, "driver", info.driver);
	if (info.version[0])
		say(data, "driver version", info.version);
	if (info.fw_version[0])
		say(data, "firmware", info.fw_version);
	if (info.bus_info[0])
		say(data, "bus", info.bus_info);
}

static void describe_rings(const struct ethtool *e, say_fn say, void *data)
{
	struct rings r;

	if (rings_get(e->iface, &r))
		return;
	say_number(say, data, "rx ring", r.rx);
	say_number(say, data, "rx ring most", r.rx_most);
	say_number(say, data, "tx ring", r.tx);
	say_number(say, data, "tx ring most", r.tx_most);
}

static void describe_channels(const struct ethtool *e, say_fn say, void *data)
{
	struct ethtool_channels channels = {.cmd = ETHTOOL_GCHANNELS};

	if (ethtool_ask(e, &channels))
		return;
	say_number(say, data, "channels combined", channels.combined_count);
	say_number(say, data, "channels rx", channels.rx_count);
	say_number(say, data, "channels tx", channels.tx_count);
}

static void describe_coalescing(const struct ethtool *e, say_fn say, void *data)
{
	struct ethtool_coalesce c = {.cmd = ETHTOOL_GCOALESCE};

	if (ethtool_ask(e, &c))
		return;
	say_number(say, data, "coalesce rx usecs", c.rx_coalesce_usecs);
	say_number(say, data, "coalesce rx frames", c.rx_max_coalesced_frames);
	say_number(say, data, "coalesce tx usecs", c.tx_coalesce_usecs);
	say_number(say, data, "coalesce tx frames", c.tx_max_coalesced_frames);
	say(data, "coalesce adaptive rx", c.use_adaptive_rx_coalesce ? "on" : "off");
}

/* each: of every feature that has a name, whether it is on, and whether it can be. */
static void look_at_features(const struct ethtool *e,
			     void (*each)(void *data, const char *name, bool on, bool can),
			     void *data)
{
	struct ethtool_gfeatures *features;
	struct ethtool_names names;
	unsigned int blocks;

	if (ethtool_names(e, ETH_SS_FEATURES, &names))
		return;
	blocks = (names.count + 31) / 32;
	features = calloc(1, sizeof(*features) + blocks * sizeof(features->features[0]));
	if (features) {
		features->cmd = ETHTOOL_GFEATURES;
		features->size = blocks;
	}
	if (features && !ethtool_ask(e, features))
		for (unsigned int i = 0; i < names.count; i++) {
			const struct ethtool_get_features_block *b = &features->features[i / 32];
			const __u32 bit = 1U << (i % 32);
			char name[ETH_GSTRING_LEN + 1];

			if (*ethtool_name(&names, i, name))
				each(data, name, b->active & bit, (b->active | b->available) & bit);
		}
	free(features);
	ethtool_names_free(&names);
}

struct teller {
	say_fn say;
	void *data;
};

/* One that is off and cannot be on as well: it may be on in another run. */
static void describe_feature(void *data, const char *name, bool on, bool can)
{
	const struct teller *t = data;
	char key[ETH_GSTRING_LEN + 16];

	(void)can;
	snprintf(key, sizeof(key), "feature %s", name);
	t->say(t->data, key, on ? "on" : "off");
}

struct asked {
	const char *name;
	bool can;
};

static void ask_feature(void *data, const char *name, bool on, bool can)
{
	struct asked *asked = data;

	(void)on;
	if (!strcmp(name, asked->name))
		asked->can = can;
}

bool ethtool_can(const struct ethtool *e, const char *feature)
{
	struct asked asked = {feature, false};

	look_at_features(e, ask_feature, &asked);
	return asked.can;
}

void ethtool_describe(const struct ethtool *e, say_fn say, void *data)
{
	struct ethtool_cmd link = {.cmd = ETHTOOL_GSET};
	struct teller teller = {say, data};

	describe_driver(e, say, data);
	if (!ethtool_ask(e, &link) && ethtool_cmd_speed(&link) != (__u32)SPEED_UNKNOWN)
		say_number(say, data, "speed Mbit/s", ethtool_cmd_speed(&link));
	describe_rings(e, say, data);
	describe_channels(e, say, data);
	describe_coalescing(e, say, data);
	look_at_features(e, describe_feature, &teller);
}
