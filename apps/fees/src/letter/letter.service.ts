import { createHash, randomBytes } from 'node:crypto';
import { type Database, newId, type Read, type Tx } from '@app/database';
import { CLOCK, type Clock, countyOf, type DivisionCode, yearOf } from '@app/kernel';
import { codeOf, LetterPress, maskName, normalCode } from '@app/letter';
import { Inject, Injectable } from '@nestjs/common';
import { FEES_DATABASE } from '../fees.tokens';
import { refuse } from './letter.errors';
import { LetterRepository } from './letter.repository';
import type { LetterKind, LetterRow, LetterText, VerifiedLetter } from './letter.types';

const CODE_BYTES = 20;
const UNKNOWN: VerifiedLetter = {
  isKnown: false,
  no: null,
  kind: null,
  office: null,
  recipient: null,
  madeOn: null,
  isSameFile: null,
};

const sha256 = (content: Buffer | string): Buffer => createHash('sha256').update(content).digest();

/** Letters to people: made once, never changed, verified by whoever holds one. */
@Injectable()
export class LetterService {
  private readonly press = new LetterPress();

  constructor(
    @Inject(FEES_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly letters: LetterRepository,
  ) {}

  /** Makes a letter within another slice's change; returns its id. The code stands on the letter only. */
  async make(tx: Tx, text: LetterText): Promise<string> {
    const [at, madeOn] = [this.clock.now(), this.clock.today()];
    const [county, year] = [countyOf(text.divisionCode as DivisionCode), yearOf(madeOn)];
    const count = await this.letters.nextCount(tx, county, year);
    const no = `${county.slice(0, 6)}-${year}-${String(count).padStart(6, '0')}`;
    const code = codeOf(randomBytes(CODE_BYTES));
    const pdf = await this.press.draw({
      ...text,
      name: `${text.title} ${no}`,
      author: text.officeName,
      at,
      lines: [['文书编号', no], ...text.lines],
      signature: [text.officeName, madeOn],
      code,
      address: null,
    });
    const id = newId(at);
    const hashes = { pdfSha256: sha256(pdf), codeHash: sha256(normalCode(code)!) };
    await this.letters.insert(tx, { ...text, id, no, pdf, ...hashes, madeOn, at });
    tx.concern('letter', [id]);
    return id;
  }

  about(aboutIds: readonly string[]): Promise<LetterRow[]> {
    return this.database.read(async (read) => read.disclose('letter', await this.letters.about(read, aboutIds)));
  }

  /** The same within another slice's transaction. */
  findAbout(read: Read, aboutIds: readonly string[]): Promise<LetterRow[]> {
    return this.letters.about(read, aboutIds);
  }

  /** Letters by id, for whoever serves them; those that may not be seen are not among them. */
  byIds(read: Read, ids: readonly string[]): Promise<LetterRow[]> {
    return this.letters.byIds(read, ids);
  }

  /** The same, to be shown. */
  show(ids: readonly string[]): Promise<LetterRow[]> {
    return this.database.read(async (read) => read.disclose('letter', await this.letters.byIds(read, ids)));
  }

  /** Letters to whoever asks. */
  own(): Promise<LetterRow[]> {
    return this.database.read(async (read) => read.disclose('letter', await this.letters.own(read)));
  }

  /** The blind index of the number that a letter is addressed to. */
  recipientKey(read: Read, id: string): Promise<Buffer | null> {
    return this.letters.recipientKey(read, id);
  }

  /**
   * The delivered bytes. Refuses with LETTER_UNKNOWN.
   * @param only Of this kind, for whoever may read no other.
   */
  file(id: string, only: LetterKind | null = null): Promise<{ no: string; pdf: Buffer; sha256: string }> {
    return this.database.read(async (read) => {
      const found = await this.letters.withPdf(read, id);
      if (!found || (only !== null && found.kind !== only)) throw refuse.unknown(id);
      read.disclose('letter', [found]);
      return { no: found.no, pdf: found.pdf, sha256: found.pdfSha256.toString('hex') };
    });
  }

  /** What anybody is told who holds a code. What is no code is as unknown. */
  verify(code: string, fileSha256: string | null): Promise<VerifiedLetter> {
    const normal = normalCode(code);
    if (normal === undefined) return Promise.resolve(UNKNOWN);
    return this.database.read(async (read) => {
      const why = 'a code of 160 bits stands for the letter that it was printed on, whoever holds that';
      const found = await read.across(why, () => this.letters.byCode(read, sha256(normal)));
      if (!found) return UNKNOWN;
      return {
        isKnown: true,
        no: found.no,
        kind: found.kind,
        office: found.officeName,
        recipient: maskName(found.recipientName),
        madeOn: found.madeOn,
        isSameFile: fileSha256 === null ? null : found.pdfSha256.toString('hex') === fileSha256.trim().toLowerCase(),
      };
    });
  }
}
