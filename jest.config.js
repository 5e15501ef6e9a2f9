/** Real PostgreSQL, started once per run; plain jest on Node 20 and 24 (see jest.transform.js). */
module.exports = {
  rootDir: __dirname,
  roots: ['<rootDir>/apps', '<rootDir>/libs', '<rootDir>/test', '<rootDir>/tools'],
  testRegex: '\\.(spec|e2e-spec)\\.ts$',
  transform: { '\\.(ts|js|mjs)$': '<rootDir>/jest.transform.js' },
  transformIgnorePatterns: [],
  // What needs a Redis runs in `npm run test:redis`.
  testPathIgnorePatterns: process.env.YANGYU_TEST_QUEUE === 'redis' ? [] : ['<rootDir>/test/redis/'],
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/.data'],
  globalSetup: '<rootDir>/test/support/setup.ts',
  globalTeardown: '<rootDir>/test/support/teardown.ts',
  testTimeout: 120000,
  randomize: true,
  maxWorkers: 2,
};
