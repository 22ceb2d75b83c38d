// SPDX-License-Identifier: GPL-2.0-or-later
/* Time in iowait, and time stopped, of the threads of the run, by bpf/iowait.bpf.c. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include "bpf/iowait.h"
#include "bpf/iowait.skel.h"
#include "collectors/kit/bpf_load.h"
#include "collectors/collector.h"
#include "collectors/list.h"
#include "collectors/kit/syscall_names.h"

struct state {
	struct iowait_bpf *bpf;
	__u64 missed[EDGE_COUNT]; /* runs that the kernel turned away, by edge */
};

static int iowait_open(void **state, const struct measurement *run, const char **means, char *why,
		       size_t why_size)
{
	struct state *s = calloc(1, sizeof(*s));

	*state = s;
	if (!s) {
		snprintf(why, why_size, "no memory left");
		return -1;
	}
	bpf_quiet();
	s->bpf = iowait_bpf__open();
	if (!s->bpf)
		return bpf_refused(errno, "opening the iowait programs", why, why_size);
	if (bpf_run_scope((void *)s->bpf->rodata->run_scope, run, why, why_size))
		return -1;
	if (bpf_load(s->bpf->skeleton, "iowait", why, why_size) ||
	    bpf_attach(s->bpf->skeleton, "iowait", why, why_size))
		return -1;
	*means = "raw_tracepoint";
	return 0;
}

static int iowait_snapshot(void *state, enum edge edge)
{
	struct state *s = state;

	bpf_window_edge(&s->bpf->data->window, edge);
	s->missed[edge] = bpf_missed(s->bpf->progs.iowait_switch);
	return 0;
}

/* The part inside the window of a wait that lasts still; 0 where the thread is in none. */
static __u64 unfinished_ns(const struct state *s, const struct iowait_key *key)
{
	const struct window *window = &s->bpf->data->window;
	struct iowait_wait wait;
	__u64 from = window->open_ns;

	if (bpf_map_lookup_elem(bpf_map__fd(s->bpf->maps.waiting), &key->tid, &wait) ||
	    !wait.start_ns || wait.call != key->call)
		return 0;
	if (wait.start_ns > from)
		from = wait.start_ns;
	return from < window->close_ns ? window->close_ns - from : 0;
}

static void emit_figures(struct writer *w, const struct iowait_key *key, unsigned int nth,
			 const struct iowait_figures *f, __u64 ns)
{
	char call[32], tid[24], text[80];

	if (key->call == IOWAIT_NO_CALL)
		snprintf(call, sizeof(call), "none");
	else if (key->call == IOWAIT_EARLIER)
		snprintf(call, sizeof(call), "earlier");
	else
		syscall_name(key->call, call, sizeof(call));
	/* Of threads that had one number, one after the other, the second is 12.2. */
	snprintf(tid, sizeof(tid), nth ? "%u.%u" : "%u", key->tid, nth + 1);
	snprintf(text, sizeof(text), "%.16s/%s/%s", f->comm, tid, call);
	writer_u64(w, WINDOW, f->end, METRIC_iowait_time, text, ns);
	writer_u64(w, WINDOW, f->end, METRIC_iowait_waits, text, f->waits);
}

static int by_thread(const void *a, const void *b)
{
	const struct iowait_key *x = a, *y = b;

	if (x->tid != y->tid)
		return x->tid < y->tid ? -1 : 1;
	if (x->call != y->call)
		return x->call < y->call ? -1 : 1;
	return (x->start_ns > y->start_ns) - (x->start_ns < y->start_ns);
}

/* In order: those that had the same number stand together. NULL: no memory left. */
static struct iowait_key *all_keys(const struct state *s, size_t *count)
{
	int fd = bpf_map__fd(s->bpf->maps.figures);
	struct iowait_key *keys = calloc(IOWAIT_THREADS, sizeof(*keys));
	struct iowait_key *before = NULL;

	*count = 0;
	while (keys && *count < IOWAIT_THREADS && !bpf_map_get_next_key(fd, before, &keys[*count]))
		before = &keys[(*count)++];
	if (*count)
		qsort(keys, *count, sizeof(*keys), by_thread);
	return keys;
}

/* Of waits that go on only where the window is over. */
static void emit_rows(struct state *s, struct writer *w, bool over)
{
	int fd = bpf_map__fd(s->bpf->maps.figures);
	__u64 lost[END_COUNT], io_uring_ns[END_COUNT] = {0}, stopped_ns[END_COUNT] = {0};
	unsigned int nth = 0;
	size_t count;
	struct iowait_key *keys = all_keys(s, &count);

	if (!keys) {
		writer_absent(w, END_HOST, "iowait", "no memory left when the window was over");
		return;
	}
	memcpy(lost, s->bpf->bss->lost, sizeof(lost));
	lost[END_HOST] += s->missed[EDGE_CLOSE] - s->missed[EDGE_OPEN];
	for (size_t i = 0; i < count; i++) {
		const struct iowait_key *key = &keys[i];
		bool last = i + 1 == count || key[1].tid != key->tid || key[1].call != key->call;
		struct iowait_figures f;
		__u64 ns;

		nth = i && key[-1].tid == key->tid && key[-1].call == key->call ? nth + 1 : 0;
		if (bpf_map_lookup_elem(fd, key, &f))
			continue;
		/* Who waits still is the last who was given the number. */
		ns = f.total_ns + (over && last ? unfinished_ns(s, key) : 0);
		if (!ns && !f.waits)
			continue; /* all of it was before the window or after */
		if (key->call == IOWAIT_STOPPED) {
			/* A signal or a freezer stops all threads together. */
			if (ns > stopped_ns[f.end])
				stopped_ns[f.end] = ns;
			continue;
		}
		emit_figures(w, key, nth, &f, ns);
		if (key->call == SYS_io_uring_enter)
			io_uring_ns[f.end] += ns;
	}
	free(keys);
	for (enum record_end end = END_HOST; end < END_COUNT; end++) {
		if (end != END_HOST) {
			writer_u64(w, WINDOW, end, METRIC_iowait_io_uring, NULL, io_uring_ns[end]);
			writer_u64(w, WINDOW, end, METRIC_iowait_stopped, NULL, stopped_ns[end]);
		}
		writer_u64(w, WINDOW, end, METRIC_iowait_lost, NULL, lost[end]);
	}
}

static void iowait_emit(void *state, struct writer *w)
{
	struct state *s = state;

	iowait_bpf__detach(s->bpf);
	emit_rows(s, w, true);
}

static void iowait_look(void *state, struct writer *w)
{
	struct state *s = state;

	s->missed[EDGE_CLOSE] = bpf_missed(s->bpf->progs.iowait_switch);
	emit_rows(s, w, false);
}

static void iowait_close(void *state)
{
	struct state *s = state;

	if (!s)
		return;
	iowait_bpf__destroy(s->bpf);
	free(s);
}

const struct collector_ops iowait_collector = {
	.source = "iowait",
	.what = "time that threads of the ends were blocked in iowait, by system call, or stopped",
	.open = iowait_open,
	.snapshot = iowait_snapshot,
	.emit = iowait_emit,
	.look = iowait_look,
	.close = iowait_close,
};
