/** What was agreed with the household registry, as it holds for a division on a day. */
export interface RegistryTerms {
  /** Beijing time, `HH:MM`. */
  readonly opensAt: string;
  readonly closesAt: string;
  readonly days: 'working' | 'all';
  /** Questions that a unit may ask in a day. */
  readonly dailyQuota: number;
  /** How long whoever asks waits for an answer, all tries together. */
  readonly deadlineMilliseconds: number;
  /** Within so many days the same question is answered from what was answered before. */
  readonly freshnessDays: number;
  /** So long an unanswered question is asked again. */
  readonly answerWorkingDays: number;
  readonly comparisonWorkingDays: number;
  /** How often lines that came back without a result are handed over in all. */
  readonly comparisonRounds: number;
  /** How far the registry's clock may be ahead of ours. */
  readonly clockMinutes: number;
  /** How long messages of others are remembered. */
  readonly replayDays: number;
}
