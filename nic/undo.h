/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Settings that are no files, by the names that the journal has for them, and how each is put back: to what was
 * noted, on the device that was noted, in this thread's network namespace, or on the machine.
 */
#ifndef NIC_UNDO_H
#define NIC_UNDO_H

#include <stdbool.h>

/* What of it belongs to one process at a time (nic/claim.h). */
enum undo_claim {
	CLAIM_NONE,  /* others have theirs beside it, and are told apart elsewhere */
	CLAIM_WHOLE, /* all of the subject's */
	CLAIM_WORD,  /* what the first word of the noted text names, before ' ' or '=' */
};

struct undo {
	const char *name; /* one word, 15 bytes at most */
	const char *what; /* for people: "the WHAT of eth0" */
	const char *by_hand;
	/* 0 or a negative errno: -EADDRINUSE where a queue of the device is still held */
	int (*put_back)(const char *iface, const char *old);
	enum undo_claim claim;
	bool of_machine; /* it belongs to no network namespace */
};

/* NULL: there is no such kind. */
const struct undo *undo_find(const char *name);

#endif
