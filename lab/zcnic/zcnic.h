/* SPDX-License-Identifier: GPL-2.0 */
/*
 * zcnic: a network card in software, for trying zero copy without one of hardware. Two ports are
 * linked; what one sends, the other receives, by "DMA" (a memcpy between bus addresses) into the
 * buffers that its driver half posted. So the kernel above runs the very paths that it runs on a
 * card with header split, flow steering and memory providers.
 *
 *   main.c      ports, opening and closing them
 *   transmit.c  the wire: cuts a packet at the MSS, writes header and payload to where they belong
 *   receive.c   the receiving half: posts buffers, polls, makes skbs
 *   queues.c    page_pools, and queues restarted one at a time (netdev_queue_mgmt_ops)
 *   steer.c     which queue: rules, then RSS
 *   ethtool.c   what can be set and what is counted
 *   faults.c    what can be made to go wrong, in debugfs
 */
#ifndef ZCNIC_H
#define ZCNIC_H

#include <linux/ethtool.h>
#include <linux/hrtimer.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <net/netdev_queues.h>
#include <net/page_pool/helpers.h>

#define ZCNIC_QUEUES   16 /* at most */
#define ZCNIC_RULES    64
#define ZCNIC_TABLES   16 /* of RSS; 0 is that of the device */
#define ZCNIC_INDIR    128
#define ZCNIC_KEY      40
#define ZCNIC_HEADER   128 /* bytes: Ethernet, IPv6 and TCP with all options */
#define ZCNIC_RING     1024
#define ZCNIC_RING_MAX 8192

/* A packet received: its header is here, its payload in the buffers [first, first + count). */
struct zcnic_done {
	u8 header[ZCNIC_HEADER];
	void *whole; /* or the frame in one piece, to be freed by kfree() */
	u32 bytes;   /* of payload, or of the whole frame */
	u32 first;
	u32 hash;
	u16 header_bytes;
	u16 count;
	u16 mss; /* of segments merged into one by HW GRO, else 0 */
	u16 segments;
};

/* What a restarted queue gets anew. */
struct zcnic_memory {
	struct page_pool *pool;
	struct page_pool *headers; /* only for the fault that wastes them */
	netmem_ref *buffer;
	struct zcnic_done *done;
	u32 size; /* of each ring, a power of two */
	u32 buffer_bytes;
};

struct zcnic_counts {
	u64 packets, bytes;
	u64 hw_gro_packets, hw_gro_wire_packets;
	u64 linear, no_buffer, alloc_failed;
};

struct zcnic_fault {
	u32 drop_every; /* the n-th packet is lost */
	u32 linear_every;
	u32 delay_us;
	bool stall;
	bool header_pages; /* a page of a pool for each header, given back in softirq */
	bool wrong_queue;
};

struct zcnic_rx {
	struct napi_struct napi;
	struct zcnic_port *port;
	unsigned int index;
	int cpu; /* that polls; -1: whichever sends */
	call_single_data_t interrupt;
	struct hrtimer refill; /* when buffers ran out */
	struct zcnic_memory memory;
	/* Senders and the control path. */
	spinlock_t lock;
	bool live;
	u32 used; /* buffers, by senders */
	u32 head; /* packets, by senders */
	/* Only the poll. */
	u32 posted, released;  /* buffers */
	u32 tail;	       /* packets */
	unsigned long waiting; /* transmit queues of the other port that wait for buffers */
	struct zcnic_counts counts;
	struct u64_stats_sync sync;
	struct zcnic_fault fault;
	u32 seen; /* packets, for faults */
};

struct zcnic_tx {
	u64 packets, bytes, dropped, stops;
	bool impatient;
};

struct zcnic_rule {
	bool used;
	struct ethtool_rx_flow_spec spec;
	u32 table; /* of RSS, if the rule is for one */
};

struct zcnic_table {
	bool used;
	u32 queue[ZCNIC_INDIR];
};

struct zcnic_port {
	struct net_device *dev;
	struct zcnic_port *peer;
	struct device *parent;
	struct zcnic_rx rx[ZCNIC_QUEUES];
	struct zcnic_tx tx[ZCNIC_QUEUES];
	u32 ring;
	bool pause; /* a sender waits for buffers of the receiver */
	spinlock_t steering;
	struct zcnic_rule rule[ZCNIC_RULES];
	struct zcnic_table table[ZCNIC_TABLES];
	u8 key[ZCNIC_KEY];
	struct dentry *faults;
};

/* transmit.c */
netdev_tx_t zcnic_transmit(struct sk_buff *skb, struct net_device *dev);
void zcnic_transmit_timeout(struct net_device *dev, unsigned int queue);

/* receive.c */
int zcnic_poll(struct napi_struct *napi, int budget);
void zcnic_interrupt(struct zcnic_rx *rx);
void zcnic_rx_init(struct zcnic_port *port, unsigned int index);
void zcnic_rx_post(struct zcnic_rx *rx);

/* queues.c: with the device's lock held */
extern const struct netdev_queue_mgmt_ops zcnic_queue_ops;
extern const struct netdev_stat_ops zcnic_stat_ops;
int zcnic_open(struct net_device *dev);
int zcnic_stop(struct net_device *dev);

/* steer.c: which queue of the port that receives it; -1: none */
struct zcnic_flow {
	bool v6, tcp, udp;
	union {
		struct {
			__be32 source, target;
		} v4;
		struct {
			struct in6_addr source, target;
		} v6_address;
	};
	__be16 source_port, target_port;
};
void zcnic_steer_init(struct zcnic_port *port);
bool zcnic_flow_of(const struct sk_buff *skb, struct zcnic_flow *flow);
int zcnic_steer(struct zcnic_port *port, const struct zcnic_flow *flow, u32 *hash);
int zcnic_get_rxnfc(struct net_device *dev, struct ethtool_rxnfc *cmd, u32 *locations);
int zcnic_set_rxnfc(struct net_device *dev, struct ethtool_rxnfc *cmd);

/* ethtool.c */
extern const struct ethtool_ops zcnic_ethtool_ops;

/* faults.c */
void zcnic_faults_add(struct zcnic_port *port);
void zcnic_faults_remove(struct zcnic_port *port);
void zcnic_faults_init(void);
void zcnic_faults_exit(void);

#endif
