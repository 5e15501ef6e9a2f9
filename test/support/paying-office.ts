import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Caller, Role } from '@app/access';
import { day, type DivisionCode } from '@app/kernel';
import { BankSimulator } from '../../apps/simulator/src/bank/bank.simulator';
import { DeterminationService } from '../../apps/subsidy/src/determination/determination.service';
import { BankFileService } from '../../apps/subsidy/src/disbursement/bank-file.service';
import { FundingService } from '../../apps/subsidy/src/funding/funding.service';
import { LEVELS } from '../../apps/subsidy/src/funding/funding.types';
import { AnswerService } from '../../apps/subsidy/src/reconciliation/answer.service';
import type { CountyWorld } from './county-world';

/** The officers of a county and everything they do with a claim, from its determination to the bank's answer. */
export class PayingOffice {
  readonly reviewer: Caller;
  readonly confirmer: Caller;
  readonly treasurers: readonly [Caller, Caller];
  readonly auditor: Caller;
  private readonly payer: Caller;

  /** @param done Asks the graph of that county's installation and fails where it refuses. */
  constructor(
    private readonly world: CountyWorld,
    private readonly division: DivisionCode,
    private readonly done: <Data>(who: Caller, query: string, variables?: object) => Promise<Data>,
  ) {
    const officer = (id: string, ...roles: Role[]): Caller => ({ id: `${division}-${id}`, name: id, roles, division });
    this.reviewer = officer('reviewer', 'township-reviewer');
    this.confirmer = officer('confirmer', 'county-confirmer');
    this.payer = officer('payer', 'bank-operator');
    this.treasurers = [officer('treasurer-1', 'finance-officer'), officer('treasurer-2', 'finance-officer')];
    this.auditor = officer('auditor', 'auditor');
  }

  /** Funds of every level for 2026. */
  async release(): Promise<void> {
    for (const level of LEVELS)
      await this.world.get(FundingService).release({
        programme: 'YEB',
        county: this.division,
        year: 2026,
        level,
        amountFen: 1_000_000_00n,
        documentNo: `示例财〔2026〕${this.division}${level}`,
        releasedOn: day('2026-01-10'),
        actor: 'treasurer',
      });
  }

  /** Decides, reviews and confirms what there is, and pays what may be paid; how many lines the bank was given. */
  async pay(): Promise<number> {
    const county = this.division.slice(0, 6);
    await this.world
      .get(DeterminationService)
      .determine({ programmes: ['childcare'], division: this.division, asOf: day('2026-03-31'), actor: 'test' });
    for (const [who, verb] of [
      [this.reviewer, 'reviewClaims'],
      [this.confirmer, 'confirmClaims'],
    ] as const)
      await this.done(who, `mutation { ${verb}(programme: "YEB", division: "${county}") { count } }`);
    type Prepared = { prepareBatch: { batch: { id: string; contentHash: string; lineCount: number } | null } };
    const prepare = `mutation { prepareBatch(programme: "YEB", division: "${county}", period: "2026Q2") {
      batch { id contentHash lineCount } } }`;
    const { batch } = (await this.done<Prepared>(this.payer, prepare)).prepareBatch;
    if (!batch) return 0;
    const approve =
      'mutation ($id: ID!, $contentHash: String!) { approveBatch(id: $id, contentHash: $contentHash) { approvals } }';
    for (const treasurer of this.treasurers) await this.done(treasurer, approve, batch);
    const { folder, clock } = this.world;
    const sent = await this.world.get(BankFileService).send({ batchId: batch.id, folder, format: 'pain.001' });
    const bank = await BankSimulator.open({ folder: path.join(folder, `bank-${batch.id}`), clock, behaviour: {} });
    const answers = path.join(folder, `answers-${batch.id}`);
    fs.mkdirSync(answers);
    for (const answer of await bank.receive(sent.path, answers)) await this.world.get(AnswerService).receive(answer);
    return batch.lineCount;
  }
}
