import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import type { Caller } from '@app/access';
import {
  type FeedPage,
  REGISTRATION_FEED,
  type RegistrationFeed,
  COORDINATION_ANSWERS,
  REGISTRY_EVENT_FEED,
  REGISTRY_QUESTIONS,
} from '@app/contracts';
import { buildMergedSchema, collectSdl, GraphContext, listOperations, resolversOf } from '@app/graphql';
import { Outbox } from '@app/jobs';
import { CLOCK, checkCharacter, type DivisionCode } from '@app/kernel';
import { csvLine } from '@app/tables';
import { createTestDatabase, TestClock, type TestDatabase } from '@app/testing';
import { Vault } from '@app/vault';
import { type DynamicModule, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { graphql, type GraphQLSchema } from 'graphql';
import { DivisionService } from './division/division.service';
import { REGISTRATION_DATABASE, REGISTRATION_OUTBOX } from './registration.tokens';
import { RegistrationModule } from './registration.module';
import { EXTRACT_COLUMNS, type ExtractColumn } from './registry-import/extract-row.rules';
import { RegistryImportService } from './registry-import/registry-import.service';

@Module({})
class Installation {}

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'registration-'));
const clerk: Caller = {
  id: 'u1',
  name: '李审核',
  roles: ['county-confirmer'],
  division: '340202000000' as DivisionCode,
};
let world: TestDatabase;
let schema: GraphQLSchema;
let feed: RegistrationFeed;

const number = (birth: string, sequence: number): string => {
  const digits = `340202${birth}${String(sequence).padStart(3, '0')}`;
  return digits + checkCharacter(digits);
};
const FATHER = number('19600101', 15);
const MOTHER = number('19610101', 28);

const ROWS: Partial<Record<ExtractColumn, string>>[] = [
  {
    registry_person_id: 'F',
    name: '王大',
    sex: '1',
    id_number: FATHER,
    birth_date: '1960-01-01',
    relation_to_head: '02',
  },
  {
    registry_person_id: 'M',
    name: '古丽•艾买提',
    sex: '2',
    id_number: MOTHER,
    birth_date: '1961-01-01',
    relation_to_head: '12',
  },
  ...[1, 2, 3].map((n) => ({
    registry_person_id: `C${n}`,
    name: `王小${n}`,
    sex: '1',
    birth_certificate_no: `X32010100${n}`,
    birth_date: `199${n}-01-01`,
    relation_to_head: '20',
    father_id_number: FATHER,
    mother_id_number: MOTHER,
  })),
];

function extract(): string {
  const common = {
    status: '0',
    household_no: '1',
    household_type: 'rural',
    division_code: '340202100201',
    updated_at: '2026-01-01',
  };
  const file = path.join(folder, 'extract.csv');
  const lines = ROWS.map((row) => csvLine(EXTRACT_COLUMNS.map((column) => ({ ...common, ...row })[column])));
  fs.writeFileSync(file, csvLine([...EXTRACT_COLUMNS]) + lines.join(''));
  return file;
}

beforeAll(async () => {
  world = await createTestDatabase();
  const outside: DynamicModule = {
    module: Installation,
    global: true,
    providers: [
      { provide: REGISTRATION_DATABASE, useValue: await world.open('registration') },
      { provide: REGISTRATION_OUTBOX, useValue: new Outbox('registration') },
      { provide: CLOCK, useValue: new TestClock('2026-04-01') },
      { provide: REGISTRY_EVENT_FEED, useValue: {} },
      { provide: REGISTRY_QUESTIONS, useValue: {} },
      { provide: COORDINATION_ANSWERS, useValue: {} },
      { provide: Vault, useValue: new Vault(Buffer.alloc(32, 7)) },
    ],
    exports: [
      REGISTRATION_DATABASE,
      REGISTRATION_OUTBOX,
      REGISTRY_EVENT_FEED,
      COORDINATION_ANSWERS,
      REGISTRY_QUESTIONS,
      CLOCK,
      Vault,
    ],
  };
  const app = await Test.createTestingModule({ imports: [outside, RegistrationModule] }).compile();
  const divisions = path.join(folder, 'divisions.csv');
  fs.writeFileSync(divisions, 'code,name\n340202,示例县\n340202100,示例镇\n');
  await app.get(DivisionService).import(divisions);
  await app.get(RegistryImportService).import(extract());
  feed = app.get<RegistrationFeed>(REGISTRATION_FEED);
  const resolvers = resolversOf(app, RegistrationModule);
  schema = buildMergedSchema({ sources: [{ app: 'registration', sdl: collectSdl([__dirname]) }], resolvers });
});
afterAll(async () => {
  await world.drop();
  fs.rmSync(folder, { recursive: true });
});

interface PersonsPage {
  nodes: { registryPersonId: string }[];
  pageInfo: { hasNextPage: boolean; endCursor: string };
}

const ask = (source: string, caller: Caller | undefined = clerk, variableValues = {}) =>
  graphql({ schema, source, contextValue: new GraphContext(caller), variableValues });
const data = async (source: string, variables = {}) => {
  const { data: answer, errors } = await ask(source, clerk, variables);
  if (errors) throw errors[0]!;
  return JSON.parse(JSON.stringify(answer)) as Record<string, unknown>;
};

