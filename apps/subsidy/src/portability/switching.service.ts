import type { Tx } from '@app/database';
import { failpoint } from '@app/jobs';
import { CLOCK, type Clock, type Day, dayOf, yearOf } from '@app/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { ReimbursementService } from '../reimbursement/reimbursement.service';
import { CarryingRepository } from './carrying.repository';
import { PortabilityRepository } from './portability.repository';
import { authorityAfter, holds, joined, MoveText, samePlace } from './portability.rules';
import type {
  AuthorityStretch,
  ChildClaim,
  DecisionView,
  Move,
  MoveBasis,
  OldClaim,
  Place,
  StandingPeriod,
} from './portability.types';

const TWO_PLACES = 'a move concerns two places, and what one stops the other goes on with';
/** No money of it has moved: another place may go on with it. */
const CARRIABLE: readonly string[] = ['received', 'held', 'determined', 'reviewed', 'confirmed'];
const WITH_MONEY: readonly string[] = ['paying', 'paid', 'returned', 'closed'];

/** What is known of somebody's entitlement to one programme, held still for the transaction. */
export interface Entitlement {
  readonly beneficiaryId: string;
  readonly programme: string;
  readonly claims: readonly ChildClaim[];
  readonly standing: readonly StandingPeriod[];
  readonly last: DecisionView | undefined;
}

/**
 * Moving an entitlement from one authority to another, whole or not at all: the old place's days end and the new one's begin,
 * what is not paid is stopped there and goes on here, what was paid for another's days is owed. Inside the caller's transaction.
 */
