// SPDX-License-Identifier: GPL-2.0-or-later
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "zcprof/doctor/doctor.h"
#include "nic/big_tcp.h"
#include "nic/ethtool.h"

static void look_mtu(const struct doctor *d, struct doctor_row *row)
{
	char text[32];
	unsigned long mtu;

	if (doctor_device_text(d, text, sizeof(text), "mtu")) {
		doctor_found(row, DOCTOR_UNKNOWN, "mtu cannot be read in sysfs");
		return;
	}
	mtu = strtoul(text, NULL, 10);
	/* A page of payload behind 20 bytes of IPv4 or 40 of IPv6, 20 of TCP, 12 of timestamps. */
	doctor_found(row, mtu < 4168 ? DOCTOR_BETTER : DOCTOR_OK,
		     "%lu bytes: TCP's payload is %lu by IPv4, %lu by IPv6", mtu, mtu - 52,
		     mtu - 72);
	if (mtu < 4168)
		doctor_mend(row, "ip link set dev %s mtu 4168", d->word);
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
	bool can = false;

	if (!ethtool_open(&e, d->iface)) {
		ethtool_describe(&e, keep, &wanted);
		can = ethtool_can(&e, key + strlen("feature "));
		ethtool_close(&e);
	}
	if (!*wanted.value) {
		doctor_found(row, DOCTOR_UNKNOWN, "the driver does not say");
	} else if (!can) {
		doctor_found(row, DOCTOR_UNKNOWN, "off, and this device cannot have it");
	} else if (!strcmp(wanted.value, "on")) {
		doctor_found(row, DOCTOR_OK, "on");
	} else {
		doctor_found(row, off, "%s", wanted.value);
		doctor_mend(row, "ethtool -K %s %s on", d->word, short_name);
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

static void look_hw_gro(const struct doctor *d, struct doctor_row *row)
{
	feature(d, row, "feature rx-gro-hw", "rx-gro-hw", DOCTOR_BETTER);
}

/* It merges what the bounds of packets are lost of; the other way round than the rest. */
static void look_lro(const struct doctor *d, struct doctor_row *row)
{
	feature(d, row, "feature rx-lro", "lro", DOCTOR_OK);
	row->mend[0] = '\0';
	if (strcmp(row->found, "on") || row->state == DOCTOR_UNKNOWN)
		return;
	row->state = DOCTOR_BETTER;
	doctor_mend(row, "ethtool -K %s lro off", d->word);
}

static void look_big_receive(const struct doctor *d, struct doctor_row *row)
{
	struct big_tcp b;

	if (big_tcp_get(d->iface, &b) || !b.gro) {
		doctor_found(row, DOCTOR_UNKNOWN, "the kernel does not say: take Linux 5.19");
		return;
	}
	doctor_found(row, b.gro > BIG_TCP_LEGACY ? DOCTOR_OK : DOCTOR_BETTER,
		     "gro_max_size is %u, gro_ipv4_max_size %u", b.gro, b.gro_ipv4);
	if (b.gro <= BIG_TCP_LEGACY)
		doctor_mend(row, "ip link set dev %s gro_max_size %u", d->word, 3 * BIG_TCP_LEGACY);
}

static void look_big_send(const struct doctor *d, struct doctor_row *row)
{
	struct big_tcp b;

	if (big_tcp_get(d->iface, &b) || !b.gso) {
		doctor_found(row, DOCTOR_UNKNOWN, "the kernel does not say");
	} else if (b.gso > BIG_TCP_LEGACY) {
		doctor_found(row, DOCTOR_OK, "gso_max_size is %u", b.gso);
	} else if (b.tso_max <= BIG_TCP_LEGACY) {
		doctor_found(row, DOCTOR_UNKNOWN, "gso_max_size is %u, and the device takes %u",
			     b.gso, b.tso_max);
	} else {
		doctor_found(row, DOCTOR_BETTER, "gso_max_size is %u, and the device takes %u",
			     b.gso, b.tso_max);
		doctor_mend(row, "ip link set dev %s gso_max_size %u", d->word,
			    b.tso_max < 3 * BIG_TCP_LEGACY ? b.tso_max : 3 * BIG_TCP_LEGACY);
	}
}

const struct doctor_check doctor_nic_checks[] = {
	{"mtu", look_mtu,
	 "page flipping and header split work best where a page of payload fits into one frame"},
	{"gro", look_gro, "without it the stack is walked once per frame"},
	{"hw gro", look_hw_gro, "the device merges frames itself, and keeps their bounds"},
	{"lro", look_lro, "packets that it merges have lost their bounds: HW GRO keeps them"},
	{"big tcp receive", look_big_receive,
	 "packets of more than 64 KiB walk the stack less often"},
	{"big tcp send", look_big_send, "packets of more than 64 KiB walk the stack less often"},
	{"tso", look_tso, "without it the kernel cuts each segment itself"},
	{"scatter-gather", look_gather, "without it the kernel copies what was sent without copy"},
	{0},
};
