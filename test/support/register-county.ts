import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Caller } from '@app/access';
import type { RegistryEventKind, RegistryRecord } from '@app/contracts';
import type { Database } from '@app/database';
import { day, findDivisionCode } from '@app/kernel';
import { EXCHANGE_DATABASE } from '../../apps/exchange/src/exchange.tokens';
import { RegistryEventService } from '../../apps/exchange/src/registry-event/registry-event.service';
import { RegistryFeedService } from '../../apps/registration/src/registry-feed/registry-feed.service';
import { RegistryImportService } from '../../apps/registration/src/registry-import/registry-import.service';
import { BankSimulator } from '../../apps/simulator/src/bank/bank.simulator';
import { DeterminationService } from '../../apps/subsidy/src/determination/determination.service';
import { BankFileService } from '../../apps/subsidy/src/disbursement/bank-file.service';
import { FactService } from '../../apps/subsidy/src/fact/fact.service';
import { FundingService } from '../../apps/subsidy/src/funding/funding.service';
import { LEVELS } from '../../apps/subsidy/src/funding/funding.types';
import { IntakeService } from '../../apps/subsidy/src/intake/intake.service';
import { AnswerService } from '../../apps/subsidy/src/reconciliation/answer.service';
import { VerifyService } from '../../apps/subsidy/src/verify/verify.service';
import { type CountyWorld, openCountyWorld } from './county-world';
import { type Answer, GraphClient } from './graph-client';

const COUNTY = findDivisionCode('340202')!;
const PROGRAMME = 'YEB';
type Row = Readonly<Record<string, string | number>>;

/** Clerks as journeys name them: who changes the register on evidence, and who merges, settles and undoes. */
export const CLERK = 'county-reviewer';
export const CONFIRMER = 'county-confirmer';

export const PAPER = { basis: 'DOCUMENT', sourceRef: '示例证明〔2026〕1号', reason: '凭证件办理' };
export const COURT = { basis: 'COURT', sourceRef: '（2026）示例民初1号', reason: '凭生效判决办理' };

export const citizen = (id: string, idNumber: string): Caller => ({
  id,
  name: id,
  roles: ['citizen'],
  division: '' as Caller['division'],
  idNumber,
});

/** An officer of another county, with every role that could be of use there. */
export const stranger: Caller = {
  id: 'stranger',
  name: '外县',
  roles: ['township-reviewer', 'county-confirmer', 'auditor'],
  division: findDivisionCode('340203')!,
};

/** A dated fact as the graph shows it. */
export interface ShownFact {
  readonly id: string;
  readonly kind: string;
  readonly code: string;
  readonly answer: string;
  readonly isDisputed: boolean;
  readonly other: { readonly name: string } | null;
  readonly household: { readonly householdNo: string } | null;
  readonly possibleFrom: string | null;
  readonly possibleUntil: string | null;
}

export interface ShownClaim {
  readonly id: string;
  readonly claimNo: string;
  readonly state: string;
  readonly child: { readonly id: string } | null;
  readonly openCases: readonly { readonly id: string; readonly reason: string; readonly questionZh: string }[];
}

/**
 * A county whose register officers change over the graph, while its claims are decided and paid beside it. The register's
 * word comes as extracts and events, the money goes to a simulated bank; everything else is asked as officers and citizens do.
 */
export class RegisterCounty {
  private files = 0;
  private rounds = 0;

  private constructor(
    readonly world: CountyWorld,
    readonly graph: GraphClient,
    private readonly today: string,
  ) {}

  static async open(today = '2026-04-01'): Promise<RegisterCounty> {
    const world = await openCountyWorld(today);
    return new RegisterCounty(world, await GraphClient.open(world), today);
  }

  /** An empty county on the day it began, with funds released. */
  async reset(): Promise<void> {
    await this.world.reset();
    this.world.clock.set(this.today);
    await this.release();
  }

  async close(): Promise<void> {
    await this.graph.close();
    await this.world.close();
  }

  /** An extract of the household registry with these rows. */
  async state(...rows: readonly Row[]): Promise<void> {
    this.moveOn();
    const { rejected, perCode } = await this.world.get(RegistryImportService).import(this.file(rows));
    if (rejected > 0) throw new Error(`rows of the test were rejected: ${JSON.stringify(perCode.rejected)}`);
    await this.pull();
  }

  /** An event of the household registry about the person of this row, as the row is afterwards. */
  async tell(kind: RegistryEventKind, row: Row, reverses: string | null = null): Promise<string> {
    this.moveOn();
    const eventId = `E${++this.files}`;
    const record = recordOf(row);
    const event = {
      eventId,
      kind,
      happenedAt: record.updatedAt,
      record,
      formerIdNumber: null,
      mergedRegistryPersonId: null,
      reverses,
    };
    const exchange = this.world.app.get<Database>(EXCHANGE_DATABASE, { strict: false });
    await exchange.write((tx) => this.world.get(RegistryEventService).take(tx, [event], 'push'));
    await this.world.get(RegistryFeedService).pull();
    await this.pull();
    return eventId;
  }

