// SPDX-License-Identifier: GPL-2.0-or-later
// An experiment with known figures: two configurations of three runs each, with stacks beside them.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const evil = '</script><script>alert(1)</script><img src=x onerror=alert(2)>';

const head = 'time_s,end,source,metric,key,value,unit';

function field(value) {
	return /[",\n]/.test(value) ? `"${String(value).replaceAll('"', '""')}"` : value;
}

function row(end, source, metric, key, value, unit, time = '') {
	return [time, end, source, metric, key, value, unit].map(field).join(',');
}

// The rows of one run; gbit is its throughput over 10 s.
function rowsOf({ name, repeat, gbit, crx, ctx, calls, copy }) {
	const bytes = gbit * 1.25e9;
	const ends = ['rx', 'tx'].flatMap((end) => [
		row(end, 'fact', 'option', 'path', end === 'rx' ? 'copy' : name.split('tx=')[1], ''),
		row(end, 'fact', 'end_cpus', '', end === 'rx' ? '0' : '1', ''),
		row(end, 'path', 'window_ns', '', 10000000000, 'ns'),
		row(end, 'path', 'bytes', '', bytes, 'bytes'),
		row(end, 'path', 'bytes', '', bytes / 2, 'bytes', 5),
		row(end, 'path', 'bytes', '', bytes / 2, 'bytes', 10),
		row(end, 'path', 'bytes_zerocopy', '', 0, 'bytes'),
		row(end, 'path', 'bytes_copied', '', bytes, 'bytes'),
		row(end, 'cpu', 'busy', '', end === 'rx' ? crx : ctx, '%'),
		...['user', 'system', 'softirq', 'irq', 'iowait', 'steal'].map((mode, i) =>
			row(end, 'cpu', mode, end === 'rx' ? 0 : 1, (6 - i) * 1e8 + repeat, 'ns')),
		row(end, 'syscalls', 'calls', end === 'rx' ? 'recvfrom' : 'sendto', calls + repeat, 'calls'),
		row(end, 'syscalls', 'errors', end === 'rx' ? 'recvfrom' : 'sendto', repeat, 'calls'),
		row(end, 'syscalls', 'total', end === 'rx' ? 'recvfrom' : 'sendto', calls * 12345, 'ns'),
		row(end, 'syscalls', 'mean', end === 'rx' ? 'recvfrom' : 'sendto', 12345.5, 'ns'),
		row(end, 'profile', 'period', '', 1000000, 'ns'),
		row(end, 'profile', 'component', 'task/data copy', copy * 1e6, 'ns'),
		row(end, 'profile', 'component', 'softirq/TCP/IP', 2e9 + repeat, 'ns'),
	]);

	return [head,
		row('host', 'fact', 'record_version', '', 1, ''),
		row('host', 'fact', 'configuration', '', name, ''),
		row('host', 'fact', 'repeat', '', repeat, ''),
		row('host', 'fact', 'started', '', `2025-03-10T10:0${repeat}:00.000Z`, ''),
		row('host', 'fact', 'kernel', '', `6.18 ${evil}`, ''),
		row('host', 'collector', 'absent', 'pmu', `no PMU ${evil}`, ''),
		...ends,
		row('rx', 'path', 'receive_size', 4096, 100 * repeat, 'receives'),
		row('rx', 'path', 'receive_size', 65536, 900, 'receives'),
		''].join('\n');
}

const stacks = (copy, more) => [
	`rx;task;zcpath ${evil};recv;tcp_recvmsg;copy_to_user ${copy}`,
	'rx;task;zcpath;recv;tcp_recvmsg;tcp_cleanup 300',
	'rx;softirq;swapper;net_rx_action;tcp_v4_rcv 500',
	`tx;task;zcpath;send;${more} 400`,
	'tx;softirq;zcpath;send;tcp_ack 50', ''].join('\n');

export function experiment(directory, gbit = [40, 36]) {
	const configurations = [
		{ name: 'rx=copy,tx=copy', gbit: gbit[0], crx: 100, ctx: 80, calls: 1000, copy: 5000, more: 'gone_in_b' },
		{ name: 'rx=copy,tx=send_zc', gbit: gbit[1], crx: 100, ctx: 95, calls: 2000, copy: 7000, more: 'new_in_b' },
	];

	for (const c of configurations) {
		const folder = join(directory, c.name);

		mkdirSync(folder, { recursive: true });
		for (const repeat of [1, 2, 3]) {
			writeFileSync(join(folder, `run-${repeat}.csv`), rowsOf({ ...c, repeat, gbit: c.gbit && c.gbit + repeat / 10 }));
			writeFileSync(join(folder, `run-${repeat}.folded`), stacks(c.copy, c.more));
		}
	}
	return directory;
}
