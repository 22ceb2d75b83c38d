// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A process that is made to harm who looks at it. All but the first spin in code of the file or the memory
 * that they made, beside the function spin_here() in every other millisecond.
 *
 *   hostile headers FILE   a program of that name whose headers lie: sizes and offsets beyond everything
 *   hostile symbols FILE   one whose table of symbols has 80 million entries in a file without content
 *   hostile huge FILE      one of 4 TiB, all of which is said to be symbols
 *   hostile shrink FILE    one that is cut to nothing while it is mapped
 *   hostile words FILE     one whose function is called by what a terminal and a key take for more
 *   hostile many FILE      60,000 mappings of FILE, by turns to be run and not
 *   hostile held           code in a memory whose first page never comes, and a command line in another
 *   hostile jit            code that no file has
 */
#include <elf.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define PAGE	4096
#define CODE_AT 0x800

static void must(bool good, const char *what)
{
	if (good)
		return;
	perror(what);
	exit(EXIT_FAILURE);
}

/* Returns when the counter, which is in the first argument's register, is 0. */
static const unsigned char code[] = {
#if defined(__x86_64__)
	0x48, 0xff, 0xcf, /* dec %rdi */
	0x75, 0xfb,	  /* jnz */
	0xc3,
#elif defined(__aarch64__)
	0x00, 0x04, 0x00, 0xf1, /* subs x0, x0, #1 */
	0xe1, 0xff, 0xff, 0x54, /* b.ne */
	0xc0, 0x03, 0x5f, 0xd6,
#endif
};

__attribute__((noinline)) void spin_here(uint64_t times);
void spin_here(uint64_t times)
{
	for (volatile uint64_t i = times; i; i--)
		;
}

/* ELF with its code at CODE_AT; tables of the caller's choice. */
static void put_program(unsigned char *page, uint64_t table_at, uint64_t table_size)
{
	Elf64_Ehdr *head = (Elf64_Ehdr *)page;
	Elf64_Phdr *load = (Elf64_Phdr *)(page + sizeof(*head));
	Elf64_Shdr *section = (Elf64_Shdr *)(page + 0x100);
	static const char words[] = "\0.symtab\0.strtab\0\x1b[31mred;task\nkey\r\xff";
	char *names = (char *)page + 0x400;

	memcpy(head->e_ident, ELFMAG, SELFMAG);
	head->e_ident[EI_CLASS] = ELFCLASS64;
	head->e_ident[EI_DATA] = ELFDATA2LSB;
	head->e_ident[EI_VERSION] = EV_CURRENT;
	head->e_type = ET_DYN;
#if defined(__x86_64__)
	head->e_machine = EM_X86_64;
#else
	head->e_machine = EM_AARCH64;
#endif
	head->e_version = EV_CURRENT;
	head->e_ehsize = sizeof(*head);
	head->e_phoff = sizeof(*head);
	head->e_phentsize = sizeof(*load);
	head->e_phnum = 1;
	head->e_shoff = 0x100;
	head->e_shentsize = sizeof(*section);
	head->e_shnum = 3;
	head->e_shstrndx = 2;
	*load = (Elf64_Phdr){.p_type = PT_LOAD,
			     .p_flags = PF_R | PF_X,
			     .p_filesz = PAGE,
			     .p_memsz = PAGE,
			     .p_align = PAGE};
	section[1] = (Elf64_Shdr){.sh_name = 1,
				  .sh_type = SHT_SYMTAB,
				  .sh_offset = table_at,
				  .sh_size = table_size,
				  .sh_link = 2,
				  .sh_info = 1,
				  .sh_addralign = 8,
				  .sh_entsize = sizeof(Elf64_Sym)};
	section[2] = (Elf64_Shdr){.sh_name = 9,
				  .sh_type = SHT_STRTAB,
				  .sh_offset = 0x400,
				  .sh_size = 0x200,
				  .sh_addralign = 1};
	memcpy(names, words, sizeof(words));
	memcpy(page + CODE_AT, code, sizeof(code));
}

static void put_symbol(unsigned char *page, unsigned int name)
{
	Elf64_Sym *symbol = (Elf64_Sym *)(page + 0x300);

	symbol[1] = (Elf64_Sym){.st_name = name,
				.st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC),
				.st_shndx = 1,
				.st_value = CODE_AT,
				.st_size = sizeof(code)};
}

