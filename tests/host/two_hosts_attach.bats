#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# zcprof attach to both ends of a service that runs on two hosts: one record, or a reason why not.

load zcprof_run
load two_hosts

setup() {
	two_hosts_setup
}

teardown() {
	two_hosts_teardown
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

# A way to a host that notes the number of what runs there in a file of its name.
noting_ssh() {
	cat >"$BATS_TEST_TMPDIR/ssh" <<-END
		#!/bin/bash
		echo \$\$ >"$BATS_TEST_TMPDIR/\$1"
		exec ip netns exec "\$@"
	END
	chmod +x "$BATS_TEST_TMPDIR/ssh"
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
	noting_ssh
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
	noting_ssh
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
