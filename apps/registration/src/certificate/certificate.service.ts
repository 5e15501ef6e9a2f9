import { randomUUID, timingSafeEqual } from 'node:crypto';
import { certificateEnded, type EndedCertificate, type EndedCertificates } from '@app/contracts';
import { type Database, inContext, systemContext, type Tx } from '@app/database';
import type { Outbox } from '@app/jobs';
import { addMonths, CLOCK, type Clock, type Day } from '@app/kernel';
import { Vault } from '@app/vault';
import { Inject, Injectable } from '@nestjs/common';
import { REGISTRATION_DATABASE, REGISTRATION_OUTBOX } from '../registration.tokens';
import { refuse } from './certificate.errors';
import { CertificateRepository, type StoredHolder } from './certificate.repository';
import { codeOf, isOfThePeriod, normaliseCode, replacementNumber, schemeOf } from './certificate.rules';
import { canMove, VALID } from './certificate.state';
import type { CertificateFilter, CertificateView, HolderRole, HolderView } from './certificate.types';

/** All that a stranger with a number and its code is told. */
export type Standing = 'VALID' | 'CANCELLED' | 'UNKNOWN';

export interface Replacement {
  readonly holderId: string;
  readonly childBorn: Day;
  readonly number: string | null;
  readonly reason: string;
}

/** A wish to give a certificate up, of those who have it: the caller's own, or as shown to an officer by a document. */
export interface Wish {
  readonly id: string;
  readonly effectiveOn: Day | null;
  readonly shown: { readonly by: readonly HolderRole[]; readonly document: string } | null;
}

/** A wish may take effect so many months later at most. */
const MONTHS_AHEAD = 12;

const HOLDER_SEAL = 'certificate_holder';

/** Legacy certificates: found, replaced, verified, and cancelled where their holders wish it. None is ever issued. */
@Injectable()
export class CertificateService implements EndedCertificates {
  constructor(
    @Inject(REGISTRATION_DATABASE) private readonly database: Database,
    @Inject(REGISTRATION_OUTBOX) private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly vault: Vault,
    private readonly certificates: CertificateRepository,
  ) {}

  byIds(ids: readonly string[]): Promise<CertificateView[]> {
    return this.database.read((read) => this.certificates.find(read, ids));
  }

  list(filter: CertificateFilter, after: readonly string[] | undefined, limit: number): Promise<CertificateView[]> {
    return this.database.read((read) => this.certificates.list(read, filter, after, limit));
  }

  /** What a citizen holds. */
  own(): Promise<CertificateView[]> {
    return this.database.read((read) => this.certificates.all(read));
  }

  holders(certificateIds: readonly string[]): Promise<HolderView[]> {
    return this.database.read((read) => this.certificates.holders(read, certificateIds));
  }

  /** Printed beside the number; made of the id with our key, so that nothing is kept that could be stolen. */
  verificationCode(id: string): string {
    return codeOf(this.vault.blindIndex('row', `certificate|${id}`));
  }

  /** Whether a number with its code is valid or cancelled, and nothing else; a wrong code is like a number that never was. */
  verify(number: string, code: string): Promise<Standing> {
    const typed = Buffer.from(normaliseCode(code));
    return inContext(systemContext('verify-certificate', { isPlumbing: true }), () =>
      this.database.read(async (read) => {
        const today = this.clock.today();
        for (const { id, state, cancelledOn } of await this.certificates.byNumber(read, number.trim())) {
          const right = Buffer.from(normaliseCode(this.verificationCode(id)));
          if (right.length !== typed.length || !timingSafeEqual(right, typed)) continue;
          const isStill = state === 'cancelled' && cancelledOn !== null && today < cancelledOn;
          return VALID.includes(state) || isStill ? 'VALID' : 'CANCELLED';
        }
        return 'UNKNOWN';
      }),
    );
  }

  /** Another number for one that was issued and lost; the old one is marked. For a later birth there is none to replace. */
  replace({ holderId, childBorn, number, reason }: Replacement): Promise<string> {
    if (!isOfThePeriod(childBorn)) throw refuse.periodOver(childBorn);
    const why = reason.trim();
    if ([...why].length < 4 || [...why].length > 100) throw refuse.reasonMissing();
    return this.database.write(async (tx) => {
      const issued = await this.certificates.findIssued(tx, { holderId, childBorn, number: number?.trim() || null });
      const [old] = issued;
      if (!old) throw refuse.neverIssued();
      if (issued.length > 1) throw refuse.ambiguous(issued.length);
      if (!canMove(old.state, 'replaced')) throw refuse.notValid(old.state);
      const today = this.clock.today();
      const scheme = schemeOf(await this.certificates.schemes(tx), old.officeCode, today);
      const next = replacementNumber(scheme, old.officeCode, today, await this.certificates.nextSerial(tx));
      if (!scheme || !next) throw refuse.noScheme(old.officeCode);

      const at = this.clock.now();
      const id = randomUUID();
      const holders = (await this.certificates.storedHolders(tx, old.id)).map((holder) => this.copy(holder));
      await this.certificates.move(tx, old, 'replaced', why, null, at);
      const { officeCode, childName, grade } = old;
      await this.certificates.insert(
        tx,
        {
          id,
          number: next,
          officeCode,
          childName,
          childBorn,
          grade,
          issuedOn: today,
          sourceRef: why,
          schemeId: scheme.id,
          fitsScheme: true,
          replacesId: old.id,
          hash: this.vault.blindIndex('row', `certificate|${next}|${old.id}`),
        },
        holders,
        at,
      );
      tx.concern('certificate', [old.id, id]);
      return id;
    });
  }

