import {
  REGISTRY_QUESTIONS,
  type RegistryAnswered,
  type RegistryPurpose,
  type RegistryQuestions,
} from '@app/contracts';
import type { Database, Tx } from '@app/database';
import { type Delivery, failpoint, type Outbox } from '@app/jobs';
import { CLOCK, type Clock, parseCitizenId } from '@app/kernel';
import { Vault } from '@app/vault';
import { workingDaysLater } from '@app/working-days';
import { Inject, Injectable } from '@nestjs/common';
import { ServiceText } from '../birth-registration/birth-registration.rules';
import { PARTY_SEAL } from '../person/sealed-columns.types';
import { REGISTRATION_DATABASE, REGISTRATION_OUTBOX } from '../registration.tokens';
import { refuse } from './registry-check.errors';
import { askRegistry } from './registry-check.jobs';
import { RegistryCheckRepository } from './registry-check.repository';
import {
  type CheckOutcome,
  type CheckState,
  holdOf,
  isSilent,
  reasonOf,
  type Silence,
  stateOf,
  toldOf,
} from './registry-check.rules';
import type { CheckedMatter, CheckRow, ToAsk } from './registry-check.types';

export type CheckView = CheckRow & { readonly state: CheckState };

/** What a family is told of a silent registry, and which text says so. */
export interface Told {
  readonly matter: string;
  readonly silence: Silence;
  readonly source: string;
}

const PURPOSES: Readonly<Record<CheckedMatter['kind'], RegistryPurpose>> = {
  'birth-registration': 'birth-registration',
  'newborn-matter': 'register-keeping',
};
/** 人口与计划生育法 art 14 and the rule that shared data replaces papers. */
const LEGAL_BASIS = '人口与计划生育法第十四条；政务数据共享条例（国令809号）';

/** Asks the household registry about stated parents, and says how a matter goes on: nothing is refused by it. */
@Injectable()
export class RegistryCheckService {
  constructor(
    @Inject(REGISTRATION_DATABASE) private readonly database: Database,
    @Inject(REGISTRATION_OUTBOX) private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(REGISTRY_QUESTIONS) private readonly questions: RegistryQuestions,
    private readonly vault: Vault,
    private readonly checks: RegistryCheckRepository,
  ) {}

  /** Within the transaction that states the parents: each number is asked about once it has committed. */
  async plan(tx: Tx, matter: CheckedMatter): Promise<void> {
    const text = await this.textOf(tx, await this.checks.divisionOf(tx, matter));
    const today = this.clock.today();
    const days = text.number('registry-working-days');
    // Silence must begin some day also where that year's calendar is not published yet.
    const until = workingDaysLater(today, days, 'count-weekdays');
    const made = await this.checks.insert(tx, matter, this.clock.now(), until);
    await this.outbox.plan(
      tx,
      askRegistry,
      made.map((check) => ({ check })),
    );
  }

  /** Asks the exchange, outside any transaction; asked twice, it is one question there by its reference. */
  async ask(id: string): Promise<void> {
    const asked = await this.database.read((read) => this.checks.toAsk(read, id));
    if (!asked || asked.isAsked) return;
    const idNumber = this.vault.open(asked.numberSealed, placeOf(asked));
    if (!isCitizenNumber(idNumber)) {
      const answer = { question: null, outcome: 'not-asked', isDeathMarked: null, at: this.clock.now() } as const;
      return this.database.write((tx) => this.checks.answer(tx, id, answer));
    }
    const { question, outcome } = await this.questions.ask({
      asker: 'registration',
      reference: id,
      kind: 'verify',
      person: { idNumber, name: asked.name },
      purpose: PURPOSES[asked.kind],
      legalBasis: LEGAL_BASIS,
      divisionCode: asked.divisionCode,
      officer: null,
    });
    failpoint('registry-check.asked');
    await this.database.write((tx) => this.checks.asked(tx, id, question, this.clock.now()));
    if (outcome !== 'waiting') await this.take(question, id);
  }

  /** The exchange tells that there is an answer. */
  hear({ question, reference }: RegistryAnswered, delivery: Pick<Delivery, 'once'>): Promise<void> {
    return this.take(question, reference, delivery);
  }

  private async take(question: string, id: string, delivery?: Pick<Delivery, 'once'>): Promise<void> {
    const answer = await this.questions.answer('registration', question);
    const outcome = answer?.reference === id ? usable(answer.outcome) : undefined;
    if (!outcome) return;
    await this.database.write(async (tx) => {
      if (delivery && !(await delivery.once(tx))) return;
      const isAnswered = outcome !== 'set-aside' && outcome !== 'no-reply';
      const isDeathMarked = isAnswered ? answer!.isDeathMarked : null;
      await this.checks.answer(tx, id, { question, outcome, isDeathMarked, at: this.clock.now() });
    });
  }

