#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# zcprof doctor: each row in two states, by a made tree of /proc and /sys, by a device of a namespace
# of the test's own, or by what the kernel is said to lack; and what it prints to mend a row mends it.

bats_require_minimum_version 1.5.0
load zcprof_run
load ../quoted

setup() {
	PATH=$BUILD:$PATH
	tree=$BATS_TEST_TMPDIR/tree
	netns=
}

teardown() {
	[ -z "$netns" ] || ip netns delete "$netns"
}

# put PATH TEXT: a file of the made tree
put() {
	mkdir -p "$tree${1%/*}"
	echo "$2" >"$tree$1"
}

# cell AREA CHECK COLUMN [OPTION...]: one cell of the table
cell() {
	local area=$1 check=$2 column=$3
	shift 3
	zcprof doctor --format json --area "$area" "$@" | python3 -c '
import json, sys
row, = [r for r in json.load(sys.stdin) if [r["area"], r["check"]] == sys.argv[1:3]]
print(row[sys.argv[3]])' "$area" "$check" "$column"
}

# both AREA CHECK PATH GOOD BAD BADSTATE: ok with one text in the file, not with the other;
# "-" stands for no file
both() {
	local state
	rm -rf "$tree"
	mkdir -p "$tree"
	[ "$4" = - ] || put "$3" "$4"
	state=$(cell "$1" "$2" state --root "$tree" --rate 200G --rtt 100us)
	[ "$state" = ok ] || { echo "$1 $2 with $4: $state"; return 1; }
	rm -rf "$tree"
	mkdir -p "$tree"
	[ "$5" = - ] || put "$3" "$5"
	state=$(cell "$1" "$2" state --root "$tree" --rate 200G --rtt 100us)
	[ "$state" = "$6" ] || { echo "$1 $2 with $5: $state"; return 1; }
	echo "$1,$2" >>"$BATS_TEST_TMPDIR/seen"
}

@test "every row that is read from /proc and /sys is seen in two states" {
	cpu=/sys/devices/system/cpu
	both system io_uring /proc/sys/kernel/io_uring_disabled 0 2 missing
	both system governor $cpu/cpu0/cpufreq/scaling_governor performance powersave "could be better"
	both system mitigations $cpu/vulnerabilities/meltdown "Not affected" "Mitigation: PTI" "could be better"
	both system "kernel symbols" /proc/sys/kernel/kptr_restrict 1 2 "could be better"
	both system pmu /sys/bus/event_source/devices/cpu/type 4 - missing
	both system "power meter" /sys/class/powercap/intel-rapl:0/name package-0 - missing
	both system irqbalance /proc/7/comm bash irqbalance "could be better"
	both system "numa balancing" /proc/sys/kernel/numa_balancing 0 1 "could be better"
	both system "page size" /proc/self/smaps "KernelPageSize:        4 kB" "KernelPageSize:       64 kB" "could be better"
	both kernel devmem /proc/kallsyms "$(printf '0 T %s [m]\n' net_devmem_bind_dmabuf netdev_nl_bind_tx_doit)" "0 T net_devmem_unbind_dmabuf" missing
	both kernel devmem /proc/kallsyms "$(printf '0 T %s\n' net_devmem_bind_dmabuf netdev_nl_bind_tx_doit)" "0 T net_devmem_bind_dmabuf" "could be better"
	both kernel "page_pool statistics" /proc/kallsyms "0 T page_pool_get_stats" "0 T page_pool_get_stats_count" "could be better"
	both bpf lockdown /sys/kernel/security/lockdown "none [integrity] confidentiality" "none integrity [confidentiality]" missing
	both memory optmem /proc/sys/net/core/optmem_max 131072 20480 "could be better"
	both memory max_map_count /proc/sys/vm/max_map_count 65530 1000 "could be better"
	both memory hugepages /proc/sys/vm/nr_hugepages 32 0 "could be better"
	both bpf btf /sys/kernel/btf/vmlinux x - missing
	both bpf jit /proc/sys/net/core/bpf_jit_enable 1 0 "could be better"
	# 200 Gbit/s at 0.1 ms are 2.5 MB in flight; a receive buffer holds as much again.
	both plumbing "receive buffer" /proc/sys/net/ipv4/tcp_rmem "4096 131072 5000000" "4096 131072 4999999" "could be better"
	both plumbing "send buffer" /proc/sys/net/ipv4/tcp_wmem "4096 16384 2500000" "4096 16384 2499999" "could be better"

	both plumbing rmem_max /proc/sys/net/core/rmem_max 2500000 2499999 "could be better"
	both plumbing wmem_max /proc/sys/net/core/wmem_max 2500000 2499999 "could be better"
	# Pages, of three times that.
	both plumbing tcp_mem /proc/sys/net/ipv4/tcp_mem "1 $((7500000 / $(getconf PAGESIZE) + 1)) 9" "1 $((7500000 / $(getconf PAGESIZE))) 9" "could be better"

	# Any of several meters, each by itself.
	for meter in /sys/bus/event_source/devices/power/type /sys/class/hwmon/hwmon3/power1_average \
		/sys/class/hwmon/hwmon3/energy2_input /dev/ipmi0 /dev/nvidiactl; do
		both system "power meter" $meter 1 - missing
	done
	# One slow CPU is enough.
	put $cpu/cpu0/cpufreq/scaling_governor performance
	put $cpu/cpu1/cpufreq/scaling_governor powersave
	[ "$(cell system governor found --root "$tree")" = "powersave on 1 of 2 CPUs" ]

	# udmabuf takes two files.
	put /dev/udmabuf ""
	put /sys/module/udmabuf/parameters/size_limit_mb 64
	[ "$(cell memory udmabuf state --root "$tree")" = ok ]
	put /sys/module/udmabuf/parameters/size_limit_mb 16
	[ "$(cell memory udmabuf state --root "$tree")" = "could be better" ]
	rm "$tree/dev/udmabuf"
	[ "$(cell memory udmabuf state --root "$tree")" = missing ]
	echo memory,udmabuf >>"$BATS_TEST_TMPDIR/seen"

	# A limit of this process, mended by a builtin of its shell.
	[ "$(ulimit -S -l 1024; cell memory memlock state)" = "could be better" ]
	# Above the hard limit only CAP_SYS_RESOURCE goes.
	if (ulimit -l 65536) 2>/dev/null; then
		[ "$(ulimit -S -l 1024; eval "$(cell memory memlock mend)"; cell memory memlock state)" = ok ]
	else
		echo "# memlock: seen low only, for its hard limit cannot be raised here" >&3
	fi
	echo memory,memlock >>"$BATS_TEST_TMPDIR/seen"

	# A row that nobody thought of here fails; means of BPF have a test of their own.
	for means in fentry kprobe raw_tracepoint breakpoint; do
		echo "bpf,$means"
	done >>"$BATS_TEST_TMPDIR/seen"
	printf '%s\n' kernel,send_zc kernel,mmap kernel,zcrx kernel,no_iowait bpf,capabilities >>"$BATS_TEST_TMPDIR/seen"
	zcprof doctor --format csv | quoted | grep -v '^"collector"' | sed 1d | cut -d, -f1,2 | tr -d '"' | sort >"$BATS_TEST_TMPDIR/rows"
	diff "$BATS_TEST_TMPDIR/rows" <(sort -u "$BATS_TEST_TMPDIR/seen")
}

