import type { Database } from '@app/database';
import { normaliseIdNumber } from '@app/kernel';
import { Vault } from '@app/vault';
import { Inject, Injectable } from '@nestjs/common';
import { FEES_DATABASE } from '../fees.tokens';
import { PaymentRequestService } from '../payment-request/payment-request.service';
import type { PaymentRequest } from '../payment-request/payment-request.types';
import { refuse } from './receivable.errors';
import { ReceivableRepository } from './receivable.repository';
import type { Receivable, ReceivableFilter, ReceivableStep, ShareStanding, StepShare } from './receivable.types';

const KIND = 'receivable';

/** Looking at receivables: officers at those of their place, debtors at their own. */
@Injectable()
export class ReceivableViewService {
  constructor(
    @Inject(FEES_DATABASE) private readonly database: Database,
    private readonly vault: Vault,
    private readonly receivables: ReceivableRepository,
    private readonly requests: PaymentRequestService,
  ) {}

  list(
    filter: Omit<ReceivableFilter, 'numberKey'> & { readonly idNumber: string | null },
    after: readonly string[] | undefined,
    limit: number,
  ): Promise<Receivable[]> {
    const { idNumber, ...rest } = filter;
    const numberKey = idNumber === null ? null : this.vault.blindIndex('id-number', normaliseIdNumber(idNumber));
    return this.database.read(async (read) => {
      const rows = await this.receivables.list(read, { ...rest, numberKey }, after?.[0] ?? null, limit);
      read.disclose(KIND, rows.slice(0, limit - 1)); // The last one only tells whether the page goes on.
      return rows;
    });
  }

  /** Refuses with RECEIVABLE_UNKNOWN. */
  one(id: string): Promise<Receivable> {
    return this.database.read(async (read) => {
      const [found] = read.disclose(KIND, await this.receivables.byIds(read, [id]));
      if (!found) throw refuse.unknown(id);
      return found;
    });
  }

  own(): Promise<Receivable[]> {
    return this.database.read(async (read) => read.disclose(KIND, await this.receivables.own(read)));
  }

  shares(ids: readonly string[]): Promise<ShareStanding[]> {
    return this.database.read((read) => this.receivables.shares(read, ids));
  }

  requestsOf(ids: readonly string[]): Promise<PaymentRequest[]> {
    return this.database.read((read) => this.requests.ofReceivables(read, ids));
  }

  /** Every step in its order. */
  steps(ids: readonly string[]): Promise<ReceivableStep[]> {
    return this.database.read((read) => this.receivables.steps(read, ids));
  }

  /** To whose budgets the money of steps went. */
  stepShares(stepIds: readonly string[]): Promise<StepShare[]> {
    return this.database.read((read) => this.receivables.stepShares(read, stepIds));
  }
}
