import * as path from 'node:path';
import type { Day, DivisionCode } from '@app/kernel';
import { RegistryImportService } from '../../registration/src/registry-import/registry-import.service';
import { DeterminationService } from '../../subsidy/src/determination/determination.service';
import { ExplanationService } from '../../subsidy/src/explanation/explanation.service';
import { FactService } from '../../subsidy/src/fact/fact.service';
import { IntakeService } from '../../subsidy/src/intake/intake.service';
import { ReviewService } from '../../subsidy/src/review/review.service';
import type { Installation } from './installation';
import type { Terminal } from './terminal';

const beside = (file: string, what: string): string => {
  const { dir, name } = path.parse(file);
  return path.join(dir, `${name}-${what}.csv`);
};

/** The steps of the main job. The command line and the demo are made of exactly these. */
export class Steps {
  constructor(
    private readonly installation: Installation,
    private readonly terminal: Terminal,
  ) {}

  async importRegistry(file: string) {
    const progress = this.terminal.progress('导入户籍提取', 'importing the registry extract');
    const rejectsFile = beside(file, 'rejects');
    const summary = await this.get(RegistryImportService).import(file, {
      rejectsFile,
      warningsFile: beside(file, 'warnings'),
      onProgress: ({ linesDone, lineCount }) => progress.update(linesDone, lineCount),
    });
    progress.end();
    const facts = await this.pullFacts();
    return { ...summary, rejectsFile, facts };
  }

  /** Normally rung by the queue; here asked for, so that the next step finds the facts in place. */
  async pullFacts() {
    const progress = this.terminal.progress('更新认定事实', 'taking in the register’s changes');
    const pulled = await this.get(FactService).pull(({ pulled: done }) => progress.update(done));
    progress.end();
    return pulled;
  }

  async importClaims(file: string, programme: string) {
    return this.take(file, '导入申请', 'importing claims', (options) =>
      this.get(IntakeService).importClaims(file, programme, options),
    );
  }

  async importAccounts(file: string) {
    return this.take(file, '导入账户', 'importing accounts', (options) =>
      this.get(IntakeService).importAccounts(file, options),
    );
  }

  async importFindings(file: string) {
    return this.take(file, '导入认定材料', 'importing findings', (options) =>
      this.get(IntakeService).importFindings(file, options),
    );
  }

  private async take<T>(
    file: string,
    zh: string,
    en: string,
    run: (options: { rejectsFile: string; onProgress: (p: { line: number }) => void }) => Promise<T>,
  ): Promise<T> {
    const progress = this.terminal.progress(zh, en);
    const result = await run({ rejectsFile: beside(file, 'rejects'), onProgress: ({ line }) => progress.update(line) });
    progress.end();
    return result;
  }

  async determine(programmes: readonly string[], division: DivisionCode, asOf: Day, actor: string) {
    await this.pullFacts();
    const progress = this.terminal.progress('批量认定', 'determining');
    const command = { programmes, division, asOf, actor };
    const summary = await this.get(DeterminationService).determine(command, ({ done, of }) => progress.update(done, of));
    progress.end();
    return summary;
  }

  review(programme: string, division: DivisionCode, actor: string) {
    return this.get(ReviewService).review({ programme, division, actor });
  }

  confirm(programme: string, division: DivisionCode, actor: string) {
    return this.get(ReviewService).confirm({ programme, division, actor });
  }

  explain(number: string, asOf?: Day) {
    return this.get(ExplanationService).byNumber(number, { asOf });
  }

  private get<T>(type: abstract new (...args: never[]) => T): T {
    return this.installation.app.get(type as never, { strict: false });
  }
}

