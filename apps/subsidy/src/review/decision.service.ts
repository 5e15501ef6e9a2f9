import type { Database } from '@app/database';
import { Inject, Injectable } from '@nestjs/common';
import { SUBSIDY_DATABASE } from '../subsidy.tokens';
import { DecisionRepository, type DecisionTexts } from './decision.repository';
import { refuse } from './review.errors';

/** What was decided about a claim, in the very words that the audit log holds the hash of. */
@Injectable()
export class DecisionService {
  constructor(
    @Inject(SUBSIDY_DATABASE) private readonly database: Database,
    private readonly decisions: DecisionRepository,
  ) {}

  /** For whoever is to be given a proof of the decision. */
  textsOf(claimNo: string): Promise<DecisionTexts> {
    return this.database.read(async (read) => {
      const [found] = read.disclose('claim', await this.decisions.texts(read, claimNo));
      if (!found) throw refuse.claimUnknown(claimNo);
      return found;
    });
  }
}
