import { spawnSync } from 'node:child_process';
import * as path from 'node:path';
import type { Derived } from './derived';

interface Cruise {
  readonly modules: readonly {
    readonly source: string;
    readonly dependencies: readonly { readonly resolved: string }[];
  }[];
}

/** `from → to`, both names of a box in a picture. */
type Edge = readonly [from: string, to: string];

/** docs/modules.md: which app uses which tool, and which slice of an app leans on which. */
export async function moduleMap(root: string): Promise<Derived[]> {
  const edges = importsBetweenFiles(root);
  const apps = [...new Set(edges.flatMap(([from]) => /^apps\/([^/]+)\//.exec(from)?.[1] ?? []))].sort();
  const parts = [
    '# What imports what',
    'Drawn from the imports by `npm run generate`; tests are left out. The rules are in `.dependency-cruiser.cjs`.',
    '## Apps and libraries',
    picture(between(edges, appOrLibrary)),
    ...apps.flatMap((app) => slicesOf(app, edges)),
  ];
  return [{ file: 'docs/modules.md', text: `${parts.join('\n\n')}\n` }];
}

function slicesOf(app: string, edges: readonly Edge[]): string[] {
  const inside = between(edges, (file) => new RegExp(`^apps/${app}/src/([^/]+)/`).exec(file)?.[1]);
  return inside.length === 0 ? [] : [`## Slices of ${app}`, picture(inside)];
}

const appOrLibrary = (file: string): string | undefined => /^((?:apps|libs)\/[^/]+)\//.exec(file)?.[1];

/** The distinct edges between the boxes that the two files of an import belong to. */
function between(edges: readonly Edge[], boxOf: (file: string) => string | undefined): Edge[] {
  const distinct = new Map<string, Edge>();
  for (const [from, to] of edges) {
    const [a, b] = [boxOf(from), boxOf(to)];
    if (a && b && a !== b) distinct.set(`${a} ${b}`, [a, b]);
  }
  return [...distinct.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, edge]) => edge);
}

function picture(edges: readonly Edge[]): string {
  const id = (box: string) => box.replace(/\W/g, '_');
  const lines = edges.map(([from, to]) => `  ${id(from)}["${from}"] --> ${id(to)}["${to}"]`);
  return ['```mermaid', 'flowchart LR', ...lines, '```'].join('\n');
}

function importsBetweenFiles(root: string): Edge[] {
  const tool = path.join(root, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruiser.mjs');
  const args = [tool, '--config', '.dependency-cruiser.cjs', '--output-type', 'json', 'apps', 'libs'];
  const result = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 });
  if (!result.stdout.startsWith('{')) throw new Error(`dependency-cruiser did not run: ${result.stderr}`);
  const { modules } = JSON.parse(result.stdout) as Cruise;
  return modules
    .filter(({ source }) => /^(apps|libs)\/.+\.ts$/.test(source) && !/spec\.ts$/.test(source))
    .flatMap(({ source, dependencies }) => dependencies.map(({ resolved }): Edge => [source, resolved]));
}
