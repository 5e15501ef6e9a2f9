import type { Tx } from '@app/database';
import { Injectable } from '@nestjs/common';
import { BeneficiaryRepository } from './beneficiary.repository';

/** Which child a claim is for, whatever paper named it. Works inside the caller's transaction. */
@Injectable()
export class BeneficiaryService {
  constructor(private readonly beneficiaries: BeneficiaryRepository) {}

  /** Fills beneficiary_id of the temp table `claim_in`. */
  resolve(tx: Tx): Promise<void> {
    return this.beneficiaries.resolve(tx);
  }

  /** Lets newly arrived register facts name and merge beneficiaries; returns how many were merged. */
  linkToRegister(tx: Tx): Promise<number> {
    return this.beneficiaries.linkToRegister(tx);
  }
}
