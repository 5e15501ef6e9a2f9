import { askedDivision, Requires } from '@app/access';
import type { OverpaymentGround } from '@app/contracts';
import {
  closePage,
  type Connection,
  Field,
  type GraphContext,
  inGroups,
  inOrder,
  openPage,
  type PageArguments,
  Query,
  References,
  Resolver,
} from '@app/graphql';
import { type Day, divisionPrefix } from '@app/kernel';
import { InstalmentService } from '../instalment/instalment.service';
import { LetterService } from '../letter/letter.service';
import type { LetterRow } from '../letter/letter.types';
import { nextOf } from './recovery.rules';
import type { RecoveryState } from './recovery.state';
import { type RecoverySought, RecoveryService } from './recovery.service';
import type {
  RecoveryCause,
  RecoveryEvent,
  RecoveryLine,
  RecoveryRow,
  RecoveryShare,
  RecoveryStatement,
} from './recovery.types';
import { wordsOf } from './wording.rules';

interface FilterArgument {
  readonly division?: string | null;
  readonly states?: readonly string[] | null;
  readonly cause?: string | null;
  readonly ground?: string | null;
  readonly caseNo?: string | null;
  readonly idNumber?: string | null;
  readonly dueUntil?: Day | null;
}

/** What has no day stands behind everything that has one. */
const LAST = '9999-12-31';

/** `late-death` in the code is LATE_DEATH in the graph. */
const named = (word: string): string => word.replaceAll('-', '_').toUpperCase();
const word = <T extends string>(name: string): T => name.replaceAll('_', '-').toLowerCase() as T;

/** Recovery cases in the graph: looking. */
@Resolver('RecoveryCase')
export class RecoveryResolver {
  constructor(
    private readonly service: RecoveryService,
    private readonly letterService: LetterService,
    private readonly instalments: InstalmentService,
  ) {}

  @Query()
  @Requires('recovery.read')
  async recoveryCases(
    args: PageArguments & { filter?: FilterArgument | null },
    context: GraphContext,
  ): Promise<Connection<RecoveryRow>> {
    const sought = soughtOf(args.filter ?? {}, context);
    const page = openPage('recoveryCases', args, 2);
    const rows = await this.service.list(sought, page.after ?? null, page.limit);
    return closePage(page, rows, placeOf, () => this.service.count(sought));
  }

  @Query()
  @Requires('recovery.read')
  async recoveryCase({ id }: { id: string }): Promise<RecoveryRow | null> {
    return (await this.service.byIds([id]))[0] ?? null;
  }

  @Query()
  @Requires('own.read')
  myRecoveries(): Promise<RecoveryRow[]> {
    return this.service.own();
  }

  @Query()
  @Requires('recovery.file')
  async recoveryCasesCsv(args: PageArguments & { filter?: FilterArgument | null }, context: GraphContext) {
    const page = openPage('recoveryCases', args, 2);
    const rows = await this.service.list(soughtOf(args.filter ?? {}, context), page.after ?? null, page.limit);
    const { nodes, pageInfo } = closePage(page, rows, placeOf);
    return { csv: this.service.csvOf(nodes), after: pageInfo.hasNextPage ? pageInfo.endCursor : null };
  }

  @Query()
  @Requires('recovery.file')
  recoveryStatementCsv({ id }: { id: string }): Promise<string> {
    return this.service.statementCsv(id);
  }

  @References()
  async references(refs: readonly { id: string }[]): Promise<(RecoveryRow | null)[]> {
    const ids = refs.map(({ id }) => id);
    return inOrder(ids, await this.service.byIds(ids), ({ id }) => id);
  }

  @Field()
  source({ source }: RecoveryRow): string {
    return named(source);
  }

  @Field()
  ground({ ground }: RecoveryRow): string {
    return named(ground);
  }

  @Field()
  state({ state }: RecoveryRow): string {
    return named(state);
  }

  @Field()
  outcome({ outcome }: RecoveryRow): string | null {
    return outcome && named(outcome);
  }

  @Field()
  cause({ cause }: RecoveryRow): string | null {
    return cause && named(cause);
  }

  @Field()
  wrong({ wrongFen }: RecoveryRow): bigint {
    return wrongFen;
  }

