// SPDX-License-Identifier: GPL-2.0-or-later
// grafana.mjs DASHBOARD: a TypeScript program that is right if the dashboard is one by the types of Grafana's
// foundation SDK: no field that it does not know, none that it misses, panels with options of their kind.
import { readFileSync } from 'node:fs';

const dashboard = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const kinds = [...new Set(dashboard.panels.map((panel) => panel.type))];

console.log(`import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import * as prometheus from '@grafana/grafana-foundation-sdk/prometheus';
${kinds.map((kind) => `import * as ${kind} from '@grafana/grafana-foundation-sdk/${kind}';`).join('\n')}

// An enum as JSON has it.
type Plain<T> = T extends string ? \`\${T}\` : T extends number ? (number extends T ? number : \`\${T}\` extends \`\${infer N extends number}\` ? N : never)
	: T extends (infer E)[] ? Plain<E>[] : T extends object ? { [K in keyof T]: Plain<T[K]> } : T;
`);
dashboard.panels.forEach(({ options, fieldConfig, targets, ...panel }, i) => {
	const { custom, ...defaults } = fieldConfig.defaults;
	// What every panel has by default it may leave out.
	console.log(`export const panel${i}: Plain<dashboard.Panel> = ${JSON.stringify(panel)};
export const options${i}: Plain<Partial<${panel.type}.Options>> = ${JSON.stringify(options)};
export const custom${i}: Plain<Partial<${panel.type}.FieldConfig>> = ${JSON.stringify(custom)};
export const fields${i}: Plain<dashboard.FieldConfig> = ${JSON.stringify(defaults)};
export const overrides${i}: Plain<dashboard.FieldConfigSource['overrides']> = ${JSON.stringify(fieldConfig.overrides)};`);
	targets.forEach((target, t) => {
		console.log(`export const target${i}_${t}: Plain<Partial<prometheus.Dataquery>> = ${JSON.stringify(target)};`);
	});
});
console.log(`export const all: Plain<dashboard.Dashboard> = ${JSON.stringify({ ...dashboard, panels: [] })};`);
