// SPDX-License-Identifier: GPL-2.0-or-later
#include <glob.h>
#include <stdio.h>
#include <string.h>

#include "zcprof/doctor/doctor.h"

static void look_io_uring(const struct doctor *d, struct doctor_row *row)
{
	char text[32];

	/* Documentation/admin-guide/sysctl/kernel.rst; since 6.6. */
	if (doctor_text(d, text, sizeof(text), "/proc/sys/kernel/io_uring_disabled")) {
		doctor_found(row, DOCTOR_UNKNOWN, "kernel.io_uring_disabled is not there");
	} else if (!strcmp(text, "0")) {
		doctor_found(row, DOCTOR_OK, "kernel.io_uring_disabled is 0");
	} else {
		doctor_found(row, *text == '2' ? DOCTOR_MISSING : DOCTOR_BETTER,
			     "kernel.io_uring_disabled is %s", text);
		doctor_mend(row, "sysctl -w kernel.io_uring_disabled=0");
	}
}

/* Paths below root that match; to be freed by globfree(). */
static size_t matches(const struct doctor *d, const char *pattern, glob_t *found)
{
	char whole[512];

	snprintf(whole, sizeof(whole), "%s%s", d->root, pattern);
	memset(found, 0, sizeof(*found));
	glob(whole, 0, NULL, found);
	return found->gl_pathc;
}

static void look_governor(const struct doctor *d, struct doctor_row *row)
{
	char text[32], other[32] = "";
	size_t count, slow = 0;
	glob_t cpus;

	count = matches(d, "/sys/devices/system/cpu/cpu[0-9]*/cpufreq/scaling_governor", &cpus);
	for (size_t i = 0; i < count; i++) {
		if (doctor_text(d, text, sizeof(text), cpus.gl_pathv[i] + strlen(d->root)) ||
		    !strcmp(text, "performance"))
			continue;
		slow++;
		memcpy(other, text, sizeof(other));
	}
	globfree(&cpus);
	if (!count) {
		doctor_found(row, DOCTOR_UNKNOWN, "the kernel does not set the frequency here");
	} else if (!slow) {
		doctor_found(row, DOCTOR_OK, "performance on all CPUs");
	} else {
		doctor_found(row, DOCTOR_BETTER, "%s on %zu of %zu CPUs", other, slow, count);
		doctor_mend(row, "cpupower frequency-set -g performance");
	}
}

/* Those that cost in system calls or in indirect calls, of which the data path has many. */
static void look_mitigations(const struct doctor *d, struct doctor_row *row)
{
	static const char *const costly[] = {"meltdown", "mds", "retbleed", "spec_rstack_overflow",
					     "spectre_v2"};
	char active[128] = "";
	bool said = false;

	for (size_t i = 0; i < sizeof(costly) / sizeof(*costly); i++) {
		char path[128];
		char text[160];
		size_t len = strlen(active);

		snprintf(path, sizeof(path), "/sys/devices/system/cpu/vulnerabilities/%s",
			 costly[i]);
		if (doctor_text(d, text, sizeof(text), path))
			continue;
		said = true;
		if (!strncmp(text, "Mitigation", 10))
			snprintf(active + len, sizeof(active) - len, " %s", costly[i]);
	}
	if (!said)
		doctor_found(row, DOCTOR_UNKNOWN, "the kernel does not say");
	else if (*active) {
		doctor_found(row, DOCTOR_BETTER, "on, against:%s", active);
		doctor_mend(row,
			    "for an experiment on a machine of its own: mitigations=off on the kernel's command line");
	} else
		doctor_found(row, DOCTOR_OK, "none that costs is on");
}

static void look_symbols(const struct doctor *d, struct doctor_row *row)
{
	char text[32];

	if (doctor_text(d, text, sizeof(text), "/proc/sys/kernel/kptr_restrict")) {
		doctor_found(row, DOCTOR_UNKNOWN, "kernel.kptr_restrict cannot be read");
	} else if (*text == '2') {
		/* 1 shows them to CAP_SYSLOG, 2 to nobody. */
		doctor_found(row, DOCTOR_BETTER, "kernel.kptr_restrict is 2");
		doctor_mend(row, "sysctl -w kernel.kptr_restrict=1");
	} else {
		doctor_found(row, DOCTOR_OK, "kernel.kptr_restrict is %s", text);
	}
}

static void look_pmu(const struct doctor *d, struct doctor_row *row)
{
	/* cpu_core: of hybrid Intel CPUs. */
	if (doctor_exists(d, "/sys/bus/event_source/devices/cpu") ||
	    doctor_exists(d, "/sys/bus/event_source/devices/cpu_core") ||
	    doctor_exists(d, "/sys/bus/event_source/devices/armv8_pmuv3_0"))
		doctor_found(row, DOCTOR_OK, "there is a PMU");
	else
		doctor_found(row, DOCTOR_MISSING,
			     "no PMU in /sys/bus/event_source/devices: a virtual machine's host has to pass it on");
}