  /** The money side learns what the register holds. */
  async pull(): Promise<void> {
    await this.world.get(FactService).pull();
  }

  async claims(...rows: readonly Row[]): Promise<void> {
    await this.world.get(IntakeService).importClaims(this.file(rows), PROGRAMME);
  }

  async accounts(...rows: readonly Row[]): Promise<void> {
    await this.world.get(IntakeService).importAccounts(this.file(rows));
  }

  async determine(): Promise<void> {
    const asOf = day('2026-03-31');
    await this.world
      .get(DeterminationService)
      .determine({ programmes: ['childcare'], division: COUNTY, asOf, actor: 'test' });
  }

  /** Both looks at everything that is decided, by two officers over the graph; how many claims came through. */
  async confirm(): Promise<number> {
    const step = (verb: string) =>
      `mutation { ${verb}(programme: "${PROGRAMME}", division: "340202") { count amountFen held } }`;
    await this.done(CLERK, step('reviewClaims'));
    const { confirmClaims } = await this.done<{ confirmClaims: { count: number } }>(CONFIRMER, step('confirmClaims'));
    return confirmClaims.count;
  }

  private async release(): Promise<void> {
    for (const level of LEVELS)
      await this.world.get(FundingService).release({
        programme: PROGRAMME,
        county: COUNTY,
        year: 2026,
        level,
        amountFen: 1_000_000_00n,
        documentNo: `示例财〔2026〕${level}`,
        releasedOn: day('2026-01-10'),
        actor: 'treasurer',
      });
  }

  /** A batch of everything that may be paid; undefined when that is nothing. */
  async prepare(): Promise<{ id: string; contentHash: string; lineCount: number } | undefined> {
    const prepare = `mutation { prepareBatch(programme: "${PROGRAMME}", division: "340202", period: "2026Q2") {
      batch { id contentHash lineCount } } }`;
    type Prepared = { prepareBatch: { batch: { id: string; contentHash: string; lineCount: number } | null } };
    const { prepareBatch } = await this.done<Prepared>('payment-clerk', prepare);
    return prepareBatch.batch ?? undefined;
  }

  /** Confirms, approves and pays whatever may be paid; how many lines the bank was given. */
  async pay(): Promise<number> {
    await this.confirm();
    const batch = await this.prepare();
    return batch ? this.settle(batch) : 0;
  }

  /** Two approvals, the bank and its answer; how many lines it was given. */
  async settle(batch: { id: string; contentHash: string; lineCount: number }): Promise<number> {
    const approve =
      'mutation ($id: ID!, $contentHash: String!) { approveBatch(id: $id, contentHash: $contentHash) { approvals } }';
    for (const who of ['finance-officer-1', 'finance-officer-2']) await this.done(who, approve, batch);
    const { folder, clock } = this.world;
    const sent = await this.world.get(BankFileService).send({ batchId: batch.id, folder, format: 'pain.001' });
    const book = path.join(folder, `book-${++this.rounds}`);
    const bank = await BankSimulator.open({ folder: book, clock, behaviour: {} });
    const answers = path.join(folder, `answers-${this.rounds}`);
    fs.mkdirSync(answers, { recursive: true });
    for (const answer of await bank.receive(sent.path, answers)) await this.world.get(AnswerService).receive(answer);
    return batch.lineCount;
  }

  /** What the books do not agree on: nothing. */
  verify(): Promise<readonly unknown[]> {
    return this.world.get(VerifyService).run();
  }

  /** Asks and gives the data; fails where anything was refused. */
  async done<Data>(who: string | Caller, query: string, variables: object = {}): Promise<Data> {
    const { data, errors } = await this.graph.ask<Data>(who, query, variables);
    if (errors.length > 0) throw new Error(JSON.stringify(errors));
    return data;
  }

  /** The codes that a request is refused with. */
  async refused(who: string | Caller, query: string, variables: object = {}): Promise<readonly string[]> {
    return (await this.graph.ask(who, query, variables)).refused;
  }

  /** A governed change, by its operation's name and arguments as the graph takes them; gives its id. */
  async change(who: string | Caller, operation: string, args: object): Promise<string> {
    const answer = await this.tryChange(who, operation, args);
    if (answer.errors.length > 0) throw new Error(`${operation}: ${JSON.stringify(answer.errors)}`);
    const made = answer.data[operation]!;
    return made.change?.id ?? made.id!;
  }

  /** The same, for one that may be refused. */
  tryChange(
    who: string | Caller,
    operation: string,
    args: object,
  ): Promise<Answer<Record<string, { id?: string; change?: { id: string } }>>> {
    this.moveOn();
    const shows = FOUNDING[operation] ?? '{ id }';
    return this.graph.ask(who, `mutation { ${operation}(${literal(args).slice(1, -1)}) ${shows} }`);
  }

