import { askedDivision, Requires } from '@app/access';
import {
  closePage,
  type Connection,
  Field,
  type GraphContext,
  inOrder,
  Mutation,
  openPage,
  type PageArguments,
  Query,
  Resolver,
} from '@app/graphql';
import { divisionPrefix } from '@app/kernel';
import { ResidentService } from '../resident/resident.service';
import type { ResidentRow } from '../resident/resident.types';
import { OwnRecordService } from './own-record.service';
import type { OwnRequest, OwnResident, RecordAccess, RefusalReason, RequestKind } from './own-record.types';
import { OwnRequestService } from './own-request.service';
import { EXPORT_SCHEMA, whatFor, whoWas } from './record-export.service';

const fromEnum = <T extends string>(word: string): T => word.toLowerCase().replaceAll('_', '-') as T;
const toEnum = (word: string): string => word.toUpperCase().replaceAll('-', '_');

/** One's own record in the graph. */
@Resolver('OwnRecord')
export class OwnRecordResolver {
  constructor(private readonly records: OwnRecordService) {}

  @Query()
  @Requires('own-record.read')
  myRecord(): Promise<OwnResident[]> {
    return this.records.mine();
  }

  @Query()
  @Requires('own-record.read')
  async exportMyRecord({ id, form }: { id: string; form?: string | null }) {
    const chosen = form ?? 'JSON';
    const content = await this.records.export(id, fromEnum<'json' | 'csv'>(chosen));
    return { schema: EXPORT_SCHEMA.name, version: EXPORT_SCHEMA.version, form: chosen, content };
  }

  @Mutation()
  @Requires('own-record.ask')
  askAboutMyRecord(args: { id: string; kind: string; wish: string; evidence?: string | null }): Promise<OwnRequest> {
    return this.records.ask(args.id, fromEnum<RequestKind>(args.kind), args.wish, args.evidence ?? null);
  }

  @Mutation()
  @Requires('own-record.ask')
  withdrawOwnRequest({ id }: { id: string }): Promise<OwnRequest> {
    return this.records.withdraw(id);
  }

  @Field()
  accesses({ id }: OwnResident): Promise<RecordAccess[]> {
    return this.records.accesses(id);
  }

  @Field()
  async kept({ id }: OwnResident) {
    const kept = await this.records.kept(id);
    return kept.map(({ saidZh, saidEn, starts, held, ...rest }) => ({
      ...rest,
      textZh: saidZh,
      textEn: saidEn,
      since: starts,
      heldZh: held.map(({ zh }) => zh),
      heldEn: held.map(({ en }) => en),
    }));
  }

  @Field()
  requests({ id }: OwnResident): Promise<OwnRequest[]> {
    return this.records.requests(id);
  }
}

/** Requests about own records, as officers see them. */
@Resolver('OwnRequest')
export class OwnRequestResolver {
  constructor(
    private readonly requests: OwnRequestService,
    private readonly residents: ResidentService,
  ) {}

  @Query()
  @Requires('own-record.requests')
  async ownRequests(
    args: PageArguments & { division?: string | null; isOpen?: boolean | null },
    context: GraphContext,
  ): Promise<Connection<OwnRequest>> {
    const prefix = divisionPrefix(askedDivision(context.getCaller(), args.division));
    const page = openPage('ownRequests', args, 2);
    const rows = await this.requests.list(prefix, args.isOpen ?? null, page.after, page.limit);
    return closePage(page, rows, ({ dueOn, id }) => [dueOn, id]);
  }

  @Mutation()
  @Requires('own-record.answer')
  answerOwnRequest(args: { id: string; isGranted: boolean; reason?: string | null; answer: string }) {
    const reason = args.reason ? fromEnum<RefusalReason>(args.reason) : null;
    return this.requests.answer(args.id, { isGranted: args.isGranted, reason, words: args.answer });
  }

  @Field()
  resident({ residentId }: OwnRequest, _args: unknown, context: GraphContext): Promise<ResidentRow | null> {
    const loader = context.loader<string, ResidentRow | null>('own-request.resident', async (ids) =>
      inOrder(ids, await this.residents.byIds(ids), ({ id }) => id),
    );
    return loader.load(residentId);
  }

  @Field()
  kind({ kind }: OwnRequest): string {
    return toEnum(kind);
  }

  @Field()
  state({ state }: OwnRequest): string {
    return toEnum(state);
  }

  @Field()
  reason({ reason }: OwnRequest): string | null {
    return reason === null ? null : toEnum(reason);
  }
}

/** Who looked or acted, in words. */
@Resolver('RecordAccess')
export class RecordAccessResolver {
  @Field()
  isChange({ kind }: RecordAccess): boolean {
    return kind === 'done';
  }

  @Field()
  whoZh(access: RecordAccess, _args: unknown, context: GraphContext): string {
    return whoWas(access, context.getCaller().id).zh;
  }

  @Field()
  whoEn(access: RecordAccess, _args: unknown, context: GraphContext): string {
    return whoWas(access, context.getCaller().id).en;
  }

  @Field()
  purposeZh({ purpose }: RecordAccess): string {
    return whatFor(purpose).zh;
  }

  @Field()
  purposeEn({ purpose }: RecordAccess): string {
    return whatFor(purpose).en;
  }
}
