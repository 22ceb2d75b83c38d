# SPDX-License-Identifier: GPL-2.0-or-later
# One packet in $SIZE is dropped at the receiver.
# shellcheck shell=bash disable=SC2034,SC2154
expected=loss
where=host
needs=nft
default_size=300

inject() { drop numgen random mod "$SIZE" 0; }
undo() { keep; }
