import { askedDivision, type Caller, Requires } from '@app/access';
import {
  closePage,
  type Connection,
  Field,
  type GraphContext,
  inGroups,
  inOrder,
  Mutation,
  openPage,
  type PageArguments,
  Query,
  References,
  Resolver,
} from '@app/graphql';
import { CLOCK, type Clock, type Day, divisionPrefix } from '@app/kernel';
import { Inject } from '@nestjs/common';
import { AskingService } from './asking.service';
import { ReferralService } from './referral.service';
import { rightsAgainst } from './service-request.rules';
import { keyOf, ServiceRequestService } from './service-request.service';
import type { ServiceRequestState } from './service-request.state';
import type {
  ActionRow,
  Entitlement,
  Household,
  ReferralRow,
  RequestFilter,
  ServiceRequestRow,
} from './service-request.types';

interface FilterInput {
  readonly division?: string | null;
  readonly state?: string | null;
  readonly service?: string | null;
  readonly isOverdue?: boolean | null;
  readonly isSecondNotice?: boolean | null;
  readonly isReferredHere?: boolean | null;
}

interface AskArguments {
  readonly clientRef: string;
  readonly service: string;
  readonly division: string;
  readonly household: string;
  readonly person?: string | null;
  readonly name: string;
  readonly need?: string | null;
}

interface Noted {
  readonly id: string;
  readonly note?: string | null;
}

const ref = async (id: Promise<string>): Promise<{ id: string }> => ({ id: await id });

