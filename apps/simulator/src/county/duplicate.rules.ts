import { checkCharacter } from '@app/kernel';
import type { Random } from './random.rules';

/** A row of registry.csv by column. */
export type RegistryCells = Record<string, string>;

/** What one office makes of a person whom another has registered: the kinds of error, and how often each is planted. */
export const SAME_PERSON = {
  'number kept, name miswritten': 14,
  'number in 15 digits': 10,
  'number missing': 16,
  'number missing, separator another': 3,
  'number missing, name miswritten': 12,
  'number missing, day and month swapped': 10,
  'number missing, one part of the day wrong': 8,
  'newborn of the hospital, without number': 12,
  'newborn without number or name': 8,
  'newborn without number or certificate': 7,
} as const;

/** Two people whom a hasty comparison takes for one. */
export const TWO_PEOPLE = {
  'twin with an own number': 25,
  'twin without a number, own certificate': 20,
  'twin newborn, no name, number or certificate': 10,
  'stranger of the same name and day, own number': 25,
  'stranger of the same name and day, no number, other parents': 20,
} as const;

export type SameKind = keyof typeof SAME_PERSON;
export type TrapKind = keyof typeof TWO_PEOPLE;

/** Characters that sound or look alike: what is heard at a counter or read from a paper in a hurry. */
const ALIKE =
  '艳燕 丽莉 娜那 静净 霞侠 英瑛 玉钰 兰岚 梅枚 萍平 琳林 慧惠 佳嘉 诗师 伟玮 强墙 磊垒 勇永 杰洁 涛滔 明铭 超朝 辉晖 鹏朋 华花 飞菲 波博 斌彬 宇雨 浩皓 凯楷 建健 峰锋 志智 海还 东冬 文雯 宏洪 泽择 俊骏 轩宣 晨辰 睿瑞 国果 德得 春椿 长常 世士 兴星 金今 光广 天田 正政 新欣 安按 依伊 买麦 提题'
    .split(' ')
    .flatMap(([a, b]): [string, string][] => [
      [a!, b!],
      [b!, a!],
    ]);
const MISHEARD = new Map(ALIKE);

/** The name with one character heard or read as another. */
export function miswrite(random: Random, name: string): string {
  const characters = [...name];
  const places = characters.map((_, place) => place).filter((place) => place > 0 && MISHEARD.has(characters[place]!));
  const place = places.length > 0 ? random.pick(places) : characters.length - 1;
  characters[place] = MISHEARD.get(characters[place]!) ?? '某';
  return characters.join('');
}

export const withOtherSeparator = (random: Random, name: string): string =>
  name.replace('·', random.pick(['•', '・', '‧', '．', '.']));

/** Day and month in each other's place, or nothing where that is no other day. */
export function swapDay(born: string): string | undefined {
  const [year, month, day] = born.split('-') as [string, string, string];
  return Number(day) <= 12 && day !== month ? `${year}-${day}-${month}` : undefined;
}

/** A year too late or early, or another day of the month. */
export function slipDay(random: Random, born: string): string {
  const [year, month, day] = born.split('-') as [string, string, string];
  if (random.chance(400))
    return `${Number(year) + (random.chance(500) ? 1 : -1)}-${month}-${day === '29' ? '28' : day}`;
  const other = 1 + ((Number(day) + random.below(26)) % 28);
  return `${year}-${month}-${String(other).padStart(2, '0')}`;
}

/** The number as it was written until 1999. */
export const inFifteen = (number: string): string => number.slice(0, 6) + number.slice(8, 17);

/** A number of a region that no other row of the county has; `serial` of that day. */
export function numberElsewhere(born: string, sex: string, serial: number): string {
  const sequence = String(2 * serial + (sex === '1' ? 1 : 0)).padStart(3, '0');
  const seventeen = `340299${born.replaceAll('-', '')}${sequence}`;
  return seventeen + checkCharacter(seventeen);
}
