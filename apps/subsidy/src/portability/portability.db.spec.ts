import * as fs from 'node:fs';
import * as path from 'node:path';
import { inContext, systemContext } from '@app/database';
import type { Day } from '@app/kernel';
import { parse } from '../../../../test/support/csv';
import { asOfficer } from '../../../../test/support/officer';
import { refusalOf } from '../../../../test/support/subsidy-world';
import { MovesWorld, NEW, OLD, PLACES, type servicesOf, THIRD } from '../../../../test/support/moves-world';

let world: MovesWorld;
beforeAll(async () => void (world = await MovesWorld.open()), 60_000);
afterEach(async () => expect(await world.money.verification.run()).toEqual([]));
afterAll(() => world?.close());

describe('a move that is clear', () => {
  it('leaves a claim submitted before it with the old place, and gives the later years to the new one', async () => {
    const child = await world.child();
    await world.move(child, NEW, { on: '2026-03-10' });
    expect(await world.standing(child)).toEqual(['2026-01-01 340202 submitted-before', '2027-01-01 340203 later-year']);
    expect((await world.claims(child)).map(({ state }) => state)).toEqual(['confirmed']);
    await world.pay(OLD);
    expect((await world.claims(child)).map(({ state }) => state)).toEqual(['paid']);
    expect(await world.owed(child)).toEqual([]);
  });

  it('carries a claim submitted after it on in the new place, under the same applicant and account', async () => {
    const child = await world.child();
    await world.move(child, NEW, { on: '2025-11-20' });
    const [old, carried] = await world.claims(child);
    expect([old!.state, carried!.state, carried!.county, carried!.channel]).toEqual([
      'withdrawn',
      'received',
      NEW,
      'carried-on',
    ]);
    const same = await world.admin(
      `select count(distinct (applicant_key, payee_account_id, submitted_on, relation, claim_year))::int as n,
              min(claim_no) || ' ' || max(claim_no) as no from subsidy.claim where beneficiary_id = $1`,
      [child.beneficiaryId],
    );
    expect(same).toEqual([{ n: 1, no: expect.stringMatching(/^(C\d+) \1-M1$/) }]);
    await world.confirm(carried!.id);
    await world.pay(NEW);
    expect((await world.claims(child)).map(({ state }) => state)).toEqual(['withdrawn', 'paid']);
  });

  it('has the new place owe the old one what that paid for it, and the family owes nothing', async () => {
    const child = await world.child();
    await world.pay(OLD);
    await world.move(child, NEW, { on: '2025-11-20' });
    expect(await world.owed(child)).toEqual(['340203 340202 360000 open']);
    expect((await world.claims(child)).map(({ state }) => state)).toEqual(['paid']);
    const [open] = await world.openReimbursements(child);
    await world.settle(open!.id);
    expect(await world.owed(child)).toEqual(['340203 340202 360000 settled']);
    const refused = await refusalOf(world.settle(open!.id));
    expect(refused.code).toBe('REIMBURSEMENT_NOT_OPEN');
    const shares = await world.admin(
      `select side, level, fen::text from subsidy.reimbursement_share where reimbursement_id = $1 order by side, fen desc`,
      [open!.id],
    );
    expect(shares).toEqual(
      ['creditor', 'debtor'].flatMap((side) => [
        { side, level: 'central', fen: '324000' },
        { side, level: 'province', fen: '21600' },
        { side, level: 'county', fen: '14400' },
      ]),
    );
  });

  it('is taken back by the register: what was carried on goes back, and what was settled is owed the other way', async () => {
    const child = await world.child();
    await world.pay(OLD);
    await world.move(child, NEW, { on: '2025-11-20' });
    const [open] = await world.openReimbursements(child);
    await world.settle(open!.id);
    await world.move(child, OLD);
    expect(await world.standing(child)).toEqual(['2025-01-01 340202 reported-wrongly']);
    expect(await world.owed(child)).toEqual(['340203 340202 360000 settled', '340202 340203 360000 open']);
  });

  it('books what comes to be paid only after the decision, and drops it when the bank sends the money back', async () => {
    const child = await world.child();
    const sent = await world.pay(OLD, 'none');
    await world.move(child, NEW, { on: '2025-11-20' });
    expect(await world.owed(child)).toEqual([]); // On its way: the old place completes it.
    expect((await world.claims(child)).map(({ state }) => state)).toEqual(['paying']);
    await world.answer(sent!, 'SETTLED');
    await world.following.followAll();
    expect(await world.owed(child)).toEqual(['340203 340202 360000 open']);
    await world.answer(sent!, 'RETURNED');
    await world.following.followAll();
    expect(await world.owed(child)).toEqual(['340203 340202 360000 dropped']);
  });

  it('is followed once, however often it is looked at, and by two at once', async () => {
    const child = await world.child();
    await world.register(child, NEW, { on: '2025-11-20' });
    await Promise.all([world.following.followAll(), world.following.followAll()]);
    await world.move(child, NEW, { on: '2025-11-20' });
    const decisions = await world.admin('select from subsidy.authority_decision where beneficiary_id = $1', [
      child.beneficiaryId,
    ]);
    expect([decisions.length, (await world.claims(child)).length]).toEqual([1, 2]);
  });

  it.each(['portability.authority', 'portability.carried', 'reimbursement.booked', 'portability.decided'])(
    'that dies at %s has changed nothing, and is followed by the next look',
    async (point) => {
      const child = await world.child();
      await world.pay(OLD);
      await world.register(child, NEW, { on: '2025-11-20' });
      await expect(followingWith(`${point}:1:throw`).followAll()).rejects.toThrow(`failpoint ${point}`);
      expect([await world.standing(child), await world.owed(child)]).toEqual([[], []]);
      await world.following.followAll();
      expect(await world.owed(child)).toEqual(['340203 340202 360000 open']);
    },
  );
});

