import { randomUUID } from 'node:crypto';
import { NEWBORN_CLAIMS, type NewbornClaim, type NewbornClaims, newbornClaimNews } from '@app/contracts';
import { type Database, inContext, systemContext, type Tx } from '@app/database';
import type { Delivery, Outbox } from '@app/jobs';
import { CLOCK, type Clock } from '@app/kernel';
import { Vault } from '@app/vault';
import { Inject, Injectable } from '@nestjs/common';
import { BeneficiaryService } from '../beneficiary/beneficiary.service';
import { canMove } from '../claim/claim.state';
import { FactService } from '../fact/fact.service';
import { SUBSIDY_DATABASE, SUBSIDY_OUTBOX } from '../subsidy.tokens';
import { IntakeRepository } from './intake.repository';
import { tellNewborns } from './newborn-intake.jobs';
import { type KnownPart, NewbornIntakeRepository } from './newborn-intake.repository';

const PROGRAMME = 'YEB';
const NEWS_MAX = 1_000;

/** A claim that is over does not keep the parents from asking once more. */
const isOver = (state: string | null): boolean => state === 'refused' || state === 'withdrawn';

/** The childcare subsidy's part of a newborn matter becomes a claim like any other, and its matter is told what comes of it. */
@Injectable()
export class NewbornIntakeService {
  constructor(
    @Inject(SUBSIDY_DATABASE) private readonly database: Database,
    @Inject(SUBSIDY_OUTBOX) private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(NEWBORN_CLAIMS) private readonly claims: NewbornClaims,
    private readonly vault: Vault,
    private readonly facts: FactService,
    private readonly beneficiaries: BeneficiaryService,
    private readonly intake: IntakeRepository,
    private readonly newborns: NewbornIntakeRepository,
  ) {}

  /** Looks what the parents want now, and follows. However often it is told, one claim comes of it. */
  async follow(subCase: string, delivery: Pick<Delivery, 'once'>): Promise<void> {
    const asked = await this.claims.find(subCase);
    if (!asked) return;
    await this.facts.pull(); // The child was made a person in the very transaction that told us.
    await this.database.write(async (tx) => {
      if (!(await delivery.once(tx))) return;
      const known = await this.newborns.find(tx, subCase);
      const at = this.clock.now();
      if (asked.isWithdrawn) await this.takeBack(tx, subCase, known, at);
      else await this.takeIn(tx, asked, known, at);
      await this.tell(tx, 1, subCase);
    });
  }

  /** Plans the bell that tells, where there is anything to tell. */
  ring(): Promise<void> {
    return inContext(systemContext('newborn', { isPlumbing: true }), async () => {
      if ((await this.database.read((read) => this.newborns.countNews(read))) === 0) return;
      await this.database.write((tx) => this.outbox.plan(tx, tellNewborns, [{ bell: 'minute' }]));
    });
  }

  /** Tells registration of the claims that moved. */
  async tellAll(): Promise<void> {
    for (let told = NEWS_MAX; told === NEWS_MAX;)
      told = await this.database.write((tx) => this.tell(tx, NEWS_MAX, null));
  }

  private async takeIn(tx: Tx, asked: NewbornClaim, known: KnownPart | undefined, at: Date): Promise<void> {
    const { subCase, applicant } = asked;
    if (known?.claimId && !isOver(known.state)) return this.again(tx, subCase, known, at);
    if (!applicant) {
      const obstacle = 'APPLICANT_NOT_NAMED';
      return this.newborns.save(tx, subCase, { kind: 'none', claimId: null, obstacle }, at);
    }
    const certificate = asked.birthCertificateKey === null ? null : Buffer.from(asked.birthCertificateKey, 'hex');
    const beneficiaryId = await this.beneficiaries.ofPerson(tx, asked.childId, certificate);
    const first = await tx.across('the other guardian may have claimed in another division', () =>
      this.newborns.findLive(tx, PROGRAMME, beneficiaryId, asked.claimYear),
    );
    if (first) return this.newborns.save(tx, subCase, { kind: 'other', claimId: first, obstacle: null }, at);

    const id = randomUUID();
    const hash = this.vault.blindIndex('row', JSON.stringify(asked));
    await this.newborns.insert(tx, { ...asked, applicant, id, programme: PROGRAMME, beneficiaryId, hash }, at);
    await this.intake.linkAccounts(tx, `c.id = '${id}'`);
    await this.newborns.save(tx, subCase, { kind: 'own', claimId: id, obstacle: null }, at);
    tx.concern('claim', [id]);
  }

  /** A second click, or the other parent's: the same claim is told of again. */
  private again(tx: Tx, subCase: string, { kind, claimId }: KnownPart, at: Date): Promise<void> {
    return this.newborns.save(tx, subCase, { kind, claimId, obstacle: null }, at);
  }

  private async takeBack(tx: Tx, subCase: string, known: KnownPart | undefined, at: Date): Promise<void> {
    if (known?.kind !== 'own' || !known.claimId || !known.state) return;
    if (canMove(known.state, 'withdrawn')) {
      await this.newborns.withdraw(tx, known.claimId, at);
      tx.concern('claim', [known.claimId]);
    }
    await this.again(tx, subCase, known, at);
  }

  /** Plans last: it holds the messages' rows until the commit. */
  private async tell(tx: Tx, limit: number, subCase: string | null): Promise<number> {
    const news = await this.newborns.takeNews(tx, limit, subCase);
    await this.outbox.plan(
      tx,
      newbornClaimNews,
      news.map((one) => ({ ...one })),
    );
    return news.length;
  }
}
