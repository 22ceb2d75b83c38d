/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One end of one run, as its control thread sees it: the peer, the gate, signals, the data flows
 * and the clock are all waited for in one place.
 *
 *   session_rx()      a whole run at the receiving end; the program's exit code
 *   session_tx()      the same at the sending end
 *
 * What both ends share:
 *
 *   session_begin()   signals, the gate, the first rows
 *   session_next()    wait for the next thing that happens
 *   session_expect()  wait for one message of the peer, REPLY_S at most
 *   session_send()    say a verb to the peer
 *   session_fail()    say what went wrong, here and to the peer; always -1
 *   session_state()   write a row of state for whoever follows
 *   session_moving()  from now on, bytes have to move; or no longer
 *   session_open()    the window opens; session_close(): it closes, and its rows are written
 *   session_finish()  wait until both ends have moved everything, and compare what they say
 *   session_end()     close everything; the exit code
 */
#ifndef DATAPATH_SESSION_H
#define DATAPATH_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "datapath/channel.h"
#include "datapath/config.h"
#include "datapath/flow.h"
#include "datapath/sockets.h"
#include "datapath/window.h"
#include "nic/placement.h"
#include "nic/zerocopy.h"
#include "record/writer.h"

#define REPLY_S 5 /* a peer that does not answer for so long has stalled */
#define STALL_S 5 /* so has one that moves no byte for so long */

enum happening {
	HAPPENED_MESSAGE, /* session.message */
	HAPPENED_GATE,	  /* session.gate_word */
	HAPPENED_SIGNAL,
	HAPPENED_ENDED, /* all data threads have ended well */
	HAPPENED_TIMEOUT,
	HAPPENED_FAILED, /* and it was said */
};

enum gate_word { GATE_START, GATE_OPEN, GATE_CLOSE, GATE_WORDS };

struct session {
	const struct config *config;
	struct writer *out;
	struct channel channel;
	struct control_message message;
	struct message *memory; /* tx */
	struct flows *flows;
	struct window window;
	struct placement *placement;
	struct zerocopy *nic; /* NULL: no device was made ready */

	int signal_fd;
	int gate_fd; /* -1: not listened to */
	size_t gate_used;
	char gate_bytes[64];
	enum gate_word gate_word;

	bool unable;	  /* it fails because this machine cannot do it */
	bool ended;	  /* the data threads */
	bool interrupted; /* by a signal, here or at the peer */
	bool limited;	  /* by --bytes */
	bool window_is_open;
	bool moving;
	uint64_t progress; /* whatever grows while bytes move */
	uint64_t progress_ns;
	uint64_t tick_ns;

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
int session_expect(struct session *s, enum control_verb verb);
int session_send(struct session *s, enum control_verb verb);
int session_fail(struct session *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
int session_failure(struct session *s, const struct failure *failure);
void session_state(struct session *s, const char *state);
void session_moving(struct session *s, bool moving);
int session_prepare(struct session *s);
void session_open(struct session *s);
void session_close(struct session *s);
int session_send_total(struct session *s);
int session_finish(struct session *s);
int session_end(struct session *s, int result);
void session_place(struct session *s, int data_fd);

uint64_t seconds_from_now(double seconds);

#endif
