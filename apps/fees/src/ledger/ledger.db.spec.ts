import { inContext, systemContext } from '@app/database';
import type { Day } from '@app/kernel';
import { Ledger } from '@app/ledger';
import { type CollectingCounty, COUNTY, createCollectingCounty } from '../receivable/receivable.fixture';
import { LedgerRepository } from './ledger.repository';
import { accountOf } from './ledger.rules';
import { LedgerService } from './ledger.service';

let county: CollectingCounty;
let service: LedgerService;
const collected = accountOf.collected(COUNTY, 'county', 2025).code;

beforeAll(async () => {
  county = await createCollectingCounty();
  service = new LedgerService(county.database, new Ledger(), new LedgerRepository());
  const id = await county.open(1_000n);
  for (const [day, fen] of [
    ['2026-04-01', 100n],
    ['2026-04-02', 250n],
    ['2026-04-03', 50n],
  ] as const) {
    county.clock.set(`${day}T02:00:00Z`);
    const receiptId = await county.receipt(fen);
    await county.database.write((tx) => county.service.satisfy(tx, id, null, receiptId, fen));
  }
});
afterAll(() => county.world.drop());

const statement = (more: { from?: string; until?: string } = {}) =>
  service.statement({
    account: collected,
    from: (more.from as Day) ?? null,
    until: (more.until as Day) ?? null,
    after: undefined,
    limit: 10,
  });

describe('an account', () => {
  it('has a statement of what moved, in order, with what it held after each', async () => {
    const lines = await statement();
    expect(lines.map(({ inFen, outFen, balanceFen }) => [inFen, outFen, balanceFen])).toEqual([
      [100n, 0n, 100n],
      [250n, 0n, 350n],
      [50n, 0n, 400n],
    ]);
    expect((await statement({ from: '2026-04-02', until: '2026-04-03' })).map(({ balanceFen }) => balanceFen)).toEqual([
      350n,
    ]);
    const page = await service.statement({
      account: collected,
      from: null,
      until: null,
      after: [lines[0]!.at.toISOString(), lines[0]!.id],
      limit: 1,
    });
    expect(page).toEqual([lines[1]]);
  });

  it('can be taken as a file, a source below nothing too', async () => {
    const { csv, after } = await service.statementCsv({
      account: collected,
      from: null,
      until: null,
      after: undefined,
    });
    expect(after).toBeNull();
    const rows = csv.trimEnd().split('\r\n');
    expect(rows[0]).toBe('day,at,why,other_account,in_fen,out_fen,balance_fen,about,transfer');
    expect(rows[1]).toContain(`2026-04-01,2026-04-01T02:00:00.000Z,collected,unmatched:${COUNTY}:a1,100,0,100,`);
    const balances = (await service.balancesCsv('', undefined)).csv;
    expect(balances).toContain(`${collected},working,400,0,400\r\n`);
    expect(balances).toContain(`decided:${COUNTY},source,0,1000,-1000\r\n`);
  });

  it('is seen by its county and by nobody of another', async () => {
    const as = <T>(division: string, work: () => Promise<T>) =>
      inContext(systemContext('test', { actor: 'officer', division }), work);
    expect((await as('340202', () => service.balances('', '', 100))).length).toBeGreaterThan(4);
    expect(await as('340203', () => service.balances('', '', 100))).toEqual([]);
    await expect(as('340203', () => statement())).rejects.toMatchObject({ code: 'FEE_ACCOUNT_UNKNOWN' });
  });
});
