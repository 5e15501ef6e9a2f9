import { createHash } from 'node:crypto';

/** The id of the one transfer with this meaning: made again after a crash, it is the same, and the money moves once. */
export function transferId(...meaning: readonly (string | number)[]): string {
  const hex = createHash('sha256').update(meaning.join(':')).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}

/** The same as an SQL expression, for a SQL text expression that joins the meaning by colons. */
export const transferIdSql = (meaning: string): string =>
  `encode(substr(sha256(convert_to(${meaning}, 'UTF8')), 1, 16), 'hex')::uuid`;
