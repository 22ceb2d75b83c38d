// SPDX-License-Identifier: GPL-2.0-or-later
#include "collectors/kit/privileges.h"

#include <stdio.h>
#include <string.h>
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
	uint64_t missing = wanted & ~effective();
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < sizeof(names) / sizeof(*names) && used < size; i++)
		if (missing & PRIVILEGE(names[i].cap))
			used += snprintf(text + used, size - used, "%s%s", used ? " and " : "",
					 names[i].name);
	return text;
}
