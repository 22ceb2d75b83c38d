# SPDX-License-Identifier: GPL-2.0-or-later
# What the device counts as received is what the protocols are handed, but for headers of Ethernet.
known_work() {
	modprobe -q veth
	veth_pair
	received() { awk '$1 == "zcrx0:" { print $2 }' /proc/net/dev; }
	collecting skb
	before=$(received)
	transfer 64M
	bytes=$(($(received) - before))
	collected
	# The acknowledgements arrive at the other device: those bytes are on top.
	between "bytes received" "$(total skb bytes)" $((bytes * 97 / 100)) $((bytes * 105 / 100))
	histogram=$(awk -F, '$3 == "skb" && $4 == "size" { n += $6 } END { print n }' "$dir/rows")
	compare "packets and those of the histogram" "$(total skb received)" "$histogram"
}
