/**
 * Compiles TypeScript, and those dependencies that are published as ES modules only, to CommonJS,
 * so that plain `jest` runs without experimental flags on every supported Node.
 */
const { createHash } = require('node:crypto');
const { existsSync, readFileSync } = require('node:fs');
const path = require('node:path');
const swc = require('@swc/core');

const typescript = JSON.parse(readFileSync(path.join(__dirname, '.swcrc'), 'utf8'));
typescript.jsc.baseUrl = __dirname; // @app/* becomes a relative path, in the global set-up too.
const version = `${require('@swc/core/package.json').version}-${JSON.stringify(typescript)}`;
const moduleKinds = new Map();

function isEsModule(file) {
  if (file.endsWith('.mjs')) return true;
  if (file.endsWith('.cjs')) return false;
  const folder = path.dirname(file);
  if (!moduleKinds.has(folder)) moduleKinds.set(folder, nearestType(folder) === 'module');
  return moduleKinds.get(folder);
}

function nearestType(folder) {
  for (let at = folder; ; at = path.dirname(at)) {
    const manifest = path.join(at, 'package.json');
    if (existsSync(manifest)) {
      const { type, name } = JSON.parse(readFileSync(manifest, 'utf8'));
      if (type || name) return type;
    }
    if (at === path.dirname(at)) return undefined;
  }
}

module.exports = {
  getCacheKey: (source, file) => createHash('sha1').update(version).update(file).update(source).digest('hex'),
  process(source, file) {
    if (file.endsWith('.ts')) {
      return swc.transformSync(source, { ...typescript, filename: file, swcrc: false, sourceMaps: 'inline' });
    }
    if (!isEsModule(file)) return { code: source };
    return swc.transformSync(source, {
      filename: file,
      swcrc: false,
      jsc: { target: 'es2023', parser: { syntax: 'ecmascript' } },
      module: { type: 'commonjs' },
    });
  },
};
