/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What bpf/connections.bpf.c knows of TCP connections that closed, as collectors/kit/connections.c reads it. */
#ifndef BPF_CONNECTIONS_H
#define BPF_CONNECTIONS_H

#include "bpf/common.h"

/* Connections that are followed at once, and those that closed and were not taken yet. */
#define CONNECTIONS_OPEN   65536
#define CONNECTIONS_CLOSED 16384
/* Ports at which connections were accepted that are nobody's. */
#define CONNECTIONS_PORTS 1024

/* What a connection moved: data alone, in bytes. */
struct connections_moved {
	__u64 received;
	__u64 sent;
};

/* Of an end: connections that began and closed since the programs came, and that nobody had asked for. */
struct connections_sum {
	struct connections_moved moved;
	__u64 count;
};

/* One that somebody had asked for, and that so has a cookie. */
struct connections_closed {
	struct connections_moved moved;
	__u32 end;  /* enum record_end */
	__u32 born; /* it began since the programs came */
};

#endif
