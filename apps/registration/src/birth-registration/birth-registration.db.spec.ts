import * as fs from 'node:fs';
import * as path from 'node:path';
import { auditRecorder } from '@app/audit';
import { constraintName, type Database, inContext, sqlState, systemContext, type WorkContext } from '@app/database';
import { COORDINATION_ANSWERS, REGISTRY_EVENT_FEED, REGISTRY_QUESTIONS } from '@app/contracts';
import { Outbox } from '@app/jobs';
import { CLOCK, checkCharacter, day, type DivisionCode } from '@app/kernel';
import { createTestDatabase, TestClock, type TestDatabase } from '@app/testing';
import { Vault } from '@app/vault';
import { type DynamicModule, type INestApplicationContext, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { parse } from '../../../../test/support/csv';
import { SEALED_COLUMNS } from '../person/sealed-columns.types';
import { REGISTRATION_DATABASE, REGISTRATION_OUTBOX } from '../registration.tokens';
import { RegistrationModule } from '../registration.module';
import { VoucherService } from '../voucher/voucher.service';
import { VOUCHER_SETTINGS } from '../voucher/voucher.types';
import { BirthRegistrationService } from './birth-registration.service';
import { MOVES } from './birth-registration.state';
import type { Asker, FileRequest, Statement } from './birth-registration.types';
import { FilingService } from './filing.service';

@Module({})
class Installation {}

const clock = new TestClock('2026-04-01');
const vault = new Vault(Buffer.alloc(32, 7));
let world: TestDatabase;
let database: Database;
let app: INestApplicationContext;
let filing: FilingService;
let registrations: BirthRegistrationService;
let vouchers: VoucherService;

beforeAll(async () => {
  world = await createTestDatabase();
  database = await world.open('registration', { recorder: auditRecorder('registration'), standing: undefined });
  const outside: DynamicModule = {
    module: Installation,
    global: true,
    providers: [
      { provide: REGISTRATION_DATABASE, useValue: database },
      { provide: REGISTRATION_OUTBOX, useValue: new Outbox('registration') },
      { provide: REGISTRY_EVENT_FEED, useValue: {} },
      { provide: REGISTRY_QUESTIONS, useValue: {} },
      { provide: COORDINATION_ANSWERS, useValue: {} },
      { provide: CLOCK, useValue: clock },
      { provide: Vault, useValue: vault },
      { provide: VOUCHER_SETTINGS, useValue: { fonts: [] } },
    ],
    exports: [
      REGISTRATION_DATABASE,
      REGISTRATION_OUTBOX,
      REGISTRY_EVENT_FEED,
      COORDINATION_ANSWERS,
      REGISTRY_QUESTIONS,
      CLOCK,
      Vault,
      VOUCHER_SETTINGS,
    ],
  };
  app = await Test.createTestingModule({ imports: [outside, RegistrationModule] }).compile();
  await world.admin(`insert into registration.division (code, name, level, parent_code, status, recorded_at)
    select code, name, level, parent, case when name is null then 'unconfirmed' else 'confirmed' end, now() from (values
      ('340000000000', null, 'province', null), ('340200000000', null, 'city', '340000000000'),
      ('340202000000', '示例县', 'county', '340200000000'), ('340202100000', '示例镇', 'township', '340202000000'),
      ('340202100201', '示例村', 'village', '340202100000'), ('340202101000', '另一镇', 'township', '340202000000'),
      ('340203000000', '邻县', 'county', '340200000000'), ('340203100000', '邻镇', 'township', '340203000000'),
      ('430000000000', '湖南省', 'province', null), ('430200000000', null, 'city', '430000000000'),
      ('430202000000', '示例区', 'county', '430200000000'), ('430202001000', '示例街道', 'township', '430202000000'),
      ('130000000000', '河北省', 'province', null), ('130200000000', null, 'city', '130000000000'),
      ('130204000000', '冀示例区', 'county', '130200000000'), ('130204001000', '冀示例街道', 'township', '130204000000')
    ) d (code, name, level, parent)`);
  filing = app.get(FilingService, { strict: false });
  registrations = app.get(BirthRegistrationService, { strict: false });
  vouchers = app.get(VoucherService, { strict: false });
}, 60_000);
afterAll(async () => {
  await app?.close();
  await world?.drop();
});

afterEach(() => clock.set('2026-04-01'));

let made = 0;
/** A valid number of somebody of a county. */
const number = (county = '340202', sequence = 900 - made++): string => {
  const digits = `${county}19950505${String(sequence).padStart(3, '0')}`;
  return digits + checkCharacter(digits);
};
const TOWNSHIP = '340202100000' as DivisionCode;
const HUNAN = '430202001000' as DivisionCode;
const HEBEI = '130204001000' as DivisionCode;

const within = (division: string, actor: string): WorkContext =>
  systemContext('test', { actor, division, permission: 'test' });
const as = <T>(actor: string, work: () => Promise<T>, division = '340202'): Promise<T> =>
  inContext(within(division, actor), work);
const citizen = <T>(actor: string, idNumber: string, work: () => Promise<T>): Promise<T> => {
  const key = vault.blindIndex('id-number', idNumber).toString('hex');
  return inContext(systemContext('test', { actor, division: undefined, family: { key, persons: [] } }), work);
};
const ownAsker = (actor: string, idNumber: string): Asker => ({
  id: actor,
  channel: 'online',
  ownKey: vault.blindIndex('id-number', idNumber).toString('hex'),
});
const COUNTER: Asker = { id: 'clerk', channel: 'counter' };

const mother = (idNumber: string, more: object = {}) => ({
  role: 'mother' as const,
  name: '示例母',
  idNumber,
  hukouDivision: '340202',
  ...more,
});
const ALONE = (idNumber: string): Statement => ({ parties: [mother(idNumber)], expectedMonth: '2026-08' });
const request = (statement: Statement, more: Partial<FileRequest> = {}): FileRequest => ({
  ...statement,
  clientRef: `ref-${made++}`,
  division: TOWNSHIP,
  ...more,
});
const file = (statement: Statement, more: Partial<FileRequest> = {}, prefix = '340202') =>
  as('clerk', () => filing.file(request(statement, more), COUNTER), prefix);
const committed = (facts: string[]) => ({
  facts,
  textVersion: '2026-01',
  signedBy: 'mother' as const,
  signedOn: day('2026-04-01'),
});
const one = async (id: string) => (await as('looker', () => registrations.byIds([id]), ''))[0]!;
const kinds = async (id: string) => (await as('looker', () => registrations.actions([id]), '')).map(({ kind }) => kind);
const refusal = (code: string) => expect.objectContaining({ code }) as Error;

describe('the parameters', () => {
  it('are in the database what the file says that people read', async () => {
    const rows = await world.admin<Record<string, string | null>>(
      `select region, name, value, lower(valid)::text as "from", coalesce(upper(valid)::text, '') as until, source
         from registration.birth_registration_parameter`,
    );
    const text = fs.readFileSync(path.join(__dirname, 'birth-registration.parameters.csv'), 'utf8');
    const keyed = (all: readonly object[]) => all.map((row) => JSON.stringify(Object.values(row))).sort();
    expect(keyed(rows)).toEqual(keyed(parse(text)));
  });

  it('cannot say two things on one day, not even by hand in SQL', async () => {
    const error = await world
      .admin(
        `insert into registration.birth_registration_parameter values ('43', 'who-may-register', 'anyone', daterange('2026-01-01', null), 'x')`,
      )
      .catch((thrown: unknown) => constraintName(thrown));
    expect(error).toBe('birth_registration_parameter_has_one_value_a_day');
  });
});

describe('the moves', () => {
  it('are this table, and the database holds the same', async () => {
    const rows = await world.admin<{ f: string; t: string }>(
      `select from_state as f, to_state as t from registration.birth_registration_move order by 1, 2`,
    );
    const own = Object.entries(MOVES).flatMap(([from, all]) => all.map((to) => `${from} → ${to}`));
    expect(rows.map(({ f, t }) => `${f} → ${t}`).sort()).toEqual(own.sort());
  });
});

describe('a birth registration', () => {
  it('goes from an unmarried mother alone to a voucher, and nobody asked her for a paper or her marital status', async () => {
    const own = number();
    const id = await file(ALONE(own));
    expect(await one(id)).toMatchObject({ state: 'submitted', dueOn: '2026-04-09', look: null, judged: [] });
    const done = await as('clerk', () => registrations.register(id, 'clerk'));
    expect(done).toMatchObject({ state: 'registered', owner: 'clerk' });
    expect(await kinds(id)).toEqual(['file', 'accept', 'register']);
    const [party] = await as('looker', () => registrations.parties([id]), '');
    expect(party).toMatchObject({ maritalStatus: null, idNumberMask: `3402${'*'.repeat(14)}` });
    const [voucher] = await as('clerk', () => vouchers.ofRegistrations([id]));
    expect(voucher).toMatchObject({
      no: expect.stringMatching(/^340202-2026-\d{6}$/) as string,
      state: 'valid',
      officeName: '示例县示例镇',
    });
    const rows = await world.admin<{ t: string }>(`select p::text as t from registration.birth_registration_party p`);
    expect(rows.map(({ t }) => t).join()).not.toContain(own);
  });

  it('is one however often it is clicked, also at the same moment, and other content under the reference is refused', async () => {
    const own = number();
    const click = request(ALONE(own));
    const clicks = await Promise.all(
      [1, 2, 3, 4].map(() => citizen('me', own, () => filing.file(click, ownAsker('me', own)))),
    );
    expect(new Set(clicks).size).toBe(1);
    const other = { ...click, expectedMonth: '2026-09' };
    await expect(citizen('me', own, () => filing.file(other, ownAsker('me', own)))).rejects.toEqual(
      refusal('CLIENT_REF_REUSED'),
    );
    await expect(citizen('me', own, () => filing.file(request(ALONE(number())), ownAsker('me', own)))).rejects.toEqual(
      refusal('YOU_ARE_NOT_A_PARTY'),
    );
  });

  it('is made once for a birth wherever it is filed, and the family is told where', async () => {
    const own = number();
    await file(ALONE(own));
    const again = (statement: Statement, more: Partial<FileRequest> = {}) =>
      as(
        'neighbour',
        () => filing.file(request(statement, { division: '340203100000' as DivisionCode, ...more }), COUNTER),
        '340203',
      );
    await expect(again({ ...ALONE(own), expectedMonth: '2026-09' })).rejects.toMatchObject({
      code: 'BIRTH_ALREADY_REGISTERED',
      sentence: { zh: expect.stringContaining('示例镇') as string },
    });
    clock.set('2026-08-20');
    await expect(
      again({ parties: [mother(own)], children: [{ order: 1, bornOn: day('2026-08-10') }] }),
    ).rejects.toEqual(refusal('BIRTH_ALREADY_REGISTERED'));
    await expect(
      again({ parties: [mother(own)], children: [{ order: 1, bornOn: day('2025-06-10') }] }),
    ).resolves.toEqual(expect.any(String)); // An earlier birth of hers is another birth.
  });

  it('of twins is of two children; the same certificate, or the same mother, day and order, is nobody else’s', async () => {
    const [own, other] = [number(), number()];
    const twins = [1, 2].map((order) => ({
      order,
      bornOn: day('2026-03-20'),
      birthCertificateNo: `X34010000${order}`,
    }));
    const id = await file({ parties: [mother(own)], children: twins });
    expect((await one(id)).childCount).toBe(2);
    await expect(
      file({ parties: [mother(other)], children: [twins[1]!].map((c) => ({ ...c, order: 1 })) }),
    ).rejects.toEqual(refusal('BIRTH_ALREADY_REGISTERED'));
    await expect(
      file({ parties: [mother(other)], children: [{ order: 1, bornOn: day('2026-03-20') }] }),
    ).resolves.toEqual(expect.any(String)); // Two mothers of one day are two births, also of one father.
    const insert = `insert into registration.birth_registration_claimed (registration_id, kind, key)
      select $1, kind, key from registration.birth_registration_claimed where registration_id = $1 and kind = 'day-and-order' limit 1`;
    await expect(world.admin(insert, [id])).rejects.toMatchObject({
      constraint: 'birth_registration_claimed_born_once',
    });
  });

  it('filed twice at the same moment by two offices is still one', async () => {
    const own = number();
    const both = await Promise.allSettled([
      file(ALONE(own)),
      as(
        'neighbour',
        () => filing.file(request(ALONE(own), { division: '340203100000' as DivisionCode }), COUNTER),
        '340203',
      ),
    ]);
    expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(both.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: refusal('BIRTH_ALREADY_REGISTERED'),
    });
  });

  it('is told once what is missing; a second notice waits for another officer of the county, and lateness is acceptance', async () => {
    const id = await file(ALONE(number()));
    const back = (items: string[]) => as('clerk', () => registrations.returnForItems(id, items, null));
    await expect(back(['MARRIAGE_CERTIFICATE'])).rejects.toEqual(refusal('ITEM_NOT_TO_BE_ASKED'));
    expect(await back(['SIGNATURE'])).toMatchObject({ state: 'returned', notices: 1, dueOn: null });
    const supplied = () => as('clerk', () => filing.supplement(id, ALONE(own2), COUNTER));
    const own2 = number();
    expect(await supplied()).toMatchObject({ state: 'submitted', version: 2 });
    expect(await back(['RESIDENT_SINCE'])).toMatchObject({ state: 'submitted', look: 'SECOND_NOTICE' });
    await expect(as('clerk', () => registrations.decideSecondNotice(id, true, 'clerk'))).rejects.toEqual(
      refusal('SECOND_NOTICE_NEEDS_ANOTHER'),
    );
    const declined = await as('county', () => registrations.decideSecondNotice(id, false, 'county'));
    expect(declined).toMatchObject({ state: 'submitted', look: null, notices: 1 });
    clock.set('2026-04-20');
    await expect(back(['SIGNATURE'])).rejects.toEqual(refusal('NOTICE_TOO_LATE'));
    expect(await as('clerk', () => registrations.register(id, 'clerk'))).toMatchObject({ state: 'registered' });
  });

  it('is corrected by a new version with the old one kept, and its voucher by one of a new number', async () => {
    const own = number();
    const id = await file(ALONE(own));
    await as('clerk', () => registrations.register(id, 'clerk'));
    const [first] = await as('clerk', () => vouchers.ofRegistrations([id]));
    const right = { parties: [mother(own, { name: '示例·母' })], expectedMonth: '2026-07' };
    expect(await as('clerk', () => filing.correct(id, right, '月份有误'))).toMatchObject({
      version: 2,
      expectedMonth: '2026-07-01',
    });
    const all = await as('clerk', () => vouchers.ofRegistrations([id]));
    expect(all.map(({ state }) => state).sort()).toEqual(['superseded', 'valid']);
    expect(new Set(all.map(({ no }) => no)).size).toBe(2);
    const versions = await world.admin<{ m: string }>(
      `select expected_month::text as m from registration.birth_registration_version where registration_id = $1 order by version`,
      [id],
    );
    expect(versions.map(({ m }) => m)).toEqual(['2026-08-01', '2026-07-01']);
    for (const table of ['birth_registration_version', 'birth_registration_action', 'birth_registration_party']) {
      const error = await as('x', () => database.write((tx) => tx.query(`delete from ${table}`)), '').catch(sqlState);
      expect(error).toBe('42501');
    }
    await expect(
      world.admin(`update registration.voucher set pdf = 'x' where id = $1`, [first!.id]),
    ).rejects.toMatchObject({ constraint: 'voucher_is_delivered' });
  });

  it('follows the birth: the expected month becomes children, the parents’ numbers stay sealed under the new version', async () => {
    const own = number();
    const id = await file(ALONE(own));
    await as('clerk', () => registrations.register(id, 'clerk'));
    clock.set('2026-08-20');
    const children = [{ order: 1, bornOn: day('2026-08-12'), birthCertificateNo: 'X340200777' }];
    expect(await as('clerk', () => filing.recordBirth(id, { children }, COUNTER))).toMatchObject({
      state: 'registered',
      version: 2,
      expectedMonth: null,
      childCount: 1,
    });
    const [row] = await world.admin<{ id: string; sealed: Buffer }>(
      `select id, id_number_sealed as sealed from registration.birth_registration_party where registration_id = $1 and version = 2`,
      [id],
    );
    const seal = { table: 'registration.birth_registration_party', column: 'id_number_sealed', row: row!.id };
    expect(vault.open(row!.sealed, seal)).toBe(own);
  });

  it('is withdrawn by whoever filed it, at any time, and the birth can be registered anew', async () => {
    const [own, father] = [number(), number()];
    const both = {
      ...ALONE(own),
      parties: [mother(own), { role: 'father' as const, name: '示例父', idNumber: father }],
    };
    const id = await citizen('me', own, () => filing.file(request(both), ownAsker('me', own)));
    await as('clerk', () => registrations.register(id, 'clerk'));
    const asFather = { id: 'he', channel: 'online' as const, ownKey: ownAsker('he', father).ownKey };
    expect((await citizen('he', father, () => registrations.ofOwn())).map((row) => row.id)).toEqual([id]);
    await expect(citizen('he', father, () => registrations.withdraw(id, null, asFather))).rejects.toEqual(
      refusal('ONLY_WHO_FILED_OR_THE_MOTHER'),
    );
    const withdrawn = await citizen('me', own, () => registrations.withdraw(id, null, ownAsker('me', own)));
    expect(withdrawn).toMatchObject({ state: 'withdrawn' });
    expect((await as('clerk', () => vouchers.ofRegistrations([id])))[0]).toMatchObject({ state: 'withdrawn' });
    await expect(file(ALONE(own))).resolves.toEqual(expect.any(String));
  });
});

