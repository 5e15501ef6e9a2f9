/** How it is held with other installations. */
export interface PeerTerms {
  /** How far their clocks may be from ours. */
  readonly clockMinutes: number;
  /** How long what they told is kept after it was read. */
  readonly keepDays: number;
  /** A message that waits longer is somebody's concern. */
  readonly overdueHours: number;
}

/** How it is held with asking whether somebody is paid elsewhere, and being asked. */
export interface EnrolmentTerms {
  /** So long a question is asked again where no answer comes. */
  readonly answerWorkingDays: number;
  readonly keepDays: number;
  readonly logDays: number;
  /** People that one other installation may ask about in a day. */
  readonly dailyQuota: number;
}

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
