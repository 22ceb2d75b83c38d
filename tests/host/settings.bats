#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Settings of a device and a machine: seen by ip, ethtool, /proc and the kernel's own tracepoints
# while an end holds them, and put back. On a pair of devices that the test makes.

load zcprof_run

setup() {
	port=$(free_port)
	as_root
	of_the_machine
	PATH=$BUILD:$PATH
	dir=$BATS_TEST_TMPDIR/out
	ns=zcs$$
	make_namespaces
	# Tracepoints tell devices of all namespaces by their names alone.
	dev=r$$
	ip -n "${ns}rx" link set rx0 down name $dev
	ip -n "${ns}rx" link set $dev up
	holder=
	# A place for journals that no other zcprof of this machine looks at, and puts back.
	unshare -m --propagation private sh -c 'mkdir -p /run/zcprof && mount -t tmpfs none /run/zcprof &&
		chmod 755 /run/zcprof && echo >"$1"; exec sleep 1000' - "$BATS_TEST_TMPDIR/apart" 3>&- &
	apart=$!
	wait_until 10 test -e "$BATS_TEST_TMPDIR/apart"
}

apart() { nsenter -m -t "$apart" "$@"; }

teardown() {
	[ -z "$holder" ] || kill -KILL "$holder" 2>/dev/null || :
	apart zcprof restore || :
	kill "$apart"
	[ -z "$instance" ] || rmdir "$instance"
	remove_namespaces
}

in_rx() { apart ip netns exec "${ns}rx" "$@"; }

# All that is set here, as other tools say it.
dump() {
	ip -n "${ns}rx" -d link show $dev
	in_rx ethtool -k $dev
	in_rx ethtool -l $dev
	in_rx sh -c "cd /sys/class/net/$dev && grep . queues/*/*_cpus queues/*/rps_flow_cnt gro_flush_timeout \
		napi_defer_hard_irqs threaded /proc/sys/net/ipv4/tcp_rmem /proc/sys/net/core/netdev_budget" 2>&1 || :
	grep . /proc/sys/net/core/rps_sock_flow_entries /proc/sys/net/core/netdev_budget
}

# exec_apart, exec_rx COMMAND...: this shell becomes it
exec_apart() { exec nsenter -m -t "$apart" "$@"; }
exec_rx() { exec_apart ip netns exec "${ns}rx" "$@"; }

# Begins an end that waits for a peer, with these settings; $holder is it.
hold() {
	: >"$BATS_TEST_TMPDIR/rx.csv" # the one before has said it too
	exec_rx zcpath rx --bind 10.78.0.1 "$@" >"$BATS_TEST_TMPDIR/rx.csv" 2>"$BATS_TEST_TMPDIR/rx.err" 3>&- &
	holder=$!
	wait_until 10 grep -q listening "$BATS_TEST_TMPDIR/rx.csv"
}

let_go() {
	kill "-$1" "$holder"
	wait "$holder" || :
	holder=
}

# seen PATTERN COMMAND...: what another tool says while it is held
seen() {
	local pattern=$1
	shift
	"$@" | grep -qE "$pattern" || { echo "no \"$pattern\" in: $*"; "$@"; return 1; }
}

all=(--queues-count 2 --mtu 9000 --csum off --gso off --gro sw --big-tcp 192K --rps 1 --rfs 4096 --xps 0-1
	--gro-flush 20000 --defer-irqs 3 --threaded-napi on
	--sysctl net.ipv4.tcp_rmem=4096:100000:5000000+net.core.netdev_budget=401)

