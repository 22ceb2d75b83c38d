// SPDX-License-Identifier: GPL-2.0-or-later
/* needs: analyze page reports -analyze/main.c tests/unit/explaining.c */
/* libs: gsl jansson */
/* Each mechanism of zcroi explain has a row here: the figures that name it, and without which it is not named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "analyze/causes/mechanism.h"
#include "tests/unit/explaining.h"

/*
 * What names a mechanism: rows of the better set and of the worse, whose throughput is half. And
 * what does not: the same rows of the worse set without those behind the mark.
 */
#define MARK "#"
#define BUSY_AT(end, cpu, ms)                                                                      \
	"," end ",cpu,user," #cpu ",0,ns\n," end ",cpu,irq," #cpu ",0,ns\n," end                   \
	",cpu,softirq," #cpu ",0,ns\n," end ",cpu,system," #cpu "," #ms "000000,ns\n"
#define URING ",rx,fact,option,path,uring,\n"

static const struct {
	const char *id;
	const char *better, *worse;
} known[] = {
	{"netfilter", ",rx,fact,on_path,nft rules,0,\n,tx,profile,component,softirq/TCP/IP,1,ns\n",
	 ",rx,fact,on_path,nft rules,2000,\n" MARK
	 ",tx,profile,component,softirq/TCP/IP,300000000,ns\n"
	 ",tx,profile,symbol,softirq;[kernel];nft_do_chain,300,samples\n"},
	{"conntrack", ",rx,fact,on_path,conntrack,off,\n",
	 ",rx,fact,on_path,conntrack,on,\n" MARK
	 ",tx,profile,component,softirq/TCP/IP,200000000,ns\n"
	 ",tx,profile,symbol,softirq;[kernel];nf_conntrack_in,200,samples\n"},
	{"routing", ",rx,fact,on_path,routing rules,3,\n",
	 ",rx,fact,on_path,routing rules,2003,\n" MARK
	 ",rx,profile,component,softirq/TCP/IP,200000000,ns\n"
	 ",rx,profile,symbol,softirq;[kernel];fib_rules_lookup,200,samples\n"},
	{"fewer_cpus", ",rx,fact,end_cpus,,\"0,2\",\n,rx,cpu,busy,,170,%\n",
	 MARK ",rx,cpu,busy,,99,%\n"},
	{"affinity", ",tx,cpu,allowed,open/0-1,3,threads\n,tx,cpu,allowed,close/0-1,3,threads\n",
	 MARK ",tx,cpu,allowed,open/0-1,3,threads\n,tx,cpu,allowed,close/0-1,2,threads\n"
	      ",tx,cpu,allowed,close/0,1,threads\n"},
	{"taps", ",tx,fact,on_path,packet sockets,0,\n",
	 ",tx,fact,on_path,packet sockets,8,\n" MARK
	 ",tx,profile,component,softirq/netdev,200000000,ns\n"
	 ",tx,profile,symbol,softirq;[kernel];packet_rcv,200,samples\n"},
	{"programs", ",rx,fact,on_path,tc filters,0,\n",
	 ",rx,fact,on_path,tc filters,500,\n" MARK
	 ",tx,profile,component,softirq/netdev,200000000,ns\n"
	 ",tx,profile,symbol,softirq;[kernel];u32_classify,200,samples\n"},
	{"qdisc", ",tx,fact,on_path,qdisc,noqueue,\n",
	 MARK ",tx,fact,on_path,qdisc,tbf 20 Gbit/s,\n"},
	{"segmentation",
	 ",tx,fact,nic,feature tx-tcp-segmentation,on,\n,tx,nic,statistic,tx_packets,80000,events\n",
	 ",tx,fact,nic,feature tx-tcp-segmentation,off,\n" MARK
	 ",tx,nic,statistic,tx_packets,2000000,events\n"},
	{"pacing", ",tx,fact,option,pacing,,\n", MARK ",tx,fact,option,pacing,20G,\n"},
	{"receive_buffer", ",rx,fact,option,rcvbuf,,\n,tx,tcp,rwnd_limited,0,0,ns\n",
	 ",rx,fact,option,rcvbuf,32K,\n" MARK ",tx,tcp,rwnd_limited,0,800000000,ns\n"},
	{"receive_window", ",tx,tcp,rwnd_limited,0,0,ns\n",
	 MARK ",tx,tcp,rwnd_limited,0,800000000,ns\n"},
	{"send_buffer_limit", ",tx,tcp,sndbuf_limited,0,0,ns\n",
	 MARK ",tx,tcp,sndbuf_limited,0,800000000,ns\n"},
	{"loss", ",tx,tcp,retransmits,0,0,segments\n", MARK ",tx,tcp,retransmits,0,9000,segments\n"},
	{"neighbour",
	 ",rx,cpu,wait,rx-copy-0/1,1000000,ns\n,rx,cpu,thread,rx-copy-0/1,990000000,ns\n",
	 MARK ",rx,cpu,thread,rx-copy-0/1,490000000,ns\n,rx,cpu,wait,rx-copy-0/1,500000000,ns\n"},
	{"quota",
	 ",rx,cpu,wait,rx-copy-0/1,1000000,ns\n,rx,cpu,thread,rx-copy-0/1,990000000,ns\n,rx,pressure,throttled_ns,,0,ns\n",
	 ",rx,cpu,thread,rx-copy-0/1,490000000,ns\n,rx,cpu,wait,rx-copy-0/1,500000000,ns\n" MARK
	 ",rx,pressure,throttled_ns,,500000000,ns\n"},
	{"notification_waits",
	 ",tx,fact,option,flush_every,0,\n,tx,path,notification_waits,,0,events\n",
	 ",tx,fact,option,flush_every,1,\n" MARK ",tx,path,notification_waits,,9000,events\n"},
	{"cq_overflow", URING ",rx,iouring,cq_overflow,task,0,events\n",
	 URING MARK ",rx,iouring,cq_overflow,task,900,events\n"},
	{"few_buffers", ",rx,path,buffers_exhausted,,0,events\n",
	 MARK ",rx,path,buffers_exhausted,,9000,events\n"},
	{"io_wq", URING ",rx,iouring,punted,task,0,requests\n",
	 URING MARK ",rx,iouring,punted,task,9000,requests\n"},
	{"iowait", ",rx,iowait,time,rx/1/io_uring_enter,0,ns\n",
	 MARK ",rx,iowait,time,rx/1/io_uring_enter,700000000,ns\n"},
	{"enters", ",host,fact,program,,zcroi 1,\n,rx,syscalls,calls,io_uring_enter,1000,calls\n",
	 ",host,fact,program,,zcroi 1,\n" MARK ",rx,syscalls,calls,io_uring_enter,90000,calls\n"},
	{"squeeze", ",host,softnet,squeezed,0,0,events\n",
	 MARK ",host,softnet,squeezed,0,9000,events\n"},
	{"ksoftirqd", ",rx,softirq,in_ksoftirqd,0,0,ns\n",
	 MARK ",rx,softirq,in_ksoftirqd,0,600000000,ns\n"},
	{"faults", ",rx,profile,component,task/memory,1,ns\n",
	 MARK ",rx,profile,component,task/memory,300000000,ns\n"
	      ",rx,profile,symbol,task;[kernel];clear_huge_page,300,samples\n"},
	{"steal", ",host,cpu,steal,2,0,ns\n", MARK ",host,cpu,steal,2,400000000,ns\n"},
	{"optmem", ",tx,path,enobufs,,0,calls\n", MARK ",tx,path,enobufs,,900,calls\n"},
	{"area", ",rx,path,alloc_failures,,0,events\n",
	 MARK ",rx,path,alloc_failures,,900,events\n"},
	{"refill", ",rx,path,refill_stalls,,0,buffers\n",
	 MARK ",rx,path,refill_stalls,,900,buffers\n"},
	{"shared_refill", ",rx,path,refill_waits,,0,calls\n",
	 MARK ",rx,path,refill_waits,,9000,calls\n"},
	{"linear", ",rx,path,bytes_linear,,0,bytes\n",
	 MARK ",rx,path,bytes_linear,,90000000,bytes\n"},
	{"zcrx_copies", ",rx,fact,option,path,zcrx,\n,rx,iouring,zcrx_copied,task,0,bytes\n",
	 ",rx,fact,option,path,zcrx,\n" MARK ",rx,iouring,zcrx_copied,task,90000000,bytes\n"},
	{"token_batch",
	 ",rx,fact,option,path,devmem,\n,rx,fact,option,batch,1024,\n,rx,syscalls,calls,setsockopt,100,calls\n",
	 ",rx,fact,option,path,devmem,\n,rx,fact,option,batch,64,\n" MARK
	 ",rx,syscalls,calls,setsockopt,1600,calls\n"},
	{"page_pool", ",rx,pagepool,slow,softirq,0,calls\n",
	 MARK ",rx,pagepool,slow,softirq,90000,calls\n"},
	{"qdisc_work", ",tx,fact,on_path,qdisc,noqueue,\n",
	 ",tx,fact,on_path,qdisc,htb,\n" MARK ",tx,profile,component,softirq/netdev,200000000,ns\n"
	 ",tx,profile,symbol,softirq;[kernel];htb_dequeue,200,samples\n"},
	{"checksum", ",tx,fact,nic,feature tx-checksum-ip-generic,on,\n",
	 ",tx,fact,nic,feature tx-checksum-ip-generic,off,\n" MARK
	 ",tx,profile,component,task/TCP/IP,200000000,ns\n"
	 ",tx,profile,symbol,task;[kernel];csum_partial,200,samples\n"},
	{"gro",
	 ",rx,fact,nic,feature rx-gro,on,\n,rx,skb,segments,softirq,2000000,segments\n,rx,skb,received,softirq,50000,packets\n",
	 ",rx,fact,nic,feature rx-gro,off,\n" MARK
	 ",rx,skb,segments,softirq,1000000,segments\n,rx,skb,received,softirq,1000000,packets\n"},
	{"mtu", ",tx,fact,nic,mtu,9000,\n,tx,tcp,mss,0,8948,bytes\n",
	 ",tx,fact,nic,mtu,1500,\n" MARK ",tx,tcp,mss,0,1448,bytes\n"},
	{"segment_size", ",tx,fact,option,mss,,\n,tx,tcp,mss,0,8948,bytes\n",
	 ",tx,fact,option,mss,536,\n" MARK ",tx,tcp,mss,0,536,bytes\n"},
	{"read_size", ",rx,fact,option,read,256K,\n,rx,path,receive_size,65536,40000,receives\n",
	 ",rx,fact,option,read,2K,\n" MARK ",rx,path,receive_size,2048,1200000,receives\n"},
	{"write_size", ",tx,fact,option,write,256K,\n,tx,path,calls,,20000,calls\n",
	 ",tx,fact,option,write,2K,\n" MARK ",tx,path,calls,,1200000,calls\n"},
	{"receives", ",rx,path,receive_size,65536,40000,receives\n",
	 ",rx,path,receive_size,2048,1200000,receives\n" MARK
	 ",rx,profile,component,task/syscall entry,200000000,ns\n"},
	{"delay", ",tx,fact,on_path,qdisc,noqueue,\n,tx,tcp,rtt,0,50,us\n",
	 ",tx,fact,on_path,qdisc,netem delay 2 ms,\n" MARK ",tx,tcp,rtt,0,2050,us\n"},
	{"overshoot",
	 ",rx,latency,samples,softirq,1000,packets\n,rx,latency,total,softirq,50000000,ns\n",
	 MARK ",rx,latency,samples,softirq,1000,packets\n,rx,latency,total,softirq,900000000,ns\n"
	      ",rx,profile,component,softirq/data copy,200000000,ns\n"},
	{"send_buffer", ",tx,fact,option,sndbuf,,\n,tx,tcp,sndbuf_limited,0,0,ns\n",
	 ",tx,fact,option,sndbuf,16K,\n" MARK ",tx,tcp,sndbuf_limited,0,800000000,ns\n"},
	{"boot_options",
	 ",host,fact,kernel,boot options,none,\n,tx,profile,component,softirq/memory,1,ns\n",
	 ",host,fact,kernel,boot options,slub_debug=FZPU,\n" MARK
	 ",tx,profile,component,softirq/memory,300000000,ns\n"},
	{"unsent_limit",
	 ",tx,fact,sysctl,net.ipv4.tcp_notsent_lowat,4294967295,\n,tx,tcp,cwnd,0,400,segments\n",
	 ",tx,fact,sysctl,net.ipv4.tcp_notsent_lowat,2048,\n" MARK ",tx,tcp,cwnd,0,100,segments\n"},
	{"small_queues",
	 ",tx,fact,sysctl,net.ipv4.tcp_limit_output_bytes,4194304,\n,tx,profile,component,softirq/TCP/IP,1,ns\n",
	 ",tx,fact,sysctl,net.ipv4.tcp_limit_output_bytes,2048,\n" MARK
	 ",tx,profile,component,softirq/TCP/IP,300000000,ns\n"},
	{"sleeps", ",rx,syscalls,total,recvfrom,900000000,ns\n",
	 ",rx,syscalls,total,recvfrom,100000000,ns\n" MARK
	 ",rx,syscalls,total,clock_nanosleep,800000000,ns\n"},
	{"user_locks", ",tx,syscalls,total,futex,900000,ns\n,tx,syscalls,calls,futex,9,calls\n",
	 ",tx,syscalls,total,futex,900000000,ns\n" MARK ",tx,syscalls,calls,futex,90000,calls\n"},
	{"files", ",rx,syscalls,total,recvfrom,900000000,ns\n",
	 ",rx,syscalls,total,recvfrom,100000000,ns\n" MARK
	 ",rx,syscalls,total,fdatasync,800000000,ns\n"},
	{"congestion_control", ",tx,fact,option,cc,cubic,\n,tx,tcp,cwnd,0,400,segments\n",
	 ",tx,fact,option,cc,reno,\n" MARK ",tx,tcp,cwnd,0,100,segments\n"},
	{"softirq_cpu", ",rx,fact,option,irq_cpu,,\n,host,softnet,rps,0,0,events\n",
	 ",rx,fact,option,irq_cpu,1,\n" MARK ",host,softnet,rps,0,900000,events\n"},
	{"singleshot", ",rx,fact,option,singleshot,no,\n,rx,path,rearms,,0,events\n",
	 ",rx,fact,option,singleshot,yes,\n" MARK ",rx,path,rearms,,90000,events\n"},
	{"copied_notifications", ",tx,fact,option,path,send_zc,\n,tx,path,bytes_copied,,0,bytes\n",
	 MARK ",tx,fact,option,path,send_zc,\n,tx,path,bytes_copied,,2500000000,bytes\n"},
	{"small_sends", ",tx,fact,option,path,send_zc,\n,tx,path,calls,,20000,calls\n",
	 ",tx,fact,option,path,send_zc,\n" MARK ",tx,path,calls,,1200000,calls\n"
	 ",tx,profile,component,task/io_uring,200000000,ns\n"},
	{"token_lock",
	 ",rx,fact,option,path,devmem,\n,rx,syscalls,calls,setsockopt,1000,calls\n,rx,syscalls,total,setsockopt,78000000,ns\n",
	 ",rx,fact,option,path,devmem,\n" MARK
	 ",rx,syscalls,calls,setsockopt,500,calls\n,rx,syscalls,total,setsockopt,103000000,ns\n"
	 ",rx,profile,component,task/memory,200000000,ns\n"
	 ",rx,profile,symbol,task;[kernel];gen_pool_free_owner,200,samples\n"},
	{"late_recycling",
	 ",rx,fact,option,path,devmem,\n,rx,path,receive_size,8388608,600,receives\n",
	 ",rx,fact,option,path,devmem,\n,rx,path,receive_size,524288,4700,receives\n" MARK
	 ",rx,profile,component,task/memory,200000000,ns\n"
	 ",rx,profile,symbol,task;[kernel];gen_pool_alloc_algo_owner,200,samples\n"},
	{"header_pages", ",rx,fact,nic,feature rx-gro-hw,off,\n",
	 ",rx,fact,nic,feature rx-gro-hw,on,\n" MARK
	 ",rx,profile,component,softirq/memory,200000000,ns\n"
	 ",rx,profile,component,task/locks,200000000,ns\n"
	 ",rx,profile,symbol,softirq;[kernel];page_pool_put_unrefed_netmem,200,samples\n"},
	{"rx_buf_len",
	 ",rx,fact,option,path,zcrx,\n,rx,fact,option,rx_buf_len,64K,\n,rx,iouring,completions,task,50000,events\n",
	 ",rx,fact,option,path,zcrx,\n,rx,fact,option,rx_buf_len,4K,\n" MARK
	 ",rx,iouring,completions,task,600000,events\n"},
	{"memory", ",tx,nic,statistic,tx_packets,80000,events\n",
	 MARK ",tx,nic,statistic,tx_packets,40000,events\n"
	      ",rx,profile,component,softirq/data copy,360000000,ns\n"
	      ",tx,profile,component,softirq/data copy,360000000,ns\n"},
	{"ddio", ",rx,pmu,llc_miss_ratio,,0.1,ratio\n",
	 MARK ",rx,pmu,llc_miss_ratio,,0.5,ratio\n"
	      ",rx,profile,component,softirq/data copy,200000000,ns\n"},
	{"accounting", ",tx,profile,component,task/memory,1,ns\n",
	 MARK ",tx,profile,component,task/memory,200000000,ns\n"
	      ",tx,profile,symbol,task;[kernel];try_charge_memcg,200,samples\n"},
	{"seccomp", ",tx,fact,on_path,seccomp filters,0,\n",
	 ",tx,fact,on_path,seccomp filters,1,\n" MARK
	 ",tx,profile,component,task/syscall entry,200000000,ns\n"},
	{"lsm", ",tx,profile,component,task/syscall entry,1,ns\n",
	 MARK ",tx,profile,component,task/syscall entry,200000000,ns\n"
	      ",tx,profile,symbol,task;[kernel];apparmor_socket_sendmsg,200,samples\n"},
	{"lock_waits", ",tx,locks,wait,task/lock_sock_nested,0,ns\n",
	 MARK ",tx,locks,wait,task/lock_sock_nested,300000000,ns\n"
	      ",tx,profile,component,task/locks,300000000,ns\n"},
	{"idle_states",
	 ",host,cstate,entries,0/C6,1000,events\n,host,cstate,exit_latency,0/C6,100,us\n",
	 MARK ",host,cstate,entries,0/C6,4000,events\n,host,cstate,exit_latency,0/C6,100,us\n"},
	{"wakeups", ",tx,profile,component,task/scheduling,1,ns\n",
	 MARK ",tx,profile,component,task/scheduling,200000000,ns\n"
	      ",tx,profile,symbol,task;[kernel];try_to_wake_up,200,samples\n"},
	{"mitigations", ",host,fact,mitigation,retbleed,Not affected,\n",
	 ",host,fact,mitigation,retbleed,Mitigation: untrained return thunk,\n" MARK
	 ",tx,profile,component,task/syscall entry,200000000,ns\n"},
	{"measuring", ",tx,nic,statistic,tx_packets,80000,events\n",
	 ",tx,nic,statistic,tx_packets,40000,events\n" MARK
	 ",tx,profile,component,task/tracing,200000000,ns\n"},
	{"packet_size", ",tx,nic,statistic,tx_packets,80000,events\n",
	 ",tx,profile,component,softirq/TCP/IP,200000000,ns\n" MARK
	 ",tx,nic,statistic,tx_packets,900000,events\n"},
	{"verify", ",tx,fact,option,verify,no,\n",
	 ",tx,fact,option,verify,yes,\n" MARK ",rx,profile,component,task/user,300000000,ns\n"},
	{"pinning", ",tx,fact,option,plain_buffers,no,\n",
	 ",tx,fact,option,plain_buffers,yes,\n" MARK
	 ",tx,profile,component,task/memory,200000000,ns\n"
	 ",tx,profile,symbol,task;[kernel];gup_fast_fallback,200,samples\n"},
	{"kernel", ",host,fact,kernel,,6.18,\n",
	 ",host,fact,kernel,,7.0,\n" MARK ",rx,profile,component,task/other,200000000,ns\n"},
	{"one_cpu", "", MARK ",tx,fact,end_cpus,,0,\n"},
	{"xdp", ",rx,fact,on_path,xdp,none,\n,tx,nic,statistic,tx_packets,80000,events\n",
	 ",rx,fact,on_path,xdp,native,\n,tx,fact,nic,feature tx-tcp-segmentation,off,\n" MARK
	 ",tx,nic,statistic,tx_packets,2000000,events\n"},
	{"ecn", ",tx,netstat,counter,TcpOutSegs,3000000,events\n",
	 ",tx,netstat,counter,TcpOutSegs,3000000,events\n" MARK
	 ",tx,netstat,counter,TcpExtTCPDeliveredCE,30000,events\n"},
	{"reordering", ",rx,netstat,counter,TcpInSegs,3000000,events\n",
	 ",rx,netstat,counter,TcpInSegs,3000000,events\n" MARK
	 ",rx,netstat,counter,TcpExtTCPOFOQueue,90000,events\n"},
	{"tcp_memory",
	 ",host,fact,sysctl,net.ipv4.tcp_mem,287901 383868 575802,\n,rx,netstat,counter,TcpInSegs,3000000,events\n",
	 ",host,fact,sysctl,net.ipv4.tcp_mem,200 300 400,\n,rx,netstat,counter,TcpInSegs,3000000,events\n" MARK
	 ",rx,netstat,counter,TcpExtTCPMemoryPressures,900,events\n"},
	{"small_packets",
	 ",tx,fact,sysctl,net.ipv4.tcp_autocorking,1,\n,tx,nic,statistic,tx_packets,80000,events\n",
	 ",tx,fact,sysctl,net.ipv4.tcp_autocorking,0,\n" MARK
	 ",tx,nic,statistic,tx_packets,2000000,events\n"},
	{"classes", ",tx,fact,socket,tcp priority,0,\n,tx,tcp,rtt,0,300,us\n",
	 ",tx,fact,socket,tcp priority,65556,\n" MARK ",tx,tcp,rtt,0,3300,us\n"},
	{"environment", ",tx,fact,process,environment,none,\n,tx,syscalls,calls,futex,9,calls\n",
	 ",tx,fact,process,environment,MALLOC_ARENA_MAX=1,\n" MARK
	 ",tx,syscalls,calls,futex,90000,calls\n"},
	{"held_back", ",rx,fact,socket,tcp cork,no,\n" BUSY_AT("rx", 0, 900),
	 ",rx,fact,socket,tcp cork,yes,\n" MARK BUSY_AT("rx", 0, 300)},
	{"low_watermark", ",rx,fact,socket,tcp low watermark,1,\n" BUSY_AT("rx", 0, 900),
	 ",rx,fact,socket,tcp low watermark,65536,\n" MARK BUSY_AT("rx", 0, 300)},
	{"datagram_buffer",
	 ",rx,fact,socket,udp receive buffer,212992,\n,rx,netstat,counter,UdpInDatagrams,3000000,events\n",
	 ",rx,fact,socket,udp receive buffer,4608,\n,rx,netstat,counter,UdpInDatagrams,1000000,events\n" MARK
	 ",rx,netstat,counter,UdpRcvbufErrors,1900000,events\n"},
	{"devices", ",rx,fact,on_path,devices,veth,\n",
	 ",rx,fact,on_path,devices,veth in a bridge,\n" MARK
	 ",rx,profile,component,softirq/netdev,200000000,ns\n"},
	{"priority",
	 ",rx,fact,process,scheduling,other nice 0,\n,rx,cpu,wait,rx-copy-0/1,1000000,ns\n,rx,cpu,thread,rx-copy-0/1,990000000,ns\n",
	 ",rx,fact,process,scheduling,idle,\n" MARK
	 ",rx,cpu,thread,rx-copy-0/1,490000000,ns\n,rx,cpu,wait,rx-copy-0/1,500000000,ns\n"},
	{"traced", ",rx,fact,process,traced by,nobody,\n",
	 ",rx,fact,process,traced by,strace,\n" MARK
	 ",rx,profile,component,task/syscall entry,200000000,ns\n"},
	{"user_code", ",rx,profile,component,task/user,1,ns\n",
	 MARK ",rx,profile,component,task/user,300000000,ns\n"},
	{"tx_queue",
	 ",rx,fact,nic,rx ring,1024,\n,tx,nic,queue_statistic,tx-0/tx_packets,1000000,events\n",
	 ",rx,fact,nic,rx ring,64,\n,tx,nic,queue_statistic,tx-0/tx_packets,1000000,events\n" MARK
	 ",tx,nic,queue_statistic,tx-0/tx_stop,9000,events\n"},
	{"interrupts", ",rx,fact,nic,coalesce rx usecs,0,\n,tx,tcp,rtt,0,50,us\n",
	 ",rx,fact,nic,coalesce rx usecs,500,\n" MARK ",tx,tcp,rtt,0,550,us\n"},
	{"round_trip", BUSY_AT("rx", 0, 900) ",tx,tcp,rtt,0,50,us\n",
	 BUSY_AT("rx", 0, 500) MARK ",tx,tcp,rtt,0,550,us\n"},
	{"driver", ",rx,fact,nic,driver,zcnic,\n",
	 ",rx,fact,nic,driver,zcnic,\n" MARK ",rx,profile,component,softirq/unmapped,200000000,ns\n"
	 ",rx,profile,symbol,softirq;[zcnic];zcnic_burn,200,samples\n"},
	{"rate", ",tx,fact,option,rate,20000,\n,tx,path,responses,,20000,responses\n",
	 ",tx,fact,option,rate,10000,\n" MARK ",tx,path,responses,,9990,responses\n"},
	{"one_by_one", ",tx,fact,option,rpc_depth,32,\n,tx,path,responses,,200000,responses\n",
	 ",tx,fact,option,rpc_depth,1,\n" MARK ",tx,path,responses,,20000,responses\n"},
	{"connections",
	 ",tx,fact,option,reconnect,no,\n,tx,netstat,counter,TcpOutSegs,3000000,events\n",
	 ",tx,fact,option,reconnect,yes,\n,tx,netstat,counter,TcpOutSegs,3000000,events\n" MARK
	 ",tx,netstat,counter,TcpActiveOpens,9000,events\n"},
	{"sends", ",tx,path,calls,,20000,calls\n",
	 ",tx,path,calls,,1200000,calls\n" MARK
	 ",tx,profile,component,task/syscall entry,200000000,ns\n"},
	{"stopped", ",rx,iowait,stopped,,0,ns\n", MARK ",rx,iowait,stopped,,500000000,ns\n"},
	{"unmapped",
	 ",rx,fact,option,path,mmap,\n,rx,path,bytes_copied,,0,bytes\n,rx,path,unmappable,,0,calls\n",
	 MARK ",rx,fact,option,path,mmap,\n,rx,path,bytes_copied,,2500000000,bytes\n"
	      ",rx,path,unmappable,,9000,calls\n"},
	{"numa", ",tx,fact,numa,cpus,0,\n",
	 ",tx,fact,numa,cpus,1,\n" MARK ",tx,profile,component,softirq/data copy,200000000,ns\n"},
	{"frequency", ",host,cpufreq,frequency,0,3000000,kHz\n",
	 MARK ",host,cpufreq,frequency,0,1500000,kHz\n"},
};

