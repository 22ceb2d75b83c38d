#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Whose softirqs are, where both ends are on one machine: over veth the receiver's run on the sender's CPU, in the
# sender's thread. The receiver's namespace, and no other, has rules of nft that each packet walks: so whatever ran in
# nft_do_chain() was the receiver's work, on whichever CPU; RPS moves it to the other one, and must not change whose it is.

load ../port

setup_file() {
	[ "$(id -u)" = 0 ] || skip "needs root, for BPF and namespaces"
	[ "$(nproc)" -ge 2 ] || skip "takes two CPUs"
	export RX=whose-rx-$$ TX=whose-tx-$$
	ip netns add "$RX"
	ip netns add "$TX"
	ip -n "$RX" link add w0 type veth peer name w1 netns "$TX"
	for at in "$RX 0 1" "$TX 1 2"; do
		set -- $at
		ip -n "$1" address add "10.213.77.$3/24" dev "w$2"
		ip -n "$1" link set "w$2" up
		ip -n "$1" link set lo up
	done
	{
		echo "add table inet whose"
		echo "add chain inet whose each { type filter hook input priority 0; }"
		for i in $(seq 2000); do
			echo "add rule inet whose each ip saddr 192.0.$((i / 250)).$((i % 250)) counter drop"
		done
	} | ip netns exec "$RX" nft -f - || skip "this kernel takes no rules of nft"
	for how in here rps; do
		"$BUILD/zcprof" run --link "netns:$RX,$TX" --rx copy --tx copy --rx-cpu 0 --tx-cpu 1 $([ $how = here ] || echo --rx-irq-cpu 0) \
			--collect cpu,softirq,profile,skb,pagealloc --exact --seconds 2 --warmup 0.2 --repeat 1 -o "$BATS_FILE_TMPDIR/x/$how"
	done
}

teardown_file() {
	ip netns del "$RX" 2>/dev/null || true
	ip netns del "$TX" 2>/dev/null || true
	ip netns del "$RX-own" 2>/dev/null || true
}

# figure END SOURCE METRIC PATTERN: their sum in $file, 0 where there is none
figure() {
	awk -F, -v e="$1" -v s="$2" -v m="$3" -v p="${4:-^}" \
		'$1 == "" && $2 == e && $3 == s && $4 == m && $5 ~ p { n += $6 } END { printf "%.0f\n", n }' "$file"
}

# Of both runs: on the sender's CPU and, by RPS, on the receiver's.
each_run() {
	for file in "$BATS_FILE_TMPDIR"/x/*/*/run-1.csv; do
		! grep -q 'collector,absent,softirq,\|collector,absent,profile,' "$file" || skip "$(grep -m 1 'absent,\(softirq\|profile\),' "$file")"
		"$@"
	done
}

walks_for_receiver() {
	rx=$(figure rx profile symbol '^softirq;.*;nft_')
	tx=$(figure tx profile symbol '^softirq;.*;nft_')
	echo "${file#"$BATS_FILE_TMPDIR"}: samples in rules: $rx of the receiver, $tx of the sender"
	[ "$rx" -ge 20 ]
	[ $((tx * 20)) -le "$rx" ]
}

@test "profile: what rules in the receiver's namespace cost is the receiver's, on the sender's CPU too" {
	each_run walks_for_receiver
}

serves_receiver() {
	rx=$(figure rx softirq net_rx_time)
	tx=$(figure tx softirq net_rx_time)
	on_rx=$(figure rx softirq net_rx_time '^0$')
	on_tx=$(figure rx softirq net_rx_time '^1$')
	echo "${file#"$BATS_FILE_TMPDIR"}: NET_RX of the receiver took $rx ns, $on_rx on its CPU and $on_tx on the sender's; that of the sender $tx"
	# What acknowledgements let the sender send goes out, and is received, on the receiver's CPU. Its rules make a packet of
	# the receiver cost more than that.
	[ "$rx" -gt "$tx" ]
	[ "$(figure rx softirq across)" = "$on_tx" ]
	[ "$(figure tx softirq across)" = "$(figure tx softirq net_rx_time '^0$')" ]
	case $file in
	*/here/*) [ $((on_tx * 4)) -ge "$rx" ] ;;
	*) [ $((on_rx * 10)) -ge $((rx * 8)) ] ;;
	esac
}

@test "softirq: NET_RX is of whose packets it works on, wherever that is" {
	each_run serves_receiver
}

# As zcroi has it, against the sums of rows.
bills_receiver() {
	"$BUILD/zcroi" table --format csv "$(dirname "$file")" >"$BATS_TEST_TMPDIR/table.csv"
	for end in rx tx; do
		other=$([ $end = rx ] && echo tx || echo rx)
		column=$(head -1 "$BATS_TEST_TMPDIR/table.csv" | tr , '\n' | grep -n "^cpu_${end}_percent$" | cut -d: -f1)
		says=$(sed -n 2p "$BATS_TEST_TMPDIR/table.csv" | sed 's/"[^"]*"/x/g' | cut -d, -f "$column")
		busy=$(awk -F, -v e=$end '$2 == e && $3 == "cpu" && $4 == "busy" { print $6 }' "$file")
		window=$(figure host collector window '^softirq$')
		echo "C $end is $says: $busy of its CPU, and of NET_RX $(figure $end softirq across) - $(figure $other softirq across) ns in $window"
		awk -v s="$says" -v b="$busy" -v g="$(figure $end softirq across)" -v l="$(figure $other softirq across)" -v w="$window" \
			'BEGIN { c = b + 100 * (g - l) / w; exit !(s > 0 && s - c < 0.1 && c - s < 0.1) }'
	done
}

@test "zcroi: C of an end has what ran for it on the other's CPU, and not what ran for the other" {
	each_run bills_receiver
}

@test "zcroi table says how much of C that was" {
	run "$BUILD/zcroi" table "$BATS_FILE_TMPDIR/x/here"
	echo "$output"
	[ "$status" -eq 0 ]
	tr -s ' \n' ' ' <<<"$output" | grep -q "not by whose CPU: of softirqs on CPUs of the other end"
}

@test "zcroi: where nothing tells whose softirqs were, C says how much of it is unsure" {
	"$BUILD/zcprof" run --link loopback --rx-cpu 0 --tx-cpu 1 --collect cpu,softirq --exact --seconds 1 --warmup 0.2 --repeat 1 -o "$BATS_TEST_TMPDIR/x"
	run "$BUILD/zcroi" table "$BATS_TEST_TMPDIR/x"
	echo "$output"
	tr -s ' \n' ' ' <<<"$output" | grep -q "C rx and C tx are by CPU, .* up to [0-9.]* % of a CPU in C tx may be rx's"
	! grep -q ',softirq,across,' "$BATS_TEST_TMPDIR"/x/*/run-1.csv || false
}

