import { Module } from '@nestjs/common';
import { PaymentRequestRepository } from './payment-request.repository';
import { PaymentRequestService } from './payment-request.service';

/** Asking for what is owed: under a reference, never for more than is open. */
@Module({ providers: [PaymentRequestRepository, PaymentRequestService], exports: [PaymentRequestService] })
export class PaymentRequestModule {}
