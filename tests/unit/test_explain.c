// SPDX-License-Identifier: GPL-2.0-or-later
/* needs: analyze page reports -analyze/main.c */
/* libs: gsl jansson */
/* Causes: each mechanism by the figures that name it, and not by those that contradict it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <ftw.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "analyze/causes/confirm.h"
#include "analyze/causes/figures.h"
#include "analyze/causes/kernels.h"
#include "analyze/pages/explain_words.h"

#define RUNS 5

static char top[] = "/tmp/test_explain.XXXXXX";

/* A plain run of a second; what copying costs is written with the bytes. */
static const char plain[] = ",rx,path,window_ns,,1000000000,ns\n,tx,path,window_ns,,1000000000,ns\n"
			    ",rx,profile,period,,1000000,ns\n,tx,profile,period,,1000000,ns\n"
			    ",tx,tcp,segments_out,0,3000000,segments\n";
/* Facts of a plain run, unless its rows say otherwise. */
static const struct {
	const char *fact, *value;
} facts[] = {
	{",host,fact,kernel,,", "6.18,\n"},   {",rx,fact,option,path,", "copy,\n"},
	{",tx,fact,option,path,", "copy,\n"}, {",rx,fact,end_cpus,,", "0,\n"},
	{",tx,fact,end_cpus,,", "1,\n"},
};

/* How many times as slow every second run of B is. */
static double swing = 1;

static void write_run(const char *set, int repeat, double gbit, const char *rows)
{
	char path[256];
	FILE *out;

	snprintf(path, sizeof(path), "%s/%s", top, set);
	mkdir(path, 0777);
	snprintf(path, sizeof(path), "%s/%s/run-%d.csv", top, set, repeat);
	out = fopen(path, "w");
	assert_non_null(out);
	fprintf(out, RECORD_HEADER "\n,host,fact,record_version,,1,\n");
	for (size_t i = 0; i < sizeof(facts) / sizeof(*facts); i++)
		if (!strstr(rows, facts[i].fact))
			fprintf(out, "%s%s", facts[i].fact, facts[i].value);
	/* Runs differ by a percent, as they do. */
	gbit *= 1 + 0.01 * ((repeat * 7) % 3 - 1);
	if (*set == 'b' && repeat % 2)
		gbit /= swing;
	fprintf(out,
		",host,fact,configuration,,one,\n"
		",host,fact,repeat,,%d,\n%s,rx,path,bytes,,%.0f,bytes\n,tx,path,bytes,,%.0f,bytes\n"
		",rx,profile,component,task/data copy,%.0f,ns\n,tx,profile,component,task/data copy,%.0f,ns\n"
		",rx,profile,symbol,task;[kernel];_copy_to_iter,%.0f,samples\n"
		",tx,profile,symbol,task;[kernel];_copy_from_iter,%.0f,samples\n"
		",tx,nic,statistic,tx_bytes,%.0f,events\n%s",
		repeat, plain, gbit * 1e9 / 8, gbit * 1e9 / 8, gbit * 1e7, gbit * 1e7, gbit * 10,
		gbit * 10, gbit * 1e9 / 8, rows);
	assert_int_equal(fclose(out), 0);
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	(void)st, (void)kind, (void)ftw;
	return remove(path);
}

struct pair {
	struct experiment a, b;
	struct causes causes;
};

static void explain(struct pair *p, double gbit_a, const char *rows_a, double gbit_b,
		    const char *rows_b)
{
	static const struct common common = COMMON_DEFAULTS;
	char path_a[64], path_b[64];
	char *paths[] = {path_a, path_b};

	for (int i = 1; i <= RUNS; i++) {
		write_run("a", i, gbit_a, rows_a);
		write_run("b", i, gbit_b, rows_b);
	}
	snprintf(path_a, sizeof(path_a), "%s/a", top);
	snprintf(path_b, sizeof(path_b), "%s/b", top);
	assert_int_equal(experiment_load(&p->a, &paths[0], 1, KEEP_WINDOW), 0);
	assert_int_equal(experiment_load(&p->b, &paths[1], 1, KEEP_WINDOW), 0);
	causes_of(&p->causes, &p->a.configurations[0], &p->b.configurations[0], &common, NULL);
}

static void forget(struct pair *p)
{
	causes_free(&p->causes);
	experiment_free(&p->a);
	experiment_free(&p->b);
}

static const char *first(const struct pair *p)
{
	return p->causes.count ? p->causes.at[0].mechanism->id : "none";
}

/*
 * What names a mechanism: rows of the better set and of the worse, whose throughput is half. And
 * what does not: the same rows of the worse set without those behind the mark.
 */
