import type { Tx } from '@app/database';
import { CLOCK, type Clock, type Day, yuanText } from '@app/kernel';
import { Inject, Injectable } from '@nestjs/common';
import type { LetterText } from '../letter/letter.types';
import { LetterService } from '../letter/letter.service';
import { consequenceOf, factsOf, owedOf } from './recovery.rules';
import { RecoveryTermsService } from './recovery-terms.service';
import type { RecoveryCause, RecoveryRow, RecoveryTerms } from './recovery.types';

type Said = Pick<LetterText, 'kind' | 'title' | 'titleEn' | 'lines' | 'paragraphs' | 'small'>;

const CAUSES: Readonly<Record<RecoveryCause, string>> = {
  'authority-error': '经办机关工作差错',
  'unreported-change': '情况变化未及时告知',
  fraud: '以不实材料骗取或冒领',
};

const RIGHTS_UNTOUCHED =
  '本案不影响您和家人申请、领取其他待遇，不从其他待遇中抵扣，不计利息，也不收取任何费用。请勿向任何个人账户付款。';

/** The letters of a case, in the words that the person gets: reasons, basis, rights, what to do and by when. */
@Injectable()
export class RecoveryLetterService {
  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly letters: LetterService,
    private readonly terms: RecoveryTermsService,
  ) {}

  /** Before anything is decided: what was found, and that the person is heard. */
  notice(tx: Tx, row: RecoveryRow, terms: RecoveryTerms): Promise<string> {
    const [{ basis }, owedFen] = [consequenceOf(factsOf(row)!), owedOf(row)!];
    const days = terms.statementWorkingDays;
    return this.make(tx, row, {
      kind: 'recovery-notice',
      title: '追回告知书',
      titleEn: 'Notice before a decision on recovery',
      lines: [
        ['多付期间', periodText(row)],
        ['多付金额', `${yuanText(row.wrongFen)} 元`],
        ['拟追回金额', `${yuanText(owedFen)} 元`],
        ['原因', CAUSES[row.cause!]],
      ],
      paragraphs: [
        `经查明：${row.finding!}（证据：${row.documentNo!}）。`,
        `依据${basis}，拟追回 ${yuanText(owedFen)} 元。本告知书不是决定，您现在不需要付款。`,
        `您有权陈述和申辩，也可以要求听证：请在收到本告知书之日起 ${days} 个工作日内书面、口头或在线提出。作出决定前您提出的意见，我们都会听取并在决定中答复；不提出意见不会加重对您的处理。`,
        '您善意取得而已经不存在的部分（例如已用于抚育子女），依法无需返还，请说明并尽可能提供材料。您可以委托他人代为办理，可以查阅与本案有关的材料。',
        RIGHTS_UNTOUCHED,
      ],
      small: `This is no decision and asks for no payment yet. Within ${days} working days of receiving it you may say what you think, in your own words, and ask for a hearing. What you took in good faith and no longer have is not to be returned.`,
    });
  }

  /** What was decided, why, how to pay and how to contest it. */
  decision(tx: Tx, row: RecoveryRow, said: { reasons: string; answer: string | null }, terms: RecoveryTerms) {
    const [{ basis }, owedFen] = [consequenceOf(factsOf(row)!), owedOf(row)!];
    const answer = said.answer ?? '您在期限内没有提出陈述申辩或听证要求。';
    return this.make(tx, row, {
      kind: 'recovery-decision',
      title: '追回决定书',
      titleEn: 'Decision on recovery',
      lines: [
        ['多付期间', periodText(row)],
        ['多付金额', `${yuanText(row.wrongFen)} 元`],
        ['无需返还', `${yuanText(row.wrongFen - owedFen)} 元`],
        ['应返还金额', `${yuanText(owedFen)} 元`],
      ],
      paragraphs: [
        `经查明：${row.finding!}（证据：${row.documentNo!}）。`,
        `对您的意见的答复：${answer}`,
        `理由：${said.reasons}`,
        `依据${basis}，决定追回 ${yuanText(owedFen)} 元。`,
        `请在收到本决定书之日起 ${terms.payDays} 日内，按缴款通知上的编号付款。一次付清有困难的，可以申请分期，由您说明负担能力。`,
        `不服本决定的，可以在收到之日起 ${terms.reconsiderationDays} 日内申请行政复议，或者在 ${terms.suitMonths} 个月内向人民法院提起行政诉讼。是否停止执行，由复议机关或者人民法院依法决定。`,
        RIGHTS_UNTOUCHED,
      ],
      small: `Pay within ${terms.payDays} days of receiving this, or ask for instalments. You may ask for reconsideration within ${terms.reconsiderationDays} days, or go to court within ${terms.suitMonths} months. Nothing else that you are entitled to depends on it.`,
    });
  }

  /** What is still open after the days to pay (强制法 54). */
  reminder(tx: Tx, row: RecoveryRow, openFen: bigint, terms: RecoveryTerms): Promise<string> {
    const days = terms.reminderWorkingDays;
    return this.make(tx, row, {
      kind: 'recovery-reminder',
      title: '催告书',
      titleEn: 'Reminder',
      lines: [
        ['决定日期', row.decidedOn!],
        ['决定送达', row.decisionServedOn!],
        ['尚未返还', `${yuanText(openFen)} 元`],
      ],
      paragraphs: [
        `上述决定已经送达，期限届满后仍有 ${yuanText(openFen)} 元没有返还。请在收到本催告书之日起 ${days} 个工作日内付款；有困难的，可以申请分期。`,
        '您有权陈述和申辩，我们会记录并复核。',
        `${days} 个工作日后仍未返还，且您没有申请复议或提起诉讼的，依照行政强制法第五十三条、第五十四条，可以在法定期限内申请人民法院强制执行。我们自己不采取任何强制措施。`,
        RIGHTS_UNTOUCHED,
      ],
      small: `Pay within ${days} working days of receiving this, or ask for instalments; you may say what you think. Only a court can enforce the decision, and only after that.`,
    });
  }

  /** That it is over. */
  closing(tx: Tx, row: RecoveryRow, how: 'repaid' | 'ceased' | 'court', why: string): Promise<string> {
    const said = {
      repaid: '应返还的款项已经全部返还。',
      ceased: '本案停止追回，您不需要再返还任何款项。',
      court: '本案的法院执行程序已经终结。',
    }[how];
    return this.make(tx, row, {
      kind: 'recovery-closing',
      title: '追回办结通知书',
      titleEn: 'Notice that a recovery is over',
      lines: [['办结日期', this.clock.today()]],
      paragraphs: [
        `${said}${why}`,
        how === 'repaid'
          ? '本案已经办结。如事后核对发现计入本案的到账款项并非您的缴款，我们会书面更正。'
          : '本案已经办结，不会再次就同一笔款项向您追回。',
        RIGHTS_UNTOUCHED,
      ],
      small: 'This case is closed. Nothing more is asked of you for these payments.',
    });
  }

  /** That less is to be returned than was decided, and what goes back of what was paid. */
  reduced(tx: Tx, row: RecoveryRow, leftFen: bigint, backFen: bigint, why: string): Promise<string> {
    const back = backFen > 0n ? `您已经返还的款项中 ${yuanText(backFen)} 元将退还付款人，您不需要申请。` : '';
    return this.make(tx, row, {
      kind: 'recovery-correction',
      title: '追回金额变更通知书',
      titleEn: 'Correction: less is to be returned',
      lines: [
        ['原应返还', `${yuanText(row.owedFen!)} 元`],
        ['变更后应返还', `${yuanText(leftFen)} 元`],
      ],
      paragraphs: [`应返还的金额已经减少。${why}`, ...(back ? [back] : []), RIGHTS_UNTOUCHED],
      small: 'Less is to be returned than was decided. What was paid beyond that goes back to whoever paid it.',
    });
  }

  /** That it is not over after all: the payment that ended it was somebody else's. */
  reopened(tx: Tx, row: RecoveryRow, openFen: bigint, until: Day): Promise<string> {
    return this.make(tx, row, {
      kind: 'recovery-correction',
      title: '追回办结更正通知书',
      titleEn: 'Correction: a recovery is not over',
      lines: [
        ['尚未返还', `${yuanText(openFen)} 元`],
        ['付款期限', until],
      ],
      paragraphs: [
        `我们曾通知您本案已经办结。经核对，其中 ${yuanText(openFen)} 元到账款项并非您的缴款，是我们登记有误，现予更正，并就由此给您带来的不便致歉。`,
        `尚未返还的款项请在 ${until} 以前（含当日）按新的缴款通知付款；一次付清有困难的，可以申请分期。您认为已经付款的，请告诉我们付款的日期和银行，我们会再次核对。`,
        RIGHTS_UNTOUCHED,
      ],
      small: `We told you that this case was over. A payment that we had counted for it was not yours; that was our error. Pay what is open by ${until}, ask for instalments, or tell us when and through which bank you paid.`,
    });
  }

  /** That nothing has to be returned, or no more. */
  waiver(tx: Tx, row: RecoveryRow, fen: bigint, why: string): Promise<string> {
    return this.make(tx, row, {
      kind: 'recovery-waiver',
      title: '免予返还通知书',
      titleEn: 'Notice that nothing has to be returned',
      lines: [['免予返还', `${yuanText(fen)} 元`]],
      paragraphs: [`${why}。您无需返还上述款项，本案已经办结。`, RIGHTS_UNTOUCHED],
      small: 'You do not have to return this money. The case is closed.',
    });
  }

  private async make(tx: Tx, row: RecoveryRow, said: Said): Promise<string> {
    const who = row.payeeMask ? `${row.payeeName}  ${row.payeeMask}` : row.payeeName;
    return this.letters.make(tx, {
      ...said,
      aboutId: row.id,
      divisionCode: row.divisionCode,
      officeName: await this.terms.officeName(tx, row.divisionCode, this.clock.today()),
      recipient: { name: row.payeeName, key: row.payeeKey },
      lines: [['姓名', who], ['案号', row.caseNo], ['项目', row.programme], ...said.lines],
    });
  }
}

const periodText = ({ wrongFrom, wrongUntil }: { wrongFrom: Day; wrongUntil: Day }): string =>
  `${wrongFrom} 起，至 ${wrongUntil} 前`;
