import * as path from 'node:path';
import { buildSubgraphSchema, collectSources, resolversOf } from '@app/graphql';
import { openServiceDoor, type ServiceDoor, type ServiceDoorOptions } from '@app/service';
import type { INestApplicationContext } from '@nestjs/common';
import { SubsidyModule } from './subsidy.module';

const APPS = path.join(__dirname, '..', '..');

/** What subsidy shows to the other processes: its part of the graph, to the gateway. */
export function openSubsidyDoor(
  app: INestApplicationContext,
  options: Omit<ServiceDoorOptions, 'graph' | 'routes'>,
): Promise<ServiceDoor> {
  const parts = { app: 'subsidy', sources: collectSources(APPS), resolvers: resolversOf(app, SubsidyModule) };
  return openServiceDoor({ ...options, graph: { schema: buildSubgraphSchema(parts), from: ['gateway'] } });
}
