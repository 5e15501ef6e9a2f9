import {
  type CoordinationApp,
  type CoordinationAnswered,
  coordinationAnswered,
  peerMessageWanted,
} from '@app/contracts';
import type { Tx } from '@app/database';
import { idsFrom } from '@app/database';
import type { Outbox } from '@app/jobs';
import { addDays, CLOCK, type Clock, type Day } from '@app/kernel';
import { Vault } from '@app/vault';
import { Inject, Injectable } from '@nestjs/common';
import { MIGRANT_OUTBOX } from '../migrant.tokens';
import { sealOf } from '../parameter/sealed-columns.types';
import { CoordinationMessageRepository } from './coordination-message.repository';
import { CoordinationRepository } from './coordination.repository';
import { isNews, isOfferedAtOnce, type Obstacle, onlyAsked, step } from './coordination.rules';
import { CoordinationTermsService, dueOf, remindOf } from './coordination-terms.service';
import type {
  Act,
  Answer,
  Changed,
  NewAct,
  NewRequest,
  Place,
  SealedRequestRow,
  Standing,
  Terms,
} from './coordination.types';

/** One act on one locked request. */
export interface Step {
  readonly row: SealedRequestRow;
  readonly act: Act;
  /** Whose act it is; the deadline's is nobody's. */
  readonly place: Place | null;
  readonly answer?: { readonly outcome: Answer; readonly values: Readonly<Record<string, string>>; readonly on: Day };
  readonly note?: string | null;
  /** The other installation did it, and told. */
  readonly heard?: { readonly dueOn: Day | null };
}

/** What a message to another installation says; the exchange does not look into it. */
export interface MessageBody {
  readonly request: string;
  readonly seq: number;
  readonly act: Act | 'ask';
  readonly [more: string]: unknown;
}

/** Carries acts out: state, history, the message to the other installation and the news to the app, in one transaction. */
@Injectable()
export class CoordinationStepService {
  constructor(
    @Inject(MIGRANT_OUTBOX) private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly vault: Vault,
    private readonly terms: CoordinationTermsService,
    private readonly requests: CoordinationRepository,
    private readonly messages: CoordinationMessageRepository,
  ) {}

  /** Opens requests, each in the history, and told where the other place is a peer's. Returns the ids of those that are new. */
  async open(tx: Tx, requests: readonly (NewRequest & { readonly tell?: object })[]): Promise<Set<string>> {
    if (requests.length === 0) return new Set();
    const fresh = await this.requests.insert(
      tx,
      requests.map(({ tell: _tell, ...request }) => request),
    );
    const opened = requests.filter(({ id }) => fresh.has(id));
    if (opened.length === 0) return fresh;
    const newId = idsFrom(this.clock.now());
    const acts = opened.map(({ id, fromDivision }): NewAct => ({
      ...{ id: newId(), requestId: id, kind: 'ask', place: 'asker', state: 'asked' },
      ...{ responsibleDivision: fromDivision, noteSealed: null },
    }));
    await this.requests.act(tx, acts, this.clock.now());
    tx.concern('coordination_request', [...fresh]);
    const told: { message: string }[] = [];
    for (const { id, tell } of opened) if (tell) told.push(await this.message(tx, id, newId(), 'ask', tell));
    await this.outbox.plan(tx, peerMessageWanted, told);
    return fresh;
  }

  /** @returns What stood in the way of each, undefined where it was done. */
  async take(tx: Tx, steps: readonly Step[]): Promise<(Obstacle | undefined)[]> {
    if (steps.length === 0) return [];
    const [now, today] = [this.clock.now(), this.clock.today()];
    const newId = idsFrom(now);
    const terms = await this.terms.ofAll(
      tx,
      steps.map(({ row }) => row.fromDivision),
      today,
    );
    const obstacles: (Obstacle | undefined)[] = [];
    const changes: Changed[] = [];
    const acts: NewAct[] = [];
    const told: { message: string }[] = [];
    const news = new Map<CoordinationApp, CoordinationAnswered[]>();
    for (const one of steps) {
      const { row, act, place } = one;
      const next = step(standingOf(row), place, act, one.answer?.outcome);
      const id = newId();
      const noteSealed = one.note ? this.seal('coordination_act', 'note_sealed', id, one.note) : null;
      if (typeof next === 'string') {
        obstacles.push(next);
        const { state, responsibleDivision } = row;
        if (one.heard)
          acts.push({ id, requestId: row.id, kind: 'unheard', place, state, responsibleDivision, noteSealed });
        continue;
      }
      obstacles.push(undefined);
      const changed = this.changed(one, next, terms.get(row.fromDivision)!, today);
      changes.push(changed);
      const { state, responsibleDivision } = changed;
      acts.push({ id, requestId: row.id, kind: act, place, state, responsibleDivision, noteSealed });
      if (row.way !== 'incoming' && isNews(row.outcome, next.outcome) && row.matter !== null)
        news.set(row.app!, [...(news.get(row.app!) ?? []), { matter: row.matter }]);
      if (row.way !== 'inside' && place !== null && !one.heard)
        told.push(await this.message(tx, row.id, newId(), act, this.sayOf(one, changed)));
    }
    tx.concern(
      'coordination_request',
      steps.map(({ row }) => row.id),
    );
    if (changes.length > 0) await this.requests.change(tx, changes);
    if (acts.length > 0) await this.requests.act(tx, acts, now);
    await this.outbox.plan(tx, peerMessageWanted, told);
    for (const [app, matters] of news) await this.outbox.plan(tx, coordinationAnswered[app], matters);
    return obstacles;
  }

