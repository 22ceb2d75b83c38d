#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Experiments over two hosts: both are measured, whoever runs them.

load zcprof_run
load two_hosts

setup() {
	[ "$(id -u)" -eq 0 ] || skip "needs root: it makes network namespaces"
	PATH=$BUILD:$PATH
	dir=$BATS_TEST_TMPDIR/out
	ns=zct$$
	make_namespaces
	by_name=(--ssh "ip netns exec" --zcprof "$BUILD/zcprof")
	short=(--seconds 1 --warmup 0.2 --repeat 1 -o "$dir")
	file="$dir/rx=copy,tx=copy/run-1.csv"
}

teardown() {
	[ -z "$sshd" ] || kill "$sshd" 2>/dev/null || :
	remove_namespaces
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

# A transfer that zcprof did not start, between the two namespaces: pid_rx and pid_tx.
start_service() {
	ip netns exec "${ns}rx" zcpath rx --bind 10.78.0.1 >"$BATS_TEST_TMPDIR/service" 2>&1 3>&- &
	pid_rx=$!
	wait_until 20 grep -q listening "$BATS_TEST_TMPDIR/service"
	ip netns exec "${ns}tx" zcpath tx --to 10.78.0.1 --seconds 60 >/dev/null 2>&1 3>&- &
	pid_tx=$!
	wait_until 10 grep -qs zcpath "/proc/$pid_tx/comm"
}

stop_service() {
	kill "$pid_tx" "$pid_rx" 2>/dev/null || :
	wait "$pid_tx" "$pid_rx" 2>/dev/null || :
}

@test "attach to both ends of a service on two machines" {
	start_service
	file=$BATS_TEST_TMPDIR/both.csv
	zcprof attach --seconds 2 --collect cpu,tcp,syscalls -o "$file" "${by_name[@]}" \
		--host "${ns}rx" --pid "$pid_rx" --peer-host "${ns}tx" --pid "$pid_tx"
	# Of this machine without a way to it; and one end that is said twice is refused.
	ip netns exec "${ns}tx" zcprof attach --seconds 1 --collect cpu,tcp -o "$file.here.csv" \
		"${by_name[@]}" --host "${ns}rx" --pid "$pid_rx" --peer-host . --pid "$pid_tx"
	run zcprof attach --seconds 1 --collect cpu -o "$file.twice.csv" "${by_name[@]}" \
		--host "${ns}rx" --pid "$pid_rx" --peer-host "${ns}rx" --pid "$pid_rx"
	stop_service
	echo "$output"
	[ "$status" -eq 1 ]
	[[ "$output" == *"both machines have the same end, rx"* ]]
	[ ! -e "$file.twice.csv" ]
	for one in "$file" "$file.here.csv"; do
		is_record "$one"
		for end in rx tx; do
			[ "$(value "$one" $end path bytes)" -gt 0 ]
			[ "$(sum "$one" $end cpu thread)" -gt 0 ]
			value "$one" "$end-host" fact kernel
		done
	done
	[ "$(sum "$file" tx syscalls calls)" -gt 0 ]
	zcroi table "$file"
}

# A service whose connections come and go: three stay, one more is made every 20 ms, and one goes to somebody else.
start_busy_service() {
	cat >"$BATS_TEST_TMPDIR/service.py" <<-'END'
		import socket, sys, threading, time
		def serve(listener):
		    while True:
		        c = listener.accept()[0]
		        threading.Thread(target=lambda c=c: [None for _ in iter(lambda: c.recv(65536), b"")], daemon=True).start()
		if sys.argv[1] == "rx":
		    serve(socket.create_server(("10.78.0.1", 7000), backlog=100))
		other = socket.create_server(("127.0.0.1", 7001))
		keep = [socket.create_connection(("10.78.0.1", 7000)) for _ in range(3)]
		keep.append(socket.create_connection(("127.0.0.1", 7001)))
		print("connected", flush=True)
		while True:
		    for c in keep[:3]:
		        c.sendall(b"x" * 20000)
		    with socket.create_connection(("10.78.0.1", 7000)) as brief:
		        brief.sendall(b"y" * 1000)
		    time.sleep(0.02)
	END
	ip netns exec "${ns}rx" python3 "$BATS_TEST_TMPDIR/service.py" rx 3>&- &
	pid_rx=$!
	served() { [ -n "$(ip netns exec "${ns}rx" ss -Hltn 'sport = :7000')" ]; }
	wait_until 20 served
	ip netns exec "${ns}tx" python3 "$BATS_TEST_TMPDIR/service.py" tx >"$BATS_TEST_TMPDIR/connected" 3>&- &
	pid_tx=$!
	wait_until 20 test -s "$BATS_TEST_TMPDIR/connected"
}

@test "attach through an sshd: connections are matched by their addresses, and the windows' distance is known" {
	start_sshd
	start_busy_service
	file=$BATS_TEST_TMPDIR/both.csv
	ip netns exec "${ns}tx" zcprof attach --seconds 3 --collect cpu,tcp -o "$file" --ssh "ssh -F $home/config" \
		--host far --pid "$pid_rx" --peer-host . --pid "$pid_tx" 2>"$BATS_TEST_TMPDIR/said"
	there=$(ip netns exec "${ns}rx" ss -Htn state established '( sport = :7000 )' | wc -l)
	sockets() { ip netns exec "${ns}$1" ss -Htne state established "( $2 = :7000 )" | sed -n "s/.* \($3:[0-9]*\) .*\(sk:[0-9a-f]*\).*/\1 \2/p"; }
	sockets rx sport '10\.78\.0\.2' >"$BATS_TEST_TMPDIR/served"
	sockets tx dport '10\.78\.0\.2' >"$BATS_TEST_TMPDIR/made"
	stop_service
	cat "$BATS_TEST_TMPDIR/said"
	is_record "$file"
	grep '^,[rt]x,path,connections,' "$file"
	# One of the brief ones may stand at an edge.
	between 3 "$(value "$file" rx path connections matched)" $((there + 2))
	[ "$(value "$file" rx path connections matched)" = "$(value "$file" tx path connections matched)" ]
	between 1 "$(value "$file" tx path connections unmatched)" 4
	between 0 "$(value "$file" rx path connections unmatched)" 3
	between 20 "$(value "$file" rx path connections brief)" 400
	between 20 "$(value "$file" tx path connections brief)" 400
	# Which one is which is as ss(8) has it: the three that stay, and what each of them moved.
	keys=$(sed -n 's/^,rx,path,connection_bytes,\(.*\),[0-9]*,bytes$/\1/p' "$file")
	[ "$keys" = "$(sed -n 's/^,tx,path,connection_bytes,\(.*\),[0-9]*,bytes$/\1/p' "$file")" ]
	stayed=0
	while read -r receiver there sender here; do
		[ "$receiver" = 10.78.0.1:7000 ]
		if grep -qx "$sender $there" "$BATS_TEST_TMPDIR/served" && grep -qx "$sender $here" "$BATS_TEST_TMPDIR/made"; then
			stayed=$((stayed + 1))
			moved=$(value "$file" rx path connection_bytes "$receiver $there $sender $here")
			between $((moved * 7 / 10 - 100000)) "$(value "$file" tx path connection_bytes "$receiver $there $sender $here")" $((moved * 13 / 10 + 100000))
			[ "$moved" -gt 100000 ]
		fi
	done <<<"$keys"
	[ "$stayed" -ge 3 ]
	grep -q 'have no counterpart' "$BATS_TEST_TMPDIR/said"
	! grep -q 'agent,' "$file" || false
	# Both are this machine's clock, so the windows were as far apart as the rows say, and not by much.
	between 0 "$(value "$file" tx-host window later_error)" 1000000000
	between -3000000000 "$(value "$file" tx-host window later open)" 3000000000
	between -3000000000 "$(value "$file" tx-host window later close)" 3000000000
}

@test "attach on two machines: both are stopped in the window, or one" {
	start_service
	file=$BATS_TEST_TMPDIR/both.csv
	cat >"$BATS_TEST_TMPDIR/ssh" <<-END
		#!/bin/bash
		echo \$\$ >"$BATS_TEST_TMPDIR/\$1"
		exec ip netns exec "\$@"
	END
	chmod +x "$BATS_TEST_TMPDIR/ssh"
	for stopped in "${ns}tx ${ns}rx" "${ns}tx"; do
		rm -f "$BATS_TEST_TMPDIR/${ns}"* "$BATS_TEST_TMPDIR"/open-*
		zcprof attach --seconds 60 --collect cpu -o "$file" --ssh "$BATS_TEST_TMPDIR/ssh" --zcprof "$BUILD/zcprof" \
			--host "${ns}rx" --pid "$pid_rx" --openmetrics "$BATS_TEST_TMPDIR/open-rx" \
			--peer-host "${ns}tx" --pid "$pid_tx" --openmetrics "$BATS_TEST_TMPDIR/open-tx" 2>"$BATS_TEST_TMPDIR/said" 3>&- &
		both=$!
		# Figures are handed out from when the window is open.
		wait_until 40 test -s "$BATS_TEST_TMPDIR/open-rx"
		wait_until 40 test -s "$BATS_TEST_TMPDIR/open-tx"
		began=$SECONDS
		for one in $stopped; do
			kill -STOP "$(cat "$BATS_TEST_TMPDIR/$one")"
		done
		status=0
		wait "$both" || status=$?
		cat "$BATS_TEST_TMPDIR/said"
		for one in $stopped; do
			kill -KILL "$(cat "$BATS_TEST_TMPDIR/$one")" 2>/dev/null || :
		done
		[ "$status" -eq 1 ]
		[ $((SECONDS - began)) -le 35 ]
		grep -q "${ns}tx: nothing was heard for 10 s in the window" "$BATS_TEST_TMPDIR/said"
		[ ! -e "$file" ]
	done
	stop_service
	# What the other had measured.
	grep -q '^,rx,path,bytes,' "$file.part"
}

@test "attach on two machines: its name, its labels, and no name of a host" {
	start_service
	file=$BATS_TEST_TMPDIR/both.csv
	zcprof attach --seconds 1 --collect cpu --name pairs --label rack=7 --no-host-name -o "$file" "${by_name[@]}" \
		--host "${ns}rx" --pid "$pid_rx" --peer-host "${ns}tx" --pid "$pid_tx"
	stop_service
	is_record "$file"
	[ "$(value "$file" host fact configuration)" = pairs ]
	[ "$(value "$file" host fact label rack)" = 7 ]
	[ "$(grep -cE '^,[a-z-]*,fact,host,,' "$file")" -eq 0 ]
}

@test "attach on two machines, and one zcprof is killed: no whole record, and a code that says so" {
	start_service
	file=$BATS_TEST_TMPDIR/both.csv
	cat >"$BATS_TEST_TMPDIR/ssh" <<-END
		#!/bin/bash
		echo \$\$ >"$BATS_TEST_TMPDIR/\$1"
		exec ip netns exec "\$@"
	END
	chmod +x "$BATS_TEST_TMPDIR/ssh"
	zcprof attach --seconds 8 --collect cpu -o "$file" --ssh "$BATS_TEST_TMPDIR/ssh" --zcprof "$BUILD/zcprof" \
		--host "${ns}rx" --pid "$pid_rx" --peer-host "${ns}tx" --pid "$pid_tx" 3>&- &
	both=$!
	wait_until 20 test -s "$BATS_TEST_TMPDIR/${ns}tx"
	sleep 3
	kill -9 "$(cat "$BATS_TEST_TMPDIR/${ns}tx")"
	status=0
	wait "$both" || status=$?
	stop_service
	[ "$status" -eq 1 ]
	[ ! -e "$file" ]
}

@test "attach on two machines, and one of them cannot: nothing is left, and a sentence says which" {
	start_service
	file=$BATS_TEST_TMPDIR/both.csv
	run zcprof attach --seconds 5 --collect cpu -o "$file" "${by_name[@]}" \
		--host "${ns}rx" --pid "$pid_rx" --peer-host "${ns}nobody" --pid "$pid_tx"
	echo "$output"
	[ "$status" -eq 1 ]
	[[ "$output" == *"${ns}nobody: the window was not opened: zcprof attach ended there"* ]]
	[ ! -e "$file" ]
	run zcprof attach -o "$file" --host "${ns}rx" --pid "$pid_rx"
	[ "$status" -eq 2 ]
	[[ "$output" == *"--peer-host B"* ]]
	run zcprof attach -o "$file" "${by_name[@]}" --host "${ns}rx" --pid '1;reboot' --peer-host . --pid 1
	[ "$status" -ne 0 ]
	[[ "$output" == *"would not take \"1;reboot\" as it is"* ]]
	stop_service
}
