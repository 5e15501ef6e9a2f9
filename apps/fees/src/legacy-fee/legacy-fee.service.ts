import { type Database, newId, type Tx } from '@app/database';
import { CLOCK, type Clock, type Day, normaliseIdNumber, yuanText, wordsOf } from '@app/kernel';
import { Vault } from '@app/vault';
import { workingDaysLater } from '@app/working-days';
import { Inject, Injectable } from '@nestjs/common';
import { FEES_DATABASE } from '../fees.tokens';
import { RefundService } from '../refund/refund.service';
import { LetterService } from '../letter/letter.service';
import { ParameterService } from '../parameter/parameter.service';
import { refuse } from './legacy-fee.errors';
import { LegacyFeeRepository } from './legacy-fee.repository';
import { canMove } from './legacy-fee.state';
import type {
  FollowedReview,
  LegacyCase,
  LegacyDeletion,
  LegacyFilter,
  LegacyMemo,
  LegacyPayment,
  RefundReview,
  ReviewState,
} from './legacy-fee.types';

const KIND = 'legacy-fee';

/** The closed register: read by the archive, told to the people it is about, and forgotten when it was kept long enough. */
@Injectable()
export class LegacyFeeService {
  constructor(
    @Inject(FEES_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly vault: Vault,
    private readonly cases: LegacyFeeRepository,
    private readonly letters: LetterService,
    private readonly parameters: ParameterService,
    private readonly refunds: RefundService,
  ) {}

  list(
    filter: Omit<LegacyFilter, 'numberKey'> & { readonly idNumber: string | null },
    after: readonly string[] | null,
    limit: number,
  ): Promise<LegacyCase[]> {
    const { idNumber, ...rest } = filter;
    const numberKey = idNumber === null ? null : this.vault.blindIndex('id-number', normaliseIdNumber(idNumber));
    return this.database.read(async (read) => {
      const rows = await this.cases.list(read, { ...rest, numberKey }, after, limit);
      read.disclose(KIND, rows.slice(0, limit - 1)); // The last tells only that there is another page.
      return rows;
    });
  }

  own(): Promise<LegacyCase[]> {
    return this.database.read(async (read) => read.disclose(KIND, await this.cases.own(read)));
  }

  payments(caseIds: readonly string[]): Promise<LegacyPayment[]> {
    return this.database.read((read) => this.cases.payments(read, caseIds));
  }

  /** With the day on which the bank said that the money is back at who paid it. */
  reviews(caseIds: readonly string[]): Promise<FollowedReview[]> {
    return this.database.read(async (read) => {
      const reviews = await this.cases.reviews(read, caseIds);
      const ids = reviews.map(({ paymentId }) => paymentId);
      const refunds = await this.refunds.ofSources(read, ids);
      const back = new Map(refunds.flatMap((one) => (one.state === 'confirmed' ? [[one.sourceId, one.endedOn]] : [])));
      return reviews.map((one) => ({ ...one, paidBackOn: back.get(one.paymentId) ?? null }));
    });
  }

  /** What was deleted, by office: no person is named. */
  deletions(prefix: string): Promise<LegacyDeletion[]> {
    return this.database.read((read) => this.cases.deletions(read, prefix));
  }

  /** By office: what was levied, lawfully paid, ceased, paid in error. What is owed is nothing. */
  memo(prefix: string): Promise<LegacyMemo[]> {
    return this.database.read((read) => this.cases.memo(read, prefix));
  }

  /** From now on no old ledger of the office is taken in any more. */
  seal(officeCode: string): Promise<void> {
    return this.database.write(async (tx) => {
      const found = (await this.cases.offices(tx)).find((office) => office.officeCode === officeCode);
      if (!found || found.sealedOn !== null) throw refuse.sealedAlready(officeCode);
      await this.cases.seal(tx, officeCode, this.clock.today());
    });
  }

  /** What had been asked of a court is asked no more. */
  endCourt(caseId: string, courtDocument: string): Promise<string> {
    const document = courtDocument.trim();
    if ([...document].length < 2 || [...document].length > 100) throw refuse.documentMissing();
    return this.database.write(async (tx) => {
      const found = await this.cases.byId(tx, caseId);
      if (!found) throw refuse.caseUnknown(caseId);
      if (found.courtState !== 'pending') throw refuse.courtNotPending(found.courtState);
      await this.cases.endCourt(tx, caseId, document);
      tx.concern(KIND, [caseId]);
      return caseId;
    });
  }

  /** The letter that tells a person that what was not paid has ceased. The same one again where it was written before. */
  notice(caseId: string): Promise<string> {
    return this.database.write(async (tx) => {
      const found = await this.cases.byId(tx, caseId);
      if (!found) throw refuse.caseUnknown(caseId);
      if (found.ceasedFen === 0n) throw refuse.nothingCeased(found.closeOut);
      const [before] = await this.letters.findAbout(tx, [caseId]);
      if (before) return before.id;
      tx.concern(KIND, [caseId]);
      const officeName = await this.parameters.text(tx, 'letter.office-name', found.officeCode, this.clock.today());
      return this.letters.make(tx, {
        kind: 'legacy-closing',
        aboutId: caseId,
        divisionCode: found.officeCode,
        officeName,
        recipient: { name: found.payerName, key: found.numberKey },
        title: '历史案件办结告知书',
        titleEn: 'Notice that an old case is closed',
        lines: [
          ['姓名', found.numberMask ? `${found.payerName}  ${found.numberMask}` : found.payerName],
          ['案号', found.caseNo],
          ['原决定日期', found.decidedOn ?? '无'],
          ['停止收缴金额', `${yuanText(found.ceasedFen)} 元`],
          ...courtLine(found),
        ],
        paragraphs: [
          '根据2021年8月20日起施行的《中华人民共和国人口与计划生育法》，社会抚养费制度已经取消。您的上述案件已办结。',
          '未缴部分自该日起不再收缴，不计入欠款，不产生滞纳金，也不影响您和家人办理任何事项。已缴部分依法不予退还；如有重复缴纳、他人误缴或该日以后缴纳的，可以申请退款审核。',
          '本告知书不要求您缴纳任何款项。如有人以此向您收费，请拒绝并举报。',
        ],
        small:
          'Since 20 August 2021 the law knows no such fee. What you had not paid has ceased: you owe nothing, and nothing depends on it. This notice asks you for no payment.',
      });
    });
  }

  /** Money that was paid in error: whether it goes back is looked into. Refuses what was paid lawfully. */
  openReview(caseId: string, paymentId: string, reason: string, foundByUnit: boolean): Promise<string> {
    const why = reasonOf(reason);
    return this.database.write(async (tx) => {
      const found = await this.cases.byId(tx, caseId);
      const payment = (await this.cases.payments(tx, [caseId])).find(({ id }) => id === paymentId);
      if (!found || !payment) throw refuse.caseUnknown(caseId);
      if (payment.error === null) throw refuse.notAnError(paymentId);
      const before = await this.cases.reviews(tx, [caseId]);
      if (before.some((review) => review.paymentId === paymentId && review.state !== 'rejected'))
        throw refuse.reviewOpen(paymentId);

      const at = this.clock.now();
      const id = newId(at);
      const name = foundByUnit ? 'legacy-fee.verify-working-days-own' : 'legacy-fee.verify-working-days';
      const answerBy = await this.answerBy(tx, name, found.officeCode);
      const openedOn = this.clock.today();
      await this.cases.insertReview(tx, { id, payment, foundByUnit, reason: why, openedOn, answerBy }, at);
      tx.concern(KIND, [caseId]);
      return id;
    });
  }

  /** The unit that took the money has compared it with its own receipts. */
  verifyReview(id: string, actor: string): Promise<string> {
    return this.move(id, 'verified', async (tx, { caseId }) => {
      const found = await this.cases.byId(tx, caseId);
      return {
        verifiedBy: actor,
        answerBy: await this.answerBy(tx, 'legacy-fee.decide-working-days', found!.officeCode),
      };
    });
  }

  /** Finance decides, never who verified; what it approves goes back the way that all money goes back. */
  decideReview(id: string, isApproved: boolean, decision: string, actor: string): Promise<string> {
    const why = reasonOf(decision);
    return this.move(id, isApproved ? 'approved' : 'rejected', async (tx, review) => {
      if (review.verifiedBy === actor) throw refuse.sameOfficer();
      if (isApproved) await this.giveBack(tx, review);
      return { decidedBy: actor, decision: why, decidedAt: this.clock.now(), answerBy: null };
    });
  }

  private async giveBack(tx: Tx, { caseId, paymentId, fen, reason, foundByUnit }: RefundReview): Promise<void> {
    const found = (await this.cases.byId(tx, caseId))!;
    const payment = (await this.cases.payments(tx, [caseId])).find(({ id }) => id === paymentId)!;
    await this.refunds.open(tx, {
      kind: 'legacy',
      sourceId: paymentId,
      fen,
      payerName: payment.payerName,
      payerKey: payment.payerName === found.payerName ? found.numberKey : null,
      divisionCode: found.officeCode,
      reason,
      receivedOn: payment.paidOn,
      originalReceiptNo: payment.receiptNo,
      foundByUnit,
    });
  }

  private move(
    id: string,
    to: ReviewState,
    how: (
      tx: Tx,
      review: RefundReview,
    ) => Promise<{
      verifiedBy?: string;
      decidedBy?: string;
      decision?: string;
      decidedAt?: Date;
      answerBy: Day | null;
    }>,
  ): Promise<string> {
    return this.database.write(async (tx) => {
      const review = await this.cases.reviewForUpdate(tx, id);
      if (!review) throw refuse.reviewUnknown(id);
      if (!canMove(review.state, to)) throw refuse.cannotMove(review.state, to);
      await this.cases.moveReview(tx, id, to, await how(tx, review));
      tx.concern(KIND, [review.caseId]);
      return review.caseId;
    });
  }

  /** Our own deadline; open where the calendar of that year is not published yet. */
  private async answerBy(tx: Tx, parameter: string, officeCode: string): Promise<Day | null> {
    const today = this.clock.today();
    return workingDaysLater(today, await this.parameters.whole(tx, parameter, officeCode, today), 'leave-open');
  }
}

const reasonOf = (text: string): string => wordsOf(text, 200, refuse.reasonMissing);

function courtLine({ courtState, courtDocument }: LegacyCase): readonly (readonly [string, string])[] {
  if (courtState === 'none') return [];
  return [['强制执行申请', courtState === 'pending' ? '由本机关撤回' : `已撤回或终结（${courtDocument}）`]];
}
