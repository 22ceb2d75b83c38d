/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TCP connections as sock_diag(7) knows them, and the sockets that a process holds.
 *
 *   sockdiag_list()     every connection of the socket's namespace, with its tcp_info
 *   sockdiag_ask()      the tcp_info of one connection, and its memory
 *   sockdiag_info()     the tcp_info that a message carries
 *   sockdiag_cookie()   what no other socket has, as inodes do
 *   sockdiag_sockets()  every socket of a process: its descriptor, or that of the ring whose table of files
 *                       alone has it, and its inode
 */
#ifndef COLLECTORS_KIT_SOCKDIAG_H
#define COLLECTORS_KIT_SOCKDIAG_H

#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "nic/netlink.h"

/* Of net/tcp_states.h. */
#define TCP_STATE_ESTABLISHED (1 << 1)
/* All but those without a connection yet, or without a socket any more. */
#define TCP_STATES_CONNECTED                                                                       \
	(TCP_STATE_ESTABLISHED | 1 << 4 /* FIN_WAIT1 */ | 1 << 5 /* FIN_WAIT2 */ |                 \
	 1 << 8 /* CLOSE_WAIT */ | 1 << 9 /* LAST_ACK */ | 1 << 11 /* CLOSING */)

#define TCP_STATE_LISTEN (1 << 10)

/* Ports in host order; 0 is any. Each message holds a struct inet_diag_msg. 0 or negative errno. */
int sockdiag_list(struct netlink *nl, unsigned int states, uint16_t local, uint16_t remote,
		  mnl_cb_t callback, void *data);
/* memory: as of SK_MEMINFO_RCVBUF and so on, in bytes, left as it is where the kernel does not tell; NULL: not asked for. */
int sockdiag_ask(struct netlink *nl, uint8_t family, const struct inet_diag_sockid *id,
		 struct tcp_info *info, uint32_t memory[SK_MEMINFO_VARS]);
static inline uint64_t sockdiag_cookie(const struct inet_diag_msg *m)
{
	return m->id.idiag_cookie[0] | (uint64_t)m->id.idiag_cookie[1] << 32;
}
bool sockdiag_info(const struct nlmsghdr *nlh, struct tcp_info *info);

/* tid: the thread whose table of files has the descriptor, which may not be that of the others. */
typedef void (*sockdiag_socket_fn)(void *data, pid_t tid, int fd, uint32_t inode);
/* 0 or a negative errno: -ENOENT where there is no such process. */
int sockdiag_sockets(pid_t pid, sockdiag_socket_fn on_socket, void *data);

#endif
