import type { Account, Accounts } from './account.rules';
import { type DayNumber, dayNumber, dayText, monthOfDay, yearOfDay, yearStart } from './calendar.rules';
import { NEVER, type Person } from './person.rules';
import type { Random } from './random.rules';

const SCHEME_START = dayNumber('2025-01-01');
const FIRST_BIRTHS = dayNumber('2022-01-01');
const YUAN_PER_MONTH = 300;

/** A claim as it stands in claims.csv. */
export interface PlannedClaim {
  readonly childNumber: string;
  readonly certificate: string;
  readonly applicantNumber: string;
  /** GB/T 4761: 51 father, 52 mother, 99 guardian. */
  readonly relation: string;
  readonly year: number;
  readonly submitted: DayNumber;
  readonly channel: 'online' | 'counter';
  readonly account: string;
}

/**
 * Yuan for this child in this claim year, by the published table of months: written out a second time here on
 * purpose, so that the demo's expectation does not come from the programme that it checks.
 */
export function childcareYuan(born: DayNumber, year: number, firstYear: number): number {
  const birthYear = yearOfDay(born);
  if (born < FIRST_BIRTHS || year < 2025 || year < birthYear) return 0;
  if (born >= SCHEME_START) return year >= firstYear && year < firstYear + 3 ? 12 * YUAN_PER_MONTH : 0;
  const months = Math.min(36, (birthYear + 3 - 2025) * 12 + monthOfDay(born)) - 12 * (year - 2025);
  return Math.max(0, Math.min(12, months)) * YUAN_PER_MONTH;
}

/** The first and the last day on which claims of this year come in: the system opened in autumn 2025, then each 5 January. */
function claimWindow(year: number, asOf: DayNumber): readonly [DayNumber, DayNumber] {
  const open = year === 2025 ? dayNumber('2025-09-01') : yearStart(year) + 4;
  return [open, Math.min(asOf, yearStart(year + 1) - 1)];
}

export interface OrdinaryClaim extends PlannedClaim {
  readonly yuan: number;
  /** Newly opened for this claim. */
  readonly opened?: Account;
}

/** The claims of one child that has nothing unusual about it: about 93 in 100 of those entitled, year by year. */
export function claimsOf(random: Random, accounts: Accounts, child: Person, asOf: DayNumber): OrdinaryClaim[] {
  if (child.born < FIRST_BIRTHS || child.status !== 0) return [];
  const applicant = drawApplicant(random, child);
  if (!applicant) return [];
  const claims: OrdinaryClaim[] = [];
  let firstYear = 0;
  for (let year = 2025; year <= yearOfDay(asOf); year++) {
    const tooLateToBegin = firstYear === 0 && child.born >= SCHEME_START && year > yearOfDay(child.born) + 1;
    const yuan = childcareYuan(child.born, year, firstYear || year);
    const [open, close] = claimWindow(year, asOf);
    const earliest = Math.max(open, child.born + 20, child.movedIn === NEVER ? 0 : child.movedIn + 15);
    if (tooLateToBegin || yuan === 0 || earliest > close || !random.chance(930)) continue;
    const opened = applicant.account ? undefined : accounts.open(applicant.number, applicant.name);
    if (opened) applicant.account = opened.number;
    firstYear ||= year;
    claims.push({
      childNumber: child.number,
      certificate: random.chance(300) ? child.certificate : '',
      applicantNumber: applicant.number,
      relation: applicant.sex === 2 ? '52' : '51',
      year,
      submitted: random.between(earliest, close),
      channel: random.chance(780) ? 'online' : 'counter',
      account: applicant.account,
      yuan,
      opened,
    });
  }
  return claims;
}

/** The mother in seven families of ten, else the father; only a living parent of this county whom the register names. */
function drawApplicant(random: Random, child: Person): Person | undefined {
  const present = (parent: Person | undefined): Person | undefined => (parent?.status === 0 ? parent : undefined);
  const mother = child.motherNumber ? undefined : present(child.parents?.mother);
  const father = child.fatherNumber ? undefined : present(child.parents?.father);
  return random.chance(700) ? (mother ?? father) : (father ?? mother);
}

export const CLAIM_COLUMNS =
  'claim_no,child_id_number,child_birth_certificate_no,applicant_id_number,relation,claim_year,submitted_on,channel,account_no';

export function claimRow(claimNo: string, claim: PlannedClaim): string {
  return (
    `${claimNo},${claim.childNumber},${claim.certificate},${claim.applicantNumber},${claim.relation},${claim.year},` +
    `${dayText(claim.submitted)},${claim.channel},${claim.account}`
  );
}

export const ACCOUNT_COLUMNS = 'holder_id_number,holder_name,bank_code,account_no,kind';

export const accountRow = (account: Account): string =>
  `${account.holderNumber},${account.holderName},${account.bank},${account.number},${account.kind}`;
