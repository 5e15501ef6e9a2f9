import { type Fen, Refusal, yuanText } from '@app/kernel';

/** Every way this slice can say no. After any of them nothing of the answer was applied. */
export const refuse = {
  alreadyApplied: (fileName: string, firstName: string) =>
    new Refusal(
      'BANK_ANSWER_ALREADY_APPLIED',
      {
        zh: `回盘文件 ${fileName} 的内容已于此前以 ${firstName} 入账，未重复处理。无需操作。`,
        en: `The answer in ${fileName} was applied before, as ${firstName}; it was not applied again. Nothing needs doing.`,
      },
      { fileName, firstName },
    ),
  answerIdReused: (answerId: string, fileName: string) =>
    new Refusal(
      'BANK_ANSWER_ID_REUSED',
      {
        zh: `回盘编号 ${answerId} 已用于内容不同的文件，${fileName} 未处理。请向银行核实。`,
        en: `Answer id ${answerId} came before with other content; ${fileName} was not applied. Ask the bank which one holds.`,
      },
      { answerId, fileName },
    ),
  unknownFile: (messageId: string, fileName: string) =>
    new Refusal(
      'BANK_ANSWER_FOR_UNKNOWN_FILE',
      {
        zh: `${fileName} 回复的报文 ${messageId} 不是本系统发出的，未处理。请核对是否为其他单位或银行的文件。`,
        en: `${fileName} answers message ${messageId}, which was not sent from here; nothing was applied. Check whether it is another payer's or another bank's file.`,
      },
      { messageId, fileName },
    ),
  notAFileName: (name: string) =>
    new Refusal(
      'BANK_ANSWER_NAME',
      {
        zh: `“${name}”不是银行回盘目录中的普通文件，未处理。请将回盘文件直接放入该目录。`,
        en: `"${name}" is not a plain file in the folder of the bank's answers; it was not looked at. Put answer files straight into that folder.`,
      },
      { name },
    ),
  unknownReference: (references: readonly string[], count: number, fileName: string) =>
    new Refusal(
      'BANK_ANSWER_UNKNOWN_REFERENCE',
      {
        zh: `${fileName} 中有 ${count} 笔付款号不在该批次内（如 ${references[0]}），整个文件未处理。请银行更正后重发。`,
        en: `${fileName} has ${count} references that are not in the batch (such as ${references[0]}); nothing of it was applied. Ask the bank for a corrected file.`,
      },
      { references, count, fileName },
    ),
  wrongAmount: (reference: string, listed: Fen, answered: Fen, count: number, fileName: string) =>
    new Refusal(
      'BANK_ANSWER_WRONG_AMOUNT',
      {
        zh: `${fileName} 中有 ${count} 笔金额与清册不符（${reference}：清册 ${yuanText(listed)} 元，银行 ${yuanText(answered)} 元），整个文件未处理。请银行更正后重发。`,
        en: `${fileName} has ${count} amounts that differ from the list (${reference}: listed ${yuanText(listed)} yuan, answered ${yuanText(answered)}); nothing of it was applied. Ask the bank for a corrected file.`,
      },
      { reference, listedFen: String(listed), answeredFen: String(answered), count, fileName },
    ),
  bankRefReused: (bankRef: string, fileName: string) =>
    new Refusal(
      'BANK_REFERENCE_REUSED',
      {
        zh: `${fileName} 中的银行流水号 ${bankRef} 已属于另一笔付款，整个文件未处理。请向银行核实。`,
        en: `Bank reference ${bankRef} in ${fileName} belongs to another payment already; nothing of it was applied. Ask the bank.`,
      },
      { bankRef, fileName },
    ),
  unknownBatch: (batchId: string) =>
    new Refusal(
      'BATCH_UNKNOWN',
      { zh: '没有这个发放批次。请核对批次编号。', en: 'There is no such payment batch. Check its id.' },
      { batchId },
    ),
  notSent: (batchId: string, state: string) =>
    new Refusal(
      'BATCH_NOT_SENT',
      {
        zh: `该批次处于“${state}”状态，尚无可对账的银行往来。请先发送。`,
        en: `The batch is ${state}: there is nothing from the bank to reconcile yet. Send it first.`,
      },
      { batchId, state },
    ),
  noOpenCase: (caseId: string, reason: string) =>
    new Refusal(
      'NO_OPEN_CASE',
      {
        zh: `没有编号为 ${caseId} 的待办“${reason}”，或已办结。请刷新工作清单。`,
        en: `There is no open ${reason} case ${caseId}; it may be resolved already. Reload the work-list.`,
      },
      { caseId, reason },
    ),
  accountNotLive: (accountId: string) =>
    new Refusal(
      'ACCOUNT_NOT_LIVE',
      {
        zh: '该收款账户不存在或已停用。请先登记有效账户。',
        en: 'This account does not exist or has ended. Record a live account first.',
      },
      { accountId },
    ),
};
