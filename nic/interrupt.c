// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/interrupt.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/say.h"
#include "base/visible.h"
#include "nic/device.h"
#include "nic/serving.h"
#include "nic/settings/files.h"

#define IRQ_DIR	   "/proc/irq"
#define KERNEL_DIR "/sys/kernel/irq"

/* Every second CPU of many is a long list. */
#define CPUS_MAX  4096
#define NAME_MOST 256

/* ---- whose it is ---- */

struct identity {
	char name[NAME_MOST]; /* "": nobody handles it */
	char place[96];	      /* of one word: its chip, and its number there; "-": not known */
};

static void read_of(int irq, const char *file, char *text, size_t size)
{
	char path[64];

	snprintf(path, sizeof(path), KERNEL_DIR "/%d/%s", irq, file);
	if (file_read(path, text, size))
		text[0] = '\0';
	text[strcspn(text, "\n")] = '\0';
}

static void identify(int irq, struct identity *id)
{
	char chip[64], number[24];

	read_of(irq, "actions", id->name, sizeof(id->name));
	read_of(irq, "chip_name", chip, sizeof(chip));
	read_of(irq, "hwirq", number, sizeof(number));
	for (char *c = chip; *c; c++)
		if (isspace((unsigned char)*c))
			*c = '_';
	snprintf(id->place, sizeof(id->place), "%s%s%s", *chip || *number ? chip : "-",
		 *number ? ":" : "", number);
}

static bool is_same(const struct identity *now, const struct identity *was)
{
	return *now->name && *was->name ? !strcmp(now->name, was->name)
					: !strcmp(now->place, was->place);
}

/* The one of that name; -1: there is none, -2: several. */
static int find_named(const char *name)
{
	DIR *dir = *name ? opendir(KERNEL_DIR) : NULL;
	struct dirent *entry;
	char other[NAME_MOST];
	int found = -1;

	while (dir && found != -2 && (entry = readdir(dir))) {
		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		read_of(atoi(entry->d_name), "actions", other, sizeof(other));
		if (!strcmp(other, name))
			found = found == -1 ? atoi(entry->d_name) : -2;
	}
	if (dir)
		closedir(dir);
	return found;
}

/* ---- those of a device ---- */

static int is_number(const struct dirent *entry)
{
	return isdigit((unsigned char)entry->d_name[0]);
}

/* A virtio device's are those of the PCI device that it is on: its queues', and one for changes of the device itself. */
static bool is_of_no_queue(int irq, bool virtio)
{
	char name[NAME_MOST];
	size_t len;

	if (!virtio)
		return false;
	read_of(irq, "actions", name, sizeof(name));
	len = strlen(name);
	return len > 7 && !strcmp(name + len - 7, "-config");
}

static bool is_virtio(const char *iface)
{
	char path[96], to[256];
	ssize_t n;

	snprintf(path, sizeof(path), "/sys/class/net/%s/device/subsystem", iface);
	n = readlink(path, to, sizeof(to) - 1);
	return n > 7 && !memcmp(to + n - 7, "/virtio", 7);
}

/* What the kernel lists comes in no order. */
static unsigned int interrupts_of_bus(const char *iface, int irqs[], unsigned int most)
{
	bool virtio = is_virtio(iface);
	struct dirent **entries;
	unsigned int found = 0;
	char path[96];
	int count;

	/* Another namespace's device of that name has others. */
	if (!device_shown(iface))
		return 0;
	snprintf(path, sizeof(path), "/sys/class/net/%s/device%s/msi_irqs", iface,
		 virtio ? "/.." : "");
	count = scandir(path, &entries, is_number, versionsort);
	for (int i = 0; i < count; i++) {
		int irq = atoi(entries[i]->d_name);

		if (found < most && !is_of_no_queue(irq, virtio))
			irqs[found++] = irq;
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
	return found;
}

unsigned int interrupts_of(const char *iface, int irqs[], unsigned int most)
{
	unsigned int count = serving_interrupts(iface, irqs, most);

	return count ? count : interrupts_of_bus(iface, irqs, most);
}

/* ---- to CPUs, and back ---- */

static char *path_of(int irq, char path[64])
{
	snprintf(path, 64, IRQ_DIR "/%d/smp_affinity_list", irq);
	return path;
}

static int write_cpus(int irq, const char *cpus)
{
	char path[64];
	int fd = open(path_of(irq, path), O_WRONLY | O_TRUNC | O_NOFOLLOW | O_CLOEXEC);
	int error = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, cpus, strlen(cpus)) < 0)
		error = -errno;
	close(fd);
	return error;
}

static int note(struct journal *j, const char *kind, int irq, const char *cpus)
{
	char subject[24], old[CPUS_MAX + sizeof(struct identity)];
	struct identity id;

	identify(irq, &id);
	snprintf(subject, sizeof(subject), "irq/%d", irq);
	snprintf(old, sizeof(old), "%s %s %s", cpus, id.place, id.name);
	return journal_note(j, kind, subject, old);
}

int interrupt_set(struct journal *j, int irq, const char *cpus)
{
	char path[64], now[CPUS_MAX];
	int error = file_read(path_of(irq, path), now, sizeof(now));

	if (error || !strcmp(now, cpus))
		return error;
	error = note(j, "irq", irq, now);
	return error ? error : write_cpus(irq, cpus);
}

int interrupts_keep(struct journal *j, const char *iface)
{
	int irqs[INTERRUPTS_MAX], error = 0;
	unsigned int count = interrupts_of(iface, irqs, INTERRUPTS_MAX);
	char path[64], now[CPUS_MAX];

	for (unsigned int i = 0; !error && i < count; i++)
		if (!file_read(path_of(irqs[i], path), now, sizeof(now)))
			error = note(j, "irq_kept", irqs[i], now);
	return error;
}

static void say_gone(const char *subject, const struct identity *was, const struct identity *now,
		     bool several)
{
	char name[2 * NAME_MOST] = "nobody", other[2 * NAME_MOST] = "nobody";

	if (*was->name)
		visible_copy(name, sizeof(name), was->name, strlen(was->name));
	if (*now->name)
		visible_copy(other, sizeof(other), now->name, strlen(now->name));
	say_warning("the CPUs of %s are left as they are: it was of %s and is of %s now, and %s",
		    subject, name, other,
		    several ? "several are called as it was" : "none is called as it was");
}

int interrupt_put_back(const char *subject, const char *old)
{
	char cpus[CPUS_MAX], now[CPUS_MAX], path[64];
	struct identity was = {0}, is;
	int irq, name = 0, found, error;

	if (sscanf(subject, "irq/%d", &irq) != 1 ||
	    sscanf(old, "%4095s %95s%n", cpus, was.place, &name) != 2 || old[name] != ' ')
		return -EINVAL;
	/* As in a container: it is not gone because nothing is seen. */
	if (access(IRQ_DIR, F_OK))
		return -ENOTDIR;
	snprintf(was.name, sizeof(was.name), "%s", old + name + 1);
	identify(irq, &is);
	if (!is_same(&is, &was)) {
		found = find_named(was.name);
		if (found < 0) {
			say_gone(subject, &was, &is, found == -2);
			return -ENOENT;
		}
		irq = found;
	}
	/* Some take none, not even what they have. */
	error = file_read(path_of(irq, path), now, sizeof(now));
	return error || !strcmp(now, cpus) ? error : write_cpus(irq, cpus);
}
