/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A process that is to look into what somebody else made, and may fall to it.
 *
 *   seal()  from now on it has no privileges and can open, start and change nothing: it computes, reads
 *           the descriptors that it has, and writes to them. For a child that has the one thread.
 *
 * What such a process can still do is to answer wrongly, to end, or to take its time: whoever asks it has
 * to bound what it believes and how long it waits.
 */
#ifndef BASE_SEAL_H
#define BASE_SEAL_H

#include <stddef.h>

/* 0, or a negative errno: it could not be done, and nothing foreign is to be looked into. */
int seal(size_t memory_bytes, unsigned int cpu_s);

#endif
