import {
  REGISTRY_EVENT_FEED,
  REGISTRY_EVENTS,
  type RegistryEvent,
  type RegistryEventFeed,
  tellRegistrationChanged,
} from '@app/contracts';
import { type Database, newId, type Tx } from '@app/database';
import { failpoint, type Outbox } from '@app/jobs';
import { CLOCK, type Clock, Refusal } from '@app/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { DivisionService } from '../division/division.service';
import { MergeService } from '../register/merge.service';
import { searchDuplicates } from '../duplicate/duplicate.jobs';
import { refreshQuality } from '../quality/quality.jobs';
import { REGISTRATION_DATABASE, REGISTRATION_OUTBOX } from '../registration.tokens';
import { checkRow } from '../registry-import/extract-row.rules';
import { type Statement, StatementService } from '../registry-import/statement.service';
import { RegistryFeedRepository } from './registry-feed.repository';
import { cellsOf, formerOf15, inGroups } from './event-row.service';
import type { EventOutcome, TakenCounts, TakenEvent } from './registry-feed.types';

const PAGE = 1_000;
const OPEN_MAX = 200;

interface StatedEvent extends Statement {
  readonly event: RegistryEvent;
  readonly line: number;
}

/**
 * Takes in what changed in the household registry. Events may come twice, late and out of order: each is taken in once,
 * the registry's newest word of a person stands, and what contradicts us stands beside our own until somebody has looked.
 */
@Injectable()
export class RegistryFeedService {
  constructor(
    @Inject(REGISTRATION_DATABASE) private readonly database: Database,
    @Inject(REGISTRATION_OUTBOX) private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(REGISTRY_EVENT_FEED) private readonly feed: RegistryEventFeed,
    private readonly divisions: DivisionService,
    private readonly statements: StatementService,
    private readonly merges: MergeService,
    private readonly events: RegistryFeedRepository,
  ) {}

  /** Everything up to now, page by page, each page and the position in one transaction. */
  async pull(): Promise<TakenCounts> {
    const counts = { pulled: 0, applied: 0 };
    for (let caughtUp = false; !caughtUp;) {
      const position = await this.database.read((read) => this.events.position(read, REGISTRY_EVENTS));
      const page = await this.feed.page(position, PAGE);
      caughtUp = page.caughtUp;
      failpoint('registry-feed.page');
      const taken = await this.database.write((tx) => this.takePage(tx, position, page), { statementTimeout: 0 });
      failpoint('registry-feed.taken');
      counts.pulled += page.events.length;
      counts.applied += taken.filter(({ outcome }) => outcome === 'applied').length;
      for (const event of taken) if (event.outcome === 'for-a-person') await this.merge(event);
    }
    return counts;
  }

  /** What a person must look at. */
  open(): Promise<TakenEvent[]> {
    return this.database.read((read) => this.events.open(read, OPEN_MAX));
  }

  private async takePage(
    tx: Tx,
    position: string,
    page: { readonly events: readonly RegistryEvent[]; readonly next: string },
  ): Promise<TakenEvent[]> {
    await this.statements.lock(tx);
    if ((await this.events.position(tx, REGISTRY_EVENTS)) !== position) return []; // Another puller took this page.
    const at = this.clock.now();
    await this.events.savePosition(tx, REGISTRY_EVENTS, page.next, at);
    const known = await this.events.known(
      tx,
      page.events.map(({ eventId }) => eventId),
    );
    const fresh = new Map(
      page.events.filter(({ eventId }) => !known.has(eventId)).map((event) => [event.eventId, event]),
    );
    const outcomes = new Map<string, { outcome: EventOutcome; code: string | null }>();
    const persons = await this.events.persons(tx, [...fresh.values()].flatMap(idsOf));
    const divisionOf = (id: string) => persons.get(id)?.divisionCode ?? '';
    const groups = inGroups([...fresh.values()]).map((group) => this.judge(group, divisionOf, outcomes));
    const divisions = groups.flat().map(({ row }) => row.divisionCode);
    if (divisions.length > 0) await this.divisions.addUnconfirmed(tx, [...new Set(divisions)]);
    let isChanged = false;
    for (const group of groups) isChanged = (await this.takeGroup(tx, group, outcomes)) || isChanged;

    const after = await this.events.persons(tx, [...fresh.values()].flatMap(idsOf));
    const taken = [...fresh.values()].map((event) => takenOf(event, outcomes.get(event.eventId)!, after, at));
    await this.events.insertTaken(tx, taken);
    if (isChanged) {
      await tellRegistrationChanged(this.outbox, tx);
      await this.outbox.plan(tx, searchDuplicates, [{ register: 'persons' }]);
      await this.outbox.plan(tx, refreshQuality, [{ register: 'persons' }]);
    }
    tx.concern(
      'person',
      taken.flatMap(({ personId, outcome }) => (personId && outcome === 'applied' ? [personId] : [])),
    );
    return taken;
  }