@Injectable()
export class SwitchingService {
  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly portability: PortabilityRepository,
    private readonly carrying: CarryingRepository,
    private readonly reimbursements: ReimbursementService,
  ) {}

  /** Everything a person is entitled to, programme by programme, locked. */
  async entitlements(tx: Tx, personId: string): Promise<Entitlement[]> {
    const beneficiaryId = await this.portability.lockBeneficiary(tx, personId);
    if (!beneficiaryId) return [];
    const claims = await this.portability.claims(tx, beneficiaryId);
    const programmes = [...new Set(claims.map(({ programme }) => programme))].sort();
    const found: Entitlement[] = [];
    for (const programme of programmes) {
      const standing = await this.portability.standing(tx, beneficiaryId, programme);
      const last = await this.portability.last(tx, beneficiaryId, programme);
      const own = claims.filter((claim) => claim.programme === programme);
      found.push({ beneficiaryId, programme, claims: own, standing, last });
    }
    return found;
  }

  async text(tx: Tx, programme: string, on: Day): Promise<MoveText> {
    return new MoveText(await this.portability.parameters(tx), programme, on);
  }

  /**
   * Counties that have something of the programme still to do: whoever stands as responsible from today on, and whoever has a
   * claim under way for a year that is not theirs by decision.
   */
  responsible({ claims, standing }: Entitlement): string[] {
    const today = this.clock.today();
    const ahead = standing.filter(({ valid }) => valid.until === null);
    const counties = new Set(ahead.map(({ place }) => place.county));
    for (const claim of claims) {
      if (claim.county === null || !CARRIABLE.includes(claim.state) || claim.hasMoney) continue;
      const decided = authorityOf(standing, claim.claimYear);
      if (decided?.county !== claim.county) counties.add(claim.county);
    }
    if (ahead.length === 0) {
      const paid = claims.filter(({ state, hasMoney }) => WITH_MONEY.includes(state) || hasMoney).at(-1);
      if (paid?.county && paid.claimYear >= yearOf(today) - 1) counties.add(paid.county);
    }
    return [...counties].sort();
  }

  /** Follows a move; null where it changes nothing. */
  follow(tx: Tx, entitlement: Entitlement, move: Move, by: MoveBasis): Promise<string | null> {
    return tx.across(TWO_PLACES, async () => {
      const { programme, standing, claims } = entitlement;
      const text = await this.text(tx, programme, move.leftOn);
      const rules = authorityAfter(text, { move, standing, claims: oldClaims(claims, move.from) });
      const isAsBefore = rules.every(({ place, valid }) => {
        const before = standing.find((period) => holds(period.valid, valid.from));
        return before !== undefined && samePlace(before.place, place);
      });
      if (isAsBefore && strays(claims, standing).length === 0) return null;
      return this.decide(tx, entitlement, { move, by, rules, undoes: null });
    });
  }

  /** Takes a move back that was reported wrongly: a further decision, by which every day it gave away is the old place's again. */
  takeBack(tx: Tx, entitlement: Entitlement, undone: DecisionView, by: MoveBasis): Promise<string> {
    return tx.across(TWO_PLACES, () => {
      const from: Place = { county: undone.toCounty, isElsewhere: undone.toElsewhere };
      const to: Place = { county: undone.fromCounty, isElsewhere: undone.fromElsewhere };
      const rules = entitlement.standing.map(({ valid, place, rule, source, decisionId }): AuthorityStretch => {
        const isUndone = decisionId === undone.id && samePlace(place, from);
        return isUndone
          ? { valid, place: to, rule: 'reported-wrongly', source: '原迁移登记有误' }
          : { valid, place, rule: rule as AuthorityStretch['rule'], source };
      });
      return this.decide(tx, entitlement, { move: { from, to, leftOn: undone.leftOn }, by, rules, undoes: undone.id });
    });
  }

  /** An entitlement that another installation hands over: theirs up to a day, ours from then on. */
  begin(
    tx: Tx,
    entitlement: Entitlement,
    move: Move,
    { from, request }: { from: Day; request: string },
  ): Promise<string> {
    const source = '迁出地移交';
    const rules: AuthorityStretch[] = [
      {
        valid: { from: dayOf(yearOf(from) - 1, 1, 1), until: from },
        place: move.from,
        rule: 'over-before-the-move',
        source,
      },
      { valid: { from, until: null }, place: move.to, rule: 'later-year', source },
    ];
    const by = { basis: 'other-place', actor: 'system:portability', documentNo: request } as const;
    return tx.across(TWO_PLACES, () => this.decide(tx, entitlement, { move, by, rules, undoes: null }));
  }

  /** That a place completes a claim is established by what is named. */
  settlePlace(tx: Tx, claimId: string, document: string): Promise<void> {
    return this.carrying.settlePlace(tx, claimId, document, 'system:portability', this.clock.now());
  }

  private async decide(
    tx: Tx,
    { beneficiaryId, programme, claims }: Entitlement,
    made: { move: Move; by: MoveBasis; rules: readonly AuthorityStretch[]; undoes: string | null },
  ): Promise<string> {
    const at = this.clock.now();
    const { actor } = made.by;
    const facts = { claims: claims.map(({ id, claimYear, county, state }) => ({ id, claimYear, county, state })) };
    const decisionId = await this.portability.insertDecision(tx, { ...made, beneficiaryId, programme, facts }, at);
    const stretches = joined(made.rules);
    await this.portability.replace(tx, { beneficiaryId, programme, decisionId, actor }, stretches, at);
    failpoint('portability.authority');
    await this.portability.answerAsked(tx, beneficiaryId, programme, actor, at);
    await this.carry(tx, claims, stretches, { decisionId, actor }, at);
    failpoint('portability.carried');
    await this.reimbursements.adjust(tx, beneficiaryId, programme, decisionId);
    tx.concern('authority_decision', [decisionId]);
    failpoint('portability.decided');
    return decisionId;
  }

  /** Every claim without money goes to where its year is now; what stays is told that it is in the right place. */
  private async carry(
    tx: Tx,
    claims: readonly ChildClaim[],
    standing: readonly AuthorityStretch[],
    { decisionId, actor }: { decisionId: string; actor: string },
    at: Date,
  ): Promise<void> {
    for (const claim of claims) {
      if (claim.county === null || claim.hasMoney || !CARRIABLE.includes(claim.state)) continue;
      const place = authorityOf(standing, claim.claimYear);
      if (!place) continue;
      if (place.county === claim.county) {
        if (!claim.isSettledHere)
          await this.carrying.settlePlace(tx, claim.id, `authority-decision ${decisionId}`, actor, at);
        await this.carrying.release(tx, claim.id, actor, at);
        continue;
      }
      const county = place.isElsewhere ? null : place.county;
      const carrying = { decisionId, claimId: claim.id, county, actor };
      await this.carrying.stop(tx, carrying, at);
      const isNeeded = county !== null && !(await this.carrying.hasAnother(tx, claim.id, county));
      const became = isNeeded ? await this.carrying.carryOn(tx, carrying, at) : null;
      await this.carrying.record(tx, carrying, became);
      tx.concern('claim', became === null ? [claim.id] : [claim.id, became]);
    }
  }
}

/** Who stands as responsible for a year's claim: whoever is on its first day. */
function authorityOf(
  standing: readonly { readonly valid: StandingPeriod['valid']; readonly place: Place }[],
  year: number,
): Place | undefined {
  return standing.find(({ valid }) => holds(valid, dayOf(year, 1, 1)))?.place;
}

/** Claims under way in a place that its year is not with. */
const strays = (claims: readonly ChildClaim[], standing: readonly StandingPeriod[]): ChildClaim[] =>
  claims.filter(({ county, claimYear, state, hasMoney }) => {
    const place = authorityOf(standing, claimYear);
    return place !== undefined && place.county !== county && CARRIABLE.includes(state) && !hasMoney;
  });

/** The old place's claim of each year: the one that takes it, else the first. */
function oldClaims(claims: readonly ChildClaim[], from: Place): Map<number, OldClaim> {
  const byYear = new Map<number, OldClaim>();
  for (const claim of claims) {
    if (claim.county !== from.county || byYear.has(claim.claimYear)) continue;
    byYear.set(claim.claimYear, {
      submittedOn: claim.submittedOn,
      confirmedOn: claim.confirmedOn,
      isPaid: claim.hasMoney,
      isSettledHere: claim.isSettledHere,
    });
  }
  return byYear;
}
