export * from './certificate-ended';
export * from './newborn-claim';
export * from './exchange-client';
export * from './registration-changed';
export * from './registration-feed';
export * from './registry-event';
export * from './registry-question';
