import type { Caller } from '@app/access';
import { GraphContext } from '@app/graphql';
import {
  getNamedType,
  getNullableType,
  graphql,
  type GraphQLInputType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isListType,
  isScalarType,
} from 'graphql';
import { mergedSchema } from '../../apps/standalone/src/server';
import { assure } from '../support/assurance';
import { openTwoCounties, OURS, type TwoCounties } from '../support/two-counties';

let world: TwoCounties;
let schema: GraphQLSchema;
let columns: string[];
beforeAll(async () => {
  world = await openTwoCounties();
  schema = mergedSchema(world);
  const rows = await world.database.admin<{ name: string }>(
    `select distinct column_name as name from information_schema.columns where table_schema in ('registration', 'subsidy', 'migrant', 'fees', 'exchange')`,
  );
  const camel = (name: string) => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  columns = [...new Set(rows.flatMap(({ name }) => [name, camel(name)]))].sort();
}, 120_000);
const figures = { inputs: 0, 'columns tried': 0, accepted: 0 };
afterAll(async () => {
  await world?.close();
  assure('T38', 'Mass assignment: no column of any table can be slipped into an input', figures);
});

/** Every table's content as one digest, the log of what was refused apart. */
const everything = async (): Promise<string> => {
  const tables = await world.database.admin<{ name: string }>(
    `select schemaname || '.' || tablename as name from pg_tables where schemaname in ('registration', 'subsidy', 'migrant', 'fees', 'exchange') and tablename not like 'audit%'`,
  );
  const digests = tables.map(
    ({ name }) => `(select coalesce(md5(string_agg(md5(t::text), '' order by md5(t::text))), '') from ${name} t)`,
  );
  const [row] = await world.database.admin<{ all: string }>(`select md5(${digests.join(' || ')}) as all`);
  return row!.all;
};

/** Somebody with every role at once, so that nothing but the shape of an input can be the obstacle. */
const mighty: Caller = {
  id: 'mighty',
  name: 'mighty',
  roles: [
    'township-reviewer',
    'county-confirmer',
    'finance-officer',
    'bank-operator',
    'auditor',
    'supervisor',
    'archivist',
  ],
  division: OURS,
};

/** A value that a type accepts, in GraphQL's own notation. */
function literal(type: GraphQLInputType, extra = ''): string {
  const inner = getNullableType(type);
  if (isListType(inner)) return `[${literal(inner.ofType, extra)}]`;
  if (isEnumType(inner)) return inner.getValues()[0]!.name;
  if (isInputObjectType(inner)) {
    const fields = Object.values(inner.getFields()).map(({ name, type: of }) => `${name}: ${literal(of)}`);
    return `{ ${[...fields, extra].join(' ')} }`;
  }
  if (isScalarType(inner)) return { Int: '1', Boolean: 'true', Day: '"2026-01-01"' }[inner.name] ?? '"x"';
  throw new Error(`no value for ${String(type)}`);
}

const CHUNK = 40;

describe('inputs', () => {
  it('take no argument and no field that they do not declare, whatever column it is named after', async () => {
    const before = await everything();
    const accepted: string[] = [];
    const roots = [schema.getQueryType()!, schema.getMutationType()!].flatMap((type) =>
      Object.values(type.getFields()).map((field) => ({ kind: type.name.toLowerCase(), field })),
    );
    for (const { kind, field } of roots) {
      const given = field.args.map(({ name, type }) => ({ name, type, text: `${name}: ${literal(type)}` }));
      const places: { own: ReadonlySet<string>; source: (extra: string) => string }[] = [
        {
          own: new Set(given.map(({ name }) => name)),
          source: (extra) => `(${[...given.map(({ text }) => text), extra].join(' ')})`,
        },
        ...given.flatMap(({ name, type }) => {
          const input = getNamedType(type);
          if (!isInputObjectType(input)) return [];
          const others = given.filter((one) => one.name !== name).map(({ text }) => text);
          const source = (extra: string) => `(${[...others, `${name}: ${literal(type, extra)}`].join(' ')})`;
          return [{ own: new Set(Object.keys(input.getFields())), source }];
        }),
      ];
      for (const { own, source } of places) {
        figures.inputs++;
        const foreign = columns.filter((column) => !own.has(column));
        for (let from = 0; from < foreign.length; from += CHUNK) {
          const chunk = foreign.slice(from, from + CHUNK);
          const document = `${kind} { ${field.name}${source(chunk.map((column) => `${column}: "x"`).join(' '))} }`;
          const { errors = [], data } = await graphql({
            schema,
            source: document,
            contextValue: new GraphContext(mighty),
          });
          const refused = new Set(
            errors.flatMap(({ message }) => /"([^"]+)"/.exec(message)?.[1]?.split('.').at(-1) ?? []),
          );
          accepted.push(...chunk.filter((column) => !refused.has(column)).map((column) => `${field.name}: ${column}`));
          expect(data).toBeUndefined(); // Refused before anything ran.
          figures['columns tried'] += chunk.length;
        }
      }
    }
    figures.accepted = accepted.length;
    expect(accepted).toEqual([]);
    expect(figures['columns tried']).toBeGreaterThan(5_000);
    expect(await everything()).toBe(before);
  }, 120_000);
});
