// SPDX-License-Identifier: GPL-2.0-or-later
#include "collectors/kit/sockdiag.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <linux/kcmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "collectors/kit/process.h"

int sockdiag_list(struct netlink *nl, unsigned int states, uint16_t local, uint16_t remote,
		  mnl_cb_t callback, void *data)
{
	static const int families[] = {AF_INET, AF_INET6};

	for (int i = 0; i < 2; i++) {
		struct nlmsghdr *nlh = netlink_begin(nl, SOCK_DIAG_BY_FAMILY, NLM_F_DUMP);
		struct inet_diag_req_v2 *request =
			mnl_nlmsg_put_extra_header(nlh, sizeof(*request));
		int error;

		request->sdiag_family = families[i];
		request->sdiag_protocol = IPPROTO_TCP;
		request->idiag_ext = 1 << (INET_DIAG_INFO - 1);
		request->idiag_states = states;
		request->id.idiag_sport = htons(local);
		request->id.idiag_dport = htons(remote);
		error = netlink_ask(nl, callback, data);
		/* A kernel without IPv6 knows no such family; of IPv4 it is sock_diag that it has not. */
		if (error && (error != -ENOENT || families[i] != AF_INET6))
			return error;
	}
	return 0;
}

/* What the message has of that kind: an older kernel says less, a newer one more. */
static bool take_attribute(const struct nlmsghdr *nlh, uint16_t type, void *to, size_t size)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct inet_diag_msg))
	{
		size_t len = mnl_attr_get_payload_len(attr);

		if (mnl_attr_get_type(attr) != type)
			continue;
		memset(to, 0, size);
		memcpy(to, mnl_attr_get_payload(attr), len < size ? len : size);
		return true;
	}
	return false;
}

bool sockdiag_info(const struct nlmsghdr *nlh, struct tcp_info *info)
{
	return take_attribute(nlh, INET_DIAG_INFO, info, sizeof(*info));
}

struct answer {
	struct tcp_info *info;
	uint32_t *memory;
	bool found;
};

static int take_answer(const struct nlmsghdr *nlh, void *data)
{
	struct answer *answer = data;

	answer->found = sockdiag_info(nlh, answer->info) || answer->found;
	if (answer->memory)
		take_attribute(nlh, INET_DIAG_SKMEMINFO, answer->memory,
			       SK_MEMINFO_VARS * sizeof(*answer->memory));
	return MNL_CB_OK;
}

int sockdiag_ask(struct netlink *nl, uint8_t family, const struct inet_diag_sockid *id,
		 struct tcp_info *info, uint32_t memory[SK_MEMINFO_VARS])
{
	struct nlmsghdr *nlh = netlink_begin(nl, SOCK_DIAG_BY_FAMILY, 0);
	struct inet_diag_req_v2 *request = mnl_nlmsg_put_extra_header(nlh, sizeof(*request));
	struct answer answer = {info, memory, false};
	int error;

	request->sdiag_family = family;
	request->sdiag_protocol = IPPROTO_TCP;
	request->idiag_ext = 1 << (INET_DIAG_INFO - 1);
	if (memory)
		request->idiag_ext |= 1 << (INET_DIAG_SKMEMINFO - 1);
	request->idiag_states = ~0U;
	request->id = *id;
	error = netlink_ask(nl, take_answer, &answer);
	/* What is left of a closed connection, in TIME_WAIT, answers without a tcp_info. */
	return error ? error : answer.found ? 0 : -ENOENT;
}

/* ---- the sockets that a process holds ---- */

/* A ring that somebody works with cannot always be asked; a table without a socket looks the same. */
#define RING_TRIES 5

struct holding {
	sockdiag_socket_fn on_socket;
	void *data;
};

/*
 * Sockets that only the table of files of a ring has (io_uring/fdinfo.c), a line each. A name that is a
 * path begins with '/', so none can be mistaken for a socket's.
 */
static bool list_ring(const struct holding *h, pid_t tid, int fd)
{
	char path[64], line[256];
	bool any = false, begins = true;
	FILE *in;

	snprintf(path, sizeof(path), "/proc/%d/fdinfo/%d", (int)tid, fd);
	in = fopen(path, "re");
	if (!in)
		return true;
	while (fgets(line, sizeof(line), in)) {
		unsigned int inode, files;
		bool whole = begins;

		/* The rest of a path that is longer than a line is somebody's words, and no socket. */
		begins = strchr(line, '\n');
		if (!whole)
			continue;
		if (sscanf(line, " %*u: socket:[%u]", &inode) == 1) {
			h->on_socket(h->data, tid, fd, inode);
			any = true;
		} else if (sscanf(line, "UserFiles:\t%u", &files) == 1 && !files) {
			any = true;
		}
	}
	fclose(in);
	return any;
}

/* Of the thread's table of files. 0 or a negative errno. */
static int list_files(const struct holding *h, pid_t tid)
{
	char path[40];
	char target[64];
	struct dirent *entry;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/fd", (int)tid);
	dir = opendir(path);
	if (!dir)
		return -errno;
	while ((entry = readdir(dir))) {
		unsigned int inode;
		ssize_t len = readlinkat(dirfd(dir), entry->d_name, target, sizeof(target) - 1);

		target[len > 0 ? len : 0] = '\0';
		if (sscanf(target, "socket:[%u]", &inode) == 1)
			h->on_socket(h->data, tid, atoi(entry->d_name), inode);
		else if (!strcmp(target, "anon_inode:[io_uring]"))
			for (int i = 0; i < RING_TRIES; i++)
				if (list_ring(h, tid, atoi(entry->d_name)))
					break;
	}
	closedir(dir);
	return 0;
}

struct own_files {
	const struct holding *holding;
	pid_t first; /* whose table is known */
};

/* A thread may have left the process's table of files for one of its own (unshare(2)). */
static void list_own_files(void *data, pid_t pid, pid_t tid)
{
	const struct own_files *own = data;

	(void)pid;
	if (tid != own->first && syscall(SYS_kcmp, own->first, tid, KCMP_FILES, 0, 0) > 0)
		list_files(own->holding, tid);
}

int sockdiag_sockets(pid_t pid, sockdiag_socket_fn on_socket, void *data)
{
	const struct holding holding = {on_socket, data};
	struct own_files own = {&holding, process_living(pid)};
	int error = list_files(&holding, own.first);

	if (!error)
		process_threads(pid, list_own_files, &own);
	return error;
}
