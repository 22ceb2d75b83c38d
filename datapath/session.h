/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One end of one run, as its control thread sees it: the peer, the gate, signals, the data flows
 * and the clock are all waited for in one place.
 *
 *   session_rx()  a whole run at the receiving end; the program's exit code
 *   session_tx()  the same at the sending end
 *
 * What both ends share:
 *
 *   session_begin()    signals, the gate, the settings, the first rows
 *   session_next()     wait for the next thing that happens
 *   session_expect()   wait for one message of the peer, session_reply_s() of silence at most
 *   session_send()     say a verb to the peer
 *   session_fail()     say what went wrong, here and to the peer; always -1
 *   session_failure()  the same of a failure that is known already
 *   session_peer()     "receiver" or "sender": what the other end is
 *   session_state()    write a row of state for whoever follows
 *   session_room()     say what memory this end takes, and refuse what is more than there is
 *   session_prepare()  start the data threads, and wait until each has opened its path
 *   session_place()    put softirq work where --irq-cpu wants it
 *   session_follow()   put the threads where their flows are served by now (--cpu rxq)
 *   session_moving()   from now on, bytes have to move; or no longer
 *   session_open()     the window opens
 *   session_close()    it closes
 *   session_finish()   wait until both ends have moved everything, and compare what they say
 *   session_end()      close everything; the exit code
 */
#ifndef DATAPATH_SESSION_H
#define DATAPATH_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "datapath/channel.h"
#include "datapath/clocks_apart.h"
#include "datapath/config.h"
#include "datapath/flow.h"
#include "datapath/gate.h"
#include "datapath/sockets.h"
#include "datapath/window.h"
#include "nic/journal.h"
#include "nic/placement.h"
#include "nic/zerocopy.h"
#include "record/writer.h"

enum happening {
	HAPPENED_MESSAGE, /* session.message */
	HAPPENED_GATE,	  /* session.gate_word */
	HAPPENED_SIGNAL,
	HAPPENED_OPENED, /* all data threads have opened their paths */
	HAPPENED_ENDED,	 /* all data threads have ended well */
	HAPPENED_TIMEOUT,
	HAPPENED_FAILED, /* and it was said */
};

struct session {
	const struct config *config;
	struct writer *out;
	struct channel channel;
	struct control_message message;
	struct message *memory;	  /* tx */
	struct message *requests; /* of --pattern mixed, beside it; else NULL */
	struct flows *flows;
	struct window window;
	struct clocks clocks;
	struct journal *settings; /* what this end's device and machine were set to before */
	struct placement *placement;
	struct zerocopy *nic; /* NULL: no device was made ready */

	int signal_fd;
	struct gate gate;
	enum gate_word gate_word;

	bool unable; /* it fails because this machine cannot do it */
	bool opened; /* the data threads */
	bool ended;
	bool interrupted; /* by a signal, here or at the peer */
	uint64_t limit;	  /* bytes, by --bytes; 0: by time */
	bool window_is_open;
	bool moving;
	uint64_t progress; /* bytes that have moved */
	uint64_t acked;	   /* tx: that the peer had acknowledged when they did not */
	uint64_t progress_ns;
	uint64_t tick_ns;

	uint32_t heard; /* 1 << CONTROL_…: what the peer has said so far */
	uint64_t heard_ns;
	bool total_sent;
	bool peer_total_known;
	struct control_message peer_total;
	uint64_t strangers;
};

#define FOREVER UINT64_MAX

int session_rx(const struct config *config);
int session_tx(const struct config *config);

int session_begin(struct session *s, const struct config *config);
/* deadline: on clock_ns(), or FOREVER. A closed gate is listened to only where it is asked for. */
enum happening session_next(struct session *s, uint64_t deadline_ns, bool gate);
/* A verb that has come already is not waited for. */
int session_expect(struct session *s, enum control_verb verb);
int session_send(struct session *s, enum control_verb verb);
int session_fail(struct session *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
int session_failure(struct session *s, const struct failure *failure);
/* The peer is gone: its last words if there are any, else by the errno of what was tried. */
int session_lost(struct session *s, int error);
const char *session_peer(const struct session *s);
void session_state(struct session *s, const char *state);
int session_room(struct session *s, uint64_t flows, unsigned int sockets);
int session_follow(struct session *s);
void session_moving(struct session *s, bool moving);
int session_prepare(struct session *s);
void session_open(struct session *s);
void session_close(struct session *s);
int session_send_total(struct session *s);
int session_finish(struct session *s);
int session_end(struct session *s, int result);
void session_place(struct session *s, int data_fd);

/* When a peer that has been silent since it said something last is given up. */
uint64_t session_patience(const struct session *s);
unsigned int session_reply_s(const struct session *s);
uint64_t seconds_from_now(double seconds);

#endif
