import type { Caller } from '@app/access';
import type { Database, Tx } from '@app/database';
import { failpoint } from '@app/jobs';
import { CLOCK, type Clock, type Refusal, wordsOf } from '@app/kernel';
import { Vault } from '@app/vault';
import { Inject, Injectable } from '@nestjs/common';
import { FEES_DATABASE } from '../fees.tokens';
import { sealOf } from '../parameter/sealed-columns.types';
import { PaymentRequestService } from '../payment-request/payment-request.service';
import { ReceivableService } from '../receivable/receivable.service';
import { InstalmentLetterService } from './instalment-letter.service';
import { InstalmentRuleService } from './instalment-rule.service';
import { refuse } from './instalment.errors';
import { InstalmentRepository } from './instalment.repository';
import { MONTHS_MAX, preview } from './instalment.rules';
import { canMove } from './instalment.state';
import type { Bounds, Declaration, Fault, PlanRow, Preview, Proposal, Side, Terms } from './instalment.types';
import { type Held, KeepingService } from './keeping.service';

const SUM_MAX = 1_000_000_000_00n;
const PEOPLE_MAX = 30;
const WHY = 'a debtor binds themselves to their own receivable; the office’s rows of it are written in the same step';

/** How plans come about: one side puts forward, within the bounds of the dated rows, and the other agrees or does not. */
@Injectable()
export class ProposalService {
  constructor(
    @Inject(FEES_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly vault: Vault,
    private readonly plans: InstalmentRepository,
    private readonly receivables: ReceivableService,
    private readonly requests: PaymentRequestService,
    private readonly rules: InstalmentRuleService,
    private readonly keeping: KeepingService,
    private readonly letters: InstalmentLetterService,
  ) {}

  /** What a proposal would come to; nothing is kept of it. */
  preview(proposal: Proposal, caller: Caller): Promise<Preview> {
    assertClear(proposal);
    return this.database.read(async (read) => {
      const owed = await this.receivables.ofMatter(read, proposal.caseId);
      if (!owed || owed.openFen === 0n) throw refuse.nothingOwed(proposal.caseId);
      const today = this.clock.today();
      const rule = await this.rules.of(read, owed.divisionCode, today);
      return preview(owed.openFen, proposal.terms, sideOf(proposal, caller), today, rule, proposal.declaration);
    });
  }

  /** A plan over what is open; where one is in force or was broken, another version. One of the other side's is declined by it. */
  propose(proposal: Proposal, caller: Caller): Promise<string> {
    assertClear(proposal);
    const [side, note] = [sideOf(proposal, caller), noteOf(proposal.note)];
    return this.database.write(async (tx) => {
      const seen = await this.receivables.ofMatter(tx, proposal.caseId);
      if (!seen) throw refuse.nothingOwed(proposal.caseId);
      return this.inFull(tx, caller, async () => {
        const held = await this.held(tx, seen.id);
        await this.keeping.count(tx, held);
        const { openFen, receivedFen, cutFen } = held.owed;
        if (openFen === 0n) throw refuse.nothingOwed(proposal.caseId);
        const [today, at] = [this.clock.today(), this.clock.now()];
        const rule = await this.rules.of(tx, seen.divisionCode, today);
        const { instalments, bounds, faults } = preview(
          openFen,
          proposal.terms,
          side,
          today,
          rule,
          proposal.declaration,
        );
        if (faults.length > 0) throw refusalOf(faults[0]!, bounds);
        const before = held.plans.find(({ state }) => state === 'proposed');
        if (before?.side === side) throw refuse.proposalOpen();

        if (before) await this.keeping.end(tx, before, 'declined', 'decline', openFen, '已另提方案');
        const { affordableFen, isHardship, asksWaiver } = bounds;
        const follows = held.plans.findLast(({ agreedOn }) => agreedOn !== null)?.id ?? null;
        const id = await this.plans.insert(tx, {
          ...{ receivableId: seen.id, side, instalments, affordableFen, isHardship, asksWaiver, follows, note },
          ...{ receivedBaseFen: receivedFen, cutBaseFen: cutFen, on: today, at },
        });
        if (proposal.declaration) await this.declare(tx, id, proposal.declaration, at);
        await this.plans.act(tx, { planId: id, kind: 'propose', state: 'proposed', openFen, note, at });
        tx.concern('instalment-plan', [id]);
        failpoint('instalment.propose');
        return id;
      });
    });
  }

  /** The other side's word. It asks anew for everything that is open, and writes what was agreed. */
  agree(id: string, evidence: string | null, caller: Caller): Promise<string> {
    return this.database.write(async (tx) => {
      const seen = await this.plans.byId(tx, id);
      if (!seen) throw refuse.planUnknown(id);
      const why = assertMayAgree(seen, evidence, caller);
      return this.inFull(tx, caller, async () => {
        const held = await this.held(tx, seen.receivableId);
        const plan = held.plans.find((one) => one.id === id)!;
        if (!canMove(plan.state, 'agreed') || plan.state !== 'proposed') throw refuse.cannotMove(plan.state, 'agreed');
        const before = await this.keeping.count(tx, held);
        const [today, openFen] = [this.clock.today(), held.owed.openFen];
        if (openFen === 0n) throw refuse.nothingOwed(seen.caseId);
        if (held.owed.receivedFen < plan.receivedBaseFen) throw refuse.amountGrew();
        const [first] = await this.plans.instalments(tx, [id]);
        if (first!.nominalOn <= today) throw refuse.proposalTooOld();

        if (before) await this.keeping.end(tx, before.plan, 'replaced', 'replace', openFen);
        await this.plans.move(tx, id, 'agreed', { answeredBy: caller.id, note: why, agreedOn: today });
        await this.keeping.act(tx, plan, 'agree', 'agreed', openFen, why);
        const agreed: PlanRow = { ...plan, state: 'agreed', agreedOn: today };
        const { rows } = (await this.keeping.count(tx, { owed: held.owed, plans: [agreed] }))!;
        const asked = await this.requests.within(tx, [seen.receivableId]);
        const references = new Map(
          asked.flatMap(({ instalmentId, reference, state }) =>
            instalmentId !== null && state !== 'cancelled' ? [[instalmentId, reference] as const] : [],
          ),
        );
        await this.letters.agreed(tx, agreed, rows, references, await this.rules.of(tx, plan.divisionCode, today));
        failpoint('instalment.agree');
        return id;
      });
    });
  }

  /** The other side does not agree, and says why; another proposal may follow. */
  decline(id: string, reason: string, caller: Caller): Promise<string> {
    const why = reasonOf(reason);
    return this.close(id, caller, (plan) => {
      if (plan.side === (isCitizen(caller) ? 'debtor' : 'officer')) throw refuse.notTheOtherSide();
      return { to: 'declined', kind: 'decline', note: why };
    });
  }

  /** Whoever put it forward takes it back. */
  withdraw(id: string, caller: Caller): Promise<string> {
    return this.close(id, caller, (plan) => {
      const isTheirs = isCitizen(caller)
        ? plan.side === 'debtor'
        : plan.side === 'officer' || plan.proposedBy === caller.id;
      if (!isTheirs) throw refuse.notTheOtherSide();
      return { to: 'withdrawn', kind: 'withdraw', note: null };
    });
  }

  private close(
    id: string,
    caller: Caller,
    how: (plan: PlanRow) => { to: 'declined' | 'withdrawn'; kind: 'decline' | 'withdraw'; note: string | null },
  ): Promise<string> {
    return this.database.write(async (tx) => {
      const seen = await this.plans.byId(tx, id);
      if (!seen) throw refuse.planUnknown(id);
      const { to, kind, note } = how(seen);
      return this.inFull(tx, caller, async () => {
        const held = await this.held(tx, seen.receivableId);
        const plan = held.plans.find((one) => one.id === id)!;
        if (!canMove(plan.state, to)) throw refuse.cannotMove(plan.state, to);
        await this.keeping.end(tx, plan, to, kind, held.owed.openFen, note);
        return id;
      });
    });
  }

  /** A citizen sees their own rows only, and a plan writes the office's too: requests, letters, numbers. What they may was checked before. */
  private inFull<T>(tx: Tx, caller: Caller, work: () => Promise<T>): Promise<T> {
    return isCitizen(caller) ? tx.across(WHY, work) : work();
  }

  private async held(tx: Tx, receivableId: string): Promise<Held> {
    const held = await this.keeping.hold(tx, receivableId);
    if (!held) throw refuse.nothingOwed(receivableId);
    return held;
  }

  /** Three figures of the same length whatever they are, so that the length of what is sealed says nothing. */
  private async declare(
    tx: Tx,
    planId: string,
    { incomeFen, outlaysFen, people }: Declaration,
    at: Date,
  ): Promise<void> {
    const text = [incomeFen, outlaysFen, people].map((figure) => String(figure).padStart(13, '0')).join('|');
    const place = (row: string) => ({ table: sealOf('instalment_declaration'), column: 'sums_sealed', row });
    await this.plans.declare(tx, planId, (row) => this.vault.seal(text, place(row)), at);
  }
}

const isCitizen = (caller: Caller): boolean => caller.roles.includes('citizen');

const sideOf = ({ forDebtor }: Proposal, caller: Caller): Exclude<Side, 'rule'> =>
  forDebtor || isCitizen(caller) ? 'debtor' : 'officer';

/** What stands as evidence of the other side's word: at the counter, where an officer records what the debtor agreed to. */
function assertMayAgree(plan: PlanRow, evidence: string | null, caller: Caller): string | null {
  if (isCitizen(caller)) {
    if (plan.side !== 'officer') throw refuse.notTheOtherSide();
    return null;
  }
  if (plan.proposedBy === caller.id) throw refuse.notTheOtherSide();
  if (plan.side !== 'officer') return null;
  const why = evidence?.trim() ?? '';
  if ([...why].length < 4 || [...why].length > 300) throw refuse.evidenceMissing();
  return why;
}

function assertClear({ terms, declaration }: Proposal): void {
  const { months, monthlyFen }: Terms = terms;
  if ((months === null) === (monthlyFen === null)) throw refuse.termsUnclear();
  if (months !== null && !(Number.isSafeInteger(months) && months >= 1 && months <= MONTHS_MAX))
    throw refuse.termsUnclear();
  if (monthlyFen !== null && (monthlyFen < 100n || monthlyFen > SUM_MAX)) throw refuse.termsUnclear();
  if (!declaration) return;
  const { incomeFen, outlaysFen, people } = declaration;
  const isSum = (fen: bigint): boolean => fen >= 0n && fen <= SUM_MAX;
  if (!isSum(incomeFen) || !isSum(outlaysFen) || !(people >= 1 && people <= PEOPLE_MAX))
    throw refuse.declarationUnclear();
}

export function refusalOf(fault: Fault, { mostMonths, leastFen, longestPauseMonths, affordableFen }: Bounds): Refusal {
  const told: Record<Fault, () => Refusal> = {
    'too-many-months': () => refuse.tooManyMonths(mostMonths),
    'too-little': () => refuse.tooLittle(leastFen),
    'more-than-affordable': () => refuse.moreThanAffordable(affordableFen!),
    'pause-too-long': () => refuse.pauseTooLong(longestPauseMonths),
    'pause-nowhere': () => refuse.pauseNowhere(),
    'begins-too-soon': () => refuse.beginsTooSoon(),
  };
  return told[fault]();
}

function noteOf(text: string | null): string | null {
  const note = text?.trim() ?? '';
  if ([...note].length > 300) throw refuse.noteTooLong();
  return note === '' ? null : note;
}

const reasonOf = (text: string): string => wordsOf(text, 300, refuse.reasonMissing);
