import 'reflect-metadata';
import { auditRecorder } from '@app/audit';
import {
  COORDINATION_ANSWERS,
  REGISTRY_EVENT_FEED,
  REGISTRY_QUESTIONS,
  type RegistryAnswer,
  type RegistryQuestionAsked,
  type RegistryQuestions,
} from '@app/contracts';
import { type Database, inContext, systemContext } from '@app/database';
import { Outbox } from '@app/jobs';
import { checkCharacter, CLOCK, type DivisionCode } from '@app/kernel';
import { createTestDatabase, TestClock, type TestDatabase } from '@app/testing';
import { Vault } from '@app/vault';
import { type DynamicModule, type INestApplicationContext, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { FilingService } from '../birth-registration/filing.service';
import { NewbornMatterService } from '../newborn-matter/newborn-matter.service';
import { RegistrationModule } from '../registration.module';
import { REGISTRATION_DATABASE, REGISTRATION_OUTBOX } from '../registration.tokens';
import { RegistryCheckService } from './registry-check.service';

@Module({})
class Installation {}

/** The exchange as another process: it keeps a question by its reference, and answers what a test says. */
class FakeExchange implements RegistryQuestions {
  readonly asked: RegistryQuestionAsked[] = [];
  readonly kept = new Map<string, string>();
  answers: Partial<RegistryAnswer> = {};
  isDown = false;

  async ask(question: RegistryQuestionAsked) {
    // Whoever asks within a transaction would hold it open for as long as another process takes.
    const [open] = await world.admin<{ n: number }>(
      `select count(*)::int as n from pg_stat_activity
        where datname = current_database() and usename = 'registration_rw' and state = 'idle in transaction'`,
    );
    if (open!.n > 0) throw new Error('asked within a transaction');
    if (this.isDown) throw new Error('exchange is away');
    this.asked.push(question);
    const id = this.kept.get(question.reference) ?? crypto.randomUUID();
    this.kept.set(question.reference, id);
    return { question: id, outcome: 'waiting' as const };
  }

  answer(_asker: string, question: string): Promise<RegistryAnswer | null> {
    const reference = [...this.kept].find(([, id]) => id === question)?.[0];
    if (!reference) return Promise.resolve(null);
    const nothing = { isDeathMarked: null, records: [], answeredAt: null };
    return Promise.resolve({ question, reference, outcome: 'waiting', ...nothing, ...this.answers });
  }
}

const clock = new TestClock('2026-04-01');
const everyTime = { once: () => Promise.resolve(true) };
let world: TestDatabase;
let database: Database;
let app: INestApplicationContext;
let exchange: FakeExchange;
let checks: RegistryCheckService;

beforeAll(async () => {
  world = await createTestDatabase();
  database = await world.open('registration', { recorder: auditRecorder('registration'), standing: undefined });
  exchange = new FakeExchange();
  const outside: DynamicModule = {
    module: Installation,
    global: true,
    providers: [
      { provide: REGISTRATION_DATABASE, useValue: database },
      { provide: REGISTRATION_OUTBOX, useValue: new Outbox('registration') },
      { provide: REGISTRY_EVENT_FEED, useValue: {} },
      { provide: REGISTRY_QUESTIONS, useValue: exchange },
      { provide: COORDINATION_ANSWERS, useValue: {} },
      { provide: CLOCK, useValue: clock },
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
  checks = app.get(RegistryCheckService, { strict: false });
  await world.admin(`insert into registration.division (code, name, level, parent_code, status, recorded_at)
    select code, name, level, parent, 'confirmed', now() from (values
      ('340000000000', '省', 'province', null), ('340200000000', '市', 'city', '340000000000'),
      ('340202000000', '示例县', 'county', '340200000000'), ('340202100000', '示例镇', 'township', '340202000000')
    ) d (code, name, level, parent)`);
}, 60_000);
afterAll(async () => {
  await app?.close();
  await world?.drop();
});
beforeEach(() => {
  clock.set('2026-04-01');
  exchange.answers = {};
  exchange.isDown = false;
  exchange.asked.length = 0;
});

const NAME = '示例母';
let made = 0;
function number(): string {
  const digits = `34020219950505${900 - made++ * 2}`;
  return digits + checkCharacter(digits);
}
const within = <T>(work: () => Promise<T>, division: string | undefined = '340202', actor = 'clerk'): Promise<T> =>
  inContext(systemContext('test', { actor, division, permission: 'test' }), work);
const asSystem = <T>(work: () => Promise<T>): Promise<T> =>
  inContext(systemContext('registry-check.ask', { isPlumbing: true }), work);

async function file(idNumber: string, more: object = {}): Promise<string> {
  const request = {
    clientRef: `ref-${made++}`,
    division: '340202100000' as DivisionCode,
    parties: [{ role: 'mother' as const, name: NAME, idNumber, hukouDivision: '340202', ...more }],
    expectedMonth: '2026-08',
  };
  return within(() => app.get(FilingService, { strict: false }).file(request, { id: 'clerk', channel: 'counter' }));
}
interface Kept {
  readonly id: string;
  readonly question: string | null;
  readonly outcome: string | null;
  readonly is_death_marked: boolean | null;
}
const kept = (registration: string): Promise<Kept[]> =>
  world.admin('select * from registration.registry_check where registration_id = $1 order by id', [registration]);
const planned = (check: string) =>
  world.admin<{ payload: object }>(
    `select payload from registration.outbox where name = 'registry-check.ask' and key = $1`,
    [check],
  );
const ask = (id: string) => asSystem(() => checks.ask(id));
const hear = (question: string, reference: string) => asSystem(() => checks.hear({ question, reference }, everyTime));

describe('a stated parent', () => {
  it('is planned to be asked about in the transaction that files, by ids alone, and asked outside of one', async () => {
    const own = number();
    const [check] = await kept(await file(own));
    expect(await planned(check!.id)).toEqual([{ payload: { check: check!.id } }]);
    const [text] = await world.admin<{ text: string }>(
      `select (select string_agg(c::text, ' ') from registration.registry_check c)
           || (select string_agg(o::text, ' ') from registration.outbox o) as text`,
    );
    for (const secret of [own, NAME]) expect(text!.text).not.toContain(secret);
    expect(exchange.asked).toEqual([]);

    await ask(check!.id);
    expect(exchange.asked).toEqual([
      expect.objectContaining({
        asker: 'registration',
        reference: check!.id,
        kind: 'verify',
        person: { idNumber: own, name: NAME },
        purpose: 'birth-registration',
        divisionCode: '340202100000',
      }),
    ]);
  });

  it('is not asked about where the filing failed', async () => {
    const own = number();
    await file(own);
    const before = await world.admin('select from registration.registry_check');
    await expect(file(own)).rejects.toMatchObject({ code: 'BIRTH_ALREADY_REGISTERED' });
    expect(await world.admin('select from registration.registry_check')).toHaveLength(before.length);
  });

  it('is asked again after a lost answer under the same reference, and then no more', async () => {
    const [check] = await kept(await file(number()));
    exchange.isDown = true;
    await expect(ask(check!.id)).rejects.toThrow('away');
    exchange.isDown = false;
    // Taken by the exchange, and this process died before it could note so.
    const first = await exchange.ask({ reference: check!.id } as RegistryQuestionAsked);
    await ask(check!.id);
    await ask(check!.id);
    expect(exchange.asked.map(({ reference }) => reference)).toEqual([check!.id, check!.id]);
    expect((await kept((await registrationOf(check!.id))!))[0]).toMatchObject({
      question: first.question,
      outcome: null,
    });
  });

  it('with a paper that the registry does not keep is not asked about, and nothing waits for it', async () => {
    const id = await file('E12345678', { idType: 'PASSPORT' });
    const [check] = await kept(id);
    await ask(check!.id);
    expect(exchange.asked).toEqual([]);
    const [view] = await within(() => checks.byMatters('birth-registration', [id]));
    expect(view).toMatchObject({ state: 'not-asked' });
  });

  it('named in a newborn matter is asked about once, however often the notice comes', async () => {
    const opening = {
      certificateNo: null,
      born: clock.today(),
      sex: 1 as const,
      childName: null,
      division: null,
      mother: { name: NAME, number: number() },
      father: null,
    };
    const notify = () =>
      within(
        () => app.get(NewbornMatterService, { strict: false }).notify('N-1', opening, '340202000000'),
        undefined,
        'h',
      );
    await notify();
    await notify();
    const rows = await world.admin<{ id: string }>(
      'select id from registration.registry_check where matter_id is not null',
    );
    expect(rows).toHaveLength(1);
    await ask(rows[0]!.id);
    expect(exchange.asked).toEqual([expect.objectContaining({ purpose: 'register-keeping' })]);
  });
});

const registrationOf = async (check: string) =>
  (
    await world.admin<{ id: string }>('select registration_id as id from registration.registry_check where id = $1', [
      check,
    ])
  )[0]?.id;

describe('an answer', () => {
  it.each([
    ['match', false],
    ['mismatch', null],
    ['not-found', null],
    ['match', true],
  ] as const)('%s, death mark %s, is noted once and the first stays', async (outcome, isDeathMarked) => {
    const id = await file(number());
    const [check] = await kept(id);
    await ask(check!.id);
    const question = exchange.kept.get(check!.id)!;
    exchange.answers = { outcome, isDeathMarked };
    await hear(question, check!.id);
    exchange.answers = { outcome: 'not-found' };
    await hear(question, check!.id);
    expect(await kept(id)).toEqual([expect.objectContaining({ outcome, is_death_marked: isDeathMarked })]);
  });

  it('that was set aside says nothing, whatever came with it', async () => {
    const id = await file(number());
    const [check] = await kept(id);
    await ask(check!.id);
    exchange.answers = { outcome: 'set-aside', isDeathMarked: true };
    await hear(exchange.kept.get(check!.id)!, check!.id);
    expect(await kept(id)).toEqual([expect.objectContaining({ outcome: 'set-aside', is_death_marked: null })]);
  });

  it('to another question is not taken for this one', async () => {
    const [mine, other] = [await file(number()), await file(number())];
    const [[check], [another]] = [await kept(mine), await kept(other)];
    await ask(check!.id);
    await ask(another!.id);
    exchange.answers = { outcome: 'mismatch' };
    await hear(exchange.kept.get(another!.id)!, check!.id);
    expect([...(await kept(mine)), ...(await kept(other))]).toEqual([
      expect.objectContaining({ outcome: null }),
      expect.objectContaining({ outcome: null }),
    ]);
  });

  it('told before the question was noted is noted all the same', async () => {
    const id = await file(number());
    const [check] = await kept(id);
    const { question } = await exchange.ask({ reference: check!.id } as RegistryQuestionAsked);
    exchange.answers = { outcome: 'match', isDeathMarked: false };
    await hear(question, check!.id);
    expect(await kept(id)).toEqual([expect.objectContaining({ question, outcome: 'match' })]);
    await ask(check!.id);
    expect(exchange.asked).toHaveLength(1);
  });

  it('that comes after silence is taken, and looked at by a person', async () => {
    const id = await file(number());
    const [check] = await kept(id);
    await ask(check!.id);
    const question = exchange.kept.get(check!.id)!;
    exchange.answers = { outcome: 'no-reply' };
    await hear(question, check!.id);
    expect(await within(() => checks.told('birth-registration', [id]))).toMatchObject([{ silence: 'commitment' }]);
    exchange.answers = { outcome: 'mismatch' };
    await hear(question, check!.id);
    const seen = await within(() => checks.toLookAt('340202', undefined, 200));
    expect(seen.map((row) => row.id)).toContain(check!.id);
  });
});

describe('the rows', () => {
  it('are of one county, are not taken back, and bear the name of whoever speaks', async () => {
    const id = await file(number());
    const [check] = await kept(id);
    expect(await within(() => checks.byMatters('birth-registration', [id]), '340203')).toEqual([]);
    await expect(within(() => checks.settle(check!.id, '已当面查看'), '340203')).rejects.toMatchObject({
      code: 'REGISTRY_CHECK_UNKNOWN',
    });
    await expect(within(() => checks.settle(check!.id, '已'))).rejects.toMatchObject({
      code: 'REGISTRY_CHECK_NEEDS_A_NOTE',
    });
    await expect(within(() => checks.settle(check!.id, '已当面查看'))).rejects.toMatchObject({
      code: 'REGISTRY_CHECK_NOTHING_TO_SETTLE',
    });
    for (const sql of [
      'delete from registry_check',
      'update registry_check set party_id = null',
      'update registry_check_word set note = note',
      `insert into registry_check_word (check_id, note, said_by, said_at) values ('${check!.id}', '冒名核看', 'somebody', now())`,
    ])
      await expect(within(() => database.write((tx) => tx.query(sql)))).rejects.toMatchObject({
        driverError: { code: '42501' },
      });
  });
});
