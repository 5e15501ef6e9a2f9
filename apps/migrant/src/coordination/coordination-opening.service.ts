import {
  COORDINATION_APPS,
  COORDINATION_KINDS,
  COORDINATION_MATTERS,
  type CoordinationAnswer,
  type CoordinationAnswers,
  type CoordinationApp,
  type CoordinationMatter,
  type CoordinationMatters,
  type CoordinationReply,
  PEER_INBOX,
  type PeerInbox,
  PERSON_IDENTITIES,
  type PersonIdentities,
  type PersonIdentity,
} from '@app/contracts';
import { type Database, idsFrom, inContext, systemContext, type Tx } from '@app/database';
import { failpoint } from '@app/jobs';
import { CLOCK, type Clock, type Day, findDivisionCode, maskIdNumber, normaliseIdNumber } from '@app/kernel';
import { Vault } from '@app/vault';
import { Inject, Injectable } from '@nestjs/common';
import { MIGRANT_DATABASE } from '../migrant.tokens';
import { refuse } from './coordination.errors';
import { CoordinationRepository } from './coordination.repository';
import { ANSWERED_BY } from './coordination.rules';
import { CoordinationStepService, offeredAtOpening, type Step } from './coordination-step.service';
import { CoordinationTermsService, dueOf, remindOf } from './coordination-terms.service';
import type { NewRequest, Offered, SealedRequestRow, StatedSubject } from './coordination.types';

const WORDS_MAX = 400;
const FIELDS_MAX = 20;
const OFFERED_MAX = 30;
/** Questions to our own apps that are under way at a time. */
const AT_ONCE = 8;

/** A matter of one of our apps. */
export interface Wanted {
  readonly app: CoordinationApp;
  readonly matter: string;
}

/** Takes matters of our apps in as requests, and has the apps answer those of other places, as far as they can by themselves. */
@Injectable()
export class CoordinationOpeningService implements CoordinationAnswers {
  private readonly apps: Readonly<Record<CoordinationApp, CoordinationMatters>>;

