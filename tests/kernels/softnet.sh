# SPDX-License-Identifier: GPL-2.0-or-later
# Known datagrams over loopback: each is a packet that net_rx_action processes.
reading() {
	awk '$1 == "lo:" { print "received", $3 }' /proc/net/dev
}
work packets 5000
measure softnet
across tell work "done"
processed=$(awk -F, '$3 == "softnet" && $4 == "processed" { n += $6 } END { printf "%.0f\n", n }' "$dir/run.csv")
within "packets, by loopback's own count" "$(least received)" "$processed" $(($(most received) + 100))
within "packets of 5000 datagrams" 5000 "$processed" 6000
