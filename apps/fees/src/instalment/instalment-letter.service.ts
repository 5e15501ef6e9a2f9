import type { Tx } from '@app/database';
import { CLOCK, type Clock, type Day, type Fen, yuanText } from '@app/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { LetterService } from '../letter/letter.service';
import type { LetterKind } from '../letter/letter.types';
import { ParameterService } from '../parameter/parameter.service';
import { dueAsPublished } from './instalment.rules';
import type { InstalmentRow, InstalmentRule, PlanRow } from './instalment.types';

const NO_SURCHARGE = '分期不收利息、不加收滞纳金，不从您或家人的其他待遇中抵扣，也不影响您和家人申请其他待遇。';
const HARDSHIP =
  '如缴纳确有困难，请在宽限日之前与我机关联系：可以申报收入和必要支出，降低每期金额、延长期限或者暂缓，也可以申请减免。';

interface Words {
  readonly kind: LetterKind;
  readonly title: string;
  readonly titleEn: string;
  readonly lines: readonly (readonly [string, string])[];
  readonly paragraphs: readonly string[];
  readonly small: string;
}

/** What is written to a debtor about a plan: what was agreed, what is missing, what follows, and each time what to do. */
@Injectable()
export class InstalmentLetterService {
  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly letters: LetterService,
    private readonly parameters: ParameterService,
  ) {}

  agreed(
    tx: Tx,
    plan: PlanRow,
    rows: readonly InstalmentRow[],
    references: ReadonlyMap<string, string>,
    rule: InstalmentRule,
  ): Promise<string> {
    const open = rows.filter(({ openFen }) => openFen > 0n);
    return this.write(tx, plan, {
      kind: 'instalment-agreement',
      title: '分期缴纳协议书',
      titleEn: 'Agreement to pay in instalments',
      lines: [
        ['姓名', plan.debtorName],
        ['应缴余额', `${yuanText(openFen(rows))} 元`],
        ['期数', `${open.length} 期`],
        ...open.map(
          (row) =>
            [
              `第 ${row.no} 期`,
              `${dueOn(row)} 前 ${yuanText(row.openFen)} 元，缴款编号 ${references.get(row.id) ?? '另行通知'}`,
            ] as const,
        ),
      ],
      paragraphs: [
        '经双方同意，上述款项按下列期次缴纳。请在缴款时附言中填写当期的缴款编号；也可以随时提前缴纳全部或者部分。',
        `某期到期未缴的，我机关会发出提醒，自提醒之日起有 ${rule.graceDays} 日宽限。宽限期满仍未缴的期数达到 ${rule.breakAfter} 期，或者剩余各期均已逾期的，分期终止，余额一次缴纳；余额不会增加，并可以重新协商分期。`,
        NO_SURCHARGE,
        HARDSHIP,
      ],
      small:
        'You and the office agreed on these days and amounts. No interest, no surcharge, nothing is set off. If a payment is too hard, tell us: it can be lowered, put off, or looked into for a waiver.',
    });
  }

  reminded(tx: Tx, plan: PlanRow, overdue: readonly InstalmentRow[], graceUntil: Day): Promise<string> {
    return this.write(tx, plan, {
      kind: 'instalment-reminder',
      title: '分期缴纳提醒',
      titleEn: 'Reminder of an instalment',
      lines: [
        ['姓名', plan.debtorName],
        ...overdue.map((row) => [`第 ${row.no} 期`, `${dueOn(row)} 到期，未缴 ${yuanText(row.openFen)} 元`] as const),
        ['宽限至', graceUntil],
      ],
      paragraphs: [
        `我机关尚未收到上述款项。请在 ${graceUntil} 前按原缴款编号缴纳；在此之前缴纳的，视为按期缴纳。如您已经缴纳，请忽略本提醒，或者告知缴款日期以便核对。`,
        NO_SURCHARGE,
        HARDSHIP,
      ],
      small:
        'An instalment has not come in. Pay it by the day of grace and nothing follows. If it is too hard, tell us before that day: it can be lowered, put off, or looked into for a waiver.',
    });
  }

  broken(tx: Tx, plan: PlanRow, restFen: Fen, payBy: Day, reference: string): Promise<string> {
    return this.write(tx, plan, {
      kind: 'instalment-broken',
      title: '分期终止通知',
      titleEn: 'Notice that a plan of instalments has ended',
      lines: [
        ['姓名', plan.debtorName],
        ['余额', `${yuanText(restFen)} 元`],
        ['请于此日前缴纳', payBy],
        ['缴款编号', reference],
      ],
      paragraphs: [
        `因逾期未缴的期数已达到协议约定，原分期自今日起终止。尚未缴纳的余额 ${yuanText(restFen)} 元请在 ${payBy} 前一次缴纳。余额没有增加，已缴款项均已计入。`,
        '您可以随时提出新的分期方案：登录后选择“我的分期”，或者到我机关窗口办理。缴纳确有困难的，请申报收入和必要支出，可以降低每期金额、延长期限，也可以申请减免。',
        NO_SURCHARGE,
      ],
      small:
        'The plan has ended because payments were missed. What is still owed has not grown; pay it by the day above, or propose another plan at any time, online or at the office.',
    });
  }

  private async write(tx: Tx, plan: PlanRow, words: Words): Promise<string> {
    const officeName = await this.parameters.text(tx, 'letter.office-name', plan.divisionCode, this.clock.today());
    return this.letters.make(tx, {
      ...words,
      aboutId: plan.id,
      divisionCode: plan.divisionCode,
      officeName,
      recipient: { name: plan.debtorName, key: plan.debtorKey },
    });
  }
}

const dueOn = (row: InstalmentRow): Day => dueAsPublished(row.nominalOn, row.dueOn);
const openFen = (rows: readonly InstalmentRow[]): Fen => rows.reduce((sum, row) => sum + row.openFen, 0n);
