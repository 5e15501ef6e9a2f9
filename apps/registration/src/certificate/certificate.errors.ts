import { Refusal } from '@app/kernel';

/** Every way the legacy certificates can say no. */
export const refuse = {
  periodOver: (born: string) =>
    new Refusal(
      'CERTIFICATE_PERIOD_OVER',
      {
        zh: `孩子 ${born} 出生。2016年1月1日及以后出生的，不再发放独生子女父母光荣证（人口与计划生育法第三十一条）。可办理免费的生育登记和育儿补贴。`,
        en: `The child was born on ${born}. For births from 2016-01-01 on no such certificate is given (art 31). The free birth registration and the childcare subsidy are open.`,
      },
      { born },
    ),
  neverIssued: () =>
    new Refusal('CERTIFICATE_NEVER_ISSUED', {
      zh: '未查到已发放的光荣证。只能补领已发放的证，不再新发。如确有发放，请提供原发证机关台账或档案，由工作人员登记后补领。',
      en: 'No certificate is on record. Only one that was issued can be replaced; none is issued anew. If there was one, bring the ledger or archive of its office, have it recorded, and ask again.',
    }),
  ambiguous: (count: number) =>
    new Refusal(
      'CERTIFICATE_AMBIGUOUS',
      {
        zh: `查到 ${count} 本符合的光荣证，请填写原证号。`,
        en: `${count} certificates fit; give the number of the lost one.`,
      },
      { count },
    ),
  unknown: (id: string) =>
    new Refusal(
      'CERTIFICATE_UNKNOWN',
      { zh: `没有编号为 ${id} 的光荣证，或您无权查看。`, en: `There is no certificate ${id} that you may see.` },
      { id },
    ),
  notValid: (state: string) =>
    new Refusal(
      'CERTIFICATE_NOT_VALID',
      {
        zh: `该证目前状态为 ${state}，不能办理此事项。已注销的证不能恢复；已补领的请使用新证号。`,
        en: `The certificate stands at ${state}, so this cannot be done. A cancelled one is not restored; for a replaced one use the new number.`,
      },
      { state },
    ),
  noScheme: (office: string) =>
    new Refusal(
      'CERTIFICATE_HAS_NO_SCHEME',
      {
        zh: `发证机关 ${office} 今天没有补领证号规则，请先登记。`,
        en: `The office ${office} has no scheme for numbering replacements today; record one first.`,
      },
      { office },
    ),
  notAHolder: () =>
    new Refusal('CERTIFICATE_OF_OTHERS', {
      zh: '您不是该证的持证人。请由持证人本人办理，或到窗口凭书面意愿办理。',
      en: 'You are not a holder of this certificate. A holder asks, or an officer does with the holders’ written wish.',
    }),
  wishNotNamed: () =>
    new Refusal('CERTIFICATE_WISH_NOT_SHOWN', {
      zh: '请写明哪一方持证人提出注销，以及其书面意愿的文号或日期（4 至 100 字）。',
      en: 'Say which holder wishes it, and by which document (4 to 100 characters).',
    }),
  effectiveDay: (effective: string, from: string, until: string) =>
    new Refusal(
      'CERTIFICATE_EFFECTIVE_DAY',
      {
        zh: `生效日 ${effective} 应在 ${from} 至 ${until} 之间：已发放的待遇不因注销而追溯。`,
        en: `The effective day ${effective} lies outside ${from} to ${until}: what was paid before stays as it is.`,
      },
      { effective, from, until },
    ),
  reasonMissing: () =>
    new Refusal('CERTIFICATE_REASON_MISSING', {
      zh: '请写明补领原因（4 至 100 字，如遗失、损毁）。',
      en: 'Say why a replacement is needed, in 4 to 100 characters: lost, damaged.',
    }),
};
