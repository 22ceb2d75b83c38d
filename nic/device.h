/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Devices of this thread's network namespace, as the kernel knows them.
 *
 *   device_name()       the device's own name, for whatever it was called by: that, an alternative
 *                       name, or the label of one of its addresses ("eth0:1")
 *   device_addresses()  every address, with the device that it is at
 *   device_mac()        its hardware address
 *   device_mtu()        the most that its packets may have, in bytes
 *   device_folder()     its folder of sysfs, whatever /sys shows
 *   device_shown()      is the device of that name in /sys this namespace's
 *
 * getifaddrs(3) gives the label of an address in place of its device's name, and a label is a word
 * that anyone chose: only the index says which device it is.
 */
#ifndef NIC_DEVICE_H
#define NIC_DEVICE_H

#include <net/if.h>
#include <stdbool.h>

/* The most that an alternative name may have, ALTIFNAMSIZ of linux/if.h less its NUL. */
#define DEVICE_NAME_MAX 127

#define DEVICE_MAC_SIZE 6

struct device_address {
	unsigned int ifindex;
	char device[IF_NAMESIZE];
	unsigned int flags; /* IFF_… of the device */
	int family;	    /* AF_INET or AF_INET6 */
	unsigned char bytes[16];
};

/* name and given may be one. 0, or a negative errno: -ENODEV. */
int device_name(const char *given, char name[IF_NAMESIZE]);
/* In the kernel's order. 0, or a negative errno. */
int device_addresses(void (*take)(void *data, const struct device_address *a), void *data);
/* type: ARPHRD_…; other than Ethernet's and loopback's may have longer ones. 0, or a negative errno. */
int device_mac(const char *name, unsigned char mac[DEVICE_MAC_SIZE], unsigned int *type);
/* Or a negative errno. */
int device_mtu(const char *name);
/*
 * A descriptor to open files by, of a sysfs that nobody else sees: a namespace's own processes may
 * have put anything at their /sys, and that of another namespace shows other devices by the same
 * names. Without the privilege for that, /sys where it shows this device. Or a negative errno.
 */
int device_folder(const char *name);
bool device_shown(const char *name);

#endif
