import { type GraphContext, presentError, type ReportBug } from '@app/graphql';
import { type ExecutionResult, graphql, type GraphQLSchema } from 'graphql';
import { FamilyService } from '../../apps/registration/src/person/family.service';
import { mergedSchema } from '../../apps/standalone/src/server';
import type { CountyWorld } from './county-world';
import { type FederatedWorld, openFederatedWorld } from './federated-world';

export type Topology = 'merged' | 'federated';

/** `YANGYU_TEST_TOPOLOGY=federated` runs every test of the graph over real doors between the apps. */
const TOPOLOGY: Topology = process.env.YANGYU_TEST_TOPOLOGY === 'federated' ? 'federated' : 'merged';

/** What a gateway needs to serve a world's graph, and a way to ask it without one. */
export interface OpenGraph extends Pick<FederatedWorld, 'schema' | 'complete' | 'close'> {
  /** A bug is reported as a gateway would: behind doors it was by then, in one process nobody else would hear of it. */
  ask(source: string, context: GraphContext): Promise<ExecutionResult>;
}

/** The graph of a world, all in one process, or behind a door for each app; closed by whoever opened it. */
export async function openGraph(
  world: Pick<CountyWorld, 'app' | 'clock'>,
  report: ReportBug,
  topology = TOPOLOGY,
): Promise<OpenGraph> {
  if (topology === 'federated') {
    const federated = await openFederatedWorld(world, report);
    return { ...federated, ask: askerOf(federated.schema, report) };
  }
  const families = world.app.get(FamilyService, { strict: false });
  const schema = mergedSchema(world);
  return {
    schema,
    complete: async (caller) =>
      caller.idNumber === undefined ? caller : { ...caller, family: await families.of(caller.idNumber) },
    close: () => Promise.resolve(),
    ask: askerOf(schema, report),
  };
}

const askerOf =
  (schema: GraphQLSchema, report: ReportBug): OpenGraph['ask'] =>
  async (source, contextValue) => {
    const result = await graphql({ schema, source, contextValue });
    for (const error of result.errors ?? []) presentError(error.toJSON(), error, report);
    return result;
  };
