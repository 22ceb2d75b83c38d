# SPDX-License-Identifier: GPL-2.0-or-later
# The sender waits for the notification after every $SIZE zero-copy sends.
# shellcheck shell=bash disable=SC2034,SC2154
expected=notification_waits
where=host
default_size=1
options=(--tx send_zc)
options_after=(--flush-every "$SIZE")
