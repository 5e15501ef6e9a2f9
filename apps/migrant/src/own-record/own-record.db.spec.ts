import { auditRecorder } from '@app/audit';
import { type Database, inContext, systemContext, type WorkContext } from '@app/database';
import { Outbox } from '@app/jobs';
import { createTestDatabase, TestClock, type TestDatabase } from '@app/testing';
import { Vault } from '@app/vault';
import { ParameterRepository } from '../parameter/parameter.repository';
import { ParameterService } from '../parameter/parameter.service';
import { RetentionNightService } from '../retention/retention-night.service';
import { RetentionRepository } from '../retention/retention.repository';
import { RetentionService } from '../retention/retention.service';
import { COLUMN_LABELS, TABLE_LABELS } from './label.rules';
import { OwnRecordRepository } from './own-record.repository';
import { OwnRecordService } from './own-record.service';
import { OwnRequestService } from './own-request.service';

let world: TestDatabase;
let database: Database;
let clock: TestClock;
let records: OwnRecordService;
let requests: OwnRequestService;
let retention: RetentionService;

beforeAll(async () => {
  world = await createTestDatabase();
  database = await world.open('migrant', { recorder: auditRecorder('migrant') });
  clock = new TestClock('2026-04-01');
  const repository = new OwnRecordRepository();
  const parameters = new ParameterService(database, clock, new ParameterRepository());
  retention = new RetentionService(database, clock, new RetentionRepository());
  records = new OwnRecordService(database, clock, new Vault(Buffer.alloc(32, 1)), parameters, retention, repository);
  requests = new OwnRequestService(database, clock, repository);
});
beforeEach(async () => {
  clock.set('2026-04-01');
  await world.admin('truncate migrant.resident, migrant.retention_tombstone, migrant.retention_run cascade');
});
afterAll(() => world?.drop());

const KEYS = { mother: 'aa'.repeat(32), stranger: 'bb'.repeat(32) } as const;
type Who = keyof typeof KEYS;

const context = (who: Who): WorkContext => ({
  actor: who,
  operation: 'Query.myRecord',
  permission: 'own-record.read',
  purpose: 'own-matters',
  requestId: 'test',
  family: { key: KEYS[who], persons: [] },
});
const as = async <T>(who: Who, work: () => Promise<T>): Promise<T> => inContext(context(who), work);
const asOfficer = async <T>(work: () => Promise<T>, division = '34'): Promise<T> =>
  inContext(systemContext('test', { actor: 'officer', purpose: 'register-keeping', division }), work);

/** Somebody with a number, a notice and a period. */
async function settle(who: Who): Promise<string> {
  return inContext(systemContext('test', { actor: who }), () =>
    database.write(async (tx) => {
      const [resident] = await tx.query<{ id: string }>(
        `insert into resident (name, sex, divisions, id_type, number_sealed, number_key, number_mask, recorded_at)
         values ($1, 1, array['340202001001'], '111', 'x', decode($2, 'hex'), '3402**********', '2026-01-01') returning id`,
        [who, KEYS[who]],
      );
      const [notice] = await tx.query<{ id: string }>(
        `insert into residence_notice (resident_id, source, reference, kind, place_code, starts, basis, recorded_at)
         values ($1, 'own', $2, 'stay', '340202001001', '2020', 'declared', '2026-01-01') returning id`,
        [resident!.id, `notice of ${who}`],
      );
      await tx.query(
        `insert into residence_period (resident_id, notice_id, place_code, valid, certain, basis, recorded_at)
         values ($1, $2, '340202001001', '[2020-01-01,)', '[2021-01-01,)', 'declared', '2026-01-01')`,
        [resident!.id, notice!.id],
      );
      return resident!.id;
    }),
  );
}

const count = async (table: string): Promise<number> =>
  (await world.admin<{ n: number }>(`select count(*)::int as n from migrant.${table}`))[0]!.n;

