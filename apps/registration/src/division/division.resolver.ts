import { Requires } from '@app/access';
import { Field, type GraphContext, inGroups, Mutation, Query, References, Resolver } from '@app/graphql';
import { type Day, findDivisionCode } from '@app/kernel';
import { DivisionService } from './division.service';
import type { DivisionView, SuccessionView } from './division.types';
import { SuccessionService } from './succession.service';

/** Divisions in the graph. */
@Resolver('Division')
export class DivisionResolver {
  constructor(
    private readonly service: DivisionService,
    private readonly followed: SuccessionService,
  ) {}

  @Query()
  @Requires('division.read')
  async division({ code, asOf }: { code: string; asOf?: Day | null }): Promise<DivisionView | null> {
    const whole = findDivisionCode(code) ?? code;
    if (asOf) return this.service.asOf(whole, asOf);
    const [found] = await this.service.byCodes([whole]);
    return found ?? null;
  }

  @Query()
  @Requires('division.read')
  divisions({ parent, asOf }: { parent?: string | null; asOf?: Day | null }): Promise<DivisionView[]> {
    return this.service.children(parent ? (findDivisionCode(parent) ?? parent) : null, asOf ?? null);
  }

  @Query()
  @Requires('division.read')
  divisionSubtree({ code, asOf }: { code: string; asOf: Day }): Promise<DivisionView[]> {
    return this.service.subtree(findDivisionCode(code) ?? code, asOf);
  }

  @Mutation()
  @Requires('division.refile')
  fileUnder({
    households,
    division,
    reason,
  }: {
    households: string[];
    division: string;
    reason: string;
  }): Promise<number> {
    return this.followed.fileUnder(households, division, reason);
  }

  @References()
  references(refs: readonly { code: string }[]): Promise<(DivisionView | null)[]> {
    return this.service.byCodes(refs.map(({ code }) => code));
  }

  @Field()
  level({ level }: DivisionView): string {
    return level.toUpperCase();
  }

  @Field()
  isConfirmed({ status }: DivisionView): boolean {
    return status === 'confirmed';
  }

  @Field()
  parent({ parentCode }: DivisionView): { code: string } | null {
    return parentCode === null ? null : { code: parentCode };
  }

  @Field()
  successors({ code }: DivisionView, _args: unknown, context: GraphContext): Promise<Followed[]> {
    const loader = context.loader<string, Followed[]>('division.successors', async (codes) =>
      inGroups(codes, await this.followed.successorsOf(codes), ({ oldCode }) => oldCode).map((rows) =>
        rows.map((row) => followed(row, row.newCode)),
      ),
    );
    return loader.load(code);
  }

  @Field()
  predecessors({ code }: DivisionView, _args: unknown, context: GraphContext): Promise<Followed[]> {
    const loader = context.loader<string, Followed[]>('division.predecessors', async (codes) =>
      inGroups(codes, await this.followed.predecessorsOf(codes), ({ newCode }) => newCode).map((rows) =>
        rows.map((row) => followed(row, row.oldCode)),
      ),
    );
    return loader.load(code);
  }
}

interface Followed {
  readonly division: { readonly code: string };
  readonly kind: string;
  readonly onDay: Day;
  readonly source: string;
}

const followed = ({ kind, onDay, source }: SuccessionView, code: string): Followed => ({
  division: { code },
  kind: kind.toUpperCase(),
  onDay,
  source,
});
