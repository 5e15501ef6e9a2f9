import { Field, Resolver } from '@app/graphql';
import type { ActionRow, ChildRow, CommitmentRow, PartyRow, QuestionRow } from './birth-registration.types';

const SEXES: Readonly<Record<number, string>> = { 0: 'UNKNOWN', 1: 'MALE', 2: 'FEMALE', 9: 'UNSPECIFIED' };

/** A parent in the graph. */
@Resolver('RegisteringParent')
export class RegisteringParentResolver {
  @Field()
  role({ role }: PartyRow): string {
    return role.toUpperCase();
  }

  @Field()
  person({ personId }: PartyRow): { id: string } | null {
    return personId === null ? null : { id: personId };
  }

  @Field()
  hukouDivision({ hukouCode }: PartyRow): string | null {
    return hukouCode;
  }

  @Field()
  residenceDivision({ residenceCode }: PartyRow): string | null {
    return residenceCode;
  }
}

/** A child of a registered birth in the graph. */
@Resolver('RegisteredChild')
export class RegisteredChildResolver {
  @Field()
  order({ birthOrder }: ChildRow): number {
    return birthOrder;
  }

  @Field()
  sex({ sex }: ChildRow): string {
    return SEXES[sex]!;
  }
}

/** A signed letter in the graph. */
@Resolver('BirthCommitment')
export class BirthCommitmentResolver {
  @Field()
  signedBy({ signedBy }: CommitmentRow): string {
    return signedBy.toUpperCase();
  }
}

/** A question to another place in the graph. */
@Resolver('ElsewhereQuestion')
export class ElsewhereQuestionResolver {
  @Field()
  askedDivision({ askedCode }: QuestionRow): string {
    return askedCode;
  }

  @Field()
  outcome({ outcome }: QuestionRow): string | null {
    return outcome?.toUpperCase() ?? null;
  }
}

/** A line of the journal in the graph. */
@Resolver('BirthRegistrationAction')
export class BirthRegistrationActionResolver {
  @Field()
  from({ fromState }: ActionRow): string {
    return fromState;
  }

  @Field()
  to({ toState }: ActionRow): string {
    return toState;
  }
}
