import * as path from 'node:path';
import { buildSubgraphSchema, collectSources, resolversOf } from '@app/graphql';
import { openServiceDoor, type ServiceDoor, type ServiceDoorOptions } from '@app/service';
import type { INestApplicationContext } from '@nestjs/common';
import { MigrantModule } from './migrant.module';

const APPS = path.join(__dirname, '..', '..');

/** What this app shows to the other processes: its part of the graph to the gateway. */
export function openMigrantDoor(
  app: INestApplicationContext,
  options: Omit<ServiceDoorOptions, 'graph' | 'routes'>,
): Promise<ServiceDoor> {
  const parts = { app: 'migrant', sources: collectSources(APPS), resolvers: resolversOf(app, MigrantModule) };
  return openServiceDoor({ ...options, graph: { schema: buildSubgraphSchema(parts), from: ['gateway'] }, routes: {} });
}
