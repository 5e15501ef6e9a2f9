export * from './compare';
export * from './quarter';
export * from './small-cells';
export * from './view';