/* The rows of a worse set, with or without those behind the mark. */
static const char *rows_of(const char *worse, bool all)
{
	static char rows[2048];
	const char *mark = strstr(worse, MARK);

	snprintf(rows, sizeof(rows), "%.*s%s", (int)(mark - worse), worse, all ? mark + 1 : "");
	return rows;
}

static void test_each_mechanism_by_its_figures(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		struct pair p;

		explain(&p, 40, known[i].better, 20, rows_of(known[i].worse, true));
		if (strcmp(first(&p), known[i].id))
			fail_msg("%s was expected, and %s found", known[i].id, first(&p));
		assert_false(p.causes.reversed);
		forget(&p);
	}
}

static void test_the_other_way_round(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		struct pair p;

		explain(&p, 20, rows_of(known[i].worse, true), 40, known[i].better);
		if (strcmp(first(&p), known[i].id))
			fail_msg("%s was expected, and %s found", known[i].id, first(&p));
		assert_true(p.causes.reversed);
		forget(&p);
	}
}

static void test_a_setting_is_no_cause_without_a_counter(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		struct pair p;

		explain(&p, 40, known[i].better, 20, rows_of(known[i].worse, false));
		for (size_t j = 0; j < p.causes.count; j++)
			if (!strcmp(p.causes.at[j].mechanism->id, known[i].id))
				fail_msg("%s was named without its figures", known[i].id);
		forget(&p);
	}
}