@test "what io_uring can do is asked of it, and missing where it is forbidden" {
	zcprof doctor --format csv | quoted >"$BATS_TEST_TMPDIR/here"
	"$BUILD/tests/tool/without_uring" zcprof doctor --format csv | quoted >"$BATS_TEST_TMPDIR/without"
	for check in send_zc zcrx no_iowait; do
		grep "^\"kernel\",\"$check\",\"missing\",\"io_uring cannot be used here: Operation not permitted\"" "$BATS_TEST_TMPDIR/without"
		# Else the same as zcpath finds by trying.
		grep -E "^\"kernel\",\"$check\",\"(ok|missing\",\"this kernel has no IORING_)" "$BATS_TEST_TMPDIR/here"
	done
	if "$BUILD/zcpath" paths | grep -q '^tx *send_zc *yes'; then
		grep '^"kernel","send_zc","ok"' "$BATS_TEST_TMPDIR/here"
	fi
	# TCP is asked likewise.
	zcpath_can=$("$BUILD/zcpath" paths | awk '$1 == "rx" && $2 == "mmap" { print $3 == "yes" ? "ok" : "missing" }')
	grep "^\"kernel\",\"mmap\",\"$zcpath_can\"" "$BATS_TEST_TMPDIR/here"
}

@test "capabilities: with and without" {
	as_root
	[ "$(cell bpf capabilities state)" = ok ]
	setpriv --inh-caps=-all --bounding-set=-perfmon,-net_admin,-sys_admin "$BUILD/zcprof" doctor --format csv | quoted >"$BATS_TEST_TMPDIR/without"
	grep '^"bpf","capabilities","missing","this process lacks CAP_SYS_ADMIN and CAP_NET_ADMIN and CAP_PERFMON",' "$BATS_TEST_TMPDIR/without"
	setpriv --inh-caps=-all --bounding-set=-perfmon,-bpf,-sys_admin "$BUILD/zcprof" doctor --area bpf --format csv | quoted >"$BATS_TEST_TMPDIR/without"
	for means in fentry kprobe raw_tracepoint breakpoint; do
		grep "^\"bpf\",\"$means\",\"missing\",\"..*\"" "$BATS_TEST_TMPDIR/without"
	done
	# Here, and in the lab where this kernel refuses it (tests/lab/doctor.bats).
	[ "$(cell bpf raw_tracepoint state)" = ok ]
}

