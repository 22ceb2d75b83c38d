// SPDX-License-Identifier: GPL-2.0-or-later
#include "collectors/kit/symbols.h"

#include <ctype.h>
#include <errno.h>
#include <search.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "collectors/kit/namer.h"

#define UNKNOWN "[unknown]"
#define KERNEL	"[kernel]"
#define USER	"[user]"

/* Each has a child that waits for questions, and a descriptor. */
#define PROCESSES_MAX 256
/* How long all names together may take; one process may have a quarter of it. */
#define PATIENCE_NS 20000000000ULL

struct kernel_symbol {
	uint64_t address;
	struct symbol symbol;
	bool global;
	bool asked; /* component and context are known */
};

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
	char *text; /* /proc/kallsyms, cut into names */
	struct kernel_symbol *kernel;
	size_t count;
	struct process *processes;
	size_t process_count;
	uint64_t spent_ns; /* waiting for names of processes */
	size_t lost;	   /* processes without names, and why the first has none */
	char why[160];
};

/* A whole file whose size cannot be asked for, with a NUL behind it. */
static char *read_file(const char *path, size_t *len)
{
	size_t room = 1 << 16, used = 0, got;
	FILE *f = fopen(path, "re");
	char *text = NULL, *more;

	if (!f)
		return NULL;
	do {
		room *= 2;
		more = realloc(text, room);
		if (!more) {
			free(text);
			fclose(f);
			errno = ENOMEM;
			return NULL;
		}
		text = more;
		got = fread(text + used, 1, room - used - 1, f);
		used += got;
	} while (got);
	fclose(f);
	text[used] = '\0';
	*len = used;
	return text;
}

/* kptr_restrict shows every address as 0 to whoever may not know them. */
const char *symbols_hidden(void)
{
	FILE *f = fopen("/proc/kallsyms", "re");
	const char *hidden = "this kernel has no /proc/kallsyms: it takes one with CONFIG_KALLSYMS";
	unsigned long long address;
	char type, line[512];

	if (!f)
		return hidden;
	hidden =
		"/proc/kallsyms hides its addresses: sysctl kernel.kptr_restrict=0, or CAP_SYSLOG where that is 1";
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%llx %c", &address, &type) != 2 || type != 'T')
			continue;
		if (address)
			hidden = NULL;
		break;
	}
	fclose(f);
	return hidden;
}

struct symbols *symbols_new(void)
{
	return calloc(1, sizeof(struct symbols));
}

/* "ffffffff81000000 T _stext" or "ffffffffc0001000 t veth_poll\t[veth]"; false: not a function */
static bool parse_kallsyms(char *line, struct kernel_symbol *k)
{
	char *type, *name, *object;

	k->address = strtoull(line, &type, 16);
	if (*type != ' ' || !strchr("tTwW", type[1]) || type[2] != ' ')
		return false;
	name = type + 3;
	object = strpbrk(name, "\t ");
	k->global = isupper((unsigned char)type[1]);
	k->symbol.name = name;
	k->symbol.object = KERNEL;
	if (object) {
		*object++ = '\0';
		k->symbol.object = object;
	}
	return true;
}

/* Of several names for one address the global one comes first, then the one that is sooner read. */
static int by_address(const void *a, const void *b)
{
	const struct kernel_symbol *x = a, *y = b;

	if (x->address != y->address)
		return x->address < y->address ? -1 : 1;
	if (x->global != y->global)
		return x->global ? -1 : 1;
	return x->symbol.name < y->symbol.name ? -1 : 1;
}

int symbols_load_kernel(struct symbols *s)
{
	size_t len, room = 0;
	char *rest, *line;

	if (s->kernel)
		return 0;
	s->text = read_file("/proc/kallsyms", &len);
	if (!s->text)
		return -errno;
	for (char *at = s->text; *at; at++)
		room += *at == '\n';
	s->kernel = calloc(room + 1, sizeof(*s->kernel));
	if (!s->kernel)
		return -ENOMEM;
	rest = s->text;
	while (s->count < room && (line = strsep(&rest, "\n")))
		if (parse_kallsyms(line, &s->kernel[s->count]))
			s->count++;
	qsort(s->kernel, s->count, sizeof(*s->kernel), by_address);
	return 0;
}

bool symbols_extent(const struct symbols *s, const char *name, uint64_t *from, uint64_t *to)
{
	for (size_t i = 0; i + 1 < s->count; i++) {
		if (strcmp(s->kernel[i].symbol.name, name) != 0)
			continue;
		*from = s->kernel[i].address;
		for (*to = *from; i < s->count && *to == *from; i++)
			*to = s->kernel[i].address;
		return true;
	}
	return false;
}

const struct symbol *symbols_kernel(struct symbols *s, uint64_t ip)
{
	static const struct symbol unknown = {UNKNOWN, KERNEL, COMPONENT_unmapped, CONTEXT_TASK};
	size_t low = 0, high = s->count;
	struct symbol *symbol;

	/* The last one at or below ip, and of its equals the first. */
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (s->kernel[middle].address <= ip)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low)
		return &unknown;
	for (low--; low && s->kernel[low - 1].address == s->kernel[low].address; low--)
		;
	symbol = &s->kernel[low].symbol;
	if (!s->kernel[low].asked) {
		s->kernel[low].asked = true;
		symbol->component = component_of_symbol(symbol->name);
		symbol->context = context_of_symbol(symbol->name);
	}
	return symbol;
}

static void lose(struct symbols *s, pid_t tgid, const char *why)
{
	if (!s->lost++)
		snprintf(s->why, sizeof(s->why), "process %d (%s)", (int)tgid, why);
}

void symbols_note_process(struct symbols *s, pid_t tgid)
{
	struct process *p;
	int error;

	if (symbols_knows(s, tgid))
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

/* Processes that look at others are of a cgroup or a namespace like those: nobody looks at them. */
bool symbols_knows(const struct symbols *s, pid_t tgid)
{
	const struct process *p = s->processes;

	while (p && p->tgid != tgid && p->namer.child != tgid)
		p = p->next;
	return p;
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
	free(s->kernel);
	free(s->text);
	free(s);
}
