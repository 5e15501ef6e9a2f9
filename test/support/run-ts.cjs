/** Runs a TypeScript file of this repository in a process of its own, compiled on the way as jest does: `node run-ts.cjs FILE`. */
const fs = require('node:fs');
const path = require('node:path');
const swc = require('@swc/core');

process.chdir(path.join(__dirname, '..', '..'));
const config = JSON.parse(fs.readFileSync('.swcrc', 'utf8'));
config.jsc.baseUrl = process.cwd();
require.extensions['.ts'] = (module, filename) =>
  module._compile(
    swc.transformSync(fs.readFileSync(filename, 'utf8'), { ...config, filename, swcrc: false }).code,
    filename,
  );
process.removeAllListeners('warning').on('warning', () => {});
require('reflect-metadata');
require(path.resolve(process.argv[2]));
