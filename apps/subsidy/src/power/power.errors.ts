import { Refusal } from '@app/kernel';

/** What the database refuses wherever it is tried, in words: by the name of the constraint. */
const REFUSALS: Readonly<Record<string, () => Refusal>> = {
  power_use_excludes_the_other_powers: () =>
    new Refusal('POWERS_EXCLUDE_EACH_OTHER', {
      zh: '资格确认、资金管理、资金发放、社会监督四权分离：您今年在本县本项目中已行使其中另一项，请由其他人员办理。',
      en: 'Confirming eligibility, managing funds, paying out and supervising are kept apart: this year you have used another of these powers in this county for this programme. Ask a colleague.',
    }),
  claim_is_confirmed_by_another_officer: () =>
    new Refusal('CLAIM_NEEDS_SECOND_OFFICER', {
      zh: '其中有您本人初审的申请，不得再作县级确认。请由另一名工作人员确认。',
      en: 'You reviewed some of these claims at the township and may not confirm them. Ask another officer.',
    }),
  repair_stays_with_the_family: () =>
    new Refusal('ACCOUNT_NOT_OF_THIS_FAMILY', {
      zh: '该账户不属于本申请的申请人、子女或原收款人，退回的款项不能改付到该账户。请从可选账户中选择，或先登记其新账户。',
      en: 'This account is not the applicant’s, the child’s or the former payee’s, so returned money cannot go there. Choose one of the accounts offered, or record a new account of theirs first.',
    }),
  instruction_is_of_the_authority: () =>
    new Refusal('ANOTHER_PLACE_IS_RESPONSIBLE', {
      zh: '该期间已确定由另一地负责，本地不得发放。请查看转接决定。',
      en: 'Another place is responsible for these days, so this one may not pay for them. Look at the decision about the move.',
    }),
  overpayment_needs_another_officer: () =>
    new Refusal('OVERPAYMENT_NEEDS_SECOND_OFFICER', {
      zh: '报告人不得复核本人报告的多发款项。请由另一名工作人员复核。',
      en: 'Whoever reported an overpayment does not look at it as the second officer. Ask a colleague.',
    }),
  overpayment_is_within_the_payment: () =>
    new Refusal('OVERPAYMENT_AMOUNT_UNFIT', {
      zh: '认定多发的金额合计不得超过实际发放的金额。请刷新后更正金额。',
      en: 'No more can be overpaid than was paid. Look again and correct the amount.',
    }),
  approval_needs_a_fresh_second_factor: () =>
    new Refusal('STEP_UP_REQUIRED', {
      zh: '审批须在 5 分钟内完成第二因素验证，请重新验证后再审批。',
      en: 'An approval needs a second factor shown within the last five minutes; show it again and approve.',
    }),
};

/** The Refusal that a violated constraint stands for; undefined where it would be a bug. */
export const explainConstraint = (constraint: string): Refusal | undefined => REFUSALS[constraint]?.();
