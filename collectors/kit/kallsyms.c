// SPDX-License-Identifier: GPL-2.0-or-later
#include "collectors/kit/kallsyms.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

#define FILE_NAME "/proc/kallsyms"

static const char kernel[] = "[kernel]";

static struct {
	struct kallsyms core;
	off_t core_bytes;	 /* of the file */
	struct kallsyms *latest; /* of the rest, where somebody holds it */
} kept;

/* kptr_restrict shows every address as 0 to whoever may not know them. */
const char *kallsyms_hidden(void)
{
	FILE *f = fopen(FILE_NAME, "re");
	const char *hidden = "this kernel has no " FILE_NAME ": it takes one with CONFIG_KALLSYMS";
	unsigned long long address;
	char type, line[512];

	if (!f)
		return hidden;
	hidden = FILE_NAME
		" hides its addresses: sysctl kernel.kptr_restrict=0, or CAP_SYSLOG where that is 1";
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

/*
 * The file from there on, with a NUL behind it; NULL with errno. Its size cannot be asked for. To seek in it makes the
 * kernel write what is before once more, but nobody has to take and to sort it.
 */
static char *read_from(off_t from, size_t *len)
{
	size_t room = 1 << 16;
	int fd = open(FILE_NAME, O_RDONLY | O_CLOEXEC), error = 0;
	char *text = NULL;
	ssize_t got = 1;

	*len = 0;
	if (fd < 0)
		return NULL;
	if (from && lseek(fd, from, SEEK_SET) != from)
		error = errno;
	while (!error && got > 0) {
		char *more = *len + 1 < room && text ? text : realloc(text, room *= 2);

		if (!more) {
			error = ENOMEM;
			break;
		}
		text = more;
		got = TEMP_FAILURE_RETRY(read(fd, text + *len, room - *len - 1));
		if (got < 0)
			error = errno;
		else
			*len += got;
	}
	close(fd);
	if (error) {
		free(text);
		errno = error;
		return NULL;
	}
	text[*len] = '\0';
	return text;
}

/* "ffffffff81000000 T _stext" or "ffffffffc0001000 t veth_poll\t[veth]"; false: not a function */
static bool parse(char *line, struct kernel_function *f)
{
	char *type, *name, *object;

	f->address = strtoull(line, &type, 16);
	if (*type != ' ' || !strchr("tTwW", type[1]) || type[2] != ' ')
		return false;
	name = type + 3;
	object = strpbrk(name, "\t ");
	f->global = isupper((unsigned char)type[1]);
	f->symbol.name = name;
	f->symbol.object = kernel;
	if (object) {
		*object++ = '\0';
		f->symbol.object = object;
	}
	return true;
}

static int by_address(const void *a, const void *b)
{
	const struct kernel_function *x = a, *y = b;

	if (x->address != y->address)
		return x->address < y->address ? -1 : 1;
	if (x->global != y->global)
		return x->global ? -1 : 1;
	return x->symbol.name < y->symbol.name ? -1 : 1;
}

/* 0, or a negative errno. k has the text, which is cut into names; of the kernel's own functions, or of the others. */
static int take(struct kallsyms *k, bool core)
{
	char *rest = k->text, *line;
	size_t room = 0;

	for (const char *at = k->text; (at = strchr(at, '\n')); at++)
		room++;
	k->at = calloc(room + 1, sizeof(*k->at));
	if (!k->at)
		return -ENOMEM;
	while (k->count < room && (line = strsep(&rest, "\n")))
		if (parse(line, &k->at[k->count]) &&
		    (k->at[k->count].symbol.object == kernel) == core)
			k->count++;
	qsort(k->at, k->count, sizeof(*k->at), by_address);
	return 0;
}

struct kallsyms *kallsyms_core(void)
{
	struct kallsyms *k = &kept.core;
	size_t len;
	char *behind;
	int error;

	if (k->at)
		return k;
	k->text = read_from(0, &len);
	if (!k->text)
		return NULL;
	behind = strchr(k->text, '\t');
	while (behind && behind > k->text && behind[-1] != '\n')
		behind--;
	if (behind)
		*behind = '\0';
	kept.core_bytes = behind ? behind - k->text : (off_t)len;
	error = take(k, true);
	/* Hidden now, they need not be so for ever. */
	if (!error && (!k->count || !k->at[k->count - 1].address))
		error = -EACCES;
	if (!error)
		return k;
	free(k->at);
	free(k->text);
	kept.core = (struct kallsyms){0};
	errno = -error;
	return NULL;
}

struct kallsyms *kallsyms_read(void)
{
	struct kallsyms *k = calloc(1, sizeof(*k));
	size_t len;
	int error = 0;

	if (!k)
		return NULL;
	k->read_ns = clock_ns();
	k->text = read_from(kept.core_bytes, &len);
	error = k->text ? take(k, false) : -errno;
	if (error) {
		free(k->text);
		free(k);
		errno = -error;
		return NULL;
	}
	k->holders = 1;
	kept.latest = k;
	return k;
}

struct kallsyms *kallsyms_since(uint64_t ns)
{
	if (!kept.latest || kept.latest->read_ns < ns)
		return kallsyms_read();
	kept.latest->holders++;
	return kept.latest;
}

struct kallsyms *kallsyms_share(void)
{
	return kallsyms_since(0);
}

void kallsyms_release(struct kallsyms *held)
{
	if (!held || --held->holders)
		return;
	if (kept.latest == held)
		kept.latest = NULL;
	free(held->at);
	free(held->text);
	free(held);
}

struct kernel_function *kallsyms_at(const struct kallsyms *k, uint64_t address)
{
	size_t low = 0, high = k ? k->count : 0;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (k->at[middle].address <= address)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low)
		return NULL;
	for (low--; low && k->at[low - 1].address == k->at[low].address; low--)
		;
	return &k->at[low];
}

const struct kernel_function *kallsyms_named(const struct kallsyms *k, const char *name)
{
	for (size_t i = 0; k && i < k->count; i++)
		if (!strcmp(k->at[i].symbol.name, name))
			return &k->at[i];
	return NULL;
}
