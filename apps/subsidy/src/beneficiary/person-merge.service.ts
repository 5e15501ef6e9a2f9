import type { Tx } from '@app/database';
import { Injectable } from '@nestjs/common';
import { BeneficiaryRepository } from './beneficiary.repository';
import { PersonMergeRepository } from './person-merge.repository';

/** Follows the register where it finds two records to be one person, or finds that they are not. */
@Injectable()
export class PersonMergeService {
  constructor(
    private readonly beneficiaries: BeneficiaryRepository,
    private readonly merges: PersonMergeRepository,
  ) {}

  /** For the persons in `fact_vital`, inside the caller's transaction. Undoing comes first: a record may be merged anew. */
  async follow(tx: Tx, at: Date): Promise<void> {
    await this.beneficiaries.lock(tx);
    for (const { id, beneficiaryId } of await this.merges.undone(tx)) {
      await this.merges.undo(tx, id, at);
      await this.beneficiaries.returnAuthority(tx, beneficiaryId);
    }
    for (const found of await this.merges.pending(tx)) {
      const keeperId = found.keeperId ?? (await this.beneficiaries.findByPerson(tx, found.survivorId)) ?? null;
      const pair = { ...found, keeperId };
      const mergeId = await this.merges.record(tx, pair, at);
      if (keeperId === null) {
        await this.merges.relink(tx, pair.beneficiaryId, pair.survivorId);
        continue;
      }
      await this.merges.holdClashes(tx, mergeId, pair, at);
      await this.merges.moveTo(tx, mergeId, pair.beneficiaryId, keeperId);
      await this.beneficiaries.moveAuthority(tx, pair.beneficiaryId, keeperId);
    }
  }
}
