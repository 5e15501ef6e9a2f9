import { AsyncLocalStorage } from 'node:async_hooks';
import { createHmac, randomUUID } from 'node:crypto';

/** Who is responsible for the work under way, what for, and how far they may see. One per operation. */
export interface WorkContext {
  /** Stable id of the officer, citizen, agency or part of the system. */
  readonly actor: string;
  /** What is being done: a field of the graph (`Mutation.approveBatch`), a step of the command line, a job. */
  readonly operation: string;
  /** The permission word it was allowed by. */
  readonly permission: string;
  /** Why: a code of the closed list of purposes. */
  readonly purpose: string;
  /** The claim or case it is done for, where there is one. */
  readonly caseRef?: string;
  /** The same for everything that one request does. */
  readonly requestId: string;
  /** Leading digits of the divisions that may be seen: '' is the whole installation, undefined none. */
  readonly division?: string;
  /** A citizen's own matters: blind index (hex) of their identity number, and the persons of their family. */
  readonly family?: { readonly key: string; readonly persons: readonly string[] };
  /** Names of the fields that were asked for, by the kind of thing they belong to. */
  readonly fields?: Readonly<Record<string, readonly string[]>>;
  /** Moving messages, health: touches nobody's data and is not written to the audit log. */
  readonly isPlumbing?: boolean;
}

const storage = new AsyncLocalStorage<WorkContext>();

/** Does `work`, and everything it awaits, in this context. Without one the database shows nothing. */
export const inContext = <T>(context: WorkContext, work: () => T): T => storage.run(context, work);

export const currentContext = (): WorkContext | undefined => storage.getStore();

/** The system itself, over the whole installation: background work, the command line, tests. */
export const systemContext = (operation: string, more: Partial<WorkContext> = {}): WorkContext => ({
  actor: 'system',
  operation,
  permission: 'system',
  purpose: 'operation',
  requestId: randomUUID(),
  division: '',
  ...more,
});

/** The key that a schema's contexts are signed with: who knows the runtime role's password may speak for the app. */
export const contextKey = (rolePassword: string, schema: string): Buffer =>
  createHmac('sha256', rolePassword).update(`yangyu context v1 ${schema}`).digest();

/** The two blocks of HMAC-SHA-256, so that the server needs nothing but sha256() to check a signature. */
export const contextPads = (key: Buffer): { inner: Buffer; outer: Buffer } => {
  const block = Buffer.concat([key, Buffer.alloc(64 - key.length)]);
  return { inner: Buffer.from(block.map((byte) => byte ^ 0x36)), outer: Buffer.from(block.map((byte) => byte ^ 0x5c)) };
};

/** What the server is told, `<base64 of JSON>.<signature in hex>`: a statement smuggled in cannot widen it. */
export function signContext(context: WorkContext, key: Buffer): string {
  const { actor, operation, permission, purpose, caseRef, requestId, division, family } = context;
  const claims = {
    actor,
    operation,
    permission,
    purpose,
    case: caseRef,
    request: requestId,
    division,
    key: family?.key,
    family: family?.persons,
  };
  const body = Buffer.from(JSON.stringify(claims)).toString('base64');
  return `${body}.${createHmac('sha256', key).update(body).digest('hex')}`;
}
