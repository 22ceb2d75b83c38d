// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/facts.h"

#include <dirent.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "base/quantity.h"
#include "collectors/kit/sysfs.h"
#include "nic/big_tcp.h"
#include "nic/device.h"
#include "nic/ethtool.h"
#include "nic/netns.h"
#include "nic/onpath.h"
#include "zcprof/facts_boot.h"
#include "zcprof/facts_cgroup.h"
#include "zcprof/facts_process.h"

/* What a stack's throughput and cost hang on; a file that a kernel lacks is no row. */
static const char *const sysctls[] = {
	"net.core.rmem_max",
	"net.core.wmem_max",
	"net.core.rmem_default",
	"net.core.wmem_default",
	"net.core.optmem_max",
	"net.core.netdev_budget",
	"net.core.netdev_budget_usecs",
	"net.core.netdev_max_backlog",
	"net.core.dev_weight",
	"net.core.busy_poll",
	"net.core.busy_read",
	"net.core.default_qdisc",
	"net.core.high_order_alloc_disable",
	"net.core.skb_defer_max",
	"net.core.rps_sock_flow_entries",
	"net.core.flow_limit_cpu_bitmap",
	"net.core.bpf_jit_enable",
	"net.core.bpf_jit_harden",
	"net.core.gro_normal_batch",
	"net.core.qdisc_max_burst",
	"net.core.mem_pcpu_rsv",
	"net.core.txq_reselection_ms",
	"net.core.netdev_tstamp_prequeue",
	"net.core.dev_weight_rx_bias",
	"net.core.dev_weight_tx_bias",
	"net.ipv4.tcp_congestion_control",
	"net.ipv4.tcp_rmem",
	"net.ipv4.tcp_wmem",
	"net.ipv4.tcp_mem",
	"net.ipv4.tcp_adv_win_scale",
	"net.ipv4.tcp_moderate_rcvbuf",
	"net.ipv4.tcp_notsent_lowat",
	"net.ipv4.tcp_limit_output_bytes",
	"net.ipv4.tcp_tso_win_divisor",
	"net.ipv4.tcp_min_tso_segs",
	"net.ipv4.tcp_tso_rtt_log",
	"net.ipv4.tcp_autocorking",
	"net.ipv4.tcp_sack",
	"net.ipv4.tcp_timestamps",
	"net.ipv4.tcp_window_scaling",
	"net.ipv4.tcp_ecn",
	"net.ipv4.tcp_mtu_probing",
	"net.ipv4.tcp_base_mss",
	"net.ipv4.tcp_min_snd_mss",
	"net.ipv4.tcp_dsack",
	"net.ipv4.tcp_early_retrans",
	"net.ipv4.tcp_frto",
	"net.ipv4.tcp_max_reordering",
	"net.ipv4.tcp_retrans_collapse",
	"net.ipv4.tcp_rto_min_us",
	"net.ipv4.tcp_rto_max_ms",
	"net.ipv4.tcp_pingpong_thresh",
	"net.ipv4.tcp_fastopen",
	"net.ipv4.tcp_workaround_signed_windows",
	"net.ipv4.ip_no_pmtu_disc",
	"net.ipv4.udp_mem",
	"net.ipv4.udp_rmem_min",
	"net.ipv4.udp_wmem_min",
	"net.ipv4.udp_early_demux",
	"net.ipv4.conf.all.rp_filter",
	"net.ipv4.tcp_no_metrics_save",
	"net.ipv4.tcp_slow_start_after_idle",
	"net.ipv4.tcp_backlog_ack_defer",
	"net.ipv4.tcp_rcvbuf_low_rtt",
	"net.ipv4.tcp_app_win",
	"net.ipv4.tcp_shrink_window",
	"net.ipv4.tcp_comp_sack_delay_ns",
	"net.ipv4.tcp_comp_sack_nr",
	"net.ipv4.tcp_comp_sack_rtt_percent",
	"net.ipv4.tcp_comp_sack_slack_ns",
	"net.ipv4.tcp_reordering",
	"net.ipv4.tcp_recovery",
	"net.ipv4.tcp_pacing_ca_ratio",
	"net.ipv4.tcp_pacing_ss_ratio",
	"net.ipv4.tcp_early_demux",
	"net.ipv4.ip_early_demux",
	"kernel.numa_balancing",
	"kernel.nmi_watchdog",
	"kernel.timer_migration",
	"kernel.sched_autogroup_enabled",
	"kernel.sched_rt_runtime_us",
	"vm.compaction_proactiveness",
	"vm.zone_reclaim_mode",
	"vm.nr_hugepages",
};

