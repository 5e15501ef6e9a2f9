import { Module } from '@nestjs/common';
import { LetterModule } from '../letter/letter.module';
import { ParameterModule } from '../parameter/parameter.module';
import { ConsentRepository } from './consent.repository';
import { ConsentService } from './consent.service';
import { DeliveryBellService } from './delivery-bell.service';
import { DeliveryRepository } from './delivery.repository';
import {
  DeliveryAttemptResolver,
  DeliveryOutcomeResolver,
  DeliveryResolver,
  UndeliveredLetterResolver,
} from './delivery.resolver';
import { DeliveryService } from './delivery.service';

/** Serving letters, by each mode and with its proof: without a served day no period runs. */
@Module({
  imports: [LetterModule, ParameterModule],
  providers: [
    ConsentRepository,
    ConsentService,
    DeliveryRepository,
    DeliveryService,
    DeliveryBellService,
    DeliveryResolver,
    DeliveryAttemptResolver,
    DeliveryOutcomeResolver,
    UndeliveredLetterResolver,
  ],
  exports: [ConsentService, DeliveryService, DeliveryBellService],
})
export class DeliveryModule {}
