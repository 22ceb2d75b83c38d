// SPDX-License-Identifier: GPL-2.0-or-later
#include "collectors/kit/functions.h"

#include <elfutils/libdwfl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct functions {
	Dwfl *dwfl;
	Dwfl_Module *module;
};

/* Debug information is never looked for, neither on the disk nor on the network. */
static int no_debuginfo(Dwfl_Module *module, void **user, const char *name, Dwarf_Addr base,
			const char *file, const char *link, GElf_Word crc, char **found)
{
	(void)module, (void)user, (void)name, (void)base, (void)file, (void)link, (void)crc;
	*found = NULL;
	return -1;
}

/* A file that is to be linked first has no addresses, and libdwfl would give it some. */
static bool is_linked(int fd)
{
	struct {
		unsigned char ident[EI_NIDENT];
		uint16_t type;
	} head;

	if (pread(fd, &head, sizeof(head), 0) != sizeof(head) || memcmp(head.ident, ELFMAG, SELFMAG))
		return false;
	if (head.ident[EI_DATA] !=
	    (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? ELFDATA2LSB : ELFDATA2MSB))
		return false;
	return head.type == ET_EXEC || head.type == ET_DYN;
}

struct functions *functions_open(int fd)
{
	static const Dwfl_Callbacks callbacks = {.find_debuginfo = no_debuginfo};
	struct functions *f = is_linked(fd) ? calloc(1, sizeof(*f)) : NULL;

	if (f)
		f->dwfl = dwfl_begin(&callbacks);
	if (f && f->dwfl) {
		dwfl_report_begin(f->dwfl);
		/* At the addresses that it was linked for. */
		f->module = dwfl_report_elf(f->dwfl, "file", "file", fd, 0, true);
		dwfl_report_end(f->dwfl, NULL, NULL);
	}
	if (f && f->module)
		return f;
	close(fd);
	if (f && f->dwfl)
		dwfl_end(f->dwfl);
	free(f);
	return NULL;
}

/* 0: no part of the file that is loaded has it. */
static bool address_of(struct functions *f, uint64_t offset, GElf_Addr *address)
{
	GElf_Addr bias;
	Elf *elf = dwfl_module_getelf(f->module, &bias);
	size_t count;
	bool found = false;

	if (!elf || elf_getphdrnum(elf, &count))
		return false;
	for (size_t i = 0; i < count && !found; i++) {
		GElf_Phdr p;

		if (!gelf_getphdr(elf, (int)i, &p) || p.p_type != PT_LOAD || !(p.p_flags & PF_X) ||
		    offset < p.p_offset || offset - p.p_offset >= p.p_filesz)
			continue;
		*address = offset - p.p_offset + p.p_vaddr + bias;
		found = true;
	}
	return found;
}

const char *functions_at(struct functions *f, uint64_t offset, uint64_t *before)
{
	GElf_Addr address;
	GElf_Off into = 0;
	GElf_Sym symbol;
	const char *name;

	if (!address_of(f, offset, &address))
		return NULL;
	name = dwfl_module_addrinfo(f->module, address, &into, &symbol, NULL, NULL, NULL);
	*before = into;
	return name;
}
