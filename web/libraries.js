// SPDX-License-Identifier: GPL-2.0-or-later
// What the page draws with, of the libraries that package.json names; all else of them is left out.
export {
	axisX, axisY, barX, dot, frame, gridX, lineY, plot, pointerX, rectY, ruleX, ruleY, text, tickX, tip,
} from '@observablehq/plot';
export { default as flamegraph } from 'd3-flame-graph';
export { select } from 'd3-selection';
