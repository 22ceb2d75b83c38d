# SPDX-License-Identifier: GPL-2.0-or-later
# A receiver is given a known number of bytes, all by copy; beside them only the few of zcpath's own
# control connection.
known_work() {
	modprobe -q veth
	veth_pair
	collecting copy
	transfer 64M
	collected
	between "copied to users" "$(total copy to_user)" 67108864 67110000
	[ "$(total copy from_user)" = 0 ] || between "copied from users" "$(total copy from_user)" 67108864 67110000
}