/** The service as a process with this failpoint would load it. */
function followingWith(failpoint: string) {
  let built: ReturnType<typeof servicesOf> | undefined;
  process.env.YANGYU_FAILPOINT = failpoint;
  jest.isolateModules(() => {
    const isolated =
      // eslint-disable-next-line @typescript-eslint/no-require-imports -- only require() can be isolated
      require('../../../../test/support/moves-world') as typeof import('../../../../test/support/moves-world');
    built = isolated.servicesOf(world.money);
  });
  delete process.env.YANGYU_FAILPOINT;
  return built!.following;
}

describe('a move that is not clear', () => {
  it.each([
    ['without a day', {}, 'DATE_UNKNOWN'],
    ['with a day to come', { on: '2026-09-01' }, 'DATE_AHEAD'],
    ['with a departure after the arrival', { on: '2026-03-01', out: '2026-03-05' }, 'DATES_DISAGREE'],
  ])('%s waits for a person, and the first place goes on paying', async (_, more, doubt) => {
    const child = await world.child();
    await world.move(child, NEW, more);
    expect(await world.cases(child)).toEqual([`MOVE_UNCLEAR ${doubt}`]);
    expect(await world.standing(child)).toEqual([]);
    await world.pay(OLD);
    expect((await world.claims(child)).map(({ state }) => state)).toEqual(['paid']);
  });

  it('out to nobody knows where waits too, until an officer names the other installation', async () => {
    const child = await world.child();
    await world.move(child, OLD, { status: 8, out: '2026-03-10' });
    expect(await world.cases(child)).toEqual(['MOVE_UNCLEAR MOVED_OUT']);
    const command = {
      personId: child.personId,
      programme: 'childcare',
      to: '440305',
      isElsewhere: true,
      leftOn: '2025-12-10' as Day,
      documentNo: '准迁证示例1号',
      actor: 'confirmer',
      within: '340202',
    };
    await asOfficer('confirmer', () => world.portability.decide(command));
    expect(await world.standing(child)).toEqual([
      '2025-01-01 440305! nothing-submitted',
      '2026-01-01 440305! later-year',
    ]);
    expect((await world.claims(child)).map(({ state }) => state)).toEqual(['withdrawn']);
    expect(await world.cases(child)).toEqual([]);
    const power = await world.admin(`select county_code as county from subsidy.power_use where officer = 'confirmer'`);
    expect(power.length).toBe(2);
  });

  it.each([
    ['MOVE_NEEDS_A_COUNTY', { to: '34' }],
    ['MOVE_NEEDS_A_DOCUMENT', { documentNo: ' ' }],
    ['MOVE_DAY_AHEAD', { leftOn: '2026-09-01' as Day }],
    ['MOVE_NOTHING_TO_CARRY', { programme: 'TF' }],
    ['MOVE_NOT_REGISTERED_THERE', { to: '340207', within: '340202' }],
    ['MOVE_NOTHING_TO_CARRY', { within: '440305' }],
  ])('is refused with %s where the officer’s word does not hold', async (code, more) => {
    const child = await world.child();
    await world.register(child, NEW);
    const command = {
      personId: child.personId,
      programme: 'childcare',
      to: '340203',
      isElsewhere: false,
      leftOn: '2026-03-10' as Day,
      documentNo: '准迁证示例2号',
      actor: 'confirmer-2',
      within: '340203',
      ...more,
    };
    const refused = await refusalOf(asOfficer('confirmer-2', () => world.portability.decide(command)));
    expect(refused.code).toBe(code);
    await world.admin('delete from subsidy.fact_moved');
  });
});

