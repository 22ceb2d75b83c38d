# shellcheck shell=bash disable=SC2154,SC2034
# SPDX-License-Identifier: GPL-2.0-or-later
# For checks with traffic of a known size over a veth pair, a network namespace at each end: zcrx0
# (192.0.2.1) and its peer.
#
#   veth_pair          makes it; it goes with the check
#   veth_pool          the same with an XDP program at zcrx0, so that each packet is copied into pages
#                      of a page_pool
#   nic_pair           the same of the two devices of 'lab/vm --nics', but zcrx0 is left in the machine's
#                      own namespace: moved, it would lose its page_pools (page_pool_unreg_netdev);
#                      false where there are none
#   at_rx COMMAND...   in the receiver's namespace
#   zcrx0              the options of measure for it
#   transfer BYTES [PATH]   from zcpath to zcpath, which leave their rows in $dir/zcrx.csv and zctx.csv
#   frames N           as many frames of 60 bytes to zcrx0 that nobody takes, so that none comes back
#   total SOURCE METRIC [KEY]   the sum of its rows over all ends
#   pools              the page_pool statistics of zcrx0, for reading(); none on most kernels before 7
at_rx() {
	if [ -n "${stays-}" ]; then
		"$@"
	else
		ip netns exec "zcrx-$$" "$@"
	fi
}

zcrx0() {
	echo --iface zcrx0
	[ -n "${stays-}" ] || echo --netns "zcrx-$$"
}

cleanup() {
	if [ -n "${stays-}" ]; then
		ip address flush dev zcrx0 || :
	else
		ip netns del "zcrx-$$"
	fi
	ip netns del "zctx-$$"
} 2>/dev/null

veth_pair() {
	modprobe -q veth || :
	ip netns add "zcrx-$$"
	ip netns add "zctx-$$"
	ip -n "zcrx-$$" link add zcrx0 mtu 1500 type veth peer name zctx0 netns "zctx-$$"
	ip -n "zcrx-$$" address add 192.0.2.1/24 dev zcrx0
	ip -n "zctx-$$" address add 192.0.2.2/24 dev zctx0
	ip -n "zcrx-$$" link set zcrx0 up
	ip -n "zctx-$$" link set zctx0 up
	sleep 0.3
}

# Devices come back from the namespaces of the check before this one when the kernel gets round to it.
nic_pair() {
	local found=()
	modprobe -q virtio_net || return
	for _ in $(seq 50); do
		mapfile -t found < <(ip -o link | awk '/ 52:54:00:12:34:5[01] / { sub(":", "", $2); print $2 }')
		[ ${#found[@]} -lt 2 ] || break
		[ "$(find /sys/bus/virtio/drivers/virtio_net/ -name 'virtio*' | wc -l)" -ge 2 ] || return
		sleep 0.1
	done
	[ ${#found[@]} = 2 ] || return
	stays=1
	ip netns add "zctx-$$"
	ip link set "${found[0]}" down
	ip link set "${found[0]}" name zcrx0
	ip link set "${found[1]}" down
	ip link set "${found[1]}" name zctx0 netns "zctx-$$"
	at_rx ip address add 192.0.2.1/24 dev zcrx0
	ip -n "zctx-$$" address add 192.0.2.2/24 dev zctx0
	at_rx ip link set zcrx0 up
	ip -n "zctx-$$" link set zctx0 up
	sleep 0.5
}

veth_pool() {
	command -v ethtool >/dev/null || absent "ethtool is not installed"
	clang -O2 -target bpf -c -x c -o "$dir/pass.o" - <<-'END'
		__attribute__((section("xdp"), used)) int pass(void *ctx) { return 2; }
		char gpl[] __attribute__((section("license"), used)) = "GPL";
	END
	veth_pair
	at_rx ip link set dev zcrx0 xdpdrv obj "$dir/pass.o" sec xdp ||
		absent "this kernel's veth takes no XDP program"
}

transfer() {
	at_rx "$BUILD/zcpath" rx --path "${2-copy}" --bind 192.0.2.1 >"$dir/zcrx.csv" 2>"$dir/zcrx.err" 3>&- &
	local rx=$!
	started+=("$rx")
	until grep -q listening "$dir/zcrx.csv"; do
		kill -0 "$rx" 2>/dev/null || return 0
		sleep 0.02
	done
	ip netns exec "zctx-$$" "$BUILD/zcpath" tx --path copy --to 192.0.2.1 --bytes "$1" >"$dir/zctx.csv"
	wait "$rx"
}

frames() {
	ip netns exec "zctx-$$" python3 -c '
import socket, sys
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind(("zctx0", 0))
for _ in range(int(sys.argv[1])):
    s.send(b"\xff" * 6 + b"\x02" + bytes(5) + b"\x88\xb5" + bytes(46))' "$1"
}

total() {
	awk -F, -v s="$1" -v m="$2" -v k="${3-}" \
		'$3 == s && $4 == m && (k == "" || $5 == k) { n += $6 } END { printf "%.0f\n", n }' "$dir/run.csv"
}

pools() {
	at_rx ethtool -S zcrx0 | awk '/pp_/ { sub(".*pp_", "", $1); sub(":", "", $1); n[$1] += $2 }
		END { for (k in n) print k, n[k] }'
}
