# SPDX-License-Identifier: GPL-2.0-or-later
# For tests of two hosts, of which the namespaces of zcprof_run.bash are made. Load after that.
#
#   two_hosts_setup, two_hosts_teardown
#   start_sshd   one that leads into the receiver's namespace: 'ssh -F $home/config far'; its pid is in sshd

# Sets $dir, $file, and words for commands: $by_name, a way to the two, and $short, a run of a second.
two_hosts_setup() {
	[ "$(id -u)" -eq 0 ] || skip "needs root: it makes network namespaces"
	PATH=$BUILD:$PATH
	dir=$BATS_TEST_TMPDIR/out
	ns=zct$$
	make_namespaces
	by_name=(--ssh "ip netns exec" --zcprof "$BUILD/zcprof")
	short=(--seconds 1 --warmup 0.2 --repeat 1 -o "$dir")
	file="$dir/rx=copy,tx=copy/run-1.csv"
}

two_hosts_teardown() {
	[ -z "$sshd" ] || kill "$sshd" 2>/dev/null || :
	remove_namespaces
}

start_sshd() {
	command -v sshd >/dev/null || skip "needs sshd (openssh-server)"
	home=$BATS_TEST_TMPDIR/ssh
	mkdir -m 700 "$home"
	ssh-keygen -q -t ed25519 -N '' -f "$home/host"
	ssh-keygen -q -t ed25519 -N '' -f "$home/user"
	cp "$home/user.pub" "$home/authorized"
	cat >"$home/sshd_config" <<-END
		Port 2222
		ListenAddress 10.78.0.1
		HostKey $home/host
		AuthorizedKeysFile $home/authorized
		PidFile $home/pid
		StrictModes no
		UsePAM no
		PermitRootLogin prohibit-password
		SetEnv PATH=$BUILD:/usr/sbin:/usr/bin:/sbin:/bin
	END
	echo "[10.78.0.1]:2222 $(cut -d ' ' -f 1,2 "$home/host.pub")" >"$home/known"
	cat >"$home/config" <<-END
		Host far
			HostName 10.78.0.1
			Port 2222
			User $(id -un)
			IdentityFile $home/user
			IdentitiesOnly yes
			UserKnownHostsFile $home/known
			BatchMode yes
	END
	mkdir -p /run/sshd
	ip netns exec "${ns}rx" "$(command -v sshd)" -D -e -f "$home/sshd_config" \
		2>"$home/log" 3>&- &
	sshd=$!
	wait_until 20 ip netns exec "${ns}tx" ssh -F "$home/config" far true ||
		{ cat "$home/log"; return 1; }
}
