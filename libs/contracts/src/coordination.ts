import { defineJob, type JobDefinition } from '@app/jobs';
import type { Day } from '@app/kernel';

/** What one place may want of another; a closed list. */
export const COORDINATION_KINDS = ['verify-fact', 'transfer-case', 'settle-payment', 'confirm-registration'] as const;
export type CoordinationKind = (typeof COORDINATION_KINDS)[number];

/** Apps whose matters may need another place. */
export const COORDINATION_APPS = ['registration', 'subsidy'] as const;
export type CoordinationApp = (typeof COORDINATION_APPS)[number];

/** `waiting` while nothing has come; `no-reply` once the deadline has passed, which never blocks the citizen. */
export type CoordinationOutcome = 'waiting' | 'confirmed' | 'mismatch' | 'not-found' | 'no-reply';

/** What an app of ours wants of another place. Asked for by its id, as messages carry ids only. */
export interface CoordinationMatter {
  readonly app: CoordinationApp;
  /** The app's own row: the same one again is the same request. */
  readonly matter: string;
  readonly kind: CoordinationKind;
  /** What for, in words that the other place and the person can read. */
  readonly purpose: string;
  /** The article that allows it, in words. */
  readonly legalBasis: string;
  /** Twelve digits: on whose behalf. */
  readonly fromDivision: string;
  /** Twelve digits: who is asked. */
  readonly toDivision: string;
  /** Whom it is about, a person of our register; null where it is about no single person. */
  readonly personId: string | null;
  /** Names of what is wanted; no more is answered. */
  readonly fields: readonly string[];
  /**
   * What the other place is told so that it can do its part. Where the person is not in our register, `name` with
   * `id_number` or `birth_certificate_no` says whom it is about.
   */
  readonly offered: Readonly<Record<string, string>>;
}

/** A request of another place, as the app that can answer it sees it. */
export interface CoordinationAsked {
  readonly request: string;
  readonly kind: CoordinationKind;
  readonly purpose: string;
  readonly legalBasis: string;
  readonly fromDivision: string;
  readonly toDivision: string;
  /** The person in our register whom name and number lead to; null where nobody is found. */
  readonly personId: string | null;
  readonly fields: readonly string[];
  readonly offered: Readonly<Record<string, string>>;
}

export interface CoordinationReply {
  readonly outcome: 'confirmed' | 'mismatch' | 'not-found';
  /** Of the fields asked for, what is known; nothing else. */
  readonly values: Readonly<Record<string, string>>;
}

/** What an app shows to the migrant app, wherever it runs. */
export interface CoordinationMatters {
  /** Null when there is no such matter, or it no longer wants anything. */
  matter(id: string): Promise<CoordinationMatter | null>;
  /** What this app can say by itself; null where an officer has to. The same request again gives the same answer. */
  answer(asked: CoordinationAsked): Promise<CoordinationReply | null>;
}

/** Nest injection tokens, one for each app that has matters. */
export const COORDINATION_MATTERS: Readonly<Record<CoordinationApp, symbol>> = {
  registration: Symbol('RegistrationCoordinationMatters'),
  subsidy: Symbol('SubsidyCoordinationMatters'),
};

/** What became of a matter; values are those of the fields asked for. */
export interface CoordinationAnswer {
  readonly request: string;
  readonly matter: string;
  readonly outcome: CoordinationOutcome;
  readonly values: Readonly<Record<string, string>>;
  readonly answeredOn: Day | null;
  /** It came after the deadline: the matter had gone on without it. */
  readonly isLate: boolean;
}

/** What the migrant app shows to the apps whose matters travel. */
export interface CoordinationAnswers {
  answer(app: CoordinationApp, matter: string): Promise<CoordinationAnswer | null>;
  /** The same of many at once, in no order; those that nothing is known of are left out. */
  answers(app: CoordinationApp, matters: readonly string[]): Promise<readonly CoordinationAnswer[]>;
}

/** Nest injection token. */
export const COORDINATION_ANSWERS = Symbol('CoordinationAnswers');

/** Told by an app to migrant: it wants something of another place. */
export const coordinationWanted = defineJob<{ app: string; matter: string }>({
  queue: 'migrant',
  name: 'coordination.wanted',
  key: ({ app, matter }) => `${app}-${matter}`,
  bundle: 100,
});

/** Told by migrant to who asked: read the answer now. It is told again when an answer comes late. */
export type CoordinationAnswered = { matter: string };

const answeredTo = (queue: CoordinationApp): JobDefinition<CoordinationAnswered> =>
  defineJob<CoordinationAnswered>({ queue, name: 'coordination.answered', key: ({ matter }) => matter, bundle: 100 });

export const coordinationAnswered: Readonly<Record<CoordinationApp, JobDefinition<CoordinationAnswered>>> = {
  registration: answeredTo('registration'),
  subsidy: answeredTo('subsidy'),
};