# Its driver's packets come up nowhere: XDP has them all.
@test "where XDP drops all that comes, its work and that of the driver are the receiver's" {
	"$BUILD/zcprof" run --link veth --rx xdp_drop --tx copy --udp 64 --rx-cpu 0 --tx-cpu 1 --collect cpu,softirq,profile --exact \
		--seconds 2 --warmup 0.2 --repeat 1 -o "$BATS_TEST_TMPDIR/x"
	file=$(echo "$BATS_TEST_TMPDIR"/x/*/run-1.csv)
	grep -q ',rx,path,given,xdp,native,' "$file" || skip "this veth takes no native XDP"
	rx=$(figure rx softirq net_rx_time)
	tx=$(figure tx softirq net_rx_time)
	walks=$(figure rx profile symbol '^softirq;.*(veth|xdp|xsk)')
	others=$(figure tx profile symbol '^softirq;.*(veth|xdp|xsk)')
	echo "NET_RX took $rx ns for the receiver and $tx for the sender; samples in the driver and XDP: $walks and $others"
	[ "$rx" -gt $((4 * tx)) ]
	[ "$walks" -gt $((4 * others)) ]
}

# As with threaded NAPI: a thread of the kernel, on whichever CPU.
@test "what a thread of the kernel polls in place of softirqs is the receiver's" {
	"$BUILD/zcprof" run --link veth --rx xdp_drop --tx copy --udp 64 --rx-gro sw --rx-threaded-napi on --rx-cpu 0 --tx-cpu 1 \
		--collect profile --exact --seconds 1 --warmup 0.2 --repeat 1 -o "$BATS_TEST_TMPDIR/x"
	file=$(echo "$BATS_TEST_TMPDIR"/x/*/run-1.csv)
	grep -q ',rx,path,given,xdp,native,' "$file" || skip "this veth takes no native XDP"
	grep -q ',rx,fact,nic,threaded,1,' "$file" || skip "this kernel polls in no threads"
	walks=$(figure rx profile symbol '^softirq;.*(veth|xdp|xsk|napi)')
	others=$(figure tx profile symbol '^softirq;.*(veth|xdp|xsk|napi)')
	echo "samples in the driver and XDP: $walks of the receiver, $others of the sender"
	[ "$walks" -gt 0 ]
	[ $((others * 4)) -le "$walks" ]
}

@test "what others receive in zcprof's own namespace is not the end's that has its device there" {
	ip netns add "$RX-own"
	ip link add whose0 type veth peer name w2 netns "$RX-own"
	ip address add 10.213.78.2/24 dev whose0
	ip link set whose0 up
	ip -n "$RX-own" address add 10.213.78.1/24 dev w2
	ip -n "$RX-own" link set w2 up
	port=$(free_port)
	"$BUILD/zcpath" rx --port "$port" >"$BATS_TEST_TMPDIR/rx.csv" 2>&1 &
	until grep -q listening "$BATS_TEST_TMPDIR/rx.csv"; do
		kill -0 $!
		sleep 0.05
	done
	"$BUILD/zcpath" tx --to 127.0.0.1 --port "$port" --seconds 4 >"$BATS_TEST_TMPDIR/tx.csv" 2>&1 &
	"$BUILD/zcprof" run --link "netns:$RX-own,/proc/$BASHPID/ns/net" --rx copy --tx copy --collect skb --exact \
		--seconds 1 --warmup 0.2 --repeat 1 -o "$BATS_TEST_TMPDIR/x"
	wait
	file=$(echo "$BATS_TEST_TMPDIR"/x/*/run-1.csv)
	rx=$(figure rx skb bytes)
	tx=$(figure tx skb bytes)
	echo "in packets for the receiver $rx, for the sender, which are acknowledgements, $tx; of others $(figure host skb bytes)"
	[ "$rx" -gt 0 ]
	[ $((tx * 10)) -lt "$rx" ]
}
