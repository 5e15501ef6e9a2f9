import { day } from '@app/kernel';
import { COUNTY, refusalOf, SubsidyWorld } from '../../../../test/support/subsidy-world';
import type { Release } from './funding.types';

let world: SubsidyWorld;
beforeAll(async () => void (world = await SubsidyWorld.open()));
afterAll(async () => {
  expect(await world.verification.run()).toEqual([]);
  await world.close();
});

const release = (over: Partial<Release> = {}): Release => ({
  programme: 'childcare',
  county: COUNTY,
  year: 2026,
  level: 'central',
  amountFen: 1_000n,
  documentNo: '财社〔2026〕1号',
  releasedOn: day('2026-01-10'),
  actor: 'finance',
  ...over,
});

describe('releasing funds', () => {
  it('counts a document once, and adds up different ones', async () => {
    const year = 2030;
    expect(await world.funding.release(release({ year }))).toMatchObject({ isNew: true });
    expect(await world.funding.release(release({ year }))).toMatchObject({ isNew: false });
    await world.funding.release(release({ year, documentNo: '财社〔2026〕2号', amountFen: 500n }));
    expect(await world.funding.released('childcare', COUNTY, year)).toEqual([
      { level: 'central', releasedFen: 1_500n, availableFen: 1_500n },
      { level: 'province', releasedFen: 0n, availableFen: 0n },
      { level: 'city', releasedFen: 0n, availableFen: 0n },
      { level: 'county', releasedFen: 0n, availableFen: 0n },
    ]);
  });

  it('refuses a document that came before with another amount, and leaves the budget alone', async () => {
    const year = 2031;
    await world.funding.release(release({ year }));
    const refusal = await refusalOf(world.funding.release(release({ year, amountFen: 999n })));
    expect(refusal).toMatchObject({ code: 'RELEASE_DOCUMENT_REUSED', facts: { recordedFen: '1000' } });
    expect((await world.funding.released('childcare', COUNTY, year))[0]!.availableFen).toBe(1_000n);
  });

  it('counts once when two people record the same document at the same time', async () => {
    const year = 2032;
    const both = await Promise.all([1, 2, 3, 4].map(() => world.funding.release(release({ year }))));
    expect(both.filter((one) => one.isNew)).toHaveLength(1);
    expect((await world.funding.released('childcare', COUNTY, year))[0]!.availableFen).toBe(1_000n);
  });

  it('needs an amount and a county', () => {
    expect(() => world.funding.release(release({ amountFen: 0n }))).toThrow(/RELEASE_AMOUNT|more than zero/);
    expect(() => world.funding.release(release({ county: '340200000000' as typeof COUNTY }))).toThrow(/county/);
  });
});
