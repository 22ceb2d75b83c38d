// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
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

static void look_meltdown(const struct doctor *d, struct doctor_row *row)
{
	char text[160];

	if (doctor_text(d, text, sizeof(text), "/sys/devices/system/cpu/vulnerabilities/meltdown"))
		doctor_found(row, DOCTOR_UNKNOWN, "the kernel does not say");
	else
		doctor_found(row, strncmp(text, "Mitigation", 10) ? DOCTOR_OK : DOCTOR_BETTER,
			     "meltdown: %s", text);
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
	{"meltdown", look_meltdown, "page table isolation makes each system call dearer"},
	{"pmu", look_pmu, "without one, cycles and cache misses cannot be counted"},
	{"power meter", look_rapl, "joules per GB need a meter"},
	{0},
};
