import { randomUUID, sign } from 'node:crypto';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import {
  contextPads,
  type Database,
  inContext,
  signContext,
  sqlState,
  systemContext,
  type WorkContext,
} from '@app/database';
import { Refusal } from '@app/kernel';
import { createTestDatabase, type TestDatabase } from '@app/testing';
import { assure } from '../../../test/support/assurance';
import { AuditLog, auditRecorder, keptIn, startSealing, type Verified } from './index';
import { NoteSigner } from './note';

let world: TestDatabase;
let database: Database;
let data: string;
let log: AuditLog;
/** Ways of tampering that were seen to be found. */
const found = new Set<string>();
let falseAlarms = 0;

const context = (more: Partial<WorkContext> = {}): WorkContext => ({
  ...systemContext('Mutation.test', { requestId: 'request-1' }),
  actor: 'clerk',
  permission: 'test.write',
  purpose: 'review',
  ...more,
});

const dataFolder = () => fs.mkdtempSync(path.join(os.tmpdir(), 'yangyu-audit-'));

beforeEach(async () => {
  world = await createTestDatabase();
  database = await world.open('subsidy', { recorder: auditRecorder('subsidy') });
  data = dataFolder();
  log = new AuditLog('subsidy', database, data);
});
afterAll(() =>
  assure('T43', 'Tampering with the audit log as superuser is found, the first bad leaf named; no false alarm', {
    'ways of tampering tried and found': found.size,
    'lines written by sixteen writers at once, at least': 20_000,
    'false alarms': falseAlarms,
  }),
);
afterEach(async () => {
  await world.drop();
  fs.rmSync(data, { recursive: true, force: true });
});

/** As many transactions that do something about a claim each. */
async function act(count: number, by: Partial<WorkContext> = {}): Promise<void> {
  for (let i = 0; i < count; i++) {
    await inContext(context(by), () => database.write(async (tx) => tx.concern('claim', [randomUUID()])));
  }
}

/** `count` lines by one transaction each hundred, faster than one by one. */
async function actInBulk(count: number): Promise<void> {
  for (let done = 0; done < count; done += 100) {
    await inContext(context({ isPlumbing: true }), () =>
      database.write((tx) =>
        tx.query(
          `select audit_append(array_agg('done'::text), array_agg('claim'::text), array_agg('{' || gen_random_uuid() || '}'),
             array_agg('{}'::text), array_agg(null::text)) from generate_series(1, ${Math.min(100, count - done)})`,
        ),
      ),
    );
  }
}

/** Transactions of other test files on the same server hold sealing up; what is sealed here is everything there is. */
const seal = async (which: AuditLog = log) => {
  await world.settled();
  return which.seal();
};

/** As superuser, with every trigger asleep. */
const tamper = async (sql: string): Promise<void> => {
  await world.admin('set session_replication_role = replica; set search_path = subsidy');
  await world.admin(sql);
  await world.admin('reset session_replication_role');
};

const entries = () => world.admin<Record<string, unknown>>('select * from subsidy.audit_entry order by xid, id');

const idAt = async (leaf: number): Promise<string> => {
  const [row] = await world.admin<{ id: string }>(
    'select entry_id::text as id from subsidy.audit_leaf where leaf_index = $1',
    [leaf],
  );
  return row!.id;
};

/** An entry as a superuser makes it up. */
const COLUMNS = 'kind, actor, operation, permission, purpose, request_id';
const STAMPED = `'done', 'a', 'o', 'p', 'p', 'r'`;

const said = ({ finding }: Verified) => finding && [finding.code, finding.leaf, finding.entry];

