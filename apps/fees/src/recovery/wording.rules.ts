import { type Day, yuanText } from '@app/kernel';
import type { RecoveryRow } from './recovery.types';

/** What somebody may do about a case of theirs, in words that say by when. */
export function wordsOf(
  row: Pick<RecoveryRow, 'state' | 'outcome' | 'owedFen'>,
  person: string,
  by: Day | null,
): { words: string; wordsEn: string } {
  const until = by === null ? '' : `（至 ${by}）`;
  const untilEn = by === null ? '' : `, until ${by}`;
  const owed = row.owedFen === null ? '' : `${yuanText(row.owedFen)} 元`;
  switch (person) {
    case 'may-say':
      return {
        words: '正在查明情况，尚未作出决定，您现在不需要付款。您可以说明情况。',
        wordsEn: 'Facts are being found and nothing is decided; you need not pay. You may say what you know.',
      };
    case 'say-or-ask-hearing':
      return {
        words: `尚未作出决定，您现在不需要付款。您可以陈述申辩，也可以申请听证${until}。`,
        wordsEn: `Nothing is decided; you need not pay. You may say what you think, or ask for a hearing${untilEn}.`,
      };
    case 'be-heard':
      return {
        words: '您申请的听证将另行通知时间；听证之前不会作出决定。',
        wordsEn: 'You will be told when the hearing is; nothing is decided before it.',
      };
    case 'pay-or-contest':
      return {
        words: `决定返还 ${owed}。您可以按缴款通知付款或者申请分期${until}，也可以申请复议或者起诉。`,
        wordsEn: `Pay as the payment request says, or ask for instalments${untilEn}; you may also contest the decision.`,
      };
    case 'pay-or-say':
      return {
        words: `决定返还 ${owed}。您可以按缴款通知付款、申请分期，也可以说明情况${until}。`,
        wordsEn: `Pay as the payment request says, ask for instalments, or say what you think${untilEn}.`,
      };
    default:
      return row.state === 'closed'
        ? { words: '本案已经办结，您不需要做任何事。', wordsEn: 'This case is closed; there is nothing to do.' }
        : { words: '您现在不需要做任何事。', wordsEn: 'There is nothing that you need to do now.' };
  }
}
