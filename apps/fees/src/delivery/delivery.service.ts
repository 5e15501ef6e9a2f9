import { type Database, newId, type Read, type Tx } from '@app/database';
import type { Outbox } from '@app/jobs';
import { addDays, CLOCK, type Clock, type Day } from '@app/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { FEES_DATABASE, FEES_OUTBOX } from '../fees.tokens';
import { LetterService } from '../letter/letter.service';
import type { LetterRow } from '../letter/letter.types';
import { ParameterService } from '../parameter/parameter.service';
import { ConsentService } from './consent.service';
import { refuse } from './delivery.errors';
import { letterServed } from './delivery.jobs';
import { DeliveryRepository } from './delivery.repository';
import { type Failure, missingOf, type Mode, NO_PROOF, type Proof, servedDay, statedDay } from './delivery.rules';
import type { Attempt, Delivery, Outcome, PaperRequest, Sending, Undelivered } from './delivery.types';

const KIND = 'delivery';
const TEXT_MAX = { reference: 60, signerName: 60, signerTie: 20, authority: 100, refusal: 200, medium: 100, said: 500 };

/** Serving letters: attempts by one mode each, what proves them, and the day from which periods run. */
@Injectable()
export class DeliveryService {
  constructor(
    @Inject(FEES_DATABASE) private readonly database: Database,
    @Inject(FEES_OUTBOX) private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly deliveries: DeliveryRepository,
    private readonly consents: ConsentService,
    private readonly letters: LetterService,
    private readonly parameters: ParameterService,
  ) {}

  /**
   * Sends a letter by one mode, within another slice's change; returns the attempt. With consent it arrives in the
   * recipient's account at once, which serves it.
   */
  async send(tx: Tx, { letterId, mode, note }: Sending): Promise<string> {
    const words = note?.trim() || null;
    if (words && [...words].length > 200) throw refuse.tooLong('note', 200);
    const letter = await this.letterOf(tx, letterId);
    const key = await this.letters.recipientKey(tx, letterId);
    const today = this.clock.today();
    const delivery = await this.deliveries.begin(tx, letter, key, today);
    if (delivery.servedOn !== null && delivery.servedOn <= today) throw refuse.served(delivery.servedOn);
    const before = await this.history(tx, [letterId]);
    if (before.some((attempt) => attempt.mode === mode && !attempt.last)) throw refuse.attemptOpen(mode);
    const consentId = mode === 'electronic' ? await this.consentOf(tx, key) : null;
    if (mode === 'left' && !before.some(({ last }) => last?.failure === 'refused')) throw refuse.notRefused();
    if (mode === 'public-notice') await this.assertLast(tx, letter, before);

    const at = this.clock.now();
    const id = newId(at);
    await this.deliveries.insertAttempt(tx, { id, letterId, mode, consentId, note: words, sentOn: today, at });
    tx.concern(KIND, [letterId]);
    if (mode === 'electronic') {
      const attempt = { id, letterId, mode, note: words, sentOn: today, sentBy: '' };
      await this.conclude(tx, letter, attempt, { ...NO_PROOF, arrivedAt: at }, null, null);
    }
    return id;
  }

  /** The day on which each letter was served; absent where none has come yet, so that no period runs. */
  async servedOn(read: Read, letterIds: readonly string[]): Promise<Map<string, Day>> {
    const today = this.clock.today();
    const found = await this.deliveries.byLetters(read, letterIds);
    return new Map(
      found.flatMap(({ letterId, servedOn }) =>
        servedOn !== null && servedOn <= today ? [[letterId, servedOn] as const] : [],
      ),
    );
  }

  /** The same in a transaction of its own. */
  start(sending: Sending): Promise<string> {
    return this.database.write((tx) => this.send(tx, sending));
  }

  /** What proves an attempt. Refuses with everything that the proof lacks. */
  prove(attemptId: string, proof: Proof): Promise<string> {
    return this.database.write(async (tx) => {
      const [letter, attempt, last] = await this.load(tx, attemptId);
      if (last) throw refuse.outcomeThere();
      if (attempt.mode === 'electronic') throw refuse.bySystemOnly();
      await this.conclude(tx, letter, attempt, proof, null, null);
      return letter.id;
    });
  }

  /** An attempt did not serve the letter. */
  async fail(attemptId: string, failure: Failure, said: string | null): Promise<string> {
    if (failure === 'proof-wrong') throw refuse.correctionOnly();
    return this.database.write(async (tx) => {
      const [letter, attempt, last] = await this.load(tx, attemptId);
      if (last) throw refuse.outcomeThere();
      await this.conclude(tx, letter, attempt, { ...NO_PROOF, said: said?.trim() || null }, failure, null);
      return letter.id;
    });
  }

