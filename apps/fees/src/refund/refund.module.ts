import { Module } from '@nestjs/common';
import { ParameterModule } from '../parameter/parameter.module';
import { RefundRepository } from './refund.repository';
import { RefundService } from './refund.service';

/** Giving money back to who paid it: verified by the unit, approved by finance, never more than was received. */
@Module({
  imports: [ParameterModule],
  providers: [RefundRepository, RefundService],
  exports: [RefundService],
})
export class RefundModule {}
