import type { Database } from '@app/database';
import type { JobHandler, Payload } from '@app/jobs';
import { readConfig } from '../../apps/standalone/src/config';
import { bankCourier } from '../../apps/standalone/src/courier';
import type { Installation } from '../../apps/standalone/src/installation';
import { openTerminal } from '../../apps/standalone/src/terminal';
import { FAILING_ENDINGS } from '../../apps/simulator/src/county/account.rules';
import { BankFileService } from '../../apps/subsidy/src/disbursement/bank-file.service';
import { DisbursementService } from '../../apps/subsidy/src/disbursement/disbursement.service';
import { COURIER } from '../../apps/subsidy/src/reconciliation/courier.service';
import { ReconciliationService } from '../../apps/subsidy/src/reconciliation/reconciliation.service';
import { SUBSIDY_DATABASE, SUBSIDY_HANDLERS } from '../../apps/subsidy/src/subsidy.tokens';
import { asOfficer } from '../support/officer';
import { openTwoCounties, OURS, type TwoCounties } from '../support/two-counties';
import { openWorkers, type Workers } from '../support/workers';

let world: TwoCounties;
let workers: Workers;
beforeAll(async () => {
  world = await openTwoCounties();
  workers = await openWorkers(
    world.database,
    world.app.get<Database>(SUBSIDY_DATABASE, { strict: false }),
    world.clock,
    world.app.get<JobHandler<Payload>[]>(SUBSIDY_HANDLERS, { strict: false }),
    1,
  );
}, 120_000);
afterAll(async () => {
  await workers?.close();
  await world?.close();
});

/** Accounts that the simulated bank refuses whatever is paid to them. */
const REFUSED = `(${Object.values(FAILING_ENDINGS).join('|')})$`;

/** A batch that pays some of the money again that came back by chance, approved and waiting for the bank. */
async function approvedRepair(): Promise<string> {
  const cases = await world.database.admin<{ id: string }>(
    `select c.id from subsidy.review_case c
       join subsidy.attempt a on a.instruction_id = c.instruction_id join subsidy.payee_account p on p.id = a.payee_account_id
      where c.reason = 'ACCOUNT_REPAIR' and c.state = 'open' and c.division_code like '340202%' and p.account_mask !~ $1
      limit 3`,
    [REFUSED],
  );
  expect(cases).toHaveLength(3);
  for (const { id } of cases) await world.get(ReconciliationService).repair(id, 'same', 'ours-confirmer');
  const payments = world.get(DisbursementService);
  const request = { programme: 'YEB', division: OURS, period: '2026Q2', actor: 'ours-maker' } as const;
  const { batchId } = await asOfficer('ours-maker', () => payments.prepareRepair(request));
  for (const officer of ['ours-finance-1', 'ours-finance-2'])
    await asOfficer(officer, () => payments.approve(batchId!, officer));
  return batchId!;
}

describe('the courier of the demo', () => {
  it('has what is approved sent, answered by the simulated bank, taken in and compared, without anybody asking', async () => {
    const batchId = await approvedRepair();
    expect(await world.get(BankFileService).waiting()).toEqual([batchId]);
    const config = { ...readConfig({ YANGYU_DATA: world.folder }), bankFailures: 0 };
    const installation = { app: world.app, clock: world.clock } as unknown as Installation;
    const courier = bankCourier(installation, config, openTerminal(true));
    const batch = () =>
      world.database.admin(`select state, reconciled_by from subsidy.payment_batch where id = $1`, [batchId]);
    for (let looks = 0; looks < 600 && (await batch())[0]!.state !== 'closed'; looks++)
      await new Promise((resolve) => setTimeout(resolve, 100));
    await courier.stop();
    expect(await batch()).toEqual([{ state: 'closed', reconciled_by: COURIER }]);
    expect(await workers.settle()).toBe(0);
    expect(workers.errors).toEqual([]);
  });
});
