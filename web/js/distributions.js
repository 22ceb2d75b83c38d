// SPDX-License-Identifier: GPL-2.0-or-later
// Histograms of A and B, one upon the other: every one that the registry knows and the records hold.

// What a person looks for first, by the words that he knows it by; all others as the registry says it.
const titles = new Map(Object.entries({
	'path/receive_size': 'Bytes per receive',
	'skb/size': 'Bytes per skb after GRO',
	'latency/napi_to_copy': 'From NAPI to the copy',
	'path/latency': 'From when a request was due to its answer',
	'holds/length': 'How long locks are held',
	'locks/length': 'How long locks are waited for',
}));

// [metric, the unit of its buckets], in that order.
function histogramsKnown() {
	const rank = (m) => [...titles.keys(), `${m.source}/${m.name}`].indexOf(`${m.source}/${m.name}`);

	return [...registry.values()].filter((m) => m.kind === 'histogram').sort((x, y) => rank(x) - rank(y))
		.map((m) => [m, m.meaning.match(/lower edge in (\w+)/)?.[1] ?? '']);
}

function histogramTitle(metric) {
	const words = metric.meaning.split(/[;(]/)[0].trim();

	return titles.get(`${metric.source}/${metric.name}`) ?? words[0].toUpperCase() + words.slice(1);
}

// Log-linear buckets as record/histogram.h cuts them, an octave into 8, or the fine ones into 32: the edge above this one.
function nextEdge(edge, fine) {
	const bits = fine ? 5 : 3;

	return edge < 2 ** bits ? edge + 1 : edge + 2 ** (Math.floor(Math.log2(edge)) - bits);
}

// "rx", or "rx recvfrom" -> [[edge, count]], the runs of a configuration added up.
function bucketsOf(index, metric) {
	const { keys, runs } = records(index);
	const found = new Map();
	const figures = runs.map((r) => r.figures.split(' '));

	keys.forEach(([at, id, key], k) => {
		const [, prefix = '', edge] = key.match(/^(?:(.*):)?(\d+)$/s) ?? [];

		if (id !== metric.id || edge === undefined)
			return;
		const series = `${data.ends[at]} ${prefix}`.trim();
		const count = figures.reduce((sum, f) => sum + (f[k] === '-' ? 0 : Number(f[k])), 0);

		if (!found.has(series))
			found.set(series, []);
		if (count > 0)
			found.get(series).push([Number(edge), count]);
	});
	for (const buckets of found.values())
		buckets.sort((x, y) => x[0] - y[0]);
	return found;
}

const countOf = (buckets) => buckets.reduce((sum, b) => sum + b[1], 0);

// The middle of the bucket in which that share is reached.
function quantileOf(buckets, share, fine) {
	const total = countOf(buckets);
	let below = 0;

	for (const [edge, count] of buckets) {
		below += count;
		if (below >= share * total)
			return (edge + nextEdge(edge, fine) - 1) / 2;
	}
	return null;
}

const short = (v) => (v >= 1e9 ? `${+(v / 1e9).toPrecision(3)}G` : v >= 1e6 ? `${+(v / 1e6).toPrecision(3)}M` : v >= 1e3 ? `${+(v / 1e3).toPrecision(3)}k` : String(v));
// Times as a person says them.
const inUnit = (v, unit) => (unit !== 'ns' ? `${short(v)} ${unit}` : v >= 1e9 ? `${+(v / 1e9).toPrecision(3)} s` : v >= 1e6 ? `${+(v / 1e6).toPrecision(3)} ms` : v >= 1e3 ? `${+(v / 1e3).toPrecision(3)} µs` : `${v} ns`);

const quantiles = [[0.5, '50 %'], [0.9, '90 %'], [0.99, '99 %'], [0.999, '99.9 %']];
const sideColour = ({ side }) => (side === 'A' ? 'var(--a)' : 'var(--b)');

function histogramDrawing(width, rects, marks, unit) {
	return charts.plot({
		width, height: 210, marginLeft: 44, marginRight: 18, marginBottom: 36,
		x: { type: 'log', label: unit === 'ns' ? null : unit, labelArrow: 'none', tickFormat: (v) => (unit === 'ns' ? inUnit(v, unit) : short(v)), ticks: width / 110, tickSize: 0 },
		y: { label: '% of all', labelArrow: 'none', grid: true, tickSize: 0, ticks: 4 },
		marks: [
			charts.rectY(rects, { x1: 'from', x2: 'to', y1: 0, y2: 'share', fill: sideColour, fillOpacity: new Set(rects.map((r) => r.side)).size > 1 ? 0.55 : 0.85, title: 'title', tip: true, inset: 0.3 }),
			charts.ruleY([0], { stroke: 'var(--ink)' }),
			charts.ruleX(marks, { x: 'at', stroke: sideColour, strokeDasharray: '3 3' }),
		],
		style: { fontSize: '12px', background: 'none', color: 'var(--ink)', fontFamily: 'inherit' },
	});
}

function histogramChart(metric, unit, series, of) {
	const all = of.filter(({ buckets }) => buckets?.length);
	const title = `${histogramTitle(metric)}, ${series}`;
	const rects = all.flatMap(({ side, buckets }) => buckets.map(([edge, count]) => {
		const next = nextEdge(edge, metric.fine);
		const share = 100 * count / countOf(buckets);

		return { side, from: Math.max(edge, 0.5), to: Math.max(next, 1), share, title: `${side}: ${inUnit(edge, unit)} to ${inUnit(next, unit)}\n${fixed(share, 2)} %` };
	}));
	const marks = all.flatMap(({ side, buckets }) => quantiles.slice(0, 3).map(([q]) => ({ side, at: Math.max(quantileOf(buckets, q, metric.fine), 0.5) })));

	return chart({
		title,
		summary: `${title}: half are below ${all.map(({ side, buckets }) => `${inUnit(quantileOf(buckets, 0.5, metric.fine), unit)} in ${side}`).join(', ')}`,
		legend: all.map((one) => [one.side, sideColour(one)]),
		draw: (width) => (new Set(rects.map((r) => r.from)).size < 2 ? null : histogramDrawing(width, rects, marks, unit)),
		table: { name: `${metric.source}-${metric.name}`, title: '', columns: [['configuration', 'configuration', '', 't', 0], ['count', metric.unit, '', 'n', 0],
			...quantiles.map(([q, words]) => [`p${100 * q}`, words, unit === 'ns' ? 'µs' : unit, 'n', -2])],
		rows: all.map(({ configuration, buckets }) => [configuration.name, countOf(buckets), ...quantiles.map(([q]) => quantileOf(buckets, q, metric.fine) / (unit === 'ns' ? 1e3 : 1))]) },
		open: true,
	});
}

// Of one metric: a chart for each end, and for each key before the bucket.
function histogramCharts([metric, unit]) {
	const of = sides().map((s) => ({ ...s, found: bucketsOf(s.index, metric) }));
	const series = [...new Set(of.flatMap(({ found }) => [...found.keys()]))].sort();

	return series.map((name) => [name, of.map((s) => ({ ...s, buckets: s.found.get(name) }))])
		.filter(([, all]) => all.some(({ buckets }) => buckets?.length))
		.map(([name, all]) => histogramChart(metric, unit, name, all));
}

function drawDistributions(host) {
	onPair(() => {
		const known = histogramsKnown().map((one) => [one[0], histogramCharts(one)]).filter(([, made]) => made.length);
		const [first, others] = [known.filter(([m]) => titles.has(`${m.source}/${m.name}`)), known.filter(([m]) => !titles.has(`${m.source}/${m.name}`))];

		host.replaceChildren(known.length ? el('div', { class: 'grid' }, first.flatMap(([, made]) => made)) : el('p', {}, 'The records hold no histograms.'),
			...others.map(([metric, made]) => el('details', { id: `distributions-${metric.source}-${metric.name}` },
				el('summary', {}, `${histogramTitle(metric)} (${made.length})`), el('div', { class: 'grid' }, made))),
			el('p', { class: 'hint' }, 'All runs of a configuration together; a bucket is at most an eighth as wide as its lower edge. Dashed: 50, 90 and 99 % are below. host: what belongs to neither end.'));
	});
}
