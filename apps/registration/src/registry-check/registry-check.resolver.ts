import { Requires } from '@app/access';
import {
  closePage,
  type Connection,
  Field,
  type GraphContext,
  Mutation,
  openPage,
  type PageArguments,
  Query,
  Resolver,
} from '@app/graphql';
import { DivisionService } from '../division/division.service';
import { reasonOf, TOLD } from './registry-check.rules';
import { type CheckView, RegistryCheckService, type Told } from './registry-check.service';

/** Checks against the household registry in the graph. */
@Resolver('RegistryCheck')
export class RegistryCheckResolver {
  constructor(private readonly checks: RegistryCheckService) {}

  @Query()
  @Requires('registry-check.read')
  async registryChecks(
    args: PageArguments & { division?: string | null },
    context: GraphContext,
  ): Promise<Connection<CheckView>> {
    const page = openPage('registryChecks', args, 1);
    const prefix = DivisionService.prefixFor(context.getCaller(), args.division);
    return closePage(page, await this.checks.toLookAt(prefix, page.after, page.limit), ({ id }) => [id]);
  }

  @Mutation()
  @Requires('registry-check.settle')
  settleRegistryCheck({ id, note }: { id: string; note: string }): Promise<CheckView> {
    return this.checks.settle(id, note);
  }

  @Field()
  role({ role }: CheckView): string {
    return role.toUpperCase();
  }

  @Field()
  state({ state }: CheckView): string {
    return state.toUpperCase().replace('-', '_');
  }

  @Field()
  reason(check: CheckView): string | null {
    return reasonOf(check) ?? null;
  }

  @Field()
  birthRegistration({ registrationId }: CheckView): { id: string } | null {
    return registrationId ? { id: registrationId } : null;
  }

  @Field()
  newbornMatter({ matterId }: CheckView): { id: string } | null {
    return matterId ? { id: matterId } : null;
  }
}

/** What a family is told of a silent registry, in the graph. */
@Resolver('RegistrySilence')
export class RegistrySilenceResolver {
  @Field()
  isWaiting({ silence }: Told): boolean {
    return silence === 'waits';
  }

  @Field()
  textZh({ silence }: Told): string {
    return TOLD[silence].zh;
  }

  @Field()
  textEn({ silence }: Told): string {
    return TOLD[silence].en;
  }
}
