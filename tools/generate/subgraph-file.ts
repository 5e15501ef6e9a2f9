import * as fs from 'node:fs';
import * as path from 'node:path';
import { collectSdl, mergeSdl } from '@app/graphql';
import type { Derived } from './derived';

/** `apps/<app>/schema.graphql`, the union of an app's slices, and the gateway's: what the public sees of all of them. */
export async function subgraphFiles(root: string): Promise<Derived[]> {
  // The gateway's own *.graphql files are stored operations, not types.
  const apps = fs
    .readdirSync(path.join(root, 'apps'))
    .filter((app) => app !== 'gateway')
    .sort();
  const sources = apps
    .map((app) => ({ app, sdl: collectSdl([path.join(root, 'apps', app, 'src')]) }))
    .filter(({ sdl }) => sdl.trim() !== '');
  if (sources.length === 0) return [];
  const unions = sources.map((source) => ({ file: `apps/${source.app}/schema.graphql`, text: mergeSdl([source]) }));
  return [...unions, { file: 'apps/gateway/schema.graphql', text: mergeSdl(sources) }];
}
