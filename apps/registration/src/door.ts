import * as path from 'node:path';
import { COORDINATION_KINDS } from '@app/contracts';
import { inContext, systemContext } from '@app/database';
import { buildSubgraphSchema, collectSources, resolversOf } from '@app/graphql';
import { openServiceDoor, type ServiceDoor, type ServiceDoorOptions } from '@app/service';
import type { INestApplicationContext } from '@nestjs/common';
import { z } from 'zod';
import { ElsewhereMatterService } from './birth-registration/elsewhere-matter.service';
import { CertificateService } from './certificate/certificate.service';
import { SuccessionService } from './division/succession.service';
import { FeedService } from './feed/feed.service';
import { NewbornClaimService } from './newborn-matter/newborn-claim.service';
import { FamilyService } from './person/family.service';
import { PersonIdentityService } from './person/person-identity.service';
import { RegistrationModule } from './registration.module';

const APPS = path.join(__dirname, '..', '..');
const PAGE_MAX = 10_000;

const feedBody = z.strictObject({ after: z.string().max(100), limit: z.number().int().min(1).max(PAGE_MAX) });
const newbornClaimBody = z.strictObject({ subCase: z.uuid() });
const certificateBody = z.strictObject({ certificate: z.uuid() });
const caseRef = z.string().min(1).max(100);
const identitiesBody = z.strictObject({ personIds: z.array(z.uuid()).max(1_000), caseRef });
const findPersonBody = z.strictObject({
  name: z.string().max(400),
  idNumber: z.string().max(40).nullable(),
  birthCertificateNo: z.string().max(40).nullable(),
  caseRef,
});
const wholeBody = z.strictObject({});
const matterBody = z.strictObject({ matter: z.uuid() });
const words = z.string().max(400);
const askedBody = z.strictObject({
  request: z.uuid(),
  kind: z.enum(COORDINATION_KINDS),
  purpose: words,
  legalBasis: words,
  fromDivision: z.string().regex(/^\d{12}$/),
  toDivision: z.string().regex(/^\d{12}$/),
  personId: z.uuid().nullable(),
  fields: z.array(z.string().max(40)).max(20),
  offered: z.record(z.string().max(40), words),
});
const familyBody = z.strictObject({ idNumber: z.string().max(40) });

/**
 * What registration shows to the other processes: its part of the graph and a citizen's family to the gateway, the
 * change feed, what newborn matters ask for and which certificates ended to subsidy, who somebody is to the apps that
 * speak with other places, which division followed which, and questions whether a birth is registered elsewhere, ours and
 * theirs, to migrant.
 */
export function openRegistrationDoor(
  app: INestApplicationContext,
  options: Omit<ServiceDoorOptions, 'graph' | 'routes'>,
): Promise<ServiceDoor> {
  const elsewhere = app.get(ElsewhereMatterService, { strict: false });
  const feed = app.get(FeedService, { strict: false });
  const identities = app.get(PersonIdentityService, { strict: false });
  const successions = app.get(SuccessionService, { strict: false });
  const families = app.get(FamilyService, { strict: false });
  const certificates = app.get(CertificateService, { strict: false });
  const newborns = app.get(NewbornClaimService, { strict: false });
  const parts = { app: 'registration', sources: collectSources(APPS), resolvers: resolversOf(app, RegistrationModule) };
  return openServiceDoor({
    ...options,
    graph: { schema: buildSubgraphSchema(parts), from: ['gateway'] },
    routes: {
      '/feed': {
        from: ['subsidy', 'migrant'],
        answer: (body, { service }) => {
          const { after, limit } = feedBody.parse(body);
          const context = systemContext('feed', { actor: `system:${service}` });
          return inContext(context, () => feed.page(after, limit));
        },
      },
      '/newborn-claim': {
        from: ['subsidy'],
        answer: (body, { service }) => {
          const { subCase } = newbornClaimBody.parse(body);
          const context = systemContext('newborn-claim', { actor: `system:${service}` });
          return inContext(context, () => newborns.find(subCase));
        },
      },
      '/certificate-ended': {
        from: ['subsidy'],
        answer: (body, { service }) => {
          const { certificate } = certificateBody.parse(body);
          const context = systemContext('certificate-ended', { actor: `system:${service}` });
          return inContext(context, () => certificates.ended(certificate));
        },
      },
      '/identities': {
        from: ['migrant', 'exchange'],
        answer: (body, { service }) => {
          const { personIds, caseRef: what } = identitiesBody.parse(body);
          const context = systemContext('identities', { actor: `system:${service}` });
          return inContext(context, () => identities.identify(personIds, what));
        },
      },
      '/find-person': {
        from: ['migrant', 'exchange'],
        answer: (body, { service }) => {
          const { caseRef: what, ...stated } = findPersonBody.parse(body);
          const context = systemContext('find-person', { actor: `system:${service}` });
          return inContext(context, () => identities.find(stated, what));
        },
      },
      '/successions': {
        from: ['migrant'],
        answer: (body, { service }) => {
          wholeBody.parse(body);
          const context = systemContext('successions', { actor: `system:${service}` });
          return inContext(context, () => successions.all());
        },
      },
      '/coordination-matter': {
        from: ['migrant'],
        answer: (body, { service }) => {
          const { matter } = matterBody.parse(body);
          return inContext(systemContext('matter', { actor: `system:${service}` }), () => elsewhere.matter(matter));
        },
      },
      '/coordination-reply': {
        from: ['migrant'],
        answer: (body, { service }) => {
          const asked = askedBody.parse(body);
          return inContext(systemContext('reply', { actor: `system:${service}` }), () => elsewhere.answer(asked));
        },
      },
      '/family': { from: ['gateway'], answer: (body) => families.of(familyBody.parse(body).idNumber) },
    },
  });
}
