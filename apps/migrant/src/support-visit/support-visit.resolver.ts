import { askedDivision, Requires } from '@app/access';
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
import { type Day, divisionPrefix } from '@app/kernel';
import { ConsentService } from './consent.service';
import { SupportVisitService } from './support-visit.service';
import type { SupportVisitState } from './support-visit.state';
import type { ConsentInput, ConsentRow, NoteRow, Purpose, Topic, VisitRow } from './support-visit.types';

const word = <T extends string>(name: string): T => name.toLowerCase().replaceAll('_', '-') as T;
const enumOf = (name: string): string => name.replaceAll('-', '_').toUpperCase();

interface ConsentArguments {
  readonly division: string;
  readonly kind: string;
  readonly person?: string | null;
  readonly name: string;
  readonly guardianName?: string | null;
  readonly scope: readonly string[];
  readonly startsOn?: Day | null;
  readonly endsOn: Day;
  readonly document?: string | null;
}

/** Support visits in the graph. */
@Resolver('SupportVisit')
export class SupportVisitResolver {
  constructor(private readonly service: SupportVisitService) {}

  @Query()
  @Requires('support.read')
  async supportVisits(
    args: PageArguments & { division?: string | null; state?: string | null },
    context: GraphContext,
  ): Promise<Connection<VisitRow>> {
    const prefix = divisionPrefix(askedDivision(context.getCaller(), args.division));
    const page = openPage('supportVisits', args, 2);
    const state = args.state ? word<SupportVisitState>(args.state) : undefined;
    const rows = await this.service.list({ prefix, state }, page.after, page.limit);
    return closePage(page, rows, ({ plannedOn, id }) => [plannedOn, id]);
  }

  @Mutation()
  @Requires('support.visit')
  async offerSupportVisit({
    consent,
    purpose,
    on,
  }: {
    consent: string;
    purpose: string;
    on: Day;
  }): Promise<{ id: string }> {
    return { id: await this.service.offer(consent, word<Purpose>(purpose), on) };
  }

  @Mutation()
  @Requires('support.answer')
  async answerSupportVisit({
    id,
    accept,
    topics,
  }: {
    id: string;
    accept: boolean;
    topics?: readonly string[] | null;
  }): Promise<{ id: string }> {
    return {
      id: await this.service.answer(
        id,
        accept,
        (topics ?? []).map((one) => word<Topic>(one)),
      ),
    };
  }

  @Mutation()
  @Requires('support.visit')
  async recordSupportVisit({
    id,
    notes,
  }: {
    id: string;
    notes?: readonly { topic: string; words: string }[] | null;
  }): Promise<{ id: string }> {
    const told = (notes ?? []).map(({ topic, words }) => ({ topic: word<Topic>(topic), words }));
    return { id: await this.service.record(id, told) };
  }

  @Mutation()
  @Requires('support.visit')
  async undoSupportVisit({ id }: { id: string }): Promise<{ id: string }> {
    return { id: await this.service.undo(id) };
  }

  @Mutation()
  @Requires('support.visit')
  async cancelSupportVisit({ id }: { id: string }): Promise<{ id: string }> {
    return { id: await this.service.cancel(id) };
  }

  @References()
  async references(refs: readonly { id: string }[]): Promise<(VisitRow | null)[]> {
    const ids = refs.map(({ id }) => id);
    return inOrder(ids, await this.service.byIds(ids), ({ id }) => id);
  }

  @Field()
  state({ state }: VisitRow): string {
    return enumOf(state);
  }

  @Field()
  purpose({ purpose }: VisitRow): string {
    return enumOf(purpose);
  }

  @Field()
  topics({ topics }: VisitRow): string[] {
    return topics.map(enumOf);
  }

  @Field()
  consent({ consentId }: VisitRow): { id: string } {
    return { id: consentId };
  }

  @Field()
  notes({ id }: VisitRow, _args: unknown, context: GraphContext): Promise<NoteRow[]> {
    const loader = context.loader<string, NoteRow[]>('supportVisit.notes', async (ids) => {
      const notes = await this.service.notes(ids);
      return inGroups(
        ids,
        notes.map((one) => ({ ...one, topic: enumOf(one.topic) as Topic })),
        ({ visitId }) => visitId,
      );
    });
    return loader.load(id);
  }
}

/** Consents in the graph. */
@Resolver('SupportConsent')
export class SupportConsentResolver {
  constructor(
    private readonly consents: ConsentService,
    private readonly service: SupportVisitService,
  ) {}

  @Query()
  @Requires('support.read')
  async supportConsents(
    args: PageArguments & { division?: string | null },
    context: GraphContext,
  ): Promise<Connection<ConsentRow>> {
    const prefix = divisionPrefix(askedDivision(context.getCaller(), args.division));
    const page = openPage('supportConsents', args, 2);
    const rows = await this.consents.list(prefix, page.after, page.limit);
    return closePage(page, rows, ({ divisionCode, id }) => [divisionCode, id]);
  }

  @Query()
  @Requires('own.service')
  mySupportConsents(): Promise<ConsentRow[]> {
    return this.consents.own();
  }

  @Mutation()
  @Requires('support.consent')
  async consentToSupport(args: ConsentArguments, context: GraphContext): Promise<{ id: string }> {
    const caller = context.getCaller();
    const division = caller.roles.includes('citizen') ? args.division : askedDivision(caller, args.division);
    const input: ConsentInput = {
      division,
      kind: word(args.kind),
      personId: args.person ?? null,
      name: args.name,
      guardianName: args.guardianName ?? null,
      scope: args.scope.map((one) => word<Purpose>(one)),
      startsOn: args.startsOn ?? null,
      endsOn: args.endsOn,
      document: args.document ?? null,
    };
    return { id: await this.consents.give(input, caller) };
  }

  @Mutation()
  @Requires('support.consent')
  async endSupport({ id }: { id: string }): Promise<boolean> {
    await this.consents.end(id);
    return true;
  }

  @References()
  async references(refs: readonly { id: string }[]): Promise<(ConsentRow | null)[]> {
    const ids = refs.map(({ id }) => id);
    return inOrder(ids, await this.consents.byIds(ids), ({ id }) => id);
  }

  @Field()
  kind({ kind }: ConsentRow): string {
    return enumOf(kind);
  }

  @Field()
  scope({ scope }: ConsentRow): string[] {
    return scope.map(enumOf);
  }

  @Field()
  person({ personId }: ConsentRow): { id: string } | null {
    return personId === null ? null : { id: personId };
  }

  @Field()
  visits({ id }: ConsentRow, _args: unknown, context: GraphContext): Promise<VisitRow[]> {
    const loader = context.loader<string, VisitRow[]>('supportConsent.visits', async (ids) =>
      inGroups(ids, await this.service.ofConsents(ids), ({ consentId }) => consentId),
    );
    return loader.load(id);
  }
}
