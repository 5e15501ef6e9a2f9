import { Refusal } from '@app/kernel';

/** What the command line itself refuses. */
export const refuse = {
  stageUnknown: (stage: string) =>
    new Refusal(
      'STAGE_UNKNOWN',
      {
        zh: `“${stage}”不是环节，可选 township、county、both。`,
        en: `"${stage}" is no stage; choose township, county or both.`,
      },
      { stage },
    ),
  formatUnknown: (format: string) =>
    new Refusal(
      'FORMAT_UNKNOWN',
      {
        zh: `“${format}”不是文件格式，可选 pain.001、csv。`,
        en: `"${format}" is no file format; choose pain.001 or csv.`,
      },
      { format },
    ),
  shareUnreadable: (share: string) =>
    new Refusal(
      'SHARE_UNREADABLE',
      { zh: `“${share}”不是 0 到 1 之间的比例。`, en: `"${share}" is no share between 0 and 1.` },
      { share },
    ),
  levelUnknown: (level: string) =>
    new Refusal(
      'LEVEL_UNKNOWN',
      {
        zh: `请用 --level 指明 central、province、city 或 county（收到“${level}”），或用 --cover 按需补足。`,
        en: `Name the level with --level: central, province, city or county (got "${level}"), or use --cover.`,
      },
      { level },
    ),
  amountUnreadable: (yuan: string) =>
    new Refusal(
      'AMOUNT_UNREADABLE',
      {
        zh: `请用 --yuan 填写大于零的金额（收到“${yuan}”）。`,
        en: `Give an amount above zero with --yuan (got "${yuan}").`,
      },
      { yuan },
    ),
};
