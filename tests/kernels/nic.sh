# SPDX-License-Identifier: GPL-2.0-or-later
# A transfer over two linked devices, whose other one has counted too; frames of a protocol that
# nobody takes, which are dropped. With the lab's devices the driver counts by queue.

known_work() {
	nic_pair || veth_pair
	read -r rx tx < <(both)
	collecting nic --iface zcrx0
	read -r rx_in tx_in < <(both)
	transfer 8M
	frames 100
	sleep 0.5
	read -r rx_inside tx_inside < <(both)
	collected
	read -r rx_out tx_out < <(both)
	# virtio_net counts what it has sent some packets later.
	between "received, sent by the other" "$(total nic statistic rx_packets)" $((rx_inside - rx_in - 10)) $((rx_out - rx + 10))
	between "sent, received by the other" "$(total nic statistic tx_packets)" $((tx_inside - tx_in - 10)) $((tx_out - tx + 10))
	between "dropped of 100" "$(total nic dropped rx)" 100 105
	if grep -q queue_statistic "$dir/rows"; then
		compare "received by queue" "$(queue rx_packets)" "$(total nic statistic rx_packets)"
		compare "bytes" "$(queue rx_bytes)" "$(total nic statistic rx_bytes)"
		compare "sent by queue" "$(queue tx_packets)" "$(total nic statistic tx_packets)"
		compare "ring" "$(total nic ring rx)" "$(ethtool -g zcrx0 | awk '/^RX:/ { n = $2 } END { print n }')"
	fi
}

# What the other device sent and received.
both() {
	ip netns exec zckernels awk '$1 == "zctx0:" { print $11, $3 }' /proc/net/dev
}
queue() {
	awk -F, -v end="/$1" '$4 == "queue_statistic" && substr($5, length($5) - length(end) + 1) == end { n += $6 } END { print n + 0 }' "$dir/rows"
}
frames() {
	ip netns exec zckernels python3 -c '
import socket, sys
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind(("zctx0", 0))
for _ in range(int(sys.argv[1])):
    s.send(b"\xff" * 6 + b"\x02" + bytes(5) + b"\x88\xb5" + bytes(46))' "$1"
}
