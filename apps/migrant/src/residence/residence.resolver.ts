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
import { ResidentService } from '../resident/resident.service';
import type { OriginRow, ResidentRow } from '../resident/resident.types';
import { NoticeReaderService } from './notice-reader.service';
import { OwnNoticeService } from './own-notice.service';
import { PermitImportService } from './permit-import.service';
import { type ResidentFound, ResidenceViewService } from './residence-view.service';
import { ResidenceService } from './residence.service';
import type { AnswerSpan, Noted, PeriodRow } from './residence.types';

interface StayArgument {
  readonly placeCode: string;
  readonly from: string;
  readonly until?: string | null;
  readonly cameFrom?: string | null;
  readonly originCode?: string | null;
}
interface EvidenceArguments {
  readonly reference: string;
  readonly basis?: string | null;
  readonly sourceRef?: string | null;
}
interface DivisionArgument extends PageArguments {
  readonly division?: string | null;
}

const SEXES: Record<number, string> = { 0: 'UNKNOWN', 1: 'MALE', 2: 'FEMALE', 9: 'UNSPECIFIED' };
const ANSWERS: Record<AnswerSpan['answer'], string> = {
  yes: 'RESIDENT',
  possible: 'POSSIBLE',
  'under-investigation': 'UNDER_INVESTIGATION',
};

/** Residents in the graph, numbers masked and places no finer than a division. */
@Resolver('Resident')
export class ResidentResolver {
  constructor(
    private readonly residents: ResidentService,
    private readonly views: ResidenceViewService,
  ) {}

  @Query('residents')
  @Requires('residence.read')
  async on(args: DivisionArgument & { on?: Day | null }, context: GraphContext): Promise<Connection<ResidentFound>> {
    const page = openPage('residents', args, 1);
    const prefix = prefixOf(args, context);
    return closePage(page, await this.views.on(prefix, args.on ?? null, page.after?.[0], page.limit), keyOf);
  }

  @Query()
  @Requires('residence.read')
  async residentsBetween(
    args: DivisionArgument & { from: Day; until: Day },
    context: GraphContext,
  ): Promise<Connection<ResidentFound>> {
    const page = openPage('residentsBetween', args, 1);
    const prefix = prefixOf(args, context);
    return closePage(page, await this.views.between(prefix, args, page.after?.[0], page.limit), keyOf);
  }

  @Query()
  @Requires('residence.read')
  async resident({ id }: { id: string }): Promise<ResidentRow | null> {
    return (await this.residents.byIds([id]))[0] ?? null;
  }

  @Query()
  @Requires('residence.note')
  residentByNumber({ idNumber }: { idNumber: string }): Promise<ResidentRow | null> {
    return this.residents.findByNumber(idNumber);
  }

  @Query()
  @Requires('own.residence')
  myResidence(): Promise<ResidentRow[]> {
    return this.residents.ofFamily();
  }

  @References()
  @Requires('residence.basics')
  async references(refs: readonly { id: string }[]): Promise<(ResidentRow | null)[]> {
    const ids = refs.map(({ id }) => id);
    return inOrder(ids, await this.residents.byIds(ids), ({ id }) => id);
  }

  @Field()
  person({ personId }: ResidentRow): { id: string } | null {
    return personId === null ? null : { id: personId };
  }

  @Field()
  sex({ sex }: ResidentRow): string {
    return SEXES[sex]!;
  }

  @Field()
  origins({ id }: ResidentRow, _args: unknown, context: GraphContext): Promise<OriginRow[]> {
    const loader = context.loader<string, OriginRow[]>('resident.origins', async (ids) =>
      inGroups(ids, await this.residents.originsOf(ids), ({ residentId }) => residentId),
    );
    return loader.load(id);
  }

  @Field()
  periods(
    { id }: ResidentRow,
    { withEnded }: { withEnded?: boolean | null },
    context: GraphContext,
  ): Promise<PeriodRow[]> {
    const isAll = withEnded ?? false;
    const loader = context.loader<string, PeriodRow[]>(`resident.periods.${isAll}`, async (ids) =>
      inGroups(ids, await this.views.periodsOf(ids, isAll), ({ residentId }) => residentId),
    );
    return loader.load(id);
  }
}

/** The caller's own division unless a smaller one is named; never a wider one. */
const prefixOf = ({ division }: DivisionArgument, context: GraphContext): string =>
  divisionPrefix(askedDivision(context.getCaller(), division));

const keyOf = ({ resident }: ResidentFound): string[] => [resident.id];

/** Notices of residence, and what is done about them. */
@Resolver('Mutation')
export class NoticeResolver {
  constructor(
    private readonly residents: ResidentService,
    private readonly residences: ResidenceService,
    private readonly own: OwnNoticeService,
    private readonly permits: PermitImportService,
    private readonly reader: NoticeReaderService,
  ) {}