describe('what a province’s text adds', () => {
  it('holds an unmarried mother in Hunan for a person, who goes on with a word, or says where it is asked for less', async () => {
    const own = number('430202');
    const unmarried = {
      parties: [mother(own, { hukouDivision: '430202', maritalStatus: '10' })],
      expectedMonth: '2026-08',
    };
    const id = await file(unmarried, { division: HUNAN }, '43');
    expect(await one(id)).toMatchObject({ state: 'submitted', look: 'TEXT_ASKS_MORE', judged: ['COUPLE_ONLY'] });
    await expect(as('clerk', () => registrations.register(id, 'clerk'), '43')).rejects.toEqual(refusal('LOOK_FIRST'));
    await as('clerk', () => registrations.keep(id, '按指导意见放宽办理'), '43');
    expect(await as('clerk', () => registrations.register(id, 'clerk'), '43')).toMatchObject({ state: 'registered' });
  });

  it('lets nobody close as not covered what no text stands against', async () => {
    const id = await file(ALONE(number()));
    await expect(as('clerk', () => registrations.notCovered(id, '未婚'))).rejects.toEqual(
      refusal('NOTHING_STANDS_AGAINST'),
    );
    const own = number('430202');
    const hunan = await file(
      { parties: [mother(own, { hukouDivision: '430202', maritalStatus: '10' })], expectedMonth: '2026-08' },
      { division: HUNAN },
      '43',
    );
    const closed = await as('clerk', () => registrations.notCovered(hunan, '可在父亲户籍地登记'), '43');
    expect(closed).toMatchObject({ state: 'not-covered' });
    const married = {
      parties: [
        mother(own, { hukouDivision: '430202', maritalStatus: '21' }),
        { role: 'father' as const, name: '示例父', idNumber: number('430202'), maritalStatus: '21' },
      ],
      expectedMonth: '2026-08',
    };
    const again = await as('clerk', () => filing.supplement(hunan, married, COUNTER), '43');
    expect(again).toMatchObject({ state: 'submitted', look: null, judged: [] });
  });

  it('asks for nothing where it says nothing: marital status and earlier children are not even taken', async () => {
    const own = number();
    await expect(file({ parties: [mother(own, { maritalStatus: '10' })], expectedMonth: '2026-08' })).rejects.toEqual(
      refusal('NOT_ASKED_HERE'),
    );
    await expect(file({ ...ALONE(own), earlierChildren: [{ bornOn: day('2020-01-01') }] })).rejects.toEqual(
      refusal('NOT_ASKED_HERE'),
    );
  });
});

