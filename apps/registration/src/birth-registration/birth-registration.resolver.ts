import type { Access } from '@app/audit';
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
import { type DivisionCode, divisionLevel, findDivisionCode } from '@app/kernel';
import { DivisionService } from '../division/division.service';
import { type CheckView, RegistryCheckService, type Told } from '../registry-check/registry-check.service';
import { VoucherService } from '../voucher/voucher.service';
import type { VoucherRow } from '../voucher/voucher.types';
import { refuse } from './birth-registration.errors';
import { COMMITMENT_FACTS, COMMITMENT_TEXT } from './birth-registration.rules';
import { BirthRegistrationService } from './birth-registration.service';
import type { BirthRegistrationState } from './birth-registration.state';
import type {
  ActionRow,
  Asker,
  BirthRegistrationRow,
  ChildInput,
  ChildRow,
  CommitmentInput,
  CommitmentRow,
  Look,
  Outcome,
  PartyInput,
  PartyRole,
  PartyRow,
  QuestionRow,
  Statement,
} from './birth-registration.types';
import { FilingService } from './filing.service';

const SEX_CODES: Readonly<Record<string, number>> = { UNKNOWN: 0, MALE: 1, FEMALE: 2, UNSPECIFIED: 9 };

type ChildArgument = Omit<ChildInput, 'sex'> & { sex?: string | null };
type CommitmentArgument = Omit<CommitmentInput, 'signedBy'> & { signedBy: string };
interface StatementArgument extends Omit<Statement, 'parties' | 'children' | 'commitment'> {
  readonly parties: readonly (Omit<PartyInput, 'role'> & { role: string })[];
  readonly children?: readonly ChildArgument[] | null;
  readonly commitment?: CommitmentArgument | null;
}

interface FilterArgument {
  readonly division?: string | null;
  readonly state?: string | null;
  readonly look?: Look | null;
  readonly needsLook?: boolean | null;
  readonly isOverdue?: boolean | null;
}

/** Birth registrations in the graph: filed by parents and offices, handled by offices. */
@Resolver('BirthRegistration')
export class BirthRegistrationResolver {
  constructor(
    private readonly registrations: BirthRegistrationService,
    private readonly filing: FilingService,
    private readonly vouchersOf: VoucherService,
    private readonly checks: RegistryCheckService,
  ) {}

  @Query()
  @Requires('birth-registration.read')
  async birthRegistration({ id }: { id: string }): Promise<BirthRegistrationRow | null> {
    return (await this.registrations.byIds([id]))[0] ?? null;
  }

  @Query()
  @Requires('birth-registration.read')
  async birthRegistrations(
    args: PageArguments & { filter?: FilterArgument | null },
    context: GraphContext,
  ): Promise<Connection<BirthRegistrationRow>> {
    const page = openPage('birthRegistrations', args, 2);
    const { division, state, look, needsLook, isOverdue } = args.filter ?? {};
    const filter = {
      prefix: DivisionService.prefixFor(context.getCaller(), division),
      state: state ? stateOf(state) : undefined,
      look: look ?? undefined,
      isAnyLook: needsLook ?? false,
      isOverdue: isOverdue ?? false,
    };
    const rows = await this.registrations.list(filter, page.after, page.limit);
    return closePage(page, rows, (row) => [row.dueOn ?? '9999-12-31', row.id]);
  }

  @Query()
  @Requires('own.read')
  myBirthRegistrations(): Promise<BirthRegistrationRow[]> {
    return this.registrations.ofOwn();
  }

  @Query()
  @Requires('birth-registration.ask')
  async birthServiceText({ division }: { division: string }) {
    const code = findDivisionCode(division.trim());
    if (!code) throw refuse.divisionUnusable(division);
    const text = await this.registrations.textOf(code);
    const replaced = text.list('commitment-replaces');
    return {
      asksEarlierChildren: text.asks('earlier-children'),
      asksMaritalStatus: text.asks('marital-status'),
      sharedPapers: text.list('shared-papers'),
      commitmentFacts: Object.keys(COMMITMENT_FACTS).filter((fact) => replaced.includes(COMMITMENT_FACTS[fact]!)),
      commitmentVersion: COMMITMENT_TEXT.version,
      commitmentZh: COMMITMENT_TEXT.zh,
      commitmentEn: COMMITMENT_TEXT.en,
      rules: text.inForce(),
    };
  }

  @Mutation()
  @Requires('birth-registration.file')
  async fileBirthRegistration(
    args: { clientRef: string; division?: string | null; statement: StatementArgument },
    context: GraphContext,
  ): Promise<{ id: string }> {
    const caller = context.getCaller();
    const division = placeOf(caller, args.division);
    const request = { ...statementOf(args.statement), clientRef: args.clientRef, division };
    return { id: await this.filing.file(request, askerOf(caller, division)) };
  }

