export * from './citizen-id';
export * from './clock';
export * from './day';
export * from './division';
export * from './money';
export * from './refusal';
export * from './typed';
export * from './uncertain';
