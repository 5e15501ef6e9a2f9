import type { BookedEvent, RegistryPerson } from './registry.types';

export type Fields = Readonly<Record<string, string>>;

/** The fields of one part of a PACKAGE that somebody sent: enough for what is well formed, and a simulator needs no more. */
export function fieldsIn(text: string, part: 'PACKAGEHEAD' | 'RECORD'): Record<string, string> {
  const inner = new RegExp(`<${part}[^>]*>(.*?)</${part}>`, 's').exec(text)?.[1] ?? '';
  return Object.fromEntries(
    [...inner.matchAll(/<(\w+)>([^<]*)<\/\1>/g)].map(([, name, value]): [string, string] => [name!, plain(value!)]),
  );
}

const plain = (text: string): string => text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const elements = (fields: Fields): string =>
  Object.entries(fields)
    .map(([name, value]) => `<${name}>${escaped(value)}</${name}>`)
    .join('');

export const answerText = (head: Fields, records: readonly Fields[], encoding: string): string =>
  `<?xml version="1.0" encoding="${encoding}"?>\n<PACKAGE><PACKAGEHEAD>${elements(head)}</PACKAGEHEAD><DATA>` +
  records.map((record, i) => `<RECORD no="${i + 1}">${elements(record)}</RECORD>`).join('') +
  '</DATA></PACKAGE>';

const compact = (day: string | null): string => (day ?? '').replaceAll('-', '');

export const stampOf = (at: Date): string =>
  new Date(at.getTime() + 8 * 3_600_000).toISOString().replace(/\D/g, '').slice(0, 14);

export const baseFields = (one: RegistryPerson): Fields => ({
  FHDM: '10',
  GMSFHM: one.idNumber ?? '',
  XM: one.name,
  XBDM: String(one.sex),
  MZDM: one.ethnicity ?? '',
  CSRQ: compact(one.born),
  CSD_GJHDQDM: '156',
  CSD_SSXQDM: '',
});

const TYPES = { unified: '0', urban: '1', rural: '2' } as const;

export const householdFields = (one: RegistryPerson): Fields => ({
  RYNBID: one.registryPersonId,
  GMSFHM: one.idNumber ?? '',
  XM: one.name,
  XBDM: String(one.sex),
  MZDM: one.ethnicity ?? '',
  CSRQ: compact(one.born),
  SWRQ: compact(one.died),
  RYZT: String(one.status),
  HH: one.householdNo ?? '',
  YHZGX: one.relationToHead ?? '',
  HBDM: one.householdType ? TYPES[one.householdType] : '',
  XZQHDM: one.divisionCode ?? '',
  XZ: one.address ?? '',
  FQGMSFHM: one.fatherNumber ?? '',
  MQGMSFHM: one.motherNumber ?? '',
  CSZMBH: one.birthCertificateNo ?? '',
  HYZKDM: one.maritalStatus ?? '',
  QRRQ: compact(one.movedInOn),
  QCRQ: compact(one.movedOutOn),
  GXSJ: stampOf(new Date(one.updatedAt)),
});

const KINDS = {
  birth: '01',
  death: '02',
  'death-reversed': '02',
  'moved-in': '03',
  'moved-out': '04',
  cancelled: '05',
  corrected: '06',
  'number-changed': '07',
  merged: '08',
} as const;

export const changeFields = (event: BookedEvent): Fields => ({
  ...householdFields(event.person),
  BGBH: event.eventId,
  BGLXDM: KINDS[event.kind],
  BGSJ: stampOf(new Date(event.happenedAt)),
  CXBZ: event.reverses ? '1' : '0',
  CXBGBH: event.reverses ?? '',
  YGMSFHM: event.formerIdNumber ?? '',
  HBRYNBID: event.mergedRegistryPersonId ?? '',
});
