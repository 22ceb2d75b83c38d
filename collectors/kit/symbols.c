// SPDX-License-Identifier: GPL-2.0-or-later
#include "collectors/kit/symbols.h"

#include <ctype.h>
#include <elfutils/libdwfl.h>
#include <errno.h>
#include <search.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UNKNOWN "[unknown]"
#define KERNEL	"[kernel]"

struct kernel_symbol {
	uint64_t address;
	struct symbol symbol;
	bool global;
	bool asked; /* component and context are known */
};

struct process {
	pid_t tgid;
	char *maps; /* /proc/TGID/maps as it was noted */
	size_t maps_len;
	Dwfl *dwfl;  /* NULL until it is asked */
	void *named; /* tree of struct user_symbol */
	struct process *next;
};

struct user_symbol {
	struct symbol symbol;
	uint64_t start; /* the function's address, or its module's where it has no name */
};

struct symbols {
	char *text; /* /proc/kallsyms, cut into names */
	struct kernel_symbol *kernel;
	size_t count;
	struct process *processes;
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

void symbols_note_process(struct symbols *s, pid_t tgid)
{
	struct process *p = s->processes;
	char path[64];
	char *maps;
	size_t len = 0;

	snprintf(path, sizeof(path), "/proc/%d/maps", tgid);
	maps = read_file(path, &len);
	while (p && p->tgid != tgid)
		p = p->next;
	if (!p) {
		p = calloc(1, sizeof(*p));
		if (!p) {
			free(maps);
			return;
		}
		p->tgid = tgid;
		p->next = s->processes;
		s->processes = p;
	} else if (!len) {
		/* It has ended: what was seen last is its map. */
		free(maps);
		return;
	}
	free(p->maps);
	p->maps = maps;
	p->maps_len = len;
}

bool symbols_knows(const struct symbols *s, pid_t tgid)
{
	const struct process *p = s->processes;

	while (p && p->tgid != tgid)
		p = p->next;
	return p;
}

static int no_debuginfo(Dwfl_Module *module, void **user, const char *name, Dwarf_Addr base,
			const char *file, const char *link, GElf_Word crc, char **found)
{
	(void)module, (void)user, (void)name, (void)base, (void)file, (void)link, (void)crc;
	*found = NULL;
	return -1;
}

static Dwfl *open_dwfl(const struct process *p)
{
	static const Dwfl_Callbacks callbacks = {
		.find_elf = dwfl_linux_proc_find_elf,
		.find_debuginfo = no_debuginfo,
	};
	Dwfl *dwfl = p->maps_len ? dwfl_begin(&callbacks) : NULL;
	FILE *maps = dwfl ? fmemopen(p->maps, p->maps_len, "r") : NULL;

	if (maps) {
		dwfl_report_begin(dwfl);
		dwfl_linux_proc_maps_report(dwfl, maps);
		dwfl_report_end(dwfl, NULL, NULL);
		fclose(maps);
	}
	return dwfl;
}

static int by_start(const void *a, const void *b)
{
	const struct user_symbol *x = a, *y = b;

	return x->start < y->start ? -1 : x->start > y->start;
}

const struct symbol *symbols_user(struct symbols *s, pid_t tgid, uint64_t ip)
{
	static const struct symbol unknown = {UNKNOWN, "[user]", COMPONENT_user, CONTEXT_TASK};
	struct process *p = s->processes;
	struct user_symbol *found, **old;
	Dwfl_Module *module;
	const char *object, *name = NULL;
	GElf_Off offset;
	GElf_Sym sym;
	Dwarf_Addr start;

	while (p && p->tgid != tgid)
		p = p->next;
	if (p && !p->dwfl)
		p->dwfl = open_dwfl(p);
	module = p && p->dwfl ? dwfl_addrmodule(p->dwfl, ip) : NULL;
	if (!module)
		return &unknown;
	object = dwfl_module_info(module, NULL, &start, NULL, NULL, NULL, NULL, NULL);
	name = dwfl_module_addrinfo(module, ip, &offset, &sym, NULL, NULL, NULL);
	found = calloc(1, sizeof(*found));
	if (!found)
		return &unknown;
	found->start = name ? ip - offset : start;
	found->symbol.name = name ? name : UNKNOWN;
	found->symbol.object = strrchr(object, '/') ? strrchr(object, '/') + 1 : object;
	found->symbol.component = COMPONENT_user;
	old = tsearch(found, &p->named, by_start);
	if (!old || *old != found)
		free(found);
	return old ? &(*old)->symbol : &unknown;
}

void symbols_free(struct symbols *s)
{
	struct process *p, *next;

	if (!s)
		return;
	for (p = s->processes; p; p = next) {
		next = p->next;
		if (p->dwfl)
			dwfl_end(p->dwfl);
		tdestroy(p->named, free);
		free(p->maps);
		free(p);
	}
	free(s->kernel);
	free(s->text);
	free(s);
}
