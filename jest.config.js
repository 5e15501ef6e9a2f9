const isRedis = process.env.YANGYU_TEST_QUEUE === 'redis';
/**
 * What needs a Redis runs in `npm run test:redis`; faults of a whole installation, which has one, in `npm run faults`; what
 * installs every package anew, with YANGYU_TEST_IMAGE=yes.
 */
const LATER = [
  ...(isRedis ? [] : ['<rootDir>/test/redis/']),
  ...(isRedis && process.env.YANGYU_FAULTS === 'all' ? [] : ['<rootDir>/test/faults/processes']),
  ...(process.env.YANGYU_TEST_IMAGE === 'yes' ? [] : ['<rootDir>/test/docker/image']),
];

/** Real PostgreSQL, started once per run; plain jest on Node 20 and 24 (see jest.transform.js). */
module.exports = {
  rootDir: __dirname,
  roots: ['<rootDir>/apps', '<rootDir>/libs', '<rootDir>/test', '<rootDir>/tools'],
  testRegex: '\\.(spec|e2e-spec)\\.ts$',
  transform: { '\\.(ts|js|mjs)$': '<rootDir>/jest.transform.js' },
  transformIgnorePatterns: [],
  testPathIgnorePatterns: LATER,
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/.data'],
  globalSetup: '<rootDir>/test/support/setup.ts',
  globalTeardown: '<rootDir>/test/support/teardown.ts',
  testSequencer: '<rootDir>/jest.sequencer.js',
  testTimeout: 120000,
  randomize: true,
  maxWorkers: 2,
};
