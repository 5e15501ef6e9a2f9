import { type Database, newId, type Read } from '@app/database';
import { CLOCK, type Clock, type Day } from '@app/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { FEES_DATABASE } from '../fees.tokens';
import { LetterService } from '../letter/letter.service';
import { ParameterService } from '../parameter/parameter.service';
import { ConsentRepository } from './consent.repository';
import { refuse } from './delivery.errors';
import type { Consent } from './delivery.types';

const KIND = 'delivery-consent';

/** Consents to electronic service: by the person, on line or on paper; taken back whenever they wish. */
@Injectable()
export class ConsentService {
  constructor(
    @Inject(FEES_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly consents: ConsentRepository,
    private readonly letters: LetterService,
    private readonly parameters: ParameterService,
  ) {}

  /** A person's own consents, the newest first. */
  own(): Promise<Consent[]> {
    return this.database.read(async (read) => read.disclose(KIND, await this.consents.own(read)));
  }

  /** The consent of a person that holds, if there is one. */
  async inForce(read: Read, key: Buffer): Promise<Consent | undefined> {
    const [consent] = await this.consents.inForce(read, key);
    return consent;
  }

  /** Somebody agrees for themselves; the same consent again where one holds. */
  give(key: string | null): Promise<string> {
    return this.add(ownerOf(key), { basis: 'online', reference: null, givenOn: this.clock.today() });
  }

  /** Somebody agreed on paper, as an officer records who wrote them a letter. */
  async record(letterId: string, reference: string, givenOn: Day): Promise<string> {
    const name = reference.trim();
    if (name === '' || [...name].length > 60) throw refuse.reasonMissing();
    if (givenOn > this.clock.today()) throw refuse.dayImpossible(givenOn, '', this.clock.today());
    const key = await this.database.read(async (read) => {
      const [letter] = await this.letters.byIds(read, [letterId]);
      if (!letter) throw refuse.letterUnknown(letterId);
      return this.letters.recipientKey(read, letterId);
    });
    if (!key) throw refuse.noRecipientKey();
    return this.add(key, { basis: 'paper', reference: name, givenOn });
  }

  /** Somebody takes their consents back: what was served by then stays served. */
  revoke(key: string | null): Promise<boolean> {
    const owner = ownerOf(key);
    return this.database.write(async (tx) => {
      await this.consents.lock(tx, owner);
      const held = await this.consents.inForce(tx, owner);
      for (const { id } of held) await this.consents.end(tx, id, this.clock.today(), this.clock.now());
      tx.concern(
        KIND,
        held.map(({ id }) => id),
      );
      return held.length > 0;
    });
  }

  private add(
    key: Buffer,
    consent: { readonly basis: Consent['basis']; readonly reference: string | null; readonly givenOn: Day },
  ): Promise<string> {
    return this.database.write(async (tx) => {
      await this.consents.lock(tx, key);
      const [held] = await this.consents.inForce(tx, key);
      if (held) return held.id;
      const at = this.clock.now();
      const id = newId(at);
      const words = await this.parameters.text(tx, 'delivery.consent-text', '', this.clock.today());
      await this.consents.insert(tx, { id, key, words, at, ...consent });
      tx.concern(KIND, [id]);
      return id;
    });
  }
}

/** The blind index of whoever acts for themselves. */
function ownerOf(key: string | null): Buffer {
  if (key === null) throw refuse.noAccount();
  return Buffer.from(key, 'hex');
}