  @Field()
  still({ stillFen }: RecoveryRow): bigint {
    return stillFen;
  }

  @Field()
  gone({ goneFen }: RecoveryRow): bigint | null {
    return goneFen;
  }

  @Field()
  decided({ decidedFen }: RecoveryRow): bigint | null {
    return decidedFen;
  }

  @Field()
  owed({ owedFen }: RecoveryRow): bigint | null {
    return owedFen;
  }

  @Field()
  sayUntil({ statementEnds }: RecoveryRow): Day | null {
    return statementEnds;
  }

  @Field()
  contestUntil({ appealEnds }: RecoveryRow): Day | null {
    return appealEnds;
  }

  @Field()
  waitUntil({ reminderEnds }: RecoveryRow): Day | null {
    return reminderEnds;
  }

  @Field()
  next(row: RecoveryRow) {
    const { office, officeBy, person, personBy } = nextOf(row);
    return { office: named(office), officeBy, person: named(person), personBy, ...wordsOf(row, person, personBy) };
  }

  @Field()
  async asksWaiver({ receivableId }: RecoveryRow, _args: unknown, context: GraphContext): Promise<boolean> {
    if (receivableId === null) return false;
    const loader = context.loader<string, boolean>('recovery.waiver', async (ids) => {
      const standing = await this.instalments.standings(ids);
      return ids.map((id) => standing.get(id)!.asksWaiver);
    });
    return loader.load(receivableId);
  }

  @Field()
  statements({ id }: RecoveryRow, _args: unknown, context: GraphContext): Promise<RecoveryStatement[]> {
    const loader = context.loader<string, RecoveryStatement[]>('recovery.statements', async (ids) =>
      inGroups(ids, await this.service.statements(ids), ({ caseId }) => caseId),
    );
    return loader.load(id);
  }

  @Field()
  letters({ id }: RecoveryRow, _args: unknown, context: GraphContext): Promise<LetterRow[]> {
    const loader = context.loader<string, LetterRow[]>('recovery.letters', async (ids) =>
      inGroups(ids, await this.letterService.about(ids), ({ aboutId }) => aboutId),
    );
    return loader.load(id);
  }

  @Field()
  async lines({ id }: RecoveryRow, _args: unknown, context: GraphContext) {
    const loader = context.loader<string, (RecoveryLine & { readonly caseId: string })[]>(
      'recovery.lines',
      async (ids) => inGroups(ids, await this.service.lines(ids), ({ caseId }) => caseId),
    );
    return (await loader.load(id)).map(({ paidFen: paid, wrongFen: wrong, ...rest }) => ({ ...rest, paid, wrong }));
  }

  @Field()
  async shares({ id }: RecoveryRow, _args: unknown, context: GraphContext) {
    const loader = context.loader<string, (RecoveryShare & { readonly caseId: string })[]>(
      'recovery.shares',
      async (ids) => inGroups(ids, await this.service.shares(ids), ({ caseId }) => caseId),
    );
    return (await loader.load(id)).map(({ fen: amount, ...rest }) => ({ ...rest, amount }));
  }

  @Field()
  async history({ id }: RecoveryRow, _args: unknown, context: GraphContext) {
    const loader = context.loader<string, RecoveryEvent[]>('recovery.history', async (ids) =>
      inGroups(ids, await this.service.history(ids), ({ caseId }) => caseId),
    );
    return (await loader.load(id)).map(({ toState, ...rest }) => ({ ...rest, state: named(toState) }));
  }
}

const placeOf = (row: RecoveryRow): string[] => [row.dueOn ?? LAST, row.id];

/** The caller's own division unless a smaller one is named; never a wider one. */
function soughtOf(
  { division, states, cause, ground, caseNo, idNumber, dueUntil }: FilterArgument,
  context: GraphContext,
): RecoverySought {
  return {
    prefix: divisionPrefix(askedDivision(context.getCaller(), division)),
    states: states ? states.map((state) => word<RecoveryState>(state)) : null,
    cause: cause ? word<RecoveryCause>(cause) : null,
    ground: ground ? word<OverpaymentGround>(ground) : null,
    caseNo: caseNo?.trim() || null,
    idNumber: idNumber?.trim() || null,
    dueUntil: dueUntil ?? null,
  };
}
