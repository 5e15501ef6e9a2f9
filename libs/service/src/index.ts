export * from './client';
export * from './context';
export * from './door';
export * from './life';
export * from './outside-door';
export * from './parts';
export * from './settings';
