// SPDX-License-Identifier: GPL-2.0-or-later
/* libs: libbpf */
/*
 * Every struct and field of vmlinux/vmlinux.h that programs read is in the BTF of the kernel that
 * runs, under that name and with that width.
 */
#include <bpf/btf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct {
	const char *type, *field;
	int bytes;
} used[] = {
	{"task_struct", "thread_info", 0},
	{"task_struct", "pid", 4},
	{"task_struct", "tgid", 4},
	{"task_struct", "start_time", 8},
	{"task_struct", "flags", 4},
	{"task_struct", "comm", 16},
	{"task_struct", "in_iowait", 4},
	{"task_struct", "cgroups", 8},
	{"task_struct", "nsproxy", 8},
	{"css_set", "dfl_cgrp", 8},
	{"cgroup", "level", 4},
	{"cgroup", "kn", 8},
	{"cgroup", "ancestors", 0},
	{"kernfs_node", "id", 8},
	{"nsproxy", "net_ns", 8},
	{"net", "ns", 0},
	{"ns_common", "inum", 4},
	{"net_device", "name", 16},
	{"sk_buff", "sk", 8},
	{"sock", "__sk_common", 0},
	{"sock_common", "skc_family", 2},
	{"sock_common", "skc_cookie", 8},
	{"sock", "sk_shutdown", 1},
	{"inet_sock", "inet_sport", 2},
	{"tcp_sock", "bytes_received", 8},
	{"tcp_sock", "bytes_sent", 8},
	{"tcp_sock", "bytes_acked", 8},
	{"tcp_sock", "bytes_retrans", 8},
	{"sock_common", "skc_dport", 2},
	{"sock_common", "skc_daddr", 4},
	{"sock_common", "skc_v6_daddr", 16},
	{"in6_addr", "in6_u", 16},
#if defined(__x86_64__)
	{"thread_info", "status", 4},
	{"pt_regs", "orig_ax", 8},
	{"pt_regs", "di", 8},
	{"pt_regs", "si", 8},
	{"pt_regs", "dx", 8},
	{"pt_regs", "cx", 8},
	{"pt_regs", "ax", 8},
#elif defined(__aarch64__)
	{"pt_regs", "syscallno", 4},
	{"pt_regs", "regs", 0},
#endif
};

/* The type of a field, also of one inside an unnamed struct or union; 0: there is none. */
static __u32 field_type(const struct btf *btf, const struct btf_type *type, const char *name)
{
	const struct btf_member *m = btf_members(type);

	for (int i = 0; i < btf_vlen(type); i++) {
		const char *member = btf__name_by_offset(btf, m[i].name_off);
		const struct btf_type *inner = btf__type_by_id(btf, m[i].type);
		__u32 found;

		if (!strcmp(member, name))
			return m[i].type;
		if (*member || !btf_is_composite(inner))
			continue;
		found = field_type(btf, inner, name);
		if (found)
			return found;
	}
	return 0;
}

static void every_field_is_there(void **state)
{
	struct btf *btf = btf__load_vmlinux_btf();

	(void)state;
	if (!btf)
		skip(); /* a kernel without BTF */
	for (size_t i = 0; i < sizeof(used) / sizeof(*used); i++) {
		__s32 id = btf__find_by_name_kind(btf, used[i].type, BTF_KIND_STRUCT);
		__u32 field;

		if (id <= 0)
			fail_msg("this kernel has no struct %s", used[i].type);
		field = field_type(btf, btf__type_by_id(btf, id), used[i].field);
		if (!field)
			fail_msg("this kernel has no %s.%s", used[i].type, used[i].field);
		if (used[i].bytes && btf__resolve_size(btf, field) != used[i].bytes)
			fail_msg("%s.%s is %lld bytes wide, not %d", used[i].type, used[i].field,
				 (long long)btf__resolve_size(btf, field), used[i].bytes);
	}
	btf__free(btf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_field_is_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
