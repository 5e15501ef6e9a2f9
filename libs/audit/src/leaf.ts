import canonicalize from 'canonicalize';
import { leafHash } from './merkle';

/** A line of the audit log as it is hashed: every value a text, so that no number is rounded on the way. */
export interface AuditEntry {
  readonly id: string;
  readonly xid: string;
  /** UTC, with microseconds. */
  readonly at: string;
  readonly kind: 'read' | 'done' | 'refused' | 'decided';
  readonly actor: string;
  readonly operation: string;
  readonly permission: string;
  readonly purpose: string;
  readonly caseRef: string | null;
  readonly requestId: string;
  readonly division: string | null;
  readonly subjectType: string | null;
  readonly subjects: readonly string[];
  readonly fields: readonly string[];
  readonly code: string | null;
  /** SHA-256 of a decision's canonical text, in hex. */
  readonly content: string | null;
}

/** Hash of the canonical JSON of an entry (RFC 8785), as a leaf of the tree. */
export const leafOf = (entry: AuditEntry): Buffer => leafHash(Buffer.from(canonicalize(entry)!));
