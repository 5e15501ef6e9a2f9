import { constraintName, type Database, sqlState } from '@app/database';
import { CLOCK, type Clock, type DivisionCode, divisionPrefix, findDay } from '@app/kernel';
import { failpoint } from '@app/jobs';
import { Inject, Injectable } from '@nestjs/common';
import { ATTESTABLE } from '../determination/determination.rules';
import { canMove } from '../claim/claim.state';
import { SUBSIDY_DATABASE } from '../subsidy.tokens';
import { refuse } from './review.errors';
import { ReviewRepository } from './review.repository';

export interface BatchCommand {
  readonly programme: string;
  readonly division: DivisionCode;
  readonly actor: string;
}

export interface Moved {
  readonly count: number;
  readonly amountFen: bigint;
}

/** What a person may say about a held claim: check it again, refuse it, or note its withdrawal. */
export const CASE_DECISIONS = ['CHECK_AGAIN', 'REFUSE', 'WITHDRAWN'] as const;
export type CaseDecision = (typeof CASE_DECISIONS)[number];

export interface Attestation {
  readonly fact: string;
  /** `true`, `false` or a day. */
  readonly value: string;
  readonly documentNo: string;
}

export interface ResolveCommand {
  readonly caseId: string;
  readonly decision: string;
  readonly note?: string;
  readonly actor: string;
  readonly attestations?: readonly Attestation[];
  /** Leading digits of the divisions the officer is responsible for. */
  readonly within?: string;
}

const ATTEMPTS = 5;

/** The two looks at a clean claim, by two officers; and what a person decides about one that is held. */
@Injectable()
export class ReviewService {
  constructor(
    @Inject(SUBSIDY_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly reviews: ReviewRepository,
  ) {}

  /** Township first review of every clean claim of the subtree (规范 art 7(2)). */
  async review({ programme, division, actor }: BatchCommand): Promise<Moved> {
    failpoint('review.township');
    const at = this.clock.now();
    const where = { programme, prefix: divisionPrefix(division), from: 'determined', to: 'reviewed', actor, at };
    return this.database.write((tx) => this.reviews.moveAll(tx, where), { statementTimeout: 0 });
  }

  /**
   * County confirmation (规范 art 7(3)), by somebody who reviewed none of these claims. A claim for a year that is
   * taken, here or in any other division, is held for a person; the constraint on the year decides races.
   */
  async confirm({ programme, division, actor }: BatchCommand): Promise<Moved & { held: number }> {
    failpoint('review.county');
    const prefix = divisionPrefix(division);
    for (let attempt = 1; ; attempt++) {
      const at = this.clock.now();
      try {
        return await this.database.write(
          async (tx) => {
            const own = await this.reviews.countReviewedBy(tx, programme, prefix, actor);
            if (own > 0) throw refuse.sameOfficer(actor, own);
            await this.reviews.lockChildren(tx, programme, prefix);
            const held = await tx.across('another division may have taken the year', () =>
              this.reviews.holdDuplicates(tx, programme, prefix, at),
            );
            const moved = await this.reviews.moveAll(tx, {
              programme,
              prefix,
              from: 'reviewed',
              to: 'confirmed',
              actor,
              at,
            });
            return { ...moved, held };
          },
          { statementTimeout: 0 },
        );
      } catch (error) {
        // Another division took one of these years between our look and our write: look again.
        const lostRace = sqlState(error) === '23505' && constraintName(error) === 'claim_pays_a_child_year_once';
        if (!lostRace || attempt >= ATTEMPTS) throw error;
      }
    }
  }

  /** The applicant takes their own claim back, as long as nothing is being paid; a second time changes nothing. */
  withdraw(claimId: string, actor: string, note: string | null): Promise<void> {
    return this.database.write(async (tx) => {
      const claim = await this.reviews.findOwnClaim(tx, claimId);
      if (!claim) throw refuse.claimUnknown(claimId);
      if (claim.state === 'withdrawn') return;
      if (!canMove(claim.state, 'withdrawn')) throw refuse.tooLateToWithdraw(claimId, claim.state);

      const at = this.clock.now();
      await this.reviews.resolveOthers(tx, claimId, 'WITHDRAWN', actor, at);
      await this.reviews.moveOne(tx, claimId, 'withdrawn', actor, note, at);
      tx.concern('claim', [claimId]);
    });
  }

  /** A person's answer to one question of the work-list. A claim goes on only when nothing else is asked about it. */
  async resolve(command: ResolveCommand): Promise<void> {
    const { caseId, decision, note, actor, attestations = [], within = '' } = command;
    if (!CASE_DECISIONS.includes(decision as CaseDecision)) throw refuse.decisionUnknown(decision, CASE_DECISIONS);
    for (const attestation of attestations) assertAttestable(attestation);
    if (decision === 'REFUSE' && [...(note ?? '').trim()].length < 4) throw refuse.noteMissing();
    await this.database.write(async (tx) => {
      const found = await this.reviews.findCase(tx, caseId);
      if (!found || !(found.division_code ?? within).startsWith(within)) throw refuse.caseUnknown(caseId);
      if (found.state === 'resolved') throw refuse.caseResolved(caseId);
      if (!found.claim_id) throw refuse.caseHasNoClaim(caseId);

      tx.concern('claim', [found.claim_id]);
      const at = this.clock.now();
      await this.reviews.attest(tx, found.claim_id, attestations, actor, at);
      await this.reviews.resolveCase(tx, caseId, decision, note ?? null, actor, at);
      if (decision === 'CHECK_AGAIN') {
        const open = await this.reviews.countOpen(tx, found.claim_id);
        // What is being paid was never stopped, so there is nothing to let go on.
        const isHeld = (await this.reviews.stateOf(tx, found.claim_id)) === 'held';
        if (open === 0 && isHeld) await this.reviews.moveOne(tx, found.claim_id, 'received', actor, note ?? null, at);
        return;
      }
      if ((await this.reviews.stateOf(tx, found.claim_id)) !== 'held') throw refuse.notHeld(found.claim_id);
      await this.reviews.resolveOthers(tx, found.claim_id, decision, actor, at);
      const to = decision === 'REFUSE' ? 'refused' : 'withdrawn';
      await this.reviews.moveOne(tx, found.claim_id, to, actor, note ?? null, at);
    });
  }
}

function assertAttestable({ fact, value }: Attestation): void {
  const type = ATTESTABLE[fact];
  if (!type) throw refuse.factNotAttestable(fact, Object.keys(ATTESTABLE));
  const fits = type === 'boolean' ? /^(true|false)$/.test(value) : findDay(value) !== undefined;
  if (!fits) throw refuse.attestedValue(fact, value, type);
}
