// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/device.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_addr.h>
#include <linux/mount.h>
#include <linux/rtnetlink.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "nic/netlink.h"

/* include/uapi/linux/if_link.h: from Linux 5.5 */
#define LINK_ALT_IFNAME 53

static int take_name(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct ifinfomsg))
	{
		if (mnl_attr_get_type(attr) == IFLA_IFNAME &&
		    !mnl_attr_validate(attr, MNL_TYPE_NUL_STRING))
			snprintf(data, IF_NAMESIZE, "%s", mnl_attr_get_str(attr));
	}
	return MNL_CB_OK;
}

static int ask_by_name(struct netlink *nl, const char *given, char name[IF_NAMESIZE])
{
	struct nlmsghdr *nlh = netlink_begin(nl, RTM_GETLINK, 0);

	mnl_nlmsg_put_extra_header(nlh, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(nlh, LINK_ALT_IFNAME, given);
	return netlink_ask(nl, take_name, name);
}

int device_name(const char *given, char name[IF_NAMESIZE])
{
	char found[IF_NAMESIZE] = "";
	struct netlink nl;
	unsigned int index;

	if (!*given || strlen(given) > DEVICE_NAME_MAX)
		return -ENODEV;
	if (netlink_open(&nl, NETLINK_ROUTE) || ask_by_name(&nl, given, found) || !*found) {
		/* By ioctl, in which the kernel lets go of what stands behind a colon. */
		index = strlen(given) < IF_NAMESIZE ? if_nametoindex(given) : 0;
		if (!index || !if_indextoname(index, found))
			found[0] = '\0';
	}
	netlink_close(&nl);
	if (!*found)
		return -ENODEV;
	memcpy(name, found, sizeof(found));
	return 0;
}

/* ---- addresses ---- */

struct link_name {
	unsigned int index;
	unsigned int flags;
	char name[IF_NAMESIZE];
};

struct listing {
	struct link_name *links;
	size_t count;
	void (*take)(void *data, const struct device_address *a);
	void *data;
	int error;
};

static int take_link(const struct nlmsghdr *nlh, void *data)
{
	const struct ifinfomsg *ifi = mnl_nlmsg_get_payload(nlh);
	struct listing *l = data;
	struct link_name *more = reallocarray(l->links, l->count + 1, sizeof(*more));

	if (!more) {
		l->error = -ENOMEM;
		return MNL_CB_OK;
	}
	l->links = more;
	more[l->count] = (struct link_name){ifi->ifi_index, ifi->ifi_flags, ""};
	take_name(nlh, more[l->count].name);
	l->count++;
	return MNL_CB_OK;
}

static const struct link_name *link_of(const struct listing *l, unsigned int index)
{
	for (size_t i = 0; i < l->count; i++)
		if (l->links[i].index == index)
			return &l->links[i];
	return NULL; /* it came after the list */
}

static int take_address(const struct nlmsghdr *nlh, void *data)
{
	const struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(nlh);
	const struct listing *l = data;
	const struct link_name *link = link_of(l, ifa->ifa_index);
	struct device_address a = {.ifindex = ifa->ifa_index, .family = ifa->ifa_family};
	size_t size = ifa->ifa_family == AF_INET ? 4 : 16;
	const struct nlattr *attr;
	bool found = false;

	if (!link || (ifa->ifa_family != AF_INET && ifa->ifa_family != AF_INET6))
		return MNL_CB_OK;
	mnl_attr_for_each(attr, nlh, sizeof(*ifa))
	{
		int type = mnl_attr_get_type(attr);

		/* IFA_ADDRESS is the peer's on a point-to-point link, and the own one where there is no IFA_LOCAL. */
		if ((type != IFA_LOCAL && (type != IFA_ADDRESS || found)) ||
		    mnl_attr_get_payload_len(attr) != size)
			continue;
		memcpy(a.bytes, mnl_attr_get_payload(attr), size);
		found = true;
	}
	a.flags = link->flags;
	memcpy(a.device, link->name, sizeof(a.device));
	if (found)
		l->take(l->data, &a);
	return MNL_CB_OK;
}

int device_addresses(void (*take)(void *data, const struct device_address *a), void *data)
{
	struct listing l = {.take = take, .data = data};
	struct ifaddrmsg *ifa;
	struct netlink nl;
	int error = netlink_open(&nl, NETLINK_ROUTE);

	if (!error) {
		mnl_nlmsg_put_extra_header(netlink_begin(&nl, RTM_GETLINK, NLM_F_DUMP),
					   sizeof(struct ifinfomsg));
		error = netlink_ask(&nl, take_link, &l);
	}
	if (!error)
		error = l.error;
	if (!error) {
		ifa = mnl_nlmsg_put_extra_header(netlink_begin(&nl, RTM_GETADDR, NLM_F_DUMP),
						 sizeof(*ifa));
		ifa->ifa_family = AF_UNSPEC;
		error = netlink_ask(&nl, take_address, &l);
	}
	netlink_close(&nl);
	free(l.links);
	return error;
}

/* ---- sysfs ---- */

/* A sysfs of this namespace that is mounted nowhere: a descriptor, or a negative errno. */
static int own_sysfs(void)
{
	int context = (int)syscall(SYS_fsopen, "sysfs", FSOPEN_CLOEXEC);
	int root = context;

	if (context >= 0)
		root = (int)syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0);
	if (root >= 0)
		root = (int)syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC,
				    MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
	root = root < 0 ? -errno : root;
	if (context >= 0)
		close(context);
	return root;
}

