import { createHash, randomBytes } from 'node:crypto';
import type { Database, Tx } from '@app/database';
import { CLOCK, type Clock, countyOf, type DivisionCode, yearOf } from '@app/kernel';
import { Inject, Injectable } from '@nestjs/common';
import type { JWK } from 'jose';
import { REGISTRATION_DATABASE } from '../registration.tokens';
import { CredentialService } from './credential.service';
import { refuse } from './voucher.errors';
import { VoucherPdfService } from './voucher-pdf.service';
import { VoucherRepository } from './voucher.repository';
import { codeOf, maskName, normalCode } from '@app/letter';
import { voucherNo } from './voucher.rules';
import type { Verified, VoucherContent, VoucherRow } from './voucher.types';

const CODE_BYTES = 20;
const UNKNOWN: Verified = { status: 'unknown', holders: [], office: null, isSameFile: null };

/** Vouchers: issued with a registration, verified by anybody who holds one, never changed. */
@Injectable()
export class VoucherService {
  constructor(
    @Inject(REGISTRATION_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly vouchers: VoucherRepository,
    private readonly pdfs: VoucherPdfService,
    private readonly credentials: CredentialService,
  ) {}

  /** Issues a voucher under a new number; what was valid of the same registration is superseded. */
  async issue(tx: Tx, content: VoucherContent): Promise<string> {
    const [at, today] = [this.clock.now(), this.clock.today()];
    const { registrationId, version, divisionCode, officeName, parties, expectedMonth, bornOn } = content;
    tx.concern('voucher', await this.vouchers.end(tx, registrationId, 'superseded', at));
    const [county, year] = [countyOf(divisionCode as DivisionCode), yearOf(today)];
    const no = voucherNo(county, year, await this.vouchers.nextCount(tx, county, year));
    const code = codeOf(randomBytes(CODE_BYTES));
    const pdf = await this.pdfs.draw({ no, code, content, issuedOn: today, at });
    const id = await this.vouchers.insert(tx, {
      registrationId,
      version,
      no,
      codeHash: sha256(normalCode(code)!),
      officeCode: divisionCode,
      officeName,
      holderMasks: parties.map(({ name }) => maskName(name)),
      content: { parties, expectedMonth, bornOn },
      pdf,
      pdfSha256: sha256(pdf),
      at,
    });
    tx.concern('voucher', [id]);
    return id;
  }

  async end(tx: Tx, registrationId: string, state: 'withdrawn' | 'cancelled'): Promise<void> {
    tx.concern('voucher', await this.vouchers.end(tx, registrationId, state, this.clock.now()));
  }

  ofRegistrations(ids: readonly string[]): Promise<VoucherRow[]> {
    return this.database.read((read) => this.vouchers.ofRegistrations(read, ids));
  }

  /** In the order of the ids; null where there is none. */
  byIds(ids: readonly string[]): Promise<(VoucherRow | null)[]> {
    return this.database.read(async (read) => {
      const found = new Map((await this.vouchers.byIds(read, ids)).map((voucher) => [voucher.id, voucher]));
      return ids.map((id) => found.get(id) ?? null);
    });
  }

  /** The delivered bytes. */
  file(id: string): Promise<{ no: string; pdf: Buffer; sha256: string }> {
    return this.database.read(async (read) => {
      const { no, pdfSha256 } = await this.get(read, id);
      return { no, pdf: await this.vouchers.pdf(read, id), sha256: pdfSha256.toString('hex') };
    });
  }

  /** The voucher as a credential for its holder; each is signed anew, none is kept. */
  credential(id: string): Promise<string> {
    return this.database.write(async (tx) => {
      const voucher = await this.get(tx, id);
      if (voucher.state !== 'valid') throw refuse.ended(voucher.state);
      tx.concern('voucher', [id]);
      return this.credentials.issue(voucher);
    });
  }

  /** What anybody is told who holds a code: its state, masked names, the office. What is no code is as unknown. */
  async verify(code: string, fileSha256: string | null): Promise<Verified> {
    const normal = normalCode(code);
    if (normal === undefined) return UNKNOWN;
    return this.database.read(async (read) => {
      const why = 'a code of 160 bits stands for the document that it was printed on, whoever holds that';
      const found = await read.across(why, () => this.vouchers.byCode(read, sha256(normal)));
      if (!found) return UNKNOWN;
      return {
        status: found.state,
        holders: found.holderMasks,
        office: found.officeName,
        isSameFile: fileSha256 === null ? null : found.pdfSha256.toString('hex') === fileSha256.trim().toLowerCase(),
      };
    });
  }

  /** Whether a credential is ours and whole, and what its voucher's state is. It shows only what its holder disclosed. */
  async verifyCredential(
    text: string,
  ): Promise<Pick<Verified, 'status'> & { shown: Readonly<Record<string, unknown>> }> {
    const credential = await this.credentials.read(text);
    if (!credential) return { status: 'unknown', shown: {} };
    return this.database.read(async (read) => {
      const why = 'the state of a signed credential does not depend on who asks';
      const status = (await read.across(why, () => this.vouchers.stateAt(read, credential.index))) ?? 'unknown';
      return { status, shown: credential.shown };
    });
  }

  statusList(): Promise<string> {
    return this.database.read(async (read) => {
      const why = 'the list names nobody, only places in it';
      const { ended, count } = await read.across(why, () => this.vouchers.ended(read));
      return this.credentials.statusList(ended, count);
    });
  }

  publicKey(): Promise<JWK> {
    return this.credentials.publicKey();
  }

  private async get(tx: Tx, id: string): Promise<VoucherRow> {
    const [voucher] = await this.vouchers.byIds(tx, [id]);
    if (!voucher) throw refuse.unknown(id);
    return voucher;
  }
}

const sha256 = (data: string | Buffer): Buffer => createHash('sha256').update(data).digest();
