import { Module } from '@nestjs/common';
import { TreasuryFileRepository } from './treasury-file.repository';
import { TreasuryFileService } from './treasury-file.service';

/** Files of payments for the treasury's bank, and the accounts of offices that they name. */
@Module({ providers: [TreasuryFileRepository, TreasuryFileService], exports: [TreasuryFileService] })
export class TreasuryFileModule {}
