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
import { CLOCK, type Clock, divisionPrefix } from '@app/kernel';
import { Inject } from '@nestjs/common';
import { ComplaintService } from './complaint.service';
import { type ComplaintState, WAITS } from './complaint.state';
import type { ComplaintAction, ComplaintKind, ComplaintRow, HandOverRow, Ticket } from './complaint.types';
import { FilingService } from './filing.service';

const word = <T extends string>(name: string): T => name.toLowerCase().replaceAll('_', '-') as T;
const enumOf = (name: string): string => name.replaceAll('-', '_').toUpperCase();

interface FileArguments {
  readonly kind: string;
  readonly office: string;
  readonly request?: string | null;
  readonly matter?: string | null;
  readonly paper?: string | null;
  readonly officer?: string | null;
  readonly told: string;
  readonly contact?: string | null;
  readonly anonymous?: boolean | null;
}

const ref = async (id: Promise<string>): Promise<{ id: string }> => ({ id: await id });

/** Complaints in the graph; filing and following up need no sign-in. */
@Resolver('Complaint')
export class ComplaintResolver {
  constructor(
    private readonly service: ComplaintService,
    private readonly filing: FilingService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Query()
  @Requires('complaint.read')
  async complaints(
    args: PageArguments & {
      filter?: {
        readonly division?: string | null;
        readonly state?: string | null;
        readonly kind?: string | null;
        readonly isOverdue?: boolean | null;
      } | null;
    },
    context: GraphContext,
  ): Promise<Connection<ComplaintRow>> {
    const { division, state, kind, isOverdue } = args.filter ?? {};
    const filter = {
      prefix: divisionPrefix(askedDivision(context.getCaller(), division)),
      state: state ? word<ComplaintState>(state) : undefined,
      kind: kind ? word<ComplaintKind>(kind) : undefined,
      dueBefore: isOverdue ? this.clock.today() : undefined,
    };
    const page = openPage('complaints', args, 2);
    const rows = await this.service.list(filter, page.after, page.limit);
    return closePage(
      page,
      rows,
      ({ dueOn, id }) => [dueOn ?? '9999-12-31', id],
      () => this.service.count(filter),
    );
  }

  @Query()
  @Requires('complaint.read')
  async complaint({ id }: { id: string }): Promise<ComplaintRow | null> {
    return (await this.service.byIds([id]))[0] ?? null;
  }

  @Query()
  @Requires('own.service')
  myComplaints(): Promise<ComplaintRow[]> {
    return this.service.own();
  }

  @Query()
  @Requires('complaint.follow')
  async followComplaint({ number, code }: { number: string; code: string }) {
    const found = await this.filing.follow(number, code);
    return { ...found, state: enumOf(found.state) };
  }

  @Mutation()
  @Requires('complaint.file')
  fileComplaint(args: FileArguments, context: GraphContext): Promise<Ticket> {
    return this.filing.file(
      {
        kind: word(args.kind),
        office: args.office,
        requestId: args.request ?? null,
        matter: args.matter ?? null,
        paper: args.paper ?? null,
        officer: args.officer ?? null,
        told: args.told,
        contact: args.contact ?? null,
        isAnonymous: args.anonymous ?? false,
      },
      context.caller,
    );
  }

  @Mutation()
  @Requires('complaint.handle')
  takeComplaint({ id }: { id: string }, context: GraphContext): Promise<{ id: string }> {
    return ref(this.service.take(id, context.getCaller()));
  }

  @Mutation()
  @Requires('complaint.handle')
  handComplaintOver(
    { id, to, reason }: { id: string; to: string; reason: string },
    context: GraphContext,
  ): Promise<{ id: string }> {
    return ref(this.service.handOver(id, context.getCaller(), to, reason));
  }

  @Mutation()
  @Requires('complaint.handle')
  answerComplaintHandOver(
    { id, accept, note }: { id: string; accept: boolean; note?: string | null },
    context: GraphContext,
  ): Promise<{ id: string }> {
    return ref(this.service.answerHandOver(id, context.getCaller(), accept, note ?? null));
  }

  @Mutation()
  @Requires('complaint.handle')
  decideComplaint(
    { id, uphold, reasons }: { id: string; uphold: boolean; reasons: string },
    context: GraphContext,
  ): Promise<{ id: string }> {
    return ref(this.service.decide(id, context.getCaller(), uphold, reasons));
  }

  @Mutation()
  @Requires('complaint.handle')
  executeComplaint({ id, mended }: { id: string; mended: string }, context: GraphContext): Promise<{ id: string }> {
    return ref(this.service.execute(id, context.getCaller(), mended));
  }

  @Mutation()
  @Requires('complaint.reopen')
  reopenComplaint({ id, reason }: { id: string; reason: string }, context: GraphContext): Promise<{ id: string }> {
    return ref(this.service.reopen(id, context.getCaller(), reason));
  }

  @Mutation()
  @Requires('own.service')
  withdrawComplaint({ id }: { id: string }): Promise<{ id: string }> {
    return ref(this.service.withdraw(id));
  }

  @Mutation()
  @Requires('own.service')
  resumeComplaint({ id }: { id: string }): Promise<{ id: string }> {
    return ref(this.service.resume(id));
  }

  @References()
  async references(refs: readonly { id: string }[]): Promise<(ComplaintRow | null)[]> {
    const ids = refs.map(({ id }) => id);
    return inOrder(ids, await this.service.byIds(ids), ({ id }) => id);
  }

  @Field()
  kind({ kind }: ComplaintRow): string {
    return enumOf(kind);
  }

  @Field()
  state({ state }: ComplaintRow): string {
    return enumOf(state);
  }

  @Field()
  request({ requestId }: ComplaintRow): { id: string } | null {
    return requestId === null ? null : { id: requestId };
  }

  @Field()
  mendedRequest({ mendedRequestId }: ComplaintRow): { id: string } | null {
    return mendedRequestId === null ? null : { id: mendedRequestId };
  }

  @Field()
  isOverdue({ dueOn, state }: ComplaintRow): boolean {
    return dueOn !== null && WAITS.includes(state) && dueOn < this.clock.today();
  }

  @Field()
  told({ id, toldSealed }: ComplaintRow): string | null {
    return this.filing.open(id, 'told_sealed', toldSealed);
  }

  @Field()
  contact({ id, contactSealed }: ComplaintRow): string | null {
    return this.filing.open(id, 'contact_sealed', contactSealed);
  }

  @Field()
  history({ id }: ComplaintRow, _args: unknown, context: GraphContext): Promise<ComplaintAction[]> {
    const loader = context.loader<string, ComplaintAction[]>('complaint.history', async (ids) =>
      inGroups(ids, await this.service.actions(ids), ({ complaintId }) => complaintId),
    );
    return loader.load(id);
  }

  @Field()
  handOvers({ id }: ComplaintRow, _args: unknown, context: GraphContext): Promise<HandOverRow[]> {
    const loader = context.loader<string, HandOverRow[]>('complaint.handOvers', async (ids) =>
      inGroups(ids, await this.service.handOvers(ids), ({ complaintId }) => complaintId),
    );
    return loader.load(id);
  }
}
