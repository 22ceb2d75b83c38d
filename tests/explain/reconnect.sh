# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2034 # pair.sh reads them
# Each request has a connection of its own.
expected=connections
where=host
default_size=1
options=(--rpc 1K:1K)
options_after=(--reconnect)
