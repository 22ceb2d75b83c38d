// SPDX-License-Identifier: GPL-2.0-or-later
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collectors/doctor.h"
#include "nic/ethtool.h"

static void look_mtu(const struct doctor *d, struct doctor_row *row)
{
	char path[128];
	char text[32];
	unsigned long mtu;

	snprintf(path, sizeof(path), "/sys/class/net/%s/mtu", d->iface);
	if (doctor_text(d, text, sizeof(text), path)) {
		doctor_found(row, DOCTOR_UNKNOWN, "%s cannot be read", path);
		return;
	}
	mtu = strtoul(text, NULL, 10);
	/* A page of payload behind 20 bytes of IPv4 or 40 of IPv6, 20 of TCP, 12 of timestamps. */
	doctor_found(row, mtu < 4168 ? DOCTOR_BETTER : DOCTOR_OK, "%lu bytes", mtu);
	if (mtu < 4168)
		doctor_mend(row, "ip link set dev %s mtu 4168", d->iface);
}

struct wanted {
	const char *key;
	char value[64];
};

static void keep(void *data, const char *key, const char *value)
{
	struct wanted *w = data;

	if (!strcmp(key, w->key))
		snprintf(w->value, sizeof(w->value), "%s", value);
}

/* What the driver says of one feature: "on", "off", or "" where it does not say. */
static void feature(const struct doctor *d, struct doctor_row *row, const char *key,
		    const char *short_name, enum doctor_state off)
{
	struct wanted wanted = {.key = key};
	struct ethtool e;

	if (!ethtool_open(&e, d->iface)) {
		ethtool_describe(&e, keep, &wanted);
		ethtool_close(&e);
	}
	if (!*wanted.value) {
		doctor_found(row, DOCTOR_UNKNOWN, "the driver does not say");
	} else if (!strcmp(wanted.value, "on")) {
		doctor_found(row, DOCTOR_OK, "on");
	} else {
		doctor_found(row, off, "%s", wanted.value);
		doctor_mend(row, "ethtool -K %s %s on", d->iface, short_name);
	}
}

static void look_gro(const struct doctor *d, struct doctor_row *row)
{
	feature(d, row, "feature rx-gro", "gro", DOCTOR_BETTER);
}

static void look_tso(const struct doctor *d, struct doctor_row *row)
{
	feature(d, row, "feature tx-tcp-segmentation", "tso", DOCTOR_BETTER);
}

static void look_gather(const struct doctor *d, struct doctor_row *row)
{
	feature(d, row, "feature tx-scatter-gather", "sg", DOCTOR_MISSING);
}

const struct doctor_check doctor_nic_checks[] = {
	{"mtu", look_mtu,
	 "page flipping and header split work best where a page of payload fits "
	 "into one frame"},
	{"gro", look_gro, "without it the stack is walked once per frame"},
	{"tso", look_tso, "without it the kernel cuts each segment itself"},
	{"scatter-gather", look_gather, "without it the kernel copies what was sent without copy"},
	{0},
};
