// SPDX-License-Identifier: GPL-2.0-or-later
// Draws the parts one after the other, so that the first can be read while the last is not there yet.

const parts = [
	['roi-charts', drawRoi],
	['resources-charts', drawResources],
	['components-charts', drawComponents],
	['pair', drawPair],
	['why-body', drawWhy],
	['flame-body', drawFlame],
	['syscalls-body', drawPart('syscalls')],
	['distributions-body', drawDistributions],
	['series-body', drawSeries],
	['cstates-body', drawCstates],
	['counters-body', drawCounters],
	['facts-body', drawFacts],
	['rows-body', drawRows],
	['definitions-body', drawDefinitions],
];

function anchors() {
	for (const heading of document.querySelectorAll('main h2')) {
		const id = heading.parentElement.id;

		heading.append(el('a', { class: 'anchor', href: `#${id}`, 'aria-label': `Link to ${heading.textContent}` }, '#'));
	}
}

function follow() {
	const before = `${pair.a} ${pair.b}`;
	const id = readLink();

	if (before !== `${pair.a} ${pair.b}`)
		setPair(pair.a, pair.b);
	if (id)
		byId(id)?.scrollIntoView();
}

function watchSections() {
	const links = new Map([...document.querySelectorAll('#contents a')].map((a) => [a.getAttribute('href').slice(1), a]));
	const seen = new IntersectionObserver((entries) => {
		for (const { target, isIntersecting } of entries) {
			const link = links.get(target.id);

			if (isIntersecting && link) {
				for (const other of links.values())
					other.removeAttribute('aria-current');
				link.setAttribute('aria-current', 'true');
			}
		}
	}, { rootMargin: '-20% 0px -70% 0px' });

	for (const part of document.querySelectorAll('main section'))
		seen.observe(part);
}

function drawNext(rest) {
	const [first, ...others] = rest;

	if (!first) {
		redrawAll();
		if (section)
			byId(section)?.scrollIntoView({ behavior: 'instant' });
		document.documentElement.dataset.ready = '';
		return;
	}
	first[1](byId(first[0]));
	setTimeout(drawNext, 0, others);
}

function redrawAll() {
	for (const drawing of document.querySelectorAll('.drawing, .flame'))
		drawing.redraw?.();
}

// What is folded away on a screen is all there on paper.
addEventListener('beforeprint', () => {
	for (const block of document.querySelectorAll('#facts details'))
		block.open = true;
	redrawAll();
	// On paper a flame graph is as wide as that.
	for (const svg of document.querySelectorAll('.flame svg'))
		svg.setAttribute('viewBox', `0 0 ${svg.getAttribute('width')} ${svg.getAttribute('height')}`);
});
addEventListener('afterprint', () => document.querySelectorAll('.flame svg').forEach((svg) => svg.removeAttribute('viewBox')));

watchSections();
anchors();
readLink();
drawNext(parts);
addEventListener('hashchange', follow);
