import * as path from 'node:path';
import { yuanText } from '@app/kernel';
import { BankSimulator } from '../../simulator/src/bank/bank.simulator';
import { ReconciliationService } from '../../subsidy/src/reconciliation/reconciliation.service';
import type { Config } from './config';
import type { Installation } from './installation';
import type { Steps } from './steps';
import type { Terminal } from './terminal';

/** What the main job came to. Counts are claims (a child and a year each); amounts are fen. */
export interface Summary {
  readonly children: {
    readonly decided: number;
    readonly paid: number;
    readonly returned: number;
    readonly repaired: number;
    readonly held: number;
  };
  readonly claims: Readonly<Record<string, number>>;
  readonly listFen: bigint;
  readonly bankFen: bigint;
  readonly ledgerFen: bigint;
  /** What the simulated bank's own book says stayed credited. */
  readonly bankBookFen: bigint;
  readonly returnedWaitingFen: bigint;
  readonly violations: number;
  readonly isReconciled: boolean;
}

export async function summarise(steps: Steps, installation: Installation, config: Config) {
  const tally = await steps.tally('childcare');
  const claims = Object.fromEntries(tally.map(({ state, count }) => [state, count]));
  const count = (...states: string[]) => states.reduce((sum, state) => sum + (claims[state] ?? 0), 0);
  const three = await steps.get(ReconciliationService).threeWay();
  const children = await steps.children('childcare');
  const bank = await BankSimulator.open({
    folder: path.join(config.dataFolder, 'bank', 'book'),
    clock: installation.clock,
  });
  await steps.deliver(); // What the calendar has just planned is started before anybody counts it as missed.
  const violations = (await steps.verify()).length;
  const paid = { list: three.list.paidFen, bank: three.bank.paidFen, ledger: three.ledger.paidFen };
  const bankBookFen = bank.totals().netFen;
  const figures: Summary = {
    children,
    claims,
    listFen: paid.list,
    bankFen: paid.bank,
    ledgerFen: paid.ledger,
    bankBookFen,
    returnedWaitingFen: three.list.returnedFen,
    violations,
    isReconciled:
      paid.list === paid.bank &&
      paid.bank === paid.ledger &&
      paid.ledger === bankBookFen &&
      three.list.openFen === 0n &&
      violations === 0,
  };
  return { figures, show: (terminal: Terminal) => show(terminal, figures, count('paid', 'closed')) };
}

function show(terminal: Terminal, figures: Summary, closed: number): void {
  const { children, listFen, bankFen, ledgerFen, bankBookFen } = figures;
  terminal.say('\n═ 汇总', 'summary');
  terminal.table(
    [
      '已认定儿童 decided',
      '已发放 paid',
      '曾退票 returned',
      '修正后已发 repaired',
      '待核查申请 held',
      '到账申请 claims paid',
    ],
    [[children.decided, children.paid, children.returned, children.repaired, children.held, closed]],
  );
  terminal.table(
    ['清册（元） list', '银行回单 bank', '账簿 ledger', '银行自有账 bank’s book', '一致 reconciled'],
    [
      [
        yuanText(listFen),
        yuanText(bankFen),
        yuanText(ledgerFen),
        yuanText(bankBookFen),
        figures.isReconciled ? '是 yes' : '否 NO',
      ],
    ],
  );
}