/** Other test files share the server, and an open transaction of theirs holds the feed back for a moment. */
async function startOfFeed(limit: number): Promise<FeedPage> {
  for (;;) {
    const page = await feed.page('', limit);
    if (page.persons.length === limit || page.caughtUp) return page;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('the register in the graph', () => {
  it('shows households with their members, parents, children and places, numbers masked', async () => {
    const answer = await data(`{ households { totalCount nodes {
      householdNo householdType division { name level isConfirmed parent { name parent { name } } }
      members { name sex idNumberMask hasBirthCertificate father { name } mother { name } children { name } household { householdNo } }
    } } }`);
    const parents = { father: { name: '王大' }, mother: { name: '古丽•艾买提' }, children: [] };
    const home = { household: { householdNo: '1' } };
    const children = ['王小1', '王小2', '王小3'].map((name) => ({ name }));
    const parent = {
      hasBirthCertificate: false,
      idNumberMask: '3402**************',
      father: null,
      mother: null,
      children,
      ...home,
    };
    expect(answer.households).toEqual({
      totalCount: 1,
      nodes: [
        {
          householdNo: '1',
          householdType: 'RURAL',
          division: {
            name: null,
            level: 'VILLAGE',
            isConfirmed: false,
            parent: { name: '示例镇', parent: { name: '示例县' } },
          },
          members: [
            { name: '王大', sex: 'MALE', ...parent },
            { name: '古丽•艾买提', sex: 'FEMALE', ...parent },
            ...children.map((child) => ({
              ...child,
              sex: 'MALE',
              idNumberMask: null,
              hasBirthCertificate: true,
              ...parents,
              ...home,
            })),
          ],
        },
      ],
    });
    expect(JSON.stringify(answer)).not.toContain(FATHER.slice(4));
  });

  it('pages persons in a stable order, each once', async () => {
    const seen: string[] = [];
    for (let after: string | null = null; ;) {
      const answer = await data(
        'query ($after: String) { persons(first: 2, after: $after) { nodes { registryPersonId } pageInfo { hasNextPage endCursor } } }',
        { after },
      );
      const page = answer.persons as PersonsPage;
      seen.push(...page.nodes.map((node) => node.registryPersonId));
      if (!page.pageInfo.hasNextPage) break;
      after = page.pageInfo.endCursor;
    }
    expect([...seen].sort()).toEqual(['C1', 'C2', 'C3', 'F', 'M']);
  });

  it.each([
    ['{ nameStartsWith: "王小" }', ['C1', 'C2', 'C3']],
    ['{ nameStartsWith: "古丽・" }', ['M']],
    ['{ nameStartsWith: "%" }', []],
    ['{ bornFrom: "1991-01-01", bornTo: "1992-01-01" }', ['C1', 'C2']],
    ['{ division: "340202100", status: VALID }', ['C1', 'C2', 'C3', 'F', 'M']],
    ['{ division: "340202101" }', []],
    ['{ status: DECEASED }', []],
  ])('finds persons by %s', async (filter, expected) => {
    const { persons } = await data(`{ persons(filter: ${filter}) { nodes { registryPersonId } totalCount } }`);
    const { nodes, totalCount } = persons as { nodes: { registryPersonId: string }[]; totalCount: number };
    expect([nodes.map((node) => node.registryPersonId).sort(), totalCount]).toEqual([expected, expected.length]);
  });

  it('shows what became of an import', async () => {
    const { importBatches } = await data(`{ importBatches { nodes {
      fileName isDone total accepted rejected warningsPerCode { code count } } } }`);
    expect(importBatches).toEqual({
      nodes: [
        {
          fileName: 'extract.csv',
          isDone: true,
          total: 5,
          accepted: 5,
          rejected: 0,
          warningsPerCode: [
            { code: 'DIVISION_UNKNOWN', count: 1 },
            { code: 'NAME_SEPARATOR', count: 1 },
          ],
        },
      ],
    });
  });

  it('keeps callers to their own division and roles', async () => {
    const { id } = (await startOfFeed(1)).persons[0]!;
    const elsewhere = { ...clerk, division: '340203000000' as DivisionCode };
    const one = `{ person(id: "${id}") { name } }`;
    const codes = async (source: string, caller: Caller | undefined) =>
      (await ask(source, caller)).errors?.map((error) => (error.originalError as { code?: string }).code);
    expect(await codes(one, clerk)).toBeUndefined();
    expect((await ask(one, elsewhere)).data).toEqual({ person: null }); // As if there were nobody of that id.
    expect(await codes('{ persons(filter: { division: "34" }) { nodes { id } } }', clerk)).toEqual([
      'OUTSIDE_DIVISION',
    ]);
    expect(await codes('{ persons { nodes { id } } }', { ...clerk, roles: ['bank-operator'] })).toEqual([
      'NOT_PERMITTED',
    ]);
    for (const { requires } of listOperations(schema)) expect(requires).not.toBe('public');
  });

  it('is what the feed tells others, without names, addresses or numbers', async () => {
    const page = await startOfFeed(10);
    expect(page).toMatchObject({ caughtUp: true });
    expect(page.persons).toHaveLength(5);
    const told = JSON.stringify(page);
    for (const secret of [FATHER, '王', 'X320101001']) expect(told).not.toContain(secret);
    const child = page.persons.find((person) => person.birthCertificateKey !== null)!;
    const father = page.persons.find((person) => person.id === child.fatherId)!;
    expect(child).toMatchObject({
      fatherIdNumberKey: father.idNumberKey,
      householdType: 'rural',
      updatedAt: '2025-12-31T16:00:00Z',
    });
  });
});
