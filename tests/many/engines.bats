#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The statements of docs/many-hosts.md on real engines, over FILES (1,020) records of ROWS (1,250) rows, against what
# zcroi says, to the last digit.

bats_require_minimum_version 1.5.0

setup_file() {
	here=$BATS_TEST_DIRNAME
	doc=$PWD/docs/many-hosts.md
	cd "$BATS_FILE_TMPDIR" || return
	python3 "$here/fleet.py" fleet $((${FILES:-1020} / 30)) 6 5 "${ROWS:-1250}"
	"$BUILD/zcroi" table --flat --format csv fleet >table.csv 2>said
	"$BUILD/zcroi" table --flat --by rack --format csv fleet >rack.csv
	if command -v npm >/dev/null; then
		mkdir npm
		cp "$here"/package*.json npm
		npm ci --prefix npm --no-audit --no-fund >npm.log 2>&1 || :
	fi
	export here doc
}

setup() {
	cd "$BATS_FILE_TMPDIR" || return
}

duckdb() { # TAG…
	[ -e npm/node_modules/@duckdb ] || skip "DuckDB's npm package is not here: npm could not fetch it"
	python3 "$here/statements.py" "$doc" "$@" | node "$here/duckdb.mjs" npm/node_modules
}

T=(throughput_gbit_s cpu_rx_percent cpu_tx_percent cpu_total_percent zerocopy_rx_percent zerocopy_tx_percent roi_cpu_total)

@test "the fleet is what it is to be, and zcroi says so" {
	[ "$(find fleet -name 'run-*.csv' | wc -l)" -ge "${FILES:-1020}" ]
	"$BUILD/zcroi" check fleet/host-000/*/run-1.csv fleet/host-005/*/run-1.csv
	grep "hosts: host-000, host-001, host-002 and" said
}

@test "DuckDB: the ROI table" {
	duckdb duckdb "duckdb runs" "duckdb table" >duck.jsonl
	python3 "$here/same.py" table.csv duck.jsonl configuration "${T[@]}"
}

@test "DuckDB: the ROI table by a label" {
	duckdb duckdb "duckdb runs" "duckdb table" "duckdb by-rack" >rack.jsonl
	python3 "$here/same.py" rack.csv rack.jsonl configuration throughput_gbit_s cpu_total_percent roi_cpu_total
}

@test "DuckDB: the same from Parquet" {
	duckdb duckdb-parquet "duckdb runs" "duckdb table" >parquet.jsonl
	python3 "$here/same.py" table.csv parquet.jsonl configuration "${T[@]}"
	[ $(($(stat -c %s fleet.parquet) * 5)) -lt "$(du -sb fleet | cut -f1)" ]
}

@test "DuckDB: throughput inside the windows" {
	duckdb duckdb "duckdb series" >series.jsonl
	"$BUILD/zcroi" show series --format csv fleet/host-000/rx=copy,tx=copy >series.csv
	python3 "$here/same.py" series.csv series.jsonl run+time_s+end throughput_gbit_s
}

@test "DuckDB: over days, and the host that differs" {
	duckdb duckdb "duckdb runs" "duckdb table" "duckdb days" >days.jsonl
	python3 -c '
import json
days = [json.loads(line) for line in open("days.jsonl")]
assert sum(d["runs"] for d in days) >= '"${FILES:-1020}"', days
assert all(d["syscall_ns_per_gb"] > 0 for d in days)'
	duckdb duckdb "duckdb runs" "duckdb table" "duckdb peers" >peers.jsonl
	cat peers.jsonl
	# One was made so, with 30 % more CPU time in each configuration.
	python3 -c '
import json
peers = [json.loads(line) for line in open("peers.jsonl")]
assert peers[0]["host"] == "host-005" and peers[0]["configurations"] == 6, peers
assert -0.3 < peers[0]["roi_against_peers"] < -0.15 and len(peers) == 1, peers'
}

clickhouse_up() {
	clickhouse-client --host 127.0.0.1 --port "$port" --query 'SELECT 1' >/dev/null 2>&1
}

@test "ClickHouse: the ROI table" {
	command -v clickhouse-server clickhouse-client >/dev/null || skip "clickhouse-server is not installed"
	mkdir click
	port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
	cat >click/config.xml <<-END
		<yandex><logger><level>warning</level><console>1</console></logger>
		<listen_host>127.0.0.1</listen_host><tcp_port>$port</tcp_port><path>$PWD/click/data/</path>
		<tmp_path>$PWD/click/tmp/</tmp_path><mark_cache_size>100000000</mark_cache_size>
		<users_config>users.xml</users_config><default_profile>default</default_profile>
		<default_database>default</default_database></yandex>
	END
	cat >click/users.xml <<-END
		<yandex><profiles><default/></profiles><quotas><default/></quotas><users><default><password></password>
		<networks><ip>127.0.0.1</ip></networks><profile>default</profile><quota>default</quota></default></users></yandex>
	END
	clickhouse-server --config-file=click/config.xml >click/log 2>&1 3>&- &
	server=$!
	for _ in $(seq 100); do
		! clickhouse_up || break
		sleep 0.2
	done
	local client="clickhouse-client --host 127.0.0.1 --port $port"
	python3 "$here/statements.py" "$doc" clickhouse | $client --multiquery
	python3 "$here/statements.py" "$doc" clickhouse-load | sed "s/clickhouse-client/$client/" >load.sh
	bash load.sh
	python3 "$here/statements.py" "$doc" "clickhouse table" | tr -d ';' >table.sql
	$client --format JSONEachRow --query "$(cat table.sql)" >click.jsonl
	# One configuration has a run without C of tx, which the statement leaves out as a whole.
	grep -v '/host-001/rx=copy,tx=copy"' table.csv | sed '1s/configuration/folder/' >whole.csv
	grep -v 'host-001.*rx=copy,tx=copy"' click.jsonl >whole.jsonl
	python3 "$here/same.py" whole.csv whole.jsonl folder throughput_gbit_s cpu_total_percent roi_cpu_total
}

teardown() {
	[ -z "${server-}" ] || { kill "$server" && wait "$server"; } || :
}
