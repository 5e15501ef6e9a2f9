import { Refusal } from '@app/kernel';

/** Every way this slice can say no. */
export const refuse = {
  unknown: (id: string) =>
    new Refusal(
      'VOUCHER_UNKNOWN',
      { zh: '没有这份生育登记凭证。请核对编号。', en: 'There is no such voucher. Check its id.' },
      { id },
    ),
  ended: (state: string) =>
    new Refusal(
      'VOUCHER_ENDED',
      {
        zh: `该凭证已${state === 'superseded' ? '被新凭证代替' : '失效'}，不再出具电子凭证。请使用最新的凭证。`,
        en: `This voucher is ${state}; no credential is issued of it. Use the latest one.`,
      },
      { state },
    ),
  keyMissing: () =>
    new Refusal('VOUCHER_KEY_MISSING', {
      zh: '本进程未配置电子凭证签名私钥。请为登记进程设置 YANGYU_VOUCHER_KEY（或 YANGYU_VOUCHER_KEY_FILE）后重试；PDF 凭证不受影响。',
      en: 'This process has no key to sign credentials with. Set YANGYU_VOUCHER_KEY (or YANGYU_VOUCHER_KEY_FILE) for registration and try again; PDF vouchers do not need it.',
    }),
  keyUnusable: () =>
    new Refusal('VOUCHER_KEY_UNUSABLE', {
      zh: '电子凭证签名私钥不是 Ed25519 私钥（PEM）。请检查 YANGYU_VOUCHER_KEY 或 voucher.key。',
      en: 'The key for credentials is no Ed25519 private key in PEM. Check YANGYU_VOUCHER_KEY or voucher.key.',
    }),
};
