/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A journal's file (nic/journal_disk.c), for nic/journal.c, which notes changes, nic/journal_back.c, which puts them back,
 * and nic/recover.c, which reads those of the dead.
 *
 *   journal_create()       the file of this process, which is locked, before its first change
 *   journal_append()       a line
 *   journal_note_done()    a change is back
 *   journal_read_value()   and journal_write_value(): of a setting that is a file
 *   journal_bounded()      asks the kernel for what may take it for ever
 *
 *   journal_dir()       the directory, if nobody else can put anything there
 *   journal_remember()  a change, in memory
 *   journal_put_back()  all changes, latest first
 *   journal_free()
 *   journal_boot()      the id of this boot, "-" where it is not known
 *   journal_look()      what another process that lives has noted, to look at only
 *   journal_forget()    lets go of that
 *
 * The file: a first line "zcprof-journal 3 PID START BOOT" (of version 2 without BOOT, the boot's id as
 * random(4) has it), then per change one line
 * "KIND NETNS SUBJECT OLD-VALUE", such as "ring 4026531840:1 eth0 1024 0". NETNS is its inode and
 * its cookie, or "-" for a setting of the whole machine. Subjects hold no space, values no line
 * break; the value is the rest of the line, and may hold tabs and spaces. "done N" follows once
 * the N-th change, from 0, was put back, and "kept" where its process ended and left all as it was.
 * A line of another kind is a change of a newer zcprof's: it counts, and stays until one puts it back.
 *
 * Its owner holds a lock on byte 0 from before there is anything in it until it dies; the lock is
 * seen from any PID namespace. Who puts back what a dead one left holds byte 1, and byte 0 too.
 */
#ifndef NIC_JOURNAL_FILE_H
#define NIC_JOURNAL_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "nic/journal.h"
#include "nic/netns_find.h"
#include "nic/undo.h"

#define JOURNAL_HEADER	"zcprof-journal"
#define JOURNAL_VERSION 3

#define BOOT_ID_MAX 64

enum journal_byte { JOURNAL_OWNER, JOURNAL_RECOVERER };

struct change {
	const struct undo *kind; /* NULL: a file */
	bool global;		 /* of the machine; else of a network namespace */
	struct netns_id netns;
	char *subject; /* the file's path, or what nic/undo.h says */
	char *old;
	bool done;    /* it is back */
	bool unknown; /* of a kind that this version knows nothing of: old is its whole line */
};

struct journal {
	char *dir;
	int dir_fd; /* -1 until it is needed */
	char *name; /* in it; NULL until the first change */
	int fd;
	bool kept;
	bool sys_is_own; /* /sys was seen to show the devices of this namespace */
	struct change *changes;
	size_t count;
};

/* make: where it is not there. A descriptor, or a negative errno; -EPERM: others may write to it. */
int journal_dir(const char *dir, bool make);
/* 0, or a negative errno where another holds it and there is no time to wait. */
int journal_lock(int fd, enum journal_byte byte, bool wait);
/* By another; it is not taken, not for a moment: who puts back would find that its owner lives. */
bool journal_locked(int fd, enum journal_byte byte);
/* 0 or a negative errno. */
int journal_create(struct journal *j);
/* A whole line or nothing. 0 or a negative errno. */
__attribute__((format(printf, 2, 3))) int journal_append(const struct journal *j,
							 const char *format, ...);
void journal_note_done(const struct journal *j, size_t i);
/* Without the line break at its end; -EINVAL: it has more than one line. 0 or a negative errno. */
int journal_read_value(const char *path, char *value, size_t size);
int journal_write_value(const char *path, const char *value);
/*
 * In a child: what act returns, 0 or a negative errno; -ETIMEDOUT: it was not done within half a minute, and may be
 * done yet.
 */
int journal_bounded(int (*act)(const void *data), const void *data);
/* A driver may take seconds to begin anew with other rings; one that takes longer answers nobody. */
#define JOURNAL_PATIENCE_MS 30000
int journal_remember(struct journal *j, const struct change *c);
/* Says what could not be put back, and why. */
struct recovery journal_put_back(struct journal *j);
/* Removes the file where every change is done. */
void journal_free(struct journal *j);
char *journal_boot(char id[BOOT_ID_MAX]);
/* NULL: it is none, or its process is gone. */
struct journal *journal_look(const char *dir, int dir_fd, const char *name);
void journal_forget(struct journal *j);

#endif
