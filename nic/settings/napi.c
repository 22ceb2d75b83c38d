// SPDX-License-Identifier: GPL-2.0-or-later
/* When a device's NAPIs are polled, and by whom (Documentation/networking/napi.rst). */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "nic/netdev.h"
#include "nic/settings/files.h"
#include "nic/settings/setting.h"

/* ---- attributes of sysfs, which hold for all NAPIs of the device ---- */

static void path_of(const struct setting_place *p, enum option_id id, char path[96])
{
	snprintf(path, 96, "/sys/class/net/%s/%s", p->iface,
		 id == OPTION_gro_flush	   ? "gro_flush_timeout"
		 : id == OPTION_defer_irqs ? "napi_defer_hard_irqs"
					   : "threaded");
}

static int attribute_read(struct setting_place *p, enum option_id id, const struct options *want,
			  char *text, size_t size)
{
	char path[96];
	int error;

	(void)want;
	path_of(p, id, path);
	error = file_read(path, text, size);
	if (!error && id == OPTION_threaded_napi)
		snprintf(text, size, "%s", strcmp(text, "0") != 0 ? "on" : "off");
	return error;
}

static int attribute_write(struct setting_place *p, enum option_id id, const struct options *want)
{
	struct options o = *want;
	char path[96], value[24];
	int error;

	path_of(p, id, path);
	if (id == OPTION_threaded_napi)
		snprintf(value, sizeof(value), "%d", !strcmp(want->threaded_napi, "on"));
	else
		snprintf(value, sizeof(value), "%llu", (unsigned long long)*options_number(&o, id));
	error = journal_set(p->journal, path, value);
	if (error == -EOPNOTSUPP && id == OPTION_threaded_napi)
		snprintf(p->said, sizeof(p->said),
			 "it has no NAPI now; a device has some while it is up, and a veth with --gro sw");
	return error;
}

const struct setting setting_gro_flush = {attribute_read, attribute_write, false};
const struct setting setting_defer_irqs = {attribute_read, attribute_write, false};
const struct setting setting_threaded_napi = {attribute_read, attribute_write, false};

/* ---- irq-suspend-timeout, which each NAPI has for itself ---- */

#define NAPIS_MAX 1024

struct napis {
	uint32_t id[NAPIS_MAX];
	uint64_t suspend_ns[NAPIS_MAX];
	unsigned int count;
	bool known; /* this kernel has it */
};

static int take_napi(const struct nlmsghdr *nlh, void *data)
{
	struct napis *n = data;
	const struct nlattr *attr;

	if (n->count == NAPIS_MAX)
		return MNL_CB_OK;
	mnl_attr_for_each(attr, nlh, genl_attrs)
	{
		switch (mnl_attr_get_type(attr)) {
		case NETDEV_NAPI_ID:
			n->id[n->count] = mnl_attr_get_u32(attr);
			break;
		case NETDEV_NAPI_IRQ_SUSPEND_TIMEOUT:
			n->suspend_ns[n->count] = genl_uint(attr);
			n->known = true;
			break;
		}
	}
	n->count++;
	return MNL_CB_OK;
}

static int napis_get(struct setting_place *p, struct napis *n)
{
	struct genl g;
	int error = genl_open(&g, NETDEV_FAMILY);

	*n = (struct napis){.count = 0};
	if (!error) {
		mnl_attr_put_u32(genl_begin(&g, NETDEV_NAPI_GET, NLM_F_DUMP), NETDEV_NAPI_IFINDEX,
				 if_nametoindex(p->iface));
		error = netlink_ask(&g.netlink, take_napi, n);
	}
	genl_close(&g);
	if (!error && !n->count)
		snprintf(p->said, sizeof(p->said),
			 "it has no NAPI that the kernel lists, or is down");
	else if (!error && !n->known)
		snprintf(p->said, sizeof(p->said), "irq-suspend-timeout came with Linux 6.13");
	return error || (n->count && n->known) ? error : -EOPNOTSUPP;
}

static int napi_set(uint32_t id, uint64_t suspend_ns, char *said, size_t said_size)
{
	struct genl g;
	int error = genl_open(&g, NETDEV_FAMILY);

	if (!error) {
		struct nlmsghdr *nlh = genl_begin(&g, NETDEV_NAPI_SET, 0);

		mnl_attr_put_u32(nlh, NETDEV_NAPI_ID, id);
		mnl_attr_put_u32(nlh, NETDEV_NAPI_IRQ_SUSPEND_TIMEOUT, (uint32_t)suspend_ns);
		error = netlink_ask(&g.netlink, NULL, NULL);
	}
	snprintf(said, said_size, "%s", error ? g.netlink.said : "");
	genl_close(&g);
	return error;
}

static int suspend_read(struct setting_place *p, enum option_id id, const struct options *want,
			char *text, size_t size)
{
	static struct napis n;
	int error = napis_get(p, &n);

	(void)id;
	(void)want;
	if (error)
		return error;
	for (unsigned int i = 1; i < n.count; i++)
		if (n.suspend_ns[i] != n.suspend_ns[0])
			return -ENODATA;
	snprintf(text, size, "%llu", (unsigned long long)n.suspend_ns[0]);
	return 0;
}

static int suspend_write(struct setting_place *p, enum option_id id, const struct options *want)
{
	static struct napis n;
	int error = napis_get(p, &n);

	(void)id;
	for (unsigned int i = 0; !error && i < n.count; i++) {
		char old[48];

		snprintf(old, sizeof(old), "%u %llu", n.id[i], (unsigned long long)n.suspend_ns[i]);
		error = journal_note(p->journal, "irq_suspend", p->iface, old);
		if (!error)
			error = napi_set(n.id[i], want->irq_suspend, p->said, sizeof(p->said));
	}
	return error;
}

/* A NAPI is gone with its queue. */
int irq_suspend_put_back(const char *iface, const char *old)
{
	unsigned long long suspend_ns;
	unsigned int id;
	char said[8];

	(void)iface;
	if (sscanf(old, "%u %llu", &id, &suspend_ns) != 2)
		return -EINVAL;
	return napi_set(id, suspend_ns, said, sizeof(said));
}

const struct setting setting_irq_suspend = {suspend_read, suspend_write, false};
