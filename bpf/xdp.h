/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What bpf/xdp.bpf.c takes and counts, as datapath/xdp.c asks for it and reads it. */
#ifndef BPF_XDP_H
#define BPF_XDP_H

#define XDP_QUEUES_MOST 256 /* that are told apart; those above share the places of those below */
/* A number that is farther off is doubted, as by udp_is_believed() in datapath/udp.h. */
#define XDP_FAR_OFF (1 << 20)
#define XDP_TELL_EVERY                                                                             \
	(XDP_FAR_OFF /                                                                             \
	 16) /* datagrams between two times that a CPU tells the others how far it is */

/* Whose datagrams are taken: all flows of a run have the addresses, and the receiver's port, in common. */
struct xdp_wanted {
	__u32 source[4]; /* IPv4: the first word */
	__u32 destination[4];
	__u16 protocol; /* of Ethernet; this and the rest in network order */
	__u16 port;
	__u16 length; /* in the header of UDP */
};

/* Of one flow, by one CPU, which alone writes it. */
struct xdp_tally {
	__u64 datagrams;
	__u64 next; /* the number above the highest that was seen, less what was jumped over */
	__u64 late; /* that came after one with a higher number */
	__u64 misplaced; /* that came to another queue than the flow's socket is at, and were passed on */
	__u64 jumped;  /* times that the numbers began anew */
	__u64 doubted; /* the number behind one that was too far off */
	__u64 unused[2];
};

/*
 * Of one flow, for all CPUs: the queue of a flow may change, and then its numbers come far ahead of what the
 * next CPU has seen. Written seldom, and without a lock: both are read where a number is far off alone.
 */
struct xdp_progress {
	__u64 offset; /* of the numbers in datagrams above those that are counted by, which never jump */
	__u64 next; /* about */
};

#endif
