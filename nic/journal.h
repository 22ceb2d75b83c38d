/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was changed on a system, so that it can be put back: on exit, on a signal, and after a
 * crash by another process. Each process keeps one file in /run/zcprof, which it holds a lock on
 * while it lives, and writes the old value there before it changes anything.
 *
 *   journal_open()     begin; nothing is created before the first change
 *   journal_set()      note the file's old value, then write the new one
 *   journal_note()     note how to put back what is no file, before it is changed
 *   journal_close()    put everything back, latest first, and remove the file
 *   journal_keep()     leave everything as it is, for journal_restore()
 *   journal_recover()  put back what processes left that died without it
 *   journal_restore()  that, and what was kept
 *
 * It holds settings that are files, sysctls and attributes of sysfs, and those of nic/undo.h. One
 * of a network namespace is found again by what keeps that alive, from any other; it is dropped
 * only where the namespace, or the device, is gone. One of the whole machine, as an interrupt's
 * affinity, belongs to no namespace. None outlives a boot: what another boot's journal names, where
 * /run is kept, is as the machine came up, and is dropped.
 */
#ifndef NIC_JOURNAL_H
#define NIC_JOURNAL_H

#include <errno.h>

struct journal;

#define JOURNAL_DIR "/run/zcprof"

/* An errno that no driver says of itself, as one that takes a setting only while its device is down says EBUSY. */
#define JOURNAL_TAKEN EUSERS

/* dir is JOURNAL_DIR outside tests. NULL when there is no memory left. */
struct journal *journal_open(const char *dir);
/*
 * 0, or a negative errno, and then nothing was changed: -EPERM where others may write to dir,
 * -EXDEV where /sys shows another network namespace's devices, -JOURNAL_TAKEN where another
 * process that lives has set it to something else; to the same is fine, and its to put back. -ETIMEDOUT: the kernel has not
 * answered, may do it yet, and it is to be put back. Setting the same file again keeps
 * the value that it had before the first time. Says nothing: only the caller knows what it means.
 */
int journal_set(struct journal *j, const char *path, const char *value);
/*
 * kind: of nic/undo.h, and so are the subject, a device mostly, and what is noted. 0, or a negative
 * errno, and then the caller changes nothing: -JOURNAL_TAKEN where another process that lives has
 * noted it.
 */
int journal_note(struct journal *j, const char *kind, const char *subject, const char *old);
/* 0, or -1 after saying what could not be put back. NULL is fine. */
int journal_close(struct journal *j);

/* 0, or a negative errno, and then everything was put back. Frees the journal. */
int journal_keep(struct journal *j);

/* Settings of dead processes; what is not put back stays in its journal. */
struct recovery {
	unsigned int put_back;
	unsigned int failed;  /* could not be, or their journal could not be read */
	unsigned int waiting; /* of a network namespace that cannot be reached from here */
};

/* After saying for each process what was put back, and what not and why. */
struct recovery journal_recover(const char *dir);
struct recovery journal_restore(const char *dir);

#endif
