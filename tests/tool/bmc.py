#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
bmc.py SOCKET: a management controller for lab/vm --bmc SOCKET. It takes 200 W and 10 W more for each
second, says so when it is asked by DCMI's "Get Power Reading", and prints a line "SECONDS WATTS" for
each answer. All else that it knows is who it is.

Messages are bytes that end with 0xa0; what is a mark within them stands behind 0xaa, with the bit
0x10 set (QEMU, hw/ipmi/ipmi_bmc_extern.c). The last byte makes their sum 0.
"""
import socket
import struct
import sys
import time

MESSAGE, COMMAND, ESCAPE = 0xA0, 0xA1, 0xAA
began = time.monotonic()


def answer(netfn, command, data):
    if (netfn, command) == (0x06, 0x01):  # Get Device ID: IPMI 2.0
        return bytes([0, 0x20, 1, 1, 0, 0x02, 0, 0, 0, 0, 0, 0])
    if (netfn, command) == (0x06, 0x2F):  # Get BMC Global Enables
        return bytes([0, 0])
    if (netfn, command) == (0x06, 0x2E):
        return bytes([0])
    if (netfn, command) == (0x2C, 0x02) and data[:2] == b"\xdc\x01":
        seconds = time.monotonic() - began
        watts = int(200 + 10 * seconds)
        print(f"{seconds:.3f} {watts}", flush=True)
        return struct.pack("<BBHHHHIIB", 0, 0xDC, watts, 0, 900, watts, 0, 1000, 0x40)
    return bytes([0xC1])  # invalid command


def escaped(message):
    for byte in message:
        if byte in (MESSAGE, COMMAND, ESCAPE):
            yield ESCAPE
            yield byte | 0x10
        else:
            yield byte


def serve(peer):
    message, behind_escape = [], False
    while block := peer.recv(512):
        for byte in block:
            if byte == ESCAPE:
                behind_escape = True
            elif byte == COMMAND:
                message = []
            elif byte != MESSAGE:
                message.append(byte & ~0x10 if behind_escape else byte)
                behind_escape = False
            else:
                sequence, netfn, command, data = message[0], message[1], message[2], bytes(message[3:-1])
                reply = bytes([sequence, netfn | 4, command]) + answer(netfn >> 2, command, data)
                reply += bytes([-sum(reply) & 0xFF])
                peer.sendall(bytes(escaped(reply)) + bytes([MESSAGE]))
                message = []


def main():
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(sys.argv[1])
    listener.listen()
    while True:
        peer, _ = listener.accept()
        serve(peer)


main()
