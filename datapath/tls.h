/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TLS records by the kernel (kTLS, --tls): what a flow carries from here on is encrypted with AES-GCM of 128 bits as
 * in TLS 1.3. There is no handshake, and no secret: the key is the run's, which the control connection says in the
 * clear. What is measured is the cost of records, not their safety.
 *
 *   tls_able()   can this kernel do it? Else why not, in words
 *   tls_begin()  for a flow that is connected
 *
 * Documentation/networking/tls.rst, include/uapi/linux/tls.h
 */
#ifndef DATAPATH_TLS_H
#define DATAPATH_TLS_H

#include <stdbool.h>
#include <stddef.h>

#define TLS_KEY 16

struct tls_flow {
	int fd;
	unsigned int number;
	const unsigned char *key; /* TLS_KEY bytes, of the run */
	bool of_tx;		  /* it is the sender's */
	bool both;		  /* it sends and receives, as requests and responses do */
};

bool tls_able(char *why, size_t size);
/* 0, or -1 with a sentence in why. */
int tls_begin(const struct tls_flow *f, char *why, size_t size);

#endif
