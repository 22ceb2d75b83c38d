# SPDX-License-Identifier: GPL-2.0-or-later
# For tests that look at CSV line by line.

# Every field in quotes, whether it needs them or not.
quoted() {
	awk '{
		out = ""
		for (rest = $0; ; rest = substr(rest, 2)) {
			if (match(rest, /^"([^"]|"")*"/))
				field = substr(rest, 1, RLENGTH)
			else if (match(rest, /^[^,]*/))
				field = "\"" substr(rest, 1, RLENGTH) "\""
			rest = substr(rest, RLENGTH + 1)
			out = out field
			if (rest == "")
				break
			out = out ","
		}
		print out
	}'
}
