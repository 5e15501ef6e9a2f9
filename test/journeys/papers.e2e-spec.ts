import { day, findDivisionCode } from '@app/kernel';
import { RegistryImportService } from '../../apps/registration/src/registry-import/registry-import.service';
import { DeterminationService } from '../../apps/subsidy/src/determination/determination.service';
import { DisbursementService } from '../../apps/subsidy/src/disbursement/disbursement.service';
import { FactService } from '../../apps/subsidy/src/fact/fact.service';
import { FundingService } from '../../apps/subsidy/src/funding/funding.service';
import { IntakeService } from '../../apps/subsidy/src/intake/intake.service';
import { ReviewService } from '../../apps/subsidy/src/review/review.service';
import * as made from '../support/claimed-twice';
import { type CountyWorld, openCountyWorld } from '../support/county-world';
import { asOfficer } from '../support/officer';

const PROGRAMME = 'YEB';
const TODAY = day('2025-11-20');
const [child] = made.children(1);
const byCertificate = made.claimed({ ...child!, spelling: 'certificate first' }, 'first');
const byNumber = made.claimed(child!, 'second');

let world: CountyWorld;
beforeAll(async () => void (world = await openCountyWorld(TODAY)));
beforeEach(async () => {
  await world.reset();
  await world.get(IntakeService).importAccounts(world.file('accounts.csv', made.accounts(child!)));
});
afterAll(() => world.close());

async function register(...rows: Parameters<CountyWorld['file']>[1]) {
  await world.get(RegistryImportService).import(world.file('registry.csv', rows));
  await world.get(FactService).pull();
}
const claim = (row: Record<string, string | number>) =>
  world.get(IntakeService).importClaims(world.file('claims.csv', [row]), PROGRAMME);

/** Determined, reviewed and confirmed by one county. */
async function confirm(place: made.Place) {
  const division = findDivisionCode(made.PLACES[place])!;
  await world.get(DeterminationService).determine({ programmes: [PROGRAMME], division, asOf: TODAY, actor: 'test' });
  await world.get(ReviewService).review({ programme: PROGRAMME, division, actor: 'reviewer' });
  await world.get(ReviewService).confirm({ programme: PROGRAMME, division, actor: 'confirmer' });
}

async function prepare(place: made.Place) {
  const county = findDivisionCode(made.PLACES[place])!;
  const release = { programme: PROGRAMME, county, year: 2025, releasedOn: TODAY, actor: 'test', amountFen: 1_000_000n };
  for (const level of ['central', 'province', 'county'] as const)
    await world.get(FundingService).release({ ...release, level, documentNo: `${county} ${level}` });
  const request = { programme: PROGRAMME, division: county, period: '2025Q4', actor: 'maker' } as const;
  await asOfficer('maker', () => world.get(DisbursementService).prepare(request));
}

const claims = () =>
  world.database.admin(
    `select claim_no, state, array(select reason from subsidy.review_case r where r.claim_id = c.id and r.state = 'open') as asks
       from subsidy.claim c order by 1`,
  );

/** An officer has seen papers for a child that died before anybody registered it. */
async function attest() {
  const values = {
    'person.born': child!.born,
    'person.died': '2025-05-05',
    'person.citizen': 'true',
    'claim.applicant_is_parent': 'true',
  };
  const attestations = Object.entries(values).map(([fact, value]) => ({ fact, value, documentNo: '示例证明1号' }));
  for (const { id } of await world.database.admin<{ id: string }>('select id from subsidy.review_case'))
    await world.get(ReviewService).resolve({ caseId: id, decision: 'CHECK_AGAIN', actor: 'officer', attestations });
}

describe('a child known by its birth certificate first', () => {
  it('of a family that nobody knows yet is paid where it is registered in the end', async () => {
    await claim(byCertificate);
    await confirm('first');
    expect(await claims()).toMatchObject([{ state: 'held', asks: ['CHILD_NOT_REGISTERED'] }]);
    await register(made.registered(child!, 'first', '2025-10-01T00:00:00+08:00'));
    await confirm('first');
    expect(await claims()).toMatchObject([{ state: 'confirmed' }]);
  });

  it('is not paid again under its number when the register joins the two after the first payment was ordered', async () => {
    const row = made.registered(child!, 'second', '2025-11-01T00:00:00+08:00');
    await register(made.registeredMother(child!));
    await claim(byCertificate);
    await confirm('first');
    await attest();
    await confirm('first');
    await prepare('first');
    // Elsewhere the register does not say yet that this number belongs to that certificate.
    await register({ ...row, birth_certificate_no: '' });
    await claim(byNumber);
    await confirm('second');
    expect(await claims()).toMatchObject([{ state: 'paying' }, { state: 'confirmed' }]);

    await register({ ...row, updated_at: '2025-11-10T00:00:00+08:00' });
    await prepare('second');
    expect(await claims()).toMatchObject([{ state: 'paying' }, { state: 'held', asks: ['DUPLICATE_CLAIM'] }]);
  });
});
