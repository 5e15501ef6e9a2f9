import { currentContext, type Database, newId, type Tx } from '@app/database';
import { addDays, CLOCK, type Clock } from '@app/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { MIGRANT_DATABASE } from '../migrant.tokens';
import { ParameterService } from '../parameter/parameter.service';
import { RetentionService } from '../retention/retention.service';
import type { Kept } from '../retention/retention.types';
import { refuse } from './own-record.errors';
import { OwnRecordRepository } from './own-record.repository';
import { asCsv, asJson } from './record-export.service';
import type { HeldRows, OwnRequest, OwnResident, RecordAccess, RequestKind, WholeRecord } from './own-record.types';

const ACCESSES_MAX = 200;
const WHOLE = 'whoever it is about may know all of it, from wherever it was written';

/** Everything this app holds about whoever asks, who looked at it, and what they ask about it. */
@Injectable()
export class OwnRecordService {
  constructor(
    @Inject(MIGRANT_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly parameters: ParameterService,
    private readonly retention: RetentionService,
    private readonly records: OwnRecordRepository,
  ) {}

  mine(): Promise<OwnResident[]> {
    return this.database.read((read) => this.records.own(read));
  }

  /** Who looked at one of the caller's own records or acted about it, the newest first. */
  accesses(resident: string): Promise<RecordAccess[]> {
    return this.ofOwn(resident, (read) => this.accessesWithin(read, resident));
  }

  kept(resident: string): Promise<Kept[]> {
    return this.ofOwn(resident, (read) => this.retention.keptWithin(read, resident));
  }

  requests(resident: string): Promise<OwnRequest[]> {
    return this.ofOwn(resident, (read) => this.records.requestsOf(read, [resident]));
  }

  /** The whole record as a document of its own: for programs, or for people. */
  export(resident: string, form: 'json' | 'csv'): Promise<string> {
    const me = currentContext()!.actor;
    return this.ofOwn(resident, async (read, person) => {
      const record = await this.whole(read, person);
      return form === 'json' ? asJson(record, me) : asCsv(record, me);
    });
  }

  private async whole(read: Tx, person: OwnResident): Promise<WholeRecord> {
    const held: HeldRows[] = [];
    for (const table of await this.records.tables(read)) held.push(await this.records.rows(read, table, person.id));
    const accesses = await this.accessesWithin(read, person.id);
    const kept = await this.retention.keptWithin(read, person.id);
    const { id, name } = person;
    return { person: { id, name }, held, accesses, kept, today: this.clock.today() };
  }

  private async accessesWithin(read: Tx, resident: string): Promise<RecordAccess[]> {
    const about: { kind: string; id: string }[] = [];
    for (const table of await this.records.tables(read)) {
      if (table.kinds.length > 0) about.push(...(await this.records.subjects(read, table, resident)));
    }
    return this.records.accesses(read, about, ACCESSES_MAX);
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
      tx.concern('own-request', [id]);
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
      tx.concern('own-request', [id]);
      return this.records.answer(tx, id, answer, this.clock.now());
    });
  }

  private ofOwn<T>(resident: string, work: (read: Tx, person: OwnResident) => Promise<T>): Promise<T> {
    return this.database.read(async (read) => {
      const person = await this.assertOwn(read, resident);
      return read.across(WHOLE, () => work(read, person));
    });
  }

  private async assertOwn(read: Tx, resident: string): Promise<OwnResident> {
    const person = (await this.records.own(read)).find(({ id }) => id === resident);
    if (!person) throw refuse.notYours();
    return person;
  }
}