static void look_power(const struct doctor *d, struct doctor_row *row)
{
	static const struct {
		const char *pattern, *name;
	} meters[] = {
		{"/sys/class/powercap/intel-rapl:0", "RAPL by powercap"},
		{"/sys/bus/event_source/devices/power", "RAPL by perf events"},
		{"/sys/class/hwmon/hwmon*/power*_average", "hwmon"},
		{"/sys/class/hwmon/hwmon*/power*_input", "hwmon"},
		{"/sys/class/hwmon/hwmon*/energy*_input", "hwmon"},
		{"/dev/ipmi0", "a BMC (IPMI)"},
		{"/dev/nvidiactl", "NVIDIA's GPUs"},
	};
	char all[160] = "";

	for (size_t i = 0; i < sizeof(meters) / sizeof(*meters); i++) {
		size_t len = strlen(all);
		glob_t found;

		if (matches(d, meters[i].pattern, &found) && !strstr(all, meters[i].name))
			snprintf(all + len, sizeof(all) - len, "%s%s", len ? ", " : "",
				 meters[i].name);
		globfree(&found);
	}
	if (*all) {
		doctor_found(row, DOCTOR_OK, "%s", all);
		return;
	}
	doctor_found(row, DOCTOR_MISSING,
		     "no RAPL, no sensor of power in /sys/class/hwmon, no /dev/ipmi0, no GPU that measures itself");
	doctor_mend(row,
		    "modprobe -a intel_rapl_msr acpi_power_meter ipmi_si ipmi_devintf; zcprof run --power takes an external meter");
}

static void look_irqbalance(const struct doctor *d, struct doctor_row *row)
{
	glob_t found;
	size_t count = matches(d, "/proc/[0-9]*/comm", &found);
	bool runs = false;
	char text[32];

	for (size_t i = 0; i < count && !runs; i++)
		runs = !doctor_text(d, text, sizeof(text), found.gl_pathv[i] + strlen(d->root)) &&
		       !strcmp(text, "irqbalance");
	globfree(&found);
	if (!count) {
		doctor_found(row, DOCTOR_UNKNOWN, "/proc cannot be read");
	} else if (!runs) {
		doctor_found(row, DOCTOR_OK, "it does not run");
	} else {
		doctor_found(row, DOCTOR_BETTER, "it runs");
		doctor_mend(row, "systemctl stop irqbalance");
	}
}

static void look_numa_balancing(const struct doctor *d, struct doctor_row *row)
{
	char text[32];

	if (doctor_text(d, text, sizeof(text), "/proc/sys/kernel/numa_balancing")) {
		doctor_found(row, DOCTOR_OK, "this kernel has none");
	} else if (*text == '0') {
		doctor_found(row, DOCTOR_OK, "kernel.numa_balancing is 0");
	} else {
		doctor_found(row, DOCTOR_BETTER, "kernel.numa_balancing is %s", text);
		doctor_mend(row, "sysctl -w kernel.numa_balancing=0");
	}
}

static void look_page_size(const struct doctor *d, struct doctor_row *row)
{
	char path[512], line[128];
	unsigned long kib = 0;
	FILE *in;

	/* Of the first area of this process; the stack would do as well. */
	snprintf(path, sizeof(path), "%s/proc/self/smaps", d->root);
	in = fopen(path, "re");
	while (in && !kib && fgets(line, sizeof(line), in))
		if (sscanf(line, "KernelPageSize: %lu kB", &kib) != 1)
			kib = 0;
	if (in)
		fclose(in);
	if (!kib)
		doctor_found(row, DOCTOR_UNKNOWN, "/proc/self/smaps cannot be read");
	else
		doctor_found(row, kib > 4 ? DOCTOR_BETTER : DOCTOR_OK, "%lu KiB%s", kib,
			     kib > 4 ? ": a kernel with pages of 4 KiB would do better" : "");
}

const struct doctor_check doctor_system_checks[] = {
	{"io_uring", look_io_uring, "zero copy receive and SEND_ZC need io_uring"},
	{"governor", look_governor, "a clock that changes makes runs differ"},
	{"mitigations", look_mitigations, "they make each system call or indirect call dearer"},
	{"kernel symbols", look_symbols, "without addresses samples of the kernel have no names"},
	{"pmu", look_pmu, "without one, cycles and cache misses cannot be counted"},
	{"power meter", look_power, "joules per GB need a meter"},
	{"irqbalance", look_irqbalance,
	 "it moves a NIC's interrupts to other CPUs between runs, and in them"},
	{"numa balancing", look_numa_balancing,
	 "it unmaps pages to see who uses them: faults on buffers, and pinned ones cannot move"},
	{"page size", look_page_size,
	 "a NIC's buffer is a page; one of 64 KiB is filled to a sixteenth by a frame of 4 KiB"},
	{0},
};
