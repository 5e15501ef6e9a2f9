export * from './ledger';
export * from './ledger.errors';
export * from './ledger.types';
export * from './transfer-id';
