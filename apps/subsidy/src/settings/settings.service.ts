import type { Day, DivisionCode } from '@app/kernel';
import { fundingShares } from '@app/rules';
import { Injectable } from '@nestjs/common';
import type { PayingAccount, PayingAccounts } from '../disbursement/disbursement.types';
import type { FundingShares, Shares } from '../funding/funding.types';
import { ProgrammeService } from '../programme/programme.service';

/** Who bears how much: the FUND_… parameters of the programme. */
@Injectable()
export class ProgrammeShares implements FundingShares {
  constructor(private readonly programmes: ProgrammeService) {}

  of(programme: string, county: DivisionCode, day: Day): Shares {
    return fundingShares(this.programmes.get(programme), county, day);
  }
}

/** The account a county pays from: the PAYING_… parameters of the programme. */
@Injectable()
export class ProgrammeAccounts implements PayingAccounts {
  constructor(private readonly programmes: ProgrammeService) {}

  of(name: string, county: DivisionCode): PayingAccount {
    const programme = this.programmes.get(name);
    return { ...payingAccount(county), itemCode: programme.code };
  }
}

/**
 * The zero-balance account of a county's treasury at its agent bank. Real ones are agreed between county and bank
 * (管理规范 art 17); until a county has entered its own, the number is made of its code and pays nobody by accident.
 */
function payingAccount(county: DivisionCode): Omit<PayingAccount, 'itemCode'> {
  const six = county.slice(0, 6);
  return { name: `${six}财政零余额账户`, account: `9${six}00000001`, bank: 'AGENT' };
}
