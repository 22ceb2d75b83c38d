# SPDX-License-Identifier: GPL-2.0-or-later
# Both ends poll the device for $SIZE microseconds before they sleep.
# shellcheck shell=bash disable=SC2034,SC2154
expected="setting none"
where=host
default_size=50
options_after=(--busy-poll "$SIZE")