all_seen() {
	seen '^(RX|Combined):[[:space:]]+2' in_rx ethtool -l $dev
	seen 'mtu 9000 ' ip -n "${ns}rx" link show $dev
	seen '^rx-checksumming: off' in_rx ethtool -k $dev
	seen 'tx-checksum-ip-generic: off' in_rx ethtool -k $dev
	seen '^generic-segmentation-offload: off' in_rx ethtool -k $dev
	seen '^generic-receive-offload: on' in_rx ethtool -k $dev
	seen 'gso_max_size 196608 ' ip -n "${ns}rx" -d link show $dev
	seen 'gro_max_size 196608 ' ip -n "${ns}rx" -d link show $dev
	seen '^0*2$' in_rx cat /sys/class/net/$dev/queues/rx-1/rps_cpus
	seen '^2048$' in_rx cat /sys/class/net/$dev/queues/rx-1/rps_flow_cnt
	seen '^4096$' cat /proc/sys/net/core/rps_sock_flow_entries
	seen '^0*1$' in_rx cat /sys/class/net/$dev/queues/tx-0/xps_cpus
	seen '^0*2$' in_rx cat /sys/class/net/$dev/queues/tx-1/xps_cpus
	seen '^20000$' in_rx cat /sys/class/net/$dev/gro_flush_timeout
	seen '^3$' in_rx cat /sys/class/net/$dev/napi_defer_hard_irqs
	seen '^1$' in_rx cat /sys/class/net/$dev/threaded
	seen "napi/$dev" ps -eo comm
	seen '^4096[[:space:]]100000[[:space:]]5000000$' in_rx cat /proc/sys/net/ipv4/tcp_rmem
	seen '^401$' cat /proc/sys/net/core/netdev_budget
}

@test "what is asked for is set, and put back when the end is done" {
	two_cpus
	before=$(dump)
	hold "${all[@]}"
	all_seen
	for fact in queues_count,2, mtu,9000, csum,off, gro,sw, big_tcp,192K, rps,1, rfs,4K, xps,0-1, threaded_napi,on,; do
		grep -qx ",rx,fact,option,$fact" "$BATS_TEST_TMPDIR/rx.csv"
	done
	let_go TERM
	diff <(echo "$before") <(dump)
}

@test "after SIGKILL zcprof restore puts all of it back" {
	two_cpus
	before=$(dump)
	hold "${all[@]}"
	let_go KILL
	all_seen
	run apart zcprof restore
	echo "$output"
	[ "$status" = 0 ]
	[[ $output == *"put back "*" settings that process"* ]]
	diff <(echo "$before") <(dump)
	run apart zcprof restore
	[[ $output == *"nothing to put back"* ]]
}

@test "a sysctl of a device whose name has a dot" {
	# As that of a VLAN, which not every kernel has.
	ip -n "${ns}rx" link add name $dev.100 type veth peer name other
	all_of() { in_rx cat "/proc/sys/net/ipv4/conf/$dev.100/forwarding" "/proc/sys/net/ipv4/conf/$dev/forwarding"; }
	[ "$(all_of)" = $'0\n0' ]
	hold --sysctl "net.ipv4.conf.$dev.100.forwarding=1"
	[ "$(all_of)" = $'1\n0' ]
	let_go TERM
	[ "$(all_of)" = $'0\n0' ]
	hold --sysctl "net.ipv4.conf.$dev.forwarding=1+net.ipv4.conf.$dev.100.forwarding=1"
	[ "$(all_of)" = $'1\n1' ]
	let_go KILL
	run apart zcprof restore
	[ "$status" = 0 ]
	[ "$(all_of)" = $'0\n0' ]
}

@test "what a driver refuses is said, and nothing stays" {
	before=$(dump)
	for asked in "gro hw" "lro on" "arfs on" "rx-ring 512" "coalesce rx-usecs=8" "hds-thresh 0" \
		"queues-count 1000" "governor nosuch" "cstates nosuch" "sysctl net.nosuch=1" \
		"sysctl net.ipv4.tcp_rmem=many"; do
		# shellcheck disable=SC2086 # a name and a value
		run in_rx zcpath rx --bind 10.78.0.1 --check --mtu 2000 --$asked
		echo "$asked: $output"
		[ "$status" = 3 ]
		[[ $output == *" refuses --${asked% *} "* ]]
		diff <(echo "$before") <(dump)
	done
}

