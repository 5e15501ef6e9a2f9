import * as path from 'node:path';
import { REGISTRY_ASKERS, REGISTRY_PURPOSES, type RegistryPurpose } from '@app/contracts';
import { buildSubgraphSchema, collectSources, resolversOf } from '@app/graphql';
import {
  openOutsideDoor,
  openServiceDoor,
  type OutsideDoorOptions,
  type ServiceDoor,
  type ServiceDoorOptions,
} from '@app/service';
import type { INestApplicationContext } from '@nestjs/common';
import { z } from 'zod';
import { CallbackService } from './callback/callback.service';
import { ExchangeModule } from './exchange.module';
import { refuse } from './question/question.errors';
import { QuestionService } from './question/question.service';
import { RegistryEventService } from './registry-event/registry-event.service';

const APPS = path.join(__dirname, '..', '..');
const PAGE_MAX = 1_000;

const asker = z.enum(REGISTRY_ASKERS);
const questionBody = z.strictObject({
  asker,
  reference: z.string().regex(/^[\w.-]{1,100}$/),
  kind: z.enum(['verify', 'query']),
  person: z.strictObject({ idNumber: z.string().max(40), name: z.string().max(400) }),
  purpose: z.enum(Object.keys(REGISTRY_PURPOSES) as [RegistryPurpose, ...RegistryPurpose[]]),
  legalBasis: z.string().max(400),
  divisionCode: z.string().regex(/^\d{12}$/),
  officer: z.string().max(200).nullable(),
});
const answerBody = z.strictObject({ asker, question: z.uuid() });
const pageBody = z.strictObject({ after: z.string().max(20), limit: z.number().int().min(1).max(PAGE_MAX) });

/**
 * What the exchange shows to the other processes: its part of the graph to the gateway; questions and their answers to the
 * apps that ask, each its own; the registry's changes to the register.
 */
export function openExchangeDoor(
  app: INestApplicationContext,
  options: Omit<ServiceDoorOptions, 'graph' | 'routes'>,
): Promise<ServiceDoor> {
  const questions = app.get(QuestionService, { strict: false });
  const events = app.get(RegistryEventService, { strict: false });
  const parts = { app: 'exchange', sources: collectSources(APPS), resolvers: resolversOf(app, ExchangeModule) };
  const assertOwn = (claimed: string, service: string): void => {
    if (claimed !== service) throw refuse.askerOfAnother(claimed);
  };
  return openServiceDoor({
    ...options,
    graph: { schema: buildSubgraphSchema(parts), from: ['gateway'] },
    routes: {
      '/questions': {
        from: REGISTRY_ASKERS,
        answer: async (body, { service }) => {
          const question = questionBody.parse(body);
          assertOwn(question.asker, service);
          return questions.ask(question);
        },
      },
      '/answers': {
        from: REGISTRY_ASKERS,
        answer: async (body, { service }) => {
          const { asker: claimed, question } = answerBody.parse(body);
          assertOwn(claimed, service);
          return questions.answer(claimed, question);
        },
      },
      '/registry-events': {
        from: ['registration'],
        answer: (body) => {
          const { after, limit } = pageBody.parse(body);
          return events.page(after, limit);
        },
      },
    },
  });
}

/** What the household registry reaches: its callbacks, and our public keys. */
export function openCallbackDoor(app: INestApplicationContext, options: Omit<OutsideDoorOptions, 'takes' | 'shows'>) {
  const callbacks = app.get(CallbackService, { strict: false });
  const take = ({ body, headers }: { body: Buffer; headers: Record<string, string | string[] | undefined> }) =>
    callbacks.receive(body, headers);
  return openOutsideDoor({
    ...options,
    takes: { '/spdci/on-search': take, '/spdci/on-subscribe': take, '/spdci/notify': take },
    shows: { '/.well-known/jwks.json': () => callbacks.publicKeys() },
  });
}