  /** A wrong proof is corrected by another row; `proof` null where it proves nothing at all. What was written stays. */
  correct(attemptId: string, proof: Proof | null, reason: string): Promise<string> {
    const why = reason.trim();
    if ([...why].length < 4 || [...why].length > 300) throw refuse.reasonMissing();
    return this.database.write(async (tx) => {
      const [letter, attempt, last] = await this.load(tx, attemptId);
      if (!last) throw refuse.nothingToCorrect();
      if (attempt.mode === 'electronic') throw refuse.bySystemOnly();
      await this.conclude(tx, letter, attempt, proof ?? NO_PROOF, proof ? null : 'proof-wrong', why, last.seq);
      return letter.id;
    });
  }

  /** The recipient confirms on line that a letter is there, which is service by the electronic mode. Needs their consent. */
  confirm(letterId: string): Promise<Day> {
    return this.database.write(async (tx) => {
      await this.letterOf(tx, letterId);
      const [delivery] = await this.deliveries.byLetters(tx, [letterId]);
      const today = this.clock.today();
      if (delivery?.servedOn && delivery.servedOn <= today) return delivery.servedOn;
      await this.send(tx, { letterId, mode: 'electronic' }); // Also while a public notice runs: whoever has it need not wait.
      return today;
    });
  }

  /** Whoever was served electronically asks for the letter on paper. */
  askPaper(letterId: string): Promise<string> {
    return this.database.write(async (tx) => {
      await this.letterOf(tx, letterId);
      if ((await this.deliveries.papers(tx, [letterId])).some(({ givenOn }) => givenOn === null))
        throw refuse.paperAsked();
      const at = this.clock.now();
      const id = newId(at);
      await this.deliveries.insertPaper(tx, id, letterId, this.clock.today(), at);
      tx.concern(KIND, [letterId]);
      return letterId;
    });
  }

  givePaper(letterId: string): Promise<string> {
    return this.database.write(async (tx) => {
      await this.letterOf(tx, letterId);
      const open = (await this.deliveries.papers(tx, [letterId])).find(({ givenOn }) => givenOn === null);
      if (!open) throw refuse.noPaperAsked();
      await this.deliveries.givePaper(tx, open.id, this.clock.today());
      tx.concern(KIND, [letterId]);
      return letterId;
    });
  }

  /** Letters that are not served, the oldest first; and those that somebody waits for on paper. */
  undelivered(prefix: string, leastDays: number, after: readonly string[] | null, limit: number) {
    const today = this.clock.today();
    return this.database.read(async (read) => {
      const until = addDays(today, -leastDays);
      const rows = await this.deliveries.undelivered(read, prefix, today, until, after, limit);
      read.disclose<Undelivered>('letter', rows.slice(0, limit - 1)); // The last one only tells whether the page goes on.
      return rows;
    });
  }

  letter(id: string): Promise<LetterRow> {
    return this.database.read(async (read) => {
      const letter = await this.letterOf(read, id);
      return read.disclose('letter', [letter])[0]!;
    });
  }

  /** Deliveries of letters that are served, for showing. */
  async served(letterIds: readonly string[]): Promise<Delivery[]> {
    const found = await this.database.read((read) => this.deliveries.byLetters(read, letterIds));
    return found.filter(({ servedOn }) => servedOn !== null && servedOn <= this.clock.today());
  }

  attempts(letterIds: readonly string[]): Promise<(Attempt & { readonly outcomes: readonly Outcome[] })[]> {
    return this.database.read(async (read) => {
      const attempts = await this.deliveries.attempts(read, letterIds);
      const outcomes = await this.deliveries.outcomes(
        read,
        attempts.map(({ id }) => id),
      );
      return attempts.map((attempt) => ({
        ...attempt,
        outcomes: outcomes.filter(({ attemptId }) => attemptId === attempt.id),
      }));
    });
  }

  papers(letterIds: readonly string[]): Promise<PaperRequest[]> {
    return this.database.read((read) => this.deliveries.papers(read, letterIds));
  }

  /** The one way in which an attempt comes to an end, or to another one. */
  private async conclude(
    tx: Tx,
    letter: LetterRow,
    attempt: Attempt,
    stated: Proof,
    failure: Failure | null,
    correction: string | null,
    seq = 0,
  ): Promise<void> {
    const proof = trimmed(stated);
    const { id: attemptId, mode } = attempt;
    const servedOn = failure === null ? await this.dayOf(tx, letter, mode, proof) : null;
    await this.deliveries.insertOutcome(
      tx,
      { attemptId, mode, seq: seq + 1, servedOn, failure, proof, correction },
      this.clock.now(),
    );
    tx.concern(KIND, [letter.id]);
    const delivery = (await this.deliveries.forUpdate(tx, letter.id))!;
    await this.tell(tx, [delivery]);
  }

