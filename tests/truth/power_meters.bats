#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The meters that a machine has itself, on files of sysfs that are made up and move as a known power
# would have them move; perf's events on one that every kernel counts; NVIDIA's library made up. Which
# of them is P, and that none is added to another.
#
# Alone: made-up meters rise by the clock.

load measured.sh

setup() {
	measured_setup
	[ "$(id -u)" = 0 ] || skip "needs root: it mounts in a namespace of its own"
	mkdir -p "$dir/tool" "$dir/class" "$dir/pmu"
	cat >"$dir/tool/collect" <<-END
		#!/bin/sh
		exec unshare -m sh -c 'mount --bind "\$0/class" /sys/class &&
			mount --bind "\$0/pmu" /sys/bus/event_source/devices && exec "\$@"' \
			"$dir" "$tool/collect" "\$@"
	END
	chmod +x "$dir/tool/collect"
	tool=$dir/tool
}

teardown() {
	stop_all
}

# put PATH TEXT: a file below /sys/class
put() {
	mkdir -p "$dir/class/${1%/*}"
	echo "$2" >"$dir/class/$1"
}

# rising START PER_SECOND FILE...: the files' numbers are START + PER_SECOND * seconds of
# CLOCK_MONOTONIC from now on; $since is when it was 0
rising() {
	local start=$1 slope=$2
	shift 2
	python3 - "$start" "$slope" "${@/#/$dir/class/}" >"$dir/since" 3>&- <<-'END' &
		import os, sys, time
		since = time.clock_gettime(time.CLOCK_MONOTONIC)
		print(since, flush=True)
		while True:
		    now = time.clock_gettime(time.CLOCK_MONOTONIC) - since
		    for path in sys.argv[3:]:
		        with open(path + ".new", "w") as out:
		            print(int(float(sys.argv[1]) + float(sys.argv[2]) * now), file=out)
		        # In place, for the collector has it open.
		        fd = os.open(path, os.O_WRONLY)
		        os.pwrite(fd, open(path + ".new", "rb").read(), 0)
		        os.close(fd)
		    time.sleep(0.02)
	END
	started+=($!)
	while [ ! -s "$dir/since" ]; do sleep 0.01; done
	since=$(<"$dir/since")
}

# The middle of the window, in seconds since $since.
middle() {
	awk -v s="$since" '$1 == "open" { o = $2 } $1 == "closed" { print (o + $2) / 2 - s }' "$dir/measure.out"
}

near() {
	awk -v a="$1" -v b="$2" -v most="$3" 'BEGIN {
		print a, "for", b
		exit !(a != "" && a - b <= most && b - a <= most)
	}'
}

window() {
	measure "$@"
	sleep 0.3
	tell measure open
	sleep 1.5
	measured
	cat "$dir/run.csv"
}

# How many rows of P there are.
means() {
	grep -c '^,rx,power,mean,' "$dir/run.csv" || :
}

@test "hwmon: ACPI's meter on a ramp is P, in which the sockets are already" {
	put hwmon/hwmon0/name power_meter
	put hwmon/hwmon0/power1_average 100000000
	put hwmon/hwmon1/name amd_energy
	put hwmon/hwmon1/energy1_label Esocket0
	put hwmon/hwmon1/energy1_input 5000000
	put hwmon/hwmon1/energy2_label Ecore000
	put hwmon/hwmon1/energy2_input 5000000
	rising 100000000 40000000 hwmon/hwmon0/power1_average
	window --rx $$ power
	near "$(figure rx power mean hwmon)" "$(awk -v t="$(middle)" 'BEGIN { print 100 + 40 * t }')" 4
	[ "$(means)" = 1 ]
	near "$(figure rx power part hwmon/amd_energy/Esocket0)" 0 0.001
}

