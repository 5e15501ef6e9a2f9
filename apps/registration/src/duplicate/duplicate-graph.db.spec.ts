import * as path from 'node:path';
import { auditRecorder } from '@app/audit';
import type { Caller } from '@app/access';
import { COORDINATION_ANSWERS, REGISTRY_EVENT_FEED, REGISTRY_QUESTIONS } from '@app/contracts';
import { inContext, systemContext } from '@app/database';
import { buildMergedSchema, collectSdl, GraphContext, resolversOf } from '@app/graphql';
import { Outbox } from '@app/jobs';
import { CLOCK, type DivisionCode } from '@app/kernel';
import { createTestDatabase, TestClock, type TestDatabase } from '@app/testing';
import { Vault } from '@app/vault';
import { type DynamicModule, type INestApplicationContext, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { graphql, type GraphQLSchema } from 'graphql';
import { makeDivisions, makePerson, VILLAGE } from '../person/person.fixture';
import { QualityService } from '../quality/quality.service';
import { RegistrationModule } from '../registration.module';
import { REGISTRATION_DATABASE, REGISTRATION_OUTBOX } from '../registration.tokens';
import { DuplicateSearchService } from './duplicate-search.service';

@Module({})
class Installation {}

const clerk: Caller = {
  id: 'u1',
  name: '李审核',
  roles: ['county-confirmer'],
  division: '340202000000' as DivisionCode,
};
let world: TestDatabase;
let app: INestApplicationContext;
let schema: GraphQLSchema;

beforeAll(async () => {
  world = await createTestDatabase();
  const database = await world.open('registration', { recorder: auditRecorder('registration') });
  const outside: DynamicModule = {
    module: Installation,
    global: true,
    providers: [
      { provide: REGISTRATION_DATABASE, useValue: database },
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
  app = await Test.createTestingModule({ imports: [outside, RegistrationModule] }).compile();
  const sdl = collectSdl([path.join(__dirname, '..')]);
  schema = buildMergedSchema({
    sources: [{ app: 'registration', sdl }],
    resolvers: resolversOf(app, RegistrationModule),
  });
  await makeDivisions(world, [VILLAGE, '340203100201']);
});
afterAll(() => world.drop());

async function ask(source: string): Promise<Record<string, unknown>> {
  const { data, errors } = await graphql({ schema, source, contextValue: new GraphContext(clerk) });
  if (errors) throw errors[0]!;
  return JSON.parse(JSON.stringify(data)) as Record<string, unknown>;
}

describe('an officer at the lists', () => {
  it('is shown pairs with what speaks for and against, settles one, and is shown contradictions with their day', async () => {
    const parents = { motherKey: 'M1', fatherKey: 'F1' };
    await makePerson(world, { name: '王建国', number: 'N1', ...parents });
    const second = await makePerson(world, { name: '王建国', born: '1985-07-19', ...parents });
    await makePerson(world, { name: '王建国', number: 'N9', division: '340203100201', born: null });
    await inContext(systemContext('test'), () => app.get(DuplicateSearchService).run());

    const { duplicates } = await ask(`{ duplicates { totalCount nodes {
      id score verdict state divisionCode first { name } second { name } kept { id } said { reason }
      compared { field level points textZh textEn } } } }`);
    const { nodes } = duplicates as { nodes: { id: string; compared: { field: string }[] }[] };
    expect(nodes).toHaveLength(1);
    expect(nodes[0]).toMatchObject({
      verdict: 'CERTAIN',
      state: 'OPEN',
      divisionCode: VILLAGE,
      first: { name: '王建国' },
      second: { name: '王建国' },
      kept: null,
      said: [],
    });
    expect(nodes[0]!.compared[0]).toMatchObject({ field: 'parents', level: 'both', textZh: '父母均相同' });

    const { duplicatesOf } = await ask(
      `{ duplicatesOf(id: "${second}") { verdict person { name } compared { field } } }`,
    );
    expect(duplicatesOf).toMatchObject([{ verdict: 'CERTAIN', person: { name: '王建国' } }]);
    const { findDuplicates } = await ask(
      `{ findDuplicates(person: { name: "王建国", born: "1985-07-19", sex: MALE, division: "${VILLAGE}" }) { verdict person { id } } }`,
    );
    expect(findDuplicates).toHaveLength(2);

    const { markNotSame } = await ask(
      `mutation { markNotSame(id: "${nodes[0]!.id}", reason: "两本户口簿均已查看") { state said { reason saidBy } } }`,
    );
    expect(markNotSame).toEqual({ state: 'NOT_SAME', said: [{ reason: '两本户口簿均已查看', saidBy: 'u1' }] });
    expect(await ask('{ duplicates { totalCount } }')).toEqual({ duplicates: { totalCount: 0 } });

    await makePerson(world, { born: null, name: '李四' });
    await inContext(systemContext('test'), () => app.get(QualityService).refresh());
    const { qualityFindings } = await ask(
      `{ qualityFindings(filter: { kind: "BIRTH_DAY_MISSING" }) { nodes { id kind textZh severity ownerLevel dueOn state person { name } household { id } other { id } } } }`,
    );
    const [finding] = (qualityFindings as { nodes: { id: string }[] }).nodes;
    expect(finding).toMatchObject({
      textZh: '缺少出生日期',
      severity: 'STOPS',
      dueOn: '2026-04-30',
      state: 'OPEN',
      person: { name: '李四' },
    });
    const { confirmRight } = await ask(
      `mutation { confirmRight(id: "${finding!.id}", reason: "原始档案亦无记载") { state reason saidBy } }`,
    );
    expect(confirmRight).toEqual({ state: 'RIGHT', reason: '原始档案亦无记载', saidBy: 'u1' });
    const { qualityExport } = await ask('{ qualityExport(filter: { state: RIGHT }) { csv after } }');
    expect((qualityExport as { csv: string }).csv).toContain('原始档案亦无记载');
  });

  it('is shown what a division was and became', async () => {
    await world.admin(
      `insert into registration.division_succession (old_code, new_code, kind, on_day, source, recorded_at)
       values ('340203100201', '${VILLAGE}', 'merged', '2024-01-01', '民函', now())`,
    );
    expect(
      await ask(`{ division(code: "340203100201", asOf: "2025-01-01") { code predecessors { kind onDay division { code } } }
        divisionSubtree(code: "340202", asOf: "2025-01-01") { code } }`),
    ).toEqual({
      division: {
        code: VILLAGE,
        predecessors: [{ kind: 'MERGED', onDay: '2024-01-01', division: { code: '340203100201' } }],
      },
      divisionSubtree: [{ code: '340202000000' }, { code: '340202100000' }, { code: VILLAGE }],
    });
  });
});
