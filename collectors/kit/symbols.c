// SPDX-License-Identifier: GPL-2.0-or-later
#include "collectors/kit/symbols.h"

#include <errno.h>
#include <search.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "collectors/kit/kallsyms.h"
#include "collectors/kit/namer.h"

#define UNKNOWN "[unknown]"
#define KERNEL	"[kernel]"
#define USER	"[user]"

/* Each has a child that waits for questions, and a descriptor. */
#define PROCESSES_MAX 256
/* How long all names together may take; one process may have a quarter of it. */
#define PATIENCE_NS 20000000000ULL

struct process {
	pid_t tgid;
	struct namer namer;
	void *asked; /* tree of struct user_symbol */
	struct process *next;
};

/* What one address is called. */
struct user_symbol {
	struct symbol symbol;
	uint64_t address;
	struct named named;
};

struct symbols {
	struct kallsyms *core, *rest; /* of the kernel */
	struct process *processes;
	size_t process_count;
	char driver[SYMBOLS_DRIVERS][64]; /* "[zcnic]"; or empty */
	uint64_t spent_ns;		  /* waiting for names of processes */
	size_t lost;			  /* processes without names, and why the first has none */
	char why[160];
};

/* Where a function ends is not said: none is so long. */
#define FUNCTION_MOST (64 << 10)

struct symbols *symbols_new(void)
{
	return calloc(1, sizeof(struct symbols));
}

int symbols_load_kernel(struct symbols *s, uint64_t since_ns)
{
	if (!s->core)
		s->core = kallsyms_core();
	if (s->rest && s->rest->read_ns < since_ns) {
		kallsyms_release(s->rest);
		s->rest = NULL;
	}
	if (s->core && !s->rest)
		s->rest = kallsyms_since(since_ns);
	return s->core && s->rest ? 0 : -errno;
}

int symbols_share_kernel(struct symbols *s)
{
	return symbols_load_kernel(s, 0);
}

void symbols_driver(struct symbols *s, const char *module)
{
	for (int i = 0; i < SYMBOLS_DRIVERS; i++) {
		if (*s->driver[i])
			continue;
		snprintf(s->driver[i], sizeof(s->driver[i]), "[%s]", module);
		return;
	}
}

static bool is_of_driver(const struct symbols *s, const struct symbol *symbol)
{
	for (int i = 0; i < SYMBOLS_DRIVERS; i++)
		if (!strcmp(symbol->object, s->driver[i]))
			return true;
	return false;
}

bool symbols_extent(struct symbols *s, const char *name, uint64_t *from, uint64_t *to)
{
	const struct kernel_function *f;

	if (!s->core)
		s->core = kallsyms_core();
	f = kallsyms_named(s->core, name);
	if (!f)
		return false;
	*from = *to = f->address;
	for (; f < s->core->at + s->core->count && *to == *from; f++)
		*to = f->address;
	return *to > *from;
}

const struct symbol *symbols_kernel(struct symbols *s, uint64_t ip)
{
	static const struct symbol unknown = {UNKNOWN, KERNEL, COMPONENT_unmapped, CONTEXT_TASK};
	struct kernel_function *f = kallsyms_at(s->core, ip), *other = kallsyms_at(s->rest, ip);

	if (!f || (other && other->address > f->address))
		f = other;
	/* What stands in no list, as a program of BPF where kernel.bpf_jit_harden hides them, is not what lies before it. */
	if (!f || ip - f->address > FUNCTION_MOST)
		return &unknown;
	if (!f->asked) {
		f->asked = true;
		f->symbol.component = component_of_symbol(f->symbol.name);
		if (f->symbol.component == COMPONENT_unmapped && is_of_driver(s, &f->symbol))
			f->symbol.component = COMPONENT_netdev;
		f->symbol.context = context_of_symbol(f->symbol.name);
	}
	return &f->symbol;
}

