/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A data flow: one TCP connection, one thread, one path. All flows of an end are a set that the
 * control thread leads.
 *
 *   flows_new()     a set of n flows, not connected yet
 *   flows_begin()   start the threads, each of which opens its path, or the next of them when those opened that there
 *                   are; false when one cannot start
 *   flows_opened()  whether all of them have
 *   flows_go()      let them run
 *   flows_stop()    tell the senders that it is enough
 *   flows_break()   of a run that failed: shut the connections, wait a moment for the threads
 *   flows_idle()    whether nothing is to come
 *   flows_many()    whether their threads give way to all others
 *   flows_error()   the sentence of the first flow that failed, or NULL
 *   flows_look()    bring counters up to date that no thread of a flow keeps
 *   flows_bytes()   payload moved so far, by counters that are
 *   flow_receives()  the socket by which a flow receives
 *   flow_follow()    put its thread where that is served (--cpu rxq)
 *   flows_free()    after the threads have ended: join, close everything; NULL is fine
 *
 * For paths:
 *
 *   flow_told()   has this sender been told to stop?
 *   flow_exchanges()  is it of requests and responses (--rpc)?
 *   flow_chunk()  how many bytes the next send takes
 *   flow_fail()   keep the sentence that says what went wrong; always -1
 *   flow_watch()  an epoll of its connection
 */
#ifndef DATAPATH_FLOW_H
#define DATAPATH_FLOW_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "datapath/config.h"
#include "datapath/counters.h"
#include "datapath/memory.h"
#include "datapath/placing.h"
#include "datapath/verify.h"

/* From so many on threads are started in parts, and have the least weight of all. */
#define FLOWS_MANY   256
#define FLOW_LOOK_NS 50000000ULL

struct flows;
struct rpc;
struct delays;
struct pace;
struct stamps;
struct arrivals;

/* Bytes of the message of a long flow beside requests (--pattern mixed), at both ends. */
#define FLOW_LONG_MESSAGE (64UL << 20)

struct flow {
	struct counters counters __attribute__((aligned(128)));

	/* Read by its own thread only, once it runs. */
	int fd;
	unsigned int number;
	struct flows *all;
	const struct config *config;
	const struct message *message; /* tx */
	uint64_t limit;		       /* tx: send this many bytes at most */
	struct verify verify;	       /* of what it receives: payload, or answers to --rpc */
	int datagrams_fd;	       /* --udp: beside fd (datapath/udp.h) */
	uint64_t doubted;	       /* --udp: the number behind one that was too far off */
	struct rpc *rpc;	       /* NULL: one direction (datapath/rpc.h) */
	struct delays *delays;	       /* of notifications; NULL: the path has none */
	struct pace *pace;	       /* tx, --udp: when datagrams are due (datapath/pace.h) */
	struct stamps *stamps;	       /* rx, --udp: how long they took (datapath/stamps.h) */
	void *state;		       /* the path's own */
	const char *copies_unknown; /* why it cannot be told whether its bytes were copied; NULL: it can */
	bool owns_files;	    /* (datapath/files.h) */
	bool drops; /* rx: they are thrown away: not copied, and not received either */

	struct placing placing;
	pthread_t thread;
	char error[256];
} __attribute__((aligned(128)));

struct flows {
	unsigned int count;
	struct flow *flow;
	int news_fd; /* readable (eventfd) when all that were started have opened, or ended, or one failed */
	bool unable;		   /* a path could not open because this machine cannot do it */
	void *shared;		   /* what the path prepared for all of them */
	struct exchange exchange;  /* --rpc; a response of 0: one direction */
	struct memory answer;	   /* rx: a response, filled with the pattern */
	unsigned int mixed;	   /* --pattern mixed: the first so many flows are long ones */
	struct arrivals *arrivals; /* tx: --arrivals poisson; NULL: even */
	uint64_t datagram;	   /* --udp: bytes of one, or of a request; 0: a stream */
	bool away;		   /* --away: nothing of it reaches the receiver */
	unsigned int stamp;	   /* --stamp: an enum stamp (datapath/stamps.h) */
	const char *stamps_absent; /* rx: why delays cannot be counted; NULL: they can */
	bool reconnects;	   /* short flows (datapath/short_flows.h) */
	bool tls;		   /* (datapath/tls.h) */
	unsigned char
		key[16]; /* of the run: of records of TLS, and of the tokens of requests in datagrams */
	int listener;	 /* rx: of short flows; else -1 */
	uint32_t *looks; /* for each flow those that found each CPU to serve it */
	unsigned int cpus;

	bool stop; /* by relaxed atomics */
	/* By atomics, too: a lock that thousands take at once is one more thing to wait for. */
	unsigned int opened;
	unsigned int due; /* to open, of those that are started next */
	unsigned int running;
	uint32_t go;	      /* a futex */
	uint64_t begun_ns;    /* when they were let run; 0: not yet */
	const char *error;    /* of the flow that failed first */
	unsigned int started; /* the control thread's own */
};

struct flows *flows_new(const struct config *config, unsigned int count);
bool flows_begin(struct flows *all);
bool flows_opened(struct flows *all);
void flows_go(struct flows *all);
void flows_stop(struct flows *all);
bool flows_ended(struct flows *all);
/* Whether all threads have ended. One that waits for a stalled peer may not, for long. */
bool flows_break(struct flows *all);
const char *flows_error(struct flows *all);
void flows_look(const struct flows *all);
uint64_t flows_bytes(const struct flows *all);
void flows_free(struct flows *all);
int flow_receives(const struct flow *f);
/* 0, or -1 and why not: for another thread too, which must not write the flow's own sentence. */
int flow_follow(struct flow *f, pthread_t thread, char *why, size_t size);

/* Whether it has requests and responses, and is no stream in one direction. */
static inline bool flow_exchanges(const struct flow *f)
{
	return f->all->exchange.response && f->number >= f->all->mixed;
}

static inline bool flow_told(const struct flow *f)
{
	return __atomic_load_n(&f->all->stop, __ATOMIC_RELAXED);
}

/* position: bytes sent so far. 0 when the limit is reached. */
static inline size_t flow_chunk(const struct flow *f, uint64_t position, size_t offset)
{
	size_t chunk = f->config->options.write;
	size_t to_end = f->message->size - offset;
	uint64_t to_limit = f->limit - position;

	if (chunk > to_end)
		chunk = to_end;
	return chunk < to_limit ? chunk : to_limit;
}

/* Whether they are more threads than any machine runs at once, and have to be kept from what leads them. */
static inline bool flows_many(const struct flows *all)
{
	return all->count > FLOWS_MANY;
}

/*
 * A sender that sleeps until something is due looks so often whether it was told to stop. Of many each less often: twenty
 * times a second is nothing for one thread, and a CPU for ten thousand.
 */
static inline uint64_t flow_look_ns(const struct flow *f)
{
	return FLOW_LOOK_NS * (1 + f->all->count / FLOWS_MANY);
}

/* Whether nothing ever comes to this end: a receiver's whose sender has --away. NULL: there are no flows yet. */
static inline bool flows_idle(const struct flows *all)
{
	return all && all->away && all->flow[0].config->end == END_RX;
}

int flow_fail(struct flow *f, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The same, for what this machine cannot do: the program will end with EXIT_UNABLE. */
int flow_unable(struct flow *f, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Into *epoll, to be closed in any case unless it is below 0. 0, or -1 after flow_fail(). */
int flow_watch(struct flow *f, uint32_t events, int *epoll);

#endif