describe('what is recorded', () => {
  it('says who did what for whom, from the signed context', async () => {
    const [first, second] = [randomUUID(), randomUUID()].sort();
    await inContext(context({ caseRef: 'C1', division: '340202', fields: { claim: ['claimNo'] } }), () =>
      database.write(async (tx) => {
        tx.disclose('claim', [{ id: second! }, { id: first! }]);
        tx.concern('claim', [first!]);
      }),
    );
    const common = {
      actor: 'clerk',
      operation: 'Mutation.test',
      permission: 'test.write',
      purpose: 'review',
      case_ref: 'C1',
      request_id: 'request-1',
      division: '340202',
      subject_type: 'claim',
      code: null,
      content: null,
    };
    expect(await entries()).toEqual([
      expect.objectContaining({ ...common, kind: 'read', subjects: [first, second], fields: ['claimNo'] }),
      expect.objectContaining({ ...common, kind: 'done', subjects: [first], fields: [] }),
    ]);
  });

  it('is nothing for a read that disclosed nobody, and a line for one that did', async () => {
    await inContext(context(), () => database.read((read) => read.query('select 1')));
    expect(await entries()).toEqual([]);
    await inContext(context(), () => database.read(async (read) => read.disclose('person', [{ id: randomUUID() }])));
    expect(await entries()).toEqual([expect.objectContaining({ kind: 'read', subject_type: 'person' })]);
  });

  it('keeps a refusal with its code although its transaction was undone', async () => {
    const refused = inContext(context(), () =>
      database.write(async () => {
        throw new Refusal('NOT_SO', { zh: '否', en: 'no' });
      }),
    );
    await expect(refused).rejects.toThrow('no');
    expect(await entries()).toEqual([expect.objectContaining({ kind: 'refused', code: 'NOT_SO', actor: 'clerk' })]);
  });

  it('goes with its transaction: what is rolled back was not done', async () => {
    const broken = inContext(context(), () =>
      database.write(async (tx) => {
        tx.concern('claim', [randomUUID()]);
        await tx.query('select 1 / 0');
      }),
    );
    await expect(broken).rejects.toThrow('division by zero');
    expect(await entries()).toEqual([]);
  });
});

describe('a log that cannot be written', () => {
  beforeEach(() => world.admin('revoke execute on function subsidy.audit_append from subsidy_rw'));

  it('gives no data', async () => {
    const attempt = inContext(context(), () =>
      database.read(async (read) => read.disclose('claim', [{ id: randomUUID(), secret: 'x' }])),
    );
    expect(await attempt.catch(sqlState)).toBe('42501');
  });

  it('undoes what was to be written', async () => {
    const attempt = inContext(context(), () =>
      database.write((tx) => tx.query(`insert into fact_dirty values ('${randomUUID()}')`)),
    );
    expect(await attempt.catch(sqlState)).toBe('42501');
    expect(await world.admin('select from subsidy.fact_dirty')).toEqual([]);
  });
});

