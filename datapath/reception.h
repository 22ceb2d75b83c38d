/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a receiver gets from two ports to a sender and its flows, whoever else comes to them.
 *
 *   reception_listen()  at the control port and the one after it
 *   reception_meet()    wait for a sender, and agree with it what the run is
 *   reception_flows()   wait for all of its data flows
 *
 * Each returns 0, or -1 after session_fail().
 */
#ifndef DATAPATH_RECEPTION_H
#define DATAPATH_RECEPTION_H

#include "datapath/lobby.h"
#include "datapath/session.h"

struct reception {
	struct session *session;
	struct lobby control;
	struct lobby data;
	struct control_message hello;
	bool met; /* the sender, which has said it */
	unsigned char key[RUN_KEY_SIZE];
	unsigned int connected;
};

int reception_listen(struct reception *r);
int reception_meet(struct reception *r);
int reception_flows(struct reception *r);

#endif
