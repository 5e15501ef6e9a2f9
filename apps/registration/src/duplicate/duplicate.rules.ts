import type { Day } from '@app/kernel';
import type { Compared, ComparedRecord, Field, Levels, Verdict } from './duplicate.types';

/** m: how often a field stands so in two records of one person. u: how often in records of two people. */
interface Weight {
  readonly m: number;
  readonly u: number;
  readonly zh: string;
  readonly en: string;
}

/**
 * The weights (Fellegi and Sunter 1969): a field adds ten times log2(m / u). What is not known adds nothing, so that a
 * missing number never speaks against anybody.
 *
 * u was counted on the county simulator's 1,000,000 persons: 27 share a birthday with any one, 740 names of two
 * characters and 8,300 of three are as likely as all of them together. m is the simulator's error model: one name in
 * ten misheard or miswritten, three birth days in a hundred with day and month in each other's place, three with one
 * part wrong; it is a guess about offices, set down where it can be argued with.
 */
export const WEIGHTS = {
  number: {
    same: { m: 0.97, u: 1e-7, zh: '证件号码相同（含15位与18位）', en: 'the same identity number, 15 or 18 digits' },
    other: { m: 1, u: 1, zh: '各有不同的证件号码', en: 'each has an own, different identity number' },
    'not comparable': { m: 1, u: 1, zh: '至少一方没有可比的证件号码', en: 'one of them has no number to compare' },
  },
  certificate: {
    same: { m: 0.98, u: 1e-7, zh: '出生医学证明编号相同', en: 'the same birth certificate' },
    // A lost certificate is replaced by one with another number.
    other: { m: 0.02, u: 1, zh: '出生医学证明编号不同', en: 'different birth certificates' },
    'not comparable': {
      m: 1,
      u: 1,
      zh: '至少一方没有出生医学证明',
      en: 'one of them has no birth certificate on record',
    },
  },
  name: {
    'same short': {
      m: 0.88,
      u: 1 / 740,
      zh: '姓名相同（两个字，重名较多）',
      en: 'the same name, a short and common one',
    },
    same: { m: 0.88, u: 1 / 8_300, zh: '姓名相同', en: 'the same name' },
    'same long': {
      m: 0.88,
      u: 1 / 20_000,
      zh: '姓名相同（四字以上，重名少）',
      en: 'the same name, a long and rare one',
    },
    near: {
      m: 0.09,
      u: 1 / 60,
      zh: '姓名差一个字或两字颠倒',
      en: 'one character of the name differs, or two changed places',
    },
    unnamed: { m: 1, u: 1, zh: '一方尚未取名', en: 'one of them has no name yet' },
    different: { m: 0.03, u: 0.98, zh: '姓名不同', en: 'different names' },
  },
  born: {
    same: { m: 0.93, u: 1 / 37_000, zh: '出生日期相同', en: 'the same day of birth' },
    swapped: { m: 0.03, u: 1 / 37_000, zh: '出生日期的月和日颠倒', en: 'day and month of birth in each other’s place' },
    'one part': {
      m: 0.03,
      u: 1 / 200,
      zh: '出生日期只差年、月、日之一',
      en: 'year, month or day of birth differs, the other two agree',
    },
    different: { m: 0.01, u: 0.995, zh: '出生日期不同', en: 'different days of birth' },
    'not comparable': { m: 1, u: 1, zh: '至少一方没有出生日期', en: 'one of them has no day of birth' },
  },
  sex: {
    same: { m: 0.99, u: 0.5, zh: '性别相同', en: 'the same sex' },
    different: { m: 0.01, u: 0.5, zh: '性别不同', en: 'different sex' },
    'not comparable': { m: 1, u: 1, zh: '性别未知', en: 'the sex of one is not known' },
  },
  parents: {
    both: { m: 0.9, u: 2e-6, zh: '父母均相同', en: 'the same mother and father' },
    one: {
      m: 0.9,
      u: 4e-6,
      zh: '父母一方相同，另一方无法比较',
      en: 'one parent is the same, the other cannot be compared',
    },
    'one of two': { m: 0.05, u: 2e-6, zh: '父母一方相同，另一方不同', en: 'one parent is the same, the other differs' },
    different: { m: 0.02, u: 1, zh: '父母不同', en: 'different parents' },
    'not comparable': { m: 1, u: 1, zh: '父母无法比较', en: 'the parents cannot be compared' },
  },
  place: {
    village: { m: 0.6, u: 1 / 230, zh: '在同一村（社区）', en: 'the same village' },
    township: { m: 0.15, u: 1 / 23, zh: '在同一乡镇（街道）', en: 'the same township' },
    county: { m: 0.15, u: 0.95, zh: '在同一县', en: 'the same county' },
    elsewhere: { m: 0.1, u: 0.95, zh: '在不同的县', en: 'different counties' },
  },
} as const satisfies Record<Field, Record<string, Weight>>;

/**
 * Of a register of a million with ten thousand double records one pair in 50 million is one person: 25.6 bits. Certain is
 * five thousand to one beyond that, so that a name, a day and a village alone are never enough; worth a look is whatever
 * comes within one to fifty.
 */
export const CERTAIN_FROM = 380;
export const LOOK_FROM = 200;

export const FIELDS = Object.keys(WEIGHTS) as Field[];

export const pointsOf = (field: Field, level: string): number => {
  const { m, u } = (WEIGHTS[field] as Record<string, Weight>)[level]!;
  return Math.round(10 * Math.log2(m / u)) + 0;
};

/** Papers whose number stays with a person for life, so that two different ones are two people. */
export const LASTING_PAPERS = ['111', 'HMT_RESIDENCE', 'PERMANENT_RESIDENT'] as const;
const UNNAMED = /^(未取名|未命名|无名|暂无|.{0,6}之[子女])$/u;

