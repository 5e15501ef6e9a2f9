import type { Command } from 'commander';
import type { Verified } from '@app/audit';
import type { Sentence } from '@app/kernel';
import { AuditSteps } from './audit-steps';
import type { Config } from './config';
import type { Installation } from './installation';
import type { Terminal } from './terminal';

type Work = (installation: Installation, config: Config, terminal: Terminal) => Promise<void>;

/** How cli.ts adds a verb and runs it on an open installation. */
export interface Verbs {
  readonly add: (parent: Command, usage: string, description: string, inProduction?: Sentence) => Command;
  readonly run: (options: object, work: Work) => Promise<void>;
}

/** `audit seal`, `audit verify` and `audit proof`. */
export function addAuditVerbs(program: Command, { add, run }: Verbs): void {
  const audit = program.command('audit').description('审计日志 / the audit log');

  add(audit, 'seal', '封存新条目并签发检查点 / seal what is new and sign a checkpoint').action((options: object) =>
    run(options, async (installation, config, terminal) => {
      const sealed = await new AuditSteps(installation, config).seal();
      terminal.table(
        ['日志 log', '新封存 added', '叶数 leaves', '检查点目录 folder of checkpoints'],
        sealed.map((row) => [row.schema, row.added, row.size, row.folder]),
      );
      terminal.result(sealed);
    }),
  );

  add(audit, 'verify', '重算整个日志并与检查点核对 / recompute the whole log and compare it with its checkpoints')
    .option(
      '--checkpoint <file>',
      '外部保存的检查点，旁边可有 tile 目录 / a checkpoint kept elsewhere, tiles beside it if any',
    )
    .action((options: { checkpoint?: string }) =>
      run(options, async (installation, config, terminal) => {
        const verified = await new AuditSteps(installation, config).verify(options.checkpoint);
        for (const log of verified) showVerified(terminal, log);
        terminal.result(verified);
        if (verified.some(({ finding }) => finding)) process.exitCode = 1;
      }),
    );

  add(audit, 'proof', '给申请人的决定证明，可离线验证 / a proof of a decision that its holder can check offline')
    .requiredOption('--claim <number>', '申请编号 / claim number')
    .requiredOption('--out <file>', '证明文件 / file to write')
    .action((options: { claim: string; out: string }) =>
      run(options, async (installation, config, terminal) => {
        const proof = await new AuditSteps(installation, config).prove(options.claim, options.out);
        terminal.say(
          `证明已写入 ${proof.file}（第 ${proof.leafIndex} 片叶）`,
          `is the proof, of leaf ${proof.leafIndex}`,
        );
        terminal.say(`验证：node tools/verify-proof/verify-proof.mjs ${proof.file}`, 'checks it, offline');
        terminal.result(proof);
      }),
    );
}

function showVerified(
  terminal: Terminal,
  { schema, size, root, checkpoints, keptSize, unsealed, finding }: Verified,
): void {
  if (finding) {
    terminal.say(`✗ ${schema}：${finding.code} ${finding.sentence.zh}`, finding.sentence.en);
    return;
  }
  const kept = keptSize === null ? ['无', 'none'] : [`${keptSize} 条`, `one of ${keptSize} leaves`];
  terminal.say(
    `✓ ${schema}：${size} 条全部相符，根 ${root}，签名检查点 ${checkpoints} 个，外部检查点${kept[0]}，待封存 ${unsealed} 条`,
    `all ${size} leaves are as sealed; ${checkpoints} signed checkpoints, kept outside ${kept[1]}, ${unsealed} entries wait to be sealed`,
  );
}
