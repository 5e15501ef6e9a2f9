import * as fs from 'node:fs';
import * as path from 'node:path';
import { isCollection, isPair, isScalar, parseDocument, visit } from 'yaml';

const ROOT = path.join(__dirname, '..', '..');

export interface ComposeService {
  readonly image: string;
  readonly command?: string | string[];
  readonly entrypoint?: string[];
  readonly user?: string;
  readonly init?: boolean;
  readonly read_only?: boolean;
  readonly cap_drop?: string[];
  readonly security_opt?: string[];
  readonly restart?: string;
  readonly stop_grace_period?: string;
  readonly healthcheck?: { readonly test?: string[]; readonly disable?: boolean };
  readonly environment?: Record<string, string>;
  readonly secrets?: string[];
  readonly volumes?: (string | { readonly source: string; readonly target: string; readonly read_only?: boolean })[];
  readonly networks?: string[];
  readonly network_mode?: string;
  readonly ports?: string[];
  readonly profiles?: string[];
  readonly depends_on?: Record<string, { readonly condition: string; readonly required?: boolean }>;
}

export interface ComposeModel {
  readonly services: Record<string, ComposeService>;
  readonly networks: Record<string, { readonly internal?: boolean }>;
  readonly volumes: Record<string, unknown>;
  readonly secrets: Record<string, { readonly file: string }>;
}

/** Compose files below the root, merged and filled in as Compose does it, as far as ours need it. */
export function readComposeFiles(
  files: readonly string[],
  values: Readonly<Record<string, string>> = {},
): ComposeModel {
  const merged = files.map(readFile).reduce((base, over) => ({ replaced: [], content: merge(base.content, over) }));
  return fillIn(merged.content, values) as ComposeModel;
}

interface ComposeFile {
  readonly content: unknown;
  /** Paths below which nothing of an earlier file is left. */
  readonly replaced: readonly string[];
}

function readFile(file: string): ComposeFile {
  const document = parseDocument(fs.readFileSync(path.join(ROOT, file), 'utf8'), { merge: true, logLevel: 'error' });
  if (document.errors.length > 0) throw document.errors[0]!;
  const replaced: string[] = [];
  visit(document, {
    Pair: (_, pair, ancestors) => {
      if (!isCollection(pair.value) || pair.value.tag !== '!override') return;
      const keys = [...ancestors, pair]
        .filter((node) => isPair(node))
        .map(({ key }) => (isScalar(key) ? key.value : key));
      replaced.push(keys.join('.'));
    },
  });
  return { content: document.toJS(), replaced };
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const COMMANDS = ['command', 'entrypoint', 'test'];

function merge(base: unknown, { content, replaced }: ComposeFile, at = ''): unknown {
  if (replaced.includes(at) || COMMANDS.includes(at.split('.').at(-1)!)) return content;
  if (Array.isArray(base) && Array.isArray(content)) return [...new Set<unknown>(base.concat(content))];
  if (!isMap(base) || !isMap(content)) return content;
  const both = Object.entries(content).map(([key, value]) => {
    const below = at === '' ? key : `${at}.${key}`;
    return [key, key in base ? merge(base[key], { content: value, replaced }, below) : value] as const;
  });
  return { ...base, ...Object.fromEntries(both) };
}

const VARIABLE = /\$\$|\$\{(\w+)(?:(:[-?])([^}]*))?\}/g;

function fillIn(value: unknown, values: Readonly<Record<string, string>>): unknown {
  if (Array.isArray(value)) return value.map((one) => fillIn(one, values));
  if (isMap(value)) return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, fillIn(one, values)]));
  if (typeof value !== 'string') return value;
  return value.replace(VARIABLE, (whole, name?: string, how?: string, text = '') => {
    if (name === undefined) return whole === '$$' ? '$' : whole;
    const given = values[name] ?? '';
    if (given === '' && how === ':?') throw new Error(`${name}: ${text}`);
    return given === '' && how === ':-' ? String(text) : given;
  });
}
