import { Requires } from '@app/access';
import { Query, Resolver } from '@app/graphql';
import type { Programme } from '@app/rules';
import { ProgrammeService } from './programme.service';

/** Programme definitions in the graph: public, so that everybody can read the rules they are decided by. */
@Resolver('Programme')
export class ProgrammeResolver {
  constructor(private readonly service: ProgrammeService) {}

  @Query('programmes')
  @Requires('programme.read')
  list(): ReturnType<typeof view>[] {
    return this.service.all().map(view);
  }
}

const view = (programme: Programme) => ({
  code: programme.code,
  titleZh: programme.title.zh,
  titleEn: programme.title.en,
  version: programme.version,
  unit: programme.unit,
  legalBasis: programme.legalBasis,
  conditions: programme.conditions.map(({ code, sentence, cel, rule }) => ({
    code,
    sentenceZh: sentence.zh,
    sentenceEn: sentence.en,
    cel,
    rule,
  })),
  amount: programme.amountCel,
  parameters: programme.parameters.rows.map((row) => ({ ...row, value: String(row.value) })),
  conflicts: programme.conflicts.map((conflict) => conflict.with),
});
