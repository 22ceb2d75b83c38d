/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TLS records by the kernel (kTLS, --tls): what a flow carries from here on is encrypted with AES-GCM of 128 bits as
 * in TLS 1.3. There is no handshake, and no secret: the key is the run's, which the control connection says in the
 * clear. What is measured is the cost of records, not their safety.
 *
 *   tls_able()  can this kernel do it? Else why not, in words
 *   tls_begin() for one flow, once it is connected; nothing without --tls. -1 after flow_fail()
 *
 * Documentation/networking/tls.rst, include/uapi/linux/tls.h
 */
#ifndef DATAPATH_TLS_H
#define DATAPATH_TLS_H

#include <stdbool.h>
#include <stddef.h>

#include "datapath/flow.h"

bool tls_able(char *why, size_t size);
int tls_begin(struct flow *f);

#endif
