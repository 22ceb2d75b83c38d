// SPDX-License-Identifier: GPL-2.0-or-later
// Which two configurations the parts show, and links to a part that keep it: #flame?a=…&b=….

const pair = { a: 0, b: configurations.length > 1 ? 1 : -1 };
const pairListeners = [];
let section = '';

function onPair(listener) {
	pairListeners.push(listener);
	listener();
}

function readLink() {
	const [id, query = ''] = decodeURI(location.hash.slice(1)).split('?');
	const wanted = new URLSearchParams(query);

	for (const side of ['a', 'b']) {
		const at = configurations.findIndex((c) => c.name === wanted.get(side));

		if (at >= 0)
			pair[side] = at;
	}
	section = id;
	return id;
}

function linkTo(id) {
	const query = new URLSearchParams();

	if (pair.a !== 0 || pair.b > 1) {
		query.set('a', configurations[pair.a].name);
		if (pair.b >= 0)
			query.set('b', configurations[pair.b].name);
	}
	return `#${id}${query.size ? `?${query}` : ''}`;
}

function writeLinks() {
	for (const link of document.querySelectorAll('#contents a, a.anchor'))
		link.setAttribute('href', linkTo(link.getAttribute('href').slice(1).split('?')[0]));
	if (location.hash || pair.a !== 0 || pair.b > 1)
		history.replaceState(null, '', linkTo(section || 'pair'));
}

function setPair(a, b) {
	pair.a = a;
	pair.b = b;
	for (const listener of pairListeners)
		listener();
	writeLinks();
}

// Both, as {side, index, configuration}; one where there is one.
function sides() {
	return [['A', pair.a], ['B', pair.b]].filter(([, i]) => i >= 0)
		.map(([side, index]) => ({ side, index, configuration: configurations[index] }));
}

function drawPair(host) {
	const select = (side) => el('select', { id: `pair-${side}`,
		onchange: (e) => setPair(side === 'a' ? Number(e.target.value) : pair.a, side === 'b' ? Number(e.target.value) : pair.b) },
	configurations.map((c, i) => el('option', { value: i }, c.name)));
	const a = select('a');
	const b = select('b');

	if (configurations.length < 2) {
		host.hidden = true;
		return;
	}
	host.append(
		el('span', { class: 'choice' }, el('label', { for: 'pair-a' }, el('b', { class: 'side a' }, 'A')), a),
		el('button', { type: 'button', class: 'swap', title: 'Swap A and B', 'aria-label': 'Swap A and B', onclick: () => setPair(pair.b, pair.a) }, '⇄'),
		el('span', { class: 'choice' }, el('label', { for: 'pair-b' }, el('b', { class: 'side b' }, 'B')), b));
	onPair(() => {
		a.value = pair.a;
		b.value = pair.b;
	});
}
