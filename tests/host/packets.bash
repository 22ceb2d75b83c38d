# SPDX-License-Identifier: GPL-2.0-or-later
# For tests of paths of packets: the namespaces $a (tx) and $b (rx) with a veth pair between them, v0 in each. Load after
# zcpath.bash.
#
#   packets_setup, packets_teardown
#   packets_able     skips where AF_XDP cannot be had
#   packets_pair     the namespaces alone, of a test that has begun without
#   counted WHAT     what veth itself counted of its receive queues, such as xdp_drops and xdp_redirect
#   no_program       is left at the receiver's device

packets_setup() {
	zcpath_setup
	packets_able
	packets_pair
}

packets_able() {
	"$BUILD/zcpath" paths | grep -q '^rx *xsk *yes' || skip "$("$BUILD/zcpath" paths | grep '^rx *xsk')"
}

packets_pair() {
	[ "$(id -u)" = 0 ] || skip "network namespaces take root"
	a=pkt$$-a b=pkt$$-b
	ip netns add $a
	ip netns add $b
	ip link add name v0 netns $a type veth peer name v0 netns $b
	for n in 1 2; do
		local ns=$([ $n = 1 ] && echo $a || echo $b)
		ip -n $ns link set lo up
		ip -n $ns addr add 10.97.0.$n/24 dev v0
		ip -n $ns addr add fd97::$n/64 dev v0 nodad
		ip -n $ns link set v0 up
	done
	in_tx="ip netns exec $a"
	in_rx="ip netns exec $b"
	host=10.97.0.2
}

packets_teardown() {
	zcpath_teardown
	[ -z "${a-}" ] || ip netns del $a
	[ -z "${b-}" ] || ip netns del $b
}

counted() { # WHAT
	$in_rx ethtool -S v0 | awk -v what="rx_queue_[0-9]+_$1:" '$1 ~ "^" what "$" { n += $2 } END { printf "%.0f\n", n }'
}

no_program() {
	! ip -n $b -d link show v0 | grep xdp || false
}