describe('the database', () => {
  it('refuses an instruction of a place that is not primary, and a batch goes on without it', async () => {
    const [child, other] = [await world.child(), await world.child(THIRD)];
    await world.move(child, NEW, { on: '2025-11-20' });
    const stray = await world.claim(child, THIRD);
    await world.confirm(stray);
    await expect(
      world.money.database.write((tx) =>
        tx.query(
          `insert into instruction (id, claim_id, beneficiary_id, programme, claim_year, period, amount_fen, state, made_at)
           values (gen_random_uuid(), $1, $2, 'childcare', 2026, '[2026-01-01,2027-01-01)', 360000, 'due', now())`,
          [stray, child.beneficiaryId],
        ),
      ),
    ).rejects.toMatchObject({ code: 'ANOTHER_PLACE_IS_RESPONSIBLE' });
    await world.pay(THIRD);
    expect((await world.claims(other)).map(({ state }) => state)).toEqual(['paid']);
    expect((await world.claims(child)).find(({ id }) => id === stray)!.state).toBe('held');
    expect(await world.cases(child)).toEqual(['OTHER_AUTHORITY']);
  });

  it('keeps one authority a day, ends a period once, and lets no decision be edited', async () => {
    const child = await world.child();
    await world.move(child, NEW, { on: '2025-11-20' });
    const attempt = (sql: string) => world.money.database.write((tx) => tx.query(sql, [child.beneficiaryId]));
    await expect(
      attempt(
        `insert into authority_period (beneficiary_id, programme, valid, county_code, is_elsewhere, rule, source, decision_id, begun_by, begun_at)
         select beneficiary_id, programme, valid, '340207000000', false, rule, source, decision_id, begun_by, begun_at
           from authority_period where beneficiary_id = $1 limit 1`,
      ),
    ).rejects.toThrow('authority_period_has_one_authority_a_day');
    for (const set of [`county_code = '340207000000'`, `valid = '[2020-01-01,)'`, `rule = 'x'`])
      await expect(attempt(`update authority_period set ${set} where beneficiary_id = $1`)).rejects.toThrow('denied');
    await expect(attempt(`update authority_decision set note = 'x' where beneficiary_id = $1`)).rejects.toThrow(
      'denied',
    );
    await expect(attempt(`delete from authority_period where beneficiary_id = $1`)).rejects.toThrow('denied');
    await world.move(child, OLD);
    await expect(
      attempt(`update authority_period set ended_by = 'x' where beneficiary_id = $1 and ended_at is not null`),
    ).rejects.toMatchObject({ driverError: { constraint: 'authority_period_ends_once' } });
  });

  it('settles a reimbursement once, in the settler’s own name, and keeps it', async () => {
    const child = await world.child();
    await world.pay(OLD);
    await world.move(child, NEW, { on: '2025-11-20' });
    const id = (await world.openReimbursements(child))[0]!.id;
    const attempt = (sql: string) =>
      asOfficer('treasurer', () => world.money.database.write((tx) => tx.query(sql, [id])));
    await expect(
      attempt(
        `update reimbursement set state = 'settled', settled_by = 'somebody', settled_at = now(), document_no = 'x' where id = $1`,
      ),
    ).rejects.toThrow('row-level security');
    await expect(attempt(`update reimbursement set fen = 1 where id = $1`)).rejects.toThrow('denied');
    await expect(attempt(`update reimbursement set state = 'settled' where id = $1`)).rejects.toThrow(
      'reimbursement_is_settled_by_a_person',
    );
    await world.settle(id);
    await expect(
      attempt(
        `update reimbursement set state = 'open', settled_by = null, settled_at = null, document_no = null where id = $1`,
      ),
    ).rejects.toMatchObject({ driverError: { constraint: 'reimbursement_ends_once' } });
  });

  it('shows a move to its two places and the family, and to no third place', async () => {
    const child = await world.child();
    await world.pay(OLD);
    await world.move(child, NEW, { on: '2025-11-20' });
    const seen = async (division: string) =>
      inContext(systemContext('test', { actor: 'someone', division }), () =>
        world.money.rows<{ n: number }>(
          `select (select count(*)::int from authority_decision where beneficiary_id = $1)
                + (select count(*)::int from authority_period where beneficiary_id = $1)
                + (select count(*)::int from reimbursement where beneficiary_id = $1) as n`,
          [child.beneficiaryId],
        ),
      );
    expect((await Promise.all(PLACES.map((place) => seen(place.slice(0, 6))))).map(([row]) => row!.n > 0)).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('has the parameters that people read', async () => {
    const rows = parse(fs.readFileSync(path.join(__dirname, 'portability.parameters.csv'), 'utf8'));
    const kept = await world.admin<Record<string, string>>(
      `select region, programme, name, value, lower(valid)::text as "from", coalesce(upper(valid)::text, '') as until, source
         from subsidy.portability_parameter`,
    );
    const sorted = (all: readonly Record<string, string>[]) => all.map((row) => JSON.stringify(row)).sort();
    expect(sorted(kept)).toEqual(sorted(rows));
  });
});
