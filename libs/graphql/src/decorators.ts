export type MethodKind = 'query' | 'mutation' | 'field' | 'reference' | 'references';

export interface ResolverMethod {
  readonly kind: MethodKind;
  /** The field of the SDL; for references the method's own name. */
  readonly field: string;
  readonly method: string;
}

const types = new WeakMap<object, string>();
const methods = new WeakMap<object, ResolverMethod[]>();

/** A provider whose methods answer the graph. The type is needed where the class has @Field or @Reference methods. */
export const Resolver =
  (type = ''): ClassDecorator =>
  (target) => {
    types.set(target.prototype as object, type);
  };

/** `(args, context)`: a field of Query, of the method's name unless another is given. */
export const Query = (field?: string): MethodDecorator => note('query', field);

/** `(args, context)`: a field of Mutation, of the method's name unless another is given. */
export const Mutation = (field?: string): MethodDecorator => note('mutation', field);

/** `(parent, args, context)`: a field of the class's type. In a class that extends another's type, rely on the parent's key only. */
export const Field = (field?: string): MethodDecorator => note('field', field);

/** `(ref, context)`: the whole object that `{ id }` stands for, or null. */
export const Reference = (): MethodDecorator => note('reference');

/** `(refs, context)`: the whole objects in the order of the refs, null for those that do not exist: one query for a page. */
export const References = (): MethodDecorator => note('references');

function note(kind: MethodKind, field?: string): MethodDecorator {
  return (prototype, method) => {
    const noted = methods.get(prototype) ?? [];
    methods.set(prototype, [...noted, { kind, field: field ?? String(method), method: String(method) }]);
  };
}

/** What the decorators say about this instance; undefined when it is no resolver. */
export function findResolver(instance: object): { type: string; methods: readonly ResolverMethod[] } | undefined {
  const prototype = Object.getPrototypeOf(instance) as object;
  const type = types.get(prototype);
  return type === undefined ? undefined : { type, methods: methods.get(prototype) ?? [] };
}
