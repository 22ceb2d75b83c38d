#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# --link forward: what comes has been forwarded by a kernel between the two ends.

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR"
	[ "$(id -u)" = 0 ] || skip "network namespaces take root"
}

figure() { # FILE END METRIC
	awk -F, -v end="$2" -v m="$3" '$1 == "" && $2 == end && $3 == "path" && $4 == m && $5 == "" { print $6 }' "$1"
}

# The ends have no network in common.
@test "a stream and datagrams pass a forwarder, IPv4 and IPv6, whatever the MTU" {
	for how in "--mtu 1500" "--mtu 9000 --ipv6" "--udp 1000 --tx xsk --rx xdp_drop"; do
		# shellcheck disable=SC2086 # words
		run --separate-stderr "$BUILD/zcprof" run --link forward $how --seconds 0.3 --warmup 0.1 --repeat 1 \
			--collect cpu -o "out$how"
		echo "$how: $status $stderr"
		[ "$status" = 0 ]
		record=$(echo "out$how"/*/run-1.csv)
		[ "$(figure "$record" rx bytes)" -gt 0 ]
		"$BUILD/zcroi" check "$record"
	done
	# Nothing of it is left.
	! ip -o link | grep zcprof- || false
}
