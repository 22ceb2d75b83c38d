// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/tls.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/tls.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/say.h"

#ifndef SOL_TLS
#define SOL_TLS 282
#endif
#ifndef TLS_RX_EXPECT_NO_PAD
#define TLS_RX_EXPECT_NO_PAD 4 /* Linux 6.0 */
#endif
static const char layer[] = "tls";

/* Of a socket that is not connected: tls_init() says ENOTCONN, and a kernel without it ENOENT (tcp_ulp.c). */
bool tls_able(char *why, size_t size)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int error;

	if (fd < 0) {
		snprintf(why, size, "cannot make a TCP socket: %s", strerror(errno));
		return false;
	}
	error = setsockopt(fd, IPPROTO_TCP, TCP_ULP, layer, sizeof(layer)) ? errno : 0;
	close(fd);
	if (!error || error == ENOTCONN)
		return true;
	snprintf(why, size,
		 "this kernel has no TLS (CONFIG_TLS) for --tls: %s; try 'modprobe tls', or leave it out",
		 strerror(error));
	return false;
}

/* By flow and by who sends: no nonce comes twice with a key. */
static int use_key(const struct tls_flow *f, int direction, bool from_tx, char *why, size_t size)
{
	const uint32_t salt = htonl(f->number | (from_tx ? 0 : 1U << 31));
	struct tls12_crypto_info_aes_gcm_128 info = {
		.info.version = TLS_1_3_VERSION,
		.info.cipher_type = TLS_CIPHER_AES_GCM_128,
	};

	_Static_assert(sizeof(info.key) == TLS_KEY, "a run's key is one of AES-128");
	memcpy(info.key, f->key, sizeof(info.key));
	memcpy(info.salt, &salt, sizeof(info.salt));
	if (!setsockopt(f->fd, SOL_TLS, direction, &info, sizeof(info)))
		return 0;
	snprintf(why, size, "cannot give flow %u a key for --tls: %s; leave it out", f->number,
		 strerror(errno));
	return -1;
}

int tls_begin(const struct tls_flow *f, char *why, size_t size)
{
	bool sends = f->of_tx || f->both, receives = !f->of_tx || f->both;
	const int yes = 1;

	if (setsockopt(f->fd, IPPROTO_TCP, TCP_ULP, layer, sizeof(layer))) {
		snprintf(why, size, "cannot give flow %u records of TLS: %s; leave out --tls",
			 f->number, strerror(errno));
		return -1;
	}
	if ((sends && use_key(f, TLS_TX, f->of_tx, why, size)) ||
	    (receives && use_key(f, TLS_RX, !f->of_tx, why, size)))
		return -1;
	/* So that records are decrypted into the reader's own memory: none here is padded. */
	if (receives && setsockopt(f->fd, SOL_TLS, TLS_RX_EXPECT_NO_PAD, &yes, sizeof(yes)))
		say_detail("flow %u: records are decrypted into memory of the kernel's first: %s",
			   f->number, strerror(errno));
	return 0;
}
