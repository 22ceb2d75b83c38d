#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What nobody should do to a network card in use, done to the software NIC: each in a machine of its
# own, at the end of which traffic must run as if nothing had been, and the kernel's log be clean
# (lab/vm looks for WARNING, BUG and Oops in it). Starts machines itself; KERNEL says which (7.2).

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return
	[ -x "$BUILD/zcpath" ] || skip "$BUILD/zcpath was not built"
	reason=$(lab/first "${KERNEL:-7.2}" 2>&1) || skip "$(tail -n 1 <<<"$reason")"
}

# The rest runs there: what is said below is taken along, as text.
in_the_lab() { # FUNCTION ARGUMENT...
	run lab/run --kernel "${KERNEL:-7.2}" --timeout 500 --mtu 4148 --out "$BATS_TEST_TMPDIR/out" -- \
		bash -euc "BUILD=$BUILD KERNEL=${KERNEL:-7.2}; $(declare -f happens rx tx traffic verified nobody_left "$1"); $*"
	echo "$output"
	[ "$status" -eq 0 ]
}

# Of rx: the host may have much else to do.
happens() { # PATTERN [FILE]
	for _ in $(seq 3000); do
		! grep -q "$1" "${2:-/tmp/rx.csv}" || return 0
		sleep 0.1
	done
	return 1
}

rx() { # PATH OPTION...
	local path=$1
	shift
	: >/tmp/rx.csv
	ip netns exec rx timeout -s KILL 300 "$BUILD/zcpath" rx --bind 10.9.0.1 --path "$path" \
		--nic zcnic0 --queues 1 "$@" >/tmp/rx.csv 2>/tmp/rx.err &
	happens ',listening,' || {
		cat /tmp/rx.err
		return 1
	}
}

tx() { # PATH OPTION...
	local path=$1
	shift
	ip netns exec tx timeout -s KILL 300 "$BUILD/zcpath" tx --to 10.9.0.1 --path "$path" "$@" \
		>/tmp/tx.csv 2>/tmp/tx.err
}

# Until someone ends it.
traffic() { # RX-PATH TX-PATH RX-OPTION...
	rx "$1" "${@:3}"
	tx "$2" --seconds 300 &
	happens ',open,' || {
		cat /tmp/rx.err /tmp/tx.err
		return 1
	}
}

verified() {
	local path bad

	for path in zcrx devmem; do
		rx $path
		tx devmem --bytes 8M --verify || {
			cat /tmp/rx.err /tmp/tx.err
			return 1
		}
		wait
		bad=$(sed -n 's/^,rx,path,bad_bytes,,\([0-9]*\),.*/\1/p' /tmp/rx.csv)
		[ "$bad" = 0 ]
		grep -qE ',rx,path,bytes_zerocopy,,8388608,' /tmp/rx.csv
		echo "8 MiB to $path verified"
	done
}

nobody_left() {
	pkill -KILL zcpath || :
	wait || :
	ip netns exec rx "$BUILD/zcprof" restore
}


killed() {
	kill_one() { # END
		pkill -KILL -f "^$BUILD/zcpath $1 "
		wait || :
		nobody_left
	}
	for path in zcrx devmem; do
		for end in rx tx; do
			for _ in 1 2 3; do
				traffic $path devmem
				sleep 0.$((RANDOM % 10))
				kill_one $end
			done
			echo "$path, $end killed"
		done
	done
	verified
}

@test "ends are killed in mid-stream" {
	in_the_lab killed
}

rebound() {
	# Other traffic goes on on the same queues.
	ip netns exec rx "$BUILD/zcpath" rx --bind 10.9.0.1 --port 7000 >/tmp/copy.csv 2>&1 &
	happens ',listening,' /tmp/copy.csv
	ip netns exec tx "$BUILD/zcpath" tx --to 10.9.0.1 --port 7000 --flows 4 --pacing 50M \
		--seconds 300 >/tmp/copy.err 2>&1 &
	copy=$!
	for path in zcrx devmem zcrx devmem zcrx devmem; do
		rx $path
		tx devmem --seconds 0.3 --warmup 0
		while pgrep -f "zcpath rx.*--path $path" >/dev/null; do
			sleep 0.05
		done
	done
	kill -0 $copy || {
		tail -n 3 /tmp/copy.csv /tmp/copy.err
		return 1
	}
	nobody_left
	verified
}

@test "queues are bound and left, by zcrx and devmem in turn, under traffic" {
	in_the_lab rebound
}

link() {
	for path in zcrx devmem; do
		traffic $path devmem
		for _ in 1 2 3 4; do
			ip -n rx link set zcnic0 down
			sleep 0.2
			ip -n rx link set zcnic0 up
			sleep 0.5
			ip -n tx link set zcnic1 down
			ip -n tx link set zcnic1 up
			sleep 0.5
		done
		nobody_left
		echo "$path: link down and up"
	done
	ip -n rx addr replace fd09::1/64 dev zcnic0 nodad
	verified
}

@test "the link goes down and up while queues are bound" {
	in_the_lab link
}

tiny() {
	for area in 256K 512K 1M; do
		for path in zcrx devmem; do
			rx $path --area $area
			# zcpath has shortened the ring to what the area fills.
			ip netns exec rx ethtool -G zcnic0 rx 1024
			code=0
			tx copy --bytes 4M --verify || code=$?
			wait
			echo "$path with $area: exit $code, $(sed -n 's/^,rx,path,bytes,,\([0-9]*\),.*/\1/p' /tmp/rx.csv) bytes $(cat /tmp/rx.err)"
			! grep -E '^,rx,path,bad_bytes,,[1-9]' /tmp/rx.csv || false
		done
	done
	nobody_left
	verified
}

@test "areas that are smaller than the ring" {
	in_the_lab tiny
}

changed() {
	for path in zcrx devmem; do
		traffic $path devmem
		for _ in 1 2 3; do
			# Some of it is refused while a queue is bound, some is not: no matter.
			for change in "-K zcnic0 rx-gro-hw on" "-G zcnic0 rx 128" "-L zcnic0 combined 2" \
				"-L zcnic0 combined 8" "-X zcnic0 equal 1" "-X zcnic0 default" "-K zcnic0 rx-gro-hw off" \
				"-G zcnic0 tcp-data-split off" "-K zcnic0 ntuple off" "-K zcnic0 ntuple on" "-G zcnic0 rx 4096"; do
				# shellcheck disable=SC2086 # words
				ip netns exec rx ethtool $change >/dev/null 2>&1 || :
			done
			ip -n rx link set zcnic0 mtu 1500
			ip -n rx link set zcnic0 mtu 4148
		done
		nobody_left
		echo "$path: rings, queues, features, MTU changed"
	done
	ip netns exec rx ethtool -L zcnic0 combined 4
	ip netns exec rx ethtool -G zcnic0 rx 1024 tcp-data-split on
	verified
}

@test "rings, queues, features and the MTU are changed while queues are bound" {
	in_the_lab changed
}

unloaded() {
	module=$(lab/module "$KERNEL")
	for path in zcrx devmem; do
		# Not with devmem at the sender: kernels up to 7.3 oops when such a device goes.
		traffic $path copy
		sleep 0.5
		rmmod zcnic
		pkill -KILL zcpath || :
		wait || :
		echo "$path: unloaded"
		ip netns del rx
		ip netns del tx
		rm -rf /run/zcprof
		lab/ports --mtu 4148 "$module" -- true
		verified
	done
}

@test "the module is unloaded while queues are bound for receiving" {
	in_the_lab unloaded
}