@test "what one end has set no other changes, and the same for both is put back once" {
	before=$(dump)
	hold --gro sw --mtu 2000 --sysctl net.core.netdev_budget=402
	run in_rx zcpath rx --bind 10.78.0.1 --check --mtu 2000 --gro sw --sysctl net.core.netdev_budget=402
	[ "$status" = 0 ]
	for asked in "gro off" "mtu 3000" "sysctl net.core.netdev_budget=403"; do
		# shellcheck disable=SC2086 # a name and a value
		run in_rx zcpath rx --bind 10.78.0.1 --check --$asked
		echo "$output"
		[ "$status" = 3 ]
		[[ $output == *" refuses --$asked: another zcprof or zcpath that runs has set it, and to something else"* ]]
	done
	# Another of the same device is nobody's.
	in_rx zcpath rx --bind 10.78.0.1 --check --csum off
	seen '^402$' cat /proc/sys/net/core/netdev_budget
	let_go TERM
	diff <(echo "$before") <(dump)
}

# A machine whose CPUs have governors and idle states, which a virtual one has not: files at their place.
made_up_cpus() {
	local cpus=$BATS_TEST_TMPDIR/cpus state
	for cpu in 0 1; do
		mkdir -p "$cpus/cpu$cpu/cpufreq"
		echo schedutil >"$cpus/cpu$cpu/cpufreq/scaling_governor"
		for state in 0:POLL 1:C1 2:C1E 3:C6; do
			mkdir -p "$cpus/cpu$cpu/cpuidle/state${state%:*}"
			echo "${state#*:}" >"$cpus/cpu$cpu/cpuidle/state${state%:*}/name"
			echo 0 >"$cpus/cpu$cpu/cpuidle/state${state%:*}/disable"
		done
	done
	# One that somebody has disabled is so again afterwards.
	echo 1 >"$cpus/cpu1/cpuidle/state1/disable"
	apart mount --bind "$cpus" /sys/devices/system/cpu
}

disabled() {
	cat "$BATS_TEST_TMPDIR"/cpus/cpu*/cpuidle/state*/disable | tr -d '\n'
}

@test "governors and idle states of every CPU are set, and put back one by one" {
	made_up_cpus
	[ "$(disabled)" = 00000100 ]
	exec_apart zcpath rx --governor performance --cstates C1 --port "$port" >"$BATS_TEST_TMPDIR/rx.csv" 2>"$BATS_TEST_TMPDIR/rx.err" 3>&- &
	holder=$!
	wait_until 10 grep -q listening "$BATS_TEST_TMPDIR/rx.csv"
	grep -qx ',rx,fact,option,governor,performance,' "$BATS_TEST_TMPDIR/rx.csv"
	grep -qx ',rx,fact,option,cstates,C1,' "$BATS_TEST_TMPDIR/rx.csv"
	[ "$(disabled)" = 00110011 ]
	[ "$(grep -l '^performance$' "$BATS_TEST_TMPDIR"/cpus/cpu*/cpufreq/scaling_governor | wc -l)" = 2 ]
	let_go TERM
	[ "$(disabled)" = 00000100 ]
	[ "$(grep -l '^schedutil$' "$BATS_TEST_TMPDIR"/cpus/cpu*/cpufreq/scaling_governor | wc -l)" = 2 ]
	run apart zcpath rx --cstates C9 --check
	[ "$status" = 3 ]
	[[ $output == *"no CPU has an idle state of that name"* ]]
	[ "$(disabled)" = 00000100 ]
	apart zcpath rx --cstates all --check
}

@test "settings that contradict a path, or another option, are refused" {
	refused() {
		local words=$1
		shift
		run zcpath rx --check --nic "$dev" --queues 0 "$@"
		echo "$*: $output"
		[ "$status" = 2 ]
		[[ $output == *"$words"* ]]
	}
	refused "--hds-thresh 100: --path zcrx needs every packet's headers split" --path zcrx --hds-thresh 100
	refused "--irq-suspend 5000: it takes effect where the end polls; give --busy-poll US too" --path zcrx --irq-suspend 5000
	refused "--arfs off: --path devmem steers its flows by rules" --path devmem --arfs off
	refused "--rx-ring 32768: --area has too few buffers to fill such rings; give --area 131072K" --path zcrx --rx-ring 32768
}

@test "values that no setting has are wrong usage" {
	for asked in "gro on" "mtu 100" "big-tcp 1000" "rps cpu1" "tso yes" "sysctl a" "sysctl a=b=c" "coalesce =1" \
		"sysctl a=1+" 'sysctl a=$(b)' "queues-count 0"; do
		# shellcheck disable=SC2086 # a name and a value
		run zcprof run --$asked --dry-run
		echo "$asked: $output"
		[ "$status" = 2 ]
		[[ $output == *"--${asked% *} "*": expected"* ]]
	done
}

