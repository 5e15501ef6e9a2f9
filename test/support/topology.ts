import { FamilyService } from '../../apps/registration/src/person/family.service';
import { mergedSchema } from '../../apps/standalone/src/server';
import type { CountyWorld } from './county-world';
import { type FederatedWorld, openFederatedWorld } from './federated-world';

export type Topology = 'merged' | 'federated';

/** `YANGYU_TEST_TOPOLOGY=federated` runs every test of the graph over real doors between the apps. */
const TOPOLOGY: Topology = process.env.YANGYU_TEST_TOPOLOGY === 'federated' ? 'federated' : 'merged';

/** What a gateway needs to serve a world's graph. */
export type OpenGraph = Pick<FederatedWorld, 'schema' | 'complete' | 'close'>;

/** The graph of a world, all in one process, or behind a door for each app; closed by whoever opened it. */
export async function openGraph(
  world: Pick<CountyWorld, 'app' | 'clock'>,
  report: (id: string, error: unknown) => void,
  topology = TOPOLOGY,
): Promise<OpenGraph> {
  if (topology === 'federated') return openFederatedWorld(world, report);
  const families = world.app.get(FamilyService, { strict: false });
  return {
    schema: mergedSchema(world),
    complete: async (caller) =>
      caller.idNumber === undefined ? caller : { ...caller, family: await families.of(caller.idNumber) },
    close: () => Promise.resolve(),
  };
}
