// SPDX-License-Identifier: GPL-2.0-or-later
#include "collectors/kit/syscall_names.h"

#include <asm/unistd.h>
#include <stdio.h>

#include "bpf/syscalls.h"

static const char *const names[SYSCALLS_COMPAT] = {
#define NAME(call) [__NR_##call] = #call,
#include "collectors/kit/syscall_numbers.h" /* made from <asm/unistd.h> by tools/rules.mk */
#undef NAME
};

/* What kernels have added since Linux 6.1, for builds with older headers: the same number on all. */
static const char *const newer[] = {
	"cachestat",	     "fchmodat2",	  "map_shadow_stack", "futex_wake",
	"futex_wait",	     "futex_requeue",	  "statmount",	      "listmount",
	"lsm_get_self_attr", "lsm_set_self_attr", "lsm_list_modules", "mseal",
	"setxattrat",	     "getxattrat",	  "listxattrat",      "removexattrat",
	"open_tree_attr",    "file_getattr",	  "file_setattr",
};
#define NEWER_FIRST 451

const char *syscall_name(unsigned int number, char *text, size_t size)
{
	const char *name = number < SYSCALLS_COMPAT ? names[number] : NULL;

	if (!name && number >= NEWER_FIRST && number - NEWER_FIRST < sizeof(newer) / sizeof(*newer))
		name = newer[number - NEWER_FIRST];
	if (name)
		snprintf(text, size, "%s", name);
	else if (number == SYSCALLS_UNKNOWN)
		snprintf(text, size, "unknown");
	else if (number >= SYSCALLS_COMPAT)
		snprintf(text, size, "compat_%u", number - SYSCALLS_COMPAT);
	else
		snprintf(text, size, "syscall_%u", number);
	return text;
}
