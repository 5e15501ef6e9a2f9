import * as path from 'node:path';
import { COORDINATION_KINDS, overpaymentToWire } from '@app/contracts';
import { buildSubgraphSchema, collectSources, resolversOf } from '@app/graphql';
import { openServiceDoor, type ServiceDoor, type ServiceDoorOptions } from '@app/service';
import { inContext, systemContext } from '@app/database';
import type { INestApplicationContext } from '@nestjs/common';
import { z } from 'zod';
import { PaidHereService } from './enrolment/paid-here.service';
import { OverpaymentService } from './overpayment/overpayment.service';
import { MatterService } from './portability/matter.service';
import { SubsidyModule } from './subsidy.module';

const APPS = path.join(__dirname, '..', '..');

const personBody = z.strictObject({ personId: z.uuid() });
const overpaymentBody = z.strictObject({ id: z.uuid() });
const matterBody = z.strictObject({ matter: z.uuid() });
const words = z.record(z.string().max(100), z.string().max(1_000));
const askedBody = z.strictObject({
  request: z.string().max(100),
  kind: z.enum(COORDINATION_KINDS),
  purpose: z.string().max(500),
  legalBasis: z.string().max(500),
  fromDivision: z.string().regex(/^\d{12}$/),
  toDivision: z.string().regex(/^\d{12}$/),
  personId: z.uuid().nullable(),
  fields: z.array(z.string().max(100)).max(50),
  offered: words,
});

/**
 * What subsidy shows to the other processes: its part of the graph to the gateway, who is paid here to the exchange, what it
 * wants of other places, or knows for them, to migrant, and what was overpaid to fees.
 */
export function openSubsidyDoor(
  app: INestApplicationContext,
  options: Omit<ServiceDoorOptions, 'graph' | 'routes'>,
): Promise<ServiceDoor> {
  const parts = { app: 'subsidy', sources: collectSources(APPS), resolvers: resolversOf(app, SubsidyModule) };
  const enrolments = app.get(PaidHereService, { strict: false });
  const matters = app.get(MatterService, { strict: false });
  const overpayments = app.get(OverpaymentService, { strict: false });
  return openServiceDoor({
    ...options,
    graph: { schema: buildSubgraphSchema(parts), from: ['gateway'] },
    routes: {
      '/enrolments': {
        from: ['exchange'],
        answer: (body, { service }) => {
          const { personId } = personBody.parse(body);
          const context = systemContext('enrolments', { actor: `system:${service}`, purpose: 'exchange' });
          return inContext(context, () => enrolments.of(personId));
        },
      },
      '/overpayment': {
        from: ['fees'],
        answer: (body, { service }) => {
          const { id } = overpaymentBody.parse(body);
          const context = systemContext('overpayment', { actor: `system:${service}`, purpose: 'payment' });
          return inContext(context, async () => {
            const found = await overpayments.overpayment(id);
            return found && overpaymentToWire(found);
          });
        },
      },
      '/coordination-matter': {
        from: ['migrant'],
        answer: (body, { service }) => {
          const { matter } = matterBody.parse(body);
          const context = systemContext('place matter', { actor: `system:${service}` });
          return inContext(context, () => matters.matter(matter));
        },
      },
      '/coordination-reply': {
        from: ['migrant'],
        answer: (body, { service }) => {
          const asked = askedBody.parse(body);
          const context = systemContext('place answer', { actor: `system:${service}` });
          return inContext(context, () => matters.answer(asked));
        },
      },
    },
  });
}
