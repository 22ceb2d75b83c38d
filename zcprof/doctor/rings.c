// SPDX-License-Identifier: GPL-2.0-or-later
/* Bandwidth x round-trip time against what a device has posted, and what a flow gives it. */
#include <stdio.h>
#include <stdlib.h>

#include "base/quantity.h"
#include "zcprof/doctor/doctor.h"
#include "nic/rings.h"
#include "record/options.h"

#define PAGE 4096

static double in_flight(const struct doctor *d)
{
	return d->bits_per_s * d->rtt_s / 8;
}

/* Of one frame, at most a page: what a buffer of the ring holds. */
static unsigned long payload(const struct doctor *d)
{
	unsigned long mtu = 0;
	char text[32];

	if (!doctor_device_text(d, text, sizeof(text), "mtu"))
		mtu = strtoul(text, NULL, 10);
	/* IPv4, TCP and its timestamps. */
	return mtu > PAGE + 52 ? PAGE : mtu > 52 ? mtu - 52 : 0;
}

static void look_ring(const struct doctor *d, struct doctor_row *row)
{
	unsigned long bytes = payload(d);
	struct rings rings;
	unsigned int wanted = 64;

	if (rings_get(d->iface, &rings) || !rings.rx || !bytes) {
		doctor_found(row, DOCTOR_UNKNOWN, "its driver does not say");
		return;
	}
	if (!(in_flight(d) > 0)) {
		doctor_found(row, DOCTOR_UNKNOWN,
			     "a queue has %u entries of %lu bytes; --rate and --rtt say what is needed",
			     rings.rx, bytes);
		return;
	}
	while (wanted * (double)bytes < in_flight(d) && wanted < 1U << 30)
		wanted *= 2;
	doctor_found(row, rings.rx * (double)bytes < in_flight(d) ? DOCTOR_BETTER : DOCTOR_OK,
		     "a queue has %u entries of %lu bytes, at most %u; %.0f bytes are in flight",
		     rings.rx, bytes, rings.rx_most, in_flight(d));
	if (row->state == DOCTOR_BETTER && wanted <= rings.rx_most)
		doctor_mend(row, "ethtool -G %s rx %u", d->word, wanted);
}

/* The ring holds some of it, the socket as much as is in flight, and half of it is on its way back. */
static void look_area(const struct doctor *d, struct doctor_row *row)
{
	const char *preset = option_info(OPTION_area)->preset;
	struct rings rings;
	struct options options;
	double need;
	uint64_t wanted;
	uint64_t ring;

	options_preset(&options);
	if (rings_get(d->iface, &rings) || !rings.rx) {
		doctor_found(row, DOCTOR_UNKNOWN, "its driver does not say");
		return;
	}
	ring = rings_area(rings.rx, PAGE, 1);
	if (!(in_flight(d) > 0)) {
		doctor_found(row, DOCTOR_UNKNOWN,
			     "--area is %s if not told, and %lluK fill a queue's ring; --rate and --rtt say what is needed",
			     preset, (unsigned long long)ring / 1024);
		return;
	}
	need = 2 * ((double)ring + in_flight(d));
	for (wanted = options.area; (double)wanted < need;)
		wanted *= 2;
	doctor_found(row, wanted > options.area ? DOCTOR_BETTER : DOCTOR_OK,
		     "--area is %s if not told; %.0f bytes are in the ring, in flight or on their way back",
		     preset, need);
	if (wanted > options.area)
		doctor_mend(row, "zcpath rx --area %lluM ...", (unsigned long long)wanted >> 20);
}

const struct doctor_check doctor_ring_checks[] = {
	{"ring", look_ring, "a burst that the ring cannot hold is dropped"},
	{"buffer area", look_area,
	 "zcrx and devmem have no other buffers: without a free one the NIC drops"},
	{0},
};