describe('one’s own record', () => {
  it('is one’s own: nobody else’s is listed, exported, asked about or taken back', async () => {
    const [mine, theirs] = [await settle('mother'), await settle('stranger')];
    expect((await as('mother', () => records.mine())).map(({ id }) => id)).toEqual([mine]);
    const code = 'OWN_RECORD_NOT_YOURS';
    await expect(as('mother', () => records.export(theirs, 'json'))).rejects.toMatchObject({ code });
    await expect(as('mother', () => records.accesses(theirs))).rejects.toMatchObject({ code });
    await expect(as('mother', () => records.kept(theirs))).rejects.toMatchObject({ code });
    await expect(as('mother', () => records.ask(theirs, 'deletion', '请删除记录', null))).rejects.toMatchObject({
      code,
    });
    const request = await as('stranger', () => records.ask(theirs, 'deletion', '请删除我的记录', null));
    await expect(as('mother', () => records.withdraw(request.id))).rejects.toMatchObject({
      code: 'OWN_REQUEST_UNKNOWN',
    });
    // An operator without a family of their own has no record, however far they see.
    expect(await inContext(systemContext('test'), () => records.mine())).toEqual([]);
  });

  it('says who looked, by office and purpose and never by name', async () => {
    const id = await settle('mother');
    await asOfficer(() => database.read(async (read) => read.disclose('resident', [{ id }])), '340202');
    await as('mother', () => records.export(id, 'json'));
    const { accesses } = JSON.parse(await as('mother', () => records.export(id, 'json'))) as {
      accesses: { who: { en: string }; purpose: { en: string } }[];
    };
    expect(accesses.map(({ who, purpose }) => `${who.en}, ${purpose.en}`)).toEqual([
      'you yourself, a citizen’s own matters',
      'an office of division 340202, keeping the register',
    ]);
    expect(JSON.stringify(accesses)).not.toContain('officer');
  });

  it('has a word for every table and every column that anybody may read of theirs', async () => {
    const columns = await world.admin<{ table: string; column: string }>(
      `select p.of_table as "table", a.attname::text as "column" from migrant.personal_table p
         join pg_attribute a on a.attrelid = ('migrant.' || p.of_table)::regclass and a.attnum > 0 and not a.attisdropped
        where not p.withheld ? a.attname::text`,
    );
    expect(columns.length).toBeGreaterThan(60);
    expect(columns.filter(({ table, column }) => !TABLE_LABELS[table] || !COLUMN_LABELS[column])).toEqual([]);
  });

  it('is a table that no spreadsheet takes for a formula', async () => {
    const id = await settle('mother');
    await as('mother', () => records.ask(id, 'objection', '=cmd()|calc 请停止使用', null));
    expect(await as('mother', () => records.export(id, 'csv'))).toContain(`'=cmd()`);
  });
});

