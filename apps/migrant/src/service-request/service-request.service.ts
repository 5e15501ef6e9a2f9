import { type Caller, covers } from '@app/access';
import type { Database, Tx } from '@app/database';
import { CLOCK, type Clock, type DivisionCode } from '@app/kernel';
import { csvLine } from '@app/tables';
import { Inject, Injectable } from '@nestjs/common';
import { MIGRANT_DATABASE } from '../migrant.tokens';
import { EntitlementRepository } from './entitlement.repository';
import { refuse } from './service-request.errors';
import { ServiceRequestRepository } from './service-request.repository';
import { faultOf, isSilent } from './service-request.rules';
import type { ActionRow, Entitlement, ReferralRow, RequestFilter, ServiceRequestRow } from './service-request.types';
import { ServiceStepService, wordsOf } from './service-step.service';

const EXPORT_ROWS = 1_000;
const EXPORT_HEAD = [
  'id',
  'service',
  'state',
  'responsible',
  'unit',
  'household',
  'received_on',
  'due_on',
  'decided_on',
  'notices',
  'papers',
];

/** What a family does itself, or at the counter an officer for them; and what an upheld complaint did. Nobody is complained of for it. */
const OF_NO_COMPLAINT: readonly string[] = ['ask', 'complete', 'withdraw', 'resume', 'waive'];

