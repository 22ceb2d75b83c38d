# SPDX-License-Identifier: GPL-2.0-or-later
# Known datagrams over loopback, and the device's own count.
reading() {
	awk '$1 == "lo:" { print "bytes", $2; print "packets", $3 }' /proc/net/dev
}
work packets 5000
measure --tx "$pid" --iface lo nic
across tell work "done"
received=$(figure tx nic statistic rx_packets)
within packets "$(least packets)" "$received" "$(most packets)"
within bytes "$(least bytes)" "$(figure tx nic statistic rx_bytes)" "$(most bytes)"
within "packets of 5000 datagrams" 5000 "$received" 6000
