import { type Access, accessesTo } from '@app/audit';
import { type Caller, covers } from '@app/access';
import type { Database, Tx } from '@app/database';
import { failpoint } from '@app/jobs';
import { addMonths, CLOCK, type Clock, type DivisionCode, findDay, type Day } from '@app/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { MIGRANT_DATABASE } from '../migrant.tokens';
import { refuse } from './coordination.errors';
import { CoordinationOpeningService } from './coordination-opening.service';
import { CoordinationRepository } from './coordination.repository';
import { otherOf } from './coordination.rules';
import { CoordinationStepService, type Step } from './coordination-step.service';
import type {
  ActRow,
  Answer,
  Place,
  ReminderRow,
  RequestFilter,
  RequestRow,
  ResponseRate,
  SealedRequestRow,
} from './coordination.types';

const NOTE = { least: 4, most: 400 };
const VALUE_MAX = 200;
const OWN_MAX = 200;
const ACCESSES_MAX = 200;
const MONTHS_MAX = 60;

export interface Value {
  readonly field: string;
  readonly value: string;
}

export type Note = Omit<ActRow, 'noteSealed'> & { readonly note: string | null };

/** Requests between places as officers and citizens see them, and what officers do with them. */
@Injectable()
export class CoordinationService {
  constructor(
    @Inject(MIGRANT_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly opening: CoordinationOpeningService,
    private readonly requests: CoordinationRepository,
    private readonly steps: CoordinationStepService,
  ) {}

  /** What the place that was asked knows; of what was asked for, and of nothing else. */
  answer(caller: Caller, id: string, outcome: Answer, values: readonly Value[], note: string | null) {
    return this.act(caller, id, (row) => ({
      ...{ act: 'answer', place: 'asked', note: noteOf(note) },
      answer: { outcome, values: checked(values, row.fields), on: this.clock.today() },
    }));
  }

  /** The place that was asked cannot serve it as it stands; who asked is told why and may ask again. */
  return(caller: Caller, id: string, reason: string): Promise<SealedRequestRow> {
    return this.act(caller, id, () => ({ act: 'return', place: 'asked', note: reasonOf(reason) }));
  }

  askAgain(caller: Caller, id: string, reason: string): Promise<SealedRequestRow> {
    return this.act(caller, id, () => ({ act: 'ask-again', place: 'asker', note: reasonOf(reason) }));
  }

  /** Offers the case to the other place; whoever offers it answers for it until the other accepts. */
  handOver(caller: Caller, id: string, reason: string): Promise<SealedRequestRow> {
    return this.act(caller, id, (row) => ({ act: 'hand-over', place: holderOf(row), note: reasonOf(reason) }));
  }

  accept(caller: Caller, id: string): Promise<SealedRequestRow> {
    return this.act(caller, id, (row) => ({ act: 'accept', place: otherOf(holderOf(row)) }));
  }

  decline(caller: Caller, id: string, reason: string): Promise<SealedRequestRow> {
    return this.act(caller, id, (row) => ({ act: 'decline', place: otherOf(holderOf(row)), note: reasonOf(reason) }));
  }

  private act(
    caller: Caller,
    id: string,
    decide: (row: SealedRequestRow) => Omit<Step, 'row'>,
  ): Promise<SealedRequestRow> {
    return this.database.write(async (tx) => {
      const row = await this.get(tx, id);
      const step = decide(row);
      if (row.forgottenAt !== null) throw refuse.forgotten(id);
      if (!isOfPlace(caller, row, step.place!)) throw refuse.cannot('wrong-place', row.state);
      const [obstacle] = await this.steps.take(tx, [{ row, ...step }]);
      if (obstacle) throw refuse.cannot(obstacle, row.state);
      failpoint('coordination.acted');
      return (await this.requests.byIds(tx, [id]))[0]!;
    });
  }

  private async get(tx: Tx, id: string): Promise<SealedRequestRow> {
    const [row] = await this.requests.lock(tx, [id]);
    if (!row) throw refuse.unknown(id);
    return row;
  }

  byIds(ids: readonly string[]): Promise<SealedRequestRow[]> {
    return this.database.read((read) => this.requests.byIds(read, ids));
  }

  list(
    filter: Omit<RequestFilter, 'dueBefore'> & { readonly isOverdue: boolean },
    after: readonly string[] | undefined,
    limit: number,
  ): Promise<SealedRequestRow[]> {
    return this.database.read((read) => this.requests.list(read, this.dated(filter), after, limit));
  }

  count(filter: Omit<RequestFilter, 'dueBefore'> & { readonly isOverdue: boolean }): Promise<number> {
    return this.database.read((read) => this.requests.count(read, this.dated(filter)));
  }

  private dated({ isOverdue, ...filter }: Omit<RequestFilter, 'dueBefore'> & { isOverdue: boolean }): RequestFilter {
    return { ...filter, dueBefore: isOverdue ? this.clock.today() : null };
  }

  /** What was asked about a citizen and their minor children, and what came. */
  ofOwn(): Promise<SealedRequestRow[]> {
    return this.database.read((read) => this.requests.ofOwn(read, OWN_MAX));
  }

  valuesOf(row: SealedRequestRow): Value[] {
    return Object.entries(this.opening.valuesOf(row)).map(([field, value]) => ({ field, value }));
  }

  /** What the other place was told along; nothing once it was forgotten. */
  offeredOf(row: SealedRequestRow): Value[] {
    if (row.offeredSealed === null) return [];
    const { offered } = this.opening.offeredOf(row);
    // Whom it is about is shown by its mask, and as a person of the register.
    const isShown = (field: string) => !['name', 'id_number', 'birth_certificate_no'].includes(field);
    return Object.entries(offered)
      .filter(([field]) => isShown(field))
      .map(([field, value]) => ({ field, value }));
  }

  /** Whom it is about, by name; the number is shown as a mask only. */
  subjectNameOf(row: SealedRequestRow): string | null {
    return row.offeredSealed === null ? null : (this.opening.offeredOf(row).subject?.name ?? null);
  }

  async history(ids: readonly string[]): Promise<Note[]> {
    const acts = await this.database.read((read) => this.requests.acts(read, ids));
    // The rows themselves were disclosed, so each stays the object that it is.
    return acts.map((act) =>
      Object.assign(act, {
        note: act.noteSealed && this.steps.unseal('coordination_act', 'note_sealed', act.id, act.noteSealed),
      }),
    );
  }

  reminders(ids: readonly string[]): Promise<ReminderRow[]> {
    return this.database.read((read) => this.requests.reminders(read, ids));
  }

  isOverdue({ state, dueOn }: RequestRow): boolean {
    return state === 'silent' || ((state === 'asked' || state === 'returned') && dueOn < this.clock.today());
  }

  /** @param from The first month, as 2026-03; `until` is the last. */
  async rates(prefix: string, from: string, until: string): Promise<ResponseRate[]> {
    const [first, last] = [findDay(`${from}-01`), findDay(`${until}-01`)];
    if (!first || !last || first > last || addMonths(first, MONTHS_MAX) <= last) throw refuse.monthsUnreadable();
    const today: Day = this.clock.today();
    return this.database.read((read) => this.requests.rates(read, prefix, first, addMonths(last, 1), today));
  }

  /** Who looked at each of these, of those that the asker may see. */
  accesses(ids: readonly string[]): Promise<(Access & { subject: string })[]> {
    return this.database.read(async (read) => {
      const visible = (await this.requests.byIds(read, ids)).map(({ id }) => id);
      const why = 'whoever may see something may know who looked at it, from wherever that was';
      return read.across(why, () => accessesTo(read, 'coordination_request', visible, ACCESSES_MAX));
    });
  }
}

const holderOf = ({ responsibleDivision, fromDivision }: RequestRow): Place =>
  responsibleDivision === fromDivision ? 'asker' : 'asked';

/** Whether that place is one of ours, and the caller's. */
function isOfPlace(caller: Caller, { way, fromDivision, toDivision }: RequestRow, place: Place): boolean {
  if (way !== 'inside' && (way === 'outgoing') !== (place === 'asker')) return false;
  return covers(caller, (place === 'asker' ? fromDivision : toDivision) as DivisionCode);
}

function checked(values: readonly Value[], fields: readonly string[]): Record<string, string> {
  const given: Record<string, string> = {};
  for (const { field, value } of values) {
    if (!fields.includes(field)) throw refuse.fieldNotAsked(field, fields);
    const said = value.trim();
    if (said === '' || [...said].length > VALUE_MAX || Object.hasOwn(given, field))
      throw refuse.valueUnusable(field, VALUE_MAX);
    given[field] = said;
  }
  return given;
}

function reasonOf(reason: string): string {
  const said = reason.trim();
  if ([...said].length < NOTE.least || [...said].length > NOTE.most) throw refuse.reasonMissing(NOTE.most);
  return said;
}

const noteOf = (note: string | null): string | null => (note?.trim() ? reasonOf(note) : null);
