// SPDX-License-Identifier: GPL-2.0-or-later
#include "collectors/kit/bpf_refusal.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/say.h"
#include "collectors/kit/privileges.h"

/* What the kernel said that it does not have, when it refused a program; "": nothing. */
static _Thread_local char lacking[128];
/* libbpf said something of it, which --verbose prints. */
static _Thread_local bool detailed;

static const char *helper_name(unsigned int id)
{
#define NAME(name) #name
	static const char *const names[] = {__BPF_FUNC_MAPPER(NAME)};
#undef NAME
	return id < sizeof(names) / sizeof(*names) ? names[id] : NULL;
}

/* A line of the verifier's, or of what libbpf makes of it. */
static void note_lacking(const char *line)
{
	static const char relocation[] = "failed to resolve CO-RE relocation";
	const char *at = strstr(line, relocation);
	unsigned int id;

	if (*lacking)
		return;
	if (sscanf(line, "invalid func unknown#%u", &id) == 1 && helper_name(id))
		snprintf(lacking, sizeof(lacking), "BPF helper bpf_%s()", helper_name(id));
	else if (strstr(line, "uses reserved fields"))
		snprintf(lacking, sizeof(lacking), "atomic BPF instructions that return a value");
	else if (at && (at = strstr(at, "] ")))
		snprintf(lacking, sizeof(lacking), "%.*s", (int)strcspn(at + 2, "[("), at + 2);
}

static int demote(enum libbpf_print_level level, const char *format, va_list args)
{
	char *text, *line, *rest;

	if (level == LIBBPF_DEBUG || vasprintf(&text, format, args) < 0)
		return 0;
	rest = text; /* a verifier's log has many lines */
	while ((line = strsep(&rest, "\n")))
		if (*line) {
			note_lacking(line);
			detailed = true;
			say_detail("%s", line);
		}
	free(text);
	return 0;
}

void bpf_quiet(void)
{
	*lacking = '\0';
	detailed = false;
	libbpf_set_print(demote);
}

static bool locked_down(void)
{
	char text[64] = "";
	FILE *f = fopen("/sys/kernel/security/lockdown", "re");

	if (!f)
		return false;
	if (!fgets(text, sizeof(text), f))
		text[0] = '\0';
	fclose(f);
	return strstr(text, "[confidentiality]");
}

/* What holds for all that measures in the kernel names none of it, so that it is said once. */
int bpf_refused(int error, const char *what, char *why, size_t why_size)
{
	char missing[64];

	error = error < 0 ? -error : error;
	privileges_missing(PRIVILEGES_FOR_BPF, missing, sizeof(missing));
	if (!*missing && (error == EPERM || error == EACCES) && privileges_of_user_namespace())
		snprintf(why, why_size,
			 "measuring in the kernel needs CAP_BPF and CAP_PERFMON of the first user namespace, and this process is root of another: run outside of it");
	else if (*missing)
		snprintf(why, why_size,
			 "measuring in the kernel needs %s: run as root or grant it to the program",
			 missing);
	else if (access("/sys/kernel/btf/vmlinux", R_OK))
		snprintf(why, why_size,
			 "BPF programs need the kernel's BTF, and /sys/kernel/btf/vmlinux is not there: use a kernel built with CONFIG_DEBUG_INFO_BTF");
	else if ((error == EPERM || error == EINVAL) && locked_down())
		snprintf(why, why_size,
			 "the kernel is locked down for confidentiality, and lets nobody measure in it: boot without lockdown=confidentiality");
	else if (*lacking)
		snprintf(why, why_size, "%s was refused: this kernel has no %s, as newer ones have",
			 what, lacking);
	else
		snprintf(why, why_size, "%s was refused by the kernel (%s)%s", what,
			 strerror(error), detailed ? ": zcprof's --verbose says more" : "");
	return -1;
}
