// SPDX-License-Identifier: GPL-2.0-or-later
// Flame graphs of the folded stacks, one per end and context, and of how B differs from A. Drawn by
// d3-flame-graph; what a mouse does to them a keyboard does too.

const flame = { end: 'rx', context: 'all', show: 'A', widths: 'both', inverted: false };

// A tree of {name, a, b, children}: a and b are what the frame and all above it cost in A and in B.
// called: what names at a depth are called instead, for threads are named after what they do.
function growTree(into, node, names, side, called = []) {
	const [, self, ...children] = node;
	let sum = self;

	for (const child of children) {
		const name = called[0] ?? names[child[0]];
		let below = into.below.get(name);

		if (!below) {
			below = { name, a: 0, b: 0, self: { a: 0, b: 0 }, below: new Map() };
			into.below.set(name, below);
		}
		sum += growTree(below, child, names, side, called.slice(1));
	}
	into.self[side] += self;
	into[side] += sum;
	return sum;
}

// Both configurations in one tree, of an end and a context; null where neither has stacks.
function flameTree() {
	const root = { name: flame.end, a: 0, b: 0, self: { a: 0, b: 0 }, below: new Map() };
	const units = new Set();

	for (const { side, index } of sides()) {
		const { unit, names, roots } = details(index).stacks;
		const end = roots.find((r) => names[r[0]] === flame.end);

		if (!end)
			continue;
		units.add(unit);
		for (const context of end.slice(2)) {
			const threads = flame.show === 'change' ? ['threads'] : [];

			if (flame.context === 'all')
				growTree(root, [0, 0, context], names, side.toLowerCase(), [undefined, ...threads]);
			else if (names[context[0]] === flame.context)
				growTree(root, context, names, side.toLowerCase(), threads);
		}
	}
	root.name = flame.context === 'all' ? flame.end : `${flame.end}, ${flame.context}`;
	return units.size ? { root, unit: [...units].join(' and ') } : null;
}

// What d3-flame-graph draws: children, and value as the width is to be.
function asFrames(node, width) {
	return { name: node.name, value: width(node), a: node.a, b: node.b, self: node.self,
		children: [...node.below.values()].filter((n) => width(n) > 0).sort((x, y) => width(y) - width(x)).map((n) => asFrames(n, width)) };
}

// A frame's width has to hold those above it: where each is the larger of two, it is their sum at least.
function atLeastChildren(frame) {
	const sum = frame.children.reduce((all, child) => all + atLeastChildren(child), 0);

	frame.value = Math.max(frame.value, sum);
	return frame.value;
}

function contextsOf() {
	const found = new Set();

	for (const { index } of sides()) {
		const { names, roots } = details(index).stacks;

		for (const root of roots.filter((r) => names[r[0]] === flame.end))
			for (const context of root.slice(2))
				found.add(names[context[0]]);
	}
	return [...found];
}

function hashOf(text) {
	let hash = 2166136261;

	for (const c of text)
		hash = Math.imul(hash ^ c.codePointAt(0), 16777619);
	return (hash >>> 8) / 2 ** 24;
}

function mix(from, to, share) {
	return `rgb(${from.map((f, i) => Math.round(f + (to[i] - f) * share)).join(' ')})`;
}

const plainColour = (name) => `hsl(${Math.round(18 + 34 * hashOf(name))} ${Math.round(70 + 18 * hashOf(`${name}.`))}% ${Math.round(66 + 12 * hashOf(`.${name}`))}%)`;

function changeColour(frame) {
	const most = Math.max(frame.a, frame.b);
	const share = most > 0 ? Math.min(1, Math.abs(frame.b - frame.a) / most) : 0;

	return mix([238, 238, 238], frame.b > frame.a ? [244, 116, 96] : [104, 164, 236], share);
}

function frameWords(frame, unit, total) {
	const side = flame.show === 'change' ? null : flame.show.toLowerCase();
	const said = (v) => `${figure(v)} ${unit}`;

	if (side)
		return `${frame.name}: ${said(frame[side])}, ${fixed(100 * frame[side] / (total[side] || 1), 1)} %; itself ${said(frame.self[side])}`;
	return `${frame.name}: ${said(frame.a)} in A, ${said(frame.b)} in B, ${frame.b > frame.a ? '+' : '−'}${said(Math.abs(frame.b - frame.a))}${frame.a ? '' : ', new in B'}${frame.b ? '' : ', gone in B'}`;
}