describe('the runtime role', () => {
  const asRuntime = (sql: string): Promise<string | undefined> =>
    inContext(context({ isPlumbing: true }), () => database.write((tx) => tx.query(sql))).then(
      () => 'done',
      (error: unknown) => sqlState(error),
    );

  it.each(['audit_entry', 'audit_leaf', 'audit_node', 'audit_checkpoint'])(
    'cannot change or empty %s',
    async (table) => {
      const column = { audit_entry: 'actor', audit_leaf: 'hash', audit_node: 'hash', audit_checkpoint: 'note' }[table];
      expect(await asRuntime(`update ${table} set ${column} = ${column}`)).toBe('42501');
      expect(await asRuntime(`delete from ${table}`)).toBe('42501');
      expect(await asRuntime(`truncate ${table}`)).toBe('42501');
      expect(await asRuntime(`alter table ${table} disable trigger all`)).toBe('42501');
    },
  );

  it.each(['actor', 'operation', 'permission', 'purpose', 'case_ref', 'request_id', 'division'])(
    'cannot write an entry with another %s',
    async (column) => {
      expect(await asRuntime(`insert into audit_entry (kind, ${column}) values ('done', 'another')`)).toBe('42501');
      expect(await asRuntime(`insert into audit_entry (kind) values ('done')`)).toBe('done');
      expect(await entries()).toEqual([expect.objectContaining({ actor: 'clerk', purpose: 'review' })]);
    },
  );

  it.each(['id', 'xid', 'at'])('cannot choose the %s of an entry', async (column) => {
    const value = { id: '7', xid: `'7'`, at: `'2020-01-01'` }[column];
    expect(
      await asRuntime(`insert into audit_entry (kind, ${column}) overriding system value values ('done', ${value})`),
    ).toBe('42501');
  });

  it('cannot write without a signed context, nor with one whose signature does not hold', async () => {
    const bare = await world.open('subsidy', { standing: undefined });
    const attempt = (before: string) =>
      bare.write(async (tx) => {
        await tx.query(before);
        await tx.query(`select audit_append('{done}', '{claim}', '{"{}"}', '{"{}"}', '{null}')`);
      });
    const forged = Buffer.from(
      JSON.stringify({ actor: 'director', operation: 'x', permission: 'x', purpose: 'x', request: 'x', division: '' }),
    ).toString('base64');
    await expect(attempt('select 1')).rejects.toThrow(/null value|row-level security/);
    await expect(attempt(`set local app.context = '${forged}.${'0'.repeat(64)}'`)).rejects.toThrow(
      /null value|row-level security/,
    );
    expect(await entries()).toEqual([]);
  });

  it('cannot forge a context by a temporary table in the place of the key', async () => {
    const key = Buffer.alloc(32, 7);
    const { inner, outer } = contextPads(key);
    const bare = await world.open('subsidy', { standing: undefined });
    const claims = await bare.write(async (tx) => {
      await tx.query(
        'create temp table context_key (is_only boolean, inner_pad bytea, outer_pad bytea) on commit drop',
      );
      await tx.query('grant all on pg_temp.context_key to public');
      await tx.query('insert into pg_temp.context_key values (true, $1, $2)', [inner, outer]);
      await tx.query(`set local app.context = '${signContext(context({ actor: 'director' }), key)}'`);
      return tx.query('select guard_claims() as claims');
    });
    expect(claims).toEqual([{ claims: null }]);
  });

  it('cannot turn the log aside into a temporary table', async () => {
    await inContext(context({ isPlumbing: true }), () =>
      database.write(async (tx) => {
        await tx.query('create temp table audit_entry (like subsidy.audit_entry including all) on commit drop');
        await tx.query('grant all on pg_temp.audit_entry to public');
        await tx.query(`select audit_append('{done}', '{null}', '{"{}"}', '{"{}"}', '{null}')`);
      }),
    );
    expect(await entries()).toHaveLength(1);
  });

  it('sees of the log what was done within its own division, or to its own family', async () => {
    const child = randomUUID();
    await act(1, { division: '340202' });
    await act(1, { division: '340203' });
    await inContext(context({ division: undefined, family: { key: '00', persons: [child] } }), () =>
      database.read(async (read) => read.disclose('person', [{ id: child }])),
    );
    const seen = (who: Partial<WorkContext>) =>
      inContext(context({ ...who, isPlumbing: true }), () =>
        database.read(async (read) => (await read.query('select from audit_entry')).length),
      );
    expect(await seen({ division: '' })).toBe(3);
    expect(await seen({ division: '3402' })).toBe(2);
    expect(await seen({ division: '340202' })).toBe(1);
    expect(await seen({ division: '340204' })).toBe(0);
    expect(await seen({ division: undefined })).toBe(0);
    expect(await seen({ division: undefined, family: { key: '00', persons: [child] } })).toBe(1);
  });
});

it('lets nobody change it, not even its owner, while the triggers stand', async () => {
  await act(1);
  await seal();
  for (const table of ['audit_entry', 'audit_leaf', 'audit_node', 'audit_checkpoint']) {
    await expect(world.admin(`delete from subsidy.${table}`)).rejects.toThrow('only grows');
    await expect(world.admin(`truncate subsidy.${table}`)).rejects.toThrow('only grows');
  }
  await expect(world.admin(`update subsidy.audit_entry set actor = 'x'`)).rejects.toThrow('only grows');
});

