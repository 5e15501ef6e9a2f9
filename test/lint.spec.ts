import { RuleTester } from 'eslint';
import { parser } from 'typescript-eslint';
import own from '../eslint-rules/own.mjs';

const tester = new RuleTester({ languageOptions: { parser } });
const once = [{ message: /./ }];

// RuleTester makes one test of each snippet: valid ones must pass, invalid ones must be reported once.
tester.run('no-parallel-in-transaction', own.rules['no-parallel-in-transaction'], {
  valid: [
    'await Promise.all(files.map((file) => read(file)));',
    'database.write(async (tx) => { for (const row of rows) await save(tx, row); });',
    'class A { all = () => Promise.all([this.database.write((tx) => save(tx)), other()]); }',
  ],
  invalid: [
    'database.write(async (tx) => { await Promise.all(rows.map((row) => save(tx, row))); });',
    'database.write(async (tx) => rows.forEach(() => Promise.allSettled([])));',
    'async function save(transaction: Tx) { await Promise.all([]); }',
    'class A { constructor(private readonly manager: EntityManager) { Promise.race([]); } }',
    'const list = (read: Read = none) => Promise.any([]);',
  ].map((code) => ({ code, errors: once })),
});

tester.run('time-from-the-clock', own.rules['time-from-the-clock'], {
  valid: ["new Date('2026-01-01T00:00:00Z');", 'clock.now();', 'performance.now();', 'new Date(instant);'],
  invalid: ['new Date();', 'Date.now();', 'Date();'].map((code) => ({ code, errors: once })),
});

tester.run('environment-in-config', own.rules['environment-in-config'], {
  valid: ['process.exitCode = 1;', 'config.env.name;'],
  invalid: ['process.env.YANGYU_DATA;', 'const { HOME } = process.env;'].map((code) => ({ code, errors: once })),
});
