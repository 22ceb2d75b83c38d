#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Both zero-copy paths, each in seconds: what `make test` has time for. zcrx.bats and devmem.bats ask
# the rest. Run in the lab's machine:
#
#   BUILD=build lab/run --mtu 4148 -- bats tests/lab/short.bats

bats_require_minimum_version 1.5.0
load zcnic

BYTES=32000000
FAULTS=/sys/kernel/debug/zcnic/zcnic.0/rx3

setup() {
	zcnic_setup
	nic=(--nic zcnic0 --queues 3)
}

teardown() {
	zcnic_teardown
}

# needs END PATH: or skip, with what zcpath says is missing; from Linux 7 on nothing is
needs() {
	local in_end=in_$1 said

	said=$(${!in_end} "$BUILD/zcpath" paths | grep -E "^$1 +$2 ")
	echo "$said"
	[[ ! "$said" =~ ^$1\ +$2\ +yes ]] || return 0
	[ "$(uname -r | cut -d. -f1)" -lt 7 ]
	skip "$(sed -E "s/^($1) +($2) +no +/\1 \2: /" <<<"$said")"
}

# moved RX-SHARE TX-SHARE: all bytes are right, and so many percent of them were copied nowhere.
moved() {
	check_figures $BYTES
	[ "$(value rx bytes_zerocopy)" = $((BYTES / 100 * $1)) ]
	[ "$(value tx bytes_zerocopy)" = $((BYTES / 100 * $2)) ]
}

@test "zcrx: into the program's pages, every byte right and none copied" {
	needs rx zcrx
	both --path zcrx "${nic[@]}" -- --path copy --bytes $BYTES --verify
	moved 100 0
	host=fd09::1
	both --path zcrx "${nic[@]}" --share-queue -- --path copy --flows 3 --bytes $BYTES --verify
	moved 100 0
}

@test "zcrx without a NIC: every byte right and all copied" {
	needs rx zcrx
	both --path zcrx --nodev -- --path copy --bytes $BYTES --verify
	moved 0 0
}

@test "devmem at both ends: every byte right and none copied" {
	needs tx devmem
	both --path devmem "${nic[@]}" -- --path devmem --bytes $BYTES --verify
	moved 100 100
}

@test "devmem from a sender that copies: every byte right and none copied by the receiver" {
	host=fd09::1
	both --path devmem "${nic[@]}" -- --path copy --bytes $BYTES --verify
	moved 100 0
}

@test "devmem into zcrx: the sender's memory arrives in the receiver's, and no CPU copied it" {
	needs rx zcrx
	needs tx devmem
	both --path zcrx "${nic[@]}" -- --path devmem --bytes $BYTES --verify
	moved 100 100
}

@test "payload that the NIC does not split is copied, and counted as that" {
	echo 10 >$FAULTS/linear_every
	both --path devmem "${nic[@]}" -- --path copy --bytes $BYTES --verify
	check_figures $BYTES
	echo "$(value rx bytes_copied) of $BYTES copied"
	[ "$(value rx bytes_copied)" -ge $((BYTES / 20)) ]
	[ "$(value rx bytes_copied)" -le $((BYTES / 5)) ]
}

settings() {
	$in_rx ethtool -g zcnic0
	$in_rx ethtool -x zcnic0
	$in_rx ethtool -n zcnic0
}

@test "the NIC is as it was before devmem" {
	before=$(settings)
	both --path devmem "${nic[@]}" -- --path copy --bytes 1M
	[ "$(settings)" = "$before" ]
}

@test "the NIC is as it was before zcrx" {
	needs rx zcrx
	before=$(settings)
	both --path zcrx "${nic[@]}" -- --path copy --bytes 1M
	[ "$(settings)" = "$before" ]
}