describe('sealing', () => {
  it('gives every entry its leaf, once, and says so when all is well', async () => {
    await act(3);
    expect(await seal()).toEqual({ added: 3, size: 3 });
    expect(await seal()).toEqual({ added: 0, size: 3 });
    await act(2);
    expect(await log.verify()).toMatchObject({ size: 3, unsealed: 2, checkpoints: 1, keptSize: 3, finding: null });
    expect(await seal()).toEqual({ added: 2, size: 5 });
    expect(await log.verify()).toMatchObject({ size: 5, unsealed: 0, checkpoints: 2, keptSize: 5, finding: null });
  });

  it('waits for a transaction that is still under way, so that nothing comes in between later', async () => {
    let go!: () => void;
    const gate = new Promise<void>((resolve) => (go = resolve));
    let begun!: () => void;
    const isBegun = new Promise<void>((resolve) => (begun = resolve));
    const slow = inContext(context({ isPlumbing: true }), () =>
      database.write(async (tx) => {
        await tx.query(`insert into audit_entry (kind) values ('done')`);
        begun();
        await gate;
      }),
    );
    await isBegun;
    await act(2);
    expect(await log.seal()).toEqual({ added: 0, size: 0 });
    go();
    await slow;
    expect(await seal()).toEqual({ added: 3, size: 3 });
    expect(await log.verify()).toMatchObject({ size: 3, finding: null });
  });

  it('continues over the edge of a tile, and makes up for files that a crash kept from being written', async () => {
    await actInBulk(300);
    await seal();
    const folder = path.join(data, 'audit', 'subsidy');
    expect(fs.readdirSync(path.join(folder, 'tile', '0')).sort()).toEqual(['000', '001.p']);
    const lost = dataFolder();
    fs.cpSync(path.join(data, 'audit.key'), path.join(lost, 'audit.key'));
    const again = new AuditLog('subsidy', database, lost);
    await actInBulk(300);
    await seal(again);
    expect(await again.verify()).toMatchObject({ size: 600, keptSize: 600, finding: null });
    expect(fs.readFileSync(path.join(lost, 'audit', 'subsidy', 'tile', '0', '000'))).toEqual(
      fs.readFileSync(path.join(folder, 'tile', '0', '000')),
    );
    expect(fs.statSync(path.join(lost, 'audit.key')).mode & 0o777).toBe(0o600);
    fs.rmSync(lost, { recursive: true });
  });

  it('goes on by itself, says what stops it, and seals what is left when it is stopped', async () => {
    const complaints: string[] = [];
    const sealing = startSealing([log], (error, where) => complaints.push(`${where} ${(error as Refusal).code}`), 20);
    const until = async (isSo: () => Promise<boolean>) => {
      while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 10));
    };
    await act(2);
    await until(async () => (await log.verify()).size === 2);
    await act(1);
    await world.settled();
    await sealing.stop();
    expect(await log.verify()).toMatchObject({ size: 3, unsealed: 0, finding: null });
    expect(complaints).toEqual([]);

    await tamper('delete from audit_leaf where leaf_index = 2');
    const broken = startSealing([log], (error, where) => complaints.push(`${where} ${(error as Refusal).code}`), 20);
    await until(async () => complaints.length > 1);
    await broken.stop();
    expect(new Set(complaints)).toEqual(new Set(['audit subsidy AUDIT_TREE_BROKEN']));
  });

  it('signs nothing that does not continue what was signed or published before', async () => {
    await actInBulk(300);
    await seal();
    await tamper(`update audit_leaf set hash = sha256('x') where leaf_index = 290`);
    await actInBulk(100);
    await expect(seal()).rejects.toMatchObject({ code: 'AUDIT_TREE_BROKEN' });
    await tamper('truncate audit_leaf, audit_node, audit_checkpoint');
    await expect(seal()).rejects.toMatchObject({ code: 'AUDIT_BEHIND_PUBLICATION' });
  });
});

