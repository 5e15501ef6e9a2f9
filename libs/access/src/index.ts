export * from './caller';
export * from './demo-users';
export * from './permissions';
export * from './purposes';
export * from './requires';
export * from './tokens';