  private changed({ row, act, answer, heard }: Step, next: Standing, terms: Terms, today: Day): Changed {
    const responsibleDivision = next.responsible === 'asker' ? row.fromDivision : row.toDivision;
    const isTakenOn = act === 'accept' && next.responsible === 'asked' && row.state === 'asked';
    const dueOn = isTakenOn ? (heard?.dueOn ?? dueOf(today, terms.reportWorkingDays)) : row.dueOn;
    const values = answer && onlyAsked(answer.values, row.fields);
    const escalation = escalationOf(act, today, terms);
    return {
      id: row.id,
      state: next.state,
      outcome: next.outcome,
      handOver: next.handOver,
      responsibleDivision,
      dueOn,
      remindOn: isTakenOn ? remindOf(dueOn, terms) : row.remindOn,
      answeredOn: answer ? answer.on : row.answeredOn,
      answeredFields: values ? Object.keys(values) : row.answeredFields,
      valuesSealed: values
        ? this.seal('coordination_request', 'values_sealed', row.id, JSON.stringify(values))
        : row.valuesSealed,
      escalateOn: escalation === undefined ? row.escalateOn : escalation,
      escalatedTo: escalation === undefined ? row.escalatedTo : null,
      forgetOn: ['answer', 'silence', 'withdraw'].includes(act) ? addDays(today, terms.retentionDays) : row.forgetOn,
    };
  }

  /** What the other installation is told of an act, and no more. */
  private sayOf({ act, answer, note, row }: Step, { dueOn }: Changed): object {
    if (act === 'answer')
      return { outcome: answer!.outcome, values: onlyAsked(answer!.values, row.fields), answeredOn: answer!.on };
    if (act === 'accept') return { dueOn };
    return note ? { note } : {};
  }

  private async message(
    tx: Tx,
    requestId: string,
    id: string,
    act: MessageBody['act'],
    more: object,
  ): Promise<{ message: string }> {
    const seq = await this.messages.nextSeq(tx, requestId);
    const body: MessageBody = { ...more, request: requestId, seq, act };
    const bodySealed = this.seal('coordination_message', 'body_sealed', id, JSON.stringify(body));
    await this.messages.insert(tx, { id, requestId, seq, bodySealed, at: this.clock.now() });
    return { message: id };
  }

  seal(table: string, column: string, row: string, text: string): Buffer {
    return this.vault.seal(text, { table: sealOf(table), column, row });
  }

  unseal(table: string, column: string, row: string, sealed: Buffer): string {
    return this.vault.open(sealed, { table: sealOf(table), column, row });
  }
}

const standingOf = ({
  kind,
  state,
  outcome,
  handOver,
  responsibleDivision,
  fromDivision,
}: SealedRequestRow): Standing => ({
  kind,
  state,
  outcome,
  handOver,
  responsible: responsibleDivision === fromDivision ? 'asker' : 'asked',
});

/** When the next level up is told that nothing happens; undefined where it stays as it is, null where nothing is left to tell. */
function escalationOf(act: Act, today: Day, terms: Terms): Day | null | undefined {
  if (act === 'silence') return dueOf(today, terms.escalateWorkingDays);
  if (act === 'return') return dueOf(today, terms.askWorkingDays);
  return ['answer', 'ask-again', 'withdraw'].includes(act) ? null : undefined;
}

export const offeredAtOpening = (kind: Standing['kind']): Standing['handOver'] =>
  isOfferedAtOnce(kind) ? 'offered' : 'none';
