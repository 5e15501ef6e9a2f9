import { Field, Resolver } from '@app/graphql';
import type { Day } from '@app/kernel';
import type { ChangeView, FactAnswer } from './fact.types';

const named = (code: string): string => code.toUpperCase().replaceAll('-', '_');

/** One fact. */
@Resolver('DatedFact')
export class DatedFactResolver {
  @Field()
  kind({ kind }: FactAnswer): string {
    return named(kind);
  }

  @Field()
  answer({ answer }: FactAnswer): string {
    return named(answer);
  }

  @Field()
  basis({ basis }: FactAnswer): string {
    return named(basis);
  }

  @Field()
  other({ otherPersonId }: FactAnswer): { id: string } | null {
    return otherPersonId === null ? null : { id: otherPersonId };
  }

  @Field()
  household({ householdId }: FactAnswer): { id: string } | null {
    return householdId === null ? null : { id: householdId };
  }

  @Field()
  possibleFrom({ period }: FactAnswer): Day | null {
    return period.valid.from;
  }

  @Field()
  possibleUntil({ period }: FactAnswer): Day | null {
    return period.valid.until;
  }

  @Field()
  certainFrom({ period }: FactAnswer): Day | null {
    return period.certain?.from ?? null;
  }

  @Field()
  certainUntil({ period }: FactAnswer): Day | null {
    return period.certain?.until ?? null;
  }

  @Field()
  isCertain({ period }: FactAnswer): boolean {
    return period.certain !== null;
  }
}

/** One change. */
@Resolver('RegisterChange')
export class ChangeResolver {
  @Field()
  basis({ basis }: ChangeView): string {
    return named(basis);
  }

  @Field()
  persons({ shown }: ChangeView): { id: string }[] {
    return shown.map((id) => ({ id }));
  }
}
