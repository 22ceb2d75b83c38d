#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# zcpath's receiver of device memory against the kernel's own ncdevmem, from the archive's package of
# its source, as it is and bare. Starts its machine itself; PAIRS and BYTES are those of ncdevmem.sh.

@test "zcpath is no slower than ncdevmem, as it is and without its copies and words" {
	cd "$BATS_TEST_DIRNAME/../.."
	kernel=${KERNEL:-7.2}
	source=$(lab/kernel source "$kernel")
	hw=$source/tools/testing/selftests/drivers/net/hw
	[ -x "$hw/ncdevmem" ] || lab/selftests "$kernel" /dev/null >/dev/null 2>&1 || :
	[ -x "$hw/ncdevmem" ] || skip "ncdevmem does not build here: lab/selftests says why"
	bare=$BATS_TEST_TMPDIR/bare
	awk '/^static int do_server/ { inside = 1 } inside && /^}/ { inside = 0 }
		inside {
			sub(/fprintf\(stderr,/, "if (do_validation) &")
			sub(/provider->memcpy_from_device\(tmp_mem/, "if (do_validation) &")
			sub(/print_nonzero_bytes\(tmp_mem/, "if (do_validation) &")
		}
		{ print }' "$hw/ncdevmem.c" >"$bare.c"
	[ "$(diff "$hw/ncdevmem.c" "$bare.c" | grep -c '^>')" -ge 10 ]
	gcc -O2 -D_GNU_SOURCE= -w -isystem "$source/usr/include" -I"$hw" -I"$source/tools/net/ynl/generated" \
		-I"$source/tools/net/ynl/lib" -I"$source/tools/testing/selftests" -o "$bare" "$bare.c" \
		"$hw/libynl.a" -lpthread
	run lab/run --kernel "$kernel" --mtu 4148 --timeout 580 -- \
		env BUILD="$BUILD" PAIRS="${PAIRS:-6}" BYTES="${BYTES:-64M}" tests/lab/ncdevmem.sh "$hw/ncdevmem" "$bare"
	echo "$output"
	echo "$output" | grep ratio | sed 's/^/# /' >&3
	[ "$status" = 0 ]
}
