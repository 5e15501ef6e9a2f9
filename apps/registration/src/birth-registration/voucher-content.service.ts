import type { Tx } from '@app/database';
import { Injectable } from '@nestjs/common';
import { DivisionService } from '../division/division.service';
import { VoucherService } from '../voucher/voucher.service';
import { BirthRegistrationRepository } from './birth-registration.repository';
import type { ServiceText } from './birth-registration.rules';

/** What of a registration goes onto its voucher, and no more: who, which month or day, which office. */
@Injectable()
export class VoucherContentService {
  constructor(
    private readonly registrations: BirthRegistrationRepository,
    private readonly divisions: DivisionService,
    private readonly vouchers: VoucherService,
  ) {}

  async issue(tx: Tx, id: string, text: ServiceText): Promise<void> {
    const [row] = await this.registrations.byIds(tx, [id]);
    const parties = await this.registrations.parties(tx, [id]);
    const children = await this.registrations.children(tx, [id]);
    const address = text.value('verification-address');
    await this.vouchers.issue(tx, {
      registrationId: id,
      version: row!.version,
      divisionCode: row!.divisionCode,
      officeName: await this.divisions.nameOf(tx, row!.divisionCode),
      parties: parties.map(({ role, name, idNumberMask }) => ({ role, name, idMask: idNumberMask })),
      expectedMonth: row!.expectedMonth?.slice(0, 7) ?? null,
      bornOn: children.filter(({ kind }) => kind === 'born').map(({ bornOn }) => bornOn),
      verificationAddress: address === '-' ? null : address,
    });
  }

  end(tx: Tx, id: string, reason: 'withdrawn' | 'cancelled'): Promise<void> {
    return this.vouchers.end(tx, id, reason);
  }
}