  @Mutation()
  @Requires('birth-registration.file')
  supplementBirthRegistration({ id, statement }: { id: string; statement: StatementArgument }, context: GraphContext) {
    return this.filing.supplement(id, statementOf(statement), askerOf(context.getCaller()));
  }

  @Mutation()
  @Requires('birth-registration.file')
  recordRegisteredBirth(
    args: { id: string; children: readonly ChildArgument[]; commitment?: CommitmentArgument | null },
    context: GraphContext,
  ): Promise<BirthRegistrationRow> {
    const born = { children: args.children.map(childOf), commitment: commitmentOf(args.commitment) };
    return this.filing.recordBirth(args.id, born, askerOf(context.getCaller()));
  }

  @Mutation()
  @Requires('birth-registration.withdraw')
  withdrawBirthRegistration({ id, note }: { id: string; note?: string | null }, context: GraphContext) {
    return this.registrations.withdraw(id, note ?? null, askerOf(context.getCaller()));
  }

  @Mutation()
  @Requires('birth-registration.handle')
  acceptBirthRegistration({ id }: { id: string }, context: GraphContext): Promise<BirthRegistrationRow> {
    return this.registrations.accept(id, context.getCaller().id);
  }

  @Mutation()
  @Requires('birth-registration.handle')
  registerBirth({ id }: { id: string }, context: GraphContext): Promise<BirthRegistrationRow> {
    return this.registrations.register(id, context.getCaller().id);
  }

  @Mutation()
  @Requires('birth-registration.handle')
  returnBirthRegistration({ id, items, note }: { id: string; items: readonly string[]; note?: string | null }) {
    return this.registrations.returnForItems(id, items, note ?? null);
  }

  @Mutation()
  @Requires('birth-registration.oversee')
  decideSecondNotice({ id, allow }: { id: string; allow: boolean }, context: GraphContext) {
    return this.registrations.decideSecondNotice(id, allow, context.getCaller().id);
  }

  @Mutation()
  @Requires('birth-registration.handle')
  correctBirthRegistration({ id, statement, reason }: { id: string; statement: StatementArgument; reason: string }) {
    return this.filing.correct(id, statementOf(statement), reason);
  }

  @Mutation()
  @Requires('birth-registration.handle')
  keepBirthRegistration({ id, note }: { id: string; note: string }): Promise<BirthRegistrationRow> {
    return this.registrations.keep(id, note);
  }

  @Mutation()
  @Requires('birth-registration.handle')
  declareBirthNotCovered({ id, note }: { id: string; note: string }): Promise<BirthRegistrationRow> {
    return this.registrations.notCovered(id, note);
  }

  @Mutation()
  @Requires('birth-registration.handle')
  cancelBirthRegistration({ id, note, toldWhere }: { id: string; note: string; toldWhere?: string | null }) {
    return this.registrations.cancel(id, note, toldWhere ?? null);
  }

  @Mutation()
  @Requires('birth-registration.handle')
  takeOverBirthRegistration({ id }: { id: string }, context: GraphContext): Promise<BirthRegistrationRow> {
    return this.registrations.takeOver(id, context.getCaller().id);
  }

  @Mutation()
  @Requires('birth-registration.handle')
  askElsewhere({ id, division }: { id: string; division: string }): Promise<BirthRegistrationRow> {
    return this.registrations.askElsewhere(id, division);
  }

  @Mutation()
  @Requires('birth-registration.handle')
  answerElsewhere(args: { questionId: string; outcome: string; office?: string | null; note?: string | null }) {
    const { questionId, office, note } = args;
    const outcome = args.outcome.toLowerCase() as Outcome;
    return this.registrations.answerElsewhere(questionId, { outcome, office: office ?? null, note: note ?? null });
  }

  @References()
  @Requires('birth-registration.basics')
  async references(refs: readonly { id: string }[]): Promise<(BirthRegistrationRow | null)[]> {
    const ids = refs.map(({ id }) => id);
    return inOrder(ids, await this.registrations.byIds(ids), ({ id }) => id);
  }

  @Field()
  state({ state }: BirthRegistrationRow): string {
    return state.toUpperCase().replace('-', '_');
  }

  @Field()
  channel({ channel }: BirthRegistrationRow): string {
    return channel.toUpperCase();
  }

  @Field()
  division({ divisionCode }: BirthRegistrationRow): { code: string } {
    return { code: divisionCode };
  }

  @Field()
  isOverdue(row: BirthRegistrationRow): boolean {
    return this.registrations.isOverdue(row);
  }

