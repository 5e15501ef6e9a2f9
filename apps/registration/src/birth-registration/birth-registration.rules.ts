import { addMonths, type Day } from '@app/kernel';
import type { PartyRole } from './birth-registration.types';

/** One dated row of what a region's text says of this service. */
export interface ParameterRow {
  /** `CN`, or the leading digits of a division code. */
  readonly region: string;
  readonly name: ParameterName;
  readonly value: string;
  readonly from: Day;
  /** The first day on which it holds no more; null while it holds. */
  readonly until: Day | null;
  readonly source: string;
}

export type ParameterName =
  | 'who-may-register'
  | 'places'
  | 'residence-months'
  | 'make-up'
  | 'order-rule'
  | 'earlier-children'
  | 'marital-status'
  | 'ask-elsewhere-first'
  | 'commitment-replaces'
  | 'shared-papers'
  | 'notice-working-days'
  | 'decide-working-days'
  | 'elsewhere-working-days'
  | 'verification-address'
  | 'registry-silence'
  | 'registry-working-days';

/** What holds where and when none of the rows does: free, for anyone, without limits. */
const SAFE: Readonly<Record<ParameterName, string>> = {
  'who-may-register': 'anyone',
  places: 'hukou-or-residence',
  'residence-months': '0',
  'make-up': 'any',
  'order-rule': 'none',
  'earlier-children': 'not-asked',
  'marital-status': 'not-asked',
  'ask-elsewhere-first': 'no',
  'commitment-replaces': '',
  'shared-papers': '',
  'notice-working-days': '5',
  'decide-working-days': '7',
  'elsewhere-working-days': '5',
  'verification-address': '-',
  'registry-silence': 'commitment',
  'registry-working-days': '5',
};

/** The text of one place on one day: the narrowest region's row of each name that is in force. */
export class ServiceText {
  constructor(
    private readonly rows: readonly ParameterRow[],
    readonly division: string,
    private readonly on: Day,
  ) {}

  row(name: ParameterName): ParameterRow | undefined {
    return this.rows
      .filter((row) => row.name === name && (row.region === 'CN' || this.division.startsWith(row.region)))
      .filter((row) => row.from <= this.on && (row.until === null || this.on < row.until))
      .sort((a, b) => breadth(b.region) - breadth(a.region))[0];
  }

  /** Every rule that is in force here, in the order of their names. */
  inForce(): ParameterRow[] {
    const names = [...new Set(this.rows.map(({ name }) => name))].sort();
    return names.flatMap((name) => this.row(name) ?? []);
  }

  value(name: ParameterName): string {
    return this.row(name)?.value ?? SAFE[name];
  }

  list(name: ParameterName): string[] {
    return this.value(name).split('|').filter(Boolean);
  }

  number(name: ParameterName): number {
    return Number(this.value(name));
  }

  asks(name: 'earlier-children' | 'marital-status'): boolean {
    return this.value(name) === 'asked';
  }

  /** The same day's text of another place. */
  at(division: string): ServiceText {
    return new ServiceText(this.rows, division, this.on);
  }
}

const breadth = (region: string): number => (region === 'CN' ? 0 : region.length);

export interface PartyFacts {
  readonly role: PartyRole;
  readonly hukou: string | null;
  readonly residence: string | null;
  readonly residentSince: Day | null;
  readonly hasPermit: boolean | null;
  /** GB/T 2261.2; null where it was not asked. */
  readonly marital: string | null;
}

export interface EarlierChild {
  readonly isJoint: boolean;
  readonly isAdopted: boolean;
  readonly isLiving: boolean;
  /** Born to both of them before they married or re-married each other. */
  readonly isBeforeMarriage: boolean;
}

export interface BirthFacts {
  readonly filedOn: Day;
  readonly parties: readonly PartyFacts[];
  /** The day of the eldest of this birth; null before it. */
  readonly bornOn: Day | null;
  readonly earlier: readonly EarlierChild[];
}

export type ReasonCode =
  'COUPLE_ONLY' | 'PLACE_NOT_OF_A_PARENT' | 'PERMIT_UNKNOWN' | 'RESIDENCE_TOO_SHORT' | 'MADE_UP_BEFORE_ITS_DAY';

export interface Reason {
  readonly code: ReasonCode;
  readonly source: string;
}

/** Nothing is refused by a rule: either nothing stands against registering, or a person looks at these reasons. */
export interface Judgement {
  readonly reasons: readonly Reason[];
  /** Provinces of the parents whose text asks for less: the more favourable one may be used (法 art 18). */
  readonly favourable: readonly string[];
}

/** What the text of a place says of a birth. Order, marriage and place matter only where that text names them. */
export function judge(text: ServiceText, facts: BirthFacts): Judgement {
  const reasons = reasonsAt(text, facts);
  const own = text.division.slice(0, 2);
  const provinces = new Set(facts.parties.flatMap(({ hukou, residence }) => [hukou, residence]).flatMap(provinceOf));
  const favourable =
    reasons.length === 0
      ? []
      : [...provinces]
          .filter((province) => province !== own && reasonsAt(text.at(province.padEnd(12, '0')), facts).length === 0)
          .sort();
  return { reasons, favourable };
}

