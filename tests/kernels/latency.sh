# shellcheck shell=bash disable=SC2154,SC2034
# SPDX-License-Identifier: GPL-2.0-or-later
# A receiver that reads 100 ms after each send: that long the data waits. A quarter of all addresses
# is followed, so many connections are used, one after the other.
python3 -c '
import socket, sys, time
print("ready", flush=True)
sys.stdin.readline()
listener = socket.create_server(("127.0.0.1", 0))
pairs = []
for _ in range(100):
    sender = socket.create_connection(listener.getsockname())
    pairs.append((sender, listener.accept()[0]))
for _ in range(10):
    for sender, _ in pairs:
        sender.send(b"x" * 3000)
    time.sleep(0.1)
    for _, receiver in pairs:
        receiver.recv(3000)
print("done", flush=True)
sys.stdin.readline()
' <"$dir/work.in" >"$dir/work.out" 2>&1 &
pid=$!
started+=("$pid")
heard work ready
measure --exact --rx "$pid" latency
across tell work "done"
samples=$(figure rx latency samples task)
within "packets followed, of 1000" 50 "$samples" 600
within "their mean delay in ns, after a sleep of 100 ms" 100000000 $(($(figure rx latency total task) / samples)) 160000000
read -r flows followed < <(awk -F, '$2 == "rx" && $4 == "flow_samples" && $5 ~ /^127.0.0.1:/ { n++; s += $6 }
	END { print n, s }' "$dir/run.csv")
within "connections of them, of 100" 20 "$flows" 100
same "packets of all connections" "$followed" "$samples"
same lost "$(figure host latency lost '')" 0
