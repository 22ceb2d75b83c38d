# shellcheck shell=bash disable=SC2154,SC2034
# SPDX-License-Identifier: GPL-2.0-or-later
# What the device counts as received is what the protocols are handed, but for headers of Ethernet.
. tests/kernels/veth.sh
veth_pair
reading() { at_rx awk '$1 == "zcrx0:" { print "received", $2 }' /proc/net/dev; }
measure --exact --rx $$ skb
across transfer 64M
# The acknowledgements arrive at the other device: those bytes are on top.
received=$(least received)
within "bytes received" $((received * 97 / 100)) "$(total skb bytes)" $((received * 105 / 100))
histogram=$(awk -F, '$3 == "skb" && $4 == "size" { n += $6 } END { printf "%.0f\n", n }' "$dir/run.csv")
same "packets, and those of the histogram" "$(total skb received)" "$histogram"