# Packets by their sizes, as they come to $dev, for zcprof run between the two namespaces.
instance=
trace_sizes() {
	local tracing=/sys/kernel/tracing

	[ -d $tracing/instances ] || skip "no tracefs at $tracing"
	instance=$tracing/instances/$ns
	mkdir "$instance"
	echo "name == \"$dev\"" >"$instance/events/net/netif_receive_skb/filter"
	echo 1 >"$instance/events/net/netif_receive_skb/enable"
}

# The longest of the latest since it was asked before.
longest() {
	sed -n 's/.* len=\([0-9]*\).*/\1/p' "$instance/trace" | sort -n | tail -1
	echo >"$instance/trace"
}

moved() {
	rm -rf "$dir"
	run apart zcprof run --link "netns:${ns}rx,${ns}tx" --seconds 0.5 --warmup 0.1 --repeat 1 --collect cpu \
		"$@" -o "$dir"
	echo "$output"
	[ "$status" = 0 ]
	longest=$(longest)
	echo "$*: $longest"
}

@test "packets are as large as the settings let them be" {
	before=$(dump)
	trace_sizes
	moved --tso off --gso off
	[ "$longest" -le 1500 ]
	moved --tso off --gso off --rx-gro sw
	[ "$longest" -gt 1500 ]
	moved --tso off --gso off --mtu 3000
	[ "$longest" -gt 2000 ] && [ "$longest" -le 3000 ] || false
	moved
	[ "$longest" -gt 30000 ] && [ "$longest" -le 65536 ] || false
	moved --big-tcp 192K
	[ "$longest" -gt 65536 ] && [ "$longest" -le 196608 ] || false
	diff <(echo "$before") <(dump)
}

@test "settings that differ make configurations, and are what diff names first" {
	run zcprof run --rx-gro off,sw,hw --tx-tso off --seconds 0.5 --warmup 0.1 --repeat 2 --collect cpu,skb \
		-o "$dir"
	echo "$output"
	[ "$status" = 0 ]
	[[ $output == *"rx-gro=hw is left out: zcprof-rx (driver veth) refuses --gro hw: it stays at sw"* ]]
	[ "$(value "$dir/rx=copy,tx=copy,rx-gro=sw/run-1.csv" rx fact option gro)" = sw ]
	[ "$(value "$dir/rx=copy,tx=copy,rx-gro=sw/run-1.csv" tx fact option tso)" = off ]
	run zcroi diff "$dir/rx=copy,tx=copy,rx-gro=off" "$dir/rx=copy,tx=copy,rx-gro=sw"
	[[ $output == *"setting "*"rx --gro: off in A, sw in B"* ]]
	# What was asked for is nobody's surprise; what was not, is. Sysctls of the machine may be set by others meanwhile.
	run zcroi table "$dir"
	[[ $output != *"Not all runs are alike: nic"* ]]
	sed -i 's/,fact,nic,mtu,4148,/,fact,nic,mtu,4000,/' "$dir/rx=copy,tx=copy,rx-gro=sw/run-1.csv"
	run zcroi table "$dir"
	[[ $output == *"Not all runs are alike: nic mtu is"* ]]
}

