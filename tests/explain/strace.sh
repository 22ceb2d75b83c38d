# SPDX-License-Identifier: GPL-2.0-or-later
# The ends run under strace.
# shellcheck shell=bash disable=SC2034,SC2154
expected=traced
where=host
needs=strace
default_size=1

inject() {
	wrapper strace -D -qq -f -o /dev/null
}

undo() {
	zcpath=$BUILD/zcpath
}
