import { Requires } from '@app/access';
import { Query, Resolver } from '@app/graphql';
import { type Day, findDivisionCode } from '@app/kernel';
import { refuse } from './parameter.errors';
import { ParameterService } from './parameter.service';

/** Parameters in the graph: public, so that everybody can read by what they are served. */
@Resolver('MigrantParameter')
export class ParameterResolver {
  constructor(private readonly parameters: ParameterService) {}

  @Query('migrantParameters')
  @Requires('migrant-parameter.read')
  async list({ division, on }: { division: string; on?: Day | null }) {
    const code = findDivisionCode(division);
    if (!code) throw refuse.notADivision(division);
    const found = await this.parameters.list(code, on ?? null);
    return found.map(({ validFrom, validUntil, ...rest }) => ({ ...rest, from: validFrom, until: validUntil }));
  }
}
