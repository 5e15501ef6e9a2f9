const disclosed = new WeakSet<object>();

/** Whether a row was disclosed by the transaction that read it. */
export const isDisclosed = (row: object): boolean => disclosed.has(row);

/** What a transaction notes for its line in the audit log: kinds and ids, never values. */
export class Notes {
  /** Kind of thing → ids of those that were read, each once. */
  readonly read = new Map<string, Set<string>>();
  /** Kind of thing → ids of those that a change is about. */
  readonly changed = new Map<string, Set<string>>();

  get hasDisclosed(): boolean {
    return this.read.size > 0;
  }

  disclose<T extends object>(
    kind: string,
    rows: readonly T[],
    subjectOf: (row: T) => string | null = (row) => (row as { id: string }).id,
  ): T[] {
    for (const row of rows) {
      disclosed.add(row);
      const subject = subjectOf(row);
      if (subject !== null) note(this.read, kind, subject);
    }
    return [...rows];
  }

  concern(kind: string, ids: readonly string[]): void {
    for (const id of ids) note(this.changed, kind, id);
  }
}

function note(notes: Map<string, Set<string>>, kind: string, id: string): void {
  const ids = notes.get(kind) ?? new Set<string>();
  notes.set(kind, ids.add(id));
}
