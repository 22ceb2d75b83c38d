// SPDX-License-Identifier: GPL-2.0-or-later
#include "collectors/kit/bpf_means.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/hw_breakpoint.h>
#include <linux/perf_event.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "collectors/kit/bpf_refusal.h"
#include "collectors/kit/kallsyms.h"
#include "collectors/kit/kernel_btf.h"

#define TRIED_ON "bpf_fentry_test1"

static const char *const names[MEANS_COUNT] = {"fentry", "kprobe", "raw_tracepoint", "breakpoint"};

const char *bpf_means_name(enum bpf_means means)
{
	return names[means];
}

static bool forbidden(enum bpf_means means)
{
	const char *list = getenv("ZCPROF_WITHOUT");

	return list && strstr(list, names[means]);
}

/* return 0; */
static int load_nothing(enum bpf_prog_type type, struct bpf_prog_load_opts *opts)
{
	const struct bpf_insn insns[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0},
		{.code = BPF_JMP | BPF_EXIT},
	};

	return bpf_prog_load(type, NULL, "GPL", insns, sizeof(insns) / sizeof(*insns), opts);
}

static void drop(int fd)
{
	if (fd >= 0)
		close(fd);
}

/* All that try something return 0, or a negative errno. */
static int try_link(const char *tracepoint, int program)
{
	int link, error;

	if (program < 0)
		return -errno;
	link = bpf_raw_tracepoint_open(tracepoint, program);
	error = link < 0 ? -errno : 0;
	drop(link);
	close(program);
	return error;
}

static int try_fentry(void)
{
	int id = libbpf_find_vmlinux_btf_id(TRIED_ON, BPF_TRACE_FENTRY);
	struct bpf_prog_load_opts opts = {
		.sz = sizeof(opts),
		.expected_attach_type = BPF_TRACE_FENTRY,
		.attach_btf_id = id,
	};

	return id < 0 ? id : try_link(NULL, load_nothing(BPF_PROG_TYPE_TRACING, &opts));
}

