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

  /** The beneficiary that a person of the register is, made where there is none. */
  ofPerson(tx: Tx, personId: string, birthCertificateKey: Buffer | null): Promise<string> {
    return this.beneficiaries.ofPerson(tx, personId, birthCertificateKey);
  }

  /** Lets newly arrived register facts name and merge beneficiaries; returns how many were merged. */
  linkToRegister(tx: Tx): Promise<number> {
    return this.beneficiaries.linkToRegister(tx);
  }
}
