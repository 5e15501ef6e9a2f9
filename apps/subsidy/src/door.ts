import * as path from 'node:path';
import { buildSubgraphSchema, collectSources, resolversOf } from '@app/graphql';
import { openServiceDoor, type ServiceDoor, type ServiceDoorOptions } from '@app/service';
import { inContext, systemContext } from '@app/database';
import type { INestApplicationContext } from '@nestjs/common';
import { z } from 'zod';
import { EnrolmentService } from './enrolment/enrolment.service';
import { SubsidyModule } from './subsidy.module';

const APPS = path.join(__dirname, '..', '..');

const personBody = z.strictObject({ personId: z.uuid() });

/** What subsidy shows to the other processes: its part of the graph to the gateway, who is paid here to the exchange. */
export function openSubsidyDoor(
  app: INestApplicationContext,
  options: Omit<ServiceDoorOptions, 'graph' | 'routes'>,
): Promise<ServiceDoor> {
  const parts = { app: 'subsidy', sources: collectSources(APPS), resolvers: resolversOf(app, SubsidyModule) };
  const enrolments = app.get(EnrolmentService, { strict: false });
  return openServiceDoor({
    ...options,
    graph: { schema: buildSubgraphSchema(parts), from: ['gateway'] },
    routes: {
      '/enrolments': {
        from: ['exchange'],
        answer: (body, { service }) => {
          const { personId } = personBody.parse(body);
          const context = systemContext('enrolment asked', { actor: `system:${service}`, purpose: 'exchange' });
          return inContext(context, () => enrolments.of(personId));
        },
      },
    },
  });
}
