/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Device memory TCP as sockets see it, which headers before Linux 6.12 lack. Values from
 * include/uapi/asm-generic/socket.h and include/linux/socket.h; the structs, those of
 * include/uapi/linux/uio.h, have names of our own, since no #ifndef can see newer headers' ones.
 */
#ifndef DATAPATH_COMPAT_DEVMEM_H
#define DATAPATH_COMPAT_DEVMEM_H

#include <stdint.h>
#include <sys/socket.h>

#ifndef MSG_SOCK_DEVMEM
#define MSG_SOCK_DEVMEM 0x2000000
#endif
#ifndef SO_DEVMEM_LINEAR
#define SO_DEVMEM_LINEAR 78
#endif
#ifndef SO_DEVMEM_DMABUF
#define SO_DEVMEM_DMABUF 79
#endif
#ifndef SO_DEVMEM_DONTNEED
#define SO_DEVMEM_DONTNEED 80
#endif

/* What one SO_DEVMEM_DONTNEED takes: so many ranges, and 1024 fragments in them (net/core/sock.c). */
#define DEVMEM_RANGES_MAX 128

/* struct dmabuf_cmsg: a piece of what was received; of SO_DEVMEM_LINEAR only the size counts. */
struct devmem_frag {
	uint64_t offset; /* in the dma-buf */
	uint32_t size;
	uint32_t token;
	uint32_t dmabuf; /* its id */
	uint32_t flags;
};

/* struct dmabuf_token: fragments to give back. */
struct devmem_range {
	uint32_t first;
	uint32_t count;
};

#endif
