// SPDX-License-Identifier: GPL-2.0-or-later
// Frames of charts: a caption, the drawing by Observable Plot, drawn anew where the width changes, and
// what it shows as a table behind it.

const frames = new Set();
const sizes = new ResizeObserver((entries) => {
	for (const { target } of entries)
		target.redraw?.();
});

// draw(width): a drawing, or null. table: what it shows, as a table. legend: [[name, colour]].
function chart({ title, summary, draw, table, legend, open = false }) {
	const drawing = el('div', { class: 'drawing', role: 'img', 'aria-label': summary ?? title });
	const made = el('figure', { class: 'chart' }, el('figcaption', {}, title),
		legend && hasCharts ? el('ul', { class: 'legend', 'aria-hidden': 'true' }, legend.map(([name, colour]) =>
			el('li', {}, el('i', { style: `background:${colour}` }), name))) : null);
	let width = 0;

	if (hasCharts) {
		drawing.redraw = () => {
			if (Math.abs(drawing.clientWidth - width) < 2 || !drawing.clientWidth)
				return;
			width = drawing.clientWidth;
			drawing.replaceChildren(...[draw(width)].flat().filter(Boolean));
			for (const svg of drawing.querySelectorAll('svg'))
				svg.setAttribute('aria-hidden', 'true'); // its words are the frame's, and the table's
		};
		made.append(drawing);
		frames.add(drawing);
		sizes.observe(drawing);
	}
	if (table)
		made.append(el('details', { class: 'behind', open: open || !hasCharts }, el('summary', {}, 'As a table'), tableElement({ ...table, title: table.title || title })));
	return made;
}

const gap = 4;
const measure = document.createElement('canvas').getContext('2d');

function textWidth(text, size = 13) {
	measure.font = `${size}px system-ui, sans-serif`;
	return measure.measureText(text).width;
}

function shorten(text, room) {
	let kept = text;

	while (kept.length > 4 && textWidth(kept) > room)
		kept = kept.slice(0, -1);
	return kept === text ? text : `${kept.slice(0, -1)}…`;
}

/*
 * Bars that lie: one row per name, panels side by side, or one below the other where there is no room.
 * panels: [name]; bars: [{name, panel, from, to, colour, title}]; lines: [{name, panel, low, high}];
 * points: [{name, panel, value, title}]; texts: [{name, panel, at, text}].
 */
function lyingBars(width, { names, panels = [''], bars, lines = [], points = [], texts = [], rules = [], label, height = 26, limit }) {
	const narrow = width < 560;

	if (narrow && panels.length > 1) {
		return panels.map((panel) => el('div', {}, el('h4', {}, panel), lyingBars(width, { names, label, height, limit,
			panels: [panel], ...Object.fromEntries(Object.entries({ bars, lines, points, texts, rules })
				.map(([kind, all]) => [kind, all.filter((one) => one.panel === panel)])) })));
	}
	const room = narrow ? 0 : Math.min(Math.max(...names.map((n) => textWidth(n))) + 14, width * 0.36);
	const step = narrow ? height + 22 : height;
	const most = limit ?? Math.max(...bars.map((b) => b.to), ...points.map((p) => p.value), ...rules.map((r) => r.at)) * 1.04;
	const faceted = panels.length > 1;
	const fx = faceted ? { fx: 'panel' } : {};
	const clip = (v) => Math.min(Math.max(v, 0), most);

	return charts.plot({
		width,
		height: names.length * step + 44 + (faceted ? 22 : 0),
		marginLeft: room + (narrow ? 2 : 8), marginRight: 18, marginBottom: 38, marginTop: faceted ? 26 : 6,
		x: { domain: [0, most || 1], label, labelAnchor: 'right', labelArrow: 'none', ticks: Math.max(2, Math.round((width - room) / panels.length / 80)), nice: false },
		y: { domain: names, label: null, padding: narrow ? 0 : 0.28, axis: null },
		fx: faceted ? { domain: panels, label: null, padding: 0.08 } : {},
		marks: [
			charts.gridX({ stroke: 'var(--line)', strokeOpacity: 1 }),
			charts.barX(bars, { ...fx, y: 'name', x1: 'from', x2: 'to', fill: 'colour', insetTop: narrow ? 22 : 0, title: 'title', tip: { format: { fx: false, y: false } } }),
			charts.ruleX([0], { stroke: 'var(--ink)' }),
			charts.ruleX(rules, { ...fx, x: 'at', stroke: 'var(--ink)', strokeDasharray: '4 3' }),
			charts.ruleY(lines, { ...fx, y: 'name', x1: (l) => clip(l.low), x2: (l) => clip(l.high), stroke: 'var(--ink)', strokeWidth: 1.5, dy: narrow ? 11 : 0 }),
			charts.tickX(lines.flatMap((l) => [l.low, l.high].filter((v) => v >= 0 && v <= most).map((v) => ({ ...l, v }))),
				{ ...fx, y: 'name', x: 'v', stroke: 'var(--ink)', strokeWidth: 1.5, insetTop: narrow ? 30 : 5, insetBottom: narrow ? 8 : 5 }),
			// It goes on beyond what is drawn.
			charts.text(lines.filter((l) => l.high > most), { ...fx, y: 'name', x: most, text: () => '▶', fontSize: 9, textAnchor: 'start', dy: narrow ? 11 : 0, fill: 'var(--ink)' }),
			charts.dot(points, { ...fx, y: 'name', x: (p) => clip(p.value), r: 3, fill: 'var(--paper)', stroke: 'var(--ink)', strokeWidth: 1.2, dy: narrow ? 11 : 0, title: 'title' }),
			charts.text(texts, { ...fx, y: 'name', x: (t) => clip(t.at), text: 'text', textAnchor: 'start', dx: 6, dy: narrow ? 11 : 0, fill: 'var(--ink)' }),
			charts.text(names, { y: (n) => n, x: 0, text: (n) => shorten(n, narrow ? width - 8 : room), title: (n) => n, fontSize: 13, fill: 'var(--ink)',
				...(faceted ? { fx: () => panels[0] } : {}),
				...(narrow ? { textAnchor: 'start', dy: -step / 2 + 11, lineAnchor: 'middle' } : { textAnchor: 'end', dx: -8 }) }),
			charts.axisX({ label, labelAnchor: 'right', labelArrow: 'none', tickSize: 0, fontSize: 12, color: 'var(--soft)', ticks: Math.max(2, Math.round((width - room) / panels.length / 90)) }),
		],
		style: { fontSize: '13px', background: 'none', color: 'var(--ink)', fontFamily: 'inherit', overflow: 'visible' },
	});
}

// Of many, the first; a button shows the rest.
const SHOWN = 30;

function someOf(host, count, draw) {
	const show = (n) => {
		const button = n < count ? el('button', { type: 'button', onclick: () => show(count) }, `Show all ${count}`) : null;

		host.replaceChildren(...[draw(n)].flat(), ...(button ? [el('p', { class: 'tools' }, button, ` The first ${n} are shown.`)] : []));
	};

	show(Math.min(SHOWN, count));
}

const palette = (i) => `var(--c${i % 14})`;
