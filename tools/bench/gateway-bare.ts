import { ApolloServer } from '@apollo/server';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import { type Caller, scopeOf } from '@app/access';
import { inContext, systemContext } from '@app/database';
import { findResolver, GraphContext, mergeDocuments, type SdlSource } from '@app/graphql';
import DataLoader from 'dataloader';
import Fastify from 'fastify';
import {
  buildASTSchema,
  getNamedType,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLObjectType,
  type GraphQLSchema,
  isObjectType,
} from 'graphql';

type Method = (...args: unknown[]) => unknown;
type Row = Record<string, unknown>;

class BareContext extends GraphContext {
  readonly references = new Map<string, DataLoader<string, unknown>>();
}

/**
 * The graph as a plain Nest app would serve it: the same resolver classes over the same services, attached by name.
 * No permissions, no disclosure, no budget; a returned `{ id }` is loaded at once, through a DataLoader.
 */
function bareSchema(sources: readonly SdlSource[], resolvers: readonly object[]): GraphQLSchema {
  const { document } = mergeDocuments(sources);
  const schema = buildASTSchema(document);
  const batches = new Map<string, Method>();
  const attached: { field: GraphQLField<unknown, BareContext>; call: Method; isRoot: boolean }[] = [];
  for (const instance of resolvers) {
    const { type = '', methods = [] } = findResolver(instance) ?? {};
    for (const { kind, field, method } of methods) {
      const call = (instance as Record<string, Method>)[method]!.bind(instance);
      if (kind === 'references') batches.set(type, call);
      else if (kind === 'reference')
        batches.set(type, (refs) => Promise.all((refs as unknown[]).map((ref) => call(ref))));
      else {
        const owner = { query: 'Query', mutation: 'Mutation' }[kind as string] ?? type;
        const found = (schema.getType(owner) as GraphQLObjectType<unknown, BareContext>).getFields()[field]!;
        attached.push({ field: found, call, isRoot: owner !== type || kind !== 'field' });
      }
    }
  }
  for (const { field, call, isRoot } of attached) {
    const type = getNamedType(field.type);
    const batch = isObjectType(type) ? batches.get(type.name) : undefined;
    const ask: GraphQLFieldResolver<unknown, BareContext> = isRoot
      ? (_root, args, context) => call(args, context)
      : (parent, args, context) => call(parent, args, context);
    field.resolve = batch
      ? async (parent, args, context, info) => whole(await ask(parent, args, context, info), type.name, batch, context)
      : ask;
  }
  return schema;
}

function whole(value: unknown, type: string, batch: Method, context: BareContext): unknown {
  const keys =
    typeof value === 'object' && value !== null ? Object.keys(value).filter((key) => key !== '__typename') : [];
  if (keys.length !== 1) return value;
  const key = keys[0]!;
  const loader =
    context.references.get(type) ??
    new DataLoader<string, unknown>(
      async (ids) =>
        (await batch(
          ids.map((id) => ({ [key]: id })),
          context,
        )) as unknown[],
    );
  context.references.set(type, loader);
  return loader.load((value as Row)[key] as string);
}

/** Serves it on loopback, with one caller for everybody. */
export async function openBare(
  sources: readonly SdlSource[],
  resolvers: readonly object[],
  caller: Caller,
): Promise<string> {
  const apollo = new ApolloServer<BareContext>({
    schema: bareSchema(sources, resolvers),
    nodeEnv: 'production',
    csrfPrevention: true,
  });
  await apollo.start();
  const server = Fastify();
  const work = systemContext('Query.claim', { actor: caller.id, purpose: 'audit', division: scopeOf(caller) });
  server.addHook('onRequest', (_request, _reply, done) => inContext(work, done));
  server.route({
    method: 'POST',
    url: '/graphql',
    handler: fastifyApolloHandler(apollo, { context: () => Promise.resolve(new BareContext(caller)) }),
  });
  return server.listen({ host: '127.0.0.1', port: 0 });
}
