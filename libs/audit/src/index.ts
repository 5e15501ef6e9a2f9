export * from './audit-log';
export * from './audit-sealing';
export { decidedSql } from './entry.repository';
export * from './proof';
export * from './recorder';
export { type Kept, keptIn, type Verified } from './verify';
