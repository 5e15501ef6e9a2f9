import type { Read, Tx } from '@app/database';
import type { Day } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import { type Failure, type Mode, type Proof, TOLD_ONLY } from './delivery.rules';
import type { Attempt, Delivery, Outcome, PaperRequest, Undelivered } from './delivery.types';

const DELIVERY = `d.letter_id as "letterId", d.division_code as "divisionCode", d.recipient_key as "recipientKey",
  d.began_on as "beganOn", d.served_on as "servedOn", d.told_on as "toldOn"`;
const ATTEMPT = `a.id, a.letter_id as "letterId", a.mode, a.note, a.sent_on as "sentOn", a.sent_by as "sentBy"`;
const OUTCOME = `o.attempt_id as "attemptId", o.seq, o.kind, o.served_on as "servedOn", o.failure, o.reference, o.signed_on as "signedOn",
  o.left_on as "leftOn", o.received_on as "receivedOn", o.arrived_at as "arrivedAt", o.published_on as "publishedOn",
  o.signer_name as "signerName", o.signer_tie as "signerTie", o.is_adult as "isAdult", o.lives_together as "livesTogether",
  o.authority, o.refusal, o.witnesses, o.recording, encode(o.recording_sha256, 'hex') as "recordingSha256", o.medium, o.said,
  o.correction, o.recorded_by as "recordedBy", o.recorded_at as "recordedAt"`;
const PAPER = `id, letter_id as "letterId", asked_on as "askedOn", given_on as "givenOn"`;

/** What an attempt came to, ready to be written. */
export interface NewOutcome {
  readonly attemptId: string;
  readonly mode: Mode;
  readonly seq: number;
  readonly servedOn: Day | null;
  readonly failure: Failure | null;
  readonly proof: Proof;
  readonly correction: string | null;
}

/** The SQL about serving letters. */
@Injectable()
export class DeliveryRepository {
  /** The delivery of a letter, begun where it was not; locked, so that two who serve it are served one after the other. */
  async begin(tx: Tx, letter: { id: string; divisionCode: string }, key: Buffer | null, today: Day): Promise<Delivery> {
    await tx.query(
      `insert into letter_delivery (letter_id, division_code, recipient_key, began_on) values ($1, $2, $3, $4) on conflict do nothing`,
      [letter.id, letter.divisionCode, key, today],
    );
    return (await this.forUpdate(tx, letter.id))!;
  }

  async forUpdate(tx: Tx, letterId: string): Promise<Delivery | undefined> {
    const [row] = await tx.query<Delivery>(
      `select ${DELIVERY} from letter_delivery d where d.letter_id = $1 for no key update`,
      [letterId],
    );
    return row;
  }

  byLetters(read: Read, letterIds: readonly string[]): Promise<Delivery[]> {
    return read.query<Delivery>(`select ${DELIVERY} from letter_delivery d where d.letter_id = any ($1)`, [letterIds]);
  }

  attempts(read: Read, letterIds: readonly string[]): Promise<Attempt[]> {
    return read.query<Attempt>(
      `select ${ATTEMPT} from delivery_attempt a where a.letter_id = any ($1) order by a.sent_at, a.id`,
      [letterIds],
    );
  }

  async attempt(read: Read, id: string): Promise<Attempt | undefined> {
    const [row] = await read.query<Attempt>(`select ${ATTEMPT} from delivery_attempt a where a.id = $1`, [id]);
    return row;
  }

  outcomes(read: Read, attemptIds: readonly string[]): Promise<Outcome[]> {
    return read.query<Outcome>(
      `select ${OUTCOME} from delivery_outcome o where o.attempt_id = any ($1) order by o.attempt_id, o.seq`,
      [attemptIds],
    );
  }

  async insertAttempt(
    tx: Tx,
    attempt: {
      id: string;
      letterId: string;
      mode: Mode;
      consentId: string | null;
      note: string | null;
      sentOn: Day;
      at: Date;
    },
  ): Promise<void> {
    const { id, letterId, mode, consentId, note, sentOn, at } = attempt;
    await tx.query(
      `insert into delivery_attempt (id, letter_id, mode, consent_id, note, sent_on, sent_at) values ($1, $2, $3, $4, $5, $6, $7)`,
      [id, letterId, mode, consentId, note, sentOn, at],
    );
  }