describe('asking elsewhere', () => {
  const fromHunan = (own: string, more: object = {}): Statement => ({
    parties: [mother(own, { hukouDivision: '430202', residenceDivision: '130204' })],
    expectedMonth: '2026-08',
    ...more,
  });

  it('comes first in Hebei, and silence goes on by commitment on the day after the fifth working day', async () => {
    const id = await file(
      fromHunan(number('430202'), { commitment: committed(['NOT_REGISTERED_ELSEWHERE', 'RESIDENCE']) }),
      { division: HEBEI },
      '13',
    );
    expect(await as('clerk', () => registrations.register(id, 'clerk'), '13')).toMatchObject({
      state: 'asking',
      dueOn: '2026-04-09',
    });
    const [question] = await as('looker', () => registrations.questions([id]), '');
    expect(question).toMatchObject({
      askedCode: '430202000000',
      fieldsWanted: ['is_registered', 'registered_on', 'office'],
      outcome: null,
    });
    await expect(as('clerk', () => registrations.register(id, 'clerk'), '13')).rejects.toEqual(
      refusal('WAITING_FOR_ANSWER'),
    );
    const silence = { outcome: 'no_reply' as const, office: null, note: null };
    await expect(as('clerk', () => registrations.answerElsewhere(question!.id, silence), '13')).rejects.toEqual(
      refusal('WAITING_FOR_ANSWER'),
    );
    clock.set('2026-04-10');
    expect(await as('clerk', () => registrations.register(id, 'clerk'), '13')).toMatchObject({ state: 'registered' });
    // The other place was silent, and so was the household registry.
    expect(await kinds(id)).toEqual([
      'file',
      'ask-elsewhere',
      'go-on-without-answer',
      'go-on-without-answer',
      'register',
    ]);

    const late = { outcome: 'mismatch' as const, office: null, note: '姓名用字不同' };
    const seen = await as('clerk', () => registrations.answerElsewhere(question!.id, late), '13');
    expect(seen).toMatchObject({ state: 'registered', look: 'ANSWER_MISMATCH' });
    expect(await as('clerk', () => registrations.keep(id, '核实为同一人'), '13')).toMatchObject({
      state: 'registered',
      look: null,
    });
    await expect(as('clerk', () => registrations.answerElsewhere(question!.id, late), '13')).rejects.toEqual(
      refusal('ELSEWHERE_QUESTION_ANSWERED'),
    );
  });

  it('without a commitment asks for one before it goes on', async () => {
    const id = await file(fromHunan(number('430202')), { division: HEBEI }, '13');
    await as('clerk', () => registrations.accept(id, 'clerk'), '13');
    clock.set('2026-04-10');
    await expect(as('clerk', () => registrations.register(id, 'clerk'), '13')).rejects.toEqual(
      refusal('COMMITMENT_MISSING'),
    );
  });

  it('confirmed before the registration ends it, and the family is told where', async () => {
    const own = number('430202');
    const id = await file(fromHunan(own), { division: HEBEI }, '13');
    await as('clerk', () => registrations.accept(id, 'clerk'), '13');
    const [question] = await as('looker', () => registrations.questions([id]), '');
    const nowhere = { outcome: 'confirmed' as const, office: null, note: null };
    await expect(as('clerk', () => registrations.answerElsewhere(question!.id, nowhere), '13')).rejects.toEqual(
      refusal('ANSWER_NEEDS_OFFICE'),
    );
    const confirmed = { ...nowhere, office: '湖南省示例区示例街道' };
    expect(await as('clerk', () => registrations.answerElsewhere(question!.id, confirmed), '13')).toMatchObject({
      state: 'elsewhere',
      toldWhere: '湖南省示例区示例街道',
    });
    await expect(file(fromHunan(own), { division: HEBEI }, '13')).resolves.toEqual(expect.any(String)); // Nothing stands in its way here.
  });

  it('confirmed late is looked at by a person, who cancels with the voucher and says where', async () => {
    const id = await file(ALONE(number()));
    await as('clerk', () => registrations.register(id, 'clerk'));
    expect(await as('clerk', () => registrations.askElsewhere(id, '430202'))).toMatchObject({ state: 'registered' });
    const [question] = await as('looker', () => registrations.questions([id]), '');
    const confirmed = { outcome: 'confirmed' as const, office: '湖南省示例区', note: null };
    expect(await as('clerk', () => registrations.answerElsewhere(question!.id, confirmed))).toMatchObject({
      state: 'registered',
      look: 'REGISTERED_ELSEWHERE',
    });
    const cancelled = await as('clerk', () => registrations.cancel(id, '已在外地登记', '湖南省示例区'));
    expect(cancelled).toMatchObject({ state: 'cancelled', toldWhere: '湖南省示例区', look: null });
    expect((await as('clerk', () => vouchers.ofRegistrations([id])))[0]).toMatchObject({ state: 'cancelled' });
  });
});

