import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  verify,
} from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { deflateSync } from 'node:zlib';
import { CLOCK, type Clock, dayInChina } from '@app/kernel';
import { Inject, Injectable, Optional } from '@nestjs/common';
import { SDJwtInstance } from '@sd-jwt/core';
import { calculateJwkThumbprint, decodeJwt, exportJWK, type JWK, SignJWT } from 'jose';
import { refuse } from './voucher.errors';
import { statusBits, VOUCHER_STATEMENT } from './voucher.rules';
import { VOUCHER_SETTINGS, type VoucherRow, type VoucherSettings } from './voucher.types';

const ISSUER = 'urn:yangyu:registration';
const TYPE = 'urn:yangyu:birth-registration-voucher:1';
const STATUS_LIST = 'urn:yangyu:registration:voucher-status';

interface Claims extends Record<string, unknown> {
  iss: string;
  iat: number;
  vct: string;
  status: { status_list: { idx: number; uri: string } };
  statement: string;
  office: string;
  number?: string;
  holders?: string[];
  registered_on?: string;
  expected_month?: string;
  born_on?: string[];
}

/** What of a credential only its holder decides to show. */
const HIDDEN = ['number', 'holders', 'registered_on', 'expected_month', 'born_on'] as const;

/** The voucher as a credential (SD-JWT VC): signed by the installation's key, each claim shown or kept by its holder. */
@Injectable()
export class CredentialService {
  private opened: KeyObject | undefined;

  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    @Optional() @Inject(VOUCHER_SETTINGS) private readonly settings: VoucherSettings = {},
  ) {}

  async issue(voucher: VoucherRow): Promise<string> {
    const { parties, expectedMonth, bornOn } = voucher.content;
    const claims: Claims = {
      iss: ISSUER,
      iat: this.seconds(),
      vct: TYPE,
      status: { status_list: { idx: Number(voucher.statusIndex), uri: STATUS_LIST } },
      statement: VOUCHER_STATEMENT.zh.join(''),
      office: voucher.officeName,
      number: voucher.no,
      holders: parties.map(({ name }) => name),
      registered_on: dayInChina(voucher.issuedAt),
      ...(expectedMonth ? { expected_month: expectedMonth } : { born_on: [...bornOn] }),
    };
    const frame = { _sd: HIDDEN.filter((name) => name in claims) };
    const header = { typ: 'dc+sd-jwt', kid: await this.keyId() };
    return this.instance().issue(claims, frame as never, { header });
  }

  /** What a credential shows, where its signature and every disclosure hold; undefined for any other text. */
  async read(credential: string): Promise<{ index: number; shown: Readonly<Record<string, unknown>> } | undefined> {
    try {
      const { payload, header } = await this.instance().verify(credential);
      const claims = payload as Claims;
      const isOurs = claims.iss === ISSUER && claims.vct === TYPE && header?.typ === 'dc+sd-jwt' && isWhole(credential);
      if (!isOurs || claims.status.status_list.uri !== STATUS_LIST) return undefined;
      const shown = Object.fromEntries(HIDDEN.filter((name) => name in claims).map((name) => [name, claims[name]]));
      return { index: claims.status.status_list.idx, shown };
    } catch {
      return undefined;
    }
  }

  /** Which vouchers are valid no more, for verifiers who ask nobody about a single one (Token Status List). */
  async statusList(ended: readonly bigint[], count: bigint): Promise<string> {
    const lst = deflateSync(statusBits(ended, count)).toString('base64url');
    const claims = { sub: STATUS_LIST, iat: this.seconds(), ttl: 3_600, status_list: { bits: 1, lst } };
    const header = { alg: 'EdDSA', typ: 'statuslist+jwt', kid: await this.keyId() };
    return new SignJWT(claims).setProtectedHeader(header).sign(this.key());
  }

  /** What verifiers check the signatures with. */
  async publicKey(): Promise<JWK> {
    const jwk = await exportJWK(createPublicKey(this.key()));
    return { ...jwk, kid: await calculateJwkThumbprint(jwk), alg: 'EdDSA', use: 'sig' };
  }

  private async keyId(): Promise<string> {
    return (await this.publicKey()).kid!;
  }

  private instance(): SDJwtInstance<Claims> {
    const key = this.key();
    return new SDJwtInstance<Claims>({
      signer: (data: string) => sign(null, Buffer.from(data), key).toString('base64url'),
      signAlg: 'EdDSA',
      verifier: (data: string, signature: string) =>
        verify(null, Buffer.from(data), createPublicKey(key), Buffer.from(signature, 'base64url')),
      hasher: (data) =>
        createHash('sha256')
          .update(typeof data === 'string' ? data : Buffer.from(data))
          .digest(),
      hashAlg: 'sha-256',
      saltGenerator: () => randomBytes(16).toString('base64url'),
    });
  }

  private seconds(): number {
    return Math.floor(this.clock.now().getTime() / 1000);
  }

  private key(): KeyObject {
    const { keyPem, keyFile } = this.settings;
    if (!this.opened) {
      const pem = keyPem ?? (keyFile === undefined ? undefined : pemOf(keyFile));
      if (pem === undefined) throw refuse.keyMissing();
      this.opened = keyFrom(pem);
    }
    return this.opened;
  }
}

/** Every disclosure is one that was signed for, once (RFC 9901 7.1): the library only passes over those that are not. */
function isWhole(credential: string): boolean {
  const [jwt, ...parts] = credential.split('~');
  const disclosures = parts.slice(0, -1);
  const signed = new Set(decodeJwt<{ _sd?: string[] }>(jwt!)._sd);
  const digests = new Set(disclosures.map((text) => createHash('sha256').update(text).digest('base64url')));
  return parts.at(-1) === '' && digests.size === disclosures.length && [...digests].every((one) => signed.has(one));
}

function keyFrom(pem: string): KeyObject {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch {
    // Said below: what the text was is nobody's to read.
  }
  throw refuse.keyUnusable();
}

/** The installation's key, or a new one (mode 0600) when there is none yet; of two who make one, the first wins. */
function pemOf(file: string): string {
  if (!fs.existsSync(file)) {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    const pem = generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' });
    try {
      fs.writeFileSync(file, pem, { mode: 0o600, flag: 'wx' });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
  return fs.readFileSync(file, 'utf8');
}
