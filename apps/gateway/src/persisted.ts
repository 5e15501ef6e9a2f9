import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Caller } from '@app/access';
import { refuse } from './gateway.errors';

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Operations that were written, reviewed and stored beforehand, by the SHA-256 of their text. */
export class PersistedOperations {
  private constructor(private readonly byHash: ReadonlyMap<string, string>) {}

  static open(folder = path.join(__dirname, 'operations')): PersistedOperations {
    const texts = readdirSync(folder)
      .filter((file) => file.endsWith('.graphql'))
      .map((file) => readFileSync(path.join(folder, file), 'utf8'));
    return new PersistedOperations(new Map(texts.map((text) => [digest(text), text])));
  }

  /** Hash and text of each, for whoever builds the desk and for the test that holds them against the schema. */
  entries(): [hash: string, text: string][] {
    return [...this.byHash];
  }

  /**
   * The query of a request: its own, or the stored one that it names by hash. Our own desk, `storedOnly`, may ask
   * nothing else: a stolen token of it, or a script on its page, can make no query of its own.
   * Refuses with OPERATION_NOT_STORED.
   */
  textOf(body: RequestBody, caller: Caller | undefined, storedOnly: string | undefined): string | undefined {
    const hash = body.extensions?.persistedQuery?.sha256Hash;
    if (typeof hash === 'string') {
      const stored = this.byHash.get(hash.toLowerCase());
      if (!stored) throw refuse.operationNotStored();
      return stored;
    }
    const isBound = storedOnly !== undefined && caller?.signIn?.client === storedOnly;
    if (isBound && !this.byHash.has(digest(String(body.query)))) throw refuse.operationNotStored();
    return body.query;
  }
}

export interface RequestBody {
  query?: string;
  extensions?: { persistedQuery?: { sha256Hash?: unknown } };
}
