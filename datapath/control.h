/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the two ends of a run say to each other: lines of text, each a verb and its fields. Pure
 * functions on bytes; whoever sends them is not trusted, so every line and every field is bounded.
 *
 *   tx                                rx
 *   hello version path flows msg …
 *                                     welcome version path … (the same again) and the run's key
 *   (connects the data flows; each begins with a preamble that shows the key)
 *                                     ready
 *   start
 *                                     started    the receivers run; the senders may
 *   open
 *                                     opened     the window
 *   close
 *                                     closed
 *                                     stop       please close now: someone interrupted it
 *   total bytes                       total bytes bad …
 *
 * Between ready and start, and behind closed, where datagrams carry the time of a clock (datapath/clocks.h):
 *
 *   clock 0                           clock, as the receiver's says it: some of them
 *
 * At any time, from either end:
 *
 *   wait           still here, and not yet where the next verb can be said: one for each second
 *   fail reason    this end gives up
 *
 * Each verb but wait and clock is said once.
 *
 *   control_print()   a message -> a line
 *   control_parse()   a line -> a message
 *   control_next()    the next whole line of a stream that comes in pieces -> a message
 *
 *   preamble_print()  a key and a flow's number -> the first bytes of a data flow
 *   preamble_parse()  the other way
 */
#ifndef DATAPATH_CONTROL_H
#define DATAPATH_CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONTROL_VERSION	   7
#define CONTROL_LINE_MAX   512 /* with the line break */
#define CONTROL_REASON_MAX 255
#define CONTROL_NAME_MAX   31
#define PREAMBLE_SIZE	   64
#define RUN_KEY_SIZE	   16
#define CONTROL_FLOWS_MAX  16384
#define CONTROL_MSG_MAX	   (1ULL << 30)
#define CONTROL_BYTES_MAX  (1ULL << 50)

/* The verbs, with the fields that each has to carry. */
enum control_field {
	FIELD_VERSION = 1 << 0,
	FIELD_PATH = 1 << 1,
	FIELD_FLOWS = 1 << 2,
	FIELD_MSG = 1 << 3,
	FIELD_LIMIT = 1 << 4,
	FIELD_VERIFY = 1 << 5,
	FIELD_KEY = 1 << 6,
	FIELD_BYTES = 1 << 7,
	FIELD_BAD = 1 << 8,
	FIELD_BAD_FLOW = 1 << 9,
	FIELD_BAD_AT = 1 << 10,
	FIELD_REASON = 1 << 11,
	FIELD_RESPONSE = 1 << 12,
	FIELD_RECONNECT = 1 << 13,
	FIELD_UDP = 1 << 14,
	FIELD_AWAY = 1 << 15,
	FIELD_MIXED = 1 << 16,
	FIELD_TLS = 1 << 17,
	FIELD_STAMP = 1 << 18,
	FIELD_KERNEL = 1 << 19,
	FIELD_CLOCK = 1 << 20,
};

#define RUN_FIELDS                                                                                 \
	(FIELD_VERSION | FIELD_PATH | FIELD_FLOWS | FIELD_MSG | FIELD_LIMIT | FIELD_VERIFY |       \
	 FIELD_RESPONSE | FIELD_RECONNECT | FIELD_UDP | FIELD_AWAY | FIELD_MIXED | FIELD_TLS |     \
	 FIELD_STAMP | FIELD_KERNEL)
#define CONTROL_VERBS(X)                                                                           \
	X(hello, RUN_FIELDS)                                                                       \
	X(welcome, RUN_FIELDS | FIELD_KEY)                                                         \
	X(ready, 0)                                                                                \
	X(start, 0)                                                                                \
	X(started, 0)                                                                              \
	X(open, 0)                                                                                 \
	X(opened, 0)                                                                               \
	X(close, 0)                                                                                \
	X(closed, 0)                                                                               \
	X(stop, 0)                                                                                 \
	X(wait, 0)                                                                                 \
	X(clock, FIELD_CLOCK)                                                                      \
	X(total, FIELD_BYTES | FIELD_BAD | FIELD_BAD_FLOW | FIELD_BAD_AT)                          \
	X(fail, FIELD_REASON)

enum control_verb {
#define X(verb, fields) CONTROL_##verb,
	CONTROL_VERBS(X)
#undef X
		CONTROL_VERB_COUNT
};

extern const char *const control_verb_name[CONTROL_VERB_COUNT];

struct control_message {
	enum control_verb verb;

	/* hello, welcome; of another version than CONTROL_VERSION only the version is known */
	uint64_t version;
	char path[CONTROL_NAME_MAX + 1];
	uint64_t flows;
	uint64_t msg;
	uint64_t limit;			 /* --bytes; 0: by time */
	uint64_t verify;		 /* 0 or 1 */
	uint64_t udp;			 /* bytes of a datagram; 0: a stream */
	uint64_t mixed;			 /* so many flows are long ones beside requests */
	uint64_t away;			 /* 1: datagrams go elsewhere, to nobody */
	uint64_t tls;			 /* 0 or 1: in records that the kernel encrypts */
	uint64_t stamp;			 /* an enum stamp (datapath/stamps.h) */
	uint64_t kernel;		 /* which runs this end; 0: it does not say */
	uint64_t clock;			 /* clock: nanoseconds; 0: a question */
	uint64_t reconnect;		 /* 0 or 1: each on a connection of its own */
	uint64_t response;		 /* bytes that answer each message; 0: nothing does */
	unsigned char key[RUN_KEY_SIZE]; /* welcome */

	/* total: what this end moved, and what the receiver found wrong in it */
	uint64_t bytes;
	uint64_t bad;
	uint64_t bad_flow;
	uint64_t bad_at;

	char reason[CONTROL_REASON_MAX + 1]; /* fail: printable ASCII */
};

/* Writes the line with its line break; returns its length. */
size_t control_print(const struct control_message *m, char line[CONTROL_LINE_MAX]);

/*
 * line without its line break. 0, or -1 with why filled in: a part of a sentence that fits behind
 * "the peer said something else: ".
 */
int control_parse(const char *line, size_t len, struct control_message *m, char *why,
		  size_t why_size);

/* Bytes of a stream that were not taken as lines yet. */
struct control_lines {
	size_t used;
	char bytes[CONTROL_LINE_MAX];
};

/* 1: a message; 0: no whole line yet; -1 as control_parse(). */
int control_next(struct control_lines *lines, struct control_message *m, char *why, size_t why_size);

void preamble_print(const unsigned char key[RUN_KEY_SIZE], unsigned int flow,
		    char bytes[PREAMBLE_SIZE]);
/* The flow's number, or -1 for anything else than a preamble with this key. */
int preamble_parse(const char bytes[PREAMBLE_SIZE], const unsigned char key[RUN_KEY_SIZE]);

#endif
