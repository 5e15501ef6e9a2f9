import type { ApolloServerPlugin } from '@apollo/server';
import { isRequirement, PUBLIC } from '@app/access';
import type { WorkContext } from '@app/database';
import type { GraphContext } from '@app/graphql';
import { OperationTypeNode } from 'graphql';

/** Writes down that a caller was refused what they may not do. */
export type NoteRefusal = (context: WorkContext, code: string) => Promise<void>;

/** Of somebody who is known and tried: whoever is not signed in has no name to put on record. */
const NOTED = new Set(['NOT_PERMITTED', 'STEP_UP_REQUIRED']);

/** What was refused at the door goes on record before the caller hears of it; once for each permission and request. */
export const refusalLog = (note: NoteRefusal): ApolloServerPlugin<GraphContext> => ({
  requestDidStart: () =>
    Promise.resolve({
      async willSendResponse({ contextValue, response, operation }) {
        if (response.body.kind !== 'single' || !contextValue.caller) return;
        const noted = new Set<string>();
        for (const { path, extensions } of response.body.singleResult.errors ?? []) {
          const { code, facts } = (extensions ?? {}) as { code?: string; facts?: { permission?: unknown } };
          const permission = typeof facts?.permission === 'string' ? facts.permission : PUBLIC;
          if (!code || !NOTED.has(code) || noted.has(`${code} ${permission}`)) continue;
          noted.add(`${code} ${permission}`);
          const kind = operation?.operation === OperationTypeNode.MUTATION ? 'Mutation' : 'Query';
          const word = isRequirement(permission) ? permission : PUBLIC;
          await note(contextValue.workFor(`${kind}.${path?.[0] ?? ''}`, word), code);
        }
      },
    }),
});
