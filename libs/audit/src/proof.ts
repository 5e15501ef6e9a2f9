import { type Database, inContext, systemContext } from '@app/database';
import { createHash } from 'node:crypto';
import { refuse } from './audit.errors';
import { decisionsAbout } from './entry.repository';
import type { AuditEntry } from './leaf';
import { inclusionPath } from './merkle';
import type { NoteVerifier } from './note';
import { lastCheckpoint, storedHashes } from './seal.repository';

/** What a citizen can check without us: tools/verify-proof/verify-proof.mjs needs this and nothing else. */
export interface DecisionProof {
  readonly format: 'yangyu-proof-v1';
  /** The decision in clear; the entry holds the SHA-256 of its canonical JSON. */
  readonly decision: unknown;
  readonly entry: AuditEntry;
  readonly leafIndex: number;
  /** Base64, from the leaf upwards. */
  readonly path: readonly string[];
  readonly checkpoint: string;
  readonly publicKey: string;
}

/**
 * Proves the newest decision about a subject. `texts` are the canonical texts that may have been decided; the entry
 * says which one was.
 */
export function proveDecision(
  database: Database,
  key: NoteVerifier,
  about: { subjectType: string; subject: string; name: string; texts: readonly string[] },
): Promise<DecisionProof> {
  const { subjectType, subject, name } = about;
  const texts = new Map(about.texts.map((text) => [createHash('sha256').update(text).digest('hex'), text]));
  return inContext(systemContext('audit.proof', { isPlumbing: true }), () =>
    database.read(async (read) => {
      const decisions = await decisionsAbout(read, subjectType, subject);
      const newest = decisions.at(-1);
      const text = newest && texts.get(newest.entry.content!);
      if (text === undefined) throw refuse.decisionUnknown(name);
      const checkpoint = await lastCheckpoint(read);
      if (newest!.leafIndex === null || !checkpoint) throw refuse.decisionUnsealed(name);
      const path = await inclusionPath(newest!.leafIndex, checkpoint.size, storedHashes(read));
      return {
        format: 'yangyu-proof-v1',
        decision: JSON.parse(text) as unknown,
        entry: newest!.entry,
        leafIndex: newest!.leafIndex,
        path: path.map((hash) => hash.toString('base64')),
        checkpoint: checkpoint.note,
        publicKey: key.toString(),
      };
    }),
  );
}