describe('a request about it', () => {
  it('needs words, and a correction evidence; one of a kind is open at a time; it has its day', async () => {
    const id = await settle('mother');
    const ask = (wish: string, evidence: string | null) =>
      as('mother', () => records.ask(id, 'correction', wish, evidence));
    await expect(ask('错', null)).rejects.toMatchObject({ code: 'OWN_REQUEST_SAYS_NOTHING' });
    await expect(ask('来处写错了', ' ')).rejects.toMatchObject({ code: 'OWN_REQUEST_NEEDS_EVIDENCE' });
    expect(await ask('来处写错了', '居住证')).toMatchObject({ state: 'open', dueOn: '2026-05-01', reason: null });
    await expect(ask('来处写错了', '居住证')).rejects.toMatchObject({ code: 'OWN_REQUEST_OPEN_ALREADY' });
    const [open] = await as('mother', () => records.requests(id));
    expect(await as('mother', () => records.withdraw(open!.id))).toMatchObject({ state: 'withdrawn' });
    await expect(as('mother', () => records.withdraw(open!.id))).rejects.toMatchObject({
      code: 'OWN_REQUEST_ANSWERED_ALREADY',
    });
  });

  it('is answered once, with words, and refused with a reason, by an officer of the place', async () => {
    const id = await settle('mother');
    const { id: request } = await as('mother', () => records.ask(id, 'objection', '不同意这样使用', null));
    const answer = (isGranted: boolean, reason: 'found-right' | null, words: string, division?: string) =>
      asOfficer(() => requests.answer(request, { isGranted, reason, words }), division);
    await expect(answer(false, 'found-right', '不', undefined)).rejects.toMatchObject({
      code: 'OWN_REQUEST_ANSWER_MISSING',
    });
    await expect(answer(false, null, '依法保存')).rejects.toMatchObject({ code: 'OWN_REQUEST_REASON_MISSING' });
    await expect(answer(true, 'found-right', '依法保存')).rejects.toMatchObject({ code: 'OWN_REQUEST_REASON_MISSING' });
    await expect(answer(true, null, '已停止使用', '42')).rejects.toMatchObject({ code: 'OWN_REQUEST_UNKNOWN' });
    expect(await asOfficer(() => requests.list('34', true, undefined, 10))).toMatchObject([{ id: request }]);
    expect(await answer(false, 'found-right', '经核实无误')).toMatchObject({ state: 'refused', reason: 'found-right' });
    await expect(answer(true, null, '已停止使用')).rejects.toMatchObject({ code: 'OWN_REQUEST_ANSWERED_ALREADY' });
    expect(await asOfficer(() => requests.list('34', true, undefined, 10))).toEqual([]);
    expect(await as('mother', () => records.requests(id))).toMatchObject([{ answer: '经核实无误' }]);
  });

  it('for deletion, once granted, deletes everything at once, unless something holds it', async () => {
    const id = await settle('mother');
    await settle('stranger');
    const { id: request } = await as('mother', () => records.ask(id, 'deletion', '我已搬走，请删除', null));
    const grant = () =>
      asOfficer(() => requests.answer(request, { isGranted: true, reason: null, words: '已删除全部记录' }));
    const hold = await asOfficer(() => retention.hold(id, 'inspection', '2026-审-3'));
    await expect(grant()).rejects.toMatchObject({ code: 'OWN_RECORD_IS_HELD' });
    expect(await count('own_request')).toBe(1);
    await asOfficer(() => retention.lift(hold.id));
    expect(await grant()).toMatchObject({ state: 'granted' });
    expect(await as('mother', () => records.mine())).toEqual([]);
    expect([await count('resident'), await count('residence_notice'), await count('own_request')]).toEqual([1, 1, 0]);
  });

  it('that was granted holds after a backup was restored: the night deletes them again, and nobody else', async () => {
    const id = await settle('mother');
    const other = await settle('stranger');
    const backup = await world.admin(`select * from migrant.resident where id = $1`, [id]);
    const { id: request } = await as('mother', () => records.ask(id, 'deletion', '我已搬走，请删除', null));
    await asOfficer(() => requests.answer(request, { isGranted: true, reason: null, words: '已删除全部记录' }));
    await world.admin(
      `insert into migrant.resident select * from jsonb_populate_recordset(null::migrant.resident, $1::jsonb)`,
      [
        JSON.stringify(
          backup.map((row) => ({ ...row, number_sealed: null, number_key: null, number_mask: null, id_type: null })),
        ),
      ],
    );
    expect(JSON.stringify(await world.admin('select * from migrant.retention_tombstone'))).not.toContain(id);
    await world.admin('insert into migrant.retention_rehearsal default values on conflict do nothing');
    const night = new RetentionNightService(database, new Outbox('migrant'), clock, new RetentionRepository());
    expect(await night.run()).toMatchObject({ 'resident-again': 1 });
    expect(await world.admin('select id from migrant.resident')).toEqual([{ id: other }]);
  });

  it('deletes nothing that was not granted, whoever says so', async () => {
    const id = await settle('mother');
    const { id: request } = await as('mother', () => records.ask(id, 'deletion', '我已搬走，请删除', null));
    const now = () => database.write((tx) => tx.query('select own_request_delete($1, $2)', [request, '2026-04-01']));
    await expect(asOfficer(now)).rejects.toThrow('no deletion was granted');
    await expect(as('mother', now)).rejects.toThrow('no deletion was granted');
    expect(await count('resident')).toBe(1);
  });
});