  /** By the rules for a row of an extract; what cannot be is put aside with its code. */
  private judge(
    events: readonly RegistryEvent[],
    divisionOf: (registryPersonId: string) => string,
    outcomes: Map<string, { outcome: EventOutcome; code: string | null }>,
  ): StatedEvent[] {
    const today = this.clock.today();
    return events.flatMap((event, line) => {
      const { row: judged, errors } = checkRow(cellsOf(event.record, divisionOf(event.record.registryPersonId)), today);
      if (!judged) {
        outcomes.set(event.eventId, { outcome: 'rejected', code: errors[0]!.code });
        return [];
      }
      const row = { ...judged, idNumberLegacy: judged.idNumberLegacy ?? formerOf15(event) };
      return [{ event, line, row, hash: this.statements.hashOf(row) }];
    });
  }

  /** Events of different persons; whether any changed the register. */
  private async takeGroup(
    tx: Tx,
    group: readonly StatedEvent[],
    outcomes: Map<string, { outcome: EventOutcome; code: string | null }>,
  ): Promise<boolean> {
    for (const { event } of group) outcomes.set(event.eventId, { outcome: 'unchanged', code: null });
    const { accepted, conflicting } = await this.statements.decide(tx, group);
    for (const { event } of accepted) outcomes.set(event.eventId, { outcome: 'applied', code: null });
    for (const { stated, code } of conflicting) {
      const isOlder = code === 'ROW_OLDER_THAN_REGISTER';
      outcomes.set(stated.event.eventId, isOlder ? { outcome: 'superseded', code } : { outcome: 'rejected', code });
    }
    if (accepted.length === 0) return false;
    const batchId = newId(this.clock.now());
    const since = await this.events.transactionId(tx);
    await this.statements.write(tx, batchId, accepted);
    await this.statements.complete(tx, batchId, since);
    return true;
  }

  /** The registry found two of its records to be one person. Where ours contradict each other, an officer decides. */
  private async merge({ personId, otherPersonId, eventId }: TakenEvent): Promise<void> {
    if (personId === null || otherPersonId === null) return;
    const reason = '户籍机关合并重复登记';
    try {
      await this.merges.merge(otherPersonId, personId, [], {
        basis: 'registry',
        sourceRef: eventId.slice(0, 120),
        reason,
      });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
    }
  }
}

const idsOf = ({ record, mergedRegistryPersonId }: RegistryEvent): string[] =>
  mergedRegistryPersonId === null ? [record.registryPersonId] : [record.registryPersonId, mergedRegistryPersonId];

function takenOf(
  event: RegistryEvent,
  { outcome, code }: { outcome: EventOutcome; code: string | null },
  persons: ReadonlyMap<string, { id: string }>,
  at: Date,
): TakenEvent {
  const { eventId, kind, record, mergedRegistryPersonId } = event;
  const personId = persons.get(record.registryPersonId)?.id ?? null;
  const otherPersonId = mergedRegistryPersonId === null ? null : (persons.get(mergedRegistryPersonId)?.id ?? null);
  const isMerge = otherPersonId !== null && otherPersonId !== personId && outcome !== 'rejected';
  return {
    eventId,
    kind,
    registryPersonId: record.registryPersonId,
    happenedAt: new Date(event.happenedAt),
    ...(isMerge ? { outcome: 'for-a-person', code: 'REGISTRY_MERGED_RECORDS' } : { outcome, code }),
    takenAt: at,
    personId,
    otherPersonId,
  };
}
