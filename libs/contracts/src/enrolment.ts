import { defineJob } from '@app/jobs';
import type { Day } from '@app/kernel';

/** That somebody is, or was, paid by a programme for a period, and by whom. */
export interface Enrolment {
  readonly programme: string;
  readonly from: Day;
  /** First day without it; null while it runs. */
  readonly until: Day | null;
  /** Twelve digits: the county that pays. */
  readonly authority: string;
  readonly status: 'enrolled' | 'ended';
}

/** What subsidy shows to the exchange, which answers other installations from it. */
export interface Enrolments {
  of(personId: string): Promise<readonly Enrolment[]>;
}

/** Nest injection token. */
export const ENROLMENTS = Symbol('Enrolments');

export interface EnrolmentAsked {
  /** The asker's own: asking again with the same one is the same question. */
  readonly reference: string;
  readonly personId: string;
  readonly programme: string;
  /** The period for which it is asked: days from, up to and not including, until. */
  readonly from: Day;
  readonly until: Day;
  /** Twelve digits: on whose behalf. */
  readonly divisionCode: string;
  readonly legalBasis: string;
}

/**
 * `nowhere`: every installation that was asked answered, and none pays. `elsewhere`: at least one does. `waiting`: not all
 * have answered. `no-reply`: some have not by the deadline, and none that did pays.
 */
export type EnrolmentOutcome = 'waiting' | 'nowhere' | 'elsewhere' | 'no-reply';

export interface EnrolmentAnswer {
  readonly reference: string;
  readonly outcome: EnrolmentOutcome;
  readonly enrolments: readonly (Enrolment & { readonly peer: string })[];
}

/** Asking other installations whether somebody is paid there already (SPDCI IBR `enrolled`). */
export interface EnrolmentQuestions {
  /** Takes many questions at once; each is asked of every peer, and answered later by `enrolmentAnswered`. */
  ask(questions: readonly EnrolmentAsked[]): Promise<void>;
  /** Those that exist, in no order. */
  answers(references: readonly string[]): Promise<readonly EnrolmentAnswer[]>;
  /** Whether there is any other installation to ask. */
  hasPeers(): Promise<boolean>;
}

/** Nest injection token. */
export const ENROLMENT_QUESTIONS = Symbol('EnrolmentQuestions');

/** Told by the exchange to subsidy: answers are there; many bells in a row are one look. */
export const enrolmentAnswered = defineJob<{ feed: string }>({
  queue: 'subsidy',
  name: 'enrolment.answered',
  key: ({ feed }) => feed,
});

/** Calls one path of another process's door in the name of this one: a ServiceClient. */
interface Calls {
  call<T>(path: string, value: unknown, how?: { readonly isRead?: boolean }): Promise<T>;
}

/** Who is paid here, where subsidy is another process. */
export class EnrolmentsClient implements Enrolments {
  constructor(private readonly subsidy: Calls) {}

  of(personId: string): Promise<readonly Enrolment[]> {
    return this.subsidy.call('/enrolments', { personId }, { isRead: true });
  }
}

/** Questions to other installations, where the exchange is another process. */
export class EnrolmentQuestionsClient implements EnrolmentQuestions {
  constructor(private readonly exchange: Calls) {}

  /** Asked again under the same references they are the same questions, so that another process may be asked as well. */
  async ask(questions: readonly EnrolmentAsked[]): Promise<void> {
    await this.exchange.call('/enrolment-questions', { questions }, { isRead: true });
  }

  answers(references: readonly string[]): Promise<readonly EnrolmentAnswer[]> {
    return this.exchange.call('/enrolment-answers', { references }, { isRead: true });
  }

  hasPeers(): Promise<boolean> {
    return this.exchange.call('/enrolment-peers', {}, { isRead: true });
  }
}
