import { randomUUID } from 'node:crypto';
import { askedDivision, type Caller } from '@app/access';
import type { Database, Read, Tx } from '@app/database';
import { CLOCK, type Clock, divisionPrefix } from '@app/kernel';
import { Vault } from '@app/vault';
import { Inject, Injectable } from '@nestjs/common';
import { EXCHANGE_DATABASE } from '../exchange.tokens';
import { sealOf } from '../nomination/sealed-columns.types';
import { refuse } from './set-aside.errors';
import { SetAsideRepository } from './set-aside.repository';
import type { SetAsideAbout, SetAsideRow } from './set-aside.types';

/** Replies about somebody else, or older than what is known: kept sealed for a person to look into, never used. */
@Injectable()
export class SetAsideService {
  constructor(
    @Inject(EXCHANGE_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly vault: Vault,
    private readonly replies: SetAsideRepository,
  ) {}

  /** Keeps what came, in the transaction that decides not to use it. */
  async keep(tx: Tx, about: SetAsideAbout, content: unknown): Promise<void> {
    const id = randomUUID();
    const place = { table: sealOf('set_aside'), column: 'content_sealed', row: id };
    await this.replies.insert(tx, id, about, this.vault.seal(JSON.stringify(content), place), this.clock.now());
  }

  list(
    caller: Caller,
    division: string | null | undefined,
    isOpen: boolean | null | undefined,
    after: readonly string[] | undefined,
    limit: number,
  ): Promise<SetAsideRow[]> {
    const prefix = divisionPrefix(askedDivision(caller, division));
    return this.database.read((read) => this.replies.list(read, prefix, isOpen ?? undefined, after, limit));
  }

  countOpen(read: Read, prefix: string): Promise<number> {
    return this.replies.countOpen(read, prefix);
  }

  /** Somebody asked the registry what happened, and says so. */
  async settle(caller: Caller, id: string, note: string): Promise<SetAsideRow> {
    const said = note.trim();
    if ([...said].length < 2 || [...said].length > 500) throw refuse.noteMissing();
    return this.database.write(async (tx) => {
      if (!(await this.replies.settle(tx, id, caller.id, said, this.clock.now()))) throw refuse.unknown(id);
      tx.concern('set_aside', [id]);
      return (await this.replies.get(tx, id))!;
    });
  }
}