  async insertOutcome(tx: Tx, outcome: NewOutcome, at: Date): Promise<void> {
    const { attemptId, seq, mode, servedOn, failure, proof, correction } = outcome;
    await tx.query(
      `insert into delivery_outcome (attempt_id, seq, mode, kind, served_on, failure, reference, signed_on, left_on, received_on,
         arrived_at, published_on, signer_name, signer_tie, is_adult, lives_together, authority, refusal, witnesses, recording,
         recording_sha256, medium, said, correction, recorded_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, decode($21, 'hex'), $22, $23, $24, $25)`,
      [
        attemptId,
        seq,
        mode,
        servedOn === null ? 'failed' : 'served',
        servedOn,
        failure,
        proof.reference,
        proof.signedOn,
        proof.leftOn,
        proof.receivedOn,
        proof.arrivedAt,
        proof.publishedOn,
        proof.signerName,
        proof.signerTie,
        proof.isAdult,
        proof.livesTogether,
        proof.authority,
        proof.refusal,
        proof.witnesses,
        proof.recording,
        proof.recordingSha256,
        proof.medium,
        proof.said,
        correction,
        at,
      ],
    );
  }

  /** Deliveries whose served day has come, or has changed, and of which nobody was told. */
  toTell(tx: Tx, today: Day, limit: number): Promise<Delivery[]> {
    return tx.query<Delivery>(
      `select ${DELIVERY} from letter_delivery d
        where told_on is distinct from served_on and told_on is distinct from (case when served_on <= $1 then served_on end)
        order by letter_id limit $2 for no key update skip locked`,
      [today, limit],
    );
  }

  async told(tx: Tx, letterId: string, on: Day | null): Promise<void> {
    await tx.query('update letter_delivery set told_on = $2 where letter_id = $1', [letterId, on]);
  }

  /** Letters from which a period is to run and does not, the oldest first. */
  undelivered(
    read: Read,
    prefix: string,
    today: Day,
    madeUntil: Day,
    after: readonly string[] | null,
    limit: number,
  ): Promise<Undelivered[]> {
    return read.query<Undelivered>(
      `select l.id, l.no, l.kind, l.about_id as "aboutId", l.division_code as "divisionCode", l.office_name as "officeName",
              l.recipient_name as "recipientName", l.pdf_sha256 as "pdfSha256", l.made_by as "madeBy", l.made_on as "madeOn",
              coalesce(t.attempts, 0)::int as attempts, t.failure as "lastFailure",
              exists (select from delivery_paper p where p.letter_id = l.id and p.given_on is null) as "paperAsked",
              $2::date - l.made_on as "waitingDays",
              case when d.served_on <= $2 then 'served' when d.served_on is not null then 'notice-running'
                   when t.attempts is null then 'not-sent' when t.open > 0 then 'on-its-way' else 'failed' end as state
         from letter l left join letter_delivery d on d.letter_id = l.id
         left join lateral (
           select count(*) as attempts, count(*) filter (where o.kind is null) as open,
                  (array_agg(o.failure order by a.sent_at desc, a.id desc) filter (where o.failure is not null))[1] as failure
             from delivery_attempt a left join lateral (
               select p.kind, p.failure from delivery_outcome p where p.attempt_id = a.id order by p.seq desc limit 1) o on true
            where a.letter_id = l.id having count(*) > 0) t on true
        where l.division_code ^@ $1 and not l.kind = any ($3)
          and (d.served_on is null or d.served_on > $2 or exists (select from delivery_paper p where p.letter_id = l.id and p.given_on is null))
          and l.made_on <= $4 and ($5::date is null or (l.made_on, l.id) > ($5::date, $6::uuid))
        order by l.made_on, l.id limit $7`,
      [prefix, today, TOLD_ONLY, madeUntil, after?.[0] ?? null, after?.[1] ?? null, limit],
    );
  }

  papers(read: Read, letterIds: readonly string[]): Promise<PaperRequest[]> {
    return read.query<PaperRequest>(
      `select ${PAPER} from delivery_paper where letter_id = any ($1) order by asked_at, id`,
      [letterIds],
    );
  }

  async insertPaper(tx: Tx, id: string, letterId: string, today: Day, at: Date): Promise<void> {
    await tx.query('insert into delivery_paper (id, letter_id, asked_on, asked_at) values ($1, $2, $3, $4)', [
      id,
      letterId,
      today,
      at,
    ]);
  }

  async givePaper(tx: Tx, id: string, today: Day): Promise<void> {
    await tx.query(`update delivery_paper set given_on = $2, given_by = guard_text('actor') where id = $1`, [
      id,
      today,
    ]);
  }
}
