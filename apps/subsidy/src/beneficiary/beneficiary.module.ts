import { Module } from '@nestjs/common';
import { BeneficiaryRepository } from './beneficiary.repository';
import { BeneficiaryService } from './beneficiary.service';

/** The child behind a claim: one record, however many papers name it. */
@Module({ providers: [BeneficiaryRepository, BeneficiaryService], exports: [BeneficiaryService] })
export class BeneficiaryModule {}