function reasonsAt(text: ServiceText, facts: BirthFacts): Reason[] {
  const of = (code: ReasonCode, name: ParameterName): Reason => ({ code, source: text.row(name)?.source ?? '' });
  return [
    ...(text.value('who-may-register') === 'couple' && !isCouple(facts) ? [of('COUPLE_ONLY', 'who-may-register')] : []),
    ...placeReasons(text, facts).map((code) =>
      of(code, code === 'RESIDENCE_TOO_SHORT' ? 'residence-months' : 'places'),
    ),
    ...(isMadeUpTooEarly(text, facts) ? [of('MADE_UP_BEFORE_ITS_DAY', 'make-up')] : []),
  ];
}

const MARRIED = new Set(['20', '21', '22', '23']);

/** Both parents, each married: what a text that is for couples means. */
const isCouple = ({ parties }: BirthFacts): boolean =>
  parties.length === 2 && parties.every(({ marital }) => marital !== null && MARRIED.has(marital));

function placeReasons(text: ServiceText, { parties, filedOn }: BirthFacts): ReasonCode[] {
  const province = text.division.slice(0, 2);
  const isHere = (code: string | null): boolean => code?.startsWith(province) ?? false;
  if (parties.some(({ hukou }) => isHere(hukou))) return [];
  const residents = parties.filter(({ residence }) => isHere(residence));
  if (residents.length === 0) return ['PLACE_NOT_OF_A_PARENT'];
  const needsPermit = text.value('places') === 'hukou-or-permit';
  const withPermit = needsPermit ? residents.filter(({ hasPermit }) => hasPermit === true) : residents;
  if (withPermit.length === 0) return ['PERMIT_UNKNOWN'];
  const months = text.number('residence-months');
  const isLongEnough = ({ residentSince }: PartyFacts) =>
    months === 0 || (residentSince !== null && addMonths(residentSince, months) <= filedOn);
  return withPermit.some(isLongEnough) ? [] : ['RESIDENCE_TOO_SHORT'];
}

/** `2:2016-01-01|3:2021-05-31`: from that order on, only births from that day on may be made up afterwards. */
function isMadeUpTooEarly(text: ServiceText, facts: BirthFacts): boolean {
  const { bornOn } = facts;
  if (bornOn === null || text.value('make-up') === 'any') return false;
  const order = orderOf(text, facts);
  if (order === null) return false;
  const limits = text.list('make-up').map((part) => part.split(':') as [string, Day]);
  const limit = limits.filter(([from]) => Number(from) <= order).at(-1);
  return limit !== undefined && bornOn < limit[1];
}

type Counts = (child: EarlierChild, isAlone: boolean) => boolean;

/**
 * Who is counted. `joint` (Hunan): born to both together, also before they married; not those of others, the adopted or
 * the deceased. `joint-living` (Heilongjiang): born to both and living, of the re-married only those born since; a parent
 * alone counts their own.
 */
const COUNTED: Readonly<Record<string, Counts>> = {
  joint: ({ isJoint, isAdopted, isLiving }) => isJoint && !isAdopted && isLiving,
  'joint-living': ({ isJoint, isAdopted, isLiving, isBeforeMarriage }, isAlone) =>
    !isAdopted && isLiving && (isAlone || (isJoint && !isBeforeMarriage)),
};

/** The order of this birth by this region's own rule; null where its text has none. Never a number of a family. */
export function orderOf(
  text: ServiceText,
  { earlier, parties }: Pick<BirthFacts, 'earlier' | 'parties'>,
): number | null {
  const isCounted = COUNTED[text.value('order-rule')];
  if (!isCounted || !text.asks('earlier-children')) return null;
  return earlier.filter((child) => isCounted(child, parties.length === 1)).length + 1;
}

const provinceOf = (code: string | null): string[] => (code === null ? [] : [code.slice(0, 2)]);

/** What a commitment may be about; each replaces a paper where the region's text lets it. */
export const COMMITMENT_FACTS: Readonly<Record<string, string>> = {
  RESIDENCE: 'residence-proof',
  MARRIAGE: 'marriage-certificate',
  BIRTH: 'birth-certificate',
  PARENTHOOD: 'kinship-proof',
  NOT_REGISTERED_ELSEWHERE: 'not-registered-elsewhere',
};

/** What may still be asked of the person themselves; everything else is fetched by sharing or committed to. */
export const ASKABLE_ITEMS = [
  'PARTY_NAME_OR_NUMBER',
  'RESIDENT_SINCE',
  'EXPECTED_MONTH_OR_BIRTH_DAY',
  'SIGNATURE',
  'AGENT_AUTHORITY',
  'COMMITMENT',
] as const;

/** The letter that a parent signs. Changed words are a new version; nothing here threatens with what no law provides. */
export const COMMITMENT_TEXT = {
  version: '2026-01',
  zh: '本人承诺：所列事实真实。登记机关可以通过政务数据共享核验。承诺与事实不符的，登记机关更正或者撤销本登记并作记录，不影响孩子落户、就医、入学等任何权利，也不因此收取任何费用。本登记免费，不是许可。',
  en: 'I state that the facts listed are true. The office may check them against data shared between authorities. If they are not true, the office corrects or cancels this registration and keeps a record; no right of the child, such as household registration, care or school, depends on it, and nothing is charged. This registration is free and is no permit.',
} as const;

/** From here on nobody waits longer for another place: silence goes on by commitment. */
export const isSilent = (dueOn: Day | null, today: Day): boolean => dueOn !== null && today > dueOn;
