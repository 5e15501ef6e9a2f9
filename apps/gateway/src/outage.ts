import type { ApolloServerPlugin } from '@apollo/server';

/** When a client may try again, in seconds. */
export const RETRY_AFTER = '10';

/** An answer of which nothing is left because an app did not answer says so in HTTP too, for whoever only reads that. */
export const outageStatus: ApolloServerPlugin = {
  requestDidStart: async () => ({
    willSendResponse: async ({ response }) => {
      if (response.body.kind !== 'single') return;
      const { data, errors } = response.body.singleResult;
      if (!errors?.some(({ extensions }) => extensions?.code === 'SUBGRAPH_UNAVAILABLE')) return;
      response.http.headers.set('retry-after', RETRY_AFTER);
      if (Object.values(data ?? {}).every((value) => value === null)) response.http.status = 503;
    },
  }),
};
