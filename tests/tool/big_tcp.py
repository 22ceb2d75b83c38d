#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
#
# big_tcp.py DEVICE BYTES: the largest packets that TCP gives to the device and GRO makes of those that
# come from it, of IPv4 and IPv6; for an ip(8) before 6.3, which knows half of it.
import socket
import struct
import sys

RTM_NEWLINK = 16
NLM_F_REQUEST_ACK = 5
SIZES = (41, 58, 63, 64)  # IFLA_GSO_MAX_SIZE, IFLA_GRO_MAX_SIZE, IFLA_GSO_IPV4_MAX_SIZE, IFLA_GRO_IPV4_MAX_SIZE

name, size = sys.argv[1], int(sys.argv[2])
body = struct.pack("=BxHiII", 0, 0, socket.if_nametoindex(name), 0, 0)
body += b"".join(struct.pack("=HHI", 8, kind, size) for kind in SIZES)
netlink = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
netlink.send(struct.pack("=IHHII", 16 + len(body), RTM_NEWLINK, NLM_F_REQUEST_ACK, 1, 0) + body)
error = struct.unpack("=i", netlink.recv(4096)[16:20])[0]
if error:
    sys.exit(f"cannot set the sizes of {name}: error {-error}")
