import { createHash, randomUUID } from 'node:crypto';
import { auditRecorder } from '@app/audit';
import type { Database } from '@app/database';
import type { DivisionCode } from '@app/kernel';
import { explainConstraint } from '../power/power.errors';
import { createTestDatabase, TestClock, type TestDatabase } from '@app/testing';
import { asOfficer } from '../../../../test/support/officer';
import { DecisionRepository } from './decision.repository';
import { DecisionService } from './decision.service';
import { ReviewRepository } from './review.repository';
import { ReviewService } from './review.service';

const COUNTY = '340202000000' as DivisionCode;
const VERSION = 'a'.repeat(64);
const clock = new TestClock('2026-03-31');

let world: TestDatabase;
let database: Database;
let reviews: ReviewService;
let decisions: DecisionService;

beforeEach(async () => {
  world = await createTestDatabase();
  database = await world.open('subsidy', { recorder: auditRecorder('subsidy'), explain: explainConstraint });
  reviews = new ReviewService(database, clock, new ReviewRepository());
  decisions = new DecisionService(database, new DecisionRepository());
});
afterEach(() => world.drop());

/** A claim that was determined, of a child of its own, and moved along this way. */
async function claim(claimNo: string, way: readonly string[], outcome = 'ELIGIBLE'): Promise<string> {
  const [id, child] = [randomUUID(), randomUUID()];
  const key = createHash('sha256').update(claimNo).digest();
  await database.write(async (tx) => {
    await tx.query('insert into beneficiary (id, id_number_key) values ($1, $2)', [child, key]);
    await tx.query(
      `insert into claim (id, programme, claim_no, beneficiary_id, applicant_key, applicant_mask, relation, claim_year,
         submitted_on, channel, division_code, row_hash, recorded_at)
       values ($1, 'YEB', $2, $3, $4, '3402**********', 'mother', 2026, '2026-01-05', 'counter', '340202001001', $4, $5)`,
      [id, claimNo, child, key, clock.now()],
    );
    const amountFen = outcome === 'ELIGIBLE' ? 360_000n : null;
    const [decided] = await tx.query<{ id: bigint }>(
      `insert into determination (run_id, programme, version, person_id, claim_id, year, as_of, outcome, amount_fen, met,
         unknown, decided_at)
       values ($1, 'YEB', $2, $3, $4, 2026, '2026-03-31', $5, $6, 0, 0, $7) returning id`,
      [randomUUID(), VERSION, child, id, outcome, amountFen, clock.now()],
    );
    await tx.query('update claim set determination_id = $2, amount_fen = $3 where id = $1', [
      id,
      decided!.id,
      amountFen,
    ]);
    for (let seq = 1; seq < way.length; seq++) {
      await tx.query(
        `insert into claim_event (claim_id, seq, from_state, to_state, actor, at) values ($1, $2, $3, $4, 'system', $5)`,
        [id, seq, way[seq - 1], way[seq], clock.now()],
      );
    }
  });
  return id;
}

const DETERMINED = ['new', 'received', 'determined'];
const HELD = ['new', 'received', 'held'];

async function heldCase(claimId: string): Promise<string> {
  const [row] = await database.write((tx) =>
    tx.query<{ id: string }>(
      `insert into review_case (reason, claim_id, division_code, opened_at) values ('DEATH_FLAG', $1, '340202001001', $2) returning id`,
      [claimId, clock.now()],
    ),
  );
  return row!.id;
}

const decided = () =>
  world.admin<{ actor: string; subject_type: string; subjects: string[]; content: string }>(
    `select actor, subject_type, subjects, encode(content, 'hex') as content from subsidy.audit_entry
      where kind = 'decided' order by subjects`,
  );

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

