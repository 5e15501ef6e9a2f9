import type { Database, Tx } from '@app/database';
import { failpoint } from '@app/jobs';
import { CLOCK, type Clock, parseCitizenId } from '@app/kernel';
import { Vault } from '@app/vault';
import { Inject, Injectable } from '@nestjs/common';
import { nameForMatching } from '../person/name.rules';
import { REGISTRATION_DATABASE } from '../registration.tokens';
import { refuse } from './duplicate.errors';
import { DuplicateRepository } from './duplicate.repository';
import { DuplicateSearchRepository } from './duplicate-search.repository';
import { canMove } from './duplicate.state';
import type { EnteredPerson, Match, NotSameView, PairFilter, PairView } from './duplicate.types';

const REASON = { least: 4, most: 500 };
/** What a newborn without a name is compared as. */
const UNNAMED = '未取名';

/** Pairs of records for an officer to look at, and what officers found them to be. Merging is the register's. */
@Injectable()
export class DuplicateService {
  constructor(
    @Inject(REGISTRATION_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly vault: Vault,
    private readonly pairs: DuplicateRepository,
    private readonly search: DuplicateSearchRepository,
  ) {}

  list(filter: PairFilter, after: readonly string[] | undefined, limit: number): Promise<PairView[]> {
    return this.database.read((read) => this.pairs.list(read, filter, after, limit));
  }

  count(filter: PairFilter): Promise<number> {
    return this.database.read((read) => this.pairs.count(read, filter));
  }

  byIds(ids: readonly string[]): Promise<PairView[]> {
    return this.database.read((read) => this.pairs.find(read, ids));
  }

  said(pairs: readonly PairView[]): Promise<NotSameView[]> {
    return this.database.read((read) => this.pairs.said(read, pairs));
  }

  /** Records that look like a registered one, now; those that officers said are another person are left out. */
  async like(personId: string): Promise<Match[]> {
    return this.database.read(async (read) => {
      if ((await this.pairs.visible(read, [personId])).size === 0) throw refuse.personUnknown(personId);
      const found = await read.across(ACROSS, () => this.search.like(read, personId));
      const kept: Match[] = [];
      for (const match of found) {
        const [a, b] = ordered(personId, match.personId!);
        if (!(await this.pairs.standing(read, a, b))) kept.push(match);
      }
      return this.shown(read, kept);
    });
  }

  /** Records that may be the person somebody is about to register. */
  async find(entered: EnteredPerson): Promise<Match[]> {
    const { name, born, sex, divisionCode } = entered;
    const number = entered.idNumber ? parseCitizenId(entered.idNumber) : undefined;
    if (typeof number === 'string') throw refuse.numberUnreadable();
    const certificate = entered.birthCertificateNo?.trim().toUpperCase() || undefined;
    const isEnough = number ?? certificate ?? (born && (name || entered.motherId || entered.fatherId));
    if (!isEnough) throw refuse.tooLittle();
    const index = (kind: 'id-number' | 'birth-certificate', value: string | undefined) =>
      value ? this.vault.blindIndex(kind, value) : null;
    return this.database.read(async (read) => {
      const keys = {
        numberKey: index('id-number', number?.number),
        legacyKey: index('id-number', number?.legacy),
        certificateKey: index('birth-certificate', certificate),
        nameMatch: nameForMatching(name ?? '') || UNNAMED,
        born: born ?? number?.birthDate ?? null,
        sex,
        motherId: entered.motherId ?? null,
        fatherId: entered.fatherId ?? null,
        divisionCode,
      };
      const found = await read.across(ACROSS, () => this.search.likeEntered(read, keys));
      return this.shown(read, found);
    });
  }

  /** An officer's word that two records are two people: they are proposed no more. */
  markNotSame(personA: string, personB: string, reason: string): Promise<NotSameView> {
    return this.database.write((tx) => this.markNotSameWithin(tx, personA, personB, reason));
  }

  /** The same inside a transaction that is open already. */
  async markNotSameWithin(tx: Tx, one: string, other: string, reason: string): Promise<NotSameView> {
    const words = reasonOf(reason);
    if (one === other) throw refuse.notTwo(one);
    const [a, b] = ordered(one, other);
    if ((await this.pairs.visible(tx, [a, b])).size === 0) throw refuse.personUnknown(one);
    const pair = await this.pairs.findForUpdate(tx, a, b);
    if (pair && pair.state !== 'gone' && !canMove(pair.state, 'not-same')) throw refuse.wrongState(pair.id, pair.state);
    const standing = await this.pairs.standing(tx, a, b);
    if (standing) return standing;

    const at = this.clock.now();
    await this.pairs.say(tx, a, b, words, at);
    if (pair?.state === 'open') await this.pairs.move(tx, pair.id, 'not-same', at);
    tx.concern('person', [a, b]);
    failpoint('registration.duplicate.notSame');
    return (await this.pairs.standing(tx, a, b))!;
  }

  /** The same about a pair of the list; its refreshed row. */
  async settleNotSame(pairId: string, reason: string): Promise<PairView> {
    return this.database.write(async (tx) => {
      const [pair] = await this.pairs.find(tx, [pairId]);
      if (!pair) throw refuse.pairUnknown(pairId);
      if (pair.state !== 'open') throw refuse.wrongState(pairId, pair.state);
      await this.markNotSameWithin(tx, pair.personA, pair.personB, reason);
      const [after] = await this.pairs.find(tx, [pairId]);
      return after!;
    });
  }

  /** Takes that word back about a pair of the list; its refreshed row. */
  async settleTakenBack(pairId: string, reason: string): Promise<PairView> {
    return this.database.write(async (tx) => {
      const [pair] = await this.pairs.find(tx, [pairId]);
      if (!pair) throw refuse.pairUnknown(pairId);
      if (pair.state !== 'not-same') throw refuse.wrongState(pairId, pair.state);
      await this.takeBackNotSameWithin(tx, pair.personA, pair.personB, reason);
      const [after] = await this.pairs.find(tx, [pairId]);
      return after!;
    });
  }

  /** Takes back, for a reason, that two records are two people: a pair of the list waits for somebody again. */
  async takeBackNotSameWithin(tx: Tx, one: string, other: string, reason: string): Promise<void> {
    const words = reasonOf(reason);
    const [a, b] = ordered(one, other);
    const pair = await this.pairs.findForUpdate(tx, a, b);
    const standing = await this.pairs.standing(tx, a, b);
    if (!standing) throw refuse.pairUnknown(pair?.id ?? one);

    const at = this.clock.now();
    await this.pairs.takeBack(tx, standing.id, words, at);
    if (pair?.state === 'not-same') await this.pairs.move(tx, pair.id, 'open', at);
    tx.concern('person', [a, b]);
    failpoint('registration.duplicate.takeBack');
  }

  /** Whether an officer's word stands between two records: who would merge them asks first. */
  async areNotSame(read: Tx, one: string, other: string): Promise<boolean> {
    const [a, b] = ordered(one, other);
    return (await this.pairs.standing(read, a, b)) !== undefined;
  }

  /** Notes on the pair, if it was listed, that the register merged it; called in the transaction of the merge. */
  async markMerged(tx: Tx, keptId: string, mergedId: string, changeId: string): Promise<void> {
    const [a, b] = ordered(keptId, mergedId);
    const pair = await this.pairs.findForUpdate(tx, a, b);
    if (pair && canMove(pair.state, 'merged'))
      await this.pairs.move(tx, pair.id, 'merged', this.clock.now(), { keptId, changeId });
  }

  /** The register took the merge back: the pair waits for somebody again. */
  async markUnmerged(tx: Tx, keptId: string, mergedId: string): Promise<void> {
    const [a, b] = ordered(keptId, mergedId);
    const pair = await this.pairs.findForUpdate(tx, a, b);
    if (pair?.state === 'merged') await this.pairs.move(tx, pair.id, 'open', this.clock.now());
  }

  /** Of records elsewhere only that there is one, and only where it is certain: likeness would be a way to ask around. */
  private async shown(read: Tx, found: readonly Match[]): Promise<Match[]> {
    const visible = await this.pairs.visible(
      read,
      found.map(({ personId }) => personId!),
    );
    const matches = found
      .filter(({ personId, verdict }) => visible.has(personId!) || verdict === 'certain')
      .map((match) => (visible.has(match.personId!) ? match : { ...match, personId: null, levels: [] }));
    return read.disclose('person', matches, ({ personId }) => personId);
  }
}

const ACROSS =
  'a person registered in another county must not be registered again; only that there is a record is told';

const ordered = (one: string, other: string): [string, string] => (one < other ? [one, other] : [other, one]);

function reasonOf(text: string): string {
  const reason = text.trim();
  const length = [...reason].length;
  if (length < REASON.least || length > REASON.most) throw refuse.reasonMissing();
  return reason;
}