  /** An officer looked, and it goes on. */
  async settle(id: string, note: string): Promise<CheckView> {
    const said = note.trim();
    if ([...said].length < 4 || [...said].length > 400) throw refuse.noteMissing();
    return this.database.write(async (tx) => {
      const check = await this.checks.findForUpdate(tx, id);
      if (!check) throw refuse.unknown(id);
      const [today, silence] = [this.clock.today(), await this.silenceOf(tx, check)];
      const isOpen = stateOf(check, today, silence) === 'look' || holdOf(check, today, silence) !== undefined;
      if (!isOpen) throw refuse.nothingToSettle(id);

      await this.checks.say(tx, id, said, this.clock.now());
      return Object.assign((await this.checks.findForUpdate(tx, id))!, { state: 'settled' as const });
    });
  }

  /** Refuses, to an officer, what a person has to look at first; returns whether it goes on by commitment. */
  async assertGoesOn(tx: Tx, registrationId: string): Promise<boolean> {
    const checks = await this.checks.byMatters(tx, 'birth-registration', [registrationId]);
    if (checks.length === 0) return false;
    const [today, silence] = [this.clock.today(), await this.silenceOf(tx, checks[0]!)];
    const held = (how: 'look' | 'waits') => checks.filter((check) => holdOf(check, today, silence) === how);
    const reasons = held('look').flatMap((check) => reasonOf(check) ?? []);
    if (reasons.length > 0) throw refuse.lookFirst(reasons);
    const [waiting] = held('waits');
    if (waiting) throw refuse.waits(waiting.dueOn);
    return checks.some((check) => isSilent(check, today) && stateOf(check, today, silence) !== 'settled');
  }

  toLookAt(prefix: string, after: readonly string[] | undefined, limit: number): Promise<CheckView[]> {
    return this.database.read(async (read) => this.seen(read, await this.checks.toLookAt(read, prefix, after, limit)));
  }

  byMatters(kind: CheckedMatter['kind'], ids: readonly string[]): Promise<CheckView[]> {
    return this.database.read(async (read) => this.seen(read, await this.checks.byMatters(read, kind, ids)));
  }

  /** What the families of these are told; nothing where the registry was not silent. */
  told(kind: CheckedMatter['kind'], ids: readonly string[]): Promise<Told[]> {
    return this.database.read(async (read) => {
      const checks = await this.checks.byMatters(read, kind, ids);
      const today = this.clock.today();
      const told: Told[] = [];
      for (const matter of ids) {
        const own = checks.filter((check) => (check.registrationId ?? check.matterId) === matter);
        if (own.length === 0) continue;
        const text = await this.textOf(read, own[0]!.divisionCode);
        // The parts of a newborn matter wait for nothing, whatever a place says of its birth registrations.
        const silence = kind === 'newborn-matter' ? 'commitment' : silenceIn(text);
        const one = toldOf(own, today, silence);
        if (one) told.push({ matter, silence: one, source: text.row('registry-silence')?.source ?? '' });
      }
      return told;
    });
  }

  private async seen(read: Tx, rows: readonly CheckRow[]): Promise<CheckView[]> {
    const parameters = await this.checks.parameters(read);
    const today = this.clock.today();
    return rows.map((row) =>
      Object.assign(row, {
        state: stateOf(row, today, silenceIn(new ServiceText(parameters, row.divisionCode, today), row)),
      }),
    );
  }

  private async silenceOf(tx: Tx, check: CheckRow): Promise<Silence> {
    return silenceIn(await this.textOf(tx, check.divisionCode), check);
  }

  private async textOf(read: Tx, division: string): Promise<ServiceText> {
    return new ServiceText(await this.checks.parameters(read), division, this.clock.today());
  }
}

/** A newborn matter never waits: each of its parts is another authority's. */
const silenceIn = (text: ServiceText, check?: Pick<CheckRow, 'matterId'>): Silence =>
  !check?.matterId && text.value('registry-silence') === 'waits' ? 'waits' : 'commitment';

/** What a question whether name and number belong together can come to. */
const usable = (outcome: string): CheckOutcome | undefined =>
  (['match', 'mismatch', 'not-found', 'set-aside', 'no-reply'] as const).find((one) => one === outcome);

/** The registry keeps citizens; residence permits of Hong Kong, Macao and Taiwan (8…) and foreigners' cards (9…) are others'. */
const isCitizenNumber = (number: string): boolean =>
  typeof parseCitizenId(number) !== 'string' && !/^[89]/.test(number);

const placeOf = ({ kind, parent }: ToAsk) =>
  kind === 'birth-registration'
    ? { table: PARTY_SEAL, column: 'id_number_sealed', row: parent }
    : { table: 'newborn_parent', column: 'number_sealed', row: parent };