@test "a means of BPF that does not work is missing, with the reason" {
	[ "$(ZCPROF_WITHOUT=fentry,kprobe cell bpf fentry state)" = missing ]
	[ "$(ZCPROF_WITHOUT=fentry,kprobe cell bpf kprobe state)" = missing ]
	[ -n "$(ZCPROF_WITHOUT=fentry,kprobe cell bpf kprobe found)" ]
}

@test "each collector has a row: its means with privileges, the missing capability without" {
	zcprof doctor --format csv | quoted | grep '^"collector"' >"$BATS_TEST_TMPDIR/here"
	diff <(cut -d, -f2 "$BATS_TEST_TMPDIR/here" | tr -d '"') <("$BUILD/tests/tool/collect" --list)
	grep -q '^"collector","syscalls","ok","by ' "$BATS_TEST_TMPDIR/here"
	setpriv --reuid=nobody --clear-groups --inh-caps=-all --bounding-set=-all \
		"$BUILD/zcprof" doctor --format csv | quoted >"$BATS_TEST_TMPDIR/nobody"
	# Those that count by BPF; the others read what anybody may.
	for source in $("$BUILD/tests/tool/collect" --list); do
		case $source in
		cpu | softnet | nic | qdisc | "netstat" | tcp | power | pressure | cpufreq | cstate | selfcost | pmu) continue ;;
		esac
		grep "^\"collector\",\"$source\",\"missing\",\".*CAP_" "$BATS_TEST_TMPDIR/nobody" || {
			echo "# $source: $(grep "\"$source\"" "$BATS_TEST_TMPDIR/nobody")"
			return 1
		}
	done
}

@test "collectors of hardware: where it is there, and where it is not" {
	as_root
	in_tree() {
		unshare -m sh -c 'mount --bind "$0/class" /sys/class &&
			mount --bind "$0/cpu" /sys/devices/system/cpu && exec "$@"' \
			"$tree" "$BUILD/zcprof" doctor --area collector --format csv | quoted
	}
	mkdir -p "$tree/class" "$tree/cpu/cpu0"
	in_tree >"$BATS_TEST_TMPDIR/without"
	put /class/powercap/intel-rapl:0/name package-0
	put /class/powercap/intel-rapl:0/energy_uj 1
	put /class/powercap/intel-rapl:0/max_energy_range_uj 1000
	put /cpu/cpu0/cpufreq/scaling_cur_freq 1000000
	for file in name=C1 time=1 usage=1 latency=1; do
		put "/cpu/cpu0/cpuidle/state0/${file%=*}" "${file#*=}"
	done
	in_tree >"$BATS_TEST_TMPDIR/with"
	for source in power cpufreq cstate; do
		grep "^\"collector\",\"$source\",\"missing\",\"..*\"" "$BATS_TEST_TMPDIR/without"
		grep "^\"collector\",\"$source\",\"ok\",\"by " "$BATS_TEST_TMPDIR/with"
	done
}

@test "the collector of the PMU: with one and without, as the kernel may answer" {
	cc -shared -fPIC -o "$BATS_TEST_TMPDIR/pmu.so" tests/fixtures/pmu.c
	row() {
		PMU=$1 LD_PRELOAD=$BATS_TEST_TMPDIR/pmu.so "$BUILD/zcprof" doctor --area collector --format csv | quoted |
			grep '^"collector","pmu"'
	}
	as_root
	[[ "$(row none)" == '"collector","pmu","missing","'*"no PMU"* ]]
	[[ "$(row clock)" == '"collector","pmu","ok","by '* ]]
}

