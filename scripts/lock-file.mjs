import * as fs from 'node:fs';
import * as path from 'node:path';
import { root } from './terminal.mjs';

/**
 * What is wrong with package-lock.json, as sentences. npm 11 and later refuse a lock file that leaves out a package
 * for another platform, and an address in it would tie everybody to one registry.
 */
export function lockFileProblems() {
  const { packages } = readJson('package-lock.json');
  const manifest = readJson('package.json');
  const problems = [];
  for (const kind of ['dependencies', 'devDependencies', 'optionalDependencies']) {
    const [wanted, locked] = [manifest[kind] ?? {}, packages[''][kind] ?? {}];
    for (const name of new Set([...Object.keys(wanted), ...Object.keys(locked)])) {
      if (wanted[name] !== locked[name])
        problems.push(`${name}: package.json and the lock file disagree; run npm install.`);
    }
  }
  for (const [where, { resolved, optionalDependencies = {} }] of Object.entries(packages)) {
    if (resolved) problems.push(`${where}: the lock file names an address; remove "resolved" (see .npmrc).`);
    for (const name of Object.keys(optionalDependencies)) {
      const places = [`${where && `${where}/`}node_modules/${name}`, `node_modules/${name}`];
      if (places.some((place) => place in packages)) continue;
      problems.push(`${name}, wanted by ${where || 'package.json'}, is missing; run node scripts/complete-lock.mjs.`);
    }
  }
  return problems;
}

const readJson = (file) => JSON.parse(fs.readFileSync(path.join(root, file), 'utf8'));
