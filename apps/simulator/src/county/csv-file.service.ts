import { type FileHandle, open } from 'node:fs/promises';

const BUFFERED_CHARACTERS = 1 << 20;

/** A text file that grows line by line: lines are gathered in memory and written by `flush`. UTF-8, LF, no BOM. */
export class CsvFile {
  private text: string;
  private lines = 0;

  private constructor(
    private readonly handle: FileHandle,
    header: string,
  ) {
    this.text = header + '\n';
  }

  static async create(path: string, header: string): Promise<CsvFile> {
    return new CsvFile(await open(path, 'w'), header);
  }

  /** The line's cells are joined and free of commas and quotes already: the generator writes nothing else. */
  line(line: string): void {
    this.text += line + '\n';
    this.lines += 1;
  }

  /** Rows written so far, without the header. */
  get count(): number {
    return this.lines;
  }

  async flush(force = false): Promise<void> {
    if (!force && this.text.length < BUFFERED_CHARACTERS) return;
    const text = this.text;
    this.text = '';
    await this.handle.writeFile(text);
  }

  async close(): Promise<void> {
    await this.flush(true);
    await this.handle.close();
  }
}