@test "what it says of a device follows the device, and its commands mend it" {
	as_root
	command -v ethtool >/dev/null || skip "ethtool is not installed"
	netns=zcprof-doctor$$
	ip netns add "$netns"
	ip -n "$netns" link add dr0 type veth peer name dr1
	in_ns() { ip netns exec "$netns" "$@"; }
	ask() { in_ns "$BUILD/zcprof" doctor dr0 --area nic --format csv | quoted | grep "^\"nic\",\"$1\"" ; }
	mend() { ask "$1" | sed 's/.*,"\(.*\)"$/\1/'; }
	in_ns ethtool -K dr0 gro off tso off
	in_ns ethtool -K dr0 sg off
	for check in mtu gro scatter-gather tso "big tcp receive" "big tcp send"; do
		ask "$check" | grep -E '"(could be better|missing)"'
		in_ns sh -c "$(mend "$check")"
		ask "$check" | grep '"ok"'
		echo "nic,$check"
	done >"$BATS_TEST_TMPDIR/mended"
	# A veth pair has none of these: tests/lab/doctor_nic.bats.
	for check in "hw gro" lro "irq affinity"; do
		ask "$check" | grep '"unknown"'
		echo "nic,$check"
	done >>"$BATS_TEST_TMPDIR/mended"
	for check in "memory providers" "header split" "flow steering" "rss contexts" "rss table"; do
		in_ns "$BUILD/zcprof" doctor dr0 --area "zero copy" --format csv | quoted | grep "^\"zero copy\",\"$check\",\"missing\""
	done

	# The buffers of TCP are of the namespace too.
	for check in "send buffer,wmem" "receive buffer,rmem"; do
		in_ns sysctl -qw "net.ipv4.tcp_${check#*,}=4096 16384 2000000"
		ask_path() {
			in_ns "$BUILD/zcprof" doctor --area plumbing --rate 200G --rtt 100us --format csv | quoted |
				grep "^\"plumbing\",\"${check%,*}\""
		}
		ask_path | grep '"could be better"'
		in_ns sh -c "$(ask_path | sed 's/.*,"\(.*\)"$/\1/')"
		ask_path | grep '"ok"'
	done

	diff <(in_ns "$BUILD/zcprof" doctor dr0 --format csv | quoted | grep '^"nic"' | cut -d, -f1,2 | tr -d '"' | sort) \
		<(grep ^nic, "$BATS_TEST_TMPDIR/mended" | sort)
}

@test "interrupts that share a CPU, and those that do not" {
	irqs() { # CPU...: of interrupts 30, 31…
		local irq=30
		rm -rf "$tree"
		put /proc/interrupts "           CPU0       CPU1"
		for cpu; do
			printf ' %d:          1          2  PCI-MSI  lo-TxRx-%d\n' $irq $((irq - 30)) >>"$tree/proc/interrupts"
			put /proc/irq/$irq/effective_affinity_list "$cpu"
			irq=$((irq + 1))
		done
		# Another device's, whose name begins alike.
		printf ' 99:          1          2  PCI-MSI  lo2-TxRx-0\n' >>"$tree/proc/interrupts"
		put /proc/irq/99/effective_affinity_list 0
	}
	two_cpus
	irqs 0 1
	cell nic "irq affinity" found lo --root "$tree"
	[ "$(cell nic "irq affinity" state lo --root "$tree")" = ok ]
	irqs $(seq 0 $((2 * $(nproc) - 1)) | sed 's/.*/0/')
	cell nic "irq affinity" found lo --root "$tree"
	[ "$(cell nic "irq affinity" state lo --root "$tree")" = "could be better" ]
	[[ "$(cell nic "irq affinity" mend lo --root "$tree")" == "i=0; for n in 30 31 "* ]]
}

@test "each format has the same rows, and --strict tells by the exit code" {
	mkdir -p "$tree"
	csv=$(zcprof doctor --root "$tree" --format csv | quoted | wc -l)
	[ "$(zcprof doctor --root "$tree" --format md | wc -l)" -eq $((csv + 1)) ]
	[ "$(zcprof doctor --root "$tree" --format json | python3 -c 'import json, sys; print(len(json.load(sys.stdin)))')" -eq $((csv - 1)) ]
	run -0 zcprof doctor --root "$tree"
	run -3 zcprof doctor --root "$tree" --strict
	run -2 zcprof doctor --format xml
	run -2 zcprof doctor --area kitchen
	diff <(zcprof doctor --root "$tree" --area memory --format csv | quoted) <(zcprof doctor --root "$tree" --format csv | quoted | grep -E '^"(area|memory)"')
	run -2 zcprof doctor --rate 200G
	# The older name, and seconds.
	diff <(zcprof doctor --root "$tree" --area memory --bandwidth 200G --rtt 1e-4) \
		<(zcprof doctor --root "$tree" --area memory --rate 200G --rtt 100us)
	run -2 zcprof doctor --rate 200G --rtt 100ns
	run -3 zcprof doctor nosuchdevice0
}

@test "what the kernel refuses points at --verbose only where that says more" {
	zcprof doctor >"$BATS_TEST_TMPDIR/plain"
	zcprof doctor --verbose >"$BATS_TEST_TMPDIR/verbose" 2>&1
	cat "$BATS_TEST_TMPDIR/plain"
	if grep -q 'verbose says more' "$BATS_TEST_TMPDIR/plain"; then
		[ "$(wc -l <"$BATS_TEST_TMPDIR/verbose")" -gt "$(wc -l <"$BATS_TEST_TMPDIR/plain")" ]
	fi
}
