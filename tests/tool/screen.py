# SPDX-License-Identifier: GPL-2.0-or-later
"""A program on a terminal of its own: what it wrote, keys, sizes, and whether the terminal is as it was."""
import fcntl
import os
import pty
import re
import select
import struct
import sys
import termios
import time


class Screen:
    def __init__(self, words, rows=24, columns=80, said=None):
        self.seen = b""
        self.pid, self.fd = pty.fork()
        if not self.pid:
            os.environ["TERM"] = "xterm-256color"
            os.environ["LC_ALL"] = "C.UTF-8"
            # A shell stays behind: it is what the terminal belongs to when the program is gone.
            if said:
                os.dup2(os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 2)
            time.sleep(0.2)
            child = os.fork()
            if not child:
                os.execvp(words[0], words)
            print("child", child, flush=True)
            status = os.waitpid(child, 0)[1]
            time.sleep(0.5)
            print("status", status, flush=True)
            time.sleep(60)
            os._exit(0)
        self.resize(rows, columns)
        self.before = termios.tcgetattr(self.fd)
        while not (started := re.search(rb"child (\d+)\r\n", self.seen)):
            self.read(0.1)
        self.child = int(started[1])

    def resize(self, rows, columns):
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read(self, seconds):
        if not select.select([self.fd], [], [], seconds)[0]:
            return
        try:
            self.seen += os.read(self.fd, 65536)
        except OSError:
            pass

    def until(self, *words, seconds=30):
        """Until one screen has all of them: Ctrl-L has it drawn as a whole, and not what changed alone."""
        end = time.time() + seconds
        while not all(word in self.seen for word in words):
            if time.time() > end:
                sys.exit("it never came; what came: %r" % self.seen)
            if self.in_screen():
                self.press(b"\f")
            more = time.time() + 0.25
            while time.time() < more:
                self.read(0.05)

    def press(self, keys):
        """What is drawn from now on is .seen."""
        self.seen = b""
        os.write(self.fd, keys)

    def in_screen(self):
        return not termios.tcgetattr(self.fd)[3] & (termios.ECHO | termios.ICANON)

    def ended(self):
        """Its status, once the terminal is as it was: the last of each pair of switches is the one that leaves."""
        while not (status := re.search(rb"status (\d+)\r\n", self.seen)):
            self.read(0.1)
        status = int(status[1])
        now = termios.tcgetattr(self.fd)
        assert now == self.before, (now, self.before)
        assert self.seen.rfind(b"\033[?1049l") > self.seen.rfind(b"\033[?1049h"), self.seen[-500:]
        assert self.seen.rfind(b"\033[?25h") > self.seen.rfind(b"\033[?25l"), self.seen[-500:]
        os.kill(self.pid, 9)
        os.waitpid(self.pid, 0)
        return status
