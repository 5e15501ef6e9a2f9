import type { Derived } from './main';

export async function subgraphFiles(_root: string): Promise<Derived[]> {
  return [];
}