describe('rows', () => {
  it('of another county do not exist for an officer, nor another’s for a citizen', async () => {
    const own = number();
    const id = await file(ALONE(own));
    await as('clerk', () => registrations.register(id, 'clerk'));
    const [voucher] = await as('clerk', () => vouchers.ofRegistrations([id]));
    const stranger = number();
    for (const see of [
      <T>(work: () => Promise<T>) => as('other', work, '340203'),
      <T>(work: () => Promise<T>) => citizen('other', stranger, work),
    ]) {
      expect(await see(() => registrations.byIds([id]))).toEqual([]);
      expect(await see(() => registrations.parties([id]))).toEqual([]);
      expect(await see(() => registrations.actions([id]))).toEqual([]);
      expect(await see(() => vouchers.ofRegistrations([id]))).toEqual([]);
      await expect(see(() => registrations.accept(id, 'other'))).rejects.toEqual(refusal('BIRTH_REGISTRATION_UNKNOWN'));
      await expect(see(() => vouchers.file(voucher!.id))).rejects.toEqual(refusal('VOUCHER_UNKNOWN'));
    }
    expect(await as('township', () => registrations.byIds([id]), '340202101')).toEqual([]);
    expect(await as('village', () => registrations.byIds([id]), '340202100')).toHaveLength(1);
    expect(await citizen('me', own, () => registrations.byIds([id]))).toHaveLength(1);
  });

  it('bear the name of whoever worked, whatever the code that writes may say', async () => {
    const id = await file(ALONE(number()));
    const forged = `insert into birth_registration_action (registration_id, seq, kind, from_state, to_state, version, actor, at)
      values ('${id}', 99, 'accept', 'submitted', 'accepted', 1, 'somebody else', now())`;
    expect(await as('clerk', () => database.write((tx) => tx.query(forged))).catch(sqlState)).toBe('42501');
    const jump = forged.replace("'submitted', 'accepted', 1, 'somebody else'", "'submitted', 'registered', 1, 'clerk'");
    expect(await as('clerk', () => database.write((tx) => tx.query(jump))).catch(sqlState)).toBe('23503');
  });

  it('are found as work by their deadline, overdue ones and those to look at apart', async () => {
    const late = await file(ALONE(number()));
    clock.set('2026-04-20');
    const fresh = await file({ ...ALONE(number()), expectedMonth: '2026-09' });
    const list = (more: object) =>
      as('clerk', () => registrations.list({ prefix: '340202', state: 'submitted', ...more }, undefined, 201));
    const overdue = (await list({ isOverdue: true })).map(({ id }) => id);
    expect([overdue.includes(late), overdue.includes(fresh)]).toEqual([true, false]);
    const all = await list({});
    expect(all.map(({ dueOn }) => dueOn)).toEqual(all.map(({ dueOn }) => dueOn).sort());
  });

  it('are in the audit log: what was decided with its digest, who looked with their name', async () => {
    const id = await file(ALONE(number()));
    await as('clerk', () => registrations.register(id, 'clerk'));
    const entries = await world.admin<{ kind: string; actor: string }>(
      `select kind, actor from registration.audit_entry where $1 = any (subjects) and subject_type = 'birth_registration'`,
      [id],
    );
    expect(entries).toEqual(
      expect.arrayContaining([
        { kind: 'decided', actor: 'clerk' },
        { kind: 'done', actor: 'clerk' },
      ]),
    );
  });
});