  @Field()
  expectedMonth({ expectedMonth }: BirthRegistrationRow): string | null {
    return expectedMonth?.slice(0, 7) ?? null;
  }

  @Field()
  async parties({ id }: BirthRegistrationRow, _args: unknown, context: GraphContext) {
    return of<PartyRow>(context, 'parties', (ids) => this.registrations.parties(ids), id);
  }

  @Field()
  async children({ id }: BirthRegistrationRow, _args: unknown, context: GraphContext) {
    const rows = await of<ChildRow>(context, 'children', (ids) => this.registrations.children(ids), id);
    return rows.filter(({ kind }) => kind === 'born');
  }

  @Field()
  commitments({ id }: BirthRegistrationRow, _args: unknown, context: GraphContext) {
    return of<CommitmentRow>(context, 'commitments', (ids) => this.registrations.commitments(ids), id);
  }

  @Field()
  questions({ id }: BirthRegistrationRow, _args: unknown, context: GraphContext) {
    return of<QuestionRow>(context, 'questions', (ids) => this.registrations.questions(ids), id);
  }

  @Field()
  history({ id }: BirthRegistrationRow, _args: unknown, context: GraphContext) {
    return of<ActionRow>(context, 'history', (ids) => this.registrations.actions(ids), id);
  }

  @Field()
  vouchers({ id }: BirthRegistrationRow, _args: unknown, context: GraphContext) {
    return of<VoucherRow>(context, 'vouchers', (ids) => this.vouchersOf.ofRegistrations(ids), id);
  }

  @Field()
  registryChecks({ id }: BirthRegistrationRow, _args: unknown, context: GraphContext): Promise<CheckView[]> {
    const loader = context.loader<string, CheckView[]>('birthRegistration.registryChecks', async (ids) =>
      inGroups(ids, await this.checks.byMatters('birth-registration', ids), ({ registrationId }) => registrationId!),
    );
    return loader.load(id);
  }

  @Field()
  registrySilence({ id }: BirthRegistrationRow, _args: unknown, context: GraphContext): Promise<Told | null> {
    const loader = context.loader<string, Told | null>('birthRegistration.registrySilence', async (ids) =>
      inOrder(ids, await this.checks.told('birth-registration', ids), ({ matter }) => matter),
    );
    return loader.load(id);
  }

  @Field()
  accesses({ id }: BirthRegistrationRow, _args: unknown, context: GraphContext): Promise<Access[]> {
    const loader = context.loader<string, Access[]>('birthRegistration.accesses', async (ids) =>
      inGroups(ids, await this.registrations.accesses(ids), ({ subject }) => subject),
    );
    return loader.load(id);
  }
}

/** What belongs to each registration of a page, read at once. */
function of<R extends { readonly registrationId: string }>(
  context: GraphContext,
  what: string,
  read: (ids: readonly string[]) => Promise<R[]>,
  id: string,
): Promise<R[]> {
  const loader = context.loader<string, R[]>(`birthRegistration.${what}`, async (ids) =>
    inGroups(ids, await read(ids), ({ registrationId }) => registrationId),
  );
  return loader.load(id);
}

const stateOf = (name: string): BirthRegistrationState =>
  name.toLowerCase().replace('_', '-') as BirthRegistrationState;

const roleOf = (name: string): PartyRole => name.toLowerCase() as PartyRole;

const childOf = (child: ChildArgument): ChildInput => ({ ...child, sex: child.sex ? SEX_CODES[child.sex] : null });

const commitmentOf = (given: CommitmentArgument | null | undefined): CommitmentInput | null =>
  given ? { ...given, signedBy: roleOf(given.signedBy) } : null;

const statementOf = ({ parties, children, commitment, ...rest }: StatementArgument): Statement => ({
  ...rest,
  parties: parties.map((party) => ({ ...party, role: roleOf(party.role) })),
  children: children?.map(childOf) ?? null,
  commitment: commitmentOf(commitment),
});

/** An officer's own division or one below it; a citizen names any township. */
function placeOf(caller: Caller, asked: string | null | undefined): DivisionCode {
  if (!caller.roles.includes('citizen')) return askedDivision(caller, asked);
  const division = findDivisionCode(asked?.trim() ?? '');
  if (!division) throw refuse.divisionUnusable(asked ?? '-');
  return division;
}

function askerOf(caller: Caller, division?: DivisionCode): Asker {
  if (caller.roles.includes('citizen')) return { id: caller.id, channel: 'online', ownKey: caller.family?.key };
  const isVillage =
    caller.roles.every((role) => role === 'village-clerk') ||
    (division !== undefined && divisionLevel(division) === 'village');
  return { id: caller.id, channel: isVillage ? 'village' : 'counter' };
}
