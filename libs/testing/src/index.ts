export * from './clock';
export * from './test-database';
