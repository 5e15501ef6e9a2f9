export * from './client';
export * from './door';
