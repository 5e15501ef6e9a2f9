import { Requires } from '@app/access';
import { Field, Mutation, Query, Resolver } from '@app/graphql';
import { type Day, findDivisionCode } from '@app/kernel';
import { refuse } from './retention.errors';
import { RetentionService } from './retention.service';
import type { Hold, HoldReason, RetentionCertificate } from './retention.types';

const PAGE = { usual: 30, most: 100 } as const;

/** How long what is kept, and what was deleted, in the graph. */
@Resolver('RetentionCertificate')
export class RetentionResolver {
  constructor(private readonly retention: RetentionService) {}

  @Query()
  @Requires('migrant-parameter.read')
  async retentionClasses({ division }: { division?: string | null }) {
    const code = division ? findDivisionCode(division) : '';
    if (code === undefined) throw refuse.notADivision(division!);
    const classes = await this.retention.classes(code);
    return classes.map(({ keep, saidZh, saidEn, ...rest }) => ({
      ...rest,
      textZh: saidZh,
      textEn: saidEn,
      keep: keep === null ? null : Number(keep),
    }));
  }

  @Query()
  @Requires('retention.read')
  retentionCertificates({ first, before }: { first?: number | null; before?: Day | null }) {
    const limit = Math.min(Math.max(first ?? PAGE.usual, 1), PAGE.most);
    return this.retention.certificates(before ?? null, limit);
  }

  @Mutation()
  @Requires('retention.hold')
  holdRecord({ resident, reason, reference }: { resident: string; reason: string; reference: string }): Promise<Hold> {
    return this.retention.hold(resident, reason.toLowerCase() as HoldReason, reference);
  }

  @Mutation()
  @Requires('retention.hold')
  liftHold({ id }: { id: string }): Promise<Hold> {
    return this.retention.lift(id);
  }

  @Field()
  on({ onDay }: RetentionCertificate): Day {
    return onDay;
  }
}

/** One hold. */
@Resolver('RetentionHold')
export class RetentionHoldResolver {
  @Field()
  reason({ reason }: Hold): string {
    return reason.toUpperCase();
  }
}
