import type { OverpaymentGround } from '@app/contracts';
import type { Tx } from '@app/database';
import { CLOCK, type Clock, countyOf, type DivisionCode, type Fen } from '@app/kernel';
import { decide, type Decision, type FactValues, type Programme } from '@app/rules';
import { Inject, Injectable } from '@nestjs/common';
import { claimRelation } from '../determination/determination.rules';
import { ProgrammeService } from '../programme/programme.service';
import { covers, cut, type Days, notOwed, type Stretch } from './overpayment.rules';
import type { Finding, Payment } from './overpayment.types';
import { PaymentRepository } from './payment.repository';

/** What a payment comes to when it is decided anew. */
export type Anew =
  | { readonly is: 'owed' }
  | { readonly is: 'unclear'; readonly unknown: readonly string[] }
  | { readonly is: 'overpaid'; readonly finding: Finding };

/** Some of the days paid for, with whatever says whose they are. */
interface Part extends Days {
  readonly region: string;
  /** Another installation is primary for them by decision, and says that it pays. */
  readonly isPaidElsewhere: boolean;
  /** Another payment for the same child had been made for them. */
  readonly isPaidTwice: boolean;
  readonly reimbursed: Stretch['reimbursed'];
}

/** How much is seen of what is known: less of it tells what made the difference. */
interface Seen {
  readonly withDeath: boolean;
  readonly withPlaces: boolean;
}

/**
 * Whether what was paid is owed as is known now: the claim is decided anew by the very rules and as of the day that it was decided,
 * with today's facts. A rule that changed since takes nothing back; what is not known is not "not owed".
 */
@Injectable()
export class FindingService {
  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly programmes: ProgrammeService,
    private readonly payments: PaymentRepository,
  ) {}

  async of(tx: Tx, payment: Payment): Promise<Anew> {
    const parts = await this.parts(tx, payment);
    const isTwice = parts.some(({ isPaidTwice }) => isPaidTwice);
    const known = await this.payments.facts(tx, claimRelation(`c.id = '${payment.claimId}'`));
    const programme = await this.programmes.ofVersion(tx, payment.programme, payment.version);
    const asOf = payment.asOf ?? this.clock.today();
    // Which place completes a claim is for those places to settle: what one pays for another goes from budget to budget.
    const facts: FactValues = { ...known?.facts, 'claim.place_settled': true };
    const decisionIn = (region: string, withDeath: boolean): Decision =>
      decide(programme, withDeath ? facts : alive(facts), {
        year: payment.claimYear,
        asOf,
        region: region.slice(0, 9),
      });

    const decision = decisionIn(payment.divisionCode ?? '', true);
    const unknown = decision.conditions.filter(({ result }) => result === 'unknown').map(({ code }) => code);
    const isUnclear = decision.outcome === 'UNKNOWN' || decision.outcome === 'OUT_OF_SCOPE';
    if (isUnclear && !isTwice) return { is: 'unclear', unknown };

    const found = (seen: Seen) =>
      notOwed(
        payment,
        parts.map((part) => stretch(payment, part, seen, decisionIn)),
      );
    const less = found({ withDeath: true, withPlaces: true });
    if (!less) return { is: 'owed' };
    const ground = groundOf(less.fen, isTwice, found);
    const twin = await this.payments.earlierForOneChild(tx, payment);
    return {
      is: 'overpaid',
      finding: {
        ...less,
        ground,
        facts: {
          outcome: decision.outcome,
          notMet: decision.conditions.filter(({ result }) => result === 'not_met').map(({ code }) => code),
          factsVersion: known?.factsVersion ?? null,
          paidBefore: twin.map(({ instructionId }) => instructionId),
        },
        decision: isUnclear || !known ? null : anewOf(programme, decision, known),
      },
    };
  }

  private async parts(tx: Tx, payment: Payment): Promise<Part[]> {
    const county = countyOf((payment.divisionCode ?? '') as DivisionCode);
    const authorities = await this.payments.authorities(tx, payment);
    const elsewhere = await this.payments.enrolledElsewhere(tx, payment);
    const before = await this.payments.earlierForOneChild(tx, payment);
    const reimbursed = await this.payments.reimbursed(tx, payment.instructionId!, county);
    return cut(payment, [...authorities, ...elsewhere, ...before]).map((days) => {
      const authority = authorities.find((one) => covers(one, days));
      const isPaidElsewhere = authority?.isElsewhere === true && elsewhere.some((one) => covers(one, days));
      return {
        ...days,
        region:
          authority && !authority.isElsewhere && authority.county !== county
            ? authority.county
            : (payment.divisionCode ?? ''),
        isPaidElsewhere,
        isPaidTwice: before.some((one) => covers(one, days)),
        // A place that pays the family itself gives nothing back, whatever it was asked for.
        reimbursed: reimbursed.filter((one) => one.isSettled || !one.isElsewhere || !isPaidElsewhere),
      };
    });
  }
}

const alive = (facts: FactValues): FactValues => ({
  ...facts,
  'person.died': null,
  'person.status': facts['person.status'] === 9 || facts['person.status'] === 9n ? 0 : facts['person.status'],
});

function stretch(
  payment: Payment,
  part: Part,
  { withDeath, withPlaces }: Seen,
  decisionIn: (region: string, withDeath: boolean) => Decision,
): Stretch {
  const { from, until, reimbursed } = part;
  const region = withPlaces ? part.region : (payment.divisionCode ?? '');
  const isOthers = part.isPaidTwice || (withPlaces && part.isPaidElsewhere);
  const { outcome, amountFen } = decisionIn(region, withDeath);
  // By the rules of another place it may not be known: then it is owed as it was paid.
  const owedFen: Fen = isOthers ? 0n : outcome === 'NOT_ELIGIBLE' ? 0n : (amountFen ?? payment.fen);
  return { from, until, owedFen, reimbursed };
}

/** What has to be left out of what is known for the payment to be owed. */
function groundOf(fen: Fen, isTwice: boolean, found: (seen: Seen) => { fen: Fen } | null): OverpaymentGround {
  if (isTwice) return 'duplicate';
  const without = (seen: Seen): Fen => found(seen)?.fen ?? 0n;
  if (without({ withDeath: false, withPlaces: true }) < fen) return 'late-death';
  if (without({ withDeath: true, withPlaces: false }) < fen) return 'late-move';
  return 'changed-fact';
}

const anewOf = (
  programme: Programme,
  { outcome, amountFen, conditions }: Decision,
  { factsVersion, personId }: { factsVersion: number | null; personId: string },
): Finding['decision'] => ({
  outcome: outcome === 'ELIGIBLE' ? 'ELIGIBLE' : 'NOT_ELIGIBLE',
  amountFen,
  met: bitsOf(conditions, 'met'),
  unknown: bitsOf(conditions, 'unknown'),
  version: programme.version,
  factsVersion,
  personId,
});

const bitsOf = (conditions: Decision['conditions'], wanted: 'met' | 'unknown'): bigint =>
  conditions.reduce((bits, { result }, bit) => (result === wanted ? bits | (1n << BigInt(bit)) : bits), 0n);