static int open_folder(int root, const char *name)
{
	char path[32 + IF_NAMESIZE];
	int fd;

	/* The kernel has no such names, and "/" would lead elsewhere. */
	if (strchr(name, '/') || name[0] == '.' || strlen(name) >= IF_NAMESIZE)
		return -ENODEV;
	snprintf(path, sizeof(path), "class/net/%s", name);
	fd = openat(root, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static bool reads(int folder, const char *file, const char *wanted)
{
	char text[64];
	int fd = openat(folder, file, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return n > 0 && !strcmp(text, wanted);
}

static int ask(const char *name, unsigned long what, struct ifreq *request)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int error;

	memset(request, 0, sizeof(*request));
	snprintf(request->ifr_name, sizeof(request->ifr_name), "%s", name);
	error = fd < 0 || ioctl(fd, what, request) ? -errno : 0;
	if (fd >= 0)
		close(fd);
	return error;
}

int device_mac(const char *name, unsigned char mac[DEVICE_MAC_SIZE], unsigned int *type)
{
	struct ifreq request;
	int error = ask(name, SIOCGIFHWADDR, &request);

	*type = request.ifr_hwaddr.sa_family;
	memcpy(mac, request.ifr_hwaddr.sa_data, DEVICE_MAC_SIZE);
	return error;
}

int device_mtu(const char *name)
{
	struct ifreq request;
	int error = ask(name, SIOCGIFMTU, &request);

	return error ? error : request.ifr_mtu;
}

/* Not by the index alone, which begins anew in each namespace. */
static bool is_ours(int folder, const char *name)
{
	unsigned char mac[DEVICE_MAC_SIZE];
	char index[16], address[24];
	unsigned int type;
	bool known = !device_mac(name, mac, &type);

	snprintf(address, sizeof(address), "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2],
		 mac[3], mac[4], mac[5]);
	/* Others have addresses of other lengths. */
	known = known && (type == ARPHRD_ETHER || type == ARPHRD_LOOPBACK);
	snprintf(index, sizeof(index), "%u", if_nametoindex(name));
	return reads(folder, "ifindex", index) && (!known || reads(folder, "address", address));
}

static int shown_folder(const char *name)
{
	int root = open("/sys", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int folder = root < 0 ? -errno : open_folder(root, name);

	if (root >= 0)
		close(root);
	if (folder < 0 || is_ours(folder, name))
		return folder;
	close(folder);
	return -ENODEV;
}

int device_folder(const char *name)
{
	int root = own_sysfs();
	int folder;

	if (root < 0)
		return shown_folder(name);
	folder = open_folder(root, name);
	close(root);
	return folder;
}

bool device_shown(const char *name)
{
	int folder = shown_folder(name);

	if (folder >= 0)
		close(folder);
	return folder >= 0;
}
