import { defineJob, type JobDefinition } from '@app/jobs';
import type { RegistryRecord } from './registry-event';

/** Apps that may ask the household registry through the exchange. */
export const REGISTRY_ASKERS = ['registration', 'subsidy'] as const;
export type RegistryAsker = (typeof REGISTRY_ASKERS)[number];

/** What the household registry may be asked for; a closed list, said in every question and kept with it. */
export const REGISTRY_PURPOSES = {
  'birth-registration': { code: 'SYDJ', zh: '办理生育登记', en: 'a birth registration' },
  'subsidy-claim': { code: 'BTSL', zh: '核实补贴申领', en: 'a claim for a subsidy' },
  'register-keeping': { code: 'DJWH', zh: '维护人口家庭登记', en: 'keeping the register' },
  'yearly-check': { code: 'NDHY', zh: '年度核验', en: 'the yearly check of those who are paid' },
} as const;
export type RegistryPurpose = keyof typeof REGISTRY_PURPOSES;

export interface RegistryQuestionAsked {
  readonly asker: RegistryAsker;
  /** The asker's own: asking again with the same one is the same question. Letters, digits, `-` and `.`, at most 100. */
  readonly reference: string;
  /** Whether name and number belong together, or everything that the registry states. */
  readonly kind: 'verify' | 'query';
  readonly person: { readonly idNumber: string; readonly name: string };
  readonly purpose: RegistryPurpose;
  /** The article that allows the question, in words. */
  readonly legalBasis: string;
  /** Twelve digits: the division on whose behalf it is asked, which has a unit and an officer at the registry. */
  readonly divisionCode: string;
  /** The officer for whom it is asked; without one, the nominated officer of the division's unit answers for it. */
  readonly officer: string | null;
}

/**
 * `waiting`: not answered yet, and asked again by itself. `no-reply`: not answered by the deadline, and not asked again.
 * `set-aside`: what came must not be used (another person's, or older than it may be); a person looks at it.
 * None of the three says anything about the person: the matter goes on without an answer, as its own rules say.
 */
export type RegistryOutcome = 'waiting' | 'match' | 'mismatch' | 'not-found' | 'found' | 'no-reply' | 'set-aside';

export interface RegistryAnswer {
  readonly question: string;
  readonly reference: string;
  readonly outcome: RegistryOutcome;
  /** The registry's death mark; null where it was not told. It holds a matter for a person, never more. */
  readonly isDeathMarked: boolean | null;
  /** For `found`, one record, or several that the registry keeps of one number: then a clerk must say which. */
  readonly records: readonly RegistryRecord[];
  /** When the registry answered; ISO instant. */
  readonly answeredAt: string | null;
}

/** Asking the household registry, wherever the exchange runs. */
export interface RegistryQuestions {
  /** Takes the question in and answers at once with its id; the answer is told later by `registryAnswered`. */
  ask(question: RegistryQuestionAsked): Promise<{ readonly question: string; readonly outcome: RegistryOutcome }>;
  /** What became of a question of this asker; null when there is none of that id. */
  answer(asker: RegistryAsker, question: string): Promise<RegistryAnswer | null>;
}

/** Nest injection token. */
export const REGISTRY_QUESTIONS = Symbol('RegistryQuestions');

/** Told by the exchange to who asked: read the answer now. */
export type RegistryAnswered = { question: string; reference: string };

const answeredTo = (queue: RegistryAsker): JobDefinition<RegistryAnswered> =>
  defineJob<RegistryAnswered>({ queue, name: 'registry.answered', key: ({ question }) => question });

export const registryAnswered: Readonly<Record<RegistryAsker, JobDefinition<RegistryAnswered>>> = {
  registration: answeredTo('registration'),
  subsidy: answeredTo('subsidy'),
};
