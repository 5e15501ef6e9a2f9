import { createHmac, randomBytes } from 'node:crypto';
import type { Clock } from '@app/kernel';

const STEP_SECONDS = 30;

/** One-time codes as an authenticator shows them (RFC 6238). The secrets live as long as the process. */
export class OneTimeCodes {
  private readonly secrets = new Map<string, Buffer>();
  private readonly used = new Map<string, number>();

  constructor(private readonly clock: Clock) {}

  /** What the person's authenticator would show now. */
  shownTo(account: string): string {
    return this.codeAt(account, this.step());
  }

  /** Whether the code is that of this half minute or the last, and none of them was taken before. */
  take(account: string, code: string): boolean {
    const now = this.step();
    const step = [now, now - 1].find((one) => this.codeAt(account, one) === code);
    if (step === undefined || step <= (this.used.get(account) ?? -1)) return false;
    this.used.set(account, step);
    return true;
  }

  private step(): number {
    return Math.floor(this.clock.now().getTime() / 1000 / STEP_SECONDS);
  }

  private codeAt(account: string, step: number): string {
    const secret = this.secrets.get(account) ?? randomBytes(20);
    this.secrets.set(account, secret);
    const counter = Buffer.alloc(8);
    counter.writeBigUInt64BE(BigInt(step));
    const mac = createHmac('sha1', secret).update(counter).digest();
    const offset = mac.at(-1)! & 0xf;
    return String((mac.readUInt32BE(offset) & 0x7fff_ffff) % 1_000_000).padStart(6, '0');
  }
}