describe('a decision about a claim', () => {
  it('is a line of its own for every claim that a county confirms, with the hash of its canonical words', async () => {
    const first = await claim('C“1”\\', DETERMINED);
    const second = await claim('C2', DETERMINED);
    await asOfficer('reviewer', () => reviews.review({ programme: 'YEB', division: COUNTY, actor: 'reviewer' }));
    expect(await decided()).toEqual([]);
    const confirmed = await asOfficer('confirmer', () =>
      reviews.confirm({ programme: 'YEB', division: COUNTY, actor: 'confirmer' }),
    );
    expect(confirmed).toEqual({ count: 2, amountFen: 720_000n, held: 0 });
    const canonical = (id: string, claimNo: string) =>
      `{"amountFen":"360000","claim":"${id}","claimNo":${JSON.stringify(claimNo)},"day":"2026-03-31","outcome":"ELIGIBLE",` +
      `"programme":"YEB","state":"confirmed","version":"${VERSION}","year":"2026"}`;
    const line = (id: string, claimNo: string) => ({
      actor: 'confirmer',
      subject_type: 'claim',
      subjects: [id],
      content: sha256(canonical(id, claimNo)),
    });
    const expected = [line(first, 'C“1”\\'), line(second, 'C2')];
    expect(await decided()).toEqual(expected.sort((a, b) => (a.subjects[0]! < b.subjects[0]! ? -1 : 1)));
    expect((await decisions.textsOf('C2')).texts).toContain(canonical(second, 'C2'));
  });

  it.each([
    ['REFUSE', 'refused'],
    ['WITHDRAWN', 'withdrawn'],
  ])('is a line when a person answers %s', async (decision, state) => {
    const id = await claim('C3', HELD, 'NOT_ELIGIBLE');
    const caseId = await heldCase(id);
    await asOfficer('officer', () => reviews.resolve({ caseId, decision, note: '材料不符', actor: 'officer' }));
    const [line, ...others] = await decided();
    expect(others).toEqual([]);
    expect(line).toMatchObject({ actor: 'officer', subjects: [id] });
    const text = (await decisions.textsOf('C3')).texts.find((one) => sha256(one) === line!.content);
    expect(JSON.parse(text!)).toEqual({
      amountFen: null,
      claim: id,
      claimNo: 'C3',
      day: '2026-03-31',
      outcome: 'NOT_ELIGIBLE',
      programme: 'YEB',
      state,
      version: VERSION,
      year: '2026',
    });
  });

  it('is none when a claim is only checked again', async () => {
    const caseId = await heldCase(await claim('C4', HELD));
    await asOfficer('officer', () => reviews.resolve({ caseId, decision: 'CHECK_AGAIN', actor: 'officer' }));
    expect(await decided()).toEqual([]);
    expect(await world.admin(`select state from subsidy.claim`)).toEqual([{ state: 'received' }]);
  });

  it('is never one officer’s alone: who reviewed does not confirm, whatever code or statement tries it', async () => {
    const id = await claim('C7', DETERMINED);
    await asOfficer('reviewer', () => reviews.review({ programme: 'YEB', division: COUNTY, actor: 'reviewer' }));
    const byHand = database.write((tx) =>
      tx.query(
        `insert into claim_event (claim_id, seq, from_state, to_state, actor, at)
         select id, events + 1, 'reviewed', 'confirmed', 'reviewer', now() from claim where id = $1`,
        [id],
      ),
    );
    await expect(byHand).rejects.toMatchObject({ code: 'CLAIM_NEEDS_SECOND_OFFICER' });
    const code = reviews.confirm({ programme: 'YEB', division: COUNTY, actor: 'reviewer' });
    await expect(code).rejects.toMatchObject({ code: 'CLAIM_NEEDS_SECOND_OFFICER' });
  });

  it('goes with its claims: what is rolled back was not decided', async () => {
    await claim('C5', DETERMINED);
    await reviews.review({ programme: 'YEB', division: COUNTY, actor: 'reviewer' });
    await world.admin('revoke execute on function subsidy.audit_decide from subsidy_rw');
    await expect(reviews.confirm({ programme: 'YEB', division: COUNTY, actor: 'confirmer' })).rejects.toThrow(
      'audit_decide',
    );
    expect(await world.admin(`select state from subsidy.claim`)).toEqual([{ state: 'reviewed' }]);
  });

  it('can be read back after the claim was determined anew', async () => {
    const id = await claim('C6', DETERMINED);
    await reviews.review({ programme: 'YEB', division: COUNTY, actor: 'reviewer' });
    await reviews.confirm({ programme: 'YEB', division: COUNTY, actor: 'confirmer' });
    await database.write(async (tx) => {
      await tx.query('update determination set is_current = false where claim_id = $1', [id]);
      const [newer] = await tx.query<{ id: bigint }>(
        `insert into determination (run_id, programme, version, person_id, claim_id, year, as_of, outcome, amount_fen, met, unknown, decided_at)
         select run_id, programme, repeat('b', 64), person_id, claim_id, year, as_of, outcome, 1, 0, 0, decided_at
           from determination where claim_id = $1 returning id`,
        [id],
      );
      await tx.query('update claim set determination_id = $2, amount_fen = 1 where id = $1', [id, newer!.id]);
    });
    const [line] = await decided();
    const text = (await decisions.textsOf('C6')).texts.find((one) => sha256(one) === line!.content);
    expect(JSON.parse(text!)).toMatchObject({ amountFen: '360000', version: VERSION });
  });
});

it('a claim nobody made has no decision', async () => {
  await expect(decisions.textsOf('C7')).rejects.toMatchObject({ code: 'CLAIM_UNKNOWN' });
});