static void facts_cpu(struct writer *w)
{
	/* The word in /proc/cpuinfo, and the key in the record. */
	static const char *const words[][2] = {
		{"model name", ""},
		{"microcode", "microcode"},
		{"stepping", "stepping"},
	};
	FILE *in = fopen("/proc/cpuinfo", "re");
	bool have[3] = {false};
	char line[4096];
	char count[16];

	while (in && fgets(line, sizeof(line), in)) {
		char *value = strchr(line, ':');

		for (int i = 0; value && i < 3; i++) {
			if (have[i] || strncmp(line, words[i][0], strlen(words[i][0])))
				continue;
			value[strcspn(value, "\n")] = '\0';
			writer_fact(w, END_HOST, METRIC_fact_cpu_model, words[i][1], value + 2);
			have[i] = true;
		}
	}
	if (in)
		fclose(in);
	snprintf(count, sizeof(count), "%ld", sysconf(_SC_NPROCESSORS_ONLN));
	writer_fact(w, END_HOST, METRIC_fact_cpu_model, "online", count);
	if (!sysfs_text(line, sizeof(line), "/sys/devices/system/cpu/smt/control"))
		writer_fact(w, END_HOST, METRIC_fact_cpu_model, "smt", line);
	if (!sysfs_text(line, sizeof(line),
			"/sys/devices/system/clocksource/clocksource0/current_clocksource"))
		writer_fact(w, END_HOST, METRIC_fact_cpu_model, "clocksource", line);
}

/* One row per file of a pattern; the key is what stands at one '*' of it. */
static void facts_glob(struct writer *w, enum metric_id id, const char *pattern)
{
	size_t before = strcspn(pattern, "*");
	size_t after = strlen(pattern) - before - 1;
	glob_t found;

	if (glob(pattern, 0, NULL, &found))
		return;
	for (size_t i = 0; i < found.gl_pathc; i++) {
		char *path = found.gl_pathv[i];
		char line[512];

		if (sysfs_text(line, sizeof(line), "%s", path))
			continue;
		path[strlen(path) - after] = '\0';
		writer_fact(w, END_HOST, id, path + before, line);
	}
	globfree(&found);
}

/* "Linux version 7.3.4 (builder@host) (gcc-14 (Debian 14.2.0-19) 14.2.0, GNU ld 2.44) #1 …" */
static void facts_compiler(struct writer *w)
{
	char line[1024], *compiler, *end;

	if (sysfs_text(line, sizeof(line), "/proc/version"))
		return;
	compiler = strstr(line, ") (");
	if (!compiler)
		return;
	compiler += strlen(") (");
	end = strstr(compiler, ", ");
	if (!end)
		end = strstr(compiler, ") #");
	if (!end)
		return;
	*end = '\0';
	writer_fact(w, END_HOST, METRIC_fact_kernel, "compiler", compiler);
}

static void facts_kernel(struct writer *w)
{
	struct utsname u;
	char line[512];

	uname(&u);
	snprintf(line, sizeof(line), "%s %s %s", u.release, u.version, u.machine);
	writer_fact(w, END_HOST, METRIC_fact_kernel, "", line);
	if (!sysfs_text(line, sizeof(line), "/sys/kernel/mm/transparent_hugepage/enabled"))
		writer_fact(w, END_HOST, METRIC_fact_kernel, "transparent_hugepage", line);
	facts_compiler(w);
	facts_boot(w);
}

static void facts_sysctls(struct writer *w, enum record_end end)
{
	for (size_t i = 0; i < sizeof(sysctls) / sizeof(*sysctls); i++) {
		char path[128] = "/proc/sys/";
		char line[512];

		/* Only these can differ between namespaces. */
		if (end != END_HOST && strncmp(sysctls[i], "net.", 4))
			continue;
		strcat(path, sysctls[i]);
		for (char *c = path + 10; *c; c++)
			*c = *c == '.' ? '/' : *c;
		if (!sysfs_text(line, sizeof(line), "%s", path))
			writer_fact(w, end, METRIC_fact_sysctl, sysctls[i], line);
	}
}

void facts_machine(struct writer *w)
{
	facts_kernel(w);
	facts_cpu(w);
	facts_glob(w, METRIC_fact_mitigation, "/sys/devices/system/cpu/vulnerabilities/*");
	facts_sysctls(w, END_HOST);
	facts_glob(w, METRIC_fact_governor, "/sys/devices/system/cpu/cpu*/cpufreq/scaling_governor");
}

/* The order in time of runs, across experiments too: what drifted between them is seen by it. */
static void write_started(struct writer *w)
{
	struct timespec now;
	struct tm utc;
	char text[64];
	size_t used;

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &utc);
	used = strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &utc);
	snprintf(text + used, sizeof(text) - used, ".%03ldZ", now.tv_nsec / 1000000);
	writer_fact(w, END_HOST, METRIC_fact_started, NULL, text);
}

void facts_record(struct writer *w, const char *configuration, unsigned int repeat,
		  const struct origin *origin)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", RECORD_VERSION);
	writer_fact(w, END_HOST, METRIC_fact_record_version, NULL, text);
	writer_fact(w, END_HOST, METRIC_fact_program, NULL, "zcprof " VERSION);
	writer_fact(w, END_HOST, METRIC_fact_configuration, NULL, configuration);
	snprintf(text, sizeof(text), "%u", repeat);
	writer_fact(w, END_HOST, METRIC_fact_repeat, NULL, text);
	write_started(w);
	origin_facts(origin, w);
}

struct nic_facts {
	struct writer *writer;
	enum record_end end;
};

static void say_nic(void *data, const char *key, const char *value)
{
	const struct nic_facts *f = data;

	writer_fact(f->writer, f->end, METRIC_fact_nic, key, value);
}

