import { type Fen, Refusal, yuanText } from '@app/kernel';
import type { Level } from '../funding/funding.types';

const LEVEL_NAMES: Record<Level, string> = { central: '中央', province: '省级', city: '市级', county: '县级' };

/** Every way this slice can say no. */
export const refuse = {
  unknownBatch: (batchId: string) =>
    new Refusal(
      'BATCH_UNKNOWN',
      { zh: '没有这个发放批次。请核对批次编号。', en: 'There is no such payment batch. Check its id.' },
      { batchId },
    ),
  wrongState: (batchId: string, state: string, needed: string) =>
    new Refusal(
      'BATCH_WRONG_STATE',
      {
        zh: `该批次处于“${state}”状态，此操作需要“${needed}”状态。请先查看批次进度。`,
        en: `The batch is ${state}; this needs it to be ${needed}. Look at its progress first.`,
      },
      { batchId, state, needed },
    ),
  divisionTooWide: (division: string) =>
    new Refusal(
      'PAYMENT_DIVISION_TOO_WIDE',
      {
        zh: `发放按县进行，${division} 大于县级。请逐县发放。`,
        en: `Payments run county by county, and ${division} is wider than a county. Run each county by itself.`,
      },
      { division },
    ),
  notAQuarter: (period: string) =>
    new Refusal(
      'PAYMENT_PERIOD',
      { zh: `“${period}”不是季度。请写成 2026Q1 的形式。`, en: `"${period}" is not a quarter. Write it like 2026Q1.` },
      { period },
    ),
  fundsNotReleased: (
    programme: string,
    county: string,
    year: number,
    levels: readonly { level: Level; needed: Fen; available: Fen }[],
  ) => {
    const short = levels.filter((row) => row.available < row.needed);
    const say = (one: (row: (typeof short)[number]) => string, glue: string) => short.map(one).join(glue);
    const commands = short.map(
      (row) =>
        `yangyu release --programme ${programme} --division ${county} --year ${year} --level ${row.level} --yuan ${yuanText(row.needed - row.available)} --document NO`,
    );
    return new Refusal(
      'FUNDS_NOT_RELEASED',
      {
        zh: `资金未足额下达：${say((r) => `${LEVEL_NAMES[r.level]}需 ${yuanText(r.needed)} 元，可用 ${yuanText(r.available)} 元`, '；')}。请登记下达文件后重试（一次补足：npm run yangyu -- release --cover）：${commands.join('；')}`,
        en: `Not enough money has been released: ${say((r) => `${r.level} needs ${yuanText(r.needed)} yuan and has ${yuanText(r.available)}`, '; ')}. Record the release and try again (all at once: npm run yangyu -- release --cover): ${commands.join('; ')}`,
      },
      {
        programme,
        county,
        year,
        ...Object.fromEntries(
          levels.flatMap((row) => [
            [`${row.level}NeededFen`, String(row.needed)],
            [`${row.level}AvailableFen`, String(row.available)],
          ]),
        ),
        remedy: commands,
      },
    );
  },
  approverIsMaker: (batchId: string) =>
    new Refusal(
      'APPROVER_IS_MAKER',
      {
        zh: '制单人不能审批自己的批次。请由另一位人员审批。',
        en: 'Whoever prepared a batch may not approve it. Another officer has to.',
      },
      { batchId },
    ),
  alreadyApproved: (batchId: string) =>
    new Refusal(
      'BATCH_NEEDS_ANOTHER_APPROVER',
      {
        zh: '您已审批过该批次，还需另一位人员审批。',
        en: 'You have approved this batch already; another officer has to approve it too.',
      },
      { batchId },
    ),
  changedSinceSeen: (batchId: string) =>
    new Refusal(
      'BATCH_CHANGED_SINCE_SEEN',
      {
        zh: '您查看之后批次内容已变化。请重新查看后再审批。',
        en: 'The batch changed after you looked at it. Look again before approving.',
      },
      { batchId },
    ),
  contentChanged: (batchId: string) =>
    new Refusal(
      'BATCH_CONTENT_CHANGED',
      {
        zh: '批次内容或收款账户与审批时不一致，未发送。请撤销该批次，查明原因后重新制单。',
        en: 'The lines or accounts of this batch are not those that were approved, so nothing was sent. Cancel it, find out why, and prepare it again.',
      },
      { batchId },
    ),
  accountDiffers: (batchId: string, line: number) =>
    new Refusal(
      'ACCOUNT_DOES_NOT_MATCH',
      {
        zh: `第 ${line} 行的收款账号与登记不符，未发送。请核对该账户后重新制单。`,
        en: `The account in line ${line} is not the one on record, so nothing was sent. Check the account and prepare the batch again.`,
      },
      { batchId, line },
    ),
  fileDiffers: (batchId: string, name: string) =>
    new Refusal(
      'BANK_FILE_DIFFERS',
      {
        zh: `银行文件 ${name} 与已登记的内容不一致，未发送。请保留该文件并联系管理员。`,
        en: `Bank file ${name} is not the one on record, so it was not handed over. Keep the file and call the administrator.`,
      },
      { batchId, name },
    ),
  otherFormat: (batchId: string, format: string) =>
    new Refusal(
      'BANK_FILE_OTHER_FORMAT',
      {
        zh: `该批次已按 ${format} 格式生成银行文件，不能再用另一格式。请使用原格式。`,
        en: `The bank file of this batch was written as ${format}; it cannot be sent in another format. Use that one.`,
      },
      { batchId, format },
    ),
  noBankFolders: () =>
    new Refusal('BANK_FOLDERS_UNKNOWN', {
      zh: '本进程未配置与银行交换文件的目录，未作处理。请为工作进程指定送盘、回盘目录后重试。',
      en: 'This process was not told which folders it exchanges files with the bank in, so nothing was done. Name the folders for files out and answers in to the worker and try again.',
    }),
  alreadySent: (batchId: string) =>
    new Refusal(
      'BATCH_ALREADY_SENT',
      {
        zh: '批次已送银行，不能撤销。请等待银行回盘。',
        en: 'The batch has gone to the bank and cannot be cancelled. Wait for the answer.',
      },
      { batchId },
    ),
};
