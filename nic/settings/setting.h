/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How one row of record/settings.def is carried out, in this thread's network namespace. A setting
 * is a `struct setting setting_NAME` of the file of its mechanism:
 *
 *   read   what it is now, as options_take() would take it; -ENODATA: it is of several values
 *   write  what is asked for -> the journal, then the device, the queues or the machine
 *
 * Both return 0 or a negative errno: -EOPNOTSUPP where the driver or the kernel has no such thing,
 * -ENODEV where the device is gone.
 */
#ifndef NIC_SETTINGS_SETTING_H
#define NIC_SETTINGS_SETTING_H

#include <net/if.h>
#include <stdbool.h>

#include "nic/journal.h"
#include "record/options.h"

struct setting_place {
	char iface[IF_NAMESIZE]; /* "": not known */
	struct journal *journal;
	char said[200]; /* of a refusal: the kernel's words, or more of why; "" */
};

struct setting {
	/* want: of a setting of many names those that are asked for */
	int (*read)(struct setting_place *p, enum option_id id, const struct options *want,
		    char *text, size_t size);
	int (*write)(struct setting_place *p, enum option_id id, const struct options *want);
	bool of_machine; /* no device is needed */
};

#define OPTION(name, type, value, ends, least, most, preset, help)                                 \
	extern const struct setting setting_##name;
#include "record/settings.def"
#undef OPTION

/* For the journal (nic/undo.h). */
int features_put_back(const char *iface, const char *old);
int big_tcp_put_back(const char *iface, const char *old);
int mtu_put_back(const char *iface, const char *old);
int ring_sizes_put_back(const char *iface, const char *old);
int channels_put_back(const char *iface, const char *old);
int coalesce_put_back(const char *iface, const char *old);
int loss_put_back(const char *iface, const char *old);
int irq_suspend_put_back(const char *iface, const char *old);

#endif
