# SPDX-License-Identifier: GPL-2.0-or-later
# A zero-copy sender may note $SIZE bytes of sends that are not acknowledged.
# shellcheck shell=bash disable=SC2034,SC2154
expected=optmem
where=host
default_size=2048
options=(--tx zerocopy --write 16K)
options_after=(--tx-sysctl "net.core.optmem_max=$SIZE")