#define MARK  "#"
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
	{"linear", ",rx,path,bytes_linear,,0,bytes\n",
	 MARK ",rx,path,bytes_linear,,90000000,bytes\n"},
	{"zcrx_copies", ",rx,fact,option,path,zcrx,\n,rx,iouring,zcrx_copied,task,0,bytes\n",
	 ",rx,fact,option,path,zcrx,\n" MARK ",rx,iouring,zcrx_copied,task,90000000,bytes\n"},
	{"token_batch", ",rx,fact,option,batch,1024,\n,rx,syscalls,calls,setsockopt,100,calls\n",
	 ",rx,fact,option,batch,64,\n" MARK ",rx,syscalls,calls,setsockopt,1600,calls\n"},
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
	 ",rx,syscalls,calls,setsockopt,1000,calls\n,rx,syscalls,total,setsockopt,78000000,ns\n",
	 MARK ",rx,syscalls,calls,setsockopt,500,calls\n,rx,syscalls,total,setsockopt,103000000,ns\n"
	      ",rx,profile,component,task/memory,200000000,ns\n"
	      ",rx,profile,symbol,task;[kernel];gen_pool_free_owner,200,samples\n"},
	{"late_recycling", ",rx,path,receive_size,8388608,600,receives\n",
	 ",rx,path,receive_size,524288,4700,receives\n" MARK
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

/* The sender's CPU was so many ms of its second at work. */
#define BUSY(ms)                                                                                   \
	",tx,cpu,user,1,0,ns\n,tx,cpu,irq,1,0,ns\n,tx,cpu,softirq,1,0,ns\n,tx,cpu,system,1," #ms   \
	"000000,ns\n"

/* Most of its runs move next to nothing: that is no saving, though only of the CPUs it is proven. */
static void test_less_work_for_nothing_is_no_gain(void **state)
{
	struct pair p;

	(void)state;
	swing = 1e6;
	explain(&p, 40, ",rx,cpu,busy,,60,%\n,tx,cpu,busy,,99,%\n" BUSY(990), 4,
		",rx,cpu,busy,,6,%\n,tx,cpu,busy,,9,%\n" BUSY(90));
	swing = 1;
	assert_int_not_equal(p.causes.proven, PROVEN_COST);
	forget(&p);
}

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

/* What one set counts by the means of the other, and never saw, is a zero. */
static void test_none_seen_is_zero(void **state)
{
	static const char by[] = ",host,collector,means,iowait,raw_tracepoint,\n";
	char seen[256], not_asked[] = "";
	struct pair p;

	(void)state;
	snprintf(seen, sizeof(seen), "%s,rx,iowait,time,rx/1/io_uring_enter,700000000,ns\n", by);
	explain(&p, 40, by, 20, seen);
	assert_string_equal(first(&p), "iowait");
	forget(&p);
	explain(&p, 40, not_asked, 20, seen);
	assert_string_equal(first(&p), "none");
	forget(&p);
}

/* A cost can take no more from throughput than it would take of an end that had nothing else to wait for. */
static void test_a_small_cost_is_behind_a_large_loss(void **state)
{
	static const char filtered[] =
		",rx,fact,on_path,nft rules,1,\n"
		",tx,profile,component,softirq/TCP/IP,3000000,ns\n"
		",tx,profile,symbol,softirq;[kernel];nft_do_chain,3,samples\n"
		",tx,tcp,retransmits,0,9000,segments\n";
	struct pair p;

	(void)state;
	explain(&p, 40, ",rx,fact,on_path,nft rules,0,\n,tx,tcp,retransmits,0,0,segments\n", 8,
		filtered);
	assert_string_equal(first(&p), "loss");
	forget(&p);
}

/* Where a thread sleeps far more, and waits a little each time it wakes up, its waiting is no cause. */
static void test_a_cpu_that_others_fill_while_its_thread_sleeps(void **state)
{
	struct pair p;

	(void)state;
	explain(&p, 40, ",tx,cpu,wait,tx/1,50000000,ns\n,tx,cpu,thread,tx/1,850000000,ns\n", 4,
		",tx,cpu,wait,tx/1,80000000,ns\n,tx,cpu,thread,tx/1,90000000,ns\n");
	assert_string_equal(first(&p), "neighbour");
	assert_true(p.causes.at[0].explains < 0.1);
	forget(&p);
}

/* A kernel that knows one vulnerability more, which the CPU does not have, does nothing more against it. */
static void test_unknown_vulnerability(void **state)
{
	static const char dearer[] = ",rx,profile,component,task/TCP/IP,300000000,ns\n"
				     ",rx,profile,component,task/syscall entry,300000000,ns\n";
	static const struct {
		const char *known, *first;
	} cases[] = {
		{",host,fact,mitigation,ghostwrite,Not affected,\n", "none"},
		{",host,fact,mitigation,retbleed,Mitigation: IBPB,\n", "mitigations"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char worse[512];
		struct pair p;

		snprintf(worse, sizeof(worse), "%s%s", cases[i].known, dearer);
		explain(&p, 20, "", 10, worse);
		assert_string_equal(first(&p), cases[i].first);
		forget(&p);
	}
}

/* By the counters of the pool that stands beside that of the payload, without samples; other queues' pools say nothing. */
static void test_header_pages_by_their_pool(void **state)
{
#define POOL_OF(queue, pages) ",rx,pagepool,pool_recycle_ring,nic0/" queue "," pages ",pages\n"
	static const char payload[] =
		",rx,pagepool,pool_provider,nic0/rx-1/9,devmem,\n" POOL_OF("rx-1/9", "200000")
			POOL_OF("rx-2/10", "9000");
	static const struct {
		const char *rows, *first;
	} cases[] = {
		{POOL_OF("-/-", "200000"), "header_pages"},
		{POOL_OF("rx-1/9/2", "200000"), "header_pages"},
		{POOL_OF("rx-3/11", "200000"), "none"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char better[512], worse[512];
		struct pair p;

		snprintf(better, sizeof(better), "%s" POOL_OF("-/-", "2000"), payload);
		snprintf(worse, sizeof(worse), "%s%s", payload, cases[i].rows);
		explain(&p, 20, better, 10, worse);
		assert_string_equal(first(&p), cases[i].first);
		forget(&p);
	}
#undef POOL_OF
}

/* A thread waits for ksoftirqd, too, which does the work of the same traffic: nobody else was there. */
static void test_ksoftirqd_is_no_neighbour(void **state)
{
	struct pair p;

	(void)state;
	explain(&p, 20,
		",tx,cpu,wait,tx-copy-0/1,1000000,ns\n,tx,cpu,thread,tx-copy-0/1,990000000,ns\n"
		",tx,cpu,thread,ksoftirqd/1/25,1000000,ns\n",
		10,
		",tx,cpu,wait,tx-copy-0/1,330000000,ns\n,tx,cpu,thread,tx-copy-0/1,660000000,ns\n"
		",tx,cpu,thread,ksoftirqd/1/25,320000000,ns\n");
	assert_string_equal(first(&p), "none");
	assert_string_equal(p.causes.limit[1].id, "unknown");
	forget(&p);
}

static void test_nothing_moved(void **state)
{
	char sentence[1024];
	struct pair p;

	(void)state;
	explain(&p, 40, "", 40, "");
	assert_int_equal(p.causes.count, 0);
	assert_int_equal(p.causes.proven, PROVEN_NOTHING);
	explain_sentence(&p.causes, sentence, sizeof(sentence));
	assert_string_equal(sentence, "B is not proven to be faster, slower or dearer than A");
	forget(&p);
}

/* A figure that moved by chance, of runs whose throughput did not, is not named. */
static void test_a_counter_without_an_answer(void **state)
{
	struct pair p;

	(void)state;
	explain(&p, 40, ",tx,tcp,retransmits,0,0,segments\n", 40,
		",tx,tcp,retransmits,0,9000,segments\n");
	assert_int_equal(p.causes.count, 0);
	forget(&p);
}

static void test_no_known_cause(void **state)
{
	char sentence[1024];
	struct pair p;

	(void)state;
	explain(&p, 40, "", 20, "");
	assert_int_equal(p.causes.count, 0);
	explain_sentence(&p.causes, sentence, sizeof(sentence));
	assert_non_null(strstr(sentence, "slower, and no cause that is known explains it"));
	forget(&p);
}

/* A cost that only went from tasks to softirqs is the same cost. */
static void test_a_cost_that_moved_house(void **state)
{
	struct pair p;

	(void)state;
	explain(&p, 40,
		",rx,profile,component,task/skb,200000000,ns\n,tx,fact,on_path,packet sockets,0,\n",
		20,
		",rx,profile,component,softirq/skb,100000000,ns\n,tx,fact,on_path,packet sockets,1,\n");
	assert_string_equal(first(&p), "none");
	forget(&p);
}

static void test_consequences_are_one_cause(void **state)
{
	struct pair p;

	(void)state;
	explain(&p, 40, ",rx,fact,option,rcvbuf,,\n,tx,tcp,rwnd_limited,0,0,ns\n", 20,
		",rx,fact,option,rcvbuf,32K,\n,tx,tcp,rwnd_limited,0,800000000,ns\n");
	assert_int_equal(p.causes.count, 1);
	assert_int_equal(p.causes.at[0].with_count, 1);
	assert_string_equal(p.causes.at[0].with[0]->id, "receive_window");
	forget(&p);
}

/* The points of the components and of the CPU's time are the logarithm of the ratio. */
static void test_the_split_adds_up(void **state)
{
	struct pair p;
	struct split s;
	double sum = 0;

	(void)state;
	explain(&p, 40, ",tx,profile,component,task/skb,50000000,ns\n", 20,
		",tx,profile,component,softirq/TCP/IP,300000000,ns\n");
	s = split_of(&p.causes.design, END_TX);
	assert_int_equal(s.count, 4);
	for (size_t i = 0; i < s.count; i++)
		sum += s.at[i].points;
	assert_true(fabs(sum - s.points) < 1e-9);
	assert_true(fabs(s.points - 100 * log(0.5)) < 1e-6);
	split_free(&s);
	forget(&p);
}

static void test_the_command_that_confirms(void **state)
{
	/* So many of them run something. */
	enum { CODE = 15 };
	static const char *const code[] = {
		"power cmd:sh -c reboot",
		"  --pow=cmd:reboot",
		"set X=cmd:reboot\npower ${X}",
		"ssh sh -c reboot",
		"zcpath /tmp/x",
		"rx-host root@evil",
		"include other.plan",
		"zcpr /tmp/x",
		"sysctl kernel.sysrq=1",
		"rx-sysc=kernel.core_pattern=|/tmp/x",
		"tx-sysctl net.ipv4.tcp_sack=0+kernel.sysrq=1",
		"--sysctl net.ipv4.tcp_sack=0,kernel.sysrq=1",
		"set X=kernel.sysrq=1\nsysctl ${X}",
		"sysctl net.ipv4.tcp_${X}",
		"rx-sy fs.suid_dumpable=2",
		"power csv:meter.csv",
		"tx copy",
		"port 5300",
		"sysctl net.ipv4.tcp_rmem=4096 131072 6291456+net/core/rmem_max=1,net.ipv4.tcp_sack=0",
		"sysctl ",
	};
	char command[1024];
	FILE *plan;
	struct pair p;

	(void)state;
	explain(&p, 40,
		",rx,fact,option,rcvbuf,,\n,tx,tcp,rwnd_limited,0,0,ns\n,host,fact,link,,veth,\n"
		",rx,fact,option,refill,64,\n",
		20,
		",rx,fact,option,rcvbuf,32K,\n,rx,fact,option,refill,16,\n,tx,tcp,rwnd_limited,0,800000000,ns\n,rx,fact,option,cc,a'b;c,\n"
		",host,fact,link,,veth,\n");
	assert_int_equal(confirm_command(&p.causes, &p.causes.at[0], command, sizeof(command)),
			 CONFIRMING_COMMAND);
	/* The option that is tested is as it was in both; what else a record says is one word of a shell. */
	assert_non_null(strstr(command, " --rcvbuf=,32K"));
	assert_non_null(strstr(command, "zcprof run --link veth --against "));
	assert_non_null(strstr(command,
			       " -o confirm --rx copy --tx copy --refill=16 --rx-cc='a'\\''b;c'"));
	assert_int_equal(confirm_command(&p.causes, &p.causes.at[0], command, 40), CONFIRMING_NONE);
	/* The plan beside the worse set has what is no option of a configuration, and options at their default. */
	snprintf(command, sizeof(command), "%s/plan", top);
	plan = fopen(command, "w");
	assert_non_null(plan);
	fputs("# zcprof 0.1.0: does it again\nrx copy\nrcvbuf 32K,\ncollect cpu\n", plan);
	assert_int_equal(fclose(plan), 0);
	assert_int_equal(confirm_command(&p.causes, &p.causes.at[0], command, sizeof(command)),
			 CONFIRMING_COMMAND);
	assert_non_null(strstr(command, "zcprof run @/tmp/test_explain"));
	assert_null(strstr(command, "--link"));
	/* What differs and is in no plan was made from another option, and is made again. */
	assert_null(strstr(command, "refill"));
	/* In place of the plan's own value. */
	assert_non_null(strstr(command, " --rcvbuf=,32K"));
	/* A stranger's plan is code: where it says which program runs, it is named and no command. */
	for (size_t i = 0; i < sizeof(code) / sizeof(*code); i++) {
		snprintf(command, sizeof(command), "%s/plan", top);
		plan = fopen(command, "w");
		assert_non_null(plan);
		fprintf(plan, "# zcprof 0.1.0: does it again\nrx copy\n%s\n", code[i]);
		assert_int_equal(fclose(plan), 0);
		assert_int_equal(confirm_command(&p.causes, &p.causes.at[0], command,
						 sizeof(command)),
				 i < CODE ? CONFIRMING_REFUSED : CONFIRMING_COMMAND);
		assert_int_equal(!!strstr(command, "only if you trust it"), i < CODE);
	}
	/* What stands behind a zero is no less read. */
	snprintf(command, sizeof(command), "%s/plan", top);
	plan = fopen(command, "w");
	assert_non_null(plan);
	fputs("# zcprof x", plan);
	fputc('\0', plan);
	fputs("\npower cmd:reboot\n", plan);
	assert_int_equal(fclose(plan), 0);
	assert_int_equal(confirm_command(&p.causes, &p.causes.at[0], command, sizeof(command)),
			 CONFIRMING_REFUSED);
	assert_non_null(strstr(command, "a byte of value zero"));
	snprintf(command, sizeof(command), "%s/plan", top);
	assert_int_equal(unlink(command), 0);
	forget(&p);
}

/* With the remedy the figure comes back, or it does not. */
static void test_a_cause_is_withdrawn(void **state)
{
	static const struct {
		double again, cured;
		enum confirmed expected;
	} cases[] = {
		{40, 38, CONFIRM_RETURNED}, {40, 22, CONFIRM_WITHDRAWN}, {22, 22, CONFIRM_MOVED}};
	struct pair p;

	(void)state;
	explain(&p, 40, ",tx,tcp,rwnd_limited,0,0,ns\n", 20,
		",tx,tcp,rwnd_limited,0,800000000,ns\n");
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char path[64], *paths[] = {path};
		struct experiment tested;
		struct interval returned;

		snprintf(path, sizeof(path), "%s/test%zu", top, i);
		mkdir(path, 0777);
		for (int run = 1; run <= 2; run++) {
			snprintf(path, sizeof(path), "test%zu/again,one", i);
			write_run(path, run, cases[i].again, "");
			snprintf(path, sizeof(path), "test%zu/cured", i);
			write_run(path, run, cases[i].cured, "");
		}
		snprintf(path, sizeof(path), "%s/test%zu", top, i);
		assert_int_equal(experiment_load(&tested, paths, 1, KEEP_WINDOW), 0);
		assert_int_equal(confirm_judge(&p.causes, &tested, &returned), cases[i].expected);
		experiment_free(&tested);
	}
	forget(&p);
}

/* With the worse set as it is now beside, all is compared as of now, however far the machine went. */
static void test_a_cause_on_a_machine_that_moved(void **state)
{
	static const struct {
		double again, cured, still;
		enum confirmed expected;
	} cases[] = {{12, 11.5, 6, CONFIRM_RETURNED},
		     {12, 6.1, 6, CONFIRM_WITHDRAWN},
		     {12, 12, 11.5, CONFIRM_MOVED}};
	struct pair p;

	(void)state;
	explain(&p, 40, ",rx,fact,option,rcvbuf,,\n,tx,tcp,rwnd_limited,0,0,ns\n", 20,
		",rx,fact,option,rcvbuf,32K,\n,tx,tcp,rwnd_limited,0,800000000,ns\n");
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char path[64], *paths[] = {path};
		struct experiment tested;
		struct interval returned;

		snprintf(path, sizeof(path), "%s/now%zu", top, i);
		mkdir(path, 0777);
		for (int run = 1; run <= 2; run++) {
			snprintf(path, sizeof(path), "now%zu/again,one", i);
			write_run(path, run, cases[i].again, ",rx,fact,option,rcvbuf,,\n");
			snprintf(path, sizeof(path), "now%zu/rcvbuf=", i);
			write_run(path, run, cases[i].cured, ",rx,fact,option,rcvbuf,,\n");
			snprintf(path, sizeof(path), "now%zu/rcvbuf=32K", i);
			write_run(path, run, cases[i].still, ",rx,fact,option,rcvbuf,32K,\n");
		}
		snprintf(path, sizeof(path), "%s/now%zu", top, i);
		assert_int_equal(experiment_load(&tested, paths, 1, KEEP_WINDOW), 0);
		assert_int_equal(confirm_judge(&p.causes, &tested, &returned), cases[i].expected);
		experiment_free(&tested);
	}
	forget(&p);
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

/* What copies more at both ends because its packets are smaller is no question of memory. */
static void test_memory_is_contradicted_by_smaller_packets(void **state)
{
	static const char slow[] = ",rx,profile,component,softirq/data copy,360000000,ns\n"
				   ",tx,profile,component,softirq/data copy,360000000,ns\n";
	char rows[512];
	struct pair p;

	(void)state;
	snprintf(rows, sizeof(rows), ",tx,nic,statistic,tx_packets,400000,events\n%s", slow);
	explain(&p, 40, ",tx,nic,statistic,tx_packets,80000,events\n", 20, rows);
	assert_string_not_equal(first(&p), "memory");
	forget(&p);
}

/* A sender that copies more too speaks against the receiver's cache: that is said, and it comes later. */
static void test_what_speaks_against(void **state)
{
	struct pair p;
	bool found = false;

	(void)state;
	explain(&p, 40, ",rx,pmu,llc_miss_ratio,,0.1,ratio\n", 20,
		",rx,pmu,llc_miss_ratio,,0.5,ratio\n,rx,profile,component,softirq/data copy,360000000,ns\n"
		",tx,profile,component,softirq/data copy,360000000,ns\n");
	for (size_t i = 0; i < p.causes.count; i++)
		found |= !strcmp(p.causes.at[i].mechanism->id, "ddio") &&
			 p.causes.at[i].against_count == 1;
	assert_true(found);
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

/* What is counted makes a fault only where there is more of it. */
static void test_fewer_rules_make_nothing(void **state)
{
	struct pair p;

	(void)state;
	explain(&p, 40, ",rx,fact,on_path,nft rules,9,\n,tx,tcp,retransmits,0,0,segments\n", 20,
		",rx,fact,on_path,nft rules,0,\n,tx,tcp,retransmits,0,9000,segments\n");
	assert_string_equal(first(&p), "loss");
	assert_null(p.causes.at[0].setting);
	forget(&p);
	explain(&p, 40, ",rx,fact,on_path,nft rules,0,\n,tx,tcp,retransmits,0,0,segments\n", 20,
		",rx,fact,on_path,nft rules,9,\n,tx,tcp,retransmits,0,9000,segments\n");
	assert_string_equal(first(&p), "loss");
	assert_non_null(p.causes.at[0].setting);
	forget(&p);
	/* A hundred of three million segments slow nobody down. */
	explain(&p, 40, ",tx,tcp,retransmits,0,0,segments\n", 20,
		",tx,tcp,retransmits,0,100,segments\n");
	assert_string_equal(first(&p), "none");
	forget(&p);
	/* A window that is closed is no loss. */
	explain(&p, 40, ",tx,tcp,retransmits,0,0,segments\n,tx,tcp,rwnd_limited,0,0,ns\n", 20,
		",tx,tcp,retransmits,0,900,segments\n,tx,tcp,rwnd_limited,0,800000000,ns\n");
	assert_string_equal(first(&p), "receive_window");
	forget(&p);
}

/* The option alone is no smaller buffer: the kernel says what it chose. */
static void test_a_buffer_length_that_was_not_taken(void **state)
{
	struct pair p;

	(void)state;
	explain(&p, 40,
		",rx,fact,option,path,zcrx,\n,rx,fact,option,rx_buf_len,64K,\n,rx,fact,nic,rx-buf-len,4096,\n,rx,iouring,completions,task,50000,events\n",
		20,
		",rx,fact,option,path,zcrx,\n,rx,fact,option,rx_buf_len,4K,\n,rx,fact,nic,rx-buf-len,4096,\n,rx,iouring,completions,task,600000,events\n");
	assert_string_equal(first(&p), "rx_buf_len");
	assert_int_equal(p.causes.at[0].against_count, 1);
	assert_string_not_equal(cause_sure(&p.causes, &p.causes.at[0]), "sure");
	forget(&p);
}

/* io_uring is counted by CPU: what another program did on the sender's are no sends of a path that has none. */
static void test_completions_of_another_program(void **state)
{
	struct pair p;

	(void)state;
	explain(&p, 40,
		",tx,fact,option,path,copy,\n,tx,fact,option,write,256K,\n,tx,iouring,completions,task,900000,events\n,tx,path,calls,,20000,calls\n",
		20,
		",tx,fact,option,path,copy,\n,tx,fact,option,write,2K,\n,tx,iouring,completions,task,450000,events\n,tx,path,calls,,1200000,calls\n");
	assert_string_equal(first(&p), "write_size");
	forget(&p);
}

/* Of an option and what it set, the option is named; of a hook for filters, the filters. */
static void test_what_set_a_setting(void **state)
{
	static const struct {
		const char *better, *worse, *key;
	} cases[] = {
		{",rx,fact,option,loss,,\n,rx,fact,on_path,nft rules,0,\n,tx,tcp,retransmits,0,0,segments\n",
		 ",rx,fact,option,loss,300,\n,rx,fact,on_path,nft rules,1,\n,tx,tcp,retransmits,0,9000,segments\n",
		 "loss"},
		/* More of it, by the same one rule. */
		{",rx,fact,option,loss,300,\n,tx,tcp,retransmits,0,1000,segments\n",
		 ",rx,fact,option,loss,30,\n,tx,tcp,retransmits,0,9000,segments\n", "loss"},
		{",rx,fact,option,rx_ring,,\n,rx,fact,nic,rx ring,1024,\n,tx,tcp,retransmits,0,0,segments\n",
		 ",rx,fact,option,rx_ring,64,\n,rx,fact,nic,rx ring,64,\n,tx,tcp,retransmits,0,9000,segments\n",
		 "rx_ring"},
		{",rx,fact,nic,rx ring,64,\n,tx,tcp,retransmits,0,0,segments\n",
		 ",rx,fact,nic,rx ring,1024,\n,tx,tcp,retransmits,0,9000,segments\n", NULL},
		/* At the other end. */
		{",rx,fact,option,tso,on,\n,tx,fact,nic,feature tx-tcp-segmentation,on,\n,tx,nic,statistic,tx_packets,80000,events\n",
		 ",rx,fact,option,tso,off,\n,tx,fact,nic,feature tx-tcp-segmentation,off,\n,tx,nic,statistic,tx_packets,2000000,events\n",
		 "feature tx-tcp-segmentation"},
		{",rx,fact,option,irq_cpu,,\n,rx,fact,irq_affinity,irq/25,0,\n,rx,netstat,counter,TcpExtTCPOFOQueue,0,events\n",
		 ",rx,fact,option,irq_cpu,1,\n,rx,fact,irq_affinity,irq/25,1,\n,rx,netstat,counter,TcpExtTCPOFOQueue,90000,events\n",
		 "irq_cpu"},
		/* No mechanism knows it, and no fact has it. */
		{",tx,fact,option,sysctl,,\n",
		 ",tx,fact,option,sysctl,net.ipv4.tcp_rfc1337=1,\n,tx,profile,component,task/other,300000000,ns\n",
		 "sysctl"},
		{",tx,fact,option,sysctl,,\n,tx,fact,sysctl,net.ipv4.tcp_wmem,4096 16384 4194304,\n,tx,tcp,sndbuf_limited,0,0,ns\n",
		 ",tx,fact,option,sysctl,net.ipv4.tcp_wmem=4096:4096:4096,\n,tx,fact,sysctl,net.ipv4.tcp_wmem,4096 4096 4096,\n"
		 ",tx,tcp,sndbuf_limited,0,800000000,ns\n",
		 "sysctl"},
		{",tx,fact,option,sysctl,,\n,tx,fact,sysctl,net.ipv4.tcp_wmem,4096 16384 4194304,\n,tx,tcp,sndbuf_limited,0,0,ns\n",
		 ",tx,fact,option,sysctl,net.ipv4.tcp_sack=0,\n,tx,fact,sysctl,net.ipv4.tcp_wmem,4096 4096 4096,\n"
		 ",tx,tcp,sndbuf_limited,0,800000000,ns\n",
		 "net.ipv4.tcp_wmem"},
		{",rx,fact,on_path,qdisc,noqueue,\n,rx,fact,on_path,tc filters,0,\n,tx,tcp,retransmits,0,0,segments\n",
		 ",rx,fact,on_path,qdisc,\"noqueue, clsact\",\n,rx,fact,on_path,tc filters,1,\n,tx,tcp,retransmits,0,9000,segments\n",
		 "tc filters"},
		{",rx,fact,on_path,qdisc,noqueue,\n,tx,tcp,retransmits,0,0,segments\n",
		 ",rx,fact,on_path,qdisc,\"noqueue, clsact\",\n,tx,tcp,retransmits,0,9000,segments\n",
		 NULL},
		{",rx,fact,on_path,qdisc,noqueue,\n,tx,tcp,retransmits,0,0,segments\n",
		 ",rx,fact,on_path,qdisc,\"netem, clsact\",\n,tx,tcp,retransmits,0,9000,segments\n",
		 "qdisc"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct setting *setting;
		struct pair p;

		explain(&p, 40, cases[i].better, 20, cases[i].worse);
		assert_true(p.causes.count > 0);
		setting = p.causes.at[0].setting;
		if (!setting != !cases[i].key ||
		    (setting && strcmp(setting->key, cases[i].key) != 0))
			fail_msg("%s names %s", cases[i].worse, setting ? setting->key : "none");
		forget(&p);
	}
}

/* That all of it costs more is no figure of the setting's own, and what is set at an end is told of that end. */
static void test_what_is_sure(void **state)
{
	static const char dearer[] = ",tx,profile,component,task/syscall entry,300000000,ns\n";
	char worse[256];
	struct pair p;

	(void)state;
	explain(&p, 40, "", 20,
		",host,fact,kernel,,7.0,\n,rx,profile,component,task/other,300000000,ns\n");
	assert_string_equal(first(&p), "kernel");
	assert_string_equal(cause_sure(&p.causes, &p.causes.at[0]), "likely");
	forget(&p);
	snprintf(worse, sizeof(worse),
		 ",rx,fact,on_path,seccomp filters,1,\n,tx,fact,on_path,seccomp filters,1,\n%s",
		 dearer);
	explain(&p, 40, ",rx,fact,on_path,seccomp filters,0,\n,tx,fact,on_path,seccomp filters,0,\n",
		20, worse);
	assert_string_equal(first(&p), "seccomp");
	assert_string_equal(cause_sure(&p.causes, &p.causes.at[0]), "sure");
	assert_int_equal(p.causes.at[0].setting->end, END_TX);
	forget(&p);
	explain(&p, 40,
		",rx,fact,option,cc,cubic,\n,tx,fact,option,cc,cubic,\n,tx,tcp,cwnd,0,400,segments\n",
		20,
		",rx,fact,option,cc,reno,\n,tx,fact,option,cc,reno,\n,tx,tcp,cwnd,0,100,segments\n");
	assert_string_equal(first(&p), "congestion_control");
	assert_int_equal(p.causes.at[0].setting->end, END_TX);
	forget(&p);
}

static void test_changes_between_kernels(void **state)
{
	const struct kernel_change *first = NULL;
	size_t count = kernel_changes("6.18.44 #1 SMP x86_64", "7.0.1-debian", &first);

	(void)state;
	assert_true(count >= 5);
	assert_int_equal(first->version, 6);
	assert_int_equal(first->subversion, 19);
	assert_string_equal(first[count - 1].commit, "795663b4d160");
	/* In either order; a release that has it already tells nothing of it. */
	assert_int_equal(kernel_changes("7.0.1", "6.18.44", &first), count);
	assert_int_equal(kernel_changes("6.19.0", "6.19.7", &first), 0);
	assert_int_equal(kernel_changes("another", "6.19.7", &first), 0);
	assert_int_equal(kernel_changes(NULL, "6.19.7", &first), 0);
	/* The oldest first, by which the first and a count tell them all. */
	count = kernel_changes("1.0", "99.0", &first);
	for (size_t i = 1; i < count; i++)
		assert_true(first[i - 1].version * 100 + first[i - 1].subversion <=
			    first[i].version * 100 + first[i].subversion);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(strspn(first[i].commit, "0123456789abcdef"), 12);
}

static void test_parts(void **state)
{
	(void)state;
	assert_int_equal(part_of_symbol("nft_do_chain"), PART_netfilter);
	assert_int_equal(part_of_symbol("__nf_conntrack_find_get.isra.0"), PART_conntrack);
	assert_int_equal(part_of_symbol("tpacket_rcv"), PART_taps);
	assert_int_equal(part_of_symbol("tbf_dequeue"), PART_qdisc);
	assert_int_equal(part_of_symbol("skb_segment"), PART_segmentation);
	assert_int_equal(part_of_symbol("do_csum"), PART_checksum);
	assert_int_equal(part_of_symbol("try_to_wake_up"), PART_wakeups);
	assert_int_equal(part_of_symbol("tcp_rcv_established"), PART_COUNT);
	for (enum part part = 0; part < PART_COUNT; part++)
		assert_true(part_component(part) < COMPONENT_COUNT);
}

static int start(void **state)
{
	(void)state;
	return mkdtemp(top) ? 0 : -1;
}

static int finish(void **state)
{
	(void)state;
	return nftw(top, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_mechanism_by_its_figures),
		cmocka_unit_test(test_the_other_way_round),
		cmocka_unit_test(test_a_setting_is_no_cause_without_a_counter),
		cmocka_unit_test(test_none_seen_is_zero),
		cmocka_unit_test(test_less_work_for_nothing_is_no_gain),
		cmocka_unit_test(test_what_one_row_says),
		cmocka_unit_test(test_a_small_cost_is_behind_a_large_loss),
		cmocka_unit_test(test_a_cpu_that_others_fill_while_its_thread_sleeps),
		cmocka_unit_test(test_unknown_vulnerability),
		cmocka_unit_test(test_header_pages_by_their_pool),
		cmocka_unit_test(test_ksoftirqd_is_no_neighbour),
		cmocka_unit_test(test_nothing_moved),
		cmocka_unit_test(test_a_counter_without_an_answer),
		cmocka_unit_test(test_no_known_cause),
		cmocka_unit_test(test_a_cost_that_moved_house),
		cmocka_unit_test(test_consequences_are_one_cause),
		cmocka_unit_test(test_the_split_adds_up),
		cmocka_unit_test(test_the_command_that_confirms),
		cmocka_unit_test(test_a_cause_is_withdrawn),
		cmocka_unit_test(test_a_cause_on_a_machine_that_moved),
		cmocka_unit_test(test_two_cpus),
		cmocka_unit_test(test_memory_is_contradicted_by_smaller_packets),
		cmocka_unit_test(test_what_speaks_against),
		cmocka_unit_test(test_every_mechanism_has_a_row),
		cmocka_unit_test(test_every_entry_is_whole),
		cmocka_unit_test(test_fewer_rules_make_nothing),
		cmocka_unit_test(test_a_buffer_length_that_was_not_taken),
		cmocka_unit_test(test_completions_of_another_program),
		cmocka_unit_test(test_what_set_a_setting),
		cmocka_unit_test(test_what_is_sure),
		cmocka_unit_test(test_changes_between_kernels),
		cmocka_unit_test(test_parts),
	};

	return cmocka_run_group_tests(tests, start, finish);
}
