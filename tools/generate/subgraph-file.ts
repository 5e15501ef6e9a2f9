import * as path from 'node:path';
import { collectSources, mergeSdl } from '@app/graphql';
import type { Derived } from './derived';

/** `apps/<app>/schema.graphql`, the union of an app's slices, and the gateway's: what the public sees of all of them. */
export async function subgraphFiles(root: string): Promise<Derived[]> {
  const sources = collectSources(path.join(root, 'apps'));
  if (sources.length === 0) return [];
  const unions = sources.map((source) => ({ file: `apps/${source.app}/schema.graphql`, text: mergeSdl([source]) }));
  return [...unions, { file: 'apps/gateway/schema.graphql', text: mergeSdl(sources) }];
}
