import * as path from 'node:path';
import { inContext, systemContext } from '@app/database';
import { buildSubgraphSchema, collectSources, resolversOf } from '@app/graphql';
import { openServiceDoor, type ServiceDoor, type ServiceDoorOptions } from '@app/service';
import type { INestApplicationContext } from '@nestjs/common';
import { z } from 'zod';
import { CertificateService } from './certificate/certificate.service';
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
const familyBody = z.strictObject({ idNumber: z.string().max(40) });

/**
 * What registration shows to the other processes: its part of the graph and a citizen's family to the gateway, the
 * change feed, what newborn matters ask for and which certificates ended to subsidy, and who somebody is to the apps that
 * speak with other places.
 */
export function openRegistrationDoor(
  app: INestApplicationContext,
  options: Omit<ServiceDoorOptions, 'graph' | 'routes'>,
): Promise<ServiceDoor> {
  const feed = app.get(FeedService, { strict: false });
  const identities = app.get(PersonIdentityService, { strict: false });
  const families = app.get(FamilyService, { strict: false });
  const certificates = app.get(CertificateService, { strict: false });
  const newborns = app.get(NewbornClaimService, { strict: false });
  const parts = { app: 'registration', sources: collectSources(APPS), resolvers: resolversOf(app, RegistrationModule) };
  return openServiceDoor({
    ...options,
    graph: { schema: buildSubgraphSchema(parts), from: ['gateway'] },
    routes: {
      '/feed': {
        from: ['subsidy'],
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
      '/family': { from: ['gateway'], answer: (body) => families.of(familyBody.parse(body).idNumber) },
    },
  });
}
