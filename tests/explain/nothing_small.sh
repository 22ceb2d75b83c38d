# SPDX-License-Identifier: GPL-2.0-or-later
# Nothing is changed; small reads and writes.
# shellcheck shell=bash disable=SC2034,SC2154
expected=none
where=host
default_size=1
options=(--read 16K --write 16K)
