import type { Sentence } from '@app/kernel';

/** What the system itself asks a person, by reason code; the rest are the questions of programme conditions. */
const QUESTIONS: Readonly<Record<string, Sentence>> = {
  ACCOUNT_MISSING: {
    zh: '没有可发放的账户。请通知申请人补充本人或儿童的账户，导入后自动重新核验。',
    en: 'There is no account to pay to. Ask for an account of the applicant or the child; once imported, the claim is checked again by itself.',
  },
  ACCOUNT_OF_OTHER_HOLDER: {
    zh: '所填账户不属于申请人或儿童。请核实并更换账户。',
    en: 'The account belongs neither to the applicant nor to the child. Compare and replace it.',
  },
  CHILD_NOT_REGISTERED: {
    zh: '儿童尚未登记户口或不在户籍提取中。请协助办理户口登记，登记信息到达后自动重新核验；已死亡的凭出生医学证明和死亡证明认定。',
    en: 'The child is not in the register yet. Help with its registration; the claim is checked again by itself once the register knows the child. If the child has died, establish it from the birth certificate and the proof of death.',
  },
  ID_NUMBER_SHARED: {
    zh: '该公民身份号码在户籍中对应两人（重号）。请与公安机关核对并更正后重新核验。',
    en: 'Two persons in the register hold this identity number. Settle it with the police, then check the claim again.',
  },
  DEATH_FLAG: {
    zh: '户籍标注该儿童死亡。请凭死亡证明核实（登记曾有差错）；死亡当年应发的照发。请勿群发或电话催办。',
    en: 'The register marks this child as deceased. Establish it from the proof of death (registers have been wrong); the year of death is still paid. No mass messages, no reminders.',
  },
  YEAR_TAKEN: {
    zh: '该儿童该年度已有另一件申请在办或已发放，请联合核查后处理。',
    en: 'Another claim for this child and year is under way or paid. Review the two jointly.',
  },
  DUPLICATE_CLAIM: {
    zh: '经核对，两件申请为同一儿童同一年度。请核查后保留一件。',
    en: 'Two claims turned out to be for one child and year. Keep one after review.',
  },
  APPLICANT_DEATH_FLAG: {
    zh: '户籍标注申领人死亡。请凭死亡证明核实（登记曾有差错）；属实的，请由其他监护人重新申领，或变更领款人。请勿群发或电话催办。',
    en: 'The register marks the applicant as deceased. Establish it from the proof of death (registers have been wrong); if it is true, another guardian claims or becomes the payee. No mass messages, no reminders.',
  },
  DUPLICATE_PERSON: {
    zh: '户籍登记认定两条记录为同一人，且两条记录就同一项目同一年度均有申领。请核查是否重复：未发放的已暂停，已发放的不自动处理。',
    en: 'The register found two records to be one person, and both have a claim for the same programme and year. Check whether it was asked for or paid twice: what is not paid is held, what was paid is left alone.',
  },
  MERGE_CONFLICT: {
    zh: '同一儿童以两个身份申请且均已进入发放，请立即核查是否重复发放。',
    en: 'One child was paid or is being paid under two identities. Check at once whether it was paid twice.',
  },
  PAID_ELSEWHERE: {
    zh: '该儿童该年度已有在途或已发放的款项，请联合核查。',
    en: 'A payment for this child and year exists already. Review jointly.',
  },
  MOVE_UNCLEAR: {
    zh: '户籍登记显示迁移，但日期或地点不明或相互矛盾。请核实后凭证明办理转接；在此之前由原受理地继续办理，发放不受影响。',
    en: 'The register shows a move whose day or place is unknown or contradicts itself. Establish it and follow the move by a document; until then the place that was asked first goes on, and no payment waits.',
  },
  PAID_UNCLEAR: {
    zh: '发放后有关情况发生变化，现有信息不足以判断已发放的款项是否应发。请核实后凭证明认定，或选择重新核验；在此之前不作任何处理。',
    en: 'Something changed after this was paid, and what is known does not say whether it was owed. Establish it by a document, or have it checked again; until then nothing is done about it.',
  },
  ENROLLED_ELSEWHERE: {
    zh: '另一系统显示该人员同一项目在当地已享受待遇。请与该地联合核查：未发放的已暂停，已发放的不自动处理。核查后选择重新核验即可继续。',
    en: 'Another installation says that this person is paid there by the same programme. Review jointly with that place: what is not paid is held, what was paid is left alone. Have it checked again to let it go on.',
  },
  OTHER_AUTHORITY: {
    zh: '该年度已确定由另一地负责。请查看转接决定；如决定有误，请撤回转接。',
    en: 'Another place is responsible for this year. Look at the decision about the move; if it is wrong, take the move back.',
  },
  ACCOUNT_REPAIR: {
    zh: '银行退回了款项。请核对账户，更正后重新发放。',
    en: 'The bank sent the money back. Compare the account, correct it, and it is paid again.',
  },
  BANK_CONTRADICTION: {
    zh: '银行对同一笔款项给出了相互矛盾的结果。请向银行查询，查清之前不会再次发放。',
    en: 'The bank gave contradictory answers for one payment. Ask the bank; nothing is paid again until it is clear.',
  },
};

const OTHERWISE: Sentence = { zh: '请人工核查。', en: 'Please review by hand.' };

/** The question behind a reason: the system's own, or that of the programme condition with this code. */
export function questionFor(reason: string, conditions: ReadonlyMap<string, Sentence>): Sentence {
  return QUESTIONS[reason] ?? conditions.get(reason) ?? OTHERWISE;
}
