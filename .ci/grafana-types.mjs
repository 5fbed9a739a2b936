#!/usr/bin/env node
// Holds the dashboards against the types that Grafana publishes for its own panels, in
// the first and the newest version that they are meant for and some between. It needs
// npm's registry, so that it is not part of make test: run it after a change of
// deploy/grafana.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const versions = ['10.0.3', '10.4.8', '11.6.0', '12.2.0', '13.2.3'];
const dashboards = join(dirname(fileURLToPath(import.meta.url)), '../deploy/grafana/dashboards');
const room = mkdtempSync(join(tmpdir(), 'grafana-types-'));
writeFileSync(join(room, 'package.json'), '{"private": true}');
execFileSync('npm', ['install', '--silent', '--ignore-scripts', 'typescript@5.9.3',
  ...versions.map((v) => `schema-${v}@npm:@grafana/schema@${v}`)], { cwd: room, stdio: 'inherit' });

// What the types lack although every Grafana reads and writes it: what annotations and
// variables hand to the data source, and the empty value of the first threshold. The
// mode of a heatmap's tooltip came after 10.0, which ignores it.
function known(key, value, version) {
  const unknown = ['expr', 'step', 'titleFormat', 'textFormat', 'definition'];
  if (unknown.includes(key) || (key === 'value' && value === null)) return undefined;
  if (version.startsWith('10.0') && value?.showColorScale) return { show: true };
  return value;
}

function program(version) {
  const root = join(room, 'node_modules', `schema-${version}`, 'dist');
  const files = readdirSync(root, { recursive: true });
  const find = (pattern) => join(root, files.find((f) => pattern.test(f)));
  const types = (path) => find(new RegExp(`^(types|esm)/raw/${path}/x/[^/]*\\.d\\.ts$`)).replace(/\.d\.ts$/, '');
  const head = [`import type * as D from '${types('dashboard')}';`,
    'type Loose<T> = T extends string ? `${T}` : T extends number | boolean | null | undefined ? T :',
    '  T extends Array<infer U> ? Loose<U>[] : T extends object ? {[K in keyof T]?: Loose<T[K]>} : T;'];
  const body = [];
  const own = new Map(); // panel type: the module with its options
  const say = (type, value, where) => body.push(
    `export const x${body.length}: Loose<${type}> = ${JSON.stringify(value, (k, v) => known(k, v, version))}; // ${where}`);
  for (const file of readdirSync(dashboards)) {
    const { panels, templating, ...rest } = JSON.parse(readFileSync(join(dashboards, file), 'utf8'));
    say('D.Dashboard', rest, rest.title);
    if (!version.startsWith('10.0')) { // whose types know hardly a key of a variable
      templating.list.forEach((v) => say('D.VariableModel', v, `${rest.title}: ${v.name}`));
    }
    for (const { options, targets, panels: folded, ...p } of panels.flatMap((p) => [p, ...(p.panels ?? [])])) {
      const where = `${rest.title}: ${p.title}`;
      if (p.type === 'row') { say('D.RowPanel', p, where); continue; }
      const { custom, ...defaults } = p.fieldConfig.defaults;
      say('D.Panel', { ...p, fieldConfig: { ...p.fieldConfig, defaults } }, where);
      const name = p.type.replace('-', '');
      if (!own.has(name)) {
        const path = types(`composable/${name}/panelcfg`);
        own.set(name, readFileSync(`${path}.d.ts`, 'utf8'));
        head.push(`import type * as ${name} from '${path}';`);
      }
      say(`${name}.Options`, options, where);
      if (custom && own.get(name).includes('FieldConfig ')) say(`${name}.FieldConfig`, custom, where);
    }
  }
  writeFileSync(join(room, `${version}.ts`), [...head, ...body].join('\n'));
  writeFileSync(join(room, `${version}.json`), JSON.stringify({ files: [`${version}.ts`], compilerOptions: {
    noEmit: true, strict: true, skipLibCheck: true, moduleResolution: 'node', target: 'es2022', baseUrl: '.',
    paths: { '@grafana/schema': [find(/^((types|esm)\/)?index\.d\.ts$/)] } } }));
  return body.length;
}

let wrong = false;
for (const version of versions) {
  const parts = program(version);
  const said = spawnSync('npx', ['tsc', '-p', `${version}.json`], { cwd: room, encoding: 'utf8' });
  wrong ||= said.status !== 0;
  console.log(`Grafana ${version}: ${said.status === 0 ? `${parts} parts of the dashboards fit its types` : said.stdout}`);
}
rmSync(room, { recursive: true });
process.exitCode = wrong ? 1 : 0;
