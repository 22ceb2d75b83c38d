// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "collectors/doctor.h"

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

static void look_governor(const struct doctor *d, struct doctor_row *row)
{
	char text[32];

	if (doctor_text(d, text, sizeof(text),
			"/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")) {
		doctor_found(row, DOCTOR_UNKNOWN, "the kernel does not set the frequency here");
	} else if (!strcmp(text, "performance")) {
		doctor_found(row, DOCTOR_OK, "performance on CPU 0");
	} else {
		doctor_found(row, DOCTOR_BETTER, "%s on CPU 0", text);
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
	else if (*active)
		doctor_found(row, DOCTOR_BETTER, "on against:%s", active);
	else
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
			     "no PMU in /sys/bus/event_source/devices: a virtual machine's host "
			     "has to pass it on");
}

static void look_rapl(const struct doctor *d, struct doctor_row *row)
{
	if (doctor_exists(d, "/sys/class/powercap/intel-rapl:0"))
		doctor_found(row, DOCTOR_OK, "RAPL is in /sys/class/powercap");
	else
		doctor_found(row, DOCTOR_MISSING,
			     "no RAPL in /sys/class/powercap; zcprof run --power takes another "
			     "meter");
}

const struct doctor_check doctor_system_checks[] = {
	{"io_uring", look_io_uring, "zero copy receive and SEND_ZC need io_uring"},
	{"governor", look_governor, "a clock that changes makes runs differ"},
	{"mitigations", look_mitigations, "they make each system call or indirect call dearer"},
	{"kernel symbols", look_symbols, "without addresses samples of the kernel have no names"},
	{"pmu", look_pmu, "without one, cycles and cache misses cannot be counted"},
	{"power meter", look_rapl, "joules per GB need a meter"},
	{0},
};
