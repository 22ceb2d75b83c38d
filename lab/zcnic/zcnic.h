/* SPDX-License-Identifier: GPL-2.0 */
/*
 * zcnic: a network card in software, for trying zero copy without one of hardware. Two ports are
 * linked; what one sends, the other receives, by "DMA" (a memcpy between bus addresses) into the
 * buffers that its driver half posted. So the kernel above runs the very paths that it runs on a
 * card with header split, flow steering and memory providers.
 *
 *   main.c       ports: made, opened, closed, removed
 *   transmit.c   the wire: which queue, whether there is room, when to wait for it
 *   dma.c        cuts a packet at the MSS, and writes header and payload to where they belong
 *   receive.c    the receiving half: posts buffers, polls, makes skbs
 *   queues.c     page_pools, and queues restarted one at a time (netdev_queue_mgmt_ops)
 *   interrupt.c  interrupts with an affinity: which CPU polls
 *   steer.c      which queue: rules, then RSS
 *   ethtool.c    what can be set and what is counted
 *   faults.c     what can be made to go wrong, in debugfs
 */
#ifndef ZCNIC_H
#define ZCNIC_H

#include <linux/ethtool.h>
#include <linux/hrtimer.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <net/netdev_queues.h>
#include <net/page_pool/helpers.h>

#include "compat.h"

#define ZCNIC_QUEUES	 16 /* at most */
#define ZCNIC_RULES	 64
#define ZCNIC_TABLES	 16 /* of RSS; 0 is that of the device */
#define ZCNIC_INDIR	 128
#define ZCNIC_KEY	 40
#define ZCNIC_HEADER	 128 /* bytes: Ethernet, IPv6 and TCP with all options */
#define ZCNIC_RING	 1024
#define ZCNIC_RING_MIN	 64
#define ZCNIC_RING_MAX	 8192
#define ZCNIC_BUFFER_MAX 65536
#define ZCNIC_HDS_MAX	 1024

/* A packet received: its header is here, its payload in the next `count` buffers. */
struct zcnic_done {
	u8 header[ZCNIC_HEADER];
	struct sk_buff *whole; /* or the frame in one piece */
	u32 bytes;	       /* of payload */
	u32 hash;
	u16 header_bytes;
	u16 offset; /* in the first buffer, of the payload */
	u16 count;
	u16 mss; /* if segments were merged into one by HW GRO, else 0 */
	u16 segments;
	bool v6;
};

/*
 * What a restarted queue gets anew: two rings of one size, a power of two. Their positions only
 * grow. Buffers in [released, posted) belong to the queue; those in [released, used) hold what was
 * received. Packets in [tail, head) wait for the poll.
 */
struct zcnic_memory {
	struct page_pool *pool;
	struct page_pool *headers; /* only where they get pages of their own, for faults.c */
	u32 header_room;	   /* bytes of such a page for each */
	netmem_ref *buffer;
	struct zcnic_done *done;
	u32 size;
	u32 buffer_bytes;
	u32 posted, released, tail; /* by the poll */
	u32 used, head;		    /* by senders */
};

struct zcnic_fault {
	u32 drop_every, dropped; /* and how many were since the last */
	u32 linear_every, linear;
	u32 delay_us;
	u32 headers;
	u32 burn;
	bool stall, wrong_queue, whole_ring;
};

struct zcnic_rx_counts {
	u64_stats_t packets, bytes;
	u64_stats_t merged_packets, merged_wire_packets; /* by HW GRO */
	u64_stats_t whole;				 /* packets that were not split */
	u64_stats_t alloc_fail, polls, interrupts;
};

struct zcnic_rx {
	struct napi_struct napi;
	struct zcnic_port *port;
	unsigned int index;
	struct zcnic_memory memory;
	struct zcnic_rx_counts counts; /* by the poll */
	struct u64_stats_sync sync;
	/* interrupt.c */
	int irq;
	int cpu;
	bool unmasked; /* the next packet may interrupt */
	bool spread;   /* over the CPUs, once, before anybody sets something else */
	call_single_data_t interrupt;
	char name[IFNAMSIZ + 16];
	struct hrtimer retry; /* when buffers ran out */
	struct hrtimer late;  /* an interrupt, for faults.c */
	struct zcnic_fault fault;
	/* Senders, and whoever starts and stops the queue. */
	spinlock_t lock;
	bool live;
	u64 overruns; /* packets lost for lack of buffers */
	/* Transmit queues of the other port that wait for so many buffers and packets. */
	unsigned long waiting;
	u32 wanted_buffers, wanted_packets;
};

struct zcnic_tx_counts {
	u64_stats_t packets, bytes, gso_packets, gso_wire_packets;
	u64_stats_t dropped, stop, wake;
};

struct zcnic_tx {
	struct zcnic_port *port;
	unsigned int index;
	struct zcnic_tx_counts counts; /* by the sender */
	struct u64_stats_sync sync;
	/* A packet that was written as far as there was room. */
	const struct sk_buff *partial;
	u32 partial_offset;
	unsigned long stopped_at; /* jiffies */
	bool impatient;		  /* waited too long: packets are lost instead, until one fits */
	int cpu;		  /* that stopped the queue, and is to go on with it */
	call_single_data_t wake;
	unsigned long waking;
};

struct zcnic_rule {
	struct hlist_node node;
	struct ethtool_rx_flow_spec spec;
	u32 table; /* of RSS, if the rule is for one */
};

/* Read by senders, replaced as a whole. */
struct zcnic_steering {
	struct rcu_head rcu;
	u8 key[ZCNIC_KEY];
	u64 tables; /* bits: those that exist */
	u32 table[ZCNIC_TABLES][ZCNIC_INDIR];
	unsigned int rules;
	struct zcnic_rule rule[ZCNIC_RULES]; /* by location */
};

