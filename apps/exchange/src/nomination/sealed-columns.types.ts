import type { SealedColumn } from '@app/vault';

/** Every sealed column of the exchange; each is bound to its own table and row. */
export const SEALED_COLUMNS: readonly SealedColumn[] = [
  ['nomination', 'number_sealed'],
  ['question', 'number_sealed'],
  ['question', 'name_sealed'],
  ['answer', 'content_sealed'],
  ['set_aside', 'content_sealed'],
  ['comparison_line', 'number_sealed'],
  ['comparison_line', 'name_sealed'],
  ['comparison_line', 'content_sealed'],
  ['registry_event', 'content_sealed'],
  ['peer_outgoing', 'content_sealed'],
  ['peer_incoming', 'content_sealed'],
  ['enrolment_ask', 'content_sealed'],
].map(([table, column]) => ({ table: table!, column: column!, boundTo: sealOf(table!) }));

/** What a sealed value of a table is bound to, beside its column and row. */
export function sealOf(table: string): string {
  return `exchange.${table}`;
}
