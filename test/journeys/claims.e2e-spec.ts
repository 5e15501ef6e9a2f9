import * as fs from 'node:fs';
import * as path from 'node:path';
import { day, findDivisionCode } from '@app/kernel';
import { RegistryImportService } from '../../apps/registration/src/registry-import/registry-import.service';
import { generateCounty } from '../../apps/simulator/src/county/county.service';
import type { DetermineSummary } from '../../apps/subsidy/src/determination/determination.types';
import { DeterminationService } from '../../apps/subsidy/src/determination/determination.service';
import { FactService } from '../../apps/subsidy/src/fact/fact.service';
import { IntakeService } from '../../apps/subsidy/src/intake/intake.service';
import { parse } from '../support/csv';
import { type CountyWorld, openCountyWorld } from '../support/county-world';

const COUNTY = findDivisionCode('340202')!;
/** Where our rules answer otherwise than the generator's plain expectation, and why. */
const OTHERWISE: Readonly<Record<string, string>> = {
  // The earlier of two claims goes on, the later one is held: nobody is left unpaid by a second claim.
  TWO_CLAIMANTS: 'ONE_OF_TWO',
  // The register names the father's number, though he is registered elsewhere: that is proof enough.
  PARENT_NOT_IN_EXTRACT: 'PAY',
};

let world: CountyWorld;
let county: string;
let summary: DetermineSummary;

beforeAll(async () => {
  world = await openCountyWorld('2026-04-01');
  county = path.join(world.folder, 'county');
  await generateCounty({ people: 5_000, folder: county });
  await world.get(RegistryImportService).import(path.join(county, 'registry.csv'));
  await world.get(FactService).pull();
  const intake = world.get(IntakeService);
  await intake.importFindings(path.join(county, 'findings.csv'));
  await intake.importAccounts(path.join(county, 'accounts.csv'));
  await intake.importClaims(path.join(county, 'claims.csv'), 'YEB');
  summary = await determine();
});
afterAll(() => world.close());

const determine = () =>
  world
    .get(DeterminationService)
    .determine({ programmes: ['childcare', 'JF', 'TF'], division: COUNTY, asOf: day('2026-03-31'), actor: 'test' });

interface Standing {
  claim_no: string;
  state: string;
  amount_fen: string | null;
  reasons: string[];
}

const standing = (): Promise<Standing[]> =>
  world.database.admin(
    `select c.claim_no, c.state, c.amount_fen, array_remove(array_agg(r.reason), null) as reasons
       from subsidy.claim c left join subsidy.review_case r on r.claim_id = c.id and r.state = 'open' group by c.id order by 1`,
  );

describe('a county’s claims', () => {
  it('are decided as planted: every edge case is paid its amount or waits for a person, and the rest is paid', async () => {
    const claims = new Map((await standing()).map((claim) => [claim.claim_no, claim]));
    const edges = parse(fs.readFileSync(path.join(county, 'edge-cases.csv'), 'utf8')).filter(
      (row) => row.programme === 'YEB' && row.claim_no !== '',
    );
    expect(edges.length).toBeGreaterThan(50);
    const wrong = edges.filter((edge) => !isAsExpected(edge, claims.get(edge.claim_no!)));
    expect(wrong.map((edge) => ({ ...edge, got: claims.get(edge.claim_no!) }))).toEqual([]);

    const planted = new Set(edges.map((edge) => edge.claim_no));
    const ordinary = [...claims.values()].filter((claim) => !planted.has(claim.claim_no));
    expect(ordinary.filter((claim) => claim.state !== 'determined')).toEqual([]);
    expect(ordinary.length).toBeGreaterThan(100);
    expect(summary.results.find((row) => row.programme === 'JF' && row.outcome === 'UNKNOWN')!.count).toBeGreaterThan(
      0,
    );
  });

  it('stay as they are when the same run is made again', async () => {
    const before = await standing();
    const decisions = () => world.database.admin('select count(*) as n, sum(id) as ids from subsidy.determination');
    const stood = await decisions();
    const again = await determine();
    expect(again.decided).toBe(0);
    expect(await decisions()).toEqual(stood);
    expect(await standing()).toEqual(before);
  });

  it('are not taken in twice: the same files again change nothing', async () => {
    const claims = await world.get(IntakeService).importClaims(path.join(county, 'claims.csv'), 'YEB');
    expect(claims).toMatchObject({ accepted: 0, rejected: 0, unchanged: claims.total });
    const accounts = await world.get(IntakeService).importAccounts(path.join(county, 'accounts.csv'));
    expect(accounts).toMatchObject({ accepted: 0, rejected: 0 });
    const findings = await world.get(IntakeService).importFindings(path.join(county, 'findings.csv'));
    expect(findings).toMatchObject({ accepted: 0, rejected: 0 });
  });
});

function isAsExpected(edge: Readonly<Record<string, string>>, claim: Standing | undefined): boolean {
  if (!claim) return false;
  const expected = OTHERWISE[edge.case_code!] ?? edge.expected;
  const paysAmount = claim.state === 'determined' && Number(claim.amount_fen) === Number(edge.amount_yuan) * 100;
  if (expected === 'PAY' || expected === 'RETURNED') return paysAmount;
  if (expected === 'ONE_OF_TWO')
    return paysAmount || (claim.state === 'held' && claim.reasons.includes('ONE_CLAIMANT'));
  return claim.state === 'held' && claim.reasons.length === 1; // HOLD and NOT_ELIGIBLE alike: a person decides.
}
