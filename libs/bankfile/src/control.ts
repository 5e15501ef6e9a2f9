import { type Fen, yuanText } from '@app/kernel';
import { refuse } from './bankfile.errors';
import { ReferenceSet } from './reference-set';

/** Counts and adds up the lines of one file, and refuses a reference that comes twice. */
export class Control {
  count = 0;
  totalFen: Fen = 0n;
  private readonly seen = new ReferenceSet();

  add(endToEndId: string, amountFen: Fen, line: number): void {
    if (!this.seen.add(endToEndId)) throw refuse.duplicateReference(line, endToEndId);
    this.count++;
    this.totalFen += amountFen;
  }

  /** Called at the end: the lines must keep what the head promised. */
  assert(count: number, totalFen: Fen): void {
    if (this.count !== count) throw refuse.countWrong(0, count, this.count);
    if (this.totalFen !== totalFen) throw refuse.totalWrong(0, yuanText(totalFen), yuanText(this.totalFen));
  }

  /** Called line by line: a file with more lines than announced is not read to its end, however long it is. */
  assertRoom(count: number, line: number): void {
    if (this.count >= count) throw refuse.countWrong(line, count, this.count + 1);
  }
}
