import * as path from 'node:path';
import { COORDINATION_APPS } from '@app/contracts';
import { inContext, systemContext } from '@app/database';
import { buildSubgraphSchema, collectSources, resolversOf } from '@app/graphql';
import { findDay } from '@app/kernel';
import { openServiceDoor, type ServiceDoor, type ServiceDoorOptions } from '@app/service';
import type { INestApplicationContext } from '@nestjs/common';
import { z } from 'zod';
import { refuse } from './coordination/coordination.errors';
import { CoordinationMessageService } from './coordination/coordination-message.service';
import { CoordinationOpeningService } from './coordination/coordination-opening.service';
import { MigrantModule } from './migrant.module';
import { ResidenceService } from './residence/residence.service';

const APPS = path.join(__dirname, '..', '..');

const answersBody = z.strictObject({
  app: z.enum(COORDINATION_APPS),
  matters: z.array(z.string().regex(/^[\w.-]{1,100}$/)).max(1_000),
});
const newcomersBody = z.strictObject({
  personIds: z.array(z.uuid()).max(10_000),
  on: z.string().transform((text, check) => findDay(text) ?? (check.addIssue('not a day'), z.NEVER)),
});
const messageBody = z.strictObject({ message: z.uuid() });

/**
 * What this app shows to the other processes: its part of the graph to the gateway, who is from elsewhere to subsidy, what
 * became of matters to the apps whose they are, and what other installations are to be told to the exchange.
 */
export function openMigrantDoor(
  app: INestApplicationContext,
  options: Omit<ServiceDoorOptions, 'graph' | 'routes'>,
): Promise<ServiceDoor> {
  const parts = { app: 'migrant', sources: collectSources(APPS), resolvers: resolversOf(app, MigrantModule) };
  const residences = app.get(ResidenceService, { strict: false });
  const opening = app.get(CoordinationOpeningService, { strict: false });
  const messages = app.get(CoordinationMessageService, { strict: false });
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
