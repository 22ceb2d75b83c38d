# shellcheck shell=bash disable=SC2154,SC2034
# SPDX-License-Identifier: GPL-2.0-or-later
# A receiver is given a known number of bytes, all by copy; beside them only the few of zcpath's own
# control connection.
. tests/kernels/veth.sh
veth_pair
measure --exact --rx $$ copy
across transfer 64M
within "copied to users" 67108864 "$(total copy to_user)" 67110000
[ "$(total copy from_user)" = 0 ] || within "copied from users" 67108864 "$(total copy from_user)" 67110000
