# shellcheck shell=bash disable=SC2154,SC2034
# SPDX-License-Identifier: GPL-2.0-or-later
# A transfer over two linked devices, the other of which counts too, and frames of a protocol that
# nobody takes, which are dropped. With the lab's devices the driver counts by queue.
. tests/kernels/veth.sh
nic_pair || veth_pair
reading() {
	ip netns exec "zctx-$$" awk '$1 == "zctx0:" { print "received", $3; print "sent", $11 }' /proc/net/dev
}
# shellcheck disable=SC2046 # a word each
measure --rx $$ $(zcrx0) nic
traffic() {
	transfer 8M
	frames 100
	sleep 0.5
}
across traffic
# virtio_net counts what it has sent some packets later.
within "received, sent by the other" $(($(least sent) - 10)) "$(total nic statistic rx_packets)" $(($(most sent) + 10))
within "sent, received by the other" $(($(least received) - 10)) "$(total nic statistic tx_packets)" \
	$(($(most received) + 10))
within "dropped of 100" 100 "$(total nic dropped rx)" 105
queue() {
	awk -F, -v end="/$1" '$4 == "queue_statistic" && substr($5, length($5) - length(end) + 1) == end { n += $6 }
		END { print n + 0 }' "$dir/run.csv"
}
if grep -q queue_statistic "$dir/run.csv"; then
	for counter in rx_packets rx_bytes tx_packets; do
		same "by queue $counter" "$(queue $counter)" "$(total nic statistic $counter)"
	done
	same ring "$(total nic ring rx)" "$(at_rx ethtool -g zcrx0 | awk '/^RX:/ { n = $2 } END { print n }')"
fi
