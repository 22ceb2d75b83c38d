// SPDX-License-Identifier: GPL-2.0-or-later
// What each figure means, as the registry says it: a click away from where it stands.

const registry = new Map(data.registry.map(([source, name, unit, kind, better, meaning, fine], id) =>
	[`${source}/${name}`, { id, source, name, unit, kind, better, meaning, fine }]));

function definitionOf(source, name) {
	return registry.get(`${source}/${name}`);
}

function showDefinition(source, name) {
	const d = definitionOf(source, name);
	const dialog = byId('definition');

	dialog.replaceChildren(
		el('h3', { id: 'definition-name' }, `${source} ${name}`),
		el('p', {}, `${d.meaning[0].toUpperCase()}${d.meaning.slice(1)}.`),
		el('p', { class: 'hint' }, [d.unit && `in ${d.unit}`, d.kind, d.better && `${d.better} is better`].filter(Boolean).join(' · ')),
		el('form', { method: 'dialog' }, el('button', {}, 'Close')));
	dialog.showModal();
}

function definitionButton(source, name) {
	return el('button', { type: 'button', class: 'what', 'aria-label': `What ${source} ${name} means`,
		onclick: () => showDefinition(source, name) }, '?');
}

function drawDefinitions(host) {
	const input = el('input', { type: 'search', id: 'definitions-search', autocomplete: 'off' });
	const count = el('span', { class: 'hint', role: 'status' });
	const sources = groups(registry.values(), (d) => d.source);
	const blocks = [...sources].map(([source, all]) => el('details', { id: `definitions-${source}` }, el('summary', {}, source),
		el('dl', {}, all.flatMap((d) => [
			el('dt', {}, el('code', {}, d.name), el('span', { class: 'hint' }, ` ${[d.unit, d.kind].filter(Boolean).join(', ')}`)),
			el('dd', {}, d.meaning)]))));

	input.addEventListener('input', () => {
		const wanted = input.value.toLowerCase();
		let shown = 0;

		for (const block of blocks) {
			let here = 0;

			for (const term of block.querySelectorAll('dt')) {
				const hit = `${term.textContent} ${term.nextSibling.textContent}`.toLowerCase().includes(wanted);

				term.hidden = term.nextSibling.hidden = !hit;
				here += hit;
			}
			block.hidden = !here;
			block.open = wanted !== '' && here > 0;
			shown += here;
		}
		count.textContent = wanted ? `${shown} found` : '';
	});
	host.append(
		el('p', {}, 'Every figure that a record may hold, as the registry of metrics has it; a ? beside a heading above shows the same.'),
		el('p', { class: 'tools' }, el('label', { for: 'definitions-search' }, 'Search'), input, count),
		...blocks);
}

function groups(items, of) {
	const made = new Map();

	for (const item of items)
		made.set(of(item), [...made.get(of(item)) ?? [], item]);
	return made;
}
