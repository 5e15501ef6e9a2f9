export * from './registration-changed';
export * from './registration-feed';
