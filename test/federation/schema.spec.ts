import * as path from 'node:path';
import { collectSources, mergeSdl } from '@app/graphql';
import { buildSchema, type GraphQLSchema, lexicographicSortSchema, printSchema } from 'graphql';
import { federatedSchema } from '../../apps/gateway/src/federation';
import { ServiceSigner } from '@app/access';
import { ServiceClient } from '@app/service';
import { TestClock } from '@app/testing';
import { makeKeys, readSupergraph } from '../support/federated-world';

const printed = (schema: GraphQLSchema) => printSchema(lexicographicSortSchema(schema));

const clients = ['registration', 'subsidy', 'migrant', 'exchange'].map(
  (service) =>
    new ServiceClient({
      service,
      url: 'http://127.0.0.1:9',
      signer: new ServiceSigner(makeKeys().gateway, new TestClock('2026-04-01')),
      onFailure: () => undefined,
    }),
);
afterAll(() => Promise.all(clients.map((client) => client.close())));

describe('the graph of several processes', () => {
  it('is to the public, word for word, the graph of one', () => {
    const merged = mergeSdl(collectSources(path.join(__dirname, '..', '..', 'apps')));
    expect(printed(federatedSchema(readSupergraph(), clients))).toBe(printed(buildSchema(merged)));
  });

  it('does not open while nobody answers for a part of it', () => {
    expect(() => federatedSchema(readSupergraph(), clients.slice(1))).toThrow('nobody answers for REGISTRATION');
  });
});
