import * as fs from 'node:fs';
import * as path from 'node:path';
import { accessList } from './access-list';
import { assurancePage } from './assurance';
import type { Derived } from './derived';
import { moduleMap } from './module-map';
import { schemaFiles } from './schema-file';
import { subgraphFiles } from './subgraph-file';
import { supergraphFile } from './supergraph-file';

const KINDS: Record<string, (root: string) => Promise<Derived[]>> = {
  schema: schemaFiles,
  graph: subgraphFiles,
  supergraph: supergraphFile,
  modules: moduleMap,
  access: accessList,
};

/** Made from what tests have seen, not from the code: only when asked for. */
const BY_REQUEST: Record<string, (root: string) => Promise<Derived[]>> = { assurance: assurancePage };

/**
 * `generate [schema] [graph] [supergraph] [modules] [access]` writes the derived files, all of these kinds by default, `assurance` when asked for; with `--check` it writes
 * nothing and fails naming those that are stale, missing or left over.
 */
async function main(args: string[]): Promise<number> {
  const check = args.includes('--check');
  const asked = args.filter((arg) => arg !== '--check');
  const unknown = asked.filter((kind) => !(kind in KINDS || kind in BY_REQUEST));
  if (unknown.length > 0) {
    console.error(
      `Unknown: ${unknown.join(', ')}. Choose from ${[...Object.keys(KINDS), ...Object.keys(BY_REQUEST)].join(', ')}, or nothing for all.`,
    );
    return 2;
  }
  const root = process.cwd();
  const stale: string[] = [];
  for (const [kind, derive] of Object.entries({ ...KINDS, ...BY_REQUEST })) {
    if (asked.length > 0 ? !asked.includes(kind) : kind in BY_REQUEST) continue;
    for (const { file, text } of await derive(root)) {
      if (readIfThere(path.join(root, file)) === text) continue;
      stale.push(file);
      if (!check) fs.writeFileSync(path.join(root, file), text);
    }
  }
  if (!check) {
    console.log(stale.length > 0 ? `Written: ${stale.join(', ')}` : 'Everything was up to date.');
    return 0;
  }
  if (stale.length === 0) return 0;
  console.error(
    `Stale: ${stale.join(', ')}. Run "npm run generate${asked.length > 0 ? ` -- ${asked.join(' ')}` : ''}" and commit what it writes.`,
  );
  console.error(`以下生成文件已过期：${stale.join('、')}。请运行 npm run generate 并提交结果。`);
  return 1;
}

function readIfThere(file: string): string | undefined {
  return fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : undefined;
}

void main(process.argv.slice(2)).then((code) => (process.exitCode = code));
