import { type NewbornClaim, type NewbornClaimKind, type NewbornClaims } from '@app/contracts';
import type { Database } from '@app/database';
import type { Delivery } from '@app/jobs';
import { CLOCK, type Clock, yearOf } from '@app/kernel';
import { workingDaysLater } from '@app/working-days';
import { Inject, Injectable } from '@nestjs/common';
import { REGISTRATION_DATABASE } from '../registration.tokens';
import { NewbornMatterRepository, type SubCaseRow } from './newborn-matter.repository';
import { canMove, type SubCaseState } from './newborn-matter.state';

/** What subsidy tells of a claim. */
export interface ClaimNews {
  readonly subCase: string;
  readonly kind: string;
  readonly claimNo: string;
  readonly state: string;
  readonly told: number;
}

/** Where a claim's state leaves its part of the matter, and what is said about it. */
const OF_OWN: Readonly<Record<string, readonly [SubCaseState, string]>> = {
  received: ['open', 'CLAIM_TAKEN'],
  determined: ['open', 'CLAIM_GOES_ON'],
  reviewed: ['open', 'CLAIM_GOES_ON'],
  held: ['waiting', 'CLAIM_ASKS'],
  confirmed: ['done', 'CLAIM_GOES_ON'],
  paying: ['done', 'CLAIM_GOES_ON'],
  returned: ['done', 'CLAIM_GOES_ON'],
  paid: ['done', 'CLAIM_PAID'],
  closed: ['done', 'CLAIM_PAID'],
  refused: ['failed', 'CLAIM_REFUSED'],
  withdrawn: ['withdrawn', 'CLAIM_WITHDRAWN'],
};

/** The childcare subsidy's part: what subsidy asks about it, and what it tells back. */
@Injectable()
export class NewbornClaimService implements NewbornClaims {
  constructor(
    @Inject(REGISTRATION_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly matters: NewbornMatterRepository,
  ) {}

  async find(subCase: string): Promise<NewbornClaim | null> {
    const row = await this.database.read((read) => this.matters.claim(read, subCase));
    if (!row || row.item !== 'childcare-subsidy' || row.openedOn === null) return null;
    const { role, applicantKey, applicantMask } = row;
    return {
      subCase,
      caseNo: row.caseNo,
      isWithdrawn: row.state === 'withdrawn',
      childId: row.childId,
      birthCertificateKey: row.certificateKey,
      applicant:
        role && applicantKey && applicantMask ? { key: applicantKey, mask: applicantMask, relation: role } : null,
      // First claims are for the year in which they are made (管理规范 art 12).
      claimYear: yearOf(row.openedOn),
      submittedOn: row.openedOn,
    };
  }

  /** Takes in where a claim stands. News that comes twice, or after later news, changes nothing. */
  async hear(news: ClaimNews, delivery: Pick<Delivery, 'once'>): Promise<void> {
    await this.database.write(async (tx) => {
      if (!(await delivery.once(tx))) return;
      const part = await this.matters.lockSubCase(tx, news.subCase);
      if (!part || news.told <= part.claimEvents) return;

      await this.matters.setClaim(tx, part.id, news.state, news.told);
      const [target, reason] = standing(news.kind as NewbornClaimKind, news.state);
      const way = wayTo(part.state, target);
      const today = this.clock.today();
      if (way.includes('open'))
        await this.matters.setDeadline(tx, part.id, today, workingDaysLater(today, part.workingDays, 'leave-open'));
      const at = this.clock.now();
      let from: Pick<SubCaseRow, 'state' | 'events'> = part;
      for (const state of way) {
        const move = { id: part.id, events: from.events, from: from.state, to: state, reason, reference: news.claimNo };
        await this.matters.move(tx, [move], at);
        from = { state, events: from.events + 1 };
      }
      tx.concern('newborn_matter', [part.matterId]);
    });
  }
}

function standing(kind: NewbornClaimKind, state: string): readonly [SubCaseState, string] {
  if (kind === 'none') return ['waiting', state];
  if (kind === 'own') return OF_OWN[state] ?? ['open', 'CLAIM_TAKEN'];
  return state === 'refused' || state === 'withdrawn'
    ? ['waiting', 'CLAIM_OF_OTHER_ENDED']
    : ['done', 'CLAIM_OF_OTHER'];
}

/** Straight, by way of `open`, or not at all where it stands there already. */
function wayTo(from: SubCaseState, target: SubCaseState): SubCaseState[] {
  if (from === target) return [];
  if (canMove(from, target)) return [target];
  return canMove(from, 'open') && canMove('open', target) ? ['open', target] : [];
}
