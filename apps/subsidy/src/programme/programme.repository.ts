import type { Read, Tx } from '@app/database';
import type { Programme } from '@app/rules';
import { Injectable } from '@nestjs/common';

@Injectable()
export class ProgrammeRepository {
  /** Keeps the version for ever, so that every decision can name and show the rules it was made by. */
  async keep(tx: Tx, programme: Programme, definition: unknown): Promise<void> {
    await tx.query(
      `insert into programme_version (version, code, title_zh, title_en, definition) values ($1, $2, $3, $4, $5)
       on conflict (version) do nothing`,
      [programme.version, programme.code, programme.title.zh, programme.title.en, JSON.stringify(definition)],
    );
  }

  /** The text of a version that was ever loaded here. */
  async definition(read: Read, version: string): Promise<Definition | undefined> {
    const [row] = await read.query<{ definition: Definition }>(
      'select definition from programme_version where version = $1',
      [version],
    );
    return row?.definition;
  }
}

/** A programme folder, file by file. */
export interface Definition {
  readonly yaml: string;
  readonly parameters: string;
}
