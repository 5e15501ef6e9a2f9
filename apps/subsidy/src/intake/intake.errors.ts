import type { Sentence } from '@app/kernel';

/** Why a well-formed row still cannot go in; codes stand in the rejects file. */
export const REFUSED: Readonly<Record<string, { column: string; sentence: Sentence }>> = {
  CLAIM_NO_TAKEN: {
    column: 'claim_no',
    sentence: {
      zh: '该申请编号已登记，且内容不同。请撤回原申请，并以新编号重新提交。',
      en: 'This claim number is taken by a claim with other content. Withdraw that one and submit under a new number.',
    },
  },
  FINDING_OVERLAPS: {
    column: 'valid_from',
    sentence: {
      zh: '同一人同一事项在该日或之后已有其他认定。请核对日期。',
      en: 'There is another finding of this kind for this person on or after that day. Check the date.',
    },
  },
};