/* What cannot change while queues run. */
struct zcnic_settings {
	u32 queues; /* in use, of each kind */
	u32 ring;
	u32 buffer_bytes;
	bool split;	 /* header and payload (tcp-data-split) */
	u32 split_above; /* bytes of payload (hds-thresh) */
};

struct zcnic_port {
	struct net_device *dev;
	struct zcnic_port *peer;
	struct device *parent;
	struct zcnic_settings set;
	bool open;
	bool pause;   /* senders wait for buffers, as with flow control on the wire */
	u32 rx_usecs; /* interrupts come so much later, and fewer of them */
	struct zcnic_steering __rcu *steering;
	struct dentry *faults;
	struct zcnic_rx rx[ZCNIC_QUEUES];
	struct zcnic_tx tx[ZCNIC_QUEUES];
};

/* transmit.c */
netdev_tx_t zcnic_transmit(struct sk_buff *skb, struct net_device *dev);
void zcnic_transmit_init(struct zcnic_port *port);
void zcnic_transmit_forget(struct zcnic_port *port);
/* Wakes the senders that wait for this queue, if there is room or they waited too long. */
void zcnic_transmit_wake(struct zcnic_rx *rx);

/* dma.c: with the queue's lock held */
struct zcnic_cut {
	const struct sk_buff *skb;
	u32 header, payload;
	u32 mss;    /* payload of a segment on the wire */
	u32 unit;   /* payload that the receiver is told of as one packet: a segment, or several */
	u32 offset; /* payload written so far */
	bool split; /* header and payload to different buffers */
};
/* Whether the packet can be cut; else it is to be received in one piece. */
bool zcnic_cut(const struct zcnic_rx *rx, const struct sk_buff *skb, struct zcnic_cut *cut);
u32 zcnic_cut_buffers(const struct zcnic_rx *rx, const struct zcnic_cut *cut);
void zcnic_write_unit(struct zcnic_rx *rx, struct zcnic_cut *cut, u32 hash);
bool zcnic_write_whole(struct zcnic_rx *rx, struct sk_buff *skb);
/* The next segment in one piece, as if the card could not split it. */
bool zcnic_write_linear(struct zcnic_rx *rx, struct zcnic_cut *cut, u32 hash);
/* As if the next unit were lost on the wire. */
void zcnic_write_nothing(struct zcnic_cut *cut);

/* receive.c */
int zcnic_poll(struct napi_struct *napi, int budget);
void zcnic_post(struct zcnic_rx *rx, struct zcnic_memory *memory, gfp_t gfp);
enum hrtimer_restart zcnic_retry(struct hrtimer *timer);

/* interrupt.c */
int zcnic_interrupts_add(struct zcnic_port *port);
void zcnic_interrupts_remove(struct zcnic_port *port);
int zcnic_interrupt_request(struct zcnic_rx *rx);
void zcnic_interrupt_free(struct zcnic_rx *rx);
/* As soon as it may: a queue that is made to stall or to be late is. */
void zcnic_interrupt(struct zcnic_rx *rx);
void zcnic_interrupt_now(struct zcnic_rx *rx);
/* By the poll that is done, where the kernel wants interrupts again; for what came meanwhile there is one at once. */
void zcnic_interrupt_unmask(struct zcnic_rx *rx);

/* queues.c: with the device's lock held */
extern const struct netdev_queue_mgmt_ops zcnic_queue_ops;
extern const struct netdev_stat_ops zcnic_stat_ops;
int zcnic_open(struct net_device *dev);
int zcnic_stop(struct net_device *dev);
/* Restarts the port if it is open; if that fails, as it was. */
int zcnic_change(struct zcnic_port *port, const struct zcnic_settings *to);

/* steer.c */
struct zcnic_flow {
	bool v6, tcp, udp;
	struct in6_addr source, target; /* of IPv4 the first word */
	__be16 source_port, target_port;
};
int zcnic_steer_add(struct zcnic_port *port);
void zcnic_steer_remove(struct zcnic_port *port);
void zcnic_find_header(struct sk_buff *skb);
void zcnic_flow(const struct sk_buff *skb, struct zcnic_flow *flow);
/* The queue of the port that receives it; -1: none. */
int zcnic_steer(struct zcnic_port *port, const struct zcnic_flow *flow, u32 *hash);
int zcnic_get_rxnfc(struct net_device *dev, struct ethtool_rxnfc *cmd, u32 *locations);
int zcnic_set_rxnfc(struct net_device *dev, struct ethtool_rxnfc *cmd);
/* A table of RSS for the queues in use, as it is by default. */
int zcnic_steer_default(struct zcnic_port *port);
int zcnic_table_get(struct zcnic_port *port, u32 table, u32 *indir, u8 *key);
int zcnic_table_set(struct zcnic_port *port, u32 table, const u32 *indir, const u8 *key);
int zcnic_table_drop(struct zcnic_port *port, u32 table);

/* faults.c */
void zcnic_faults_add(struct zcnic_port *port);
void zcnic_faults_remove(struct zcnic_port *port);
void zcnic_faults_init(void);
void zcnic_faults_exit(void);
bool zcnic_fault_every(u32 n, u32 *seen);
void zcnic_burn(u32 turns);
/* The interrupt of a queue that was made to be late or to stall. */
enum hrtimer_restart zcnic_late(struct hrtimer *timer);

/* ethtool.c */
extern const struct ethtool_ops zcnic_ethtool_ops;

#endif
