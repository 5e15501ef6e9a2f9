import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildSchema, parse } from 'graphql';
import { collectSdl, mergeDocuments, mergeSdl, undescribed } from './sdl';

const registration = {
  app: 'registration',
  sdl: `
    extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
    "A person."
    type Person @key(fields: "id") { "The id." id: ID! "The name." name: String! @deprecated(reason: "rare") }
    extend type Query { "One person." person("Its id." id: ID!): Person }
  `,
};
const subsidy = {
  app: 'subsidy',
  sdl: `
    extend type Person @key(fields: "id") { id: ID! @external "The claims." claims: [Claim!]! }
    "A claim."
    type Claim { "The child." child: Person! }
    extend type Query { "All claims." claims: [Claim!]! }
  `,
};

describe('the merged SDL', () => {
  it('joins the fields of one type, keeps descriptions, and drops what only federation reads', () => {
    const merged = mergeSdl([subsidy, registration]);
    expect(merged.replace(/"+/g, '"')).toContain(
      [
        '"A person."',
        'type Person {',
        '  "The id."',
        '  id: ID!',
        '  "The name."',
        '  name: String! @deprecated(reason: "rare")',
        '  "The claims."',
        '  claims: [Claim!]!',
        '}',
      ].join('\n'),
    );
    expect(merged).not.toMatch(/@key|@external|@link|schema/);
    expect(merged.startsWith('"""Everything that can be read."""\ntype Query {')).toBe(true);
    expect(() => buildSchema(merged)).not.toThrow();
  });

  it('is the same in whatever order the apps come', () => {
    expect(mergeSdl([subsidy, registration])).toBe(mergeSdl([registration, subsidy]));
  });

  it('knows by which fields a type is referred to', () => {
    expect([...mergeDocuments([registration, subsidy]).keys]).toEqual([['Person', ['id']]]);
  });

  it.each([
    ['two owners of one field', 'extend type Person { name: String! }', /Person\.name is declared twice; mark/],
    [
      'a repetition that differs',
      'extend type Person { name: Int @external }',
      /Person\.name is declared twice, differently/,
    ],
    ['another key', 'extend type Person @key(fields: "name") { x: Int }', /Person has two different keys/],
    ['a nested key', 'type Other @key(fields: "a { b }") { a: Int }', /the @key of Other must name plain fields/],
    ['two enums of one name', 'enum A { X } enum A { Y }', /A is declared twice, differently/],
    ['an extended enum', 'extend enum A { X }', /EnumTypeExtension has no place/],
    ['a slip of the pen', 'type {', /the SDL of other cannot be read/],
  ])('refuses %s', (_, sdl, sentence) => {
    expect(() => mergeSdl([registration, { app: 'other', sdl }])).toThrow(sentence);
  });

  it('takes the same enum twice, for both topologies need it in both apps', () => {
    const shared = '"Colour." enum Colour { "Red." RED }';
    expect(
      mergeSdl([
        { app: 'a', sdl: shared },
        { app: 'b', sdl: shared },
      ]).match(/enum Colour/g),
    ).toHaveLength(1);
  });

  it('shows every name that lacks a description', () => {
    const sdl = 'type A { b(c: Int): Int "d" d: Int } enum E { F } input I { g: Int } "x" scalar X';
    expect(undescribed(parse(sdl))).toEqual(['A', 'A.b', 'A.b(c)', 'E', 'E.F', 'I', 'I.g']);
    expect(undescribed(mergeDocuments([registration, subsidy]).document)).toEqual([]);
  });

  it('comes from all *.graphql files below the folders, in the order of their paths', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'yangyu-sdl-'));
    mkdirSync(path.join(folder, 'claim'));
    writeFileSync(path.join(folder, 'person.graphql'), 'scalar Second');
    writeFileSync(path.join(folder, 'claim', 'claim.graphql'), 'scalar First');
    writeFileSync(path.join(folder, 'claim', 'claim.ts'), 'not SDL');
    expect(collectSdl([folder])).toBe('scalar First\nscalar Second');
    rmSync(folder, { recursive: true });
  });
});
