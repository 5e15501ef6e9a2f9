import { Module } from '@nestjs/common';
import { RecoveryRepository } from './recovery.repository';
import { RecoveryService } from './recovery.service';

/** Recovery cases as other slices find them; the steps of a case stand in RecoveryModule, which needs those slices in turn. */
@Module({ providers: [RecoveryRepository, RecoveryService], exports: [RecoveryRepository, RecoveryService] })
export class RecoveryCaseModule {}
