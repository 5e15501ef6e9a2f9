import type { Database, Tx } from '@app/database';
import { CLOCK, type Clock, type Day, normaliseIdNumber, parseCitizenId, yearOf } from '@app/kernel';
import { decide, decideAll, type Decision, type Programme } from '@app/rules';
import { Vault } from '@app/vault';
import { Inject, Injectable } from '@nestjs/common';
import { claimRelation, personRelation } from '../determination/determination.rules';
import { ProgrammeService } from '../programme/programme.service';
import { SUBSIDY_DATABASE } from '../subsidy.tokens';
import { refuse } from './explanation.errors';
import { type ClaimRow, ExplanationRepository, type StandingRow, type Subject } from './explanation.repository';
import type { ExplainedYear, Explanation, StandingDecision } from './explanation.types';

/** Why a person is paid what they are paid: each condition, the fact that decided it, who owns the fact, and the rule. */
@Injectable()
export class ExplanationService {
  constructor(
    @Inject(SUBSIDY_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly vault: Vault,
    private readonly programmes: ProgrammeService,
    private readonly explanations: ExplanationRepository,
  ) {}

  /** By identity number, birth certificate number or claim number, in any spelling. */
  byNumber(text: string, options: { asOf?: Day; within?: string } = {}): Promise<Explanation> {
    const normal = normaliseIdNumber(text);
    const parsed = parseCitizenId(normal);
    const number = typeof parsed === 'string' ? normal : parsed.number;
    return this.explain(
      {
        idKey: this.vault.blindIndex('id-number', number),
        certificateKey: this.vault.blindIndex('birth-certificate', normal),
        claimNo: text.trim(),
      },
      options.asOf ?? this.clock.today(),
      options.within ?? '',
    );
  }

  /** `within`: leading digits of the divisions the asker may see; outside is answered like unknown. */
  private explain(
    by: Parameters<ExplanationRepository['findSubject']>[1],
    asOf: Day,
    within: string,
  ): Promise<Explanation> {
    return this.database.read(async (read) => {
      const subject = await this.explanations.findSubject(read, by);
      if (!subject || !(subject.division_code ?? within).startsWith(within)) throw refuse.nothingKnown();
      const ids = [subject.person_id, subject.beneficiary_id].filter((id) => id !== null);
      const standing = await this.explanations.standing(read, ids);
      const years = [
        ...(await this.claims(read, subject, standing, asOf)),
        ...(await this.person(read, subject, standing, asOf)),
      ];
      return {
        person: { id: subject.person_id, idNumberMask: subject.id_number_mask, divisionCode: subject.division_code },
        years,
      };
    });
  }

  private async claims(
    read: Tx,
    subject: Subject,
    standing: readonly StandingRow[],
    asOf: Day,
  ): Promise<ExplainedYear[]> {
    if (!subject.beneficiary_id) return [];
    const years: ExplainedYear[] = [];
    for (const claim of await this.explanations.claims(read, subject.beneficiary_id)) {
      const programme = this.programmes.get(claim.programme);
      const [facts] = await this.explanations.facts(read, claimRelation(`c.id = '${claim.id}'`));
      const region = (claim.division_code ?? subject.division_code ?? '').slice(0, 9);
      const decision = decide(programme, facts!, { year: claim.claim_year, asOf, region });
      years.push(explained(programme, claim.claim_year, decision, standing, claim));
    }
    return years;
  }

  private async person(
    read: Tx,
    subject: Subject,
    standing: readonly StandingRow[],
    asOf: Day,
  ): Promise<ExplainedYear[]> {
    if (!subject.person_id) return [];
    const programmes = this.programmes.all().filter(({ unit }) => unit === 'person');
    const [facts] = await this.explanations.facts(read, personRelation(`f.person_id = '${subject.person_id}'`));
    const year = yearOf(asOf);
    const decisions = decideAll(programmes, facts!, { year, asOf, region: subject.division_code!.slice(0, 9) });
    return programmes.map((programme, i) => explained(programme, year, decisions[i]!, standing));
  }
}

function explained(
  programme: Programme,
  year: number,
  decision: Decision,
  standing: readonly StandingRow[],
  claim?: ClaimRow,
): ExplainedYear {
  const row = standing.find(
    (s) => s.programme === programme.code && s.year === year && s.claim_id === (claim?.id ?? null),
  );
  return {
    programme: programme.code,
    title: programme.title,
    year,
    claim: claim
      ? {
          id: claim.id,
          claimNo: claim.claim_no,
          state: claim.state,
          questions: claim.questions.map(({ reason, openedAt }) => ({ reason, openedAt: new Date(openedAt) })),
        }
      : null,
    decision,
    standing: row ? standingDecision(row) : null,
  };
}

const standingDecision = (row: StandingRow): StandingDecision => ({
  id: row.id,
  outcome: row.outcome,
  amountFen: row.amount_fen,
  version: row.version,
  factsVersion: row.facts_version,
  decidedAt: row.decided_at,
});
