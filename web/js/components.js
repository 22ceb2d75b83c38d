// SPDX-License-Identifier: GPL-2.0-or-later
// CPU time per kilobyte of payload by component: all configurations, then two side by side.

const ends = ['rx', 'tx', 'host'];
// Of the host is what belongs to neither end: it stands in tables.
const drawnEnds = ['rx', 'tx'];

function partOf(index, name) {
	return details(index).parts.find((p) => p.name === name)?.page;
}

function columnOf(table, name) {
	return table.columns.findIndex((c) => c[0] === name);
}

// {rx: Map(component -> ns/KB)} of a configuration; no end that was not sampled, or moved nothing.
function componentsOf(index) {
	const made = {};

	for (const table of partOf(index, 'components')?.tables ?? []) {
		const cost = columnOf(table, 'ns_per_kb');

		const rows = table.rows.filter((r) => r[0] !== 'total' && typeof r[cost] === 'number');

		if (rows.length)
			made[table.name] = new Map(rows.map((r) => [r[0], r[cost]]));
	}
	return made;
}

// Every component that any of them has, the dearest first; each keeps its colour on all of the page.
function componentOrder(all) {
	const sums = new Map();

	for (const of of all)
		for (const [end, costs] of Object.entries(of))
			for (const [name, ns] of costs)
				sums.set(name, (sums.get(name) ?? 0) + (end === 'host' ? 0 : ns));
	return [...sums].sort((x, y) => y[1] - x[1]).map(([name]) => name);
}

const componentColours = new Map();

function componentColour(name) {
	if (!componentColours.has(name))
		componentColours.set(name, name === 'unmapped' ? 'var(--line)' : palette(componentColours.size));
	return componentColours.get(name);
}

function componentBars(name, costs, order) {
	return drawnEnds.flatMap((end) => {
		let from = 0;

		return order.filter((c) => costs[end]?.get(c)).map((component) => {
			const ns = costs[end].get(component);
			const bar = { name, panel: end, from, to: from + ns, colour: componentColour(component), title: `${name}, ${end}\n${component} ${fixed(ns, 2)} ns/KB` };

			from += ns;
			return bar;
		});
	});
}

function drawComponents(host) {
	someOf(host, configurations.length, (n) => {
		const some = configurations.slice(0, n).map((c, i) => ({ name: c.name, costs: componentsOf(i) })).filter((c) => Object.keys(c.costs).length);
		const order = componentOrder(some.map((c) => c.costs));
		const panels = drawnEnds.filter((end) => some.some((c) => c.costs[end]));
		const there = ends.filter((end) => some.some((c) => c.costs[end]));

		if (!some.length)
			return el('p', {}, 'No configuration has samples of where its CPU time went.');
		return chart({
			title: 'CPU time per KB of payload, by component',
			summary: `Stacked bars of CPU nanoseconds per kilobyte for ${some.length} configurations; the dearest components are ${order.slice(0, 3).join(', ')}`,
			legend: order.map((c) => [c, componentColour(c)]),
			draw: (width) => lyingBars(width, { names: some.map((c) => c.name), panels, label: 'ns/KB', bars: some.flatMap((c) => componentBars(c.name, c.costs, order)) }),
			table: { name: 'components', title: '', columns: [['configuration', 'configuration', '', 't', 0], ['end', 'end', '', 't', 0],
				...order.map((c) => [c, c, 'ns/KB', 'n', 2]), ['total', 'total', 'ns/KB', 'n', 2]],
			rows: some.flatMap((c) => there.filter((end) => c.costs[end]).map((end) => [c.name, end, ...order.map((o) => c.costs[end].get(o) ?? null),
				[...c.costs[end].values()].reduce((x, y) => x + y, 0)])) },
		});
	});
}
