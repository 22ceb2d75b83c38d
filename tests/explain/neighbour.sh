# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2034 # pair.sh reads them
# A task of the real-time class takes $SIZE % of the sender's CPU, in turns of 10 ms.
expected=neighbour
where=host
needs=chrt
default_size=30

inject() {
	chrt -f 10 taskset -c "$TX_CPU" python3 -c "
import time
while True:
    until = time.monotonic() + $SIZE / 1e4
    while time.monotonic() < until:
        pass
    time.sleep((100 - $SIZE) / 1e4)" &
	neighbour=$!
}

undo() {
	kill "$neighbour"
	wait "$neighbour" || :
}