/** Requests for services in the graph. */
@Resolver('ServiceRequest')
export class ServiceRequestResolver {
  constructor(
    private readonly asking: AskingService,
    private readonly service: ServiceRequestService,
    private readonly referral: ReferralService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Query()
  @Requires('service-entitlement.read')
  serviceEntitlements({ division, on }: { division: string; on?: Day | null }): Promise<Entitlement[]> {
    return this.asking.owed(division, on ?? null);
  }

  @Query()
  @Requires('service-request.read')
  async serviceRequest({ id }: { id: string }): Promise<ServiceRequestRow | null> {
    return (await this.service.byIds([id]))[0] ?? null;
  }

  @Query()
  @Requires('service-request.read')
  async serviceRequests(
    args: PageArguments & { filter?: FilterInput | null },
    context: GraphContext,
  ): Promise<Connection<ServiceRequestRow>> {
    const filter = this.filterOf(args.filter ?? {}, context.getCaller());
    const page = openPage('serviceRequests', args, 2);
    const rows = await this.service.list(filter, page.after, page.limit);
    return closePage(page, rows, keyOf, () => this.service.count(filter));
  }

  @Query()
  @Requires('service-request.read')
  async serviceRequestExport(
    { filter, after }: { filter?: FilterInput | null; after?: string | null },
    context: GraphContext,
  ) {
    const page = openPage('serviceRequestExport', { first: 1, after }, 2);
    const part = await this.service.export(this.filterOf(filter ?? {}, context.getCaller()), page.after);
    return { csv: part.csv, after: part.after && closePage(page, [part.after], (key) => key).pageInfo.endCursor };
  }

  @Query()
  @Requires('own.service')
  myServiceRequests(): Promise<ServiceRequestRow[]> {
    return this.service.own();
  }

  @Mutation()
  @Requires('service-request.ask')
  askForService({ person, need, household, ...input }: AskArguments, context: GraphContext): Promise<{ id: string }> {
    const caller = context.getCaller();
    const isCitizen = caller.roles.includes('citizen');
    const division = isCitizen ? input.division : askedDivision(caller, input.division);
    const asked = {
      ...input,
      division,
      household: household.toLowerCase() as Household,
      personId: person ?? null,
      need: need ?? null,
    };
    const ownKey = caller.family?.key ?? null;
    const asker = { id: caller.id, channel: isCitizen ? 'online' : 'counter', ownKey } as const;
    return ref(this.asking.ask(asked, asker, caller.family?.persons ?? []));
  }

  @Mutation()
  @Requires('service-request.ask')
  completeServiceRequest({ id, note }: Noted, context: GraphContext): Promise<{ id: string }> {
    return ref(this.asking.complete(id, context.getCaller(), note ?? null));
  }

  @Mutation()
  @Requires('service-request.ask')
  withdrawServiceRequest({ id, note }: Noted, context: GraphContext): Promise<{ id: string }> {
    return ref(this.asking.withdraw(id, context.getCaller(), note ?? null));
  }

  @Mutation()
  @Requires('service-request.ask')
  resumeServiceRequest({ id }: { id: string }, context: GraphContext): Promise<{ id: string }> {
    return ref(this.asking.resume(id, context.getCaller()));
  }

  @Mutation()
  @Requires('service-request.handle')
  takeServiceRequest({ id }: { id: string }, context: GraphContext): Promise<{ id: string }> {
    return ref(this.service.take(id, context.getCaller()));
  }

  @Mutation()
  @Requires('service-request.handle')
  tellMissing(
    { id, items, note }: Noted & { items: readonly string[] },
    context: GraphContext,
  ): Promise<{ id: string }> {
    return ref(this.service.tellMissing(id, context.getCaller(), items, note ?? null));
  }

  @Mutation()
  @Requires('service-request.oversee')
  decideSecondServiceNotice(
    { id, allow }: { id: string; allow: boolean },
    context: GraphContext,
  ): Promise<{ id: string }> {
    return ref(this.service.decideSecondNotice(id, context.getCaller(), allow));
  }

  @Mutation()
  @Requires('service-request.handle')
  serveServiceRequest({ id, note }: Noted, context: GraphContext): Promise<{ id: string }> {
    return ref(this.service.serve(id, context.getCaller(), note ?? null));
  }

  @Mutation()
  @Requires('service-request.handle')
  declineServiceRequest(
    { id, reason }: { id: string; reason: string },
    context: GraphContext,
  ): Promise<{ id: string }> {
    return ref(this.service.decline(id, context.getCaller(), reason));
  }

  @Mutation()
  @Requires('service-request.handle')
  reopenServiceRequest({ id, reason }: { id: string; reason: string }, context: GraphContext): Promise<{ id: string }> {
    return ref(this.service.reopen(id, context.getCaller(), reason));
  }

  @Mutation()
  @Requires('service-request.handle')
  referServiceRequest(
    { id, to, unit, reason }: { id: string; to: string; unit?: string | null; reason: string },
    context: GraphContext,
  ): Promise<{ id: string }> {
    return ref(this.referral.refer(id, context.getCaller(), to, unit ?? null, reason));
  }

  @Mutation()
  @Requires('service-request.handle')
  answerServiceReferral(
    { id, accept, note }: Noted & { accept: boolean },
    context: GraphContext,
  ): Promise<{ id: string }> {
    return ref(this.referral.answer(id, context.getCaller(), accept, note ?? null));
  }

  @Mutation()
  @Requires('service-request.handle')
  takeBackServiceReferral({ id }: { id: string }, context: GraphContext): Promise<{ id: string }> {
    return ref(this.referral.takeBack(id, context.getCaller()));
  }

  @References()
  async references(refs: readonly { id: string }[]): Promise<(ServiceRequestRow | null)[]> {
    const ids = refs.map(({ id }) => id);
    return inOrder(ids, await this.service.byIds(ids), ({ id }) => id);
  }

  @Field()
  state({ state }: ServiceRequestRow): string {
    return state.toUpperCase();
  }

  @Field()
  household({ household }: ServiceRequestRow): string {
    return household.toUpperCase();
  }

  @Field()
  person({ personId }: ServiceRequestRow): { id: string } | null {
    return personId === null ? null : { id: personId };
  }

  @Field()
  rights({ state, decidedOn }: ServiceRequestRow) {
    return state === 'declined' && decidedOn ? rightsAgainst(decidedOn) : null;
  }

  @Field()
  isOverdue({ dueOn }: ServiceRequestRow): boolean {
    return dueOn !== null && dueOn < this.clock.today();
  }

  @Field()
  isSecondNoticeWaiting({ wanted }: ServiceRequestRow): boolean {
    return wanted.length > 0;
  }

  @Field()
  entitlement({ entitlementId }: ServiceRequestRow, _args: unknown, context: GraphContext): Promise<Entitlement> {
    const loader = context.loader<string, Entitlement>('serviceRequest.entitlement', async (ids) => {
      const texts = await this.service.texts(ids);
      return ids.map((id) => texts.find((one) => one.id === id)!);
    });
    return loader.load(entitlementId);
  }

  @Field()
  history({ id }: ServiceRequestRow, _args: unknown, context: GraphContext): Promise<ActionRow[]> {
    const loader = context.loader<string, ActionRow[]>('serviceRequest.history', async (ids) =>
      inGroups(ids, await this.service.actions(ids), ({ requestId }) => requestId),
    );
    return loader.load(id);
  }

  @Field()
  referrals({ id }: ServiceRequestRow, _args: unknown, context: GraphContext): Promise<ReferralRow[]> {
    const loader = context.loader<string, ReferralRow[]>('serviceRequest.referrals', async (ids) =>
      inGroups(ids, await this.service.referrals(ids), ({ requestId }) => requestId),
    );
    return loader.load(id);
  }

  private filterOf(filter: FilterInput, caller: Caller): RequestFilter {
    return {
      prefix: divisionPrefix(askedDivision(caller, filter.division)),
      state: (filter.state?.toLowerCase() ?? undefined) as ServiceRequestState | undefined,
      service: filter.service ?? undefined,
      dueBefore: filter.isOverdue ? this.clock.today() : undefined,
      isSecondNotice: filter.isSecondNotice ?? undefined,
      isReferredHere: filter.isReferredHere ?? undefined,
    };
  }
}

/** Entitlements in the graph: public, so that everybody can read what may be asked for. */
@Resolver('ServiceEntitlement')
export class EntitlementResolver {
  @Field()
  servedBy({ servedBy }: Entitlement): string {
    return servedBy.replaceAll('-', '_').toUpperCase();
  }
}
