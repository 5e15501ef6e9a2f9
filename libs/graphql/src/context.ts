import { authorise, type Caller, defaultPurpose, type Requirement, scopeOf } from '@app/access';
import type { WorkContext } from '@app/database';
import DataLoader from 'dataloader';
import { GraphQLError, type GraphQLResolveInfo } from 'graphql';
import { randomUUID } from 'node:crypto';
import { type Asked, fieldsAsked, kindsOf } from './fields-asked';
import { refuse } from './graphql.errors';

/** Objects, not requests: one operation may ask for a page of everything, nested. */
export const OBJECTS_MAX = 10_000;

/** Counts what one operation has resolved. Once spent, no further resolver of the operation is called. */
export class ObjectBudget {
  private counted = 0;
  private spent: GraphQLError | undefined;

  constructor(private readonly max: number) {}

  /** Somebody who answers a part of this operation has counted to the end. */
  exhaust(): void {
    this.counted = this.max + 1;
  }

  get isSpent(): boolean {
    return this.counted > this.max;
  }

  /**
   * Throws one and the same error, which says that it has its place already: tens of thousands of fields may fail by it,
   * and an error and a stack for each would take seconds.
   */
  assertLeft(): void {
    if (!this.isSpent) return;
    if (!this.spent) {
      const refusal = refuse.answerTooLarge(this.max);
      this.spent = new GraphQLError(refusal.message, { originalError: refusal, path: [] });
    }
    throw this.spent;
  }

  /** Counts an object or the entries of a list; gives the value back. */
  count<T>(value: T): T {
    if (Array.isArray(value)) this.counted += value.length;
    else if (typeof value === 'object' && value !== null) this.counted += 1;
    this.assertLeft();
    return value;
  }
}

/** What the door learned of one request beside its caller. */
export interface GraphRequest {
  readonly id: string;
  /** When it came; a second factor is judged by it. */
  readonly now: Date | undefined;
  /** What the caller says it is for, where that is not what their role is for. */
  readonly purpose: string | undefined;
  /** The claim or case it is for. */
  readonly caseRef: string | undefined;
  /** What its sender asked for, by type, where somebody else asks for more on the way: the gateway, for its keys. */
  readonly asked?: Asked;
}

/** What every resolver gets as its last argument; lives as long as one operation. */
export class GraphContext {
  readonly budget: ObjectBudget;
  readonly request: GraphRequest;
  /** Fields asked for of things that tell of somebody, by kind; known once the first operation is called. */
  fields: WorkContext['fields'];
  /** What a reference stands for, for the second and every further field that is asked of it. */
  readonly wholes = new WeakMap<object, Promise<object>>();
  private readonly loaders = new Map<string, DataLoader<unknown, unknown>>();
  private readonly allowed = new Set<Requirement>();
  private readonly works = new Map<string, WorkContext>();

  constructor(
    readonly caller: Caller | undefined,
    objectsMax = OBJECTS_MAX,
    request: Partial<GraphRequest> = {},
  ) {
    this.budget = new ObjectBudget(objectsMax);
    this.request = { id: randomUUID(), now: undefined, purpose: undefined, caseRef: undefined, ...request };
  }

  /** Refuses with NOT_SIGNED_IN, NOT_PERMITTED or STEP_UP_REQUIRED; asked once per word and operation. */
  assertMay(word: Requirement): void {
    if (this.allowed.has(word)) return;
    authorise(this.caller, word, this.request.now);
    this.allowed.add(word);
  }

  /** Notes which fields are asked for; every operation of a request asks, the first is heard. */
  noteFields({ schema, operation, fragments }: Pick<GraphQLResolveInfo, 'schema' | 'operation' | 'fragments'>): void {
    this.fields ??= kindsOf(schema, this.request.asked ?? fieldsAsked(schema, operation, fragments));
  }

  /** What the database is told about work for one field of this operation; a page asks it for every row. */
  workFor(operation: string, word: Requirement): WorkContext {
    const known = this.works.get(operation);
    if (known?.permission === word && known.fields === this.fields) return known;
    const { caller, request, fields } = this;
    const work: WorkContext = {
      actor: caller?.id ?? 'anonymous',
      operation,
      permission: word,
      purpose: request.purpose ?? defaultPurpose(caller),
      caseRef: request.caseRef,
      requestId: request.id,
      division: caller && scopeOf(caller),
      family: caller?.family,
      fields,
    };
    this.works.set(operation, work);
    return work;
  }

  /** The signed-in caller; refuses with NOT_SIGNED_IN. Behind a permission that everybody must sign in for, never refuses. */
  getCaller(): Caller {
    if (!this.caller) throw refuse.notSignedIn();
    return this.caller;
  }

  /**
   * The loader of that name for this operation, made at first use: all keys asked for in one tick come as one batch.
   * `batch` answers in the order of the keys (see inOrder, inGroups). Names are `<noun>.<field>`.
   */
  loader<K, V>(name: string, batch: (keys: readonly K[]) => Promise<readonly (V | Error)[]>): DataLoader<K, V> {
    const found = this.loaders.get(name) ?? new DataLoader(batch);
    this.loaders.set(name, found);
    return found as DataLoader<K, V>;
  }
}

/** One row per key, in the order of the keys; null where there is none. */
export function inOrder<K, V>(keys: readonly K[], rows: readonly V[], keyOf: (row: V) => K): (V | null)[] {
  const byKey = new Map(rows.map((row) => [keyOf(row), row]));
  return keys.map((key) => byKey.get(key) ?? null);
}

/** The rows of each key, in the order of the keys; within a key in the order given. */
export function inGroups<K, V>(keys: readonly K[], rows: readonly V[], keyOf: (row: V) => K): V[][] {
  const groups = new Map<K, V[]>(keys.map((key) => [key, []]));
  for (const row of rows) groups.get(keyOf(row))?.push(row);
  return keys.map((key) => groups.get(key)!);
}
