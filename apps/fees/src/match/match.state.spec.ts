import * as fs from 'node:fs';
import * as path from 'node:path';
import { MOVES } from './match.state';

it('every move of a match is one that PostgreSQL knows, and the other way round', () => {
  const sql = fs.readFileSync(path.join(__dirname, '../migrations/1764400000031-matches.sql'), 'utf8');
  const [, listed] = /\(old\.state, new\.state\) not in \((.*)\)\n/.exec(sql)!;
  const ours = Object.entries(MOVES).flatMap(([from, tos]) => tos.map((to) => `('${from}', '${to}')`));
  expect(ours.sort()).toEqual(listed!.match(/\([^)]*\)/g)!.sort());
});