static void test_two_cpus(void **state)
{
	struct pair p;

	(void)state;
	explain(&p, 40, ",tx,fact,end_cpus,,0,\n", 20,
		",rx,profile,component,softirq/data copy,200000000,ns\n");
	assert_string_equal(first(&p), "two_cpus");
	forget(&p);
}

static void test_every_mechanism_has_a_row(void **state)
{
	(void)state;
	for (size_t i = 0; i < mechanism_count; i++) {
		size_t rows = !strcmp(mechanisms[i].id, "two_cpus");

		for (size_t j = 0; j < sizeof(known) / sizeof(*known); j++)
			rows += !strcmp(mechanisms[i].id, known[j].id);
		if (rows != 1)
			fail_msg("%s has %zu rows", mechanisms[i].id, rows);
	}
}

static void test_every_entry_is_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < mechanism_count; i++) {
		const struct mechanism *m = &mechanisms[i];

		if (!m->because || !m->remedy || !m->confirm || !m->source || !m->kernels ||
		    (m->all[0].how == SIGN_NONE && m->any[0].how == SIGN_NONE))
			fail_msg("%s is not whole", m->id);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(m->id, mechanisms[j].id);
		for (size_t j = 0; j < FACTS_MAX && m->roots[j]; j++) {
			size_t k = 0;

			while (strcmp(m->roots[j], "*") && k < mechanism_count &&
			       strcmp(mechanisms[k].id, m->roots[j]))
				k++;
			if (k == mechanism_count)
				fail_msg("%s has a root %s that is none", m->id, m->roots[j]);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_mechanism_by_its_figures),
		cmocka_unit_test(test_the_other_way_round),
		cmocka_unit_test(test_a_setting_is_no_cause_without_a_counter),
		cmocka_unit_test(test_two_cpus),
		cmocka_unit_test(test_every_mechanism_has_a_row),
		cmocka_unit_test(test_every_entry_is_whole),
	};

	return cmocka_run_group_tests(tests, explaining_start, explaining_finish);
}