  constructor(
    @Inject(MIGRANT_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(PERSON_IDENTITIES) private readonly persons: PersonIdentities,
    private readonly vault: Vault,
    private readonly terms: CoordinationTermsService,
    private readonly requests: CoordinationRepository,
    private readonly steps: CoordinationStepService,
    @Inject(PEER_INBOX) private readonly peers: PeerInbox,
    @Inject(COORDINATION_MATTERS.registration) registration: CoordinationMatters,
    @Inject(COORDINATION_MATTERS.subsidy) subsidy: CoordinationMatters,
  ) {
    this.apps = { registration, subsidy };
  }

  /** Opens a request for each, or withdraws it where the matter wants nothing any more; told again, it is the same one. */
  async want(wanted: readonly { readonly app: string; readonly matter: string }[]): Promise<void> {
    const known = wanted.filter((one): one is Wanted => COORDINATION_APPS.includes(one.app as CoordinationApp));
    const found = await inTurns(known, async (one) => ({
      ...one,
      found: await this.appOf(one.app).matter(one.matter),
    }));
    const matters = found.flatMap((one) => (one.found ? [readable(one.found)] : []));
    const gone = found.filter((one) => !one.found);
    const peers = await this.peersOf(matters);
    const subjects = await this.subjectsOf(matters);
    await this.database.write(async (tx) => {
      await this.steps.open(tx, await this.requestsOf(tx, matters, peers, subjects));
      if (gone.length > 0) await this.withdraw(tx, gone);
    });
    failpoint('coordination.opened');
    const open = await this.database.read((read) => this.requests.ofMatters(read, matters));
    await this.haveAnswered(open.filter(({ way, state }) => way === 'inside' && isWaiting(state)));
  }

  private async withdraw(tx: Tx, gone: readonly Wanted[]): Promise<void> {
    const rows = await this.requests.ofMatters(tx, gone);
    const locked = await this.requests.lock(
      tx,
      rows.map(({ id }) => id),
    );
    // What was answered, or taken on by the other place, stays as it is.
    await this.steps.take(
      tx,
      locked.map((row): Step => ({ row, act: 'withdraw', place: 'asker' })),
    );
  }

  private async requestsOf(
    tx: Tx,
    matters: readonly CoordinationMatter[],
    peers: ReadonlyMap<string, string | null>,
    subjects: ReadonlyMap<string, PersonIdentity>,
  ): Promise<(NewRequest & { tell?: object })[]> {
    const today = this.clock.today();
    const newId = idsFrom(this.clock.now());
    const terms = await this.terms.ofAll(
      tx,
      matters.map(({ fromDivision }) => fromDivision),
      today,
    );
    return matters.map((matter) => {
      const id = newId();
      const known = terms.get(matter.fromDivision)!;
      const dueOn = dueOf(today, known.replyWorkingDays);
      const peer = peers.get(matter.toDivision) ?? null;
      const handOver = offeredAtOpening(matter.kind);
      const subject = subjectOf(matter, subjects);
      const { kind, purpose, legalBasis, fields, fromDivision, toDivision, personId, offered } = matter;
      const asked = { kind, purpose, legalBasis, fields, offered, subject, askedOn: today, dueOn };
      return {
        ...{ id, app: matter.app, matter: matter.matter, way: peer === null ? 'inside' : 'outgoing', peer },
        ...{ kind, purpose, legalBasis, fromDivision, toDivision, personId, fields, handOver },
        ...this.markOf(subject),
        offeredSealed: this.sealOffered(id, { offered, subject }),
        ...{ askedOn: today, dueOn, remindOn: remindOf(dueOn, known) },
        ...(peer === null ? {} : { tell: asked }),
      };
    });
  }

  /** By what somebody finds a request about themselves, and what may be shown of them. */
  markOf(subject: StatedSubject | null): Pick<NewRequest, 'subjectKey' | 'subjectMask'> {
    if (!subject) return { subjectKey: null, subjectMask: null };
    const number = subject.idNumber === null ? null : normaliseIdNumber(subject.idNumber);
    const [first, ...rest] = [...subject.name.trim()];
    return {
      subjectKey: number === null ? null : this.vault.blindIndex('id-number', number),
      subjectMask: `${first ?? ''}${'*'.repeat(rest.length)}${number === null ? '' : ` ${maskIdNumber(number)}`}`,
    };
  }

  sealOffered(id: string, offered: Offered): Buffer {
    return this.steps.seal('coordination_request', 'offered_sealed', id, JSON.stringify(offered));
  }

  /** What our apps could not say when they were asked they may know now: the other half of a move came in a moment later. */
  async askAgain(since: Day, limit: number): Promise<void> {
    await this.haveAnswered(await this.database.read((read) => this.requests.unanswered(read, since, limit)));
  }

  /** Asks the app that may know; what it cannot say by itself is left to an officer. */
  async haveAnswered(open: readonly SealedRequestRow[]): Promise<void> {
    const replies = await inTurns(open, async (row) => ({ id: row.id, reply: await this.replyTo(row) }));
    const said = new Map<string, CoordinationReply>();
    for (const { id, reply } of replies) if (reply) said.set(id, reply);
    failpoint('coordination.replied');
    if (said.size === 0) return;
    const on = this.clock.today();
    await this.database.write(async (tx) => {
      const rows = await this.requests.lock(tx, [...said.keys()]);
      // An officer may have been quicker: the rules let nobody answer twice.
      const steps = rows.map((row): Step => ({
        row,
        act: 'answer',
        place: 'asked',
        answer: { ...said.get(row.id)!, on },
      }));
      await this.steps.take(tx, steps);
    });
  }

  private replyTo(row: SealedRequestRow): Promise<CoordinationReply | null> {
    const app = this.apps[ANSWERED_BY[row.kind]];
    if (row.offeredSealed === null) return Promise.resolve(null);
    const { kind, purpose, legalBasis, fromDivision, toDivision, personId, fields } = row;
    const { offered } = this.offeredOf(row);
    return app.answer({
      request: row.id,
      kind,
      purpose,
      legalBasis,
      fromDivision,
      toDivision,
      personId,
      fields,
      offered,
    });
  }

  offeredOf({ id, offeredSealed }: SealedRequestRow): Offered {
    return JSON.parse(this.steps.unseal('coordination_request', 'offered_sealed', id, offeredSealed!)) as Offered;
  }

  valuesOf({ id, valuesSealed }: SealedRequestRow): Readonly<Record<string, string>> {
    if (valuesSealed === null) return {};
    return JSON.parse(this.steps.unseal('coordination_request', 'values_sealed', id, valuesSealed)) as Record<
      string,
      string
    >;
  }

  async answer(app: CoordinationApp, matter: string): Promise<CoordinationAnswer | null> {
    return (await this.answers(app, [matter]))[0] ?? null;
  }

  /** What became of matters, for the app whose they are. */
  answers(app: CoordinationApp, matters: readonly string[]): Promise<CoordinationAnswer[]> {
    const context = systemContext('coordination answer', { actor: `system:${app}`, purpose: 'coordination' });
    return inContext(context, () =>
      this.database.read(async (read) => {
        const found = await this.requests.ofMatters(
          read,
          matters.map((matter) => ({ app, matter })),
        );
        return read.disclose('coordination_request', found).map((row) => {
          const { id: request, outcome, answeredOn, state } = row;
          const matter = row.matter!;
          return { request, matter, outcome, values: this.valuesOf(row), answeredOn, isLate: state === 'late' };
        });
      }),
    );
  }

  private appOf(app: CoordinationApp): CoordinationMatters {
    const found = this.apps[app];
    if (!found) throw new Error(`${app} is not connected.`);
    return found;
  }

  private async peersOf(matters: readonly CoordinationMatter[]): Promise<Map<string, string | null>> {
    const peers = new Map<string, string | null>();
    for (const division of new Set(matters.map(({ toDivision }) => toDivision)))
      peers.set(division, (await this.peers.peerOf(division))?.peer ?? null);
    return peers;
  }

  /** In clear, so that whoever is asked knows whom it is about: sealed with the request, and deleted with it. */
  private async subjectsOf(matters: readonly CoordinationMatter[]): Promise<Map<string, PersonIdentity>> {
    const ids = [...new Set(matters.flatMap(({ personId }) => personId ?? []))];
    if (ids.length === 0) return new Map();
    const identities = await this.persons.identify(ids, `coordination ${matters[0]!.matter}`);
    return new Map(identities.map((one) => [one.personId, one]));
  }
}

export const isWaiting = (state: SealedRequestRow['state']): boolean => state === 'asked' || state === 'silent';

/** The person of our register, or whom the app names where the register does not know them. */
function subjectOf(
  { personId, offered }: CoordinationMatter,
  subjects: ReadonlyMap<string, PersonIdentity>,
): StatedSubject | null {
  const known = personId === null ? undefined : subjects.get(personId);
  if (known) return { name: known.name, idNumber: known.idNumber, birthCertificateNo: known.birthCertificateNo };
  const { name, id_number: idNumber, birth_certificate_no: birthCertificateNo } = offered;
  if (!name || (!idNumber && !birthCertificateNo)) return null;
  return { name, idNumber: idNumber ?? null, birthCertificateNo: birthCertificateNo ?? null };
}

/** Refuses what no other place could be asked: a request says in full what for, on which article, and what it wants. */
export function readable<M extends Omit<CoordinationMatter, 'app' | 'matter' | 'personId'>>(matter: M): M {
  const { kind, purpose, legalBasis, fromDivision, toDivision, fields, offered } = matter;
  const isSaid = (text: string) => [...text.trim()].length >= 4 && [...text].length <= WORDS_MAX;
  if (!isSaid(purpose) || !isSaid(legalBasis)) throw refuse.purposeMissing(WORDS_MAX);
  const isNamed = fields.every((field) => /^[a-z][a-z_]{1,39}$/.test(field)) && new Set(fields).size === fields.length;
  if (!isNamed || fields.length === 0 || fields.length > FIELDS_MAX) throw refuse.fieldsUnusable(FIELDS_MAX);
  const isPlace = (code: string) => code.length === 12 && findDivisionCode(code) !== undefined;
  if (!isPlace(fromDivision) || !isPlace(toDivision) || fromDivision === toDivision)
    throw refuse.placesUnusable(fromDivision, toDivision);
  const told = Object.values(offered);
  if (told.length > OFFERED_MAX || told.some((text) => [...text].length > WORDS_MAX))
    throw refuse.offeredTooMuch(WORDS_MAX);
  if (!COORDINATION_KINDS.includes(kind)) throw new Error(`${kind} is no kind of request.`);
  return matter;
}

/** In their order, a few at a time. */
async function inTurns<T, R>(all: readonly T[], work: (one: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let at = 0; at < all.length; at += AT_ONCE)
    results.push(...(await Promise.all(all.slice(at, at + AT_ONCE).map(work))));
  return results;
}
