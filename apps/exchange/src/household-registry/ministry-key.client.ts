import { createDecipheriv, createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { Clock } from '@app/kernel';
import { z } from 'zod';
import { fail } from './registry-failure.rules';
import { decodeText, orAborted, type RegistryAnswer, type RegistryHttp } from './registry-http.client';

export interface MinistryKeyOptions {
  /** What the platform calls us: gjgxjhpt_rid. */
  readonly requesterId: string;
  /** 32 bytes as base64, handed over when the connection was set up: it opens the secrets, and signs for them. */
  readonly appKey: string;
  /**
   * Where the province's gateway signs a digest of the body too. The ministry's own signature covers who, what and when,
   * but no body: there only TLS and the echo hold an answer to its question.
   */
  readonly bodyDigest?: 'sm3' | 'sha256';
  /** Milliseconds that our clocks may be apart. */
  readonly skew?: number;
}

const SKEW_MILLISECONDS = 5 * 60_000;
const REFRESH_EARLY_MILLISECONDS = 60_000;
const KEY_ANSWER_BYTES_MAX = 16 * 1024;
const KEY_PATH = '/gateway/secret';

const keyAnswer = z.object({
  /** base64 of 12 bytes of nonce, the encrypted secret and 16 bytes of tag (AES-256-GCM, bound to rid and end time). */
  secret: z.string().max(1000),
  secretEndTime: z.number().int(),
});

interface Secret {
  readonly bytes: Buffer;
  readonly endsAt: number;
}

/** The secret between us and the platform: fetched from its key service, changed a minute before its time is over. */
export class MinistryKeys {
  private secret: Secret | undefined;
  private fetching: Promise<Secret> | undefined;
  private readonly appKey: Buffer;

  constructor(
    private readonly options: MinistryKeyOptions,
    private readonly http: RegistryHttp,
    private readonly clock: Clock,
  ) {
    this.appKey = Buffer.from(options.appKey, 'base64');
    if (this.appKey.length !== 32) throw new RangeError('the key of the ministry connection is not of 32 bytes');
  }

  /** Header fields for a question to a service. */
  async headersFor(sid: string, body: Buffer, signal: AbortSignal): Promise<Record<string, string>> {
    const secret = await this.current(signal);
    const rtime = String(this.clock.now().getTime());
    const digest = this.digestOf(body);
    return {
      gjgxjhpt_rid: this.options.requesterId,
      gjgxjhpt_sid: sid,
      gjgxjhpt_rtime: rtime,
      ...(digest ? { gjgxjhpt_digest: digest } : {}),
      gjgxjhpt_sign: hmac(secret.bytes, sid + this.options.requesterId + rtime + digest),
    };
  }

  /** Before anything of the answer is parsed: signed as our questions are, for us and this service, and just now. */
  async assertSigned(sid: string, { headers, body }: RegistryAnswer, signal: AbortSignal): Promise<void> {
    const secret = await this.current(signal);
    const { gjgxjhpt_rid: rid, gjgxjhpt_sid: answered, gjgxjhpt_rtime: rtime, gjgxjhpt_sign: sign } = headers;
    if (typeof sign !== 'string' || typeof rtime !== 'string') throw fail.badSignature('it has no signature');
    const digest = this.digestOf(body);
    if (digest && headers.gjgxjhpt_digest !== digest) throw this.distrust('its body is not the one that was signed');
    if (!isSame(sign, hmac(secret.bytes, sid + this.options.requesterId + rtime + digest)))
      throw this.distrust('the signature is another');
    if (rid !== this.options.requesterId || answered !== sid) throw fail.badSignature('it is for somebody else');
    if (!/^\d{13}$/.test(rtime)) throw fail.unreadable('its time is none');
    const apart = Math.abs(Number(rtime) - this.clock.now().getTime());
    if (apart > (this.options.skew ?? SKEW_MILLISECONDS)) throw fail.clockSkew();
  }

  /** The next question asks for another secret. */
  forget(): void {
    this.secret = undefined;
  }

  private distrust(why: string): Error {
    this.forget();
    return fail.badSignature(why);
  }

  private async current(signal: AbortSignal): Promise<Secret> {
    const now = this.clock.now().getTime();
    if (this.secret && now < this.secret.endsAt - REFRESH_EARLY_MILLISECONDS) return this.secret;
    // Many questions at once fetch one secret; whoever gives up does not take it from the others.
    this.fetching ??= this.fetch().finally(() => (this.fetching = undefined));
    return orAborted(this.fetching, signal);
  }

  private async fetch(): Promise<Secret> {
    const { requesterId } = this.options;
    const rtime = String(this.clock.now().getTime());
    const headers = {
      gateway_appid: requesterId,
      gateway_rtime: rtime,
      gateway_sig: hmac(this.appKey, requesterId + rtime),
    };
    const call = { method: 'POST', path: KEY_PATH, headers, accepts: ['application/json'] } as const;
    const answer = await this.http.send(
      { ...call, bytesMax: KEY_ANSWER_BYTES_MAX },
      this.clock.now(),
      new AbortController().signal,
    );
    if (!answer) throw fail.unreachable();
    const read = keyAnswer.safeParse(parseJson(decodeText(answer).text));
    if (!read.success) throw fail.unreadable('the secret is missing');
    const { secret, secretEndTime } = read.data;
    const bytes = this.opened(secret, secretEndTime);
    if (secretEndTime <= this.clock.now().getTime()) throw fail.keyExpired();
    this.secret = { bytes, endsAt: secretEndTime };
    return this.secret;
  }

  private opened(sealed: string, endTime: number): Buffer {
    const bytes = Buffer.from(sealed, 'base64');
    try {
      const open = createDecipheriv('aes-256-gcm', this.appKey, bytes.subarray(0, 12), { authTagLength: 16 });
      open.setAAD(Buffer.from(`${this.options.requesterId}${endTime}`));
      open.setAuthTag(bytes.subarray(-16));
      return Buffer.concat([open.update(bytes.subarray(12, -16)), open.final()]);
    } catch {
      throw fail.badSignature('the secret was not sealed for us');
    }
  }

  private digestOf(body: Buffer): string {
    const { bodyDigest } = this.options;
    return bodyDigest ? createHash(bodyDigest).update(body).digest('base64') : '';
  }
}

const hmac = (key: Buffer, text: string): string => createHmac('sha256', key).update(text).digest('base64');

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Undefined where the text is no JSON: its shape is looked at next. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
