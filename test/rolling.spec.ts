import * as fs from 'node:fs';
import * as path from 'node:path';

const root = path.join(__dirname, '..');

/** The first version that is upgraded host by host: from here on, old and new processes run on one schema. */
const SINCE = 1_764_200_000_000;

/** What the processes of the version before would stumble over, and what to do instead. */
const CONTRACTS: readonly (readonly [what: RegExp, instead: string])[] = [
  [
    /\bdrop\s+(table|column|view|function|type)\b/i,
    'stop using it in one release, drop it in a *-contract-* file of the next',
  ],
  [/\brename\b/i, 'add the new name beside the old one'],
  [/\balter\s+column\s+\w+\s+(set\s+data\s+)?type\b/i, 'add a column of the new type and fill both'],
  [/\bset\s+not\s+null\b/i, 'add a check constraint once every version writes it'],
  [/\badd\s+column\s+(?![^,;]*\bdefault\b)[^,;]*\bnot\s+null\b/i, 'give it a default'],
  [/\b(revoke|drop\s+policy)\b/i, 'take rights away in a *-contract-* file of the next release'],
];

/** Places where a migration does what the version before it could not live with. */
const stumbles = (sql: string): string[] => {
  const bare = sql.replace(/--.*$/gm, '').replace(/'(?:[^']|'')*'/g, "''");
  // What is made in a file may be changed in it: nobody knew it before.
  const made = [
    ...bare.matchAll(/\bcreate\s+(?:or\s+replace\s+)?(?:(?:unlogged|temp)\s+)?(?:table|function)\s+(\w+)/gi),
  ].map(([, name]) => name!);
  return bare
    .split(';')
    .filter((statement) => !made.some((name) => new RegExp(`\\b${name}\\b`).test(statement)))
    .flatMap((statement) =>
      CONTRACTS.filter(([what]) => what.test(statement)).map(([what, instead]) => `${what.source}: ${instead}`),
    );
};

describe('migrations while old and new processes run side by side', () => {
  const files = fs.readdirSync(path.join(root, 'apps')).flatMap((app) => {
    const folder = path.join('apps', app, 'src', 'migrations');
    if (!fs.existsSync(path.join(root, folder))) return [];
    return fs.readdirSync(path.join(root, folder)).map((name) => path.join(folder, name));
  });
  const young = files.filter(
    (file) => Number(path.basename(file).split('-')[0]) >= SINCE && !file.includes('-contract-'),
  );

  it('only add: whatever takes away waits for a *-contract-* file of a later release', () => {
    expect(young.length).toBeGreaterThan(0);
    const found = young.map((file) => ({ file, stumbles: stumbles(fs.readFileSync(path.join(root, file), 'utf8')) }));
    expect(found.filter(({ stumbles: all }) => all.length > 0)).toEqual([]);
  });

  it.each([
    'alter table claim drop column state',
    'alter table claim rename column state to stage',
    'alter table claim alter column amount_fen type numeric',
    'alter table claim alter column note set not null',
    'alter table claim add column region text not null',
    'revoke select on claim from subsidy_rw',
  ])('are stopped when they say: %s', (sql) => {
    expect(stumbles(sql)).toHaveLength(1);
  });

  it.each([
    'alter table outbox add column bundle int not null default 1',
    'create table thing (id uuid not null); revoke delete on thing from subsidy_rw',
    "comment on table claim is 'nobody may rename it'",
  ])('may say: %s', (sql) => {
    expect(stumbles(sql)).toEqual([]);
  });
});
