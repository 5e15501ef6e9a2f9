import { currentContext, type Database, newId, type Tx } from '@app/database';
import { addDays, CLOCK, type Clock } from '@app/kernel';
import { Vault } from '@app/vault';
import { Inject, Injectable } from '@nestjs/common';
import { MIGRANT_DATABASE } from '../migrant.tokens';
import { ParameterService } from '../parameter/parameter.service';
import { sealOf } from '../parameter/sealed-columns.types';
import { RetentionService } from '../retention/retention.service';
import type { Kept } from '../retention/retention.types';
import { refuse } from './own-record.errors';
import { OwnRecordRepository } from './own-record.repository';
import { asCsv, asJson } from './record-export.service';
import {
  type HeldRows,
  type OwnRequest,
  type OwnResident,
  type RecordAccess,
  type RequestKind,
  REST,
  type Subject,
  type WholeRecord,
} from './own-record.types';

const ACCESSES_MAX = 200;
const WHOLE = 'whoever it is about may know all of it, from wherever it was written';

/** Everything this app holds about whoever asks, who looked at it, and what they ask about it. */
@Injectable()
export class OwnRecordService {
  constructor(
    @Inject(MIGRANT_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly vault: Vault,
    private readonly parameters: ParameterService,
    private readonly retention: RetentionService,
    private readonly records: OwnRecordRepository,
  ) {}

  /** The residents of the family, and, under an id of its own, whatever else is about it. */
  async mine(): Promise<OwnResident[]> {
    const mine = await this.database.read(async (read) => {
      const own = await this.records.own(read);
      const rest = await this.rest(read, own);
      const held = await read.across(WHOLE, () => this.held(read, rest));
      const hasRest = held.some(({ rows }) => rows.length > 0);
      return read.disclose('resident', [...own, ...(hasRest ? [rest] : [])], ({ id }) => (id === REST ? null : id));
    });
    return mine;
  }

  /** Who looked at one of the caller's own records or acted about it, the newest first. */
  accesses(id: string): Promise<RecordAccess[]> {
    return this.ofOwn(id, (read, about) => this.accessesWithin(read, about));
  }

  kept(id: string): Promise<Kept[]> {
    return this.ofOwn(id, (read, { residents }) => this.keptWithin(read, residents));
  }

  requests(id: string): Promise<OwnRequest[]> {
    return this.ofOwn(id, (read, { residents }) => this.records.requestsOf(read, residents));
  }

  /** The whole record as a document of its own: for programs, or for people. */
  export(id: string, form: 'json' | 'csv'): Promise<string> {
    const me = currentContext()!.actor;
    return this.ofOwn(id, async (read, about) => {
      const record = await this.whole(read, about);
      return form === 'json' ? asJson(record, me) : asCsv(record, me);
    });
  }

  private async whole(read: Tx, about: OwnResident & Subject): Promise<WholeRecord> {
    const held = await this.held(read, about);
    const accesses = await this.accessesWithin(read, about);
    const kept = await this.keptWithin(read, about.residents);
    const { id, name } = about;
    return { person: { id, name }, held, accesses, kept, today: this.clock.today() };
  }

  private async held(read: Tx, about: Subject): Promise<HeldRows[]> {
    const held: HeldRows[] = [];
    for (const table of await this.records.tables(read)) {
      const found = await this.records.rows(read, table, about);
      held.push({ ...found, rows: found.rows.map((row) => this.opened(table.table, table.opened, row)) });
    }
    return held;
  }

  /** What was sealed so that nobody reads it in passing is open to whoever it is about. */
  private opened(table: string, columns: readonly string[], row: HeldRows['rows'][number]): HeldRows['rows'][number] {
    const id = typeof row.id === 'string' ? row.id : '';
    const open = (column: string, sealed: unknown): string | null =>
      typeof sealed !== 'string'
        ? null
        : this.vault.open(Buffer.from(sealed.slice(2), 'hex'), { table: sealOf(table), column, row: id });
    return { ...row, ...Object.fromEntries(columns.map((column) => [column, open(column, row[column])])) };
  }

  private async keptWithin(read: Tx, residents: readonly string[]): Promise<Kept[]> {
    const kept: Kept[] = [];
    for (const resident of residents) kept.push(...(await this.retention.keptWithin(read, resident)));
    return kept;
  }

  private async accessesWithin(read: Tx, about: Subject): Promise<RecordAccess[]> {
    const subjects: { kind: string; id: string }[] = [];
    for (const table of await this.records.tables(read)) {
      if (table.kinds.length > 0) subjects.push(...(await this.records.subjects(read, table, about)));
    }
    return this.records.accesses(read, subjects, ACCESSES_MAX);
  }

  /** Asks that the record be put right, objects to its use, or asks for its deletion; answered by a day that is told. */
  ask(resident: string, kind: RequestKind, said: string, shown: string | null): Promise<OwnRequest> {
    const wish = said.trim();
    const evidence = shown?.trim() || null;
    if (wish.length < 4 || wish.length > 1000) throw refuse.wishTooShort();
    if (kind === 'correction' ? evidence === null : false) throw refuse.evidenceMissing();
    if (evidence !== null && (evidence.length < 2 || evidence.length > 400)) throw refuse.evidenceMissing();
    return this.database.write(async (tx) => {
      await this.assertOwn(tx, resident);
      const [at, today] = [this.clock.now(), this.clock.today()];
      const division = await this.records.divisionOf(tx, resident);
      const days = await this.parameters.whole(tx, 'own-record.answer', division, today);
      const id = newId(at);
      const request = { id, residentId: resident, kind, wish, evidence, askedAt: at, dueOn: addDays(today, days) };
      if (!(await this.records.ask(tx, request))) throw refuse.openAlready();
      tx.concern('own_request', [id]);
      return (await this.records.requestsOf(tx, [resident])).find((one) => one.id === id)!;
    });
  }

  withdraw(id: string): Promise<OwnRequest> {
    return this.database.write(async (tx) => {
      const request = await this.records.lock(tx, id);
      if (!request) throw refuse.requestUnknown(id);
      await this.assertOwn(tx, request.residentId);
      if (request.state !== 'open') throw refuse.answeredAlready(request.state);
      const words = '本人撤回 taken back';
      const answer = { state: 'withdrawn' as const, reason: null, words };
      tx.concern('own_request', [id]);
      return this.records.answer(tx, id, answer, this.clock.now());
    });
  }

  private ofOwn<T>(id: string, work: (read: Tx, about: OwnResident & Subject) => Promise<T>): Promise<T> {
    return this.database.read(async (read) => {
      const own = await this.records.own(read);
      const about = id === REST ? await this.rest(read, own) : own.find((one) => one.id === id);
      if (!about) throw refuse.notYours();
      return read.across(WHOLE, () => work(read, about));
    });
  }

  /** Whatever the caller stands for that no resident's record does. */
  private async rest(read: Tx, own: readonly Subject[]): Promise<OwnResident & Subject> {
    const { persons, keys } = await this.records.caller(read);
    const [named, known] = [new Set(own.flatMap((one) => one.persons)), own.flatMap((one) => one.keys)];
    return {
      id: REST,
      name: '',
      residents: [],
      persons: persons.filter((person) => !named.has(person)),
      keys: keys.filter((key) => !known.some((other) => other.equals(key))),
    };
  }

  private async assertOwn(read: Tx, resident: string): Promise<void> {
    if (!(await this.records.own(read)).some(({ id }) => id === resident)) throw refuse.notYours();
  }
}
