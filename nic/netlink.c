// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/netlink.h"

#include <errno.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

int netlink_open(struct netlink *nl, int protocol)
{
	const struct timeval patience = {.tv_sec = 5};
	int one = 1;

	memset(nl, 0, sizeof(*nl));
	nl->socket = mnl_socket_open2(protocol, SOCK_CLOEXEC);
	if (!nl->socket)
		return -errno;
	if (mnl_socket_bind(nl->socket, 0, MNL_SOCKET_AUTOPID) < 0) {
		int error = -errno;

		netlink_close(nl);
		return error;
	}
	/* The kernel answers within the send; the limit is for answers that were dropped. */
	setsockopt(mnl_socket_get_fd(nl->socket), SOL_SOCKET, SO_RCVTIMEO, &patience,
		   sizeof(patience));
	/* Errors with words, and without the request, which may be longer than the answer's room. */
	mnl_socket_setsockopt(nl->socket, NETLINK_EXT_ACK, &one, sizeof(one));
	mnl_socket_setsockopt(nl->socket, NETLINK_CAP_ACK, &one, sizeof(one));
	return 0;
}

struct nlmsghdr *netlink_begin(struct netlink *nl, int type, int flags)
{
	nl->request = mnl_nlmsg_put_header(nl->buffer);
	nl->request->nlmsg_type = type;
	nl->request->nlmsg_flags = NLM_F_REQUEST | flags;
	nl->request->nlmsg_seq = ++nl->sequence;
	return nl->request;
}

/* What the callbacks of one answer share. */
struct answer {
	struct netlink *netlink;
	mnl_cb_t callback;
	void *data;
};

static void take_words(struct netlink *nl, const struct nlmsghdr *nlh)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct nlmsgerr))
	{
		if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_MSG &&
		    !mnl_attr_validate(attr, MNL_TYPE_NUL_STRING))
			snprintf(nl->said, sizeof(nl->said), "%s", mnl_attr_get_str(attr));
	}
}

/* A negative errno leads the payload of both. 0 acknowledges, or ends a dump that is whole. */
static int take_verdict(const struct nlmsghdr *nlh, void *data)
{
	struct answer *answer = data;
	int verdict = 0;

	if (mnl_nlmsg_get_payload_len(nlh) >= sizeof(verdict))
		memcpy(&verdict, mnl_nlmsg_get_payload(nlh), sizeof(verdict));
	if (verdict && nlh->nlmsg_type == NLMSG_ERROR && nlh->nlmsg_flags & NLM_F_ACK_TLVS &&
	    nlh->nlmsg_flags & NLM_F_CAPPED)
		take_words(answer->netlink, nlh);
	errno = -verdict;
	return verdict < 0 ? MNL_CB_ERROR : MNL_CB_STOP;
}

static int take_message(const struct nlmsghdr *nlh, void *data)
{
	struct answer *answer = data;

	return answer->callback ? answer->callback(nlh, answer->data) : MNL_CB_OK;
}

int netlink_ask(struct netlink *nl, mnl_cb_t callback, void *data)
{
	struct answer answer = {nl, callback, data};
	/* libmnl's own take every end of a dump for a good one. */
	mnl_cb_t control[] = {[NLMSG_ERROR] = take_verdict, [NLMSG_DONE] = take_verdict};
	unsigned int port = mnl_socket_get_portid(nl->socket);
	int more = MNL_CB_OK;

	nl->said[0] = '\0';
	if (!callback)
		nl->request->nlmsg_flags |= NLM_F_ACK;
	if (mnl_socket_sendto(nl->socket, nl->request, nl->request->nlmsg_len) < 0)
		return -errno;
	while (more > MNL_CB_STOP) {
		ssize_t n = mnl_socket_recvfrom(nl->socket, nl->buffer, sizeof(nl->buffer));

		if (n < 0)
			return -errno;
		/* The rest of an answer that was not read to its end. */
		if (((struct nlmsghdr *)nl->buffer)->nlmsg_seq != nl->sequence)
			continue;
		more = mnl_cb_run2(nl->buffer, n, nl->sequence, port, take_message, &answer,
				   control, sizeof(control) / sizeof(*control));
		/* A dump ends with NLMSG_DONE; anything else is one message. */
		if (more > MNL_CB_STOP &&
		    !(((struct nlmsghdr *)nl->buffer)->nlmsg_flags & NLM_F_MULTI))
			return callback ? 0 : -EPROTO;
	}
	return more < 0 ? -errno : 0;
}

void netlink_close(struct netlink *nl)
{
	if (nl->socket)
		mnl_socket_close(nl->socket);
	nl->socket = NULL;
}