describe('of a log that a superuser has altered with the triggers off', () => {
  let kept: string;

  beforeEach(async () => {
    await actInBulk(300);
    await seal();
    await actInBulk(300);
    await seal();
    kept = path.join(dataFolder(), 'kept');
    fs.cpSync(log.folder, kept, { recursive: true });
  });
  afterEach(() => fs.rmSync(path.dirname(kept), { recursive: true }));

  const verifyKept = () => log.verify(keptIn(path.join(kept, 'checkpoint')));
  /** Only what the database itself says. */
  const verifyAlone = async () => {
    fs.rmSync(log.folder, { recursive: true, force: true });
    return log.verify();
  };

  it('nothing is said while nothing was altered', async () => {
    expect(await verifyKept()).toMatchObject({ size: 600, checkpoints: 2, keptSize: 600, finding: null });
    expect(await verifyAlone()).toMatchObject({ size: 600, keptSize: null, finding: null });
  });

  it('an edited entry is named', async () => {
    const id = await idAt(123);
    await tamper(`update audit_entry set actor = 'somebody else' where id = ${id}`);
    expect(said(await verifyKept())).toEqual(['AUDIT_ENTRY_EDITED', 123, id]);
    expect(said(await verifyAlone())).toEqual(['AUDIT_ENTRY_EDITED', 123, id]);
    found.add(expect.getState().currentTestName!);
  });

  it('a deleted entry is named, with its leaf or without', async () => {
    const id = await idAt(456);
    await tamper(`delete from audit_entry where id = ${id}`);
    expect(said(await verifyKept())).toEqual(['AUDIT_ENTRY_MISSING', 456, id]);
    await tamper('delete from audit_leaf where leaf_index = 456');
    expect(said(await verifyKept())).toEqual(['AUDIT_LEAF_MISSING', 456, null]);
    expect(said(await verifyAlone())).toEqual(['AUDIT_LEAF_MISSING', 456, null]);
    found.add(expect.getState().currentTestName!);
  });

  it('a cut tail is found at its first leaf, with the checkpoints cut too', async () => {
    await tamper(`delete from audit_entry where id in (select entry_id from audit_leaf where leaf_index >= 300)`);
    await tamper('delete from audit_leaf where leaf_index >= 300; delete from audit_node where number >= 1');
    expect(said(await verifyKept())).toEqual(['AUDIT_TAIL_CUT', 300, null]);
    await tamper('delete from audit_checkpoint where size > 300');
    expect(said(await verifyKept())).toEqual(['AUDIT_TAIL_CUT', 300, null]);
    // Grown over again, the log has as many leaves as before.
    await actInBulk(300);
    await expect(seal()).rejects.toMatchObject({ code: 'AUDIT_BEHIND_PUBLICATION' });
    found.add(expect.getState().currentTestName!);
  });

  it('changed order is found at the first leaf that moved', async () => {
    const [first, second] = [await idAt(40), await idAt(41)];
    await tamper(`update audit_leaf set entry_id = -1 where leaf_index = 40;
      update audit_leaf set (entry_id, hash) = (select ${first}, hash from audit_leaf where leaf_index = 40) where leaf_index = 41;
      update audit_leaf set entry_id = ${second} where leaf_index = 40`);
    expect(said(await verifyKept())).toEqual(['AUDIT_REORDERED', 40, first]);
    expect(said(await verifyAlone())).toEqual(['AUDIT_REORDERED', 40, first]);
    found.add(expect.getState().currentTestName!);
  });

  it('an entry put in among those that were sealed is named', async () => {
    const [{ xid, id }] = (await world.admin<{ xid: string; id: string }>(
      `select xid::text, id::text from subsidy.audit_entry where id = $1`,
      [await idAt(199)],
    )) as [{ xid: string; id: string }];
    await tamper(`insert into audit_entry (xid, ${COLUMNS}) values ('${xid}', ${STAMPED})`);
    const [{ id: inserted }] = (await world.admin<{ id: string }>(
      `select max(id)::text as id from subsidy.audit_entry where xid = '${xid}'`,
    )) as [{ id: string }];
    const next = (
      await world.admin<{ n: bigint }>(`select count(*)::int as n from subsidy.audit_entry where xid <= '${xid}'`)
    )[0]!;
    expect(Number(inserted)).toBeGreaterThan(Number(id));
    expect(said(await verifyKept())).toEqual(['AUDIT_ENTRY_INSERTED', Number(next.n) - 1, inserted]);
    found.add(expect.getState().currentTestName!);
  });

  /** A false entry, sealed like any other behind one that says the truth. */
  const lieAbout = async (at: string): Promise<void> => {
    await act(1);
    await tamper(`insert into audit_entry (at, ${COLUMNS}) values (${at}, ${STAMPED})`);
    await act(1);
    await seal();
  };

  it.each([
    [`now() - interval '40 days'`, 'AUDIT_ENTRY_BACK_DATED'],
    [`now() + interval '25 hours'`, 'AUDIT_ENTRY_FUTURE_DATED'],
    [`now() + interval '1 year'`, 'AUDIT_ENTRY_FUTURE_DATED'],
    [`'12026-01-01'`, 'AUDIT_ENTRY_FUTURE_DATED'],
    [`'infinity'`, 'AUDIT_ENTRY_FUTURE_DATED'],
  ])('an entry that says it is of %s is named although it was sealed', async (at, code) => {
    await lieAbout(at);
    expect(said(await verifyKept())).toEqual([code, 601, await idAt(601)]);
    expect(said(await verifyAlone())).toEqual([code, 601, await idAt(601)]);
    found.add(code);
  });

  it('an entry less than a day off is believed, as clocks are set', async () => {
    await lieAbout(`now() + interval '23 hours'`);
    await lieAbout(`now() - interval '23 hours'`);
    expect(said(await verifyKept())).toBeNull();
  });

  it('a lie about time is not hidden by dating the checkpoints to it, as the time of a checkpoint is signed', async () => {
    await lieAbout(`now() - interval '40 days'`);
    await tamper(`update audit_checkpoint set at = now() - interval '41 days'`);
    expect(said(await verifyKept())).toEqual(['AUDIT_CHECKPOINT_MISDATED', 0, null]);
    await tamper(`update audit_checkpoint set at = now() - interval '41 days' where size > 600`);
    await tamper(`update audit_checkpoint set at = now() where size <= 600`);
    expect(said(await verifyKept())).toEqual(['AUDIT_ENTRY_BACK_DATED', 601, await idAt(601)]);
    found.add(expect.getState().currentTestName!);
  });

  it('a checkpoint that is dated otherwise than it was signed is named by its first leaf', async () => {
    for (const at of [`now() - interval '25 hours'`, `now() + interval '25 hours'`, `'infinity'`]) {
      await tamper(`update audit_checkpoint set at = ${at} where size = 600`);
      expect(said(await verifyKept())).toEqual(['AUDIT_CHECKPOINT_MISDATED', 300, null]);
    }
    found.add(expect.getState().currentTestName!);
  });

  it('checkpoints from before times were signed are dated by the database, and may not go backwards', async () => {
    await lieAbout(`now() - interval '40 days'`);
    for (const { size, root } of await world.admin<{ size: string; root: Buffer }>(
      'select size::text, root from subsidy.audit_checkpoint',
    )) {
      await tamper(`update audit_checkpoint set note = '${signUndated(size, root)}' where size = ${size}`);
    }
    expect(said(await verifyKept())).toEqual(['AUDIT_ENTRY_BACK_DATED', 601, await idAt(601)]);
    await tamper(`update audit_checkpoint set at = now() - interval '41 days' where size = 600`);
    expect(said(await verifyKept())).toEqual(['AUDIT_CHECKPOINT_MISDATED', 300, null]);
    // Those before it dated back too, what was honestly sealed then is of their future.
    await tamper(`update audit_checkpoint set at = now() - interval '41 days'`);
    expect(said(await verifyKept())).toEqual(['AUDIT_ENTRY_FUTURE_DATED', 0, await idAt(0)]);
  });

  /** A checkpoint as it was signed before there was a time in it. */
  const signUndated = (size: string, root: Buffer): string => {
    const text = `${log.origin}\n${size}\n${root.toString('base64')}\n`;
    const key = fs.readFileSync(path.join(data, 'audit.key'), 'utf8');
    const signature = Buffer.concat([NoteSigner.of(log.origin, key).id, sign(null, Buffer.from(text), key)]);
    return `${text}\n— ${log.origin} ${signature.toString('base64')}\n`;
  };

  it('a history recomputed to the last checkpoint is found, whoever signed it', async () => {
    const id = await idAt(77);
    await tamper(`update audit_entry set subjects = '{}', subject_type = null where id = ${id}`);
    await tamper('truncate audit_leaf, audit_node, audit_checkpoint');
    const stranger = dataFolder();
    await seal(new AuditLog('subsidy', database, stranger));
    fs.rmSync(stranger, { recursive: true });
    // The attacker signed with a key of their own: alone it shows, and what was kept names the leaf.
    expect(said(await verifyKept())).toEqual(['AUDIT_RECOMPUTED', 77, id]);
    expect(said(await verifyAlone())).toEqual(['AUDIT_CHECKPOINT_FORGED', 0, null]);
    found.add(expect.getState().currentTestName!);
  });

  it('a history recomputed under the old signatures is found at the leaf', async () => {
    const id = await idAt(350);
    await tamper(`create temp table signed as select * from audit_checkpoint`);
    await tamper(
      `update audit_entry set actor = 'x' where id = ${id}; truncate audit_leaf, audit_node, audit_checkpoint`,
    );
    const stranger = dataFolder();
    await seal(new AuditLog('subsidy', database, stranger));
    fs.rmSync(stranger, { recursive: true });
    await tamper('truncate audit_checkpoint; insert into audit_checkpoint select * from signed');
    expect(said(await verifyKept())).toEqual(['AUDIT_RECOMPUTED', 350, id]);
    // Without what others keep, only the stretch between two signatures can be named.
    expect(said(await verifyAlone())).toEqual(['AUDIT_ROOT_DIFFERS', 300, null]);
    found.add(expect.getState().currentTestName!);
  });

  it('a swapped or forged checkpoint is told from an altered log', async () => {
    await tamper(
      'update audit_checkpoint set note = (select note from audit_checkpoint where size = 300) where size = 600',
    );
    expect(said(await verifyKept())).toEqual(['AUDIT_CHECKPOINT_SWAPPED', 300, null]);
    await tamper(`update audit_checkpoint set note = 'yangyu/subsidy' where size = 600`);
    expect(said(await verifyKept())).toEqual(['AUDIT_CHECKPOINT_FORGED', 300, null]);
    await tamper('delete from audit_checkpoint where size = 600');
    expect(said(await verifyKept())).toEqual(['AUDIT_CHECKPOINT_MISSING', 300, null]);
    found.add(expect.getState().currentTestName!);
  });

  it('a checkpoint file that another log or key signed is refused', async () => {
    const other = await world.open('registration', { recorder: auditRecorder('registration') });
    await inContext(context(), () => other.write(async () => undefined));
    const theirs = new AuditLog('registration', other, data);
    await seal(theirs);
    const swapped = await log.verify(keptIn(path.join(theirs.folder, 'checkpoint')));
    expect(said(swapped)).toEqual(['AUDIT_KEPT_CHECKPOINT_FORGED', null, null]);
    const stolen = dataFolder();
    const forger = new AuditLog('subsidy', database, stolen);
    fs.writeFileSync(path.join(kept, 'checkpoint'), '');
    expect(said(await verifyKept())).toEqual(['AUDIT_KEPT_CHECKPOINT_FORGED', null, null]);
    expect(forger.origin).toBe(log.origin);
    fs.rmSync(stolen, { recursive: true });
    found.add(expect.getState().currentTestName!);
  });

  it('a history of its own that one reader was shown under our signature is found at the leaf', async () => {
    const id = await idAt(555);
    const forked = dataFolder();
    fs.cpSync(path.join(data, 'audit.key'), path.join(forked, 'audit.key'));
    await tamper(
      'create temp table honest as select * from audit_entry; create temp table leaves as select * from audit_leaf',
    );
    await tamper(
      'create temp table nodes as select * from audit_node; create temp table notes as select * from audit_checkpoint',
    );
    await tamper(
      `update audit_entry set actor = 'nobody' where id = ${id}; truncate audit_leaf, audit_node, audit_checkpoint`,
    );
    const shown = new AuditLog('subsidy', database, forked);
    await seal(shown);
    await tamper('truncate audit_entry, audit_leaf, audit_node, audit_checkpoint');
    await tamper(
      'insert into audit_entry overriding system value select * from honest; insert into audit_leaf select * from leaves',
    );
    await tamper('insert into audit_node select * from nodes; insert into audit_checkpoint select * from notes');
    expect(await verifyKept()).toMatchObject({ finding: null });

    expect(said(await log.verify(keptIn(path.join(shown.folder, 'checkpoint'))))).toEqual(['AUDIT_FORKED', 555, id]);
    fs.rmSync(path.join(shown.folder, 'tile'), { recursive: true });
    expect(said(await log.verify(keptIn(path.join(shown.folder, 'checkpoint'))))).toEqual(['AUDIT_FORKED', null, null]);
    fs.rmSync(forked, { recursive: true });
    found.add(expect.getState().currentTestName!);
  });

  it('an altered leaf or subtree is told from an altered entry', async () => {
    await tamper(`update audit_leaf set hash = sha256('x') where leaf_index = 5`);
    expect(said(await verifyKept())).toEqual(['AUDIT_LEAF_ALTERED', 5, await idAt(5)]);
    await tamper(
      `update audit_leaf l set hash = k.hash from (select hash from audit_leaf where leaf_index = 6) k where l.leaf_index = 5`,
    );
    expect(said(await verifyKept())).toEqual(['AUDIT_LEAF_ALTERED', 5, await idAt(5)]);
    found.add(expect.getState().currentTestName!);
  });

  it('a subtree that was altered is named by its first leaf, and altered tiles by the folder they are in', async () => {
    fs.writeFileSync(path.join(kept, 'tile', '0', '001'), Buffer.alloc(8192));
    expect(said(await verifyKept())).toEqual(['AUDIT_KEPT_TILES_ALTERED', null, null]);
    await tamper(`update audit_node set hash = sha256('x') where number = 1`);
    expect(said(await verifyAlone())).toEqual(['AUDIT_NODE_ALTERED', 256, null]);
    found.add(expect.getState().currentTestName!);
  });
});

