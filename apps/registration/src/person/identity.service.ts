import type { Tx } from '@app/database';
import { Injectable } from '@nestjs/common';
import { IdentityRepository } from './identity.repository';
import type { Identity } from './identity.types';

/** Who is who, within another slice's transaction, as far as the context sees. */
@Injectable()
export class IdentityService {
  constructor(private readonly identities: IdentityRepository) {}

  async find(tx: Tx, id: string): Promise<Identity | undefined> {
    return (await this.identities.byIds(tx, [id]))[0];
  }

  /** The one person who holds a number; nobody while two hold it. */
  findByKey(tx: Tx, key: Buffer): Promise<Identity | undefined> {
    return this.identities.byKey(tx, key);
  }
}