@test "hwmon: sockets' counters add up, cores are in them" {
	put hwmon/hwmon1/name amd_energy
	for n in 1 2 3; do
		put hwmon/hwmon1/energy${n}_input 9000000
	done
	put hwmon/hwmon1/energy1_label Ecore000
	put hwmon/hwmon1/energy2_label Esocket0
	put hwmon/hwmon1/energy3_label Esocket1
	# The same chip tells watts too: of that which it counts, energy is enough.
	put hwmon/hwmon1/power2_input 1000000000
	rising 1000000 70000000 hwmon/hwmon1/energy{1,2,3}_input
	window --rx $$ power
	near "$(figure rx power mean hwmon)" 140 5
	near "$(figure rx power part hwmon/amd_energy/Ecore000)" 70 3
	[ "$(grep -c ,power,part, "$dir/run.csv")" = 3 ]
}

@test "a sensor that may be of anything is shown, and is P only where it is named" {
	put hwmon/hwmon0/name ina238
	put hwmon/hwmon0/power1_input 12000000
	put hwmon/hwmon1/name ina238
	put hwmon/hwmon1/power1_input 30000000
	put hwmon/hwmon1/power1_label VDD
	put hwmon/hwmon2/name ina238
	put hwmon/hwmon2/power1_input 5000000
	window --rx $$ power
	[ "$(means)" = 0 ]
	near "$(figure rx power part hwmon/ina238/power1)" 12 0.001
	near "$(figure rx power part hwmon/ina238/VDD)" 30 0.001
	near "$(figure rx power part 'hwmon/ina238/power1#2')" 5 0.001
	"$tool/collect" --rx $$ --seconds 0.3 --power own:hwmon/ina238/VDD power >"$dir/run.csv"
	near "$(figure rx power mean hwmon)" 30 0.001
	"$tool/collect" --rx $$ --seconds 0.3 --power own:hwmon/ina238/VSS power >"$dir/run.csv"
	grep -q '^,host,collector,absent,power,.*no --power own:hwmon/ina238/VSS; there are .*own:hwmon/ina238/VDD' "$dir/run.csv"
}

@test "two meters of the same package are not added: RAPL is P, hwmon stands beside it" {
	put powercap/intel-rapl:0/name package-0
	put powercap/intel-rapl:0/energy_uj 1000000
	put powercap/intel-rapl:0/max_energy_range_uj 262143328850
	put hwmon/hwmon1/name amd_energy
	put hwmon/hwmon1/energy1_label Esocket0
	put hwmon/hwmon1/energy1_input 1000000
	rising 1000000 80000000 powercap/intel-rapl:0/energy_uj hwmon/hwmon1/energy1_input
	window --rx $$ power
	near "$(figure rx power mean rapl)" 80 3
	near "$(figure rx power part rapl/package-0)" 80 3
	near "$(figure rx power part hwmon/amd_energy/Esocket0)" 80 3
	[ "$(means)" = 1 ]
	"$tool/collect" --rx $$ --seconds 1 --power own:hwmon power >"$dir/run.csv"
	near "$(figure rx power mean hwmon)" 80 5
	[ "$(means)" = 1 ]
}

@test "perf's energy events: as many joules as perf counts of the same event" {
	command -v perf >/dev/null || skip "perf is not installed"
	# Minor faults in place of energy, 0.001 J each: events of software that "power" is said to have.
	mkdir -p "$dir/pmu/power/events"
	echo 1 >"$dir/pmu/power/type"
	echo 0 >"$dir/pmu/power/cpumask"
	echo event=0x05 >"$dir/pmu/power/events/energy-pkg"
	echo 1.0e-3 >"$dir/pmu/power/events/energy-pkg.scale"
	echo event=0x05 >"$dir/pmu/power/events/energy-psys"
	echo 1.0e-3 >"$dir/pmu/power/events/energy-psys.scale"
	measure --rx $$ power
	# One that ended before the window could not bound it: perf's is around, and one inside.
	perf stat -C 0 -x, -o "$dir/around" -e minor-faults sleep 5 3>&- &
	around=$!
	# It counts from just before its command begins.
	until pgrep -P "$around" -x sleep; do
		kill -0 "$around"
		sleep 0.05
	done
	tell measure open
	perf stat -C 0 -x, -o "$dir/inside" -e minor-faults taskset -c 0 python3 -c 'import mmap
for _ in range(20):
    m = mmap.mmap(-1, 4096 * 2000)
    m.madvise(mmap.MADV_NOHUGEPAGE)
    for page in range(2000):
        m[page * 4096] = 1'
	measured
	wait $around
	faults() { awk -F, '/minor-faults/ { print $1 }' "$dir/$1"; }
	joules=$(figure rx power energy perf)
	echo "$joules J are for $(faults inside) to $(faults around) faults of 0.001 J"
	[ "$(faults inside)" -ge 40000 ]
	awk -v j="$joules" -v a="$(faults inside)" -v b="$(faults around)" 'BEGIN { exit !(j * 1000 >= a - 1 && j * 1000 <= b + 1) }'
	[ "$(means)" = 1 ]
	[ -n "$(figure rx power part perf/psys-cpu0)" ]
	# Where powercap has the same counters, once is enough.
	put powercap/intel-rapl:0/name package-0
	put powercap/intel-rapl:0/energy_uj 1000000
	put powercap/intel-rapl:0/max_energy_range_uj 262143328850
	"$tool/collect" --rx $$ --seconds 0.1 power >"$dir/run.csv"
	! grep -q perf/ "$dir/run.csv" || false
}

