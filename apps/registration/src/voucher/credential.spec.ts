import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { inflateSync } from 'node:zlib';
import { day } from '@app/kernel';
import { TestClock } from '@app/testing';
import { decodeJwt, importJWK, jwtVerify } from 'jose';
import { CredentialService } from './credential.service';
import { codeOf, maskName, normalCode } from '@app/letter';
import { statusBits } from './voucher.rules';
import type { VoucherRow } from './voucher.types';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'voucher-'));
const keyFile = path.join(folder, 'keys', 'voucher.key');
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

const clock = new TestClock('2026-04-01');
const service = () => new CredentialService(clock, { keyFile });

const VOUCHER: VoucherRow = {
  id: '00000000-0000-4000-8000-000000000001',
  registrationId: '00000000-0000-4000-8000-000000000002',
  no: '340202-2026-000001',
  statusIndex: 9n,
  officeCode: '340202100000',
  officeName: '示例县示例镇',
  holderMasks: ['示*母'],
  content: {
    parties: [{ role: 'mother', name: '示例母', idMask: null }],
    expectedMonth: null,
    bornOn: [day('2026-03-20')],
  },
  pdfSha256: Buffer.alloc(32),
  issuedAt: new Date('2026-04-01T04:00:00Z'),
  state: 'valid',
  endedAt: null,
};

describe('a voucher as a credential', () => {
  it('is signed by the installation’s key, which is made once, for its owner alone', async () => {
    const credential = await service().issue(VOUCHER);
    expect(fs.statSync(keyFile).mode & 0o777).toBe(0o600);
    const key = await importJWK(await service().publicKey(), 'EdDSA');
    const { payload, protectedHeader } = await jwtVerify(credential.split('~')[0]!, key);
    expect(protectedHeader).toMatchObject({ alg: 'EdDSA', typ: 'dc+sd-jwt' });
    expect(payload).toMatchObject({
      vct: 'urn:yangyu:birth-registration-voucher:1',
      office: '示例县示例镇',
      status: { status_list: { idx: 9 } },
    });
  });

  it('says in itself nothing of whom it is about: each claim is a disclosure of its holder’s', async () => {
    const credential = await service().issue(VOUCHER);
    const [jwt, ...disclosures] = credential.split('~');
    const signed = JSON.stringify(decodeJwt(jwt!));
    for (const secret of ['示例母', '340202-2026', '2026-03-20']) expect(signed).not.toContain(secret);
    expect(signed).toContain('不作为生育合法性的证明');
    expect(await service().read(credential)).toEqual({
      index: 9,
      shown: {
        number: '340202-2026-000001',
        holders: ['示例母'],
        registered_on: '2026-04-01',
        born_on: ['2026-03-20'],
      },
    });
    const isNumber = (one: string) => Buffer.from(one, 'base64url').toString().includes('"number"');
    const only = [jwt, disclosures.find(isNumber), ''].join('~');
    expect(await service().read(only)).toEqual({ index: 9, shown: { number: '340202-2026-000001' } });
  });

  it('is nobody’s once a letter of it was changed, a disclosure added, or another key signed it', async () => {
    const credential = await service().issue(VOUCHER);
    const [jwt, ...disclosures] = credential.split('~');
    const [head, body, signature] = jwt!.split('.');
    const other = { ...decodeJwt(jwt!), office: '别处' };
    const forged = Buffer.from(JSON.stringify(['x', 'holders', ['别人']])).toString('base64url');
    const stranger = new CredentialService(clock, { keyFile: path.join(folder, 'other.key') });
    for (const text of [
      '',
      'x',
      credential.slice(0, -40),
      [`${head}.${Buffer.from(JSON.stringify(other)).toString('base64url')}.${signature}`, ...disclosures].join('~'),
      [`${head}.${body}.${signature!.replace(/^./, (c) => (c === 'A' ? 'B' : 'A'))}`, ...disclosures].join('~'),
      [jwt, forged, ''].join('~'),
      [`${Buffer.from('{"alg":"none"}').toString('base64url')}.${body}.`, ...disclosures].join('~'),
      await stranger.issue(VOUCHER),
    ])
      expect(await service().read(text)).toBeUndefined();
  });

  it('has its state in a signed list of bits that names nobody', async () => {
    const list = await service().statusList([2n, 9n], 12n);
    const key = await importJWK(await service().publicKey(), 'EdDSA');
    const { payload } = await jwtVerify(list, key);
    const { bits, lst } = payload.status_list as { bits: number; lst: string };
    expect(bits).toBe(1);
    expect([...inflateSync(Buffer.from(lst, 'base64url'))]).toEqual([0b100, 0b10]);
  });

  it('needs a key: without one, or with what is none, it is refused in a sentence and nothing else is', async () => {
    await expect(new CredentialService(clock, {}).issue(VOUCHER)).rejects.toMatchObject({
      code: 'VOUCHER_KEY_MISSING',
    });
    await expect(new CredentialService(clock, { keyPem: 'x' }).issue(VOUCHER)).rejects.toMatchObject({
      code: 'VOUCHER_KEY_UNUSABLE',
    });
  });
});

describe('what a voucher is verified by', () => {
  it('is a code of 160 bits that can be read from paper, however it is typed', () => {
    const code = codeOf(Buffer.alloc(20, 0xa7));
    expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){7}[0-9A-HJKMNP-TV-Z]{4}$/);
    expect(normalCode(code.toLowerCase().replaceAll('-', ' '))).toBe(code.replaceAll('-', ''));
    expect(normalCode(codeOf(Buffer.alloc(20)).replaceAll('0', 'o'))).toBe('0'.repeat(32));
    for (const text of ['', code.slice(1), `${code}A`, code.replace(/^./, 'U'), '340202199001010018']) {
      expect(normalCode(text)).toBeUndefined();
    }
  });

  it.each([
    ['张三丰', '张*丰'],
    ['李四', '李*'],
    ['𠮷', '*'],
    ['古丽·艾买提', '古****提'],
  ])('shows of the name %s only %s', (name, masked) => {
    expect(maskName(name)).toBe(masked);
  });

  it('takes any number of places', () => {
    expect([...statusBits([], 0n)]).toEqual([0]);
    expect(statusBits([15n], 16n)).toHaveLength(3);
  });
});
