import * as path from 'node:path';
import { inContext, systemContext } from '@app/database';
import { buildSubgraphSchema, collectSources, resolversOf } from '@app/graphql';
import { openServiceDoor, type ServiceDoor, type ServiceDoorOptions } from '@app/service';
import type { INestApplicationContext } from '@nestjs/common';
import { findDay } from '@app/kernel';
import { z } from 'zod';
import { MigrantModule } from './migrant.module';
import { ResidenceService } from './residence/residence.service';

const APPS = path.join(__dirname, '..', '..');

const newcomersBody = z.strictObject({
  personIds: z.array(z.uuid()).max(10_000),
  on: z.string().transform((text, check) => findDay(text) ?? (check.addIssue('not a day'), z.NEVER)),
});

/** What this app shows to the other processes: its part of the graph to the gateway, who is from elsewhere to subsidy. */
export function openMigrantDoor(
  app: INestApplicationContext,
  options: Omit<ServiceDoorOptions, 'graph' | 'routes'>,
): Promise<ServiceDoor> {
  const parts = { app: 'migrant', sources: collectSources(APPS), resolvers: resolversOf(app, MigrantModule) };
  const residences = app.get(ResidenceService, { strict: false });
  return openServiceDoor({
    ...options,
    graph: { schema: buildSubgraphSchema(parts), from: ['gateway'] },
    routes: {
      '/newcomers': {
        from: ['subsidy'],
        answer: (body, { service }) => {
          const { personIds, on } = newcomersBody.parse(body);
          const context = systemContext('newcomers', { actor: `system:${service}` });
          return inContext(context, () => residences.standing(personIds, on));
        },
      },
    },
  });
}
