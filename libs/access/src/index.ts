export * from './caller';
export * from './demo-users';
export * from './permissions';
export * from './requires';
export * from './tokens';
