import * as path from 'node:path';
import { collectSources, federationSdl, type SdlSource } from '@app/graphql';
import { composeServices } from '@theguild/federation-composition';
import { parse, print } from 'graphql';
import type { Derived } from './derived';

/** `supergraph.graphql`: what the gateway of several hosts serves, and which app answers what of it. */
export async function supergraphFile(root: string): Promise<Derived[]> {
  return [{ file: 'supergraph.graphql', text: composeSupergraph(collectSources(path.join(root, 'apps'))) }];
}

/** Throws every reason why the apps' parts do not fit together. */
function composeSupergraph(sources: readonly SdlSource[]): string {
  const { supergraphSdl, errors } = composeServices(
    sources.map(({ app }) => ({ name: app, typeDefs: parse(federationSdl(sources, app)) })),
  );
  if (supergraphSdl !== undefined) return `${print(parse(supergraphSdl))}\n`;
  throw new Error(`the supergraph cannot be composed:\n${errors?.map(({ message }) => message).join('\n')}`);
}
