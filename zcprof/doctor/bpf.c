// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "collectors/kit/bpf_means.h"
#include "zcprof/doctor/doctor.h"
#include "collectors/kit/privileges.h"

static void look_btf(const struct doctor *d, struct doctor_row *row)
{
	if (doctor_exists(d, "/sys/kernel/btf/vmlinux"))
		doctor_found(row, DOCTOR_OK, "/sys/kernel/btf/vmlinux");
	else
		doctor_found(row, DOCTOR_MISSING,
			     "no /sys/kernel/btf/vmlinux: the kernel is built without CONFIG_DEBUG_INFO_BTF");
}

static void look_jit(const struct doctor *d, struct doctor_row *row)
{
	char text[16];

	if (doctor_text(d, text, sizeof(text), "/proc/sys/net/core/bpf_jit_enable")) {
		doctor_found(row, DOCTOR_UNKNOWN, "net.core.bpf_jit_enable cannot be read");
	} else if (*text == '0') {
		doctor_found(row, DOCTOR_BETTER, "net.core.bpf_jit_enable is 0");
		doctor_mend(row, "sysctl -w net.core.bpf_jit_enable=1");
	} else {
		doctor_found(row, DOCTOR_OK, "net.core.bpf_jit_enable is %s", text);
	}
}

static void look_means(enum bpf_means means, struct doctor_row *row)
{
	if (bpf_means_works(means, row->found, sizeof(row->found)))
		doctor_found(row, DOCTOR_OK, "programs of it can be attached");
	else
		row->state = DOCTOR_MISSING;
}

static void look_fentry(const struct doctor *d, struct doctor_row *row)
{
	(void)d;
	look_means(MEANS_FENTRY, row);
}

static void look_kprobe(const struct doctor *d, struct doctor_row *row)
{
	(void)d;
	look_means(MEANS_KPROBE, row);
}

static void look_raw_tracepoint(const struct doctor *d, struct doctor_row *row)
{
	(void)d;
	look_means(MEANS_RAW_TRACEPOINT, row);
}

static void look_breakpoint(const struct doctor *d, struct doctor_row *row)
{
	(void)d;
	look_means(MEANS_BREAKPOINT, row);
}

static void look_capabilities(const struct doctor *d, struct doctor_row *row)
{
	char missing[120];

	(void)d;
	privileges_missing(PRIVILEGES_FOR_BPF | PRIVILEGES_FOR_NETNS, missing, sizeof(missing));
	if (!*missing && privileges_of_user_namespace()) {
		doctor_found(row, DOCTOR_MISSING, "this process is root of a user namespace only");
		doctor_mend(row, "run outside of the container, or in one that is privileged");
		return;
	}
	if (!*missing) {
		doctor_found(row, DOCTOR_OK,
			     "CAP_SYS_ADMIN, which stands for CAP_BPF and CAP_PERFMON, and CAP_NET_ADMIN");
		return;
	}
	doctor_found(row, DOCTOR_MISSING, "this process lacks %s", missing);
	doctor_mend(row,
		    "run as root, or setcap cap_bpf,cap_perfmon,cap_net_admin,cap_sys_admin+ep $(command -v zcprof)");
}

static void look_lockdown(const struct doctor *d, struct doctor_row *row)
{
	char text[64];

	/* "none [integrity] confidentiality"; security/lockdown/lockdown.c. */
	if (doctor_text(d, text, sizeof(text), "/sys/kernel/security/lockdown"))
		doctor_found(row, DOCTOR_OK, "this kernel has none");
	else if (strstr(text, "[confidentiality]"))
		doctor_found(row, DOCTOR_MISSING,
			     "confidentiality, since the machine was booted: lockdown= on the kernel's command line, or Secure Boot");
	else
		doctor_found(row, DOCTOR_OK, "%s",
			     strstr(text, "[integrity]") ? "integrity" : "none");
}

const struct doctor_check doctor_bpf_checks[] = {
	{"capabilities", look_capabilities,
	 "programs are loaded with the first two, namespaces and devices made with the others"},
	/* include/linux/security.h: LOCKDOWN_KPROBES, LOCKDOWN_BPF_READ_KERNEL. */
	{"lockdown", look_lockdown,
	 "at confidentiality the kernel refuses kprobes, and programs that call it to read its memory; at integrity neither"},
	{"btf", look_btf, "programs find the fields of this kernel's structs by it"},
	{"jit", look_jit, "interpreted programs cost several times as much"},
	{"fentry", look_fentry, "the cheapest means of counting a kernel function's calls"},
	{"kprobe", look_kprobe, "the means where there is no fentry"},
	{"raw_tracepoint", look_raw_tracepoint, "most collectors count at tracepoints"},
	{"breakpoint", look_breakpoint, "the means for functions that cannot be traced"},
	{0},
};
