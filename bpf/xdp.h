/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What bpf/xdp.bpf.c takes and counts, as datapath/xdp.c asks for it and reads it. */
#ifndef BPF_XDP_H
#define BPF_XDP_H

#define XDP_QUEUES_MOST 256 /* that are told apart; those above share the places of those below */
#define XDP_PORTS	65536
#define XDP_NOBODY	(1U << 31) /* of xdp_flow.first: no flow's port */
/* Tallies for which the program has room itself; more of them are in a map, which takes a look-up for each datagram. */
#define XDP_FEW 4096
/* A number that is farther off is doubted, as by udp_is_believed() in datapath/udp.h. */
#define XDP_FAR_OFF (1 << 20)
/* Numbers between two times that a CPU tells the others how far it is. */
#define XDP_TELL_EVERY (XDP_FAR_OFF / 16)

/*
 * Whose datagrams are taken: all flows of a run have the addresses, and the receiver's port, in common. As a
 * header has them, so that a word of it is compared with a word of this.
 */
struct xdp_wanted {
	__u64 addresses[4]; /* the sender's, the receiver's; of IPv4 the first word is both */
	__u16 port;	    /* this and the next are one word, too */
	__u16 length;	    /* in the header of UDP */
};

/* By the sender's port. */
struct xdp_flow {
	__u32 first; /* its tally of CPU 0, with those of the other CPUs behind it */
	__u32 number;
};

/* Of one flow, by one CPU, which alone writes it: a line of the cache. */
struct xdp_tally {
	__u64 datagrams;
	__u64 next; /* number above the highest that was seen, as it was said */
	__u64 near; /* what says from next to below this is counted without another look; 0: nothing came */
	__u32 queue;	 /* that the first came by, or that the flow's socket is at */
	__u32 edits;	 /* odd: next and offset are about to change, both */
	__u64 elsewhere; /* of datagrams: by another queue than that */
	__u64 offset;  /* of what is said above the numbers that are counted by, which never jump */
	__u64 doubted; /* the number behind one that was too far off */
	__u64 late;    /* that came after one with a higher number */
};

/*
 * Of one flow, for all CPUs: the queue of a flow may change, and then its numbers come far ahead of what the
 * next CPU has seen. Written seldom, and without a lock.
 */
struct xdp_progress {
	__u64 offset; /* as above, the last that is known */
	__u64 next;   /* that is counted by; about */
	__u64 jumped; /* times that the numbers began anew */
};

#endif
