export * from './clock';
export * from './test-database';
export * from './test-issuer';
export * from './test-queue';
