// SPDX-License-Identifier: GPL-2.0-or-later
// The parts of zcroi show, of A and B side by side.

// Both configurations' page of a part: one under each heading.
function sideBySide(name, { only = () => true } = {}) {
	return el('div', { class: 'sides' }, sides().map(({ side, index, configuration }) => {
		const page = partOf(index, name);
		const shown = page && { ...page, tables: page.tables.filter(only) };

		return el('div', {}, el('h3', {}, pair.b >= 0 ? el('b', { class: `side ${side.toLowerCase()}` }, side) : null, ` ${configuration.name}`),
			shown ? partElement(shown, { source: sourceOf(name) }) : el('p', {}, 'Not measured.'));
	}));
}

// The source whose metrics a part's columns are named after.
function sourceOf(name) {
	return { threads: 'cpu', receive: 'path', symbols: 'profile', components: 'profile', parts: 'profile', modes: 'cpu', efficiency: 'cpu' }[name] ?? name;
}

function drawPart(name) {
	return (host) => onPair(() => host.replaceChildren(sideBySide(name)));
}

function drawCstates(host) {
	onPair(() => host.replaceChildren(sideBySide('cpu'), sideBySide('cstate')));
}

const elsewhere = new Set(['syscalls', 'components', 'series', 'cpu', 'cstate', 'receive']);

function drawCounters(host) {
	onPair(() => {
		const names = new Map(sides().flatMap(({ index }) => details(index).parts).map((p) => [p.name, p.title]));

		host.replaceChildren(...[...names].filter(([name]) => !elsewhere.has(name)).map(([name, title]) => {
			const block = el('details', { id: `counters-${name}`, ontoggle: () => {
				if (block.open && block.children.length === 1)
					block.append(sideBySide(name));
			} }, el('summary', {}, title));

			return block;
		}));
	});
}

function drawSeries(host) {
	onPair(() => {
		const lines = sides().flatMap(({ side, index }) => {
			const table = partOf(index, 'series')?.tables[0];

			return (table?.rows ?? []).map(([run, time, end, value]) => ({ side, run, time, end, value }));
		});
		const there = ['rx', 'tx'].filter((end) => lines.some((l) => l.end === end));

		if (!lines.length) {
			host.replaceChildren(el('p', {}, 'The runs have no figures from inside the window; zcprof attach --interval 1 records them.'));
			return;
		}
		host.replaceChildren(el('div', { class: 'grid' }, there.map((end) => chart({
			title: `Throughput inside the window, ${end}`,
			summary: `Throughput of each run at ${end} over time; the table behind it has the figures`,
			legend: sides().map(({ side, configuration }) => [`${side} ${configuration.name}`, side === 'A' ? 'var(--a)' : 'var(--b)']),
			draw: (width) => charts.plot({
				width, height: 220, marginLeft: 44, marginRight: 18, marginBottom: 36,
				x: { label: 's', labelArrow: 'none', tickSize: 0, domain: [0, Math.max(...lines.map((l) => l.time))] }, y: { label: 'Gbit/s', labelArrow: 'none', zero: true, grid: true, tickSize: 0, ticks: 4 },
				marks: [
					charts.lineY(lines.filter((l) => l.end === end), { x: 'time', y: 'value', z: (l) => l.side + l.run, stroke: (l) => (l.side === 'A' ? 'var(--a)' : 'var(--b)'), strokeWidth: 1.5, marker: 'dot' }),
					charts.tip(lines.filter((l) => l.end === end), charts.pointerX({ x: 'time', y: 'value', title: (l) => `${l.side} ${l.run}\n${fixed(l.time, 2)} s: ${figure(l.value)} Gbit/s` })),
					charts.ruleY([0], { stroke: 'var(--ink)' }),
				],
				style: { fontSize: '12px', background: 'none', color: 'var(--ink)', fontFamily: 'inherit' },
			}),
			table: { name: `series-${end}`, title: '', columns: [['side', 'side', '', 't', 0], ['run', 'run', '', 't', 0], ['time_s', 'time', 's', 'n', 3], ['throughput_gbit_s', 'T', 'Gbit/s', 'n', 2]],
				rows: lines.filter((l) => l.end === end).map((l) => [l.side, l.run, l.time, l.value]) },
		}))));
	});
}
