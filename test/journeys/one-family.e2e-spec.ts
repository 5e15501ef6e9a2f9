import { day, findDivisionCode } from '@app/kernel';
import { type CountyWorld, openCountyWorld } from '../support/county-world';
import * as made from '../support/family';
import { RegistryImportService } from '../../apps/registration/src/registry-import/registry-import.service';
import { ExplanationService } from '../../apps/subsidy/src/explanation/explanation.service';
import { FactService } from '../../apps/subsidy/src/fact/fact.service';
import { IntakeService } from '../../apps/subsidy/src/intake/intake.service';
import { ReviewService } from '../../apps/subsidy/src/review/review.service';
import { DeterminationService } from '../../apps/subsidy/src/determination/determination.service';

const COUNTY = findDivisionCode('340202')!;
let world: CountyWorld;
let files = 0;

beforeAll(async () => void (world = await openCountyWorld('2026-04-01')));
beforeEach(() => world.reset());
afterAll(() => world.close());

type Rows = Parameters<CountyWorld['file']>[1];
const file = (rows: Rows) => world.file(`${++files}.csv`, rows);

async function register(rows: Rows) {
  await world.get(RegistryImportService).import(file(rows));
  await world.get(FactService).pull();
}
const takeClaims = (...rows: Rows) => world.get(IntakeService).importClaims(file(rows), 'YEB');
const takeAccounts = (...rows: Rows) => world.get(IntakeService).importAccounts(file(rows));
const determine = () =>
  world
    .get(DeterminationService)
    .determine({ programmes: ['childcare'], division: COUNTY, asOf: day('2026-03-31'), actor: 'test' });

const claims = () =>
  world.database.admin<{ claim_no: string; state: string; yuan: number | null; asks: string[] }>(
    `select claim_no, state, (amount_fen / 100)::int as yuan,
            array(select reason from subsidy.review_case r where r.claim_id = c.id and r.state = 'open' order by 1) as asks
       from subsidy.claim c order by claim_no`,
  );
const caseOf = async (claimNo: string) => {
  const [row] = await world.database.admin<{ id: string }>(
    `select r.id from subsidy.review_case r join subsidy.claim c on c.id = r.claim_id where c.claim_no = $1 and r.state = 'open'`,
    [claimNo],
  );
  return row!.id;
};

