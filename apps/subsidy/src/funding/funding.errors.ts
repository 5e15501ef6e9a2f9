import { type Fen, Refusal, yuanText } from '@app/kernel';
import type { Release } from './funding.types';

/** Every way this slice can say no. */
export const refuse = {
  documentReused: (release: Release, recordedFen: Fen) =>
    new Refusal(
      'RELEASE_DOCUMENT_REUSED',
      {
        zh: `文号“${release.documentNo}”已登记下达 ${yuanText(recordedFen)} 元，与本次金额或日期不符。请核对文号；追加资金请用新文号登记。`,
        en: `Document ${release.documentNo} is recorded already with ${yuanText(recordedFen)} yuan, and this differs in amount or day. Check the number; record more money under its own document.`,
      },
      { documentNo: release.documentNo, level: release.level, recordedFen: String(recordedFen) },
    ),
  notAnAmount: () =>
    new Refusal('RELEASE_AMOUNT', {
      zh: '下达金额必须大于零。请核对指标文件。',
      en: 'A released amount must be more than zero. Check the document.',
    }),
  notACounty: (division: string) =>
    new Refusal(
      'RELEASE_NEEDS_A_COUNTY',
      {
        zh: `资金下达到县级，${division} 不是县级区划代码。请使用县级代码。`,
        en: `Funds are released to a county, and ${division} is not one. Use a county's division code.`,
      },
      { division },
    ),
};
