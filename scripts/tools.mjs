/** Where the command of each development tool is, below node_modules; run by run.mjs with the packaged Node. */
export const TOOLS = {
  dependencyCruiser: 'dependency-cruiser/bin/dependency-cruiser.mjs',
  eslint: 'eslint/bin/eslint.js',
  jest: 'jest/bin/jest.js',
  knip: 'knip/bin/knip.js',
  prettier: 'prettier/bin/prettier.cjs',
  swc: '@swc/cli/bin/swc.js',
  typescript: 'typescript/bin/tsc',
};
