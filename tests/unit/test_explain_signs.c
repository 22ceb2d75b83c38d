// SPDX-License-Identifier: GPL-2.0-or-later
/* needs: analyze page reports -analyze/main.c tests/unit/explaining.c */
/* libs: gsl jansson */
/* What names a mechanism and what does not, where figures stand beside it that say more: one row of a table each. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>
#include <string.h>

#include <cmocka.h>

#include "analyze/causes/causes.h"
#include "tests/unit/explaining.h"

/* Segments sent again of three million, at a round trip in us; and another counter, by which zero of all others is known. */
#define LOSING(again, rtt)                                                                         \
	",tx,tcp,retransmits,0," #again ",segments\n,tx,tcp,rtt,0," #rtt                           \
	",us\n,tx,tcp,mss,0,1448,bytes\n,tx,netstat,counter,TcpOutSegs,3000000,events\n"

/* Each names the one that is said, or it does not: by one row that came to the worse set. */
static void test_what_one_row_says(void **state)
{
	static const struct {
		const char *id, *better, *worse;
		bool named;
	} cases[] = {
		/* Of packets that nobody counted no one knows that they became smaller. */
		{"measuring", "", ",tx,profile,component,task/tracing,200000000,ns\n", true},
		{"measuring", ",tx,nic,statistic,tx_packets,80000,events\n",
		 ",tx,profile,component,task/tracing,200000000,ns\n"
		 ",tx,nic,statistic,tx_packets,800000,events\n",
		 false},
		{"qdisc", ",tx,qdisc,overlimits,tbf 1:0,0,events\n",
		 ",tx,qdisc,overlimits,tbf 1:0,90000,events\n", true},
		{"qdisc", ",tx,qdisc,overlimits,htb 1:0,0,events\n",
		 ",tx,qdisc,overlimits,htb 1:0,90000,events\n", true},
		/* It has no rate: those are marks. */
		{"qdisc", ",tx,qdisc,overlimits,red 1:0,0,events\n",
		 ",tx,qdisc,overlimits,red 1:0,90000,events\n", false},
		/* Its rate is five times what came: what it costs is another question. */
		{"qdisc", ",tx,fact,on_path,qdisc,noqueue,\n",
		 ",tx,fact,on_path,qdisc,htb 100 Gbit/s,\n", false},
		/* Its overlimits are ticks that it waits for where the sender's CPU is busy, and its burst where that is idle. */
		{"qdisc", ",tx,fact,on_path,qdisc,noqueue,\n,tx,qdisc,overlimits,htb 1:0,0,events\n",
		 ",tx,fact,on_path,qdisc,htb 100 Gbit/s,\n,tx,qdisc,overlimits,htb 1:0,90000,events\n" BUSY(990),
		 false},
		{"qdisc", ",tx,fact,on_path,qdisc,noqueue,\n,tx,qdisc,overlimits,htb 1:0,0,events\n",
		 ",tx,fact,on_path,qdisc,htb 100 Gbit/s,\n,tx,qdisc,overlimits,htb 1:0,90000,events\n" BUSY(500),
		 true},
		/* Both are held back, and the worse by less of a rate. */
		{"qdisc", ",tx,fact,on_path,qdisc,tbf 40 Gbit/s,\n",
		 ",tx,fact,on_path,qdisc,tbf 20 Gbit/s,\n", true},
		{"qdisc", ",tx,fact,on_path,qdisc,tbf 400 Gbit/s,\n",
		 ",tx,fact,on_path,qdisc,tbf 100 Gbit/s,\n", false},
		{"pacing", ",tx,fact,option,pacing,40G,\n", ",tx,fact,option,pacing,20G,\n", true},
		/* A few segments sent again cost a sender nothing whose CPU is always busy, and one that waits much. */
		{"loss", ",tx,tcp,retransmits,0,0,segments\n",
		 ",tx,tcp,retransmits,0,1500,segments\n" BUSY(990), false},
		{"loss", ",tx,tcp,retransmits,0,0,segments\n",
		 ",tx,tcp,retransmits,0,1500,segments\n" BUSY(500), true},
		{"loss", ",tx,tcp,retransmits,0,0,segments\n",
		 ",tx,tcp,retransmits,0,9000,segments\n" BUSY(990), true},
		{"pacing", ",tx,fact,option,pacing,,\n", ",tx,fact,option,pacing,100G,\n", false},
		{"pacing", ",tx,fact,option,pacing,400G,\n", ",tx,fact,option,pacing,100G,\n",
		 false},
		/* Socket buffers are dearer for many reasons. */
		{"taps", ",tx,profile,component,task/skb,1,ns\n",
		 ",tx,profile,component,task/skb,300000000,ns\n", false},
		/* Counted by CPU: of a path without io_uring they are another program's. */
		{"io_wq", ",rx,iouring,punted,task,0,requests\n",
		 ",rx,iouring,punted,task,9000,requests\n", false},
		{"cq_overflow", ",rx,iouring,cq_overflow,task,0,events\n",
		 ",rx,iouring,cq_overflow,task,900,events\n", false},
		{"io_wq", ",rx,fact,option,path,uring,\n,rx,iouring,punted,task,0,requests\n",
		 ",rx,fact,option,path,uring,\n,rx,iouring,punted,task,9000,requests\n", true},
		{"devices", ",rx,fact,on_path,devices,veth in a bridge,\n",
		 ",rx,fact,on_path,devices,veth,\n,rx,profile,component,softirq/netdev,200000000,ns\n",
		 false},
		{"devices", ",rx,fact,on_path,devices,veth,\n",
		 ",rx,fact,on_path,devices,netkit,\n,rx,profile,component,softirq/netdev,200000000,ns\n",
		 false},
		{"devices", ",rx,fact,on_path,devices,veth,\n",
		 ",rx,fact,on_path,devices,bridge,\n,rx,profile,component,softirq/netdev,200000000,ns\n",
		 true},
		/* What is larger there is no smaller buffer, and what is on there is not off. */
		{"send_buffer",
		 ",tx,fact,sysctl,net.ipv4.tcp_wmem,4096 4096 32768,\n,tx,tcp,sndbuf_limited,0,0,ns\n",
		 ",tx,fact,sysctl,net.ipv4.tcp_wmem,4096 4096 4194304,\n,tx,tcp,sndbuf_limited,0,800000000,ns\n",
		 false},
		{"send_buffer",
		 ",tx,fact,sysctl,net.ipv4.tcp_wmem,4096 4096 4194304,\n,tx,tcp,sndbuf_limited,0,0,ns\n",
		 ",tx,fact,sysctl,net.ipv4.tcp_wmem,4096 4096 32768,\n,tx,tcp,sndbuf_limited,0,800000000,ns\n",
		 true},
		/* The receiver's is not the sender's. */
		{"send_buffer",
		 ",rx,fact,sysctl,net.ipv4.tcp_wmem,4096 4096 4194304,\n,tx,tcp,sndbuf_limited,0,0,ns\n",
		 ",rx,fact,sysctl,net.ipv4.tcp_wmem,4096 4096 32768,\n,tx,tcp,sndbuf_limited,0,800000000,ns\n",
		 false},
		/* What is given at once, where what may be reached is the same. */
		{"send_buffer",
		 ",tx,fact,sysctl,net.ipv4.tcp_wmem,4096 131072 4194304,\n,tx,tcp,sndbuf_limited,0,0,ns\n",
		 ",tx,fact,sysctl,net.ipv4.tcp_wmem,4096 4096 4194304,\n,tx,tcp,sndbuf_limited,0,800000000,ns\n",
		 true},
		/* A kernel that does not know a sysctl has not set it. */
		{"receive_buffer", ",tx,tcp,rwnd_limited,0,0,ns\n",
		 ",rx,fact,sysctl,net.ipv4.tcp_rcvbuf_low_rtt,1000,\n,tx,tcp,rwnd_limited,0,800000000,ns\n",
		 false},
		{"gro", ",rx,fact,nic,gro_max_size,65536,\n",
		 ",rx,fact,nic,gro_max_size,185000,\n,rx,profile,component,softirq/TCP/IP,200000000,ns\n",
		 false},
		/* A NIC that counts what is on the wire. */
		{"segmentation",
		 ",tx,fact,nic,feature tx-tcp-segmentation,on,\n,tx,nic,statistic,tx_packets,4000000,events\n",
		 ",tx,fact,nic,feature tx-tcp-segmentation,off,\n,tx,nic,statistic,tx_packets,2000000,events\n"
		 ",tx,profile,component,softirq/TCP/IP,200000000,ns\n,tx,profile,symbol,softirq;[kernel];tcp_gso_segment,200,samples\n",
		 true},
		{"receive_buffer", ",rx,fact,option,rcvbuf,64K,\n,tx,tcp,rwnd_limited,0,0,ns\n",
		 ",rx,fact,option,rcvbuf,2M,\n,tx,tcp,rwnd_limited,0,800000000,ns\n", false},
		{"segmentation",
		 ",tx,fact,nic,feature tx-tcp-segmentation,off,\n,tx,nic,statistic,tx_packets,80000,events\n",
		 ",tx,fact,nic,feature tx-tcp-segmentation,on,\n,tx,nic,statistic,tx_packets,2000000,events\n",
		 false},
		{"traced", ",rx,fact,process,traced by,strace,\n",
		 ",rx,fact,process,traced by,nobody,\n,rx,profile,component,task/syscall entry,200000000,ns\n",
		 false},
		/* What a route says of another thing. */
		{"receive_buffer",
		 ",tx,fact,on_path,route metrics,none,\n,tx,tcp,rwnd_limited,0,0,ns\n",
		 ",tx,fact,on_path,route metrics,mtu 600,\n,tx,tcp,rwnd_limited,0,800000000,ns\n",
		 false},
		{"receive_buffer",
		 ",tx,fact,on_path,route metrics,none,\n,tx,tcp,rwnd_limited,0,0,ns\n",
		 ",tx,fact,on_path,route metrics,\"mtu 600, window 9000\",\n,tx,tcp,rwnd_limited,0,800000000,ns\n",
		 true},
		/* Another device has other queues: that nobody set anything is no setting. */
		{"softirq_cpu", ",tx,fact,irq_affinity,queues/tx-0/xps_cpus,0,\n",
		 ",tx,profile,component,softirq/netdev,200000000,ns\n", false},
		{"softirq_cpu", ",tx,fact,irq_affinity,queues/rx-0/rps_cpus,0,\n",
		 ",tx,fact,irq_affinity,queues/rx-0/rps_cpus,1,\n,tx,profile,component,softirq/netdev,200000000,ns\n",
		 true},
		/* What came earlier to a CPU was not held up by its priority. */
		{"priority",
		 ",rx,fact,process,scheduling,other nice 19,\n,rx,cpu,wait,rx/1,1000000,ns\n,rx,cpu,thread,rx/1,990000000,ns\n",
		 ",rx,fact,process,scheduling,other nice 0,\n,rx,cpu,wait,rx/1,500000000,ns\n,rx,cpu,thread,rx/1,490000000,ns\n",
		 false},
		{"priority",
		 ",rx,fact,process,scheduling,fifo priority 3,\n,rx,cpu,wait,rx/1,1000000,ns\n,rx,cpu,thread,rx/1,990000000,ns\n",
		 ",rx,fact,process,scheduling,batch nice 0,\n,rx,cpu,wait,rx/1,500000000,ns\n,rx,cpu,thread,rx/1,490000000,ns\n",
		 true},
		{"priority",
		 ",rx,fact,process,scheduling,idle,\n,rx,cpu,wait,rx/1,1000000,ns\n,rx,cpu,thread,rx/1,990000000,ns\n",
		 ",rx,fact,process,scheduling,other nice -5,\n,rx,cpu,wait,rx/1,500000000,ns\n,rx,cpu,thread,rx/1,490000000,ns\n",
		 false},
		/* A ksoftirqd of the end's CPU works for it, that of another CPU does not. */
		{"neighbour", ",rx,cpu,wait,rx/1,1000000,ns\n,rx,cpu,thread,rx/1,990000000,ns\n",
		 ",rx,cpu,wait,rx/1,500000000,ns\n,rx,cpu,thread,rx/1,490000000,ns\n,tx,cpu,thread,ksoftirqd/0/14,480000000,ns\n",
		 false},
		{"neighbour", ",rx,cpu,wait,rx/1,1000000,ns\n,rx,cpu,thread,rx/1,990000000,ns\n",
		 ",rx,cpu,wait,rx/1,500000000,ns\n,rx,cpu,thread,rx/1,490000000,ns\n,rx,cpu,thread,ksoftirqd/7/14,480000000,ns\n",
		 true},
		/* A second for 2.5 GB became two: seven events of a tick each do not take so long. */
		{"few_buffers", ",rx,path,buffers_exhausted,,0,events\n",
		 ",rx,path,buffers_exhausted,,7,events\n", false},
		{"few_buffers", ",rx,path,buffers_exhausted,,0,events\n",
		 ",rx,path,buffers_exhausted,,70,events\n", true},
		/* Losses of one in 10,000 at 10 us let 140 Gbit/s through; at 1 ms less than came, or where timers ran out. */
		{"loss", LOSING(0, 10), LOSING(300, 10), false},
		{"loss", LOSING(0, 1000), LOSING(300, 1000), true},
		{"loss", LOSING(0, 10),
		 LOSING(300, 10) ",tx,netstat,counter,TcpExtTCPTimeouts,2,events\n", true},
		/* A CPU that is always busy is not held up by so few, but for a window that they have closed. */
		{"loss", LOSING(0, 1000) BUSY(999), LOSING(300, 1000) BUSY(999), false},
		{"loss", LOSING(0, 1000) BUSY(999),
		 LOSING(300, 1000) BUSY(999) ",tx,tcp,cwnd,0,7000,segments\n", false},
		{"loss", LOSING(0, 1000) BUSY(999),
		 LOSING(300, 1000) BUSY(999) ",tx,tcp,cwnd,0,7,segments\n", true},
		/* Calls of setsockopt give buffers back where the path is devmem; on another they are anything. */
		{"token_batch", ",rx,syscalls,calls,setsockopt,100,calls\n",
		 ",rx,syscalls,calls,setsockopt,90000,calls\n", false},
		{"unmapped", ",rx,fact,option,path,zcrx,\n,rx,path,bytes_copied,,0,bytes\n",
		 ",rx,fact,option,path,zcrx,\n,rx,path,bytes_copied,,2500000000,bytes\n,rx,profile,component,softirq/data copy,300000000,ns\n",
		 false},
		/* More requests were asked for, or other ends could not answer so many. */
		{"rate", ",tx,fact,option,rate,10000,\n,tx,path,responses,,9990,responses\n",
		 ",tx,fact,option,rate,20000,\n,tx,path,responses,,9000,responses\n", false},
		{"rate", ",tx,fact,option,rate,90000,\n,tx,path,responses,,20000,responses\n",
		 ",tx,fact,option,rate,80000,\n,tx,path,responses,,9000,responses\n", false},
		{"connections", ",tx,netstat,counter,TcpOutSegs,3000000,events\n",
		 ",tx,netstat,counter,TcpOutSegs,3000000,events\n,tx,netstat,counter,TcpActiveOpens,9000,events\n",
		 true},
		/* One setting alone that no mechanism knows; with another it is not known which; taps would have been seen. */
		{"setting", ",rx,fact,option,bundles,yes,\n", ",rx,fact,option,bundles,no,\n", true},
		{"setting",
		 ",rx,fact,option,bundles,yes,\n,host,fact,sysctl,vm.zone_reclaim_mode,0,\n",
		 ",rx,fact,option,bundles,no,\n,host,fact,sysctl,vm.zone_reclaim_mode,1,\n", false},
		{"setting", ",rx,fact,on_path,packet sockets,0,\n",
		 ",rx,fact,on_path,packet sockets,1,\n", false},
		/* Of tables that were cut off, at 3 and 9 samples: what is in neither is not known to be dearer. */
		{"conntrack", ",tx,profile,floor,,3,samples\n", ",tx,profile,floor,,90,samples\n",
		 false},
		{"conntrack", ",tx,profile,floor,,3,samples\n",
		 ",tx,profile,floor,,90,samples\n,tx,profile,component,softirq/TCP/IP,200000000,ns\n"
		 ",tx,profile,symbol,softirq;[kernel];nf_conntrack_in,200,samples\n",
		 true},
		/* What a smaller read makes of a batch. */
		{"token_batch",
		 ",rx,fact,option,path,devmem,\n,rx,syscalls,calls,setsockopt,100,calls\n,rx,path,receive_size,8388608,600,receives\n",
		 ",rx,fact,option,path,devmem,\n,rx,syscalls,calls,setsockopt,1600,calls\n,rx,path,receive_size,524288,4700,receives\n"
		 ",rx,profile,component,softirq/memory,200000000,ns\n,rx,profile,symbol,task;[kernel];gen_pool_alloc_algo_owner,200,samples\n",
		 false},
		/* Two threads of one end take turns on its CPU, and nobody else is there. */
		{"neighbour", ",tx,cpu,wait,tx/1,1000000,ns\n,tx,cpu,thread,tx/1,990000000,ns\n",
		 ",tx,cpu,wait,tx/1,500000000,ns\n,tx,cpu,thread,tx/1,500000000,ns\n"
		 ",tx,cpu,wait,tx/2,500000000,ns\n,tx,cpu,thread,tx/2,500000000,ns\n",
		 false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		bool named = false;
		struct pair p;

		explain(&p, 40, cases[i].better, 20, cases[i].worse);
		for (size_t j = 0; j < p.causes.count; j++)
			named |= !strcmp(p.causes.at[j].mechanism->id, cases[i].id);
		if (named != cases[i].named)
			fail_msg("%s by %s", cases[i].id, cases[i].worse);
		forget(&p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_one_row_says),
	};

	return cmocka_run_group_tests(tests, explaining_start, explaining_finish);
}
