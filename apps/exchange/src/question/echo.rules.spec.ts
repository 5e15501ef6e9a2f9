import { checkCharacter, day } from '@app/kernel';
import type { QueryReply, RegistryRecord, VerifyReply } from '../household-registry/household-registry.types';
import { type Asked, faultOfLine, faultOfQuery, faultOfVerify, type Fault } from './echo.rules';

const number = (digits17: string) => digits17 + checkCharacter(digits17);
const NUMBER = number('34020219860510101');
const TWIN = number('34020219860510103');
const asked: Asked = { requestId: 'q-1', idNumber: NUMBER, name: '古丽·艾买提' };
const times = { knownAt: () => new Date('2026-03-01T00:00:00Z'), latest: new Date('2026-04-01T00:05:00Z') };
const record: RegistryRecord = {
  registryPersonId: 'R1',
  name: '古丽•艾买提',
  idNumber: NUMBER,
  sex: 2,
  ethnicity: null,
  born: day('1986-05-10'),
  died: null,
  status: 0,
  householdNo: null,
  relationToHead: null,
  householdType: null,
  divisionCode: null,
  address: null,
  fatherNumber: null,
  motherNumber: null,
  birthCertificateNo: null,
  maritalStatus: null,
  movedInOn: null,
  movedOutOn: null,
  updatedAt: '2026-03-01T00:00:00Z',
};
const echo = { requestId: 'q-1', idNumber: NUMBER, name: '古丽·艾买提' };

describe('an answer of verify', () => {
  const answer = (changed: Partial<VerifyReply['echo']>, result: VerifyReply['result'] = 'match'): VerifyReply => ({
    echo: { ...echo, ...changed },
    result,
    isDeathMarked: null,
  });

  it.each<[string, Fault | undefined, VerifyReply]>([
    ['names what was asked', undefined, answer({})],
    ['writes the separator of the name in another way', undefined, answer({ name: '古丽・艾买提' })],
    ['writes the number with a small x or blanks', undefined, answer({ idNumber: ` ${NUMBER.toLowerCase()} ` })],
    ['answers another request', 'wrong-person', answer({ requestId: 'q-2' })],
    ['is about a twin, whose number differs in one digit', 'wrong-person', answer({ idNumber: TWIN })],
    ['is about somebody else of that number', 'wrong-person', answer({ name: '古丽·买买提' })],
    ['names no number', 'wrong-person', answer({ idNumber: null })],
    ['names no name', 'wrong-person', answer({ name: null })],
    ['says mismatch of somebody else', 'wrong-person', answer({ idNumber: TWIN }, 'mismatch')],
    ['knows nobody and names nobody', undefined, answer({ idNumber: null, name: null }, 'not-found')],
    ['knows nobody, of another number', 'wrong-person', answer({ idNumber: TWIN, name: null }, 'not-found')],
  ])('that %s: %s', (_, fault, reply) => {
    expect(faultOfVerify(asked, reply)).toBe(fault);
  });
});

describe('an answer of query', () => {
  const answer = (...records: Partial<RegistryRecord>[]): QueryReply => ({
    echo,
    records: records.map((changed) => ({ ...record, ...changed })),
  });

  it.each<[string, Fault | undefined, QueryReply]>([
    ['gives the record of the person asked for', undefined, answer({})],
    ['gives two records of that person: a clerk must say which', undefined, answer({}, { registryPersonId: 'R2' })],
    ['gives two people who hold that number', undefined, answer({}, { registryPersonId: 'R2', name: '王小明' })],
    ['gives two other people on that number', 'wrong-person', answer({ name: '王小明' }, { name: '李小红' })],
    ['gives none', undefined, { echo: { ...echo, idNumber: null, name: null }, records: [] }],
    ['gives another person', 'wrong-person', answer({ idNumber: TWIN })],
    ['gives the right one and another', 'wrong-person', answer({}, { idNumber: TWIN })],
    ['gives the number with another name', 'wrong-person', answer({ name: '古丽·买买提' })],
    ['gives a record without a number', 'wrong-person', answer({ idNumber: null })],
    ['gives a birth date that is not in the number', 'contradicts-itself', answer({ born: day('1986-05-11') })],
    ['gives a record older than one that was seen', 'stale', answer({ updatedAt: '2026-02-28T23:59:59Z' })],
    ['gives a record of tomorrow', 'ahead', answer({ updatedAt: '2026-04-02T00:00:00Z' })],
    ['gives a record of no time', 'contradicts-itself', answer({ updatedAt: 'yesterday' })],
    ['echoes another request', 'wrong-person', { echo: { ...echo, requestId: 'q-2' }, records: [record] }],
    ['echoes nobody, yet gives a record', 'wrong-person', { echo: { ...echo, idNumber: null }, records: [record] }],
  ])('that %s: %s', (_, fault, reply) => {
    expect(faultOfQuery(asked, reply, times)).toBe(fault);
  });
});

describe('a line of a batch', () => {
  const line = { lineNo: 7, idNumber: NUMBER, name: '古丽·艾买提' };
  it.each([
    ['the same person', undefined, {}],
    ['another line', 'wrong-person', { lineNo: 8 }],
    ['another number', 'wrong-person', { idNumber: TWIN }],
    ['another name', 'wrong-person', { name: '王小明' }],
  ])('with %s: %s', (_, fault, changed) => {
    expect(faultOfLine(line, { ...line, result: 'match', isDeathMarked: false, ...changed })).toBe(fault);
  });
});