// The drawing with its keys. Frames are found by their place in the tree, for only wide ones are drawn.
function flameDrawing(tree, status) {
	const change = flame.show === 'change';
	const side = change ? { a: 'a', b: 'b', both: null }[flame.widths] : flame.show.toLowerCase();
	const frames = asFrames(tree.root, side ? (n) => n[side] : (n) => Math.max(n.a, n.b));
	const host = el('div', { class: 'flame', tabindex: 0, role: 'application', 'aria-roledescription': 'flame graph',
		'aria-label': `Flame graph of ${tree.root.name}`, 'aria-describedby': 'flame-keys' });
	let root = null;
	let active = null;
	let hits = [];
	let graph = null;

	if (!side)
		atLeastChildren(frames);
	const mark = () => {
		for (const g of host.querySelectorAll('g.frame'))
			g.classList.toggle('active', charts.select(g).datum() === active);
	};
	const say = (node) => {
		status.textContent = node ? frameWords(node.data, tree.unit, tree.root) : '';
	};
	const go = (node) => {
		if (!node)
			return;
		active = node;
		mark();
		say(node);
	};
	const zoom = (node) => {
		graph.zoomTo(node);
		go(node);
	};
	const reset = () => {
		graph.resetZoom();
		go(root);
	};
	const search = (term) => {
		graph.clear();
		hits = [];
		if (term)
			graph.search(term);
		mark();
	};
	const beside = (node, step) => {
		const all = node.parent?.children?.filter((n) => n.value > 0) ?? [];

		return all[all.indexOf(node) + step];
	};
	const keys = {
		ArrowUp: () => go(flame.inverted ? active.parent : active.children?.find((n) => n.value > 0)),
		ArrowDown: () => go(flame.inverted ? active.children?.find((n) => n.value > 0) : active.parent),
		ArrowLeft: () => go(beside(active, -1)),
		ArrowRight: () => go(beside(active, 1)),
		Home: () => go(root),
		Enter: () => zoom(active),
		' ': () => zoom(active),
		Escape: reset,
		Backspace: reset,
		'/': () => byId('flame-search').focus(),
		n: () => go(hits[(hits.indexOf(active) + 1) % hits.length]),
		N: () => go(hits.at(hits.indexOf(active) - 1)),
	};

	host.addEventListener('keydown', (event) => {
		if (event.ctrlKey || event.altKey || event.metaKey || !Object.hasOwn(keys, event.key))
			return;
		event.preventDefault();
		keys[event.key]();
	});
	host.addEventListener('focus', () => active && say(active));
	host.redraw = () => {
		if (!host.clientWidth || graph?.width() === host.clientWidth)
			return;
		graph = charts.flamegraph().width(host.clientWidth).cellHeight(19).minFrameSize(0.4).transitionDuration(0).inverted(flame.inverted)
			.getName((d) => d.data.name)
			.setLabelHandler((d) => frameWords(d.data, tree.unit, tree.root))
			.setColorMapper((d) => (d.highlight ? 'var(--hit)' : change ? changeColour(d.data) : plainColour(d.data.name)))
			.setSearchMatch((d, term) => d.data.name.toLowerCase().includes(term.toLowerCase()))
			.setSearchHandler((found, sum, total) => {
				hits = found;
				status.textContent = `${found.length} frame${found.length === 1 ? '' : 's'} found, ${fixed(100 * sum / (total || 1), 1)} % of the width; n and N go from one to the next.`;
			})
			.onClick((d) => go(d)).onHover((d) => say(d));
		host.replaceChildren();
		charts.select(host).datum(structuredClone(frames)).call(graph);
		host.querySelector('svg').setAttribute('aria-hidden', 'true');
		root = charts.select(host).datum();
		active = root;
		mark();
	};
	sizes.observe(host);
	return { host, search, reset };
}

function selectOf(id, label, options, value, choose) {
	return el('span', { class: 'choice' }, el('label', { for: id }, label), el('select', { id, onchange: (e) => choose(e.target.value) },
		options.map(([v, text]) => el('option', { value: v, selected: v === value }, text))));
}

function drawFlame(host) {
	const place = el('div');
	const status = el('p', { class: 'status', role: 'status' });
	const choose = (what) => (value) => {
		flame[what] = value;
		draw();
	};

	function draw() {
		const contexts = contextsOf();
		const two = pair.b >= 0 && pair.b !== pair.a;

		if (flame.context !== 'all' && !contexts.includes(flame.context))
			flame.context = 'all';
		if (!two && flame.show !== 'A')
			flame.show = 'A';
		const tree = flameTree();
		const focused = document.activeElement?.id;

		status.textContent = '';
		if (!tree || !hasCharts) {
			place.replaceChildren(el('p', {}, tree ? 'The stacks are drawn by a library that this page is without; zcroi show folded prints them.'
				: `There are no stacks of ${flame.end}: they stand beside the records, in run-N.folded, and were not there.`));
		} else {
			const drawing = flameDrawing(tree, status);
			const input = el('input', { type: 'search', id: 'flame-search', autocomplete: 'off', spellcheck: 'false',
				oninput: (e) => drawing.search(e.target.value),
				onkeydown: (e) => e.key === 'Enter' && drawing.host.focus() });

			place.replaceChildren(
				el('p', { class: 'tools' }, el('label', { for: 'flame-search' }, 'Search'), input,
					el('button', { type: 'button', onclick: drawing.reset }, 'Reset zoom')),
				drawing.host);
		}
		controls.replaceChildren(
			selectOf('flame-end', 'End', ends.map((e) => [e, e]), flame.end, choose('end')),
			selectOf('flame-context', 'Context', [['all', 'all'], ...contexts.map((c) => [c, c])], flame.context, choose('context')),
			...(two ? [selectOf('flame-show', 'Show', [['A', 'A'], ['B', 'B'], ['change', 'B against A']], flame.show, choose('show'))] : []),
			...(two && flame.show === 'change' ? [selectOf('flame-widths', 'Widths by',
				[['both', 'the larger of both'], ['b', 'B'], ['a', 'A, gone stacks too']], flame.widths, choose('widths'))] : []),
			selectOf('flame-inverted', 'Root', [['', 'at the bottom'], ['1', 'at the top']], flame.inverted ? '1' : '', (v) => choose('inverted')(Boolean(v))));
		if (focused)
			byId(focused)?.focus();
		key.hidden = flame.show !== 'change';
	}

	const controls = el('p', { class: 'tools' });
	const key = el('ul', { class: 'legend', hidden: true }, [['more in B', 'rgb(244 116 96)'], ['alike', 'rgb(238 238 238)'], ['less in B', 'rgb(104 164 236)']]
		.map(([text, colour]) => el('li', {}, el('i', { style: `background:${colour}` }), text)));

	host.append(controls, key, place, status,
		el('p', { class: 'hint', id: 'flame-keys' }, 'A frame is as wide as what it and all above it cost. Click a frame, or press Enter, to zoom; arrow keys go to the frame above, below and beside; Home to the root; / searches, n and N go on; Escape resets.'));
	onPair(draw);
}
