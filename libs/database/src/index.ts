export * from './boot-check';
export * from './context';
export * from './copy';
export * from './database';
export * from './embedded';
export * from './ids';
export * from './migrate';
export * from './notes';
