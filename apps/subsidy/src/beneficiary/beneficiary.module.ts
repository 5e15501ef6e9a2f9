import { Module } from '@nestjs/common';
import { BeneficiaryRepository } from './beneficiary.repository';
import { BeneficiaryService } from './beneficiary.service';
import { PersonMergeRepository } from './person-merge.repository';
import { PersonMergeService } from './person-merge.service';

/** The child behind a claim: one record, however many papers or records of the register name it. */
@Module({
  providers: [BeneficiaryRepository, PersonMergeRepository, BeneficiaryService, PersonMergeService],
  exports: [BeneficiaryService, PersonMergeService],
})
export class BeneficiaryModule {}
