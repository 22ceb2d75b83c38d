# SPDX-License-Identifier: GPL-2.0-or-later
# MSG_ZEROCOPY over a pair of devices of one machine is copied after all.
# shellcheck shell=bash disable=SC2034,SC2154
expected=copied_notifications
where=host
default_size=1
options_after=(--tx zerocopy)
