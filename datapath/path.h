/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A path: one way to move bytes at one end. One file per path implements the verbs, and
 * record/paths.def names them all.
 *
 *   able     can this machine run it? If not: why, and the fix, in words
 *   check    … with these options?
 *   flow_memory, shared_memory  what it would take (datapath/room.h)
 *   prepare  what all flows share, as flows.shared, once they are connected
 *   open     make everything ready, on the flow's own thread and CPU; no byte moves
 *   run      move bytes until told: a tx until flow_told() or its limit, an rx until the end
 *   rpc      in its place with --rpc: send requests, or answer them (datapath/rpc.h)
 *   look     bring up to date what is not counted by the flow's thread: called by the control thread
 *   edge     the window opens here, or closes: of what is counted for all flows together
 *   given    what the kernel gave, as rows, when the window has closed
 *   close    let go of everything that open made
 *   release  let go of what they shared, when all flows and their sockets are closed
 *
 * A path owns its hot loop: nothing is called through a pointer per message. run() counts each
 * system call after it returned, makes those that it counts nowhere but inside run(), and has made
 * the last of them when it returns. Then the calls of a run that lies inside the window as a whole
 * are exactly the calls that a tracer of the process sees.
 */
#ifndef DATAPATH_PATH_H
#define DATAPATH_PATH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "datapath/counters.h"
#include "datapath/flow.h"
#include "record/record.h"
#include "record/writer.h"

struct path {
	const char *name;
	enum record_end end;
	const char *what;
	uint32_t calls;		    /* BIT(CALL_…): what it counts; the others are no rows */
	uint32_t rpc_calls;	    /* … with --rpc, beside those */
	uint32_t udp_calls;	    /* … with --udp, in their place */
	uint32_t udp_rpc_calls;	    /* … and --rpc, in the place of those */
	uint32_t reconnect_calls;   /* … with --reconnect, in their place */
	uint64_t events;	    /* BIT(EVENT_…): the same */
	enum message_place message; /* tx: where it lies */
	const char *numbers_unknown; /* rx: why it does not see which datagrams are missing; NULL: it does */
	bool one_area;		     /* rx: all queues receive into the same --area */
	uint8_t files,
		maps; /* open files of a flow beside its sockets, mappings beside a stack (datapath/limits.h) */
	bool tls;			      /* rx: it takes records (datapath/tls.h) */
	bool tls_rpc;			      /* … and answers in such */
	bool (*able)(char *why, size_t size); /* NULL: always */
	/* NULL: always. Why is the whole sentence. */
	bool (*check)(const struct config *config, char *why, size_t size);
	/* Bytes that one flow takes for itself, and all of them together, beside a sender's message; NULL: none. */
	uint64_t (*flow_memory)(const struct config *config);
	uint64_t (*shared_memory)(const struct config *config);
	int (*prepare)(struct flows *all); /* NULL: nothing; -1 after flow_fail() of the first */
	int (*open)(struct flow *f);	   /* -1 after flow_fail() */
	int (*run)(struct flow *f);	   /* NULL: datagrams alone */
	int (*udp)(struct flow *f);	   /* run, with datagrams; NULL: refuses */
	int (*udp_rpc)(struct flow *f); /* run, with requests in datagrams (datapath/udp_rpc.h); NULL: refuses */
	int (*reconnect)(struct flow *f); /* the same with short flows; NULL: refuses */
	int (*rpc)(struct flow *f); /* run, with requests and responses (datapath/rpc.h); NULL: refuses */
	void (*look)(struct flow *f);	       /* NULL: nothing */
	void (*edge)(const struct flows *all); /* NULL: nothing */
	void (*given)(const struct flows *all, struct writer *w);
	void (*close)(struct flow *f);
	void (*release)(struct flows *all); /* NULL: nothing; also after a prepare that failed */
};

#define BIT(n) (1ULL << (n))

/* A loop that is compiled once for each of its uses, so that none pays for what only another does. */
#define ALWAYS_INLINE inline __attribute__((always_inline))

/* path_rx_copy and the like: each is defined by its file. */
#define PATH(end, name, ...) extern const struct path path_##end##_##name;
#include "record/paths.def"
#undef PATH

/* Every path, NULL at the end. */
extern const struct path *const paths[];

const struct path *path_find(const char *name, enum record_end end);

#endif
