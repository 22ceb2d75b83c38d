# SPDX-License-Identifier: GPL-2.0-or-later
# Known datagrams over loopback, and what /proc counts meanwhile.
reading() {
	awk '$1 == "NET_RX:" { for (i = 2; i <= NF; i++) n += $i } END { print "rx", n }' /proc/softirqs
	while read -r processed _; do
		echo packets $((16#$processed))
	done </proc/net/softnet_stat
}
all() {
	awk -F, -v m="$1" '$3 == "softirq" && $4 == m { n += $6 } END { printf "%.0f\n", n }' "$dir/run.csv"
}
work packets 5000
measure --exact --tx "$pid" softirq
across tell work "done"
within "NET_RX runs" "$(least rx)" "$(all net_rx_runs)" "$(most rx)"
within packets "$(least packets)" "$(all packets)" "$(most packets)"
within "packets of 5000 datagrams" 5000 "$(all packets)" 6000
same lost "$(figure host softirq lost '')" 0