@test "what lies in /sys is set at devices of zcprof's own namespaces too; where /sys shows others it is said, and no setting is off for that" {
	run zcprof run --rx-gro sw --rx-threaded-napi on --rx-gro-flush 20000 --rx-rps 1 --tx-xps 0 --seconds 0.2 --warmup 0.1 --repeat 1 \
		--collect cpu -o "$dir"
	echo "$output"
	[ "$status" = 0 ]
	for fact in threaded_napi,on gro_flush,20000 rps,1; do
		grep -qx ",rx,fact,option,$fact," "$dir"/*/run-1.csv
	done
	for what in '--threaded-napi on' '--threaded-napi off' '--rps 1' '--xps 1' '--gro-flush 20000'; do
		# shellcheck disable=SC2086
		run nsenter --net=/run/netns/${ns}tx zcpath rx --bind 10.78.0.2 --check $what
		echo "$output"
		[[ $output == *"/sys shows the devices of another network namespace"* ]]
	done
}

@test "every feature of a device is a fact, as ethtool tells it: what is off, and cannot be on, is no gap" {
	zcprof run --link loopback --port "$port" --seconds 0.1 --warmup 0 --repeat 1 --collect cpu -o "$dir"
	# ethtool has names of its own for some, and for groups of them.
	ethtool -k lo | sed -n 's/^\t\{0,1\}\([a-z0-9-]*\): \(o[nf]*\).*/,rx,fact,nic,feature \1,\2,/p' | grep -Fxf "$dir"/*/run-1.csv >"$dir.same"
	[ "$(wc -l <"$dir.same")" -ge 30 ]
	grep -qx ',rx,fact,nic,feature rx-vlan-filter,off,' "$dir.same"
	[ "$(grep -c ',rx,fact,nic,feature ' "$dir"/*/run-1.csv)" -ge 50 ]
}

# setup OPTION...: of the device, in its namespace
set_up() { in_rx zcprof setup "$@" "$dev"; }

@test "setup sets what a plan says, for work by hand, and restore undoes it, in whatever order it came" {
	before=$(dump)
	printf 'rx copy,uring\nseconds 3\nmtu 3000\nrx-gro sw\ntx-gro off\nsysctl net.core.netdev_budget=404\n' >"$BATS_TEST_TMPDIR/a.plan"
	run set_up --as rx "@$BATS_TEST_TMPDIR/a.plan" --csum off
	echo "$output"
	[ "$status" = 0 ]
	[[ $output == *"mtu 3000"*"csum off"*"gro sw"*"sysctl net.core.netdev_budget=404"* ]]
	seen 'mtu 3000 ' ip -n "${ns}rx" link show "$dev"
	seen '^generic-receive-offload: on' in_rx ethtool -k "$dev"
	seen '^rx-checksumming: off' in_rx ethtool -k "$dev"
	seen '^404$' cat /proc/sys/net/core/netdev_budget
	after_first=$(dump)
	set_up --mtu 4000 --gro off
	seen 'mtu 4000 ' ip -n "${ns}rx" link show "$dev"
	# A run upon it puts back what setup had set, and takes nothing else away.
	hold --mtu 5000
	let_go KILL
	in_rx zcprof run --link loopback --seconds 0.2 --warmup 0 --repeat 1 --collect cpu -o "$dir"
	seen 'mtu 4000 ' ip -n "${ns}rx" link show "$dev"
	run apart zcprof restore
	echo "$output"
	[ "$status" = 0 ]
	diff <(echo "$before") <(dump)
	[ "$before" != "$after_first" ]
}

@test "setup: what cannot be is one sentence, and nothing is changed" {
	before=$(dump)
	printf 'mtu 3000,4000\n' >"$BATS_TEST_TMPDIR/a.plan"
	printf 'nosuch 1\n' >"$BATS_TEST_TMPDIR/b.plan"
	refused() {
		local status_wanted=$1 words=$2
		shift 2
		run in_rx zcprof setup "$@"
		echo "$*: $output"
		[ "$status" = "$status_wanted" ]
		[[ $output == *"$words"* ]]
	}
	refused 2 "mtu has 2 values, and a device is set to one: say which with --mtu" "@$BATS_TEST_TMPDIR/a.plan" "$dev"
	refused 2 "nosuch" "@$BATS_TEST_TMPDIR/b.plan" "$dev"
	refused 2 "nothing to set" "$dev"
	refused 2 "which device is to be set" --gro off
	refused 2 "--gro on: expected one of off|sw|hw" --gro on "$dev"
	refused 2 "expected one device" --gro off "$dev" other
	refused 3 "there is no device nosuch0" --gro off nosuch0
	refused 3 "$dev (driver veth) refuses --gro hw: it stays at sw; nothing is changed" --mtu 3000 --gro hw "$dev"
	diff <(echo "$before") <(dump)
	run apart zcprof restore
	[[ $output == *"nothing to put back"* ]]
}