  /** A person of the county by the name in the register. */
  async person(name: string): Promise<string> {
    const query = 'query ($name: String!) { persons(filter: { nameStartsWith: $name }) { nodes { id name } } }';
    type Found = { persons: { nodes: { id: string; name: string }[] } };
    const { persons } = await this.done<Found>('auditor', query, { name });
    const found = persons.nodes.filter((one) => one.name === name);
    if (found.length !== 1) throw new Error(`${found.length} persons are called ${name}`);
    return found[0]!.id;
  }

  async household(householdNo: string): Promise<string> {
    const query = 'query ($no: String!) { households(filter: { householdNo: $no }) { nodes { id } } }';
    const { households } = await this.done<{ households: { nodes: { id: string }[] } }>('auditor', query, {
      no: householdNo,
    });
    return households.nodes[0]!.id;
  }

  /** What is known of somebody, on both axes. */
  async facts(id: string, at: { validOn?: string; knownAt?: Date } = {}): Promise<readonly ShownFact[]> {
    const query = `query ($id: ID!, $validOn: Day, $knownAt: Instant) { person(id: $id) { facts(validOn: $validOn, knownAt: $knownAt) {
      id kind code answer isDisputed other { name } household { householdNo } possibleFrom possibleUntil } } }`;
    const { person } = await this.done<{ person: { facts: ShownFact[] } }>('auditor', query, { id, ...at });
    return person.facts;
  }

  /** Its parents and guardians on a day, as it was known at a moment: kind and name, sorted. */
  async elders(id: string, validOn?: string, knownAt?: Date): Promise<readonly string[]> {
    const facts = await this.facts(id, { validOn, knownAt });
    return facts
      .filter(({ kind }) => kind === 'KINSHIP')
      .map(({ code, other }) => `${code} ${other!.name}`)
      .sort();
  }

  async claim(claimNo: string): Promise<ShownClaim> {
    const query = `{ claims(first: 100) { nodes { id claimNo state child { id } openCases { id reason questionZh } } } }`;
    const { claims } = await this.done<{ claims: { nodes: ShownClaim[] } }>('auditor', query);
    const found = claims.nodes.find((one) => one.claimNo === claimNo);
    if (!found) throw new Error(`there is no claim ${claimNo}`);
    return found;
  }

  /** Where it stands and what is asked about it. */
  async standing(claimNo: string): Promise<readonly string[]> {
    const { state, openCases } = await this.claim(claimNo);
    return [state, ...openCases.map(({ reason }) => reason).sort()];
  }

  /** What the bank was ever told to credit for a claim and did, in fen. */
  async paid(claimNo: string): Promise<readonly string[]> {
    const rows = await this.world.database.admin<{ fen: string }>(
      `select i.amount_fen::text as fen from subsidy.instruction i join subsidy.claim c on c.id = i.claim_id
        where c.claim_no = $1 and i.state = 'paid'`,
      [claimNo],
    );
    return rows.map(({ fen }) => fen);
  }

  /** No two things are done in one moment. */
  private moveOn(): void {
    this.world.clock.advance(1_000);
  }

  private file(rows: readonly Row[]): string {
    return this.world.file(`${++this.files}.csv`, rows);
  }
}

/** What operations that make something give beside the change. */
const FOUNDING: Readonly<Record<string, string>> = {
  foundHousehold: '{ change { id } household { id } }',
  splitHousehold: '{ change { id } household { id } }',
  splitPerson: '{ change { id } person { id } }',
};

/** Arguments written into the operation itself; words in capitals alone are values of an enumeration. */
function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (value !== null && typeof value === 'object')
    return `{${Object.entries(value)
      .filter(([, one]) => one !== undefined)
      .map(([name, one]) => `${name}: ${literal(one)}`)
      .join(', ')}}`;
  if (typeof value === 'string' && /^[A-Z][A-Z_]{2,}$/.test(value)) return value;
  return JSON.stringify(value);
}

function recordOf(row: Row): RegistryRecord {
  const told = (column: string): string | null => (row[column] ? String(row[column]) : null);
  return {
    registryPersonId: String(row.registry_person_id),
    name: String(row.name),
    idNumber: told('id_number'),
    sex: Number(row.sex) as RegistryRecord['sex'],
    ethnicity: told('ethnicity'),
    born: told('birth_date') as RegistryRecord['born'],
    died: told('death_date') as RegistryRecord['died'],
    status: Number(row.status) as RegistryRecord['status'],
    householdNo: told('household_no'),
    relationToHead: told('relation_to_head'),
    householdType: told('household_type') as RegistryRecord['householdType'],
    divisionCode: told('division_code'),
    address: told('address'),
    fatherNumber: told('father_id_number'),
    motherNumber: told('mother_id_number'),
    birthCertificateNo: told('birth_certificate_no'),
    maritalStatus: told('marital_status'),
    movedInOn: told('moved_in_on') as RegistryRecord['movedInOn'],
    movedOutOn: told('moved_out_on') as RegistryRecord['movedOutOn'],
    updatedAt: new Date(String(row.updated_at)).toISOString(),
  };
}
