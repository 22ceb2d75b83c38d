#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Experiments over two hosts: both are measured, whoever runs them.

load zcprof_run
load two_hosts

setup() {
	two_hosts_setup
}

teardown() {
	two_hosts_teardown
}

# A process with a place for journals of its own: its number.
apart() {
	unshare -m --propagation private sh -c 'mkdir -p /run/zcprof && mount -t tmpfs none /run/zcprof &&
		chmod 755 /run/zcprof && echo $$ >"$1"; exec sleep 1000' - "$BATS_TEST_TMPDIR/apart" >/dev/null 3>&- &
	wait_until 10 test -s "$BATS_TEST_TMPDIR/apart"
	cat "$BATS_TEST_TMPDIR/apart"
}

# The CPUs of a machine, each of which has an idle time: the end's own, and those that belong to nobody.
cpus_of() {
	grep -cE "^,$1(-host)?,cpu,idle," "$file"
}

@test "through an sshd: both ends whole, one connection, and what the two clocks say of it" {
	start_sshd
	before=$(grep -c 'Accepted publickey' "$home/log")
	ip netns exec "${ns}tx" zcprof run --link tx0 --rx-host far --address 10.78.0.1 \
		--ssh "ssh -F $home/config" --cc cubic --read 64K,256K --seconds 1 --warmup 0.2 \
		--repeat 2 -o "$dir"
	[ "$(($(grep -c 'Accepted publickey' "$home/log") - before))" -eq 1 ]
	for file in "$dir"/*/run-[12].csv; do
		is_record "$file"
		for end in rx tx; do
			[ "$(cpus_of $end)" -eq "$(nproc)" ]
			[ "$(sum "$file" $end cpu thread)" -gt 0 ]
			[ "$(sum "$file" $end syscalls calls)" -gt 0 ]
			value "$file" "$end-host" fact kernel
			[ "$(value "$file" $end fact link device)" = "${end}0" ]
		done
		# Both are this machine's clock: what is left is how long it took to say so.
		between -2000000000 "$(value "$file" rx-host window later open)" 2000000000
		between 0 "$(value "$file" rx-host window later_error)" 2000000000
		between 0 "$(value "$file" rx window unseen open)" 2000000000
	done
}

# Whatever runs in the receiver's namespace by this name.
runs_there() {
	local pid
	for pid in $(ip netns pids "${ns}rx"); do
		[ "$(cat "/proc/$pid/comm" 2>/dev/null)" != "$1" ] || return 0
	done
	return 1
}

@test "through an sshd: zcprof here is killed, and nothing of it is left there" {
	start_sshd
	before=$(ip netns exec "${ns}rx" cat /sys/class/net/rx0/queues/rx-0/rps_cpus)
	ip netns exec "${ns}tx" zcprof run --link tx0 --rx-host far --address 10.78.0.1 \
		--ssh "ssh -F $home/config" --collect cpu --rx-irq-cpu 0 --seconds 60 --warmup 0.2 \
		--repeat 1 -o "$dir" 3>&- &
	run=$!
	wait_until 60 grep -qs '^[0-9.]*,rx,path,bytes,' "$file.part"
	runs_there zcpath
	kill -9 "$run"
	none() { ! runs_there zcprof && ! runs_there zcpath; }
	wait_until 20 none
	[ "$(ip netns exec "${ns}rx" cat /sys/class/net/rx0/queues/rx-0/rps_cpus)" = "$before" ]
}

@test "every question is answered of a record of two machines" {
	ip netns exec "${ns}tx" zcprof run --link tx0 --rx-host "${ns}rx" --address 10.78.0.1 \
		"${by_name[@]}" --read 64K,256K "${short[@]}"
	zcroi table "$dir"
	zcroi diff "$dir"/*64K "$dir"/*256K
	zcroi explain "$dir"/*64K "$dir"/*256K
	for part in components symbols syscalls cpu threads softnet softirq tcp nic cstate selfcost facts; do
		zcroi show "$part" "$dir"/*64K >"$BATS_TEST_TMPDIR/$part"
		! grep -q 'no figures' "$BATS_TEST_TMPDIR/$part" || false
	done
	grep -q 'CPU time per KB of payload of rx' "$BATS_TEST_TMPDIR/components"
	grep -q 'CPU time per KB of payload of tx' "$BATS_TEST_TMPDIR/components"
	# C of each end is that machine's: the same in the table, and they add up.
	zcroi table --format csv "$dir" | head -n 2 | python3 -c '
import csv, sys
row = next(csv.DictReader(sys.stdin))
rx, tx, both = (float(row[f"cpu_{x}_percent"]) for x in ("rx", "tx", "total"))
assert abs(rx + tx - both) < 0.2 and rx > 0 and tx > 0, row'
}

@test "C of an end is what the kernel says of that machine's CPUs" {
	# Both namespaces are this machine, so both agents have to say what its own /proc/stat says.
	zcprof run --link far --rx-host "${ns}rx" --tx-host "${ns}tx" --address 10.78.0.1 \
		"${by_name[@]}" --collect cpu --seconds 3 --warmup 0.2 --repeat 1 -o "$dir" 3>&- &
	run=$!
	busy() { awk '/^cpu / { print $2 + $3 + $4 + $7 + $8 }' /proc/stat; }
	wait_until 60 grep -q '^[12]\.[0-9]*,rx,path,bytes,' "$file.part"
	before=$(busy) && began=$(date +%s%N)
	sleep 1
	after=$(busy) && ended=$(date +%s%N)
	wait "$run"
	of_stat=$(((after - before) * 1000000000 / (ended - began)))
	for end in rx tx; do
		[ "$(cpus_of $end)" -eq "$(nproc)" ]
		# Of one second out of three, on a machine that others use too.
		between $((of_stat / 2)) "$(value "$file" $end cpu busy)" $((of_stat * 2 + 20))
	done
}

@test "both ends on one other host are one machine" {
	zcprof run --link far --rx-host "${ns}rx" --tx-host "${ns}rx" --address 10.78.0.1 \
		"${by_name[@]}" --collect cpu,tcp "${short[@]}"
	is_record "$file"
	[ "$(grep -cE '^,[rt]x-host,' "$file")" -eq 0 ]
	value "$file" host fact kernel
	value "$file" host collector means cpu
	value "$file" host cpu busy
}

@test "what a host refuses is said in its words, here and in the record" {
	ip netns exec "${ns}tx" zcprof run --link tx0 --rx-host "${ns}rx" --address 10.78.0.1 \
		"${by_name[@]}" --rx-irq-cpu 0,999 --collect cpu "${short[@]}" 2>"$BATS_TEST_TMPDIR/said"
	cat "$BATS_TEST_TMPDIR/said"
	grep -q "${ns}rx: --rx-irq-cpu: this machine has no CPU 999" "$BATS_TEST_TMPDIR/said"
	zcroi table "$dir" >"$BATS_TEST_TMPDIR/table"
	cat "$BATS_TEST_TMPDIR/table"
	tr -s '\n ' ' ' <"$BATS_TEST_TMPDIR/table" | grep -q "${ns}rx: --rx-irq-cpu: this machine has no CPU 999"
	! grep -q 'x2d\|x5c' "$BATS_TEST_TMPDIR/said" "$BATS_TEST_TMPDIR/table" "$dir/refused"/*.csv || false
}

@test "a way to a host that is none, and a name that ssh would take for an option" {
	run zcprof run --rx-host far --ssh ' ' "${short[@]}"
	echo "$output"
	[ "$status" -eq 2 ]
	[[ "$output" == *"--ssh  : expected a command that reaches a host"* ]]
	run zcprof run --rx-host -oProxyCommand=reboot "${short[@]}"
	[ "$status" -eq 2 ]
	[[ "$output" == *"expected the name of a host"* ]]
	for command in doctor restore; do
		run zcprof $command --host far --ssh ''
		[ "$status" -eq 2 ]
		run zcprof $command --host=-oProxyCommand=reboot
		[ "$status" -eq 2 ]
		[[ "$output" == *"expected the name of a host"* ]]
	done
	run zcprof attach -o "$BATS_TEST_TMPDIR/a.csv" --ssh '' --host far --pid 1 --peer-host . --pid 2
	[ "$status" -eq 2 ]
	run zcprof attach -o "$BATS_TEST_TMPDIR/a.csv" --host -oX=y --pid 1 --peer-host . --pid 2
	[ "$status" -eq 2 ]
}

@test "a zcprof of another version there: which rows differ is said, and the rest is measured" {
	ip netns exec "${ns}tx" zcprof run --link tx0 --rx-host "${ns}rx" --address 10.78.0.1 \
		--ssh "python3 $BATS_TEST_DIRNAME/../tool/agent.py other_version nothing" --zcprof "$BUILD/zcprof" \
		--collect cpu,softnet "${short[@]}" 2>"$BATS_TEST_TMPDIR/said"
	cat "$BATS_TEST_TMPDIR/said"
	grep -q "${ns}rx: its zcprof is of another version: here is .*, there \"zcprof 9.9 12345678\"" "$BATS_TEST_TMPDIR/said"
	grep -q "2 of this one are not said there (.*cpu/busy.*softnet/processed\|2 of this one are not said there (softnet/processed, cpu/busy" "$BATS_TEST_TMPDIR/said"
	grep -q '1 of that one are not known here, and left out (new/thing)' "$BATS_TEST_TMPDIR/said"
	is_record "$file"
	[ "$(value "$file" rx-host fact program)" = "zcprof 9.9 12345678" ]
	grep -q '^,rx,cpu,idle,' "$file"
	! grep -q '^,rx[a-z-]*,cpu,busy,\|^,rx[a-z-]*,softnet,processed,\|new,thing' "$file" || false
	grep -q '^,tx,cpu,busy,' "$file"
}

@test "a zcprof of another version there, whose answers are others: said at once" {
	run ip netns exec "${ns}tx" timeout 50 zcprof run --link tx0 --rx-host "${ns}rx" --address 10.78.0.1 \
		--ssh "python3 $BATS_TEST_DIRNAME/../tool/agent.py strange nothing" --zcprof "$BUILD/zcprof" \
		--collect cpu,softnet "${short[@]}"
	echo "$output"
	[ "$status" -eq 3 ]
	[[ "$output" == *"${ns}rx: its zcprof is of another version: "*"which understands nothing of what this one asks"* ]]
}

@test "what a source says as a fact with each look is in no record more than once" {
	TERM=dumb ip netns exec "${ns}tx" zcprof run --live --link tx0 --rx-host "${ns}rx" --address 10.78.0.1 \
		--ssh "python3 $BATS_TEST_DIRNAME/../tool/agent.py look_fact look" --zcprof "$BUILD/zcprof" \
		--collect cpu --seconds 5 --warmup 0.2 --repeat 1 -o "$dir" </dev/null
	is_record "$file"
	[ "$(grep -c '^,rx,cpu,idle,' "$file")" -gt 0 ]
	[ "$(grep -c 'rx-buf-len' "$file")" -eq 0 ]
}

@test "setup of a host, by a plan of this machine, and restore" {
	printf 'rx-mtu 3000\ntx-mtu 4000\nrx copy\n' >"$BATS_TEST_TMPDIR/a.plan"
	# Journals of its own, which no other zcprof of this machine looks at.
	printf '#!/bin/bash\nhost=$1; shift\nexec nsenter -m -t %s ip netns exec "$host" "$@"\n' "$(apart)" \
		>"$BATS_TEST_TMPDIR/ssh"
	chmod +x "$BATS_TEST_TMPDIR/ssh"
	way=(--host "${ns}rx" --ssh "$BATS_TEST_TMPDIR/ssh" --zcprof "$BUILD/zcprof")
	before=$(ip -n "${ns}rx" -d link show rx0; ip netns exec "${ns}rx" ethtool -k rx0)
	zcprof setup "${way[@]}" --as rx --gro off --sysctl net.ipv4.conf.rx0.forwarding=1 "@$BATS_TEST_TMPDIR/a.plan" rx0
	[[ "$(ip -n "${ns}rx" link show rx0)" == *"mtu 3000 "* ]]
	ip netns exec "${ns}rx" ethtool -k rx0 | grep -q 'generic-receive-offload: off'
	[ "$(ip netns exec "${ns}rx" cat /proc/sys/net/ipv4/conf/rx0/forwarding)" = 1 ]
	zcprof restore "${way[@]}"
	[ "$(ip -n "${ns}rx" -d link show rx0; ip netns exec "${ns}rx" ethtool -k rx0)" = "$before" ]
	[ "$(ip netns exec "${ns}rx" cat /proc/sys/net/ipv4/conf/rx0/forwarding)" = 0 ]
	# What the device there refuses, what is none there, and what a shell there would take apart.
	run zcprof setup "${way[@]}" --coalesce rx-usecs=8 rx0
	echo "$output"
	[ "$status" -eq 3 ]
	[[ "$output" == *"refuses"*"nothing is changed"* ]]
	run zcprof setup "${way[@]}" --mtu 3000 nosuch0
	[ "$status" -eq 3 ]
	run zcprof setup "${way[@]}" --mtu 3000 'a;reboot'
	echo "$output"
	[ "$status" -eq 2 ]
	[[ "$output" == *"would not take"* ]]
	run zcprof setup "${way[@]}" rx0
	[ "$status" -eq 2 ]
	run zcprof setup --ssh ssh --mtu 1500 lo
	[ "$status" -eq 2 ]
	kill "$(cat "$BATS_TEST_TMPDIR/apart")"
}

@test "--push needs no zcprof there, and leaves none" {
	# The host has a /tmp of its own, in which others of this machine leave nothing.
	mkdir "$BATS_TEST_TMPDIR/tmp"
	cat >"$BATS_TEST_TMPDIR/ssh" <<-END
		#!/bin/bash
		host=\$1
		shift
		exec ip netns exec "\$host" unshare --mount bash -c \\
			'mount --bind "$BATS_TEST_TMPDIR/tmp" /tmp && echo "\$1" >>/tmp/asked && exec "\$@"' bash "\$@"
	END
	chmod +x "$BATS_TEST_TMPDIR/ssh"
	ip netns exec "${ns}tx" zcprof run --link tx0 --rx-host "${ns}rx" --address 10.78.0.1 \
		--ssh "$BATS_TEST_TMPDIR/ssh" --zcprof /nowhere --push --collect cpu "${short[@]}"
	is_record "$file"
	[ "$(sum "$file" rx cpu busy)" -gt 0 ]
	[ "$(grep -cE '^(mktemp|install|/tmp/zcprof-.*/zcprof)$' "$BATS_TEST_TMPDIR/tmp/asked")" -eq 4 ]
	[ "$(ls "$BATS_TEST_TMPDIR/tmp")" = asked ]
}

@test "doctor and restore of a host" {
	run zcprof doctor --host "${ns}rx" "${by_name[@]}" --area nic rx0
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "$output" == *"dev rx0"* ]]
	run zcprof doctor --host="${ns}rx" "${by_name[@]}" tx0
	[ "$status" -eq 3 ]
	run zcprof restore --host "${ns}rx" "${by_name[@]}"
	[ "$status" -eq 0 ]
	[[ "$output" == *"nothing to put back"* ]]
	run zcprof doctor --host "${ns}nobody" "${by_name[@]}"
	echo "$output"
	[ "$status" -eq 3 ]
	run zcprof doctor --host "${ns}rx" "${by_name[@]}" 'a;reboot'
	[ "$status" -eq 2 ]
	[[ "$output" == *"would not take \"a;reboot\" as it is"* ]]
}
