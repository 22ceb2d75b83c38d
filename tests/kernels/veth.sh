# shellcheck shell=bash disable=SC2154,SC2034
# SPDX-License-Identifier: GPL-2.0-or-later
# For checks with traffic of a known size over a veth pair, a network namespace at each end: zcrx0
# (192.0.2.1) and its peer.
#
#   veth_pair          makes it; it goes with the check
#   veth_pool          the same with an XDP program at zcrx0, so that each packet is copied into pages
#                      of a page_pool
#   at_rx COMMAND...   in the receiver's namespace
#   transfer BYTES [PATH]   from zcpath to zcpath, which leave their rows in $dir/zcrx.csv and zctx.csv
#   total SOURCE METRIC [KEY]   the sum of its rows over all ends
#   pools              the page_pool statistics of zcrx0, for reading(); none on most kernels before 7
at_rx() {
	ip netns exec "zcrx-$$" "$@"
}

cleanup() {
	ip netns del "zcrx-$$"
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

total() {
	awk -F, -v s="$1" -v m="$2" -v k="${3-}" \
		'$3 == s && $4 == m && (k == "" || $5 == k) { n += $6 } END { printf "%.0f\n", n }' "$dir/run.csv"
}

pools() {
	at_rx ethtool -S zcrx0 | awk '/pp_/ { sub(".*pp_", "", $1); sub(":", "", $1); n[$1] += $2 }
		END { for (k in n) print k, n[k] }'
}