static void lie(unsigned char *page)
{
	Elf64_Ehdr *head = (Elf64_Ehdr *)page;
	Elf64_Phdr *load = (Elf64_Phdr *)(page + sizeof(*head));
	Elf64_Shdr *section = (Elf64_Shdr *)(page + 0x100);

	head->e_phnum = PN_XNUM;
	head->e_shnum = 0;
	section[0] = (Elf64_Shdr){
		.sh_size = UINT64_MAX / 64, .sh_info = UINT32_MAX, .sh_link = UINT32_MAX};
	load->p_memsz = UINT64_MAX;
	load->p_filesz = UINT64_MAX;
	section[1].sh_size = UINT64_MAX;
	section[1].sh_offset = UINT64_MAX - 8;
	section[1].sh_entsize = 1;
	section[2].sh_offset = UINT64_MAX - 16;
}

typedef void (*work_fn)(uint64_t);

static work_fn put_file(const char *work, const char *name, int *file)
{
	static unsigned char page[PAGE];
	uint64_t size = !strcmp(work, "symbols") ? (uint64_t)1900 << 20
			: !strcmp(work, "huge")	 ? (uint64_t)4 << 40
						 : PAGE;
	void *at;

	*file = name ? open(name, O_RDWR | O_CREAT | O_TRUNC, 0755) : memfd_create("jit", 0);
	must(*file >= 0, "create");
	put_program(page, size > PAGE ? PAGE : 0x300,
		    size > PAGE ? size - PAGE : 2 * sizeof(Elf64_Sym));
	put_symbol(page, 17);
	if (!strcmp(work, "headers"))
		lie(page);
	if (!strcmp(work, "jit"))
		memset(page, 0, CODE_AT);
	must(pwrite(*file, page, PAGE, 0) == PAGE, "write");
	must(!ftruncate(*file, (off_t)size), "ftruncate");
	at = mmap(NULL, PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE, *file, 0);
	must(at != MAP_FAILED, "mmap");
	return (work_fn)((uintptr_t)at + CODE_AT);
}

static void map_many(int file)
{
	for (int i = 0; i < 60000; i++)
		if (mmap(NULL, PAGE, i % 2 ? PROT_READ : PROT_READ | PROT_EXEC, MAP_PRIVATE, file,
			 0) == MAP_FAILED)
			break;
}

/* No one ever answers a fault in this memory. */
static void hold(int userfault, void *at, size_t size)
{
	struct uffdio_register held = {.range = {(uintptr_t)at, size},
				       .mode = UFFDIO_REGISTER_MODE_MISSING};

	must(!ioctl(userfault, UFFDIO_REGISTER, &held), "UFFDIO_REGISTER");
}

extern char **environ;

static work_fn put_held(char **argv)
{
	struct uffdio_api api = {.api = UFFD_API};
	int userfault = (int)syscall(SYS_userfaultfd, O_CLOEXEC);
	int file = memfd_create("held", 0);
	uintptr_t words = (uintptr_t)argv[0] & ~(uintptr_t)(PAGE - 1);
	void *at;

	must(userfault >= 0 && !ioctl(userfault, UFFDIO_API, &api), "userfaultfd");
	must(file >= 0 && !ftruncate(file, 2 * PAGE), "memfd_create");
	must(pwrite(file, code, sizeof(code), PAGE + CODE_AT) > 0, "write");
	at = mmap(NULL, 2 * PAGE, PROT_READ | PROT_EXEC, MAP_SHARED, file, 0);
	must(at != MAP_FAILED, "mmap");
	hold(userfault, at, PAGE);
	must(mmap((void *)words, PAGE, PROT_READ | PROT_WRITE,
		  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MAP_FAILED,
	     "mmap");
	hold(userfault, (void *)words, PAGE);
	return (work_fn)((uintptr_t)at + PAGE + CODE_AT);
}

int main(int argc, char **argv)
{
	const char *work = argc > 1 ? strdup(argv[1]) : "";
	const char *name = argc > 2 ? strdup(argv[2]) : NULL;
	work_fn spin;
	int file = -1;

	must(sizeof(code) > 1, "no code for this machine");
	if (!strcmp(work, "held"))
		spin = put_held(argv);
	else
		spin = put_file(work, name, &file);
	if (!strcmp(work, "many"))
		map_many(file);
	printf("ready\n");
	fflush(stdout);
	for (int i = 0;; i++) {
		if (!strcmp(work, "shrink") && i == 200) {
			must(!ftruncate(file, 0), "ftruncate");
			spin = spin_here;
		}
		spin(1000000);
		spin_here(1000000);
	}
}
