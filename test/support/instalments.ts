import { randomUUID } from 'node:crypto';
import type { Caller } from '@app/access';
import type { Database } from '@app/database';
import { addDays, countyOf, type DivisionCode } from '@app/kernel';
import { FEES_DATABASE } from '../../apps/fees/src/fees.tokens';
import { InstalmentService } from '../../apps/fees/src/instalment/instalment.service';
import type { Proposal } from '../../apps/fees/src/instalment/instalment.types';
import { ProposalService } from '../../apps/fees/src/instalment/proposal.service';
import { ReceivableService } from '../../apps/fees/src/receivable/receivable.service';
import type { CountyWorld } from './county-world';
import { asOfficer } from './officer';

/** A case that is paid back in instalments, and a plan that would take the place of the one in force. */
export interface PlantedPlan {
  readonly owedCaseId: string;
  readonly planId: string;
  readonly proposedPlanId: string;
}

const FEN = 1_200_00n;

/** A plan with a declaration, an early payment that is asked for and another version that waits for an answer. */
export async function plantInstalments(
  world: Pick<CountyWorld, 'app' | 'clock' | 'get'>,
  debtor: { readonly division: string; readonly ownKey: Buffer | null },
): Promise<PlantedPlan> {
  const county = countyOf(debtor.division as DivisionCode);
  const database = world.app.get<Database>(FEES_DATABASE, { strict: false });
  const proposals = world.get(ProposalService);
  const officer = (id: string): Caller => ({ id, name: '示例', roles: ['county-confirmer'], division: county });
  const as = <T>(id: string, work: (caller: Caller) => Promise<T>): Promise<T> =>
    asOfficer(id, () => work(officer(id)));
  const owedCaseId = randomUUID();
  await as('planted', () =>
    database.write((tx) =>
      world.get(ReceivableService).open(tx, {
        matterId: owedCaseId,
        divisionCode: county,
        programme: 'YEB',
        debtor: { name: '示例', key: debtor.ownKey },
        fen: FEN,
        shares: [{ level: 'county', year: 2026, fen: FEN }],
      }),
    ),
  );
  const proposal: Proposal = {
    caseId: owedCaseId,
    terms: { months: 12, monthlyFen: null, firstOn: addDays(world.clock.today(), 30), pause: null },
    declaration: { incomeFen: 5_000_00n, outlaysFen: 3_000_00n, people: 2 },
    note: '柜台代录',
    forDebtor: true,
  };
  const planId = await as('planted', (caller) => proposals.propose(proposal, caller));
  await as('planted-2', (caller) => proposals.agree(planId, null, caller));
  await as('planted', (caller) => world.get(InstalmentService).settleEarly(planId, 100_00n, 'shorten', caller));
  const proposedPlanId = await as('planted', (caller) => proposals.propose(proposal, caller));
  return { owedCaseId, planId, proposedPlanId };
}
