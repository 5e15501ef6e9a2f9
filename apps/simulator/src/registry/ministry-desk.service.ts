import { createCipheriv, createHash, createHmac, randomBytes } from 'node:crypto';
import type { Clock } from '@app/kernel';
import { parse } from 'csv-parse/sync';
import iconv from 'iconv-lite';
import {
  answerText,
  baseFields,
  changeFields,
  type Fields,
  fieldsIn,
  householdFields,
  stampOf,
} from './ministry-wire.rules';
import { mixedUp, verdictOn } from './mixing-up.rules';
import type { Population } from './population.service';
import type { Answer, Desk, Misbehaviour, RegistryOptions } from './registry.types';

type Headers = Readonly<Record<string, string | string[] | undefined>>;

const SECRET_MILLISECONDS = 3_600_000;
const SKEW_MILLISECONDS = 300_000;
const BATCH = 'SJ_HJXX_PLBD';
const DESKS: Readonly<Record<string, Desk>> = {
  GK_GXFW_SFHC: 'verify',
  GK_JZCX_RKJCXXCX: 'query',
  SJ_HJXX_RKHJCX: 'query',
  SJ_HJXX_BGTS: 'events',
};
/** A file that is put down is refused by status alone. */
const BATCH_STATUSES: Readonly<Record<string, number>> = { '40': 429, '41': 503 };
const REQUIRED = ['FWQQBH', 'QQRGMSFHM', 'QQRXM', 'QQRDWDM', 'QQRDWMC', 'QQYWLXDM', 'QQYWLXMC'];

interface Batch {
  readonly head: Fields;
  readonly rows: readonly (readonly string[])[];
  readonly readyAt: number;
}

/** The registry as the ministry's platform shows it. */
export class MinistryDesk {
  readonly requesterId: string;
  readonly appKey: string;
  private secret = randomBytes(32);
  private former = randomBytes(32);
  private endsAt = 0;
  private readonly batches = new Map<string, Batch>();

  constructor(
    private readonly options: RegistryOptions,
    private readonly population: Population,
    private readonly clock: Clock,
  ) {
    this.requesterId = options.requesterId ?? 'yangyu-demo';
    this.appKey = options.appKey ?? randomBytes(32).toString('base64');
  }

  static deskOf = (sid: string): Desk | undefined => DESKS[sid];

