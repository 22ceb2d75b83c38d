# SPDX-License-Identifier: GPL-2.0-or-later
# An XDP program of generic mode walks $SIZE steps for each packet that the receiver's device gets.
# shellcheck shell=bash disable=SC2034,SC2154
expected="programs xdp"
where=host
needs=clang
default_size=200

prepare() {
	mkdir -p "$out"
	clang -O2 -g -target bpf -c -o "$out/xdp.o" -x c - <<-END
		struct xdp_md {
			unsigned int data, data_end, data_meta, ingress_ifindex, rx_queue_index, egress_ifindex;
		};
		__attribute__((section("xdp"), used)) int walk(struct xdp_md *ctx)
		{
			unsigned int sum = 0;
			for (int i = 0; i < $SIZE; i++) {
				sum = sum * 31 + ctx->rx_queue_index + i;
				asm volatile("" : "+r"(sum));
			}
			return sum == 77 ? 1 : 2;
		}
	END
}

inject() {
	in_rx ip link set dev "$RX_DEVICE" xdpgeneric obj "$out/xdp.o" sec xdp
}

undo() {
	in_rx ip link set dev "$RX_DEVICE" xdpgeneric off
}
