import * as fs from 'node:fs';
import * as path from 'node:path';

const FILE = path.join(__dirname, '..', '..', 'docker', 'Dockerfile');

export interface Instruction {
  readonly name: string;
  readonly text: string;
}

export interface Stage {
  readonly name: string;
  readonly from: string;
  readonly steps: readonly Instruction[];
}

/** The stages of docker/Dockerfile, with the defaults of its arguments filled in. */
export function readStages(): Stage[] {
  const lines = fs
    .readFileSync(FILE, 'utf8')
    .split('\n')
    .filter((line) => !/^\s*(#|$)/.test(line))
    .join('\n')
    .replace(/\\\n\s*/g, ' ');
  const defaults: Record<string, string> = {};
  const stages: { name: string; from: string; steps: Instruction[] }[] = [];
  for (const line of lines.split('\n')) {
    const [, name = '', raw = ''] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
    const text = raw.replace(/\$\{(\w+)\}/g, (whole, key: string) => defaults[key] ?? whole);
    const [, argument, value] = /^(\w+)=(.*)$/.exec(text) ?? [];
    if (name === 'ARG' && argument) defaults[argument] = value ?? '';
    if (name === 'FROM') {
      const [, from = '', as = ''] = /^(\S+)(?: AS (\w+))?$/.exec(text) ?? [];
      stages.push({ name: as, from, steps: [] });
    } else stages.at(-1)?.steps.push({ name, text });
  }
  return stages;
}

/** What a COPY takes from where to where. */
export function readCopy(text: string): { from?: string; sources: string[]; target: string } {
  const words = text.split(/\s+/);
  const from = words[0]?.startsWith('--from=') ? words.shift()!.slice('--from='.length) : undefined;
  return { from, sources: words.slice(0, -1), target: words.at(-1)! };
}
