import type { Database, Read } from '@app/database';
import type { Sentence } from '@app/kernel';
import { loadProgramme, type Programme } from '@app/rules';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { SUBSIDY_DATABASE } from '../subsidy.tokens';
import { refuse } from './programme.errors';
import { ProgrammeRepository } from './programme.repository';

const FOLDER = path.join(__dirname, '..', 'programmes');

/** The programmes this installation knows: every folder beside the code, loaded once, kept by content hash. */
@Injectable()
export class ProgrammeService implements OnModuleInit {
  private readonly byFolder = new Map<string, Programme>();
  private readonly byVersion = new Map<string, Programme>();

  constructor(
    @Inject(SUBSIDY_DATABASE) private readonly database: Database,
    private readonly programmes: ProgrammeRepository,
  ) {
    for (const folder of fs.readdirSync(FOLDER).sort()) {
      if (fs.existsSync(path.join(FOLDER, folder, 'programme.yaml'))) {
        this.byFolder.set(folder, loadProgramme(path.join(FOLDER, folder)));
      }
    }
  }

  async onModuleInit(): Promise<void> {
    await this.database.write(async (tx) => {
      for (const [folder, programme] of this.byFolder) {
        const read = (file: string) => fs.readFileSync(path.join(FOLDER, folder, file), 'utf8');
        await this.programmes.keep(tx, programme, { yaml: read('programme.yaml'), parameters: read('parameters.csv') });
      }
    });
  }

  all(): Programme[] {
    return [...this.byFolder.values()];
  }

  /** By code (`YEB`) or folder name (`childcare`). */
  get(name: string): Programme {
    const found = this.byFolder.get(name) ?? this.all().find((programme) => programme.code === name.toUpperCase());
    if (!found) throw refuse.unknown(name, [...this.byFolder.keys()]);
    return found;
  }

  /** As it was when something was decided by it; as it is now where that text was never kept. */
  async ofVersion(read: Read, name: string, version: string | null): Promise<Programme> {
    const now = this.get(name);
    if (version === null || version === now.version) return now;
    const known = this.byVersion.get(version);
    if (known) return known;
    const definition = await this.programmes.definition(read, version);
    if (!definition) return now;
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'yangyu-programme-'));
    try {
      fs.writeFileSync(path.join(folder, 'programme.yaml'), definition.yaml);
      fs.writeFileSync(path.join(folder, 'parameters.csv'), definition.parameters);
      const then = loadProgramme(folder);
      this.byVersion.set(version, then);
      return then;
    } finally {
      fs.rmSync(folder, { recursive: true, force: true });
    }
  }

  /** The question each condition asks a person when it cannot be known, by condition code. */
  questions(): ReadonlyMap<string, Sentence> {
    return new Map(
      this.all().flatMap(({ conditions }) =>
        conditions.map(({ code, question, sentence }) => [code, question ?? sentence] as const),
      ),
    );
  }
}