/** What officers do with a request: take it up, tell once what is missing, serve it, or decline it with reasons. */
@Injectable()
export class ServiceRequestService {
  constructor(
    @Inject(MIGRANT_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly requests: ServiceRequestRepository,
    private readonly entitlements: EntitlementRepository,
    private readonly steps: ServiceStepService,
  ) {}

  /** Nothing is missing: the deadline of the service runs from today. */
  take(id: string, caller: Caller): Promise<string> {
    return this.steps.step(id, (_tx, row) => {
      assertResponsible(row, caller);
      if (row.state === 'taken') return undefined;
      if (row.state !== 'asked' && row.state !== 'incomplete')
        throw refuse.wrongState(row.state, ['asked', 'incomplete']);
      const change = { ...ownedBy(row, caller), missing: [], wanted: [] };
      return { kind: 'take', to: 'taken', change };
    });
  }

  /**
   * Tells, once, everything that is missing (一次性告知). A second notice waits for the county. What the text of the service
   * does not name is never asked for.
   */
  tellMissing(id: string, caller: Caller, items: readonly string[], note: string | null): Promise<string> {
    return this.steps.step(id, (_tx, row, text) => {
      assertResponsible(row, caller);
      const papers = [...new Set(items)];
      if (papers.length === 0) throw refuse.nothingMissing();
      for (const paper of papers) assertAskable(paper, text);
      if (row.state !== 'asked') throw refuse.wrongState(row.state, ['asked']);
      if (row.wanted.length > 0) throw refuse.secondNoticeWaits();
      if (isSilent(row.dueOn, this.clock.today())) throw refuse.noticeTooLate(row.dueOn!);
      const said = note === null ? null : wordsOf('note', note, 1, 300);
      if (row.notices > 0)
        return {
          kind: 'want-second-notice',
          to: 'asked',
          items: papers,
          note: said,
          change: { ...ownedBy(row, caller), wanted: papers, wasHeld: true },
        };
      return {
        kind: 'tell-missing',
        to: 'incomplete',
        items: papers,
        note: said,
        change: { ...ownedBy(row, caller), ...noticeOf(row, papers) },
      };
    });
  }

  /** The county's word on a second notice, by another officer than the one who wants it. */
  decideSecondNotice(id: string, caller: Caller, isAllowed: boolean): Promise<string> {
    return this.steps.step(id, async (tx, row) => {
      if (row.wanted.length === 0) throw refuse.noSecondNotice();
      const asked = (await this.requests.actions(tx, [id])).findLast(({ kind }) => kind === 'want-second-notice')!;
      if (asked.actor === caller.id) throw refuse.ownSecondNotice();
      const items = row.wanted;
      return isAllowed
        ? { kind: 'allow-second-notice', to: 'incomplete', items, change: { ...noticeOf(row, items), wanted: [] } }
        : { kind: 'refuse-second-notice', to: 'asked', items, change: { wanted: [] } };
    });
  }

  /** The service was given. */
  serve(id: string, caller: Caller, note: string | null): Promise<string> {
    return this.steps.step(id, (_tx, row) => {
      assertResponsible(row, caller);
      if (row.state === 'served') return undefined;
      if (row.state !== 'taken') throw refuse.wrongState(row.state, ['taken']);
      const said = note === null ? null : wordsOf('note', note, 1, 300);
      return { kind: 'serve', to: 'served', note: said, change: ownedBy(row, caller), decision: `serve|${id}` };
    });
  }

  /** Only by a person, with a reason; the answer tells how to fight it. */
  decline(id: string, caller: Caller, reason: string): Promise<string> {
    const why = wordsOf('reason', reason, 4, 300);
    return this.steps.step(id, (_tx, row) => {
      assertResponsible(row, caller);
      if (row.state !== 'asked' && row.state !== 'taken') throw refuse.wrongState(row.state, ['asked', 'taken']);
      const change = { ...ownedBy(row, caller), wanted: [], wasHeld: true };
      return { kind: 'decline', to: 'declined', note: why, change, decision: `decline|${id}|${why}` };
    });
  }

  /** It was not given after all, or a person looks again at a no. */
  reopen(id: string, caller: Caller, reason: string): Promise<string> {
    const why = wordsOf('reason', reason, 4, 300);
    return this.steps.step(id, (_tx, row) => {
      assertResponsible(row, caller);
      if (row.state !== 'served' && row.state !== 'declined')
        throw refuse.wrongState(row.state, ['served', 'declined']);
      return { kind: 'reopen', to: 'taken', note: why, decision: `reopen|${id}|${why}` };
    });
  }

  /**
   * A complaint was upheld: papers that should not have been asked for are asked for no more, and a request that waited for
   * nothing else goes on; or one that was declined or not served is taken up again.
   */
  mend(tx: Tx, id: string, paper: string | null, why: string): Promise<void> {
    return this.steps.within(tx, id, (_tx, row) => {
      if (paper !== null) {
        const [missing, wanted] = [without(row.missing, paper), without(row.wanted, paper)];
        const to = row.state === 'incomplete' && missing.length === 0 ? 'taken' : row.state;
        if (row.state === 'withdrawn' || row.state === 'served' || row.state === 'declined')
          throw refuse.wrongState(row.state, ['asked', 'incomplete', 'taken']);
        return { kind: 'waive', to, items: [paper], note: why, change: { missing, wanted } };
      }
      if (row.state === 'declined' || row.state === 'served') return { kind: 'waive', to: 'taken', note: why };
      if (row.state === 'withdrawn')
        throw refuse.wrongState(row.state, ['asked', 'incomplete', 'taken', 'declined', 'served']);
      return { kind: 'waive', to: 'taken', note: why, change: { missing: [], wanted: [] } };
    });
  }

  list(filter: RequestFilter, after: readonly string[] | undefined, limit: number): Promise<ServiceRequestRow[]> {
    return this.database.read((read) => this.requests.list(read, filter, after, limit));
  }

  count(filter: RequestFilter): Promise<number> {
    return this.database.read((read) => this.requests.count(read, filter));
  }

  own(): Promise<ServiceRequestRow[]> {
    return this.database.read((read) => this.requests.own(read));
  }

  byIds(ids: readonly string[]): Promise<ServiceRequestRow[]> {
    return this.database.read((read) => this.requests.byIds(read, ids));
  }

  /** Whose journal and referrals: only of requests that may be seen. */
  actions(ids: readonly string[]): Promise<ActionRow[]> {
    return this.database.read((read) => this.requests.actions(read, ids));
  }

  referrals(ids: readonly string[]): Promise<ReferralRow[]> {
    return this.database.read((read) => this.requests.referrals(read, ids));
  }

  texts(ids: readonly string[]): Promise<Entitlement[]> {
    return this.database.read((read) => this.entitlements.byIds(read, ids));
  }

  /** Officers who answer for a request or did something about it: a complaint about it goes to none of them. */
  async officersOf(tx: Tx, id: string): Promise<string[]> {
    const [row] = await this.requests.byIds(tx, [id]);
    const acted = (await this.requests.actions(tx, [id])).filter(({ kind }) => !OF_NO_COMPLAINT.includes(kind));
    const officers = [row?.owner ?? null, ...acted.map(({ actor }) => actor)];
    return [...new Set(officers)].filter((one): one is string => one !== null && !one.startsWith('system'));
  }

  /** A thousand lines at a time; names and needs stay in the system. */
  async export(
    filter: RequestFilter,
    after: readonly string[] | undefined,
  ): Promise<{ csv: string; after: readonly string[] | null }> {
    const rows = await this.list(filter, after, EXPORT_ROWS + 1);
    const page = rows.slice(0, EXPORT_ROWS);
    const texts = new Map(
      (await this.texts([...new Set(page.map((row) => row.entitlementId))])).map((one) => [one.id, one]),
    );
    const lines = page.map((row) =>
      csvLine([
        row.id,
        texts.get(row.entitlementId)!.code,
        row.state,
        row.responsibleCode,
        row.responsibleUnit,
        row.household,
        row.receivedOn,
        row.dueOn,
        row.decidedOn,
        row.notices,
        row.demanded.join('|'),
      ]),
    );
    const last = rows.length > EXPORT_ROWS ? page.at(-1)! : undefined;
    const head = after ? [] : [csvLine(EXPORT_HEAD)];
    return { csv: [...head, ...lines, ''].join('\n'), after: last ? keyOf(last) : null };
  }
}

/** The order of the work-list: what is due first, and what has no deadline last. */
export const keyOf = ({ dueOn, id }: ServiceRequestRow): string[] => [dueOn ?? '9999-12-31', id];

const without = (papers: readonly string[], paper: string): string[] => papers.filter((one) => one !== paper);

/** The first officer who does something answers for it, until another authority accepted. */
export const ownedBy = ({ owner }: ServiceRequestRow, { id }: Caller) => (owner === null ? { owner: id } : {});

const noticeOf = ({ notices, demanded }: ServiceRequestRow, papers: readonly string[]) => ({
  notices: notices + 1,
  missing: papers,
  demanded: [...new Set([...demanded, ...papers])],
});

/** Responsible is the authority that stands in the request, and those above it. */
export function assertResponsible({ responsibleCode }: ServiceRequestRow, caller: Caller): void {
  if (!covers(caller, responsibleCode as DivisionCode)) throw refuse.notResponsible(responsibleCode);
}

function assertAskable(paper: string, text: Entitlement): void {
  const fault = faultOf(paper, text);
  if (fault === 'never') throw refuse.paperNever(paper, text.source);
  if (fault === 'not-named') throw refuse.paperNotNamed(paper, text.papers);
}