describe('sixteen writers at once', () => {
  it('give no false alarm: every committed line has its leaf, contiguous, none missed, none twice', async () => {
    const busy = await world.open('subsidy', { recorder: auditRecorder('subsidy'), poolSize: 18 });
    const WANTED = 20_000;
    let committed = 0;
    let undone = 0;
    let isWriting = true;
    const writer = async () => {
      while (committed < WANTED) {
        const lines = 1 + Math.floor(Math.random() * 60);
        const isUndone = Math.random() < 0.15;
        const write = inContext(context({ isPlumbing: true }), () =>
          busy.write(async (tx) => {
            const half = Math.ceil(lines / 2);
            for (const part of [half, lines - half]) {
              await tx.query(
                `insert into audit_entry (kind, subject_type, subjects)
                 select 'read', 'claim', array[gen_random_uuid()] from generate_series(1, ${part})`,
              );
              if (Math.random() < 0.5) await new Promise((resolve) => setTimeout(resolve, Math.random() * 40));
            }
            if (isUndone) throw new Error('undone');
          }),
        );
        await write.then(
          () => (committed += lines),
          () => undone++,
        );
      }
    };
    const alarms: unknown[] = [];
    let seals = 0;
    const sealing = (async () => {
      while (isWriting) {
        const { added } = await log.seal();
        seals += added > 0 ? 1 : 0;
        const { finding } = await log.verify();
        if (finding) alarms.push(finding);
      }
    })();
    await Promise.all(Array.from({ length: 16 }, writer));
    isWriting = false;
    await sealing;
    await seal();
    expect(alarms).toEqual([]);
    expect(undone).toBeGreaterThan(20);
    expect(seals).toBeGreaterThan(1);
    expect(await log.verify()).toMatchObject({ size: committed, unsealed: 0, finding: null });
    const [counted] = await world.admin(
      `select count(*)::int as leaves, max(leaf_index)::int + 1 as last, count(distinct entry_id)::int as entries,
              (select count(*)::int from subsidy.audit_entry) as written from subsidy.audit_leaf`,
    );
    falseAlarms += alarms.length;
    expect(counted).toEqual({ leaves: committed, last: committed, entries: committed, written: committed });
  });
});
