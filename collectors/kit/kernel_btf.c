// SPDX-License-Identifier: GPL-2.0-or-later
#include "collectors/kit/kernel_btf.h"

#include <bpf/btf.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

static struct btf *types;

static void read_types(void)
{
	types = btf__load_vmlinux_btf();
}

const struct btf *kernel_btf(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, read_types);
	return types;
}

const struct btf_type *kernel_tracepoint(const char *name)
{
	const struct btf *btf = kernel_btf();
	const struct btf_type *type;
	char full[128];
	int id;

	snprintf(full, sizeof(full), "btf_trace_%s", name);
	id = btf ? btf__find_by_name_kind(btf, full, BTF_KIND_TYPEDEF) : -1;
	type = id > 0 ? btf__type_by_id(btf, id) : NULL;
	while (type && (btf_is_typedef(type) || btf_is_ptr(type)))
		type = btf__type_by_id(btf, type->type);
	return type && btf_is_func_proto(type) ? type : NULL;
}

bool kernel_has_tracepoint(const char *name)
{
	return !kernel_btf() || kernel_tracepoint(name);
}

bool kernel_has_helper(const char *name)
{
	const struct btf *btf = kernel_btf();
	int id = btf ? btf__find_by_name_kind(btf, "bpf_func_id", BTF_KIND_ENUM) : -1;
	const struct btf_type *type = id > 0 ? btf__type_by_id(btf, id) : NULL;
	char full[128];

	snprintf(full, sizeof(full), "BPF_FUNC_%s", name);
	for (int i = 0; type && i < btf_vlen(type); i++)
		if (!strcmp(btf__name_by_offset(btf, btf_enum(type)[i].name_off), full))
			return true;
	return !type;
}
