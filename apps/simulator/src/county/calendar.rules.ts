import { type Day, daysInMonth } from '@app/kernel';

/** Days are counted from 1900-01-01 while a county is made, because sums are cheap on numbers and costly on text. */
export type DayNumber = number;

const FIRST_YEAR = 1900;
const LAST_YEAR = 2035;

const texts: string[] = [];
const yearStarts: DayNumber[] = [];
for (let year = FIRST_YEAR; year <= LAST_YEAR; year++) {
  yearStarts.push(texts.length);
  for (let month = 1; month <= 12; month++) {
    const prefix = `${year}-${String(month).padStart(2, '0')}-`;
    for (let date = 1; date <= daysInMonth(year, month); date++) texts.push(prefix + String(date).padStart(2, '0'));
  }
}
const compactTexts = texts.map((text) => text.slice(0, 4) + text.slice(5, 7) + text.slice(8));
const numbers = new Map(texts.map((text, index) => [text, index]));

export const DAY_COUNT = texts.length;

/** 365.25 days, for ages where a day more or less does not matter. */
export const yearsToDays = (years: number): number => Math.floor((years * 1461) / 4);

export const wholeYears = (days: number): number => Math.floor((days * 4) / 1461);

export const dayText = (at: DayNumber): string => texts[at]!;

/** `YYYYMMDD`, as in an identity number. */
export const compactText = (at: DayNumber): string => compactTexts[at]!;

export const yearStart = (year: number): DayNumber => yearStarts[year - FIRST_YEAR]!;

export const yearOfDay = (at: DayNumber): number => Number(texts[at]!.slice(0, 4));

export const monthOfDay = (at: DayNumber): number => Number(texts[at]!.slice(5, 7));

export function dayNumber(text: Day | string): DayNumber {
  const found = numbers.get(text);
  if (found === undefined) throw new RangeError(`outside 1900–2035: ${text}`);
  return found;
}
