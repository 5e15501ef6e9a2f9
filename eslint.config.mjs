import javascript from '@eslint/js';
import prettier from 'eslint-config-prettier/flat';
import typescript from 'typescript-eslint';
import own from './eslint-rules/own.mjs';

const NODE_GLOBALS = Object.fromEntries(
  [
    'Buffer',
    'URL',
    'clearInterval',
    'clearTimeout',
    'console',
    'performance',
    'process',
    'setInterval',
    'setTimeout',
  ].map((name) => [name, 'readonly']),
);

export default typescript.config(
  { ignores: ['node_modules/', 'dist/', 'dist.*/', '.data/', 'coverage/', 'apps/gateway/src/**/*.js'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  javascript.configs.recommended,
  {
    files: ['**/*.mjs'],
    languageOptions: { globals: NODE_GLOBALS },
  },
  {
    files: ['**/*.cjs', '*.js'],
    languageOptions: {
      sourceType: 'commonjs',
      globals: { ...NODE_GLOBALS, __dirname: 'readonly', module: 'writable', require: 'readonly' },
    },
  },
  {
    files: ['**/*.ts'],
    extends: [typescript.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { yangyu: own },
    rules: {
      eqeqeq: ['error', 'smart'],
      'no-console': 'error',
      // Chinese text is set with full-width spaces.
      'no-irregular-whitespace': ['error', { skipStrings: true, skipTemplates: true, skipComments: true }],
      'no-restricted-syntax': [
        'error',
        { selector: 'TSEnumDeclaration', message: 'A union of texts, or a table, says the same and needs no code.' },
        {
          selector: 'ExportDefaultDeclaration',
          message: 'Export by name, so that a thing is called the same everywhere.',
        },
      ],
      'yangyu/no-parallel-in-transaction': 'error',
      'yangyu/time-from-the-clock': 'error',
      'yangyu/environment-in-config': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true, allowNullish: true },
      ],
      // Control characters in input are what we look for and refuse.
      'no-control-regex': 'off',
      // TypeORM and Nest name classes by the type Function.
      '@typescript-eslint/no-unsafe-function-type': 'off',
      // A stand-in or an empty implementation keeps the promise of its interface without anything to wait for.
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    // The clock itself, and the clock that tests set.
    files: ['libs/kernel/src/clock.ts', 'libs/testing/**/*.ts'],
    rules: { 'yangyu/time-from-the-clock': 'off' },
  },
  {
    // config.ts is the reader; failpoints are armed and child processes inherit PATH before any configuration exists.
    files: [
      'apps/*/src/config.ts',
      'libs/config/**/*.ts',
      'libs/database/src/embedded.ts',
      'libs/jobs/src/failpoint*.ts',
      'libs/testing/**/*.ts',
      'test/**/*.ts',
      'tools/**/*.ts',
      '**/*.spec.ts',
      '**/*.fixture.ts',
    ],
    rules: { 'yangyu/environment-in-config': 'off' },
  },
  {
    // What people see on the terminal is the product here.
    files: ['apps/standalone/src/**/*.ts', 'tools/**/*.ts'],
    rules: { 'no-console': 'off' },
  },
  {
    // Jest asks for a default export.
    files: ['test/support/setup.ts', 'test/support/teardown.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    files: ['**/*.spec.ts', '**/*.fixture.ts'],
    rules: {
      // expect.any() and friends are typed `any` by Jest, and so is parsed JSON that an expectation looks into.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      // expect(object.method) names a method without calling it.
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  prettier,
);