describe('sealed numbers', () => {
  it('of described parents are swapped by a rotation like every other, and no other column is', async () => {
    const listed = await world.admin<{ t: string }>(
      `select table_name || '.' || column_name as t from registration.sealed_column order by 1`,
    );
    expect(listed.map(({ t }) => t)).toEqual(SEALED_COLUMNS.map(({ table, column }) => `${table}.${column}`).sort());
    for (const own of [number(), number()]) await file(ALONE(own)); // One stays under the old version.
    const [row] = await world.admin<{ id: string; was: Buffer }>(
      `select id, id_number_sealed as was from registration.birth_registration_party order by id desc limit 1`,
    );
    const becomes = Buffer.from(row!.was);
    becomes[0]! += 1;
    const swap = (table: string, column: string) =>
      as(
        'rotation',
        () =>
          database.write((tx) =>
            tx.query<{ n: number }>('select reseal($1, $2, $3, $4, $5) as n', [
              table,
              column,
              [row!.id],
              [row!.was],
              [becomes],
            ]),
          ),
        '',
      );
    expect(await swap('birth_registration_party', 'name').catch(sqlState)).toBe('42501');
    expect(await swap('birth_registration_party', 'id_number_sealed')).toEqual([{ n: 1 }]);
    const left = await as('rotation', () => database.write((tx) => tx.query('select retire_seal(1) as n')), '');
    expect(Number((left[0] as { n: bigint }).n)).toBeGreaterThan(0);
  });
});

