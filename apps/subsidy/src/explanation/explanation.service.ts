import type { Database, Tx } from '@app/database';
import { CLOCK, type Clock, type Day, normaliseIdNumber, parseCitizenId, yearOf } from '@app/kernel';
import { decide, decideAll, type Decision, type Programme } from '@app/rules';
import { Vault } from '@app/vault';
import { Inject, Injectable } from '@nestjs/common';
import { claimRelation, personRelation } from '../determination/determination.rules';
import { LookupService } from '../lookup/lookup.service';
import { ProgrammeService } from '../programme/programme.service';
import { SUBSIDY_DATABASE } from '../subsidy.tokens';
import { refuse } from './explanation.errors';
import {
  type ClaimRow,
  ExplanationRepository,
  type StandingRow,
  type Subject,
  type SubjectKeys,
} from './explanation.repository';
import type { ExplainedYear, Explanation, StandingDecision } from './explanation.types';

/** Why a person is paid what they are paid: each condition, the fact that decided it, who owns the fact, and the rule. */
@Injectable()
export class ExplanationService {
  constructor(
    @Inject(SUBSIDY_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly vault: Vault,
    private readonly programmes: ProgrammeService,
    private readonly lookups: LookupService,
    private readonly explanations: ExplanationRepository,
  ) {}

  /** By identity number, birth certificate number or claim number, in any spelling; the look-up is counted. */
  async byNumber(text: string, options: { asOf?: Day } = {}): Promise<Explanation> {
    const normal = normaliseIdNumber(text);
    const parsed = parseCitizenId(normal);
    const number = typeof parsed === 'string' ? normal : parsed.number;
    const by = {
      idKey: this.vault.blindIndex('id-number', number),
      certificateKey: this.vault.blindIndex('birth-certificate', normal),
      claimNo: text.trim(),
    };
    const found = await this.lookups.counted(number, (tx) => this.explain(tx, by, options.asOf ?? this.clock.today()));
    if (!found) throw refuse.nothingKnown();
    return found;
  }

  /** Of a claim that the asker has found already. */
  async byClaimNo(claimNo: string): Promise<Explanation> {
    const by = { idKey: null, certificateKey: null, claimNo };
    const found = await this.database.read((read) => this.explain(read, by, this.clock.today()));
    if (!found) throw refuse.nothingKnown();
    return found;
  }

  /** What the asker may see: the person's facts, or a claim for them; null where that is nothing. */
  private async explain(read: Tx, by: SubjectKeys, asOf: Day): Promise<Explanation | null> {
    const subject = await this.explanations.findSubject(read, by);
    if (!subject) return null;
    const ids = [subject.person_id, subject.beneficiary_id].filter((id) => id !== null);
    const standing = await this.explanations.standing(read, ids);
    const claims = await this.claims(read, subject, standing, asOf);
    if (claims.length === 0 && subject.division_code === null) return null;
    const years = [...claims, ...(await this.person(read, subject, standing, asOf))];
    const { person_id: id, id_number_mask: idNumberMask, division_code: divisionCode } = subject;
    const [person] = read.disclose('person', [{ id, idNumberMask, divisionCode }], () => id ?? subject.beneficiary_id);
    read.disclose('claim', claims, ({ claim }) => claim!.id);
    return { person: person!, years };
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
    if (!subject.person_id || subject.division_code === null) return [];
    const programmes = this.programmes.all().filter(({ unit }) => unit === 'person');
    const [facts] = await this.explanations.facts(read, personRelation(`f.person_id = '${subject.person_id}'`));
    const year = yearOf(asOf);
    const decisions = decideAll(programmes, facts!, { year, asOf, region: subject.division_code.slice(0, 9) });
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