  private async dayOf(read: Read, letter: LetterRow, mode: Mode, proof: Proof): Promise<Day> {
    const missing = missingOf(mode, proof);
    if (missing.length > 0) throw refuse.incomplete(mode, missing);
    const [stated, today] = [statedDay(proof)!, this.clock.today()];
    if (stated < letter.madeOn || stated > today) throw refuse.dayImpossible(stated, letter.madeOn, today);
    const noticeDays = await this.parameters.whole(read, 'delivery.public-notice-days', letter.divisionCode, stated);
    return servedDay(mode, proof, { noticeDays });
  }

  /** Tells of served days that have come or changed; one that lies ahead waits for the bell. */
  private async tell(tx: Tx, deliveries: readonly Pick<Delivery, 'letterId' | 'servedOn' | 'toldOn'>[]): Promise<void> {
    const today = this.clock.today();
    const due = deliveries.flatMap(({ letterId, servedOn, toldOn }) => {
      const on = servedOn !== null && servedOn <= today ? servedOn : null;
      return on === toldOn ? [] : [{ letterId, on }];
    });
    for (const { letterId, on } of due) await this.deliveries.told(tx, letterId, on);
    await this.outbox.plan(
      tx,
      letterServed,
      due.map(({ letterId }) => ({ letter: letterId })),
    );
  }

  /** Served days that have come meanwhile are told. Returns how many. */
  tellDue(limit: number): Promise<number> {
    return this.database.write(async (tx) => {
      const due = await this.deliveries.toTell(tx, this.clock.today(), limit);
      await this.tell(tx, due);
      return due.length;
    });
  }

  private async letterOf(read: Read, id: string): Promise<LetterRow> {
    const [letter] = await this.letters.byIds(read, [id]);
    if (!letter) throw refuse.letterUnknown(id);
    return letter;
  }

  /** An attempt with the last that is recorded of it, its delivery locked. */
  private async load(tx: Tx, attemptId: string): Promise<[LetterRow, Attempt, Outcome | undefined]> {
    const attempt = await this.deliveries.attempt(tx, attemptId);
    if (!attempt) throw refuse.attemptUnknown(attemptId);
    await this.deliveries.forUpdate(tx, attempt.letterId);
    const last = (await this.deliveries.outcomes(tx, [attemptId])).at(-1);
    return [await this.letterOf(tx, attempt.letterId), attempt, last];
  }

  /** The attempts of letters, each with the last that is recorded of it. */
  private async history(
    read: Read,
    letterIds: readonly string[],
  ): Promise<(Attempt & { readonly last: Outcome | undefined })[]> {
    const attempts = await this.deliveries.attempts(read, letterIds);
    const ids = attempts.map(({ id }) => id);
    const last = new Map((await this.deliveries.outcomes(read, ids)).map((outcome) => [outcome.attemptId, outcome]));
    return attempts.map((attempt) => ({ ...attempt, last: last.get(attempt.id) }));
  }

  private async consentOf(read: Read, key: Buffer | null): Promise<string> {
    if (!key) throw refuse.noRecipientKey();
    const consent = await this.consents.inForce(read, key);
    if (!consent) throw refuse.noConsent();
    return consent.id;
  }

  /** A public notice comes last. */
  private async assertLast(
    read: Read,
    { divisionCode }: LetterRow,
    before: readonly { readonly mode: Mode; readonly last: Outcome | undefined }[],
  ): Promise<void> {
    const name = 'delivery.public-notice-failed-modes';
    const needed = await this.parameters.whole(read, name, divisionCode, this.clock.today());
    const failed = new Set(
      before.flatMap(({ mode, last }) =>
        last?.failure && last.failure !== 'proof-wrong' && mode !== 'public-notice' ? [mode] : [],
      ),
    );
    if (failed.size < needed) throw refuse.othersFirst(failed.size, needed);
  }
}

/** A proof as it is kept: without blanks, and no longer than it may be. */
function trimmed(proof: Proof): Proof {
  const texts = Object.entries(TEXT_MAX).map(([column, most]) => {
    const text = proof[column as keyof typeof TEXT_MAX]?.trim() || null;
    if (text && [...text].length > most) throw refuse.tooLong(column, most);
    return [column, text] as const;
  });
  const witnesses = [...new Set(proof.witnesses.map((name) => name.trim()).filter(Boolean))];
  if (witnesses.some((name) => [...name].length > 60) || witnesses.length > 10) throw refuse.tooLong('witnesses', 60);
  const recordingSha256 = proof.recordingSha256?.trim().toLowerCase() || null;
  return { ...proof, ...(Object.fromEntries(texts) as Partial<Proof>), witnesses, recordingSha256 };
}