@test "GPUs: watts and energy by NVIDIA's library and by hwmon; P only where that is asked" {
	put hwmon/hwmon4/name amdgpu
	put hwmon/hwmon4/power1_average 33000000
	put hwmon/hwmon4/power1_label PPT
	# The first GPU counts energy, 250 W of it; the second tells 75 W only.
	cat >"$dir/nvml.c" <<-'END'
		#include <time.h>
		int nvmlInit_v2(void) { return 0; }
		int nvmlShutdown(void) { return 0; }
		int nvmlDeviceGetCount_v2(unsigned int *n) { *n = 2; return 0; }
		int nvmlDeviceGetHandleByIndex_v2(unsigned int i, void **d) { *d = (void *)(long)(i + 1); return 0; }
		int nvmlDeviceGetPowerUsage(void *d, unsigned int *mw) { *mw = d == (void *)2 ? 75000 : 1; return 0; }
		int nvmlDeviceGetTotalEnergyConsumption(void *d, unsigned long long *mj)
		{
			struct timespec t;
			clock_gettime(CLOCK_MONOTONIC, &t);
			*mj = 250 * (t.tv_sec * 1000ull + t.tv_nsec / 1000000);
			return d == (void *)1 ? 0 : 3;
		}
	END
	mkdir "$dir/lib"
	gcc -shared -fPIC -o "$dir/lib/libnvidia-ml.so.1" "$dir/nvml.c" || skip "no C compiler"
	export LD_LIBRARY_PATH=$dir/lib
	window --rx $$ power
	[ "$(means)" = 0 ]
	near "$(figure rx power part gpu/nvidia0)" 250 1
	near "$(figure rx power part gpu/nvidia1)" 75 0.001
	near "$(figure rx power part gpu/amdgpu/PPT)" 33 0.001
	"$tool/collect" --rx $$ --seconds 1 --power own:gpu power >"$dir/run.csv"
	near "$(figure rx power mean gpu)" 358 1
	"$tool/collect" --rx $$ --seconds 1 --power own:gpu/nvidia1 power >"$dir/run.csv"
	near "$(figure rx power mean gpu)" 75 0.001
}

@test "a meter that root alone may read is said to be there" {
	put powercap/intel-rapl:0/name package-0
	put powercap/intel-rapl:0/energy_uj 1000000
	put powercap/intel-rapl:0/max_energy_range_uj 262143328850
	chmod 400 "$dir/class/powercap/intel-rapl:0/energy_uj"
	chmod 755 "$dir" "$dir/.."
	unshare -m sh -c 'mount --bind "$0" /sys/class && exec setpriv --reuid=nobody --clear-groups \
		--inh-caps=-all --bounding-set=-all "$@"' "$dir/class" \
		"$BUILD/tests/tool/collect" --seconds 0.1 power >"$dir/run.csv" 2>/dev/null || :
	grep -q "absent,power,.*RAPL's energy counters cannot be opened: Permission denied; run as root" "$dir/run.csv"
}
