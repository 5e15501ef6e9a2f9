import { randomUUID, timingSafeEqual } from 'node:crypto';
import type { Caller } from '@app/access';
import { type Database, inContext, systemContext, type Tx } from '@app/database';
import { failpoint } from '@app/jobs';
import { CLOCK, type Clock, countyOf, findDivisionCode } from '@app/kernel';
import { Vault } from '@app/vault';
import { workingDaysLater } from '@app/working-days';
import { Inject, Injectable } from '@nestjs/common';
import { MIGRANT_DATABASE } from '../migrant.tokens';
import { sealOf } from '../parameter/sealed-columns.types';
import { ParameterService } from '../parameter/parameter.service';
import { ServiceRequestService } from '../service-request/service-request.service';
import { refuse } from './complaint.errors';
import { ComplaintRepository } from './complaint.repository';
import { codeOf, normaliseCode, overseerOf } from './complaint.rules';
import type { FileInput, Followed, Ticket } from './complaint.types';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Complaining and following it up, with a name or without. */
@Injectable()
export class FilingService {
  constructor(
    @Inject(MIGRANT_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly vault: Vault,
    private readonly complaints: ComplaintRepository,
    private readonly parameters: ParameterService,
    private readonly requests: ServiceRequestService,
  ) {}

  /**
   * Files a complaint with the office above the one it is about. Whoever it is about, and every officer who had the request in
   * hand, sees nothing of it. Without a name nothing of the caller is kept.
   */
  async file(input: FileInput, caller: Caller | undefined): Promise<Ticket> {
    const office = findDivisionCode(input.office.trim());
    if (!office || office.endsWith('0000000000')) throw refuse.notAnOffice(input.office);
    const overseer = overseerOf(office);
    if (!overseer) throw refuse.officeTooHigh(office);
    if ((input.kind === 'paper') !== (input.paper !== null)) throw refuse.paperNeeded();
    const paper = input.paper === null ? null : wordsOf('paper', input.paper, 2, 40);
    const matter = input.matter === null ? null : wordsOf('matter', input.matter, 1, 60);
    const told = wordsOf('told', input.told, 4, 1000);
    const contact = input.contact === null ? null : wordsOf('contact', input.contact, 4, 100);
    const isAnonymous = input.isAnonymous || !caller;
    const named = input.officer === null ? [] : [wordsOf('officer', input.officer, 1, 80)];

    // Whether a request may be named depends on who asks; what follows must not.
    if (input.requestId !== null && (await this.requests.byIds([input.requestId])).length === 0)
      throw refuse.requestUnknown();
    const work = () =>
      this.database.write((tx) =>
        tx.across('a complaint is filed with an office that whoever complains cannot see into', async () => {
          await this.assertNotTooMany(tx, office, isAnonymous);
          const [today, at, id] = [this.clock.today(), this.clock.now(), randomUUID()];
          const inHand = input.requestId === null ? [] : await this.requests.officersOf(tx, input.requestId);
          const workingDays = await this.parameters.whole(tx, 'complaint.working-days', overseer, today);
          const dueOn = workingDaysLater(today, workingDays, 'leave-open');
          const place = (column: string) => ({ table: sealOf('complaint'), column, row: id });
          const number = await this.complaints.insert(tx, {
            id,
            kind: input.kind,
            requestId: input.requestId,
            matter,
            paper,
            aboutCode: office,
            responsibleCode: overseer,
            complainedOf: [...new Set([...named, ...inHand])],
            toldSealed: this.vault.seal(told, place('told_sealed')),
            contactSealed: contact === null ? null : this.vault.seal(contact, place('contact_sealed')),
            isAnonymous,
            ownKey: isAnonymous ? null : (caller?.family?.key ?? null),
            receivedOn: today,
            workingDays,
            dueOn,
            at,
          });
          await this.complaints.act(tx, id, { kind: 'file', from: 'new', to: 'filed', seq: 1, note: null, at });
          failpoint('complaint.file');
          return { number, code: this.code(id), dueOn };
        }),
      );
    // Who complains without a name is nobody to the audit log and to the row, even when they are signed in.
    return isAnonymous ? inContext(nobody('Mutation.fileComplaint'), work) : work();
  }

  /** Where a complaint stands, for whoever holds its number and code; a wrong code is like a number that never was. */
  async follow(number: string, code: string): Promise<Followed> {
    const typed = Buffer.from(normaliseCode(code));
    const found = await inContext(systemContext('follow-complaint', { isPlumbing: true }), () =>
      this.database.read((read) => this.complaints.byNumber(read, number.trim().toUpperCase())),
    );
    const right = found && Buffer.from(normaliseCode(this.code(found.id)));
    if (!found || !right || right.length !== typed.length || !timingSafeEqual(right, typed)) throw refuse.codeWrong();
    const { state, receivedOn, dueOn, responsibleCode, reasons, mended, endedOn } = found;
    return { state, receivedOn, dueOn, responsibleCode, reasons, mended, endedOn };
  }

  /** The words of whoever complained, for who may see the complaint at all. */
  open(id: string, column: 'told_sealed' | 'contact_sealed', sealed: Buffer | null): string | null {
    return sealed && this.vault.open(sealed, { table: sealOf('complaint'), column, row: id });
  }

  private code(id: string): string {
    return codeOf(this.vault.blindIndex('row', `complaint|${id}`));
  }

  private async assertNotTooMany(tx: Tx, office: Parameters<typeof countyOf>[0], isAnonymous: boolean): Promise<void> {
    const today = this.clock.today();
    const county = office.slice(0, 6);
    await this.complaints.lock(tx, isAnonymous ? county : 'own');
    const now = this.clock.now().getTime();
    if (isAnonymous) {
      const most = await this.parameters.whole(tx, 'complaint.anonymous-hourly', office, today);
      const filed = await this.complaints.countAnonymous(tx, county, new Date(now - HOUR));
      if (filed >= most) throw refuse.tooMany(most);
      return;
    }
    const most = await this.parameters.whole(tx, 'complaint.own-daily', office, today);
    if ((await this.complaints.countOwn(tx, new Date(now - DAY))) >= most) throw refuse.tooManyOwn(most);
  }
}

const nobody = (operation: string) =>
  systemContext(operation, {
    actor: 'anonymous',
    permission: 'complaint.file',
    purpose: 'public',
    division: undefined,
  });

/** Text of that many characters; refuses with COMPLAINT_WORDING. */
export function wordsOf(field: string, text: string, least: number, most: number): string {
  const words = text.trim();
  const length = [...words].length;
  if (length < least || length > most) throw refuse.wording(field, least, most);
  return words;
}
