# shellcheck shell=bash disable=SC2154,SC2034
# SPDX-License-Identifier: GPL-2.0-or-later
# A receiver that reads 100 ms after each send: that long the data waits, and how long exactly the
# program says itself: of each connection the mean of the shortest and of the longest that it can have
# been. With --exact all of them are followed; a few may be merged with what came before.
worker '
import socket, sys, time
print("ready", flush=True)
sys.stdin.readline()
listener = socket.create_server(("127.0.0.1", 0))
pairs = []
for _ in range(100):
    sender = socket.create_connection(listener.getsockname())
    pairs.append((sender, listener.accept()[0]))
least, most = [0] * 100, [0] * 100
for _ in range(10):
    sent = []
    for sender, _ in pairs:
        before = time.monotonic_ns()
        sender.send(b"x" * 3000)
        sent.append((before, time.monotonic_ns()))
    time.sleep(0.1)
    for i, (_, receiver) in enumerate(pairs):
        before = time.monotonic_ns()
        receiver.recv(3000)
        least[i] += (before - sent[i][1]) / 10
        most[i] += (time.monotonic_ns() - sent[i][0]) / 10
print("bounds", int(min(least)), int(max(most)), flush=True)
print("done", flush=True)
sys.stdin.readline()
'
measure --exact --rx "$pid" latency
across tell work "done"
samples=$(figure rx latency samples task)
within "packets followed, of 1000" 900 "$samples" 1100
read -r _ least most < <(grep ^bounds "$dir/work.out")
within "their mean delay in ns, as the program says" "$least" $(($(figure rx latency total task) / samples)) "$most"
read -r flows followed < <(awk -F, '$2 == "rx" && $4 == "flow_samples" && $5 ~ /^127.0.0.1:/ { n++; s += $6 }
	END { print n, s }' "$dir/run.csv")
within "connections of them, of 100" 95 "$flows" 100
same "packets of all connections" "$followed" "$samples"
same lost "$(figure host latency lost '')" 0