static void say_on_path(void *data, const char *key, const char *value)
{
	const struct nic_facts *f = data;

	writer_fact(f->writer, f->end, METRIC_fact_on_path, key, value);
}

/* How large a packet is within the stack; what the kernel does not say is no row. */
static void facts_packets(struct nic_facts *facts, const char *iface)
{
	struct big_tcp b;
	char text[16];

	if (big_tcp_get(iface, &b))
		return;
	const struct {
		const char *key;
		uint32_t value;
	} sizes[] = {
		{"gso_max_size", b.gso},	   {"gso_max_segs", b.gso_segs},
		{"gso_ipv4_max_size", b.gso_ipv4}, {"tso_max_size", b.tso_max},
		{"gro_max_size", b.gro},	   {"gro_ipv4_max_size", b.gro_ipv4},
	};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		snprintf(text, sizeof(text), "%u", sizes[i].value);
		if (sizes[i].value)
			say_nic(facts, sizes[i].key, text);
	}
}

static int is_number(const struct dirent *entry)
{
	return entry->d_name[0] >= '0' && entry->d_name[0] <= '9';
}

static int is_queue(const struct dirent *entry)
{
	return !strncmp(entry->d_name, "rx-", 3) || !strncmp(entry->d_name, "tx-", 3);
}

static void folder_fact(struct writer *w, enum record_end end, enum metric_id id, int folder,
			const char *file)
{
	char line[256];

	if (!sysfs_text_at(line, sizeof(line), folder, file))
		writer_fact(w, end, id, file, line);
}

/* After the end has set its queues up. */
static void facts_queues(struct writer *w, enum record_end end, int folder)
{
	static const char *const settings[] = {"mtu", "tx_queue_len", "gro_flush_timeout",
					       "napi_defer_hard_irqs", "threaded"};
	struct dirent **queues;
	int count = scandirat(folder, "queues", &queues, is_queue, versionsort);

	for (size_t i = 0; i < sizeof(settings) / sizeof(*settings); i++)
		folder_fact(w, end, METRIC_fact_nic, folder, settings[i]);
	for (int i = 0; i < count; i++) {
		const char *queue = queues[i]->d_name;
		char file[64];

		snprintf(file, sizeof(file), "queues/%.32s/%s", queue,
			 *queue == 'r' ? "rps_cpus" : "xps_cpus");
		folder_fact(w, end, METRIC_fact_irq_affinity, folder, file);
		free(queues[i]);
	}
	if (count >= 0)
		free(queues);
}

static void facts_irq(struct writer *w, enum record_end end, const char *irq)
{
	char key[32];
	char line[256];

	snprintf(key, sizeof(key), "irq/%.20s", irq);
	if (!sysfs_text(line, sizeof(line), "/proc/irq/%.20s/smp_affinity_list", irq))
		writer_fact(w, end, METRIC_fact_irq_affinity, key, line);
}

/* Of a device with interrupts of its own: which CPUs serve each. virtio has them one level up. */
static void facts_interrupts(struct writer *w, enum record_end end, int folder)
{
	static const char *const where[] = {"device/msi_irqs", "device/../msi_irqs"};
	int count = 0;

	for (int i = 0; i < 2 && count <= 0; i++) {
		struct dirent **irqs;

		count = scandirat(folder, where[i], &irqs, is_number, versionsort);
		for (int n = 0; n < count; n++) {
			facts_irq(w, end, irqs[n]->d_name);
			free(irqs[n]);
		}
		if (count >= 0)
			free(irqs);
	}
}

/* In the device's namespace. */
static void facts_device(struct writer *w, enum record_end end, const char *iface)
{
	struct nic_facts facts = {w, end};
	struct ethtool ethtool;
	int folder = device_folder(iface);

	writer_fact(w, end, METRIC_fact_link, "device", iface);
	onpath_describe(iface, say_on_path, &facts);
	if (!ethtool_open(&ethtool, iface))
		ethtool_describe(&ethtool, say_nic, &facts);
	ethtool_close(&ethtool);
	facts_packets(&facts, iface);
	if (folder < 0)
		return;
	facts_queues(w, end, folder);
	facts_interrupts(w, end, folder);
	close(folder);
}

void facts_end(struct writer *w, const struct measurement *run, enum record_end end)
{
	const struct target *t = &run->target[end];
	char cpus[CPULIST_TEXT_MAX];
	int previous = -1;

	writer_fact(w, end, METRIC_fact_end_cpus, NULL,
		    t->cpus_known ? cpulist_print(&t->cpus, cpus, sizeof(cpus)) : "any");
	if (!target_here(t))
		return;
	facts_process(w, end, t);
	facts_cgroup(w, end, t);
	if (t->netns >= 0) {
		/* /proc/sys/net shows the namespace of the thread that looks. */
		previous = netns_enter(t->netns);
		if (previous < 0)
			return;
		facts_sysctls(w, end);
	}
	if (t->iface[0])
		facts_device(w, end, t->iface);
	facts_numa(w, end, t);
	if (previous >= 0)
		netns_leave(previous);
}
