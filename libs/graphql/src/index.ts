export * from './connection';
export * from './context';
export * from './decorators';
export * from './present';
export type { Asked } from './fields-asked';
export { fieldsAsked } from './fields-asked';
export * from './schema';
export * from './sdl';
export { federationSdl } from './subgraph';
