export * from './encoding';
export * from './records';
export * from './rejects';
export * from './table';
