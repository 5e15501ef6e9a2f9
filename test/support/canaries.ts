import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import iconv from 'iconv-lite';
import { citizenNumber } from './family';
import { parse } from './csv';

/** A family that exists nowhere else: whatever of it turns up where it should not has leaked. */
export interface Canary {
  readonly parent: string;
  readonly child: string;
  readonly certificate: string;
  readonly account: string;
  readonly names: readonly string[];
}

const COUNT = 12;
const RARE = '㛃𠮷䶮鱻靐龘朤燚犇骉羴猋';

/** Numbers of no ordinary sequence, and names of characters that nobody else has. */
export const CANARIES: readonly Canary[] = Array.from({ length: COUNT }, (_, n) => {
  const mark = [...RARE][n]!;
  return {
    parent: citizenNumber(`19${80 + n}-07-1${n % 10}`, 970 + n),
    child: citizenNumber(`2024-0${1 + (n % 9)}-2${n % 9}`, 950 + n),
    certificate: `Z3499${String(77_000 + n).padStart(5, '0')}`,
    account: `62170099887${String(7_700_000 + n)}`,
    names: [`丝雀${mark}母`, `丝雀${mark}儿`],
  };
});

/** Adds the canaries to a county's files; the last two of them with an account that the bank turns away. */
export function plant(folder: string): void {
  const rows = { registry: [] as Row[], accounts: [] as Row[], claims: [] as Row[] };
  for (const [n, canary] of CANARIES.entries()) {
    const place = {
      household_no: `99770000${n}`,
      household_type: 'unified',
      division_code: '340202100201',
      address: `丝雀巷${n}号`,
    };
    const common = { ...place, ethnicity: '01', id_type: '111', status: '0', updated_at: '2025-06-01T08:00:00+08:00' };
    rows.registry.push(
      {
        ...common,
        registry_person_id: `K${n}M`,
        name: canary.names[0]!,
        sex: sexOf(canary.parent),
        id_number: canary.parent,
        birth_date: bornOf(canary.parent),
        relation_to_head: '02',
        marital_status: '20',
      },
      {
        ...common,
        registry_person_id: `K${n}C`,
        name: canary.names[1]!,
        sex: sexOf(canary.child),
        id_number: canary.child,
        birth_date: bornOf(canary.child),
        birth_certificate_no: canary.certificate,
        relation_to_head: sexOf(canary.child) === '1' ? '20' : '30',
        marital_status: '10',
        mother_id_number: canary.parent,
      },
    );
    rows.accounts.push({
      holder_id_number: canary.parent,
      holder_name: canary.names[0]!,
      bank_code: '103',
      account_no: canary.account,
      kind: 'debit',
    });
    rows.claims.push({
      claim_no: `KAN${n}`,
      child_id_number: canary.child,
      child_birth_certificate_no: n % 3 ? '' : canary.certificate,
      applicant_id_number: canary.parent,
      relation: sexOf(canary.parent) === '1' ? '51' : '52',
      claim_year: '2025',
      submitted_on: '2025-10-01',
      channel: 'online',
      account_no: canary.account,
    });
  }
  for (const [name, more] of Object.entries(rows)) {
    const file = path.join(folder, `${name}.csv`);
    const head = fs
      .readFileSync(file, 'utf8')
      .split('\n', 1)[0]!
      .replace(/^\uFEFF/, '')
      .trim()
      .split(',');
    fs.appendFileSync(file, more.map((row) => head.map((column) => row[column] ?? '').join(',')).join('\n') + '\n');
  }
}
type Row = Record<string, string>;

const bornOf = (number: string): string => `${number.slice(6, 10)}-${number.slice(10, 12)}-${number.slice(12, 14)}`;
const sexOf = (number: string): string => (Number(number[16]) % 2 === 1 ? '1' : '2');

/** Every identity number, certificate and account of a county's files, the canaries' among them. */
export function secretsOf(folder: string): Set<string> {
  const read = (name: string) => parse(fs.readFileSync(path.join(folder, `${name}.csv`), 'utf8'));
  const columns = [
    'id_number',
    'birth_certificate_no',
    'father_id_number',
    'mother_id_number',
    'holder_id_number',
    'account_no',
  ];
  const cells = ['registry', 'accounts'].flatMap((name) =>
    read(name).flatMap((row) => columns.map((column) => row[column] ?? '')),
  );
  return new Set(cells.map((cell) => cell.toUpperCase()).filter((cell) => cell.length >= 10));
}

/** The ways a text may be written down without looking like itself. */
export function disguises(text: string): string[] {
  const utf8 = Buffer.from(text);
  const base64 = [0, 1, 2].map((shift) =>
    Buffer.concat([Buffer.alloc(shift), utf8])
      .toString('base64')
      .slice(shift ? 4 : 0, -4),
  );
  const digest = createHash('sha256').update(utf8).digest();
  return [
    text,
    encodeURIComponent(text),
    utf8.toString('hex'),
    iconv.encode(text, 'gb18030').toString('hex'),
    digest.toString('hex'),
    digest.toString('base64'),
    ...base64.filter((part) => part.length >= 8),
    JSON.stringify([...text].map((c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')).slice(1, -1),
  ];
}

/** Looks for what must not be there: all numbers as words, and the canaries in every disguise. */
export class Scanner {
  bytes = 0;
  readonly hits: string[] = [];
  private readonly hidden: readonly [what: string, form: string][];

  constructor(
    private readonly secrets: ReadonlySet<string>,
    names: readonly string[],
  ) {
    const numbers = CANARIES.flatMap(({ parent, child, certificate, account }) => [
      parent,
      child,
      certificate,
      account,
    ]);
    this.hidden = [...numbers, ...names].flatMap((text) =>
      disguises(text).map((form): [string, string] => [text, form]),
    );
  }

  scan(where: string, text: string): void {
    this.bytes += Buffer.byteLength(text);
    for (const [word] of text.matchAll(/[A-Za-z]?\d{9,}[Xx]?/g)) {
      if (this.secrets.has(word.toUpperCase())) this.hits.push(`${where}: a number in clear`);
    }
    for (const [what, form] of this.hidden) {
      if (text.includes(form))
        this.hits.push(`${where}: ${what} as ${form === what ? 'itself' : 'something that stands for it'}`);
    }
  }

  /** Every file below a folder but those that `isLawful` names. */
  scanFolder(folder: string, isLawful: (file: string) => boolean): void {
    for (const entry of fs.readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      const file = path.join(folder, entry);
      if (isLawful(entry) || !fs.statSync(file).isFile()) continue;
      const bytes = fs.readFileSync(file);
      this.scan(entry, bytes.toString('utf8'));
    }
  }
}
