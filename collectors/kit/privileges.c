// SPDX-License-Identifier: GPL-2.0-or-later
#include "collectors/kit/privileges.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static uint64_t effective(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {0};

	if (syscall(SYS_capget, &header, data))
		return 0;
	return data[0].effective | (uint64_t)data[1].effective << 32;
}

bool privileges_of_user_namespace(void)
{
	const ino_t initial = 0xEFFFFFFD; /* PROC_USER_INIT_INO, include/linux/proc_ns.h */
	struct stat own;

	return !stat("/proc/self/ns/user", &own) && own.st_ino != initial;
}

char *privileges_missing(uint64_t wanted, char *text, size_t size)
{
	static const struct {
		int cap;
		const char *name;
	} names[] = {
		{CAP_SYS_ADMIN, "CAP_SYS_ADMIN"},
		{CAP_NET_ADMIN, "CAP_NET_ADMIN"},
		{CAP_BPF, "CAP_BPF"},
		{CAP_PERFMON, "CAP_PERFMON"},
	};
	uint64_t have = effective(), missing;
	size_t used = 0;

	/* It stands for both (capabilities(7)). Kernels before 5.8 know neither. */
	if (have & PRIVILEGE(CAP_SYS_ADMIN))
		have |= PRIVILEGES_FOR_BPF;
	missing = wanted & ~have;
	text[0] = '\0';
	for (size_t i = 0; i < sizeof(names) / sizeof(*names) && used < size; i++)
		if (missing & PRIVILEGE(names[i].cap))
			used += snprintf(text + used, size - used, "%s%s", used ? " and " : "",
					 names[i].name);
	return text;
}