/** How two records stand to each other, field by field. */
export function levelsOf(a: ComparedRecord, b: ComparedRecord): Levels {
  return {
    number: numbers(a, b),
    certificate:
      a.certificateKey && b.certificateKey
        ? a.certificateKey === b.certificateKey
          ? 'same'
          : 'other'
        : 'not comparable',
    name: names(a.name, b.name),
    born: days(a.born, b.born),
    sex: isSex(a.sex) && isSex(b.sex) ? (a.sex === b.sex ? 'same' : 'different') : 'not comparable',
    parents: parents(a, b),
    place: places(a.divisionCode, b.divisionCode),
  };
}

export const scoreOf = (levels: Levels): number =>
  FIELDS.reduce((sum, field) => sum + pointsOf(field, levels[field]), 0);

/**
 * What becomes of a pair. Two own numbers are two people, whatever else agrees: the check character lets no slip of the
 * pen through. Twins agree in day, parents and place, so there only one name, or one certificate where no name was given
 * yet, makes a pair certain; an own name and an own certificate together are somebody.
 */
export function verdictOf(levels: Levels): Verdict {
  const { number, certificate, name, born, parents: by, sex } = levels;
  if (number === 'other') return 'no';
  const isOwnName = name === 'different' || name === 'near';
  const isSealed = number === 'same' || certificate === 'same';
  const mayShareBirth = (born === 'same' || born === 'not comparable') && by !== 'different';
  // Brothers and sisters: parents, place and much of the name agree, name and day do not.
  if (born === 'different' && isOwnName && !isSealed) return 'no';
  if (number !== 'same' && mayShareBirth && isOwnName && certificate === 'other') return 'no';
  const score = scoreOf(levels);
  if (score < LOOK_FROM) return isSealed ? 'look' : 'no';
  const isTwinsDay = born === 'same' && by !== 'different' && !(by === 'not comparable' && number === 'same');
  const mayBeTwins = isTwinsDay && (isOwnName || certificate === 'other' || (name === 'unnamed' && !isSealed));
  // Whoever holds one number was born on one day by it: with another name they may be two who were given one number.
  return score >= CERTAIN_FROM && !mayBeTwins && sex !== 'different' && name !== 'different' ? 'certain' : 'look';
}

/** The pair in words, what speaks for one person first. */
export function explain(levels: readonly string[]): Compared[] {
  return levels
    .map((text) => {
      const [field, level] = text.split(':') as [Field, string];
      const { zh, en } = (WEIGHTS[field] as Record<string, Weight>)[level]!;
      return { field, level, points: pointsOf(field, level), zh, en };
    })
    .sort((x, y) => y.points - x.points);
}

export const textsOf = (levels: Levels): string[] => FIELDS.map((field) => `${field}:${levels[field]}`);

const isSex = (sex: number): boolean => sex === 1 || sex === 2;

function numbers(a: ComparedRecord, b: ComparedRecord): Levels['number'] {
  if (a.numberKey && a.numberKey === b.numberKey) return 'same';
  if (a.legacyKey && a.legacyKey === b.legacyKey) return 'same';
  const isLasting = a.idType === b.idType && (LASTING_PAPERS as readonly (string | null)[]).includes(a.idType);
  return isLasting && a.numberKey && b.numberKey ? 'other' : 'not comparable';
}

function names(a: string, b: string): Levels['name'] {
  const likeness = nameLikeness(a, b);
  if (likeness !== 'same') return likeness;
  const length = [...a].length;
  return length <= 2 ? 'same short' : length === 3 ? 'same' : 'same long';
}

/** One character other, missing or changed places is near; characters that sound alike are such a one. */
export function nameLikeness(a: string, b: string): 'same' | 'near' | 'unnamed' | 'different' {
  if (UNNAMED.test(a) || UNNAMED.test(b)) return 'unnamed';
  if (a === b) return 'same';
  const [x, y] = [[...a], [...b]];
  if (Math.abs(x.length - y.length) > 1) return 'different';
  const most = Math.min(x.length, y.length);
  let head = 0;
  while (head < most && x[head] === y[head]) head++;
  let tail = 0;
  while (tail < most - head && x[x.length - 1 - tail] === y[y.length - 1 - tail]) tail++;
  if (head + tail === 0) return 'different';
  if (x.length !== y.length) return head + tail === most && most >= 2 ? 'near' : 'different';
  if (head + tail === most - 1) return 'near';
  const isTurned = head + tail === most - 2 && x[head] === y[head + 1] && x[head + 1] === y[head];
  return isTurned ? 'near' : 'different';
}

function days(a: Day | null, b: Day | null): Levels['born'] {
  if (!a || !b) return 'not comparable';
  if (a === b) return 'same';
  const [x, y] = [a.split('-'), b.split('-')];
  if (x[0] === y[0] && x[1] === y[2] && x[2] === y[1]) return 'swapped';
  return x.filter((part, place) => part !== y[place]).length === 1 ? 'one part' : 'different';
}

function parents(a: ComparedRecord, b: ComparedRecord): Levels['parents'] {
  const stands = (x: string | null, y: string | null) => (x && y ? (x === y ? 1 : -1) : 0);
  const [mother, father] = [stands(a.mother, b.mother), stands(a.father, b.father)];
  if (mother === 0 && father === 0) return 'not comparable';
  if (mother + father === 2) return 'both';
  if (mother + father === 1) return 'one';
  return mother + father === 0 ? 'one of two' : 'different';
}

function places(a: string, b: string): Levels['place'] {
  if (a === b) return 'village';
  if (a.slice(0, 9) === b.slice(0, 9)) return 'township';
  return a.slice(0, 6) === b.slice(0, 6) ? 'county' : 'elsewhere';
}
