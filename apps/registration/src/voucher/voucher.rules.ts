/** 340202-2026-000001: county, year, a number of that county and year. */
export const voucherNo = (county: string, year: number, count: number): string =>
  `${county.slice(0, 6)}-${year}-${String(count).padStart(6, '0')}`;

/** What every voucher says of itself. */
export const VOUCHER_STATEMENT = {
  zh: [
    '本凭证仅说明持证人已办理生育登记。生育登记是免费服务，不是许可。',
    '本凭证不作为生育合法性的证明；任何单位和个人不得以出示本凭证作为办理户口登记、入园入学、就医、就业、社会保险或其他事项的前提条件。',
    '核验仅显示凭证状态、脱敏姓名和出具机关。',
  ],
  en: 'This voucher says that its holders registered a birth. The registration is a free service and no permit. The voucher is no proof of the legality of a birth, and nobody may demand it as a precondition of anything. Verifying it shows its state, masked names and the issuing office, nothing else.',
} as const;

export const partyWord = (role: 'mother' | 'father'): string => (role === 'mother' ? '母亲' : '父亲');

/** A status list (Token Status List): one bit a voucher, the lowest bit first, set when it is valid no more. */
export function statusBits(ended: readonly bigint[], count: bigint): Buffer {
  const bytes = Buffer.alloc(Math.max(1, Math.ceil((Number(count) + 1) / 8)));
  for (const index of ended) bytes[Number(index) >> 3]! |= 1 << (Number(index) & 7);
  return bytes;
}
