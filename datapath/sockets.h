/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sockets of a run.
 *
 *   socket_options()    give a data socket what the options ask for
 *   socket_effective()  every option with what the kernel made of it
 *   socket_listen()     a listening socket
 *   socket_connect()    a connected one
 *   socket_beside()     a data socket that is connected to where another is, at this port
 *   socket_datagrams()  a UDP socket that is connected to a number
 *   socket_blocking()   blocking, or not
 *   socket_control()    make a control connection notice a dead host, and send at once
 *   socket_acked()      bytes that the peer has acknowledged
 *   socket_device()     the network device that a connection goes over
 *   socket_device_to()  the one that a connection to this host would go over
 *   socket_device_at()  the one that has this address
 *
 * Each returns a descriptor or 0, or -1 with why filled in: a whole sentence.
 */
#ifndef DATAPATH_SOCKETS_H
#define DATAPATH_SOCKETS_H

#include <net/if.h>
#include <stddef.h>
#include <stdint.h>

#include "datapath/config.h"

struct failure {
	bool unable; /* this machine cannot do it, whoever asks again */
	char why[512];
};

int failure_of(struct failure *failure, bool unable, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

int socket_options(int fd, const struct config *config, struct failure *failure);
/* All options, those of a socket as a socket of this end really has them. */
int socket_effective(const struct config *config, struct options *effective,
		     struct failure *failure);
/* options: of a data socket, or NULL */
int socket_listen(const char *address, uint16_t port, const struct config *options,
		  struct failure *failure);
int socket_connect(const char *host, uint16_t port, int timeout_ms, struct failure *failure);
int socket_beside(int other, uint16_t port, int timeout_ms, const struct config *config,
		  struct failure *failure);
int socket_datagrams(const char *number, uint16_t port, struct failure *failure);
int socket_blocking(int fd, bool blocking);
void socket_control(int fd);
uint64_t socket_acked(int fd);
/* These say no why. */
int socket_device(int fd, char name[IF_NAMESIZE]);
int socket_device_to(const char *host, char name[IF_NAMESIZE]);
int socket_device_at(const char *address, char name[IF_NAMESIZE]);

#endif
