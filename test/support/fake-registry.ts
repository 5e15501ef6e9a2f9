import type {
  BatchLine,
  BatchResult,
  EventPage,
  HouseholdRegistry,
  QueryReply,
  RegistryEvent,
  RegistryQuestion,
  RegistryRecord,
  VerifyReply,
} from '../../apps/exchange/src/household-registry/household-registry.types';

/** A household registry in a few lines: it knows whom it is told of, and does what a test says next. */
export class FakeRegistry implements HouseholdRegistry {
  records: RegistryRecord[] = [];
  dead = new Set<string>();
  feed: RegistryEvent[] = [];
  /** Every question that reached it. */
  readonly asked: RegistryQuestion[] = [];
  /** What it does instead of answering, once for each. */
  readonly instead: (() => Promise<never>)[] = [];
  /** Changes an answer on its way. */
  alter: <T extends object>(answer: T) => T = (answer) => answer;
  readonly batches = new Map<string, { lines: readonly BatchLine[]; results: BatchResult[]; isComplete: boolean }>();

  async verify(question: RegistryQuestion, person: { idNumber: string; name: string }): Promise<VerifyReply> {
    await this.begin(question);
    const echo = { requestId: question.requestId, idNumber: person.idNumber, name: person.name };
    return this.alter({ echo, result: this.verdict(person), isDeathMarked: this.dead.has(person.idNumber) });
  }

  async query(question: RegistryQuestion, person: { idNumber: string; name: string | null }): Promise<QueryReply> {
    await this.begin(question);
    const records = this.records.filter(({ idNumber }) => idNumber === person.idNumber);
    const echo = { requestId: question.requestId, idNumber: person.idNumber, name: person.name };
    return this.alter({ echo, records });
  }

  async submitBatch(question: RegistryQuestion, lines: readonly BatchLine[]): Promise<void> {
    await this.begin(question);
    if (!this.batches.has(question.requestId))
      this.batches.set(question.requestId, { lines, results: [], isComplete: false });
  }

  fetchBatch(requestId: string): Promise<{ results: readonly BatchResult[]; isComplete: boolean } | null> {
    const batch = this.batches.get(requestId);
    return Promise.resolve(batch && (batch.results.length > 0 || batch.isComplete) ? batch : null);
  }

  /** What it makes of the lines of a batch that a test picks. */
  answerLines(requestId: string, lineNos: readonly number[], isComplete: boolean): void {
    const batch = this.batches.get(requestId)!;
    for (const line of batch.lines.filter(({ lineNo }) => lineNos.includes(lineNo)))
      batch.results.push({ ...line, result: this.verdict(line), isDeathMarked: this.dead.has(line.idNumber) });
    batch.isComplete = isComplete;
  }

  events(after: string, limit: number): Promise<EventPage> {
    const from = Number(after || '0');
    const events = this.feed.slice(from, from + limit);
    const next = from + events.length;
    return Promise.resolve({ events, next: String(next), caughtUp: next >= this.feed.length });
  }

  private async begin(question: RegistryQuestion): Promise<void> {
    this.asked.push(question);
    await this.instead.shift()?.();
  }

  private verdict({ idNumber, name }: { idNumber: string; name: string | null }): VerifyReply['result'] {
    const found = this.records.filter((record) => record.idNumber === idNumber);
    if (found.length === 0) return 'not-found';
    return found.some((record) => record.name === name) ? 'match' : 'mismatch';
  }
}
