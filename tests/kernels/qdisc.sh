# shellcheck shell=bash disable=SC2154,SC2034
# SPDX-License-Identifier: GPL-2.0-or-later
# A token bucket at the device that sends, and what tc says of it.
. tests/kernels/veth.sh
nic_pair || veth_pair
command -v tc >/dev/null || absent "tc is not installed (iproute2)"
ip netns exec "zctx-$$" tc qdisc add dev zctx0 root handle 7: tbf rate 100mbit burst 20k limit 60k 2>/dev/null ||
	absent "the kernel has no token bucket (CONFIG_NET_SCH_TBF)"
reading() {
	ip netns exec "zctx-$$" tc -s qdisc show dev zctx0 | tr -d '(,)' | awk '$2 == "tbf" { ours = 1; next } /^qdisc/ { ours = 0 }
		ours && $1 == "Sent" { print "packets", $4; print "dropped", $7; print "overlimits", $9 }'
}
# shellcheck disable=SC2046 # a word each
measure --rx $$ --netns "zctx-$$" --iface zctx0 qdisc
traffic() {
	transfer 2M
	sleep 0.3
}
across traffic
for counter in packets dropped overlimits; do
	within "$counter of the bucket" "$(least $counter)" "$(total qdisc $counter "tbf 7:0")" "$(most $counter)"
done
