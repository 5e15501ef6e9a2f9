import { Refusal } from '@app/kernel';

/** Every way this slice can say no. */
export const refuse = {
  accountMissing: (county: string, purpose: string) =>
    new Refusal(
      'TREASURY_ACCOUNT_MISSING',
      {
        zh: `${county} 没有登记“${purpose}”账户，未生成文件。请先凭文件登记国库或收款账户。`,
        en: `No account "${purpose}" is on record for ${county}, so no file was written; record it with its document first.`,
      },
      { county, purpose },
    ),
  accountUnreadable: () =>
    new Refusal('TREASURY_ACCOUNT_UNREADABLE', {
      zh: '账户登记不完整：用途为小写英文单词，账号为 1 至 34 位字母、数字、短横，户名、开户行、文号不能为空。请更正。',
      en: 'The account is not complete: its purpose is a lower-case word, its number 1 to 34 letters, digits and dashes, with holder, bank and document; correct it.',
    }),
  accountOverlaps: () =>
    new Refusal('TREASURY_ACCOUNT_OVERLAPS', {
      zh: '同一用途在该日期已有账户，或新账户早于现有账户。请核对启用日期。',
      en: 'There is another account of this purpose on that day, or the new one begins before it; check the day.',
    }),
  fileDiffers: (name: string) =>
    new Refusal(
      'TREASURY_FILE_DIFFERS',
      {
        zh: `文件 ${name} 与已登记的内容不一致，未移交。请保留该文件并联系管理员。`,
        en: `File ${name} is not the one on record, so it was not handed over; keep it and call the administrator.`,
      },
      { name },
    ),
  noFolder: () =>
    new Refusal('TREASURY_FOLDER_UNKNOWN', {
      zh: '本进程未配置移交文件的目录，未作处理。请为工作进程指定目录后重试。',
      en: 'This process was not told where to put files for the treasury, so nothing was done; name the folder to the worker and try again.',
    }),
};
