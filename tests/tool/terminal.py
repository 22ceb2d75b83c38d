# SPDX-License-Identifier: GPL-2.0-or-later
# terminal.py COLUMNS COMMAND...: what a command writes to a terminal that is so wide; its exit code.
import fcntl
import os
import pty
import struct
import sys
import termios

pid, fd = pty.fork()
if not pid:
    # On the terminal itself, before there is anything to print.
    fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 24, int(sys.argv[1]), 0, 0))
    os.execvp(sys.argv[2], sys.argv[2:])
seen = b""
while True:
    try:
        more = os.read(fd, 65536)
    except OSError:
        break
    if not more:
        break
    seen += more
sys.stdout.buffer.write(seen.replace(b"\r\n", b"\n"))
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
