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
#include "collectors/kit/missed.h"
#include "collectors/kit/syscall_names.h"
#include "collectors/kit/table.h"

struct state {
	struct iowait_bpf *bpf;
	struct missed missed;
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
	missed_read(&s->missed, s->bpf->obj, edge);
	return 0;
}

/* The part inside the window of a wait that lasts still, if the thread is in one. 0 or a negative errno. */
static int add_unfinished(const struct state *s, const struct iowait_key *key, __u64 *ns)
{
	const struct window *window = &s->bpf->data->window;
	struct iowait_wait wait;
	__u64 from = window->open_ns;
	int error = bpf_map_lookup_elem(bpf_map__fd(s->bpf->maps.waiting), &key->tid, &wait);

	if (error)
		return error == -ENOENT ? 0 : error;
	if (!wait.start_ns || wait.call != key->call)
		return 0;
	if (wait.start_ns > from)
		from = wait.start_ns;
	*ns += from < window->close_ns ? window->close_ns - from : 0;
	return 0;
}

static void emit_figures(struct writer *w, const struct iowait_key *key, unsigned int nth,
			 const struct iowait_figures *f)
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
	writer_u64(w, WINDOW, f->end, METRIC_iowait_time, text, f->total_ns);
	writer_u64(w, WINDOW, f->end, METRIC_iowait_waits, text, f->waits);
}

/* A thread's waits in one system call. */
struct waits {
	struct iowait_key key;
	struct iowait_figures figures;
};

static int by_thread(const void *a, const void *b)
{
	const struct iowait_key *x = &((const struct waits *)a)->key;
	const struct iowait_key *y = &((const struct waits *)b)->key;

	if (x->tid != y->tid)
		return x->tid < y->tid ? -1 : 1;
	if (x->call != y->call)
		return x->call < y->call ? -1 : 1;
	return (x->start_ns > y->start_ns) - (x->start_ns < y->start_ns);
}

static bool is_like(const struct waits *a, const struct waits *b)
{
	return a->key.tid == b->key.tid && a->key.call == b->key.call;
}

/*
 * In order: those that had the same number stand together. With what is unfinished, where the window is over. 0 or a
 * negative errno.
 */
static int read_all(const struct state *s, bool over, struct waits *all, size_t *count)
{
	int fd = bpf_map__fd(s->bpf->maps.figures), more = 1;
	const struct iowait_key *before = NULL;
	struct waits next = {0};

	for (*count = 0; *count < IOWAIT_THREADS; before = &next.key) {
		more = table_next(fd, before, &next.key, &next.figures);
		if (more <= 0)
			break;
		all[(*count)++] = next;
	}
	if (*count)
		qsort(all, *count, sizeof(*all), by_thread);
	for (size_t i = 0; over && more >= 0 && i < *count; i++)
		/* Who waits still is the last who was given the number. */
		if (i + 1 == *count || !is_like(&all[i], &all[i + 1]))
			more = add_unfinished(s, &all[i].key, &all[i].figures.total_ns);
	return more < 0 ? more : 0;
}

static void emit_all(struct writer *w, const struct waits *all, size_t count)
{
	__u64 io_uring_ns[END_COUNT] = {0}, stopped_ns[END_COUNT] = {0};
	unsigned int nth = 0;

	for (size_t i = 0; i < count; i++) {
		const struct iowait_key *key = &all[i].key;
		const struct iowait_figures *f = &all[i].figures;

		nth = i && is_like(&all[i - 1], &all[i]) ? nth + 1 : 0;
		if (!f->total_ns && !f->waits)
			continue; /* all of it was before the window or after */
		if (key->call == IOWAIT_STOPPED) {
			/* A signal or a freezer stops all threads together. */
			if (f->total_ns > stopped_ns[f->end])
				stopped_ns[f->end] = f->total_ns;
			continue;
		}
		emit_figures(w, key, nth, f);
		if (key->call == SYS_io_uring_enter)
			io_uring_ns[f->end] += f->total_ns;
	}
	for (enum record_end end = END_RX; end < END_COUNT; end++) {
		writer_u64(w, WINDOW, end, METRIC_iowait_io_uring, NULL, io_uring_ns[end]);
		writer_u64(w, WINDOW, end, METRIC_iowait_stopped, NULL, stopped_ns[end]);
	}
}

/* Of waits that go on only where the window is over. */
static void emit_rows(struct state *s, struct writer *w, bool over)
{
	struct waits *all = calloc(IOWAIT_THREADS, sizeof(*all));
	size_t count = 0;
	int error = all ? read_all(s, over, all, &count) : -ENOMEM;
	__u64 lost[END_COUNT];
	char why[128];

	if (error) {
		snprintf(why, sizeof(why), "reading its table after the window: %s",
			 strerror(-error));
		writer_absent(w, END_HOST, "iowait", why);
		free(all);
		return;
	}
	memcpy(lost, s->bpf->bss->lost, sizeof(lost));
	emit_all(w, all, count);
	free(all);
	missed_row(&s->missed, w, METRIC_iowait_lost, lost[END_HOST], 1);
	for (enum record_end end = END_RX; end < END_COUNT; end++)
		writer_u64(w, WINDOW, end, METRIC_iowait_lost, NULL, lost[end]);
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

	missed_read(&s->missed, s->bpf->obj, EDGE_CLOSE);
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