static int perf_open(struct perf_event_attr *attr)
{
	int fd = syscall(SYS_perf_event_open, attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/* Where the kernel has probes, they are a PMU of their own: its number, or -1. */
static int kprobe_pmu(void)
{
	FILE *f = fopen("/sys/bus/event_source/devices/kprobe/type", "re");
	int type = -1;

	if (!f)
		return -1;
	if (fscanf(f, "%d", &type) != 1)
		type = -1;
	fclose(f);
	return type;
}

static int try_kprobe(void)
{
	struct perf_event_attr attr = {.size = sizeof(attr), .type = kprobe_pmu()};
	int program, event;

	if ((int)attr.type < 0)
		return -ENOENT;
	attr.kprobe_func = (uintptr_t)TRIED_ON;
	program = load_nothing(BPF_PROG_TYPE_KPROBE, NULL);
	if (program < 0)
		return -errno;
	event = perf_open(&attr);
	drop(event);
	close(program);
	return event < 0 ? event : 0;
}

static int try_raw_tracepoint(void)
{
	return try_link("sched_process_exit", load_nothing(BPF_PROG_TYPE_RAW_TRACEPOINT, NULL));
}

unsigned long bpf_means_address(const char *function)
{
	const struct kernel_function *f = kallsyms_named(kallsyms_core(), function);

	return f ? f->address : 0;
}

static int try_breakpoint(void)
{
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.type = PERF_TYPE_BREAKPOINT,
		.bp_type = HW_BREAKPOINT_X,
		.bp_addr = bpf_means_address(TRIED_ON),
		.bp_len = sizeof(long),
		.sample_period = 1,
	};
	int event;

	if (!attr.bp_addr)
		return -EACCES;
	event = perf_open(&attr);
	drop(event);
	return event < 0 ? event : 0;
}

static const struct {
	int (*try)(void);
	const char *what;
} means_of[MEANS_COUNT] = {
	[MEANS_FENTRY] = {try_fentry, "hooking a kernel function by fentry"},
	[MEANS_KPROBE] = {try_kprobe, "hooking a kernel function by kprobe"},
	[MEANS_RAW_TRACEPOINT] = {try_raw_tracepoint, "a BPF program on a raw tracepoint"},
	[MEANS_BREAKPOINT] = {try_breakpoint, "a hardware breakpoint on a kernel function"},
};

bool bpf_means_works(enum bpf_means means, char *why, size_t why_size)
{
	static struct {
		bool tried;
		int error;
	} found[MEANS_COUNT];

	if (forbidden(means)) {
		if (why)
			snprintf(why, why_size,
				 "%s is forbidden by ZCPROF_WITHOUT in the environment",
				 means_of[means].what);
		return false;
	}
	if (!found[means].tried) {
		bpf_quiet();
		found[means].error = means_of[means].try();
		found[means].tried = true;
	}
	if (!found[means].error)
		return true;
	if (!why)
		return false;
	if (means == MEANS_KPROBE && kprobe_pmu() < 0) {
		snprintf(why, why_size, "this kernel has no kprobes (CONFIG_KPROBE_EVENTS)");
	} else {
		bpf_quiet(); /* what libbpf said meanwhile was of something else */
		bpf_refused(found[means].error, means_of[means].what, why, why_size);
	}
	return false;
}

/* What ftrace can trace, as the kernel lists it: a name a line, its module behind. NULL: hidden. */
static const char *traceable(void)
{
	static const char *const places[] = {
		"/sys/kernel/tracing/available_filter_functions",
		"/sys/kernel/debug/tracing/available_filter_functions",
	};
	static char *text;
	static bool tried;
	size_t size = 0;

	for (unsigned int i = 0; !tried && !text && i < sizeof(places) / sizeof(*places); i++) {
		FILE *f = fopen(places[i], "re");

		if (!f)
			continue;
		if (getdelim(&text, &size, '\0', f) < 0) {
			free(text);
			text = NULL;
		}
		fclose(f);
	}
	tried = true;
	return text;
}

static bool is_traceable(const char *function)
{
	const char *list = traceable(), *at = list;
	size_t length = strlen(function);

	while (at && (at = strstr(at, function))) {
		if ((at == list || at[-1] == '\n') && (at[length] == '\n' || at[length] == ' '))
			return true;
		at += length;
	}
	return !list;
}

/* Each look is at all that the kernel has, and finds the same while this process lives. */
struct reach {
	bool has_type, traceable;
	char function[];
};

static int by_function(const void *a, const void *b)
{
	return strcmp(((const struct reach *)a)->function, ((const struct reach *)b)->function);
}

static bool has_type(const char *function)
{
	const struct btf *types = kernel_btf();

	return types && btf__find_by_name_kind(types, function, BTF_KIND_FUNC) > 0;
}

/* NULL: no memory left. */
static const struct reach *reach_of(const char *function)
{
	static void *known;
	struct reach *r = calloc(1, sizeof(*r) + strlen(function) + 1);
	struct reach **kept;

	if (!r)
		return NULL;
	strcpy(r->function, function);
	kept = tsearch(r, &known, by_function);
	if (!kept || *kept != r) {
		free(r);
		return kept ? *kept : NULL;
	}
	r->has_type = has_type(function);
	r->traceable = is_traceable(function);
	return r;
}

/* Can this function be hooked by it: it may be inlined, or not be traceable. */
static bool reaches(enum bpf_means means, const char *function)
{
	const struct reach *r = reach_of(function);

	return r && r->traceable && (means != MEANS_FENTRY || r->has_type);
}

/* What is behind the slash of a program's section, if the section begins so; else NULL. */
static const char *hooked(const struct bpf_program *program, const char *section)
{
	const char *own = bpf_program__section_name(program);

	return strncmp(own, section, strlen(section)) ? NULL : own + strlen(section);
}

/* The function that a program hooks, if it is of this means; else NULL. */
static const char *hooks(const struct bpf_program *program, enum bpf_means means)
{
	static const char *const sections[][2] = {
		[MEANS_FENTRY] = {"fentry/", "fexit/"},
		[MEANS_KPROBE] = {"kprobe/", "kretprobe/"},
	};
	const char *function = hooked(program, sections[means][0]);

	return function ? function : hooked(program, sections[means][1]);
}

static bool is_at_return(const struct bpf_object *object, const char *function)
{
	struct bpf_program *program = NULL;

	while ((program = bpf_object__next_program(object, program))) {
		const char *own = hooked(program, "kretprobe/");

		if (own && !strcmp(own, function))
			return true;
	}
	return false;
}

/*
 * Before 5.17 a program at a function's return by fentry is not told what it returns
 * (bpf_get_func_ret()); whoever wants to know that has a kretprobe too, which is.
 */
static enum bpf_means means_for(const struct bpf_object *object, const char *function,
				enum bpf_means chosen)
{
	if (chosen == MEANS_FENTRY && is_at_return(object, function) &&
	    !kernel_has_helper("get_func_ret"))
		return bpf_means_works(MEANS_KPROBE, NULL, 0) ? MEANS_KPROBE : MEANS_COUNT;
	return chosen;
}

void bpf_means_one_of(struct bpf_object *object, const char *const *functions)
{
	const char *chosen = NULL;
	struct bpf_program *program = NULL;

	for (const char *const *name = functions; *name && !chosen; name++)
		if (reaches(MEANS_FENTRY, *name))
			chosen = *name;
	while (chosen && (program = bpf_object__next_program(object, program)))
		for (const char *const *name = functions; *name; name++) {
			const char *function = hooks(program, MEANS_FENTRY);

			if (!function)
				function = hooks(program, MEANS_KPROBE);
			if (function && !strcmp(function, *name) && strcmp(function, chosen) != 0)
				bpf_program__set_autoload(program, false);
		}
}

const char *bpf_means_tracepoints(struct bpf_object *object,
				  bool (*is_needed)(const void *with, const char *program),
				  const void *with)
{
	struct bpf_program *program = NULL;

	while ((program = bpf_object__next_program(object, program))) {
		const char *tracepoint = hooked(program, "raw_tracepoint/");

		if (!tracepoint || !bpf_program__autoload(program) ||
		    kernel_has_tracepoint(tracepoint))
			continue;
		if (is_needed(with, bpf_program__name(program)))
			return tracepoint;
		bpf_program__set_autoload(program, false);
	}
	return NULL;
}

static int keep(struct bpf_object *object, enum bpf_means chosen)
{
	struct bpf_program *program = NULL;
	int kept = 0;

	while ((program = bpf_object__next_program(object, program)))
		for (enum bpf_means means = MEANS_FENTRY; means <= MEANS_KPROBE; means++) {
			const char *function = hooks(program, means);
			bool wanted = function && means == means_for(object, function, chosen) &&
				      bpf_program__autoload(program) && reaches(means, function);

			if (function)
				bpf_program__set_autoload(program, wanted);
			kept += wanted;
		}
	return kept;
}

int bpf_means_choose(struct bpf_object *object, char *why, size_t why_size)
{
	enum bpf_means means = MEANS_FENTRY;

	if (!bpf_means_works(means, why, why_size)) {
		means = MEANS_KPROBE;
		if (!bpf_means_works(means, NULL, 0)) {
			keep(object, MEANS_COUNT); /* why speaks of fentry: the one to mend */
			return -1;
		}
	}
	if (keep(object, means))
		return means;
	snprintf(why, why_size,
		 "this kernel has none of the functions that are counted, or inlined them all");
	return -1;
}
