// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/agent/device.h"

#include <ifaddrs.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int same_address(const struct sockaddr *a, const struct sockaddr *b)
{
	if (!a || a->sa_family != b->sa_family)
		return 0;
	if (a->sa_family == AF_INET)
		return ((const struct sockaddr_in *)a)->sin_addr.s_addr ==
		       ((const struct sockaddr_in *)b)->sin_addr.s_addr;
	return a->sa_family == AF_INET6 &&
	       !memcmp(&((const struct sockaddr_in6 *)a)->sin6_addr,
		       &((const struct sockaddr_in6 *)b)->sin6_addr, sizeof(struct in6_addr));
}

/* A datagram socket that is connected sends nothing, and has the address that the route gives it. */
static int own_address(const struct addrinfo *to, struct sockaddr_storage *own)
{
	socklen_t len = sizeof(*own);
	int fd = socket(to->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int error = fd < 0 || connect(fd, to->ai_addr, to->ai_addrlen) ||
		    getsockname(fd, (struct sockaddr *)own, &len);

	if (fd >= 0)
		close(fd);
	return error ? -1 : 0;
}

int agent_device(enum record_end end, const char *address, char name[IF_NAMESIZE])
{
	const struct addrinfo hints = {.ai_socktype = SOCK_DGRAM};
	struct sockaddr_storage own = {0};
	struct addrinfo *found = NULL;
	struct ifaddrs *all = NULL;
	int result = -1;

	if (getaddrinfo(address, "9", &hints, &found))
		return -1;
	memcpy(&own, found->ai_addr, found->ai_addrlen);
	if ((end == END_RX || !own_address(found, &own)) && !getifaddrs(&all)) {
		for (const struct ifaddrs *one = all; one && result; one = one->ifa_next) {
			if (!same_address(one->ifa_addr, (const struct sockaddr *)&own))
				continue;
			snprintf(name, IF_NAMESIZE, "%s", one->ifa_name);
			result = 0;
		}
		freeifaddrs(all);
	}
	freeaddrinfo(found);
	return result;
}
