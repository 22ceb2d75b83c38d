# SPDX-License-Identifier: GPL-2.0-or-later
# Records with known figures, so that an answer of zcroi can be checked by hand.
#
#   synthetic FILE [name=value…]    write one record
#
# Sizes follow from a window of 10 s: gbit=40 is 50e9 bytes. Of what is empty there are no rows.
#
#   configuration repeat started seed order kernel read
#   control                   yes: a repeat without collectors
#   rx_path tx_path           the options --path of the ends
#   gbit                      throughput
#   crx ctx chost power       busy CPU in percent, watts
#   zc_rx zc_tx               zero-copy share in percent
#   rx_calls rx_errors rx_ns  recv at rx: calls, errors, ns per call
#   components                context/component=ns, separated by blanks, at rx
#   host boot label           of the machine; label: NAME=VALUE
#   retransmits rtt absent    absent: source=reason

synthetic() {
	local file=$1
	shift
	mkdir -p "$(dirname "$file")"
	awk -v settings="$(printf '%s\t' "$@")" '
	function row(end, source, metric, key, value, unit) {
		if (value ~ /,/)
			value = "\"" value "\""
		if (value != "")
			printf ",%s,%s,%s,%s,%s,%s\n", end, source, metric, key, value, unit
	}
	BEGIN {
		OFMT = CONVFMT = "%.15g"
		set["configuration"] = "one"; set["repeat"] = 1; set["kernel"] = "6.18"
		set["rx_path"] = set["tx_path"] = "copy"; set["gbit"] = 40; set["crx"] = 100
		set["ctx"] = 80; set["zc_rx"] = set["zc_tx"] = 0; set["read"] = "256K"
		n = split(settings, one, "\t")
		for (i = 1; i < n; i++) {
			at = index(one[i], "=")
			set[substr(one[i], 1, at - 1)] = substr(one[i], at + 1)
		}
		bytes = set["gbit"] * 1e10 / 8
		print "time_s,end,source,metric,key,value,unit"
		row("host", "fact", "record_version", "", 1)
		row("host", "fact", "program", "", "zcprof 0.1.0")
		row("host", "fact", "configuration", "", set["configuration"])
		row("host", "fact", "repeat", "", set["repeat"])
		row("host", "fact", "started", "", set["started"])
		row("host", "fact", "host", "", set["host"])
		row("host", "fact", "host", "boot", set["boot"])
		if (set["label"] != "") {
			at = index(set["label"], "=")
			row("host", "fact", "label", substr(set["label"], 1, at - 1), substr(set["label"], at + 1))
		}
		row("host", "fact", "option", "control", set["control"])
		row("host", "fact", "seed", "", set["seed"])
		row("host", "fact", "order", "", set["order"])
		row("host", "fact", "kernel", "", set["kernel"])
		row("rx", "fact", "option", "path", set["rx_path"])
		row("rx", "fact", "option", "read", set["read"])
		row("tx", "fact", "option", "path", set["tx_path"])
		if (set["absent"] != "") {
			at = index(set["absent"], "=")
			row("host", "collector", "absent", substr(set["absent"], 1, at - 1),
			    substr(set["absent"], at + 1))
		}
		split("rx tx", ends, " ")
		for (i = 1; i <= 2; i++) {
			end = ends[i]
			copied = bytes * (1 - set["zc_" end] / 100)
			row(end, "path", "window_ns", "", 1e10, "ns")
			row(end, "path", "bytes", "", bytes, "bytes")
			row(end, "path", "bytes_zerocopy", "", bytes - copied, "bytes")
			row(end, "path", "bytes_copied", "", copied, "bytes")
			row(end, "path", "bytes_life", "", bytes * 1.1, "bytes")
		}
		row("rx", "cpu", "busy", "", set["crx"], "%")
		row("tx", "cpu", "busy", "", set["ctx"], "%")
		row("host", "cpu", "busy", "", set["chost"], "%")
		row("host", "power", "mean", "wall", set["power"], "W")
		if (set["rx_calls"] != "") {
			row("rx", "path", "receive_size", "4096", set["rx_calls"], "receives")
			row("rx", "syscalls", "calls", "recv", set["rx_calls"], "calls")
			row("rx", "syscalls", "errors", "recv", set["rx_errors"] + 0, "calls")
			row("rx", "syscalls", "total", "recv", set["rx_calls"] * set["rx_ns"], "ns")
			row("rx", "syscalls", "min", "recv", set["rx_ns"] / 2, "ns")
			row("rx", "syscalls", "mean", "recv", set["rx_ns"], "ns")
			row("rx", "syscalls", "max", "recv", set["rx_ns"] * 10, "ns")
			row("rx", "syscalls", "stddev", "recv", set["rx_ns"] / 4, "ns")
			row("rx", "syscalls", "latency", "recv:1024", set["rx_calls"], "calls")
		}
		m = split(set["components"], one, " ")
		if (m)
			row("rx", "profile", "period", "", 1e6, "ns")
		for (i = 1; i <= m; i++) {
			at = index(one[i], "=")
			row("rx", "profile", "component", substr(one[i], 1, at - 1),
			    substr(one[i], at + 1), "ns")
		}
		row("tx", "tcp", "retransmits", "0", set["retransmits"], "segments")
		row("tx", "tcp", "rtt", "0", set["rtt"], "us")
	}' > "$file"
}
