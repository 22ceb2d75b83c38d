# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2034,SC2154 # pair.sh reads them
# $SIZE requests a second are asked for, in the place of 10,000.
expected=rate
where=host
default_size=1000
options=(--rpc 4K:64 --rate 10000)
options_after=(--rate "$SIZE")