  /**
   * A holder wishes it cancelled. With the wish of every living holder it is, from a day on; until then it stays valid. A
   * second time changes nothing.
   */
  cancel({ id, effectiveOn, shown }: Wish): Promise<void> {
    if (shown && (shown.by.length === 0 || [...shown.document.trim()].length < 4)) throw refuse.wishNotNamed();
    return this.database.write(async (tx) => {
      const certificate = await this.certificates.lock(tx, id);
      if (!certificate) throw refuse.unknown(id);
      if (certificate.state === 'cancelled') return;
      if (!VALID.includes(certificate.state)) throw refuse.notValid(certificate.state);
      const today = this.clock.today();
      const asked = effectiveOn ?? certificate.cancelFrom ?? today;
      const last = addMonths(today, MONTHS_AHEAD);
      if (effectiveOn && (asked < today || asked > last)) throw refuse.effectiveDay(asked, today, last);
      // A citizen sees their own row only; whether the other holder has agreed must not depend on who asks.
      const holders = await tx.across('both holders decide', () => this.certificates.wishes(tx, id));
      const own = await this.certificates.wishes(tx, id);
      const wishing = shown
        ? holders.filter(({ role }) => shown.by.includes(role))
        : holders.filter((holder) => own.some((one) => one.id === holder.id && one.isCaller));
      if (wishing.length === 0) throw shown ? refuse.wishNotNamed() : refuse.notAHolder();

      const at = this.clock.now();
      const reason = shown ? shown.document.trim() : 'HOLDER_WISHES';
      const agreed = holders.every(
        (holder) => holder.isDead || holder.hasWished || wishing.some((one) => one.id === holder.id),
      );
      await this.certificates.noteWish(
        tx,
        wishing.map((holder) => holder.id),
        today,
      );
      const from = asked < today ? today : asked;
      if (agreed) await this.certificates.move(tx, certificate, 'cancelled', reason, from, at);
      else if (certificate.state === 'valid')
        await this.certificates.move(tx, certificate, 'cancelling', reason, from, at);
      tx.concern('certificate', [id]);
      if (agreed) await this.tellEnd(tx, id, from);
    });
  }

  /** A holder takes the wish back, as long as the other has not agreed. */
  keep(id: string): Promise<void> {
    return this.database.write(async (tx) => {
      const certificate = await this.certificates.lock(tx, id);
      if (!certificate) throw refuse.unknown(id);
      if (certificate.state === 'valid') return;
      if (!canMove(certificate.state, 'valid')) throw refuse.notValid(certificate.state);
      const wishing = (await this.certificates.wishes(tx, id)).filter((holder) => holder.isCaller && holder.hasWished);
      if (wishing.length === 0) throw refuse.notAHolder();

      await this.certificates.noteWish(
        tx,
        wishing.map((holder) => holder.id),
        null,
      );
      await this.certificates.move(tx, certificate, 'valid', 'WISH_TAKEN_BACK', null, this.clock.now());
      tx.concern('certificate', [id]);
    });
  }

  /** For subsidy: whose certificate ended, and when. Null while it has not. */
  async ended(certificateId: string): Promise<EndedCertificate | null> {
    const found = await this.database.read((read) => this.certificates.ended(read, certificateId));
    if (!found || found.cancelledOn === null) return null;
    const { number, officeCode, cancelledOn, holderKeys } = found;
    return { number, officeCode, endedOn: cancelledOn, holderKeys };
  }

  /** Told on the day itself: until then everything stays as it was. */
  private tellEnd(tx: Tx, certificate: string, from: Day): Promise<void> {
    const notBefore = from > this.clock.today() ? new Date(`${from}T00:00:00+08:00`) : undefined;
    return this.outbox.plan(tx, certificateEnded, [{ certificate }], notBefore ? { notBefore } : {});
  }

  /** The holder of the replacement: the same number, sealed for its new place. */
  private copy(holder: StoredHolder): StoredHolder {
    const id = randomUUID();
    const place = { table: HOLDER_SEAL, column: 'number_sealed' };
    const number = holder.sealed === null ? null : this.vault.open(holder.sealed, { ...place, row: holder.id });
    return { ...holder, id, sealed: number === null ? null : this.vault.seal(number, { ...place, row: id }) };
  }
}
