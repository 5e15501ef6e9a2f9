export * from './connection';
export * from './context';
export * from './decorators';
export * from './present';
export * from './schema';
export * from './sdl';