  /** Of the key service: the secret, sealed with the asker's key, and until when it is good. */
  secretAnswer(headers: Headers, fault: Misbehaviour | undefined): Answer {
    const key = Buffer.from(this.appKey, 'base64');
    const { gateway_appid: id, gateway_rtime: rtime, gateway_sig: sign } = headers;
    if (id !== this.requesterId || sign !== hmac(key, `${String(id)}${String(rtime)}`)) return plain(401);
    const endTime = fault?.kind === 'expired-key' ? this.clock.now().getTime() - 1000 : this.current().endsAt;
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(`${this.requesterId}${endTime}`));
    const sealed = Buffer.concat([nonce, cipher.update(this.secret), cipher.final(), cipher.getAuthTag()]);
    const body = Buffer.from(JSON.stringify({ secret: sealed.toString('base64'), secretEndTime: endTime }));
    return { status: 200, headers: { 'content-type': 'application/json; charset=utf-8' }, body };
  }

  answer(sid: string, body: Buffer, headers: Headers, fault: Misbehaviour | undefined): Answer {
    const text = iconv.decode(body, /gb18030/i.test(String(headers['content-type'])) ? 'gb18030' : 'utf8');
    const head = fieldsIn(text, 'PACKAGEHEAD');
    const asked = fieldsIn(text, 'RECORD');
    const code = this.refusalOf(sid, body, headers, fault) ?? (REQUIRED.some((name) => !head[name]) ? '20' : undefined);
    // Whose secret is over is told so under that secret: they know no other.
    const key: Misbehaviour | undefined = code === '32' && !fault ? { kind: 'expired-signature' } : fault;
    if (code) return this.sealed(sid, answerText(this.headOf(head, code, 0), [], this.encoding), key);
    const { records, more } = this.found(sid, asked, fault);
    const requestNo = fault?.kind === 'other-question' ? 'somebody-elses-question' : head.FWQQBH!;
    const answerHead = { ...this.headOf({ ...head, FWQQBH: requestNo }, '10', records.length), ...more };
    return this.sealed(sid, answerText(answerHead, records, this.encoding), fault);
  }

  /** A file for comparison: its results lie ready the next morning. */
  takeBatch(name: string, body: Buffer, headers: Headers, fault: Misbehaviour | undefined): Answer {
    const code = this.refusalOf(BATCH, body, headers, fault);
    if (code) return plain(BATCH_STATUSES[code] ?? 403);
    const rows: string[][] = parse(iconv.decode(body, 'gb18030'), { relax_column_count: true });
    const [names, values, , ...lines] = rows;
    const head = Object.fromEntries(names!.map((field, i) => [field, values![i] ?? '']));
    if (REQUIRED.some((field) => !head[field])) return plain(400);
    this.batches.set(name, { head, rows: lines, readyAt: this.population.nextMorning() });
    return plain(201);
  }

  batchAnswer(name: string, headers: Headers, fault: Misbehaviour | undefined): Answer {
    if (this.refusalOf(BATCH, Buffer.alloc(0), headers, fault)) return plain(403);
    const batch = this.batches.get(name);
    if (!batch || this.clock.now().getTime() < batch.readyAt || fault?.kind === 'silent') return plain(404);
    const answered = fault?.kind === 'partial-batch' ? Math.floor(batch.rows.length / 2) : batch.rows.length;
    const requestNo = fault?.kind === 'other-question' ? 'somebody-elses-question' : batch.head.FWQQBH!;
    const rows = [
      ['FWQQBH', 'JLS', 'FHJLS', 'FSSJ'],
      [requestNo, String(batch.rows.length), String(answered), stampOf(this.clock.now())],
      ['XH', 'GMSFHM', 'XM', 'GMSFHM_PPDDM', 'XM_PPDDM', 'SWBS'],
      ...batch.rows.slice(0, answered).map(([no, idNumber, name]) => {
        const { GMSFHM, XM, GMSFHM_PPDDM, XM_PPDDM, SWBS } = this.verdict(idNumber!, name!, fault);
        return [no!, GMSFHM!, XM!, GMSFHM_PPDDM!, XM_PPDDM!, SWBS!];
      }),
    ];
    return this.sealed(BATCH, rows.map((row) => `${row.map(quoted).join(',')}\r\n`).join(''), fault, 'text/csv');
  }

  private get encoding(): 'UTF-8' | 'GB18030' {
    return this.options.encoding ?? 'UTF-8';
  }

  private found(sid: string, asked: Fields, fault: Misbehaviour | undefined): { records: Fields[]; more: Fields } {
    const kind = fault?.kind;
    if (sid === 'GK_GXFW_SFHC') return { records: [this.verdict(asked.GMSFHM!, asked.XM!, fault)], more: {} };
    if (sid === 'SJ_HJXX_BGTS') {
      const all = this.population.eventsAfter(asked.YB!);
      const page = all.slice(0, Number(asked.ZDTS));
      const more = { XYB: page.at(-1)?.place ?? asked.YB!, SFZX: page.length === all.length ? '1' : '0' };
      return { records: page.map(({ event }) => changeFields(event)), more };
    }
    const found = this.population.find(asked.GMSFHM!);
    const answered = mixedUp(kind, found, this.population.someoneElse(asked.GMSFHM!));
    if (sid === 'GK_JZCX_RKJCXXCX') return { records: answered.slice(0, 1).map(baseFields), more: {} };
    return { records: answered.map(householdFields), more: {} };
  }

  private verdict(idNumber: string, name: string, fault: Misbehaviour | undefined): Fields {
    const other = fault?.kind === 'other-person' ? this.population.someoneElse(idNumber) : undefined;
    const about = other ? { idNumber: other.idNumber!, name: other.name } : { idNumber, name };
    const { result, isDeceased } = verdictOn(this.population.find(about.idNumber), about.name);
    return {
      FHDM: '10',
      GMSFHM: about.idNumber,
      XM: about.name,
      GMSFHM_PPDDM: result === 'not-found' ? '0' : '1',
      XM_PPDDM: result === 'not-found' ? '' : result === 'match' ? '1' : '0',
      SWBS: result === 'not-found' ? '' : isDeceased ? '1' : '0',
    };
  }

  /** Code of the platform for a question that is not taken. */
  private refusalOf(sid: string, body: Buffer, headers: Headers, fault: Misbehaviour | undefined): string | undefined {
    if (fault?.kind === 'expired-key') return '32';
    if (fault?.kind === 'quota' || !this.population.mayAsk()) return '40';
    if (fault?.kind === 'out-of-hours' || !this.population.isOpen()) return '41';
    const rtime = String(headers.gjgxjhpt_rtime);
    if (!(Math.abs(Number(rtime) - this.clock.now().getTime()) <= SKEW_MILLISECONDS)) return '31';
    const digest = this.digestOf(body);
    const { secret } = this.current();
    if (headers.gjgxjhpt_sign === hmac(secret, sid + this.requesterId + rtime + digest)) return undefined;
    return headers.gjgxjhpt_sign === hmac(this.former, sid + this.requesterId + rtime + digest) ? '32' : '30';
  }

  private headOf(asked: Fields, code: string, count: number): Fields {
    const { FWQQBH = '' } = asked;
    const FSSJ = stampOf(this.clock.now());
    return { FWQQBH, FHDM: code, FHMS: code === '10' ? '成功' : '未受理', JLS: String(count), FSSJ };
  }

  private current(): { secret: Buffer; endsAt: number } {
    const now = this.clock.now().getTime();
    if (now >= this.endsAt) {
      this.former = this.secret;
      this.secret = randomBytes(32);
      this.endsAt = now + SECRET_MILLISECONDS;
    }
    return { secret: this.secret, endsAt: this.endsAt };
  }

  private sealed(sid: string, content: string, fault: Misbehaviour | undefined, type = 'text/xml'): Answer {
    const kind = fault?.kind;
    const isGbk = kind === 'gbk-as-utf8' || (type === 'text/csv' ? true : this.encoding === 'GB18030');
    const text = kind === 'tampered' && fault?.before ? fault.before(content) : content;
    const whole = isGbk ? iconv.encode(text, 'gb18030') : Buffer.from(text);
    const body = kind === 'half' ? whole.subarray(0, whole.length >> 1) : whole;
    const rtime = String(this.clock.now().getTime() + (kind === 'skewed-clock' ? 600_000 : 0));
    const key = kind === 'expired-signature' ? this.former : kind === 'bad-signature' ? randomBytes(32) : this.secret;
    const digest = this.digestOf(body);
    const declared = isGbk && kind !== 'gbk-as-utf8' ? 'GB18030' : 'UTF-8';
    const signed = {
      gjgxjhpt_rid: this.requesterId,
      gjgxjhpt_sid: sid,
      gjgxjhpt_rtime: rtime,
      ...(digest ? { gjgxjhpt_digest: digest } : {}),
      gjgxjhpt_sign: hmac(key, sid + this.requesterId + rtime + digest),
    };
    return {
      status: 200,
      headers: { 'content-type': `${type}; charset=${declared}`, ...(kind === 'unsigned' ? {} : signed) },
      body: kind === 'tampered' && fault?.after ? fault.after(body) : body,
    };
  }

  private digestOf(body: Buffer): string {
    const { bodyDigest } = this.options;
    return bodyDigest ? createHash(bodyDigest).update(body).digest('base64') : '';
  }
}

const hmac = (key: Buffer, text: string): string => createHmac('sha256', key).update(text).digest('base64');

const quoted = (text: string): string => (/[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

const plain = (status: number): Answer => ({ status, headers: {}, body: Buffer.alloc(0) });
