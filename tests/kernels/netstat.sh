# SPDX-License-Identifier: GPL-2.0-or-later
# Known datagrams over loopback to a port that nobody has, and what the kernel's own file says of them.
reading() {
	awk '$1 == "Udp:" && !names { names = $0; next } $1 == "Udp:" { split(names, name); for (i = 2; i <= NF; i++) print name[i], $i }' \
		/proc/net/snmp
}
work packets 5000
measure --rx $$ netstat
across tell work "done"
counted() {
	awk -F, -v key="$1" '$3 == "netstat" && $4 == "counter" && $5 == key { n += $6 } END { printf "%.0f\n", n }' "$dir/run.csv"
}
within "datagrams sent" "$(least OutDatagrams)" "$(counted UdpOutDatagrams)" "$(most OutDatagrams)"
within "datagrams of 5000" 5000 "$(counted UdpOutDatagrams)" 6000
