import { randomBytes } from 'node:crypto';

/**
 * Ids made here and not by the database, since a sealed number is bound to its row's id: UUID v7 (RFC 9562) of one
 * moment, counting up, so that rows written together stand together in every index.
 */
export function idsFrom(at: Date): () => string {
  const time = at.getTime().toString(16).padStart(12, '0');
  let count = 0;
  let random = '';
  return () => {
    if (random === '') random = randomBytes(6 * 512).toString('hex'); // One call for many: each costs microseconds.
    const tail = random.slice(0, 12);
    random = random.slice(12);
    const [high, low] = [(count >> 14) & 0xfff, count & 0x3fff];
    count++;
    return (
      `${time.slice(0, 8)}-${time.slice(8)}-7${high.toString(16).padStart(3, '0')}` +
      `-${(0x8000 | low).toString(16)}-${tail}`
    );
  };
}

/** One such id. */
export const newId = (at: Date): string => idsFrom(at)();
