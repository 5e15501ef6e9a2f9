export * from './registration-feed';