describe('one family', () => {
  it('is owed a full year for a leap-day child, and the explanation says the same', async () => {
    await register(made.family());
    await takeAccounts(made.account());
    await takeClaims(made.claim('A1'));
    await determine();
    expect(await claims()).toEqual([{ claim_no: 'A1', state: 'determined', yuan: 3600, asks: [] }]);

    const explained = await world.get(ExplanationService).byNumber(made.CHILD.toLowerCase());
    const [year] = explained.years;
    expect(year).toMatchObject({
      year: 2025,
      decision: { outcome: 'ELIGIBLE', amountFen: 360_000n },
      standing: { outcome: 'ELIGIBLE' },
    });
    expect(year!.decision.conditions.every((condition) => condition.result === 'met')).toBe(true);
    expect(JSON.stringify(explained, (_, v: unknown) => (typeof v === 'bigint' ? String(v) : v))).not.toContain(
      made.CHILD,
    );
  });

  it('claims before the child is registered: the claim waits, and goes on by itself once the register knows the child', async () => {
    const [father, mother, child] = made.family();
    await register([father!, mother!]);
    await takeAccounts(made.account());
    await takeClaims(made.claim('A1', { child_id_number: '', child_birth_certificate_no: made.CERTIFICATE }));
    await determine();
    expect(await claims()).toMatchObject([{ state: 'held', asks: ['CHILD_NOT_REGISTERED'] }]);

    await register([child!]);
    expect(await claims()).toMatchObject([{ state: 'received', asks: [] }]);
    await determine();
    expect(await claims()).toMatchObject([{ state: 'determined', yuan: 3600 }]);
  });

  it('known first by certificate, then by number, is one child: the second claim for the year waits', async () => {
    const [father, mother, child] = made.family();
    await register([father!, mother!]);
    await takeAccounts(made.account());
    await takeClaims(made.claim('A1', { child_id_number: '', child_birth_certificate_no: made.CERTIFICATE }));
    await takeClaims(made.claim('A2', { submitted_on: '2025-11-01' }));
    expect(
      await world.database.admin('select count(*)::int as n from subsidy.beneficiary where merged_into is null'),
    ).toEqual([{ n: 2 }]);
    await register([child!]);
    expect(
      await world.database.admin('select count(*)::int as n from subsidy.beneficiary where merged_into is null'),
    ).toEqual([{ n: 1 }]);
    await determine();
    expect(await claims()).toMatchObject([
      { claim_no: 'A1', state: 'determined', yuan: 3600 },
      { claim_no: 'A2', state: 'held', asks: ['ONE_CLAIMANT'] },
    ]);
  });

  it('holds the later of two confirmed claims when the register shows that both are one child', async () => {
    const [father, mother, child] = made.family();
    await register([father!, mother!]);
    await takeAccounts(made.account());
    await takeClaims(made.claim('A1', { child_id_number: '', child_birth_certificate_no: made.CERTIFICATE }));
    await takeClaims(made.claim('A2', { submitted_on: '2025-11-01' }));
    // Both confirmed by hand, as if two places had checked the papers before the registration arrived.
    const subsidy = await world.database.open('subsidy');
    await subsidy.write((tx) => tx.query(`update claim set amount_fen = 360000`));
    for (const [from, to] of [
      ['received', 'determined'],
      ['determined', 'reviewed'],
      ['reviewed', 'confirmed'],
    ]) {
      await subsidy.write((tx) =>
        tx.query(
          `insert into claim_event select id, events + 1, $1, $2, 'officer for ' || $2, null, now() from claim`,
          [from, to],
        ),
      );
    }
    await register([child!]);
    const [first, second] = await claims();
    expect([first!.state, second!.state].sort()).toEqual(['confirmed', 'held']);
    expect([...first!.asks, ...second!.asks]).toEqual(['DUPLICATE_CLAIM']);
  });

  it('without an account is held, and goes on by itself when the account arrives', async () => {
    await register(made.family());
    await takeClaims(made.claim('A1'));
    await determine();
    expect(await claims()).toMatchObject([{ state: 'held', yuan: 3600, asks: ['ACCOUNT_MISSING'] }]);
    await takeAccounts(made.account());
    await determine();
    expect(await claims()).toMatchObject([{ state: 'determined', asks: [] }]);
  });

  it('is not paid to an account of somebody else', async () => {
    await register(made.family());
    await takeAccounts(made.account({ holder_id_number: made.citizenNumber('1970-01-01', 5), holder_name: '别人' }));
    await takeClaims(made.claim('A1'));
    await determine();
    expect(await claims()).toMatchObject([{ state: 'held', asks: ['ACCOUNT_OF_OTHER_HOLDER'] }]);
  });

  it('through a guardian waits until an officer has seen the papers, and then goes on', async () => {
    await register(made.family());
    const guardian = made.citizenNumber('1960-01-01', 18);
    await takeAccounts(made.account({ holder_id_number: guardian }));
    await takeClaims(made.claim('A1', { applicant_id_number: guardian, relation: '99' }));
    await determine();
    expect(await claims()).toMatchObject([{ state: 'held', asks: ['APPLICANT'] }]);

    const attestations = [{ fact: 'claim.applicant_is_parent', value: 'true', documentNo: '监护 2025-7' }];
    await world
      .get(ReviewService)
      .resolve({ caseId: await caseOf('A1'), decision: 'CHECK_AGAIN', actor: 'officer', attestations });
    await determine();
    expect(await claims()).toMatchObject([{ state: 'determined', asks: [] }]);
  });

  it('is refused only by a person, with a reason in words', async () => {
    await register(made.family());
    await takeAccounts(made.account());
    await takeClaims(made.claim('A1', { submitted_on: '2026-02-01' }));
    await determine();
    expect(await claims()).toMatchObject([{ state: 'held', asks: ['CLAIMED_IN_YEAR'] }]);
    const refuse = async (note?: string) =>
      world.get(ReviewService).resolve({ caseId: await caseOf('A1'), decision: 'REFUSE', note, actor: 'officer' });
    await expect(refuse()).rejects.toMatchObject({ code: 'CASE_NEEDS_A_NOTE' });
    await refuse('2025年度已逾期，视为放弃当年');
    expect(await claims()).toMatchObject([{ state: 'refused', asks: [] }]);
  });

  it('with a death flag waits for a person, and the year of death is paid', async () => {
    const [father, mother, child] = made.family();
    await register([father!, mother!, { ...child!, status: '9', death_date: '2025-03-01' }]);
    await takeAccounts(made.account());
    await takeClaims(made.claim('A1'));
    await determine();
    expect(await claims()).toMatchObject([{ state: 'held', yuan: 3600, asks: ['DEATH_FLAG'] }]);
    const attestations = [{ fact: 'person.died', value: '2025-03-01', documentNo: '死亡证明 1' }];
    await world
      .get(ReviewService)
      .resolve({ caseId: await caseOf('A1'), decision: 'CHECK_AGAIN', actor: 'officer', attestations });
    await determine();
    expect(await claims()).toMatchObject([{ state: 'determined', yuan: 3600 }]);
  });

  it('is confirmed by an officer who did not review it, and by nobody else', async () => {
    await register(made.family());
    await takeAccounts(made.account());
    await takeClaims(made.claim('A1'));
    await determine();
    const where = { programme: 'YEB', division: COUNTY };
    await world.get(ReviewService).review({ ...where, actor: 'one' });
    await expect(world.get(ReviewService).confirm({ ...where, actor: 'one' })).rejects.toMatchObject({
      code: 'CLAIM_NEEDS_SECOND_OFFICER',
    });
    expect(await world.get(ReviewService).confirm({ ...where, actor: 'two' })).toMatchObject({
      count: 1,
      amountFen: 360_000n,
    });
  });

  it('keeps the facts a decision was made on when the register changes afterwards', async () => {
    await register(made.family());
    await takeAccounts(made.account());
    await takeClaims(made.claim('A1'));
    await determine();
    const [father, mother, child] = made.family();
    await register([
      father!,
      mother!,
      { ...child!, status: '8', moved_out_on: '2026-01-15', updated_at: '2026-02-01T00:00:00+08:00' },
    ]);
    const [kept] = await world.database.admin<{ facts: { status: number } }>(
      `select h.facts from subsidy.determination d join subsidy.person_fact_history h using (person_id, facts_version)`,
    );
    expect(kept!.facts.status).toBe(0);
  });

  it('cannot be moved past the state table, edited or forgotten, even by the app’s own role', async () => {
    await register(made.family());
    await takeClaims(made.claim('A1'));
    const app = await world.database.open('subsidy');
    const attempt = (sql: string) => app.write((tx) => tx.query(sql)).catch((error: { code?: string }) => error.code);
    expect(await attempt(`insert into claim_event select id, 2, 'received', 'paid', 'x', null, now() from claim`)).toBe(
      '23503',
    );
    expect(await attempt(`insert into claim_event select id, 2, 'held', 'received', 'x', null, now() from claim`)).toBe(
      '40001',
    );
    expect(await attempt(`update claim set state = 'paid'`)).toBe('42501');
    expect(await attempt(`update claim_event set actor = 'y'`)).toBe('42501');
    expect(await attempt(`delete from claim_event`)).toBe('42501');
    expect(await attempt(`delete from determination`)).toBe('42501');
  });
});
