# SPDX-License-Identifier: GPL-2.0-or-later
# Helpers for tests that run zcpath over the software NIC, in the lab's machine; on top of those of
# tests/host/zcpath.bash, whose rx and tx then run in the two namespaces.
#
#   zcnic_setup
#   zcnic_teardown   prints what both ends said; the faults of all queues are off again
#   on_both WORD…    'ip link set' of both ports

# shellcheck source=tests/host/zcpath.bash
load ../host/zcpath

zcnic_setup() {
	ip -n rx link show zcnic0 >/dev/null 2>&1 || skip "there is no zcnic here: see lab/run"
	zcpath_setup
	# shellcheck disable=SC2034 # rx and tx use them
	host=10.9.0.1 in_rx="ip netns exec rx" in_tx="ip netns exec tx"
	# Emulated CPUs of a host that has much else to do.
	patience=300
}

zcnic_teardown() {
	echo "rx: $(cat rx.err 2>/dev/null) tx: $(cat tx.err 2>/dev/null)"
	zcpath_teardown
	for fault in /sys/kernel/debug/zcnic/zcnic.0/rx*/*; do
		[ ! -e "$fault" ] || echo 0 >"$fault"
	done
}

on_both() {
	ip -n rx link set zcnic0 "$@"
	ip -n tx link set zcnic1 "$@"
}
