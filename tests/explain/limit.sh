# SPDX-License-Identifier: GPL-2.0-or-later
# The receiver's firewall drops what arrives beyond $SIZE MB/s.
# shellcheck shell=bash disable=SC2034,SC2154
expected=loss
where=host
needs=nft
default_size=500

inject() { drop limit rate over "$SIZE" mbytes/second burst 1 mbytes; }
undo() { keep; }
