/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Over which device of this machine an end's traffic goes.
 *
 *   agent_device()  of the receiver that which has the address, of the sender that by which the kernel would
 *                   send there: its route decides
 */
#ifndef ZCPROF_AGENT_DEVICE_H
#define ZCPROF_AGENT_DEVICE_H

#include <net/if.h>

#include "record/record.h"

/* address: the receiver's, a number or a name. 0, or -1 where it cannot be told. */
int agent_device(enum record_end end, const char *address, char name[IF_NAMESIZE]);

#endif