static void lose(struct symbols *s, pid_t tgid, const char *why)
{
	if (!s->lost++)
		snprintf(s->why, sizeof(s->why), "process %d (%s)", (int)tgid, why);
}

/* Processes that look at others are of a cgroup or a namespace like those: nobody looks at them. */
static bool is_known(const struct symbols *s, pid_t tgid)
{
	const struct process *p = s->processes;

	while (p && p->tgid != tgid && p->namer.child != tgid)
		p = p->next;
	return p;
}

void symbols_note_process(struct symbols *s, pid_t tgid)
{
	struct process *p;
	int error;

	if (is_known(s, tgid))
		return;
	p = calloc(1, sizeof(*p));
	error = !p				   ? -ENOMEM
		: s->process_count < PROCESSES_MAX ? namer_start(&p->namer, tgid)
						   : -E2BIG;
	if (error) {
		lose(s, tgid,
		     error == -E2BIG ? "only the first 256 are looked at" : strerror(-error));
		free(p);
		return;
	}
	p->tgid = tgid;
	p->next = s->processes;
	s->processes = p;
	s->process_count++;
}

void symbols_note_again(struct symbols *s)
{
	for (struct process *p = s->processes; p; p = p->next)
		namer_note(&p->namer);
}

void symbols_settle(struct symbols *s, uint64_t wait_ns)
{
	uint64_t until_ns = clock_ns() + wait_ns;

	for (struct process *p = s->processes; p; p = p->next)
		namer_settle(&p->namer, until_ns);
}

static int by_asked(const void *a, const void *b)
{
	const struct user_symbol *x = a, *y = b;

	return x->address < y->address ? -1 : x->address > y->address;
}

/* What parts a key and what a terminal takes for more than text is not in a name that a file gives. */
static void clean(char *text)
{
	for (; *text; text++)
		if (*text == ';' || (unsigned char)*text < ' ' || *text == 0x7f)
			*text = '?';
}

static void ask(struct symbols *s, struct process *p, struct user_symbol *u)
{
	uint64_t began = clock_ns();

	u->symbol = (struct symbol){UNKNOWN, USER, COMPONENT_user, CONTEXT_TASK};
	if (namer_why(&p->namer))
		return;
	if (s->spent_ns > PATIENCE_NS || namer_ask(&p->namer, u->address, &u->named)) {
		namer_stop(&p->namer, "the files of others took all the time");
		lose(s, p->tgid, namer_why(&p->namer));
		return;
	}
	s->spent_ns += clock_ns() - began;
	clean(u->named.name);
	clean(u->named.object);
	if (u->named.name[0])
		u->symbol.name = u->named.name;
	if (u->named.object[0])
		u->symbol.object = u->named.object;
}

const struct symbol *symbols_user(struct symbols *s, pid_t tgid, uint64_t ip)
{
	static const struct symbol unknown = {UNKNOWN, USER, COMPONENT_user, CONTEXT_TASK};
	struct user_symbol key = {.address = ip};
	struct process *p = s->processes;
	struct user_symbol *u, **old;

	while (p && p->tgid != tgid)
		p = p->next;
	if (!p)
		return &unknown;
	old = tfind(&key, &p->asked, by_asked);
	if (old)
		return &(*old)->symbol;
	u = calloc(1, sizeof(*u));
	if (!u)
		return &unknown;
	u->address = ip;
	ask(s, p, u);
	if (tsearch(u, &p->asked, by_asked))
		return &u->symbol;
	free(u);
	return &unknown;
}

size_t symbols_lost(const struct symbols *s, const char **why)
{
	*why = s->why;
	return s->lost;
}

void symbols_free(struct symbols *s)
{
	struct process *p, *next;

	if (!s)
		return;
	for (p = s->processes; p; p = next) {
		next = p->next;
		namer_stop(&p->namer, "");
		tdestroy(p->asked, free);
		free(p);
	}
	kallsyms_release(s->rest);
	free(s);
}
