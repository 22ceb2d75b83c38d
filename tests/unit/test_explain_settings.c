// SPDX-License-Identifier: GPL-2.0-or-later
/* needs: analyze page reports -analyze/main.c tests/unit/explaining.c */
/* libs: gsl jansson */
/* Which setting is named with a cause, and how sure it is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "analyze/causes/causes.h"
#include "tests/unit/explaining.h"

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
		/* Without scatter-gather there is no segmentation either (netdev_fix_features()). */
		{",tx,fact,nic,feature tx-generic-segmentation,on,\n,tx,fact,nic,feature tx-scatter-gather,on,\n,tx,nic,statistic,tx_packets,80000,events\n",
		 ",tx,fact,nic,feature tx-generic-segmentation,off,\n,tx,fact,nic,feature tx-scatter-gather,off,\n,tx,nic,statistic,tx_packets,2000000,events\n",
		 "feature tx-scatter-gather"},
		/* What a send is given follows from the size of a datagram, and of a request. */
		{",tx,fact,option,udp,1400,\n,tx,fact,option,write,1400,\n,tx,path,calls,,20000,calls\n",
		 ",tx,fact,option,udp,200,\n,tx,fact,option,write,200,\n,tx,path,calls,,1200000,calls\n",
		 "udp"},
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

/* What the kernel computes from its memory is a little different after each start. */
static void test_numbers_that_are_alike(void **state)
{
	struct pair p;

	(void)state;
	explain(&p, 40,
		",host,fact,sysctl,net.ipv4.tcp_rmem,4096 131072 15152384,\n,tx,tcp,cwnd,0,1048,segments\n",
		10,
		",host,fact,sysctl,net.ipv4.tcp_rmem,4096 131072 15135488,\n,tx,tcp,cwnd,0,485,segments\n");
	assert_string_equal(first(&p), "none");
	forget(&p);
	explain(&p, 40,
		",host,fact,sysctl,net.ipv4.tcp_rmem,4096 131072 15152384,\n,tx,tcp,cwnd,0,1048,segments\n",
		10,
		",host,fact,sysctl,net.ipv4.tcp_rmem,4096 131072 1515238,\n,tx,tcp,cwnd,0,485,segments\n");
	assert_string_equal(first(&p), "receive_buffer");
	forget(&p);
}

/* No option says so, only what the kernel holds the sockets to: of all flows, or else it is not known. */
static void test_a_program_that_paces_itself(void **state)
{
	static const char cwnd[] =
		",tx,fact,option,flows,2,\n,tx,tcp,cwnd,0,9,segments\n,tx,tcp,cwnd,1,9,segments\n";
	char worse[300];
	struct pair p;

	(void)state;
	snprintf(worse, sizeof(worse), "%s,tx,tcp,pacing_limit,0,625000000,bytes/s\n", cwnd);
	explain(&p, 40, cwnd, 9.9, worse);
	assert_string_equal(first(&p), "none");
	forget(&p);
	strcat(worse, ",tx,tcp,pacing_limit,1,625000000,bytes/s\n");
	explain(&p, 40, cwnd, 9.9, worse);
	assert_string_equal(first(&p), "pacing");
	forget(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_set_a_setting),
		cmocka_unit_test(test_what_is_sure),
		cmocka_unit_test(test_numbers_that_are_alike),
		cmocka_unit_test(test_a_program_that_paces_itself),
	};

	return cmocka_run_group_tests(tests, explaining_start, explaining_finish);
}
