import { Module } from '@nestjs/common';
import { CredentialService } from './credential.service';
import { VoucherPdfService } from './voucher-pdf.service';
import { VoucherRepository } from './voucher.repository';
import { VoucherResolver } from './voucher.resolver';
import { VoucherService } from './voucher.service';

/** Vouchers of birth registrations: drawn once, verified by anybody, proof of nothing but themselves. */
@Module({
  providers: [VoucherRepository, VoucherPdfService, CredentialService, VoucherService, VoucherResolver],
  exports: [VoucherService, VoucherResolver],
})
export class VoucherModule {}
