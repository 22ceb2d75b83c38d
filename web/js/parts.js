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

// Histograms: {metric, end, prefix} of the records, drawn as shares of what was counted.
const histograms = [
	{ source: 'path', name: 'receive_size', end: 'rx', title: 'Bytes per receive', unit: 'bytes' },
	{ source: 'skb', name: 'size', title: 'Bytes per skb after GRO', unit: 'bytes' },
	{ source: 'latency', name: 'napi_to_copy', title: 'From NAPI to the copy', unit: 'ns' },
	{ source: 'holds', name: 'length', title: 'How long locks are held', unit: 'ns' },
	{ source: 'softirq', name: 'work', title: 'Packets per NAPI poll', unit: 'packets' },
	{ source: 'iouring', name: 'work_per_run', title: 'Requests per run of task work', unit: 'requests' },
];

const endNames = data.ends;

// Log-linear buckets as record/histogram.h cuts them: the edge above this one.
function nextEdge(edge) {
	return edge < 8 ? edge + 1 : edge + 2 ** (Math.floor(Math.log2(edge)) - 3);
}

// [{end, prefix, buckets: [[edge, count]]}], the runs of a configuration added up.
function bucketsOf(index, { source, name, end }) {
	const { keys, runs } = records(index);
	const metric = data.registry.findIndex((r) => r[0] === source && r[1] === name);
	const found = new Map();
	const figures = runs.map((r) => r.figures.split(' '));

	keys.forEach(([at, id, key], k) => {
		const [, prefix = '', edge] = key.match(/^(?:(.*):)?(\d+)$/s) ?? [];

		if (id !== metric || edge === undefined || (end && endNames[at] !== end))
			return;
		const series = `${endNames[at]} ${prefix}`.trim();
		const count = figures.reduce((sum, f) => sum + (f[k] === '-' ? 0 : Number(f[k])), 0);

		if (!found.has(series))
			found.set(series, []);
		found.get(series).push([Number(edge), count]);
	});
	for (const buckets of found.values())
		buckets.sort((x, y) => x[0] - y[0]);
	return found;
}

function quantileOf(buckets, share) {
	const total = buckets.reduce((sum, b) => sum + b[1], 0);
	let below = 0;

	for (const [edge, count] of buckets) {
		below += count;
		if (below >= share * total)
			return (edge + nextEdge(edge) - 1) / 2;
	}
	return null;
}

const short = (v) => (v >= 1e9 ? `${+(v / 1e9).toPrecision(3)}G` : v >= 1e6 ? `${+(v / 1e6).toPrecision(3)}M` : v >= 1e3 ? `${+(v / 1e3).toPrecision(3)}k` : String(v));

function histogramChart(histogram, series, of) {
	const all = of.filter(({ buckets }) => buckets?.some((b) => b[1] > 0));
	const rects = all.flatMap(({ side, buckets }) => {
		const total = buckets.reduce((sum, b) => sum + b[1], 0);

		return buckets.filter((b) => b[1] > 0).map(([edge, count]) => ({ side, from: Math.max(edge, 0.5), to: Math.max(nextEdge(edge), 1), share: 100 * count / total,
			title: `${side}: ${short(edge)} to ${short(nextEdge(edge))} ${histogram.unit}\n${fixed(100 * count / total, 2)} %` }));
	});
	const quantiles = [0.5, 0.9, 0.99];

	return chart({
		title: `${histogram.title}, ${series}`,
		summary: `${histogram.title} at ${series}: half are below ${all.map(({ side, buckets }) => `${short(quantileOf(buckets, 0.5))} ${histogram.unit} in ${side}`).join(', ')}`,
		legend: all.map(({ side }) => [side, side === 'A' ? 'var(--a)' : 'var(--b)']),
		draw: (width) => (new Set(rects.map((r) => r.from)).size < 2 ? null : charts.plot({
			width, height: 210, marginLeft: 44, marginRight: 18, marginBottom: 36,
			x: { type: 'log', label: histogram.unit, labelArrow: 'none', tickFormat: short, ticks: width / 110, tickSize: 0 },
			y: { label: '% of all', labelArrow: 'none', grid: true, tickSize: 0, ticks: 4 },
			marks: [
				charts.rectY(rects, { x1: 'from', x2: 'to', y1: 0, y2: 'share', fill: (r) => (r.side === 'A' ? 'var(--a)' : 'var(--b)'), fillOpacity: all.length > 1 ? 0.55 : 0.85, title: 'title', tip: true, inset: 0.3 }),
				charts.ruleY([0], { stroke: 'var(--ink)' }),
				charts.ruleX(all.flatMap(({ side, buckets }) => quantiles.map((q) => ({ side, q, v: Math.max(quantileOf(buckets, q), 0.5) }))),
					{ x: 'v', stroke: (r) => (r.side === 'A' ? 'var(--a)' : 'var(--b)'), strokeDasharray: '3 3' }),
			],
			style: { fontSize: '12px', background: 'none', color: 'var(--ink)', fontFamily: 'inherit' },
		})),
		table: { name: `${histogram.source}-${histogram.name}`, title: '', columns: [['configuration', 'configuration', '', 't', 0], ['count', 'count', '', 'n', 0],
			['p50', '50 %', histogram.unit, 'n', -2], ['p90', '90 %', histogram.unit, 'n', -2], ['p99', '99 %', histogram.unit, 'n', -2]],
		rows: all.map(({ configuration, buckets }) => [configuration.name, buckets.reduce((s, b) => s + b[1], 0), ...quantiles.map((q) => quantileOf(buckets, q))]) },
		open: true,
	});
}

function drawDistributions(host) {
	onPair(() => {
		const made = histograms.flatMap((histogram) => {
			const of = sides().map((s) => ({ ...s, found: bucketsOf(s.index, histogram) }));
			const series = [...new Set(of.flatMap(({ found }) => [...found.keys()]))];

			return series.map((name) => [name, of.map((s) => ({ ...s, buckets: s.found.get(name) }))])
				.filter(([, all]) => all.some(({ buckets }) => buckets?.some((b) => b[1] > 0)))
				.map(([name, all]) => histogramChart(histogram, name, all));
		});

		host.replaceChildren(made.length ? el('div', { class: 'grid' }, made) : el('p', {}, 'The records hold no histograms.'));
		host.append(el('p', { class: 'hint' }, 'All runs of a configuration together; a bucket is at most an eighth as wide as its lower edge. Dashed: 50, 90 and 99 % are below. Waits for locks have a total, a count and a longest, and stand under All other counters.'));
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
