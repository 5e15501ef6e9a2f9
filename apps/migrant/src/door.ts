import * as path from 'node:path';
import { COORDINATION_APPS } from '@app/contracts';
import { buildSubgraphSchema, collectSources, resolversOf } from '@app/graphql';
import { openServiceDoor, type ServiceDoor, type ServiceDoorOptions } from '@app/service';
import type { INestApplicationContext } from '@nestjs/common';
import { z } from 'zod';
import { refuse } from './coordination/coordination.errors';
import { CoordinationMessageService } from './coordination/coordination-message.service';
import { CoordinationOpeningService } from './coordination/coordination-opening.service';
import { MigrantModule } from './migrant.module';

const APPS = path.join(__dirname, '..', '..');

const answersBody = z.strictObject({
  app: z.enum(COORDINATION_APPS),
  matters: z.array(z.string().regex(/^[\w.-]{1,100}$/)).max(1_000),
});
const messageBody = z.strictObject({ message: z.uuid() });

/**
 * What this app shows to the other processes: its part of the graph to the gateway, what became of matters to the apps whose
 * they are, and what other installations are to be told to the exchange.
 */
export function openMigrantDoor(
  app: INestApplicationContext,
  options: Omit<ServiceDoorOptions, 'graph' | 'routes'>,
): Promise<ServiceDoor> {
  const parts = { app: 'migrant', sources: collectSources(APPS), resolvers: resolversOf(app, MigrantModule) };
  const opening = app.get(CoordinationOpeningService, { strict: false });
  const messages = app.get(CoordinationMessageService, { strict: false });
  return openServiceDoor({
    ...options,
    graph: { schema: buildSubgraphSchema(parts), from: ['gateway'] },
    routes: {
      '/coordination-answers': {
        from: COORDINATION_APPS,
        answer: async (body, { service }) => {
          const { app: claimed, matters } = answersBody.parse(body);
          if (claimed !== service) throw refuse.matterOfAnother(claimed);
          return opening.answers(claimed, matters);
        },
      },
      '/peer-messages': {
        from: ['exchange'],
        answer: (body) => messages.message(messageBody.parse(body).message),
      },
    },
  });
}