describe('a voucher', () => {
  it('is verified by its code alone, showing masks; its file is told from every other to the byte', async () => {
    const own = number();
    const id = await file(ALONE(own));
    await as('clerk', () => registrations.register(id, 'clerk'));
    const [voucher] = await as('clerk', () => vouchers.ofRegistrations([id]));
    const { pdf, sha256 } = await as('clerk', () => vouchers.file(voucher!.id));
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    // The code stands on the document only, so a known one takes its place for this test.
    await world.admin('set session_replication_role = replica');
    await world.admin(
      `update registration.voucher set code_hash = sha256('0123456789ABCDEFGHJKMNPQRSTVWXYZ') where id = $1`,
      [voucher!.id],
    );
    await world.admin('set session_replication_role = origin');
    const nobody = systemContext('verify', { actor: 'anonymous', division: undefined });
    const verify = (code: string, hash: string | null = null) => inContext(nobody, () => vouchers.verify(code, hash));
    const code = '0123-4567-89ab-cdef-ghjk-mnpq-rstv-wxyz';
    expect(await verify(code, sha256)).toEqual({
      status: 'valid',
      holders: ['示*母'],
      office: '示例县示例镇',
      isSameFile: true,
    });
    expect(
      await verify(
        code,
        sha256.replace(/^./, (c) => (c === '0' ? '1' : '0')),
      ),
    ).toMatchObject({ isSameFile: false });
    expect(await verify(code.replace('0', '1'))).toEqual({
      status: 'unknown',
      holders: [],
      office: null,
      isSameFile: null,
    });
    await as('clerk', () => registrations.cancel(id, '登记有误', null));
    expect(await verify(code)).toMatchObject({ status: 'cancelled' });
    await expect(as('clerk', () => vouchers.credential(voucher!.id))).rejects.toEqual(refusal('VOUCHER_ENDED'));
  });
});
