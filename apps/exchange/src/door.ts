import * as path from 'node:path';
import { REGISTRY_ASKERS, REGISTRY_PURPOSES, type RegistryPurpose } from '@app/contracts';
import { buildSubgraphSchema, collectSources, resolversOf } from '@app/graphql';
import {
  openOutsideDoor,
  openServiceDoor,
  type OutsideCall,
  type OutsideDoorOptions,
  type ServiceDoor,
  type ServiceDoorOptions,
} from '@app/service';
import { day } from '@app/kernel';
import type { INestApplicationContext } from '@nestjs/common';
import { z } from 'zod';
import { CallbackService } from './callback/callback.service';
import { EnrolmentAnsweringService } from './enrolment/enrolment-answering.service';
import { EnrolmentService } from './enrolment/enrolment.service';
import { ExchangeModule } from './exchange.module';
import { PeerService } from './peer/peer.service';
import { ReceivingService } from './peer/receiving.service';
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
const peerMessageBody = z.strictObject({ message: z.uuid() });
const divisionBody = z.strictObject({ divisionCode: z.string().regex(/^\d{12}$/) });
const enrolmentBody = z.strictObject({
  questions: z
    .array(
      z.strictObject({
        reference: z.string().regex(/^[\w.-]{1,100}$/),
        personId: z.uuid(),
        programme: z.string().regex(/^[\w.-]{1,60}$/),
        from: z.iso.date().transform(day),
        until: z.iso.date().transform(day),
        divisionCode: z.string().regex(/^\d{12}$/),
        legalBasis: z.string().min(2).max(200),
      }),
    )
    .max(1_000),
});
const referencesBody = z.strictObject({ references: z.array(z.string().max(100)).max(1_000) });
const pageBody = z.strictObject({ after: z.string().max(20), limit: z.number().int().min(1).max(PAGE_MAX) });

/**
 * What the exchange shows to the other processes: its part of the graph to the gateway; questions and their answers to the
 * apps that ask, each its own; the registry's changes to the register; messages of other installations to whom they are for.
 */
export function openExchangeDoor(
  app: INestApplicationContext,
  options: Omit<ServiceDoorOptions, 'graph' | 'routes'>,
): Promise<ServiceDoor> {
  const questions = app.get(QuestionService, { strict: false });
  const events = app.get(RegistryEventService, { strict: false });
  const peers = app.get(PeerService, { strict: false });
  const enrolments = app.get(EnrolmentService, { strict: false });
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
      '/enrolment-questions': {
        from: ['subsidy'],
        answer: async (body) => {
          await enrolments.ask(enrolmentBody.parse(body).questions);
          return {};
        },
      },
      '/enrolment-answers': {
        from: ['subsidy'],
        answer: (body) => enrolments.answers(referencesBody.parse(body).references),
      },
      '/enrolment-peers': { from: ['subsidy'], answer: () => enrolments.hasPeers() },
      '/peer-inbox': {
        from: ['migrant'],
        answer: (body) => peers.message(peerMessageBody.parse(body).message),
      },
      '/peer-of': {
        from: ['migrant'],
        answer: (body) => peers.peerOf(divisionBody.parse(body).divisionCode),
      },
    },
  });
}

/** What others reach: the household registry's callbacks, messages of other installations, and our public keys. */
export function openCallbackDoor(app: INestApplicationContext, options: Omit<OutsideDoorOptions, 'takes' | 'shows'>) {
  const callbacks = app.get(CallbackService, { strict: false });
  const receiving = app.get(ReceivingService, { strict: false });
  const answering = app.get(EnrolmentAnsweringService, { strict: false });
  const peers = app.get(PeerService, { strict: false });
  const take = ({ body, headers }: OutsideCall) => callbacks.receive(body, headers);
  return openOutsideDoor({
    ...options,
    takes: {
      '/spdci/on-search': take,
      '/spdci/on-subscribe': take,
      '/spdci/notify': take,
      '/peer/messages': ({ body }) => receiving.receive(body),
      '/spdci/registry/sync/enrolled': ({ body }) => answering.answer(body),
    },
    shows: {
      '/.well-known/jwks.json': async () => {
        const { keys } = (await callbacks.publicKeys()) as { keys: object[] };
        return { keys: [...keys, ...peers.publicKeys()] };
      },
    },
  });
}
