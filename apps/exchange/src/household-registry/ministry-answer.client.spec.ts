import { RegistryFailure } from './household-registry.types';
import { headOf, instantOf, packageText, stampOf } from './ministry-envelope.rules';
import { readPackage } from './ministry-answer.client';

const HEAD = '<PACKAGEHEAD><FWQQBH>q</FWQQBH><FHDM>10</FHDM><JLS>1</JLS></PACKAGEHEAD>';
const RECORD = '<RECORD no="1"><XM>示例某</XM></RECORD>';
const whole = (head = HEAD, data = `<DATA>${RECORD}</DATA>`) => `<PACKAGE>${head}${data}</PACKAGE>`;
const read = (text: string, contentType = 'text/xml; charset=utf-8') =>
  readPackage({ headers: {}, contentType, body: Buffer.from(text) });

it.each([
  ['as it is', whole()],
  ['with a declaration', `<?xml version="1.0" encoding="UTF-8"?>\n${whole()}`],
  ['with blanks between', whole().replaceAll('><', '>\n  <')],
  ['with a comment', whole().replace('<DATA>', '<!-- a --><DATA>')],
  ['with CDATA', whole().replace('示例某', '<![CDATA[示例某]]>')],
  ['with a character by number', whole().replace('示', '&#31034;')],
])('reads an answer %s', (_case, text) => {
  const { head, records } = read(text);
  expect({ ...head }).toEqual({ FWQQBH: 'q', FHDM: '10', JLS: '1' });
  expect(records.map((record) => ({ ...record }))).toEqual([{ XM: '示例某' }]);
});

it.each([
  ['nothing', ''],
  ['no XML', 'FHDM=10'],
  ['two documents', whole() + whole()],
  ['half', whole().slice(0, -20)],
  ['a DTD', `<!DOCTYPE PACKAGE SYSTEM "http://example.invalid/x">${whole()}`],
  ['an entity of its own', `<!DOCTYPE PACKAGE [<!ENTITY a "示例某">]>${whole().replace('示例某', '&a;')}`],
  ['an entity nobody declared', whole().replace('示例某', '&a;')],
  ['another root', whole().replaceAll('PACKAGE>', 'ENVELOPE>')],
  ['no head', whole('')],
  ['two heads', whole(HEAD + HEAD)],
  ['two data', whole(HEAD, `<DATA>${RECORD}</DATA><DATA>${RECORD}</DATA>`)],
  ['a field twice', whole().replace('</RECORD>', '<XM>另一人</XM></RECORD>')],
  ['a field in a field', whole().replace('示例某', '<XM>另一人</XM>')],
  ['a field outside a record', whole(HEAD, '<DATA><XM>另一人</XM></DATA>')],
  ['text outside a field', whole(HEAD, '<DATA>另一人</DATA>')],
  ['another character set declared within', `<?xml version="1.0" encoding="GB18030"?>${whole()}`],
])('reads no answer from %s', (_case, text) => {
  expect(() => read(text)).toThrow(RegistryFailure);
});

it('reads no answer in a character set that was not agreed', () => {
  expect(() => read(whole(), 'text/xml; charset=utf-16')).toThrow(RegistryFailure);
});

it('writes what it reads, names clerk, unit, purpose and basis, and sends no character that cannot be sent', () => {
  const question = {
    requestId: 'q<1>',
    clerk: { idNumber: '1', name: '某&经办' },
    unit: { code: 'u', name: '单位' },
    purpose: 'p',
    legalBasis: '第七条',
  };
  const requester = { ministry: { code: 'm', name: '部' }, system: { code: 's', name: '系统' } };
  const head = headOf(question, requester, 1, new Date('2026-04-01T04:05:06Z'));
  const text = packageText(head, [{ XM: '古丽·𬱖' }], 'UTF-8');
  const back = read(text);
  expect({ ...back.head }).toEqual(head);
  expect({ ...back.records[0] }).toEqual({ XM: '古丽·𬱖' });
  expect(head).toMatchObject({ QQRXM: '某&经办', QQRDWMC: '单位', QQYWLXDM: 'p', QQYWLXMC: '第七条' });
  expect(head.FSSJ).toBe('20260401120506');
  for (const bad of ['\u0000', '\ud800', '\ufffe', '\n'])
    expect(() => packageText(head, [{ XM: bad }], 'UTF-8')).toThrow(RegistryFailure);
});

it.each(['20260229120000', '20261301120000', '20260401250000', '2026040112000', 'now'])(
  'knows no moment %s',
  (stamp) => {
    expect(instantOf(stamp)).toBeUndefined();
  },
);

it('reads a moment as it is written', () => {
  const at = new Date('2026-12-31T16:00:01Z');
  expect(stampOf(at)).toBe('20270101000001');
  expect(instantOf('20270101000001')).toEqual(at);
});
