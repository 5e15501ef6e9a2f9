import type { Requirement } from './permissions';

const requirements = new WeakMap<object, Map<string, Requirement>>();

/** The permission of one GraphQL operation. A schema with an operation that has none does not build. */
export function Requires(word: Requirement): MethodDecorator {
  return (prototype, method) => {
    const ofClass = requirements.get(prototype) ?? new Map<string, Requirement>();
    requirements.set(prototype, ofClass.set(String(method), word));
  };
}

/** What @Requires says about a method of this instance. */
export const requirementOf = (instance: object, method: string): Requirement | undefined =>
  requirements.get(Object.getPrototypeOf(instance) as object)?.get(method);
