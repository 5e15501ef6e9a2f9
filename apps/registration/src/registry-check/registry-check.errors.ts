import { Refusal } from '@app/kernel';
import type { LookReason } from './registry-check.rules';

/** Every way this slice can say no: to officers, about the order of their work. */
export const refuse = {
  unknown: (id: string) =>
    new Refusal(
      'REGISTRY_CHECK_UNKNOWN',
      { zh: '没有这项户籍核验。请刷新待核看清单。', en: 'There is no such check. Load the list again.' },
      { id },
    ),
  nothingToSettle: (id: string) =>
    new Refusal(
      'REGISTRY_CHECK_NOTHING_TO_SETTLE',
      {
        zh: '这项户籍核验没有需要核看的内容，或者已经核看。请刷新待核看清单。',
        en: 'There is nothing to look at in this check, or somebody has already. Load the list again.',
      },
      { id },
    ),
  noteMissing: () =>
    new Refusal('REGISTRY_CHECK_NEEDS_A_NOTE', {
      zh: '请写明核看了什么（4 至 400 字），例如已当面查看居民身份证。',
      en: 'Say in 4 to 400 characters what was looked at, such as the identity card at the counter.',
    }),
  lookFirst: (reasons: readonly LookReason[]) =>
    new Refusal(
      'REGISTRY_CHECK_LOOK_FIRST',
      {
        zh: `户籍登记机关的答复需要先由工作人员核看（${reasons.join('、')}），核看后即可继续；不得据此拒绝。`,
        en: `What the household registry said has to be looked at by an officer first (${reasons.join(', ')}); then it goes on. It is no ground for a refusal.`,
      },
      { reasons },
    ),
  waits: (dueOn: string) =>
    new Refusal(
      'REGISTRY_CHECK_WAITS',
      {
        zh: `本地规定须等待户籍登记机关答复（期限 ${dueOn}）。答复前可当面查看身份证并记录核看结果后继续。`,
        en: `The text of this place waits for the household registry (until ${dueOn}). Before that, look at the identity card, note it at the check, and go on.`,
      },
      { dueOn },
    ),
};
