import { Module } from '@nestjs/common';
import { LetterModule } from '../letter/letter.module';
import { ParameterModule } from '../parameter/parameter.module';
import { PaymentRequestRepository } from './payment-request.repository';
import { PaymentRequestResolver } from './payment-request.resolver';
import { PaymentRequestService } from './payment-request.service';
import { PaymentSlipService } from './payment-slip.service';

/** Asking for what is owed: under a reference, never for more than is open. */
@Module({
  imports: [LetterModule, ParameterModule],
  providers: [PaymentRequestRepository, PaymentRequestService, PaymentSlipService, PaymentRequestResolver],
  exports: [PaymentRequestService],
})
export class PaymentRequestModule {}