  @Mutation()
  @Requires('residence.note')
  noteResidence(
    args: EvidenceArguments & { name: string; idNumber: string; stay: StayArgument },
    context: GraphContext,
  ): Promise<Noted> {
    const evidence = this.reader.evidence(context.getCaller(), args);
    const { notice, origin } = this.reader.read(
      { ...args.stay, reference: args.reference },
      { ...evidence, source: 'own' },
    );
    this.reader.assertTakes(context.getCaller(), notice.placeCode!);
    return this.residences.note(this.reader.named(args), notice, origin);
  }

  @Mutation()
  @Requires('own.residence')
  async noteOwnResidence(
    { reference, person, stay }: { reference: string; person?: string | null; stay: StayArgument },
    context: GraphContext,
  ): Promise<Noted> {
    const caller = context.getCaller();
    const evidence = this.reader.evidence(caller, { reference });
    const { notice, origin } = this.reader.read({ ...stay, reference }, { ...evidence, source: 'own' });
    const { named, registeredIn } = await this.own.named(caller, person ?? null);
    const registered =
      registeredIn === null
        ? origin
        : { divisionCode: registeredIn, from: null, basis: 'registry' as const, sourceRef: null };
    return this.residences.note(named, notice, registered);
  }

  @Mutation()
  @Requires('residence.permit')
  notePermit(
    {
      stay,
      ...permit
    }: { noticeNo: string; name: string; idNumber: string; permitNo?: string | null; stay: StayArgument },
    context: GraphContext,
  ): Promise<Noted> {
    this.reader.assertTakes(context.getCaller(), this.reader.place(stay.placeCode));
    return this.permits.note({ ...permit, ...stay });
  }

  @Mutation()
  @Requires('residence.correct')
  endResidence(
    args: EvidenceArguments & { resident: string; placeCode: string; on: string },
    context: GraphContext,
  ): Promise<Noted> {
    const { reader } = this;
    const evidence = reader.evidence(context.getCaller(), args);
    const placeCode = reader.place(args.placeCode);
    reader.assertTakes(context.getCaller(), placeCode);
    return this.residences.end(args.resident, placeCode, reader.day(args.on), evidence);
  }

  @Mutation()
  @Requires('residence.correct')
  correctResidence(
    args: EvidenceArguments & { period: string; stay: StayArgument; reason: string },
    context: GraphContext,
  ): Promise<Noted> {
    const evidence = this.reader.evidence(context.getCaller(), args);
    const { notice } = this.reader.read({ ...args.stay, reference: args.reference }, { ...evidence, source: 'own' });
    this.reader.assertTakes(context.getCaller(), notice.placeCode!);
    const { placeCode, cameFrom, starts, ends } = notice;
    const correction = { placeCode: placeCode!, cameFrom, starts: starts!, ends };
    return this.residences.correct(args.period, correction, args.reason, evidence);
  }

  @Mutation()
  @Requires('residence.settle')
  async settleResidence({
    period,
    holds,
    reason,
  }: {
    period: string;
    holds: boolean;
    reason: string;
  }): Promise<ResidentRow | null> {
    const residentId = await this.residences.settle(period, holds, reason);
    return (await this.residents.byIds([residentId]))[0] ?? null;
  }
}

/** What came of a notice; whoever may see the resident may go on to them. */
@Resolver('ResidenceNoted')
export class ResidenceNotedResolver {
  constructor(private readonly residents: ResidentService) {}

  @Field()
  async resident({ residentId }: Noted): Promise<ResidentRow | null> {
    return (await this.residents.byIds([residentId]))[0] ?? null;
  }
}

/** One residence period. */
@Resolver('ResidencePeriod')
export class ResidencePeriodResolver {
  @Field()
  basis({ basis }: PeriodRow): string {
    return basis.toUpperCase();
  }

  @Field()
  possibleFrom({ period }: PeriodRow): Day | null {
    return period.valid.from;
  }

  @Field()
  possibleUntil({ period }: PeriodRow): Day | null {
    return period.valid.until;
  }

  @Field()
  certainFrom({ period }: PeriodRow): Day | null {
    return period.certain?.from ?? null;
  }

  @Field()
  certainUntil({ period }: PeriodRow): Day | null {
    return period.certain?.until ?? null;
  }
}

/** Where a registration is. */
@Resolver('ResidentOrigin')
export class ResidentOriginResolver {
  @Field()
  basis({ basis }: OriginRow): string {
    return basis.toUpperCase();
  }
}

/** A part of an answer. */
@Resolver('ResidenceSpan')
export class ResidenceSpanResolver {
  @Field()
  answer({ answer }: AnswerSpan): string {
    return ANSWERS[answer];
  }
}
