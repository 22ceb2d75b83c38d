// SPDX-License-Identifier: GPL-2.0-or-later
function drawRoi() {
	const at = data.quantities.findIndex((q) => q.name === 'roi_cpu_total');
	const rows = data.configurations.filter((c) => c.middle[at] !== null);

	if (typeof charts === 'undefined')
		return;
	document.getElementById('roi-chart').append(charts.plot({
		marginLeft: 170, width: 900,
		x: { label: data.quantities[at].heading, zero: true, grid: true },
		y: { domain: rows.map((c) => c.name), label: null },
		marks: [
			charts.barX(rows, { y: 'name', x: (c) => c.middle[at], fill: 'steelblue' }),
			charts.ruleY(rows, { y: 'name', x1: (c) => c.low[at], x2: (c) => c.high[at], strokeWidth: 2 }),
			charts.dot(rows.flatMap((c) => c.runs.map((r) => ({ name: c.name, v: r.values[at] }))), { y: 'name', x: 'v', r: 2.5 }),
		],
	}));
}
