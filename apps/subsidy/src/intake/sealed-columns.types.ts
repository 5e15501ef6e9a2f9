import type { SealedColumn } from '@app/vault';

/** Every sealed column of the subsidy app. */
export const SEALED_COLUMNS: readonly SealedColumn[] = ['holder_sealed', 'account_sealed'].map((column) => ({
  table: 'payee_account',
  column,
  boundTo: 'payee_account',
}));
