# SPDX-License-Identifier: GPL-2.0-or-later
# A rule of the firewall does something to packets beside letting them pass: it puts them in a class of $SIZE Mbit/s, or
# has TCP agree on segments of $SIZE bytes.
# shellcheck shell=bash disable=SC2034,SC2154
ends="class mss"
where=host
needs=nft

case $END in
class) expected="qdisc setting" default_size=500 rule="meta priority set 1:14" ;;
mss) expected=segment_size default_size=536 rule="tcp flags syn tcp option maxseg size set $SIZE" ;;
esac

prepare() {
	[ "$END" = class ] || return 0
	in_tx tc qdisc add dev "$TX_DEVICE" root handle 1: htb default 10
	in_tx tc class add dev "$TX_DEVICE" parent 1: classid 1:10 htb rate 40gbit burst 10mb cburst 10mb quantum 60000
	in_tx tc class add dev "$TX_DEVICE" parent 1: classid 1:14 htb rate "${SIZE}mbit"
}

# The sender's packets are put in a class; what the receiver answers says what the sender may cut.
inject() {
	local in_it=in_rx
	[ "$END" = mss ] || in_it=in_tx
	$in_it nft -f - <<-END
		add table inet explain
		add chain inet explain out { type filter hook output priority 0; }
		add rule inet explain out meta l4proto tcp $rule
	END
}

undo() {
	in_rx nft delete table inet explain 2>/dev/null || in_tx nft delete table inet explain
}
