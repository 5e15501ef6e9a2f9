import { SaxesParser } from 'saxes';
import { refuse } from './bankfile.errors';

/** What is read of a document. Paths are of local names, from the root's child down; `path@Ccy` is that attribute. */
export interface XmlShape {
  readonly namespace: string;
  /** Local names of the root and its only child, such as `Document/CstmrPmtStsRpt`. */
  readonly root: string;
  /** Path under the root → key. They stand once, before the first of the `last` records. */
  readonly head: Readonly<Record<string, string>>;
  /** Path under the root of a repeated element → its record. */
  readonly records: Readonly<Record<string, XmlRecordShape>>;
  /** The record that closes the head. */
  readonly last: string;
}

export interface XmlRecordShape {
  readonly name: string;
  /** Path under the record → key. */
  readonly fields: Readonly<Record<string, string>>;
  /** Keys that may come more than once; their values are joined by commas. */
  readonly repeatable?: readonly string[];
  /** Path under the record → a record within it. It comes before the one around it. */
  readonly records?: Readonly<Record<string, XmlRecordShape>>;
}

/** Line is where the element begins. */
export interface XmlRecord {
  readonly name: string;
  readonly values: Readonly<Record<string, string>>;
  readonly line: number;
  /** What was read so far of the record around it; the head, when there is none. */
  readonly around: Readonly<Record<string, string>>;
}

/** Between two tags there is never so much text in a payment message; unbounded text would be kept in memory. */
const TEXT_CHARACTERS_MAX = 64 * 1024;
const DEPTH_MAX = 40;

/**
 * Reads records in the order of the document; the record `head` comes first when the `last` records begin, else at
 * the end. No DTD and so no entities of its own, one namespace, no element read twice, nothing coerced, and an end.
 */
export async function* xmlRecords(text: AsyncIterable<string>, shape: XmlShape): AsyncGenerator<XmlRecord[]> {
  const reader = new RecordReader(shape);
  for await (const chunk of text) {
    reader.write(chunk);
    const records = reader.take();
    if (records.length) yield records;
  }
  reader.close();
  yield reader.take();
}

interface Open {
  readonly name: string;
  readonly path: string;
  readonly line: number;
  readonly shape: XmlRecordShape;
  readonly values: Record<string, string>;
}

class RecordReader {
  private readonly parser = new SaxesParser({ xmlns: true });
  private readonly paths: string[] = [];
  private readonly head: Open;
  private readonly around: Open[] = [];
  private record: Open;
  private headDone = false;
  private key: string | undefined;
  private textOfKey = '';
  private ready: XmlRecord[] = [];
  private tags = 0;
  private withoutTag = 0;
  private closing = false;

  constructor(private readonly shape: XmlShape) {
    const { head: fields, records } = shape;
    this.head = { name: 'head', path: shape.root, line: 1, shape: { name: 'head', fields, records }, values: {} };
    this.record = this.head;
    const { parser } = this;
    parser.on('error', (error) => {
      throw this.closing ? refuse.truncated(parser.line) : refuse.malformed(parser.line, error.message.slice(0, 120));
    });
    parser.on('doctype', () => {
      throw refuse.malformed(parser.line, 'DOCTYPE');
    });
    parser.on('xmldecl', ({ encoding }) => {
      if (encoding && encoding.toUpperCase() !== 'UTF-8') throw refuse.encoding(1, 'UTF-8');
    });
    parser.on('opentag', (tag) => this.open(tag.local, tag.uri, tag.attributes));
    parser.on('closetag', () => this.closeTag());
    parser.on('text', (text) => this.text(text));
    parser.on('cdata', (text) => this.text(text));
  }

  write(chunk: string): void {
    const before = this.tags;
    this.parser.write(chunk);
    this.withoutTag = this.tags === before ? this.withoutTag + chunk.length : 0;
    if (this.withoutTag > TEXT_CHARACTERS_MAX) throw refuse.malformed(this.parser.line, 'text too long');
  }

  close(): void {
    this.closing = true;
    this.parser.close();
    this.finishHead();
  }

  take(): XmlRecord[] {
    const taken = this.ready;
    this.ready = [];
    return taken;
  }

  private open(local: string, uri: string, attributes: Record<string, { value: string }>): void {
    this.tags++;
    const line = this.parser.line;
    const depth = this.paths.length;
    if (this.key) throw refuse.malformed(line, `<${local}>`);
    if (depth >= DEPTH_MAX) throw refuse.malformed(line, 'depth');
    const path = depth ? `${this.paths[depth - 1]!}/${local}` : local;
    if (depth < 2) this.assertRoot(path, uri, depth);
    this.paths.push(path);
    // What a bank adds in SplmtryData has namespaces of its own and is not read.
    if (uri !== this.shape.namespace) {
      if (path.includes('/SplmtryData/')) return;
      throw refuse.malformed(line, `xmlns ${uri}`.slice(0, 120));
    }
    this.enterRecord(path, line);
    this.enterField(path, line, attributes);
  }

  private assertRoot(path: string, uri: string, depth: number): void {
    const expected = this.shape.root
      .split('/')
      .slice(0, depth + 1)
      .join('/');
    if (path !== expected || uri !== this.shape.namespace)
      throw refuse.kind(this.shape.namespace, uri === this.shape.namespace ? path : uri || path);
  }

  private enterRecord(path: string, line: number): void {
    const shape = this.record.shape.records?.[path.slice(this.record.path.length + 1)];
    if (!shape) return;
    if (shape.name === this.shape.last) this.finishHead();
    this.around.push(this.record);
    this.record = { name: shape.name, path, line, shape, values: {} };
  }

  private enterField(path: string, line: number, attributes: Record<string, { value: string }>): void {
    const { record } = this;
    const relative = path.slice(record.path.length + 1);
    const key = record.shape.fields[relative];
    if (!key) return;
    if (record === this.head && this.headDone) throw refuse.malformed(line, `<${relative}>`);
    if (key in record.values && !record.shape.repeatable?.includes(key)) throw refuse.malformed(line, `<${relative}>`);
    this.key = key;
    this.textOfKey = '';
    const currency = record.shape.fields[`${relative}@Ccy`];
    if (currency) record.values[currency] = attributes.Ccy?.value ?? '';
  }

  private text(text: string): void {
    if (this.key) this.textOfKey += text;
  }

  private closeTag(): void {
    this.tags++;
    const path = this.paths.pop()!;
    const { record } = this;
    if (this.key) {
      const before = record.values[this.key];
      record.values[this.key] = before === undefined ? this.textOfKey : `${before},${this.textOfKey}`;
      this.key = undefined;
    } else if (path === record.path && record !== this.head) {
      this.record = this.around.pop()!;
      this.ready.push({ name: record.name, values: record.values, line: record.line, around: this.record.values });
    }
  }

  private finishHead(): void {
    if (this.headDone) return;
    this.headDone = true;
    this.ready.push({ name: 'head', values: this.head.values, line: 1, around: {} });
  }
}

/** Text for element content. Checked texts hold no controls, so these three are all that XML minds. */
export const escapeXml = (text: string): string =>
  /[&<>]/.test(text) ? text.replace(/[&<>]/g, (c) => ENTITIES[c]!) : text;

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
