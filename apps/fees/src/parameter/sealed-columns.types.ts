import type { SealedColumn } from '@app/vault';

/** Every sealed column of this app, bound to its own table and row; the same list stands in the table sealed_column. */
const LIST: readonly (readonly [table: string, column: string])[] = [
  ['legacy_fee_case', 'number_sealed'],
  ['bank_receipt', 'payer_account_sealed'],
  ['refund_account', 'account_sealed'],
  ['instalment_declaration', 'sums_sealed'],
  ['remedy', 'grounds_sealed'],
];

export const SEALED_COLUMNS: readonly SealedColumn[] = LIST.map(([table, column]) => ({
  table,
  column,
  boundTo: sealOf(table),
}));

/** What a sealed value of a table is bound to, beside its column and row. */
export function sealOf(table: string): string {
  return `fees.${table}`;
}
