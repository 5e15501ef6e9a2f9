export * from './audit-log';
export * from './audit-sealing';
export { type Access, accessesTo, decidedSql } from './entry.repository';
export * from './proof';
export * from './recorder';
export { type Kept, keptIn, type Verified } from './verify';
