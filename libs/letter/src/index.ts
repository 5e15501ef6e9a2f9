export * from './code';
export * from './letter-press';
