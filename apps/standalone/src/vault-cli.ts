import { PROFILE_NAMES, type ProfileName, type VaultStatus } from '@app/vault';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Verbs } from './audit-cli';
import type { Terminal } from './terminal';
import { VaultSteps } from './vault-steps';

/** `vault status`, `vault rotate` and `vault retire`. */
export function addVaultVerbs(program: Command, { add, run }: Verbs): void {
  const vault = program.command('vault').description('密钥 / the keys of sealed values');

  add(vault, 'status', '各密钥版本及其密封值个数 / key versions, and how many sealed values each has').action(
    (options: object) =>
      run(options, async (installation, _config, terminal) => {
        showStatus(terminal, await new VaultSteps(installation).status());
      }),
  );

  add(
    vault,
    'rotate',
    '增加新密钥并重新密封全部值；业务不停，中断后再次运行即继续 / add a key and re-seal everything with it while work goes on; run again after an interruption',
  )
    .addOption(
      new Option('--profile <name>', '新密钥的密码套件，默认沿用 / cipher profile of the new key').choices(
        PROFILE_NAMES,
      ),
    )
    .action((options: { profile?: ProfileName }) =>
      run(options, async (installation, _config, terminal) => {
        const bar = terminal.progress('重新密封', 're-sealing');
        const rotated = await new VaultSteps(installation)
          .rotate({ profile: options.profile, onProgress: (done, of) => bar.update(done, of) })
          .finally(() => bar.end());
        terminal.table(
          ['表 table', '列 column', '重新密封 re-sealed'],
          rotated.columns.map(({ schema, table, column, resealed }) => [`${schema}.${table}`, column, resealed]),
        );
        const { version, left, unreadable } = rotated;
        const began = rotated.isNew ? ['新增', 'added'] : ['继续', 'gone on with'];
        terminal.say(`第 ${version} 版密钥（${began[0]}）`, `is the key version in use (${began[1]})`);
        if (left > 0) {
          terminal.say(`尚有 ${left} 个值正被其他事务占用，请再次运行`, 'values are held by others; run it again');
        }
        if (unreadable > 0) {
          terminal.say(
            `${unreadable} 个值无法打开，原样保留；请从备份恢复`,
            'values do not open and were left alone; restore them from a backup',
          );
        }
        terminal.result(rotated);
        if (left + unreadable > 0) process.exitCode = 1;
      }),
    );

  add(vault, 'retire', '停用一个密钥版本并销毁其密钥 / stop accepting a key version and destroy its key')
    .requiredOption('--version <number>', '不再有密封值使用的版本 / a version no sealed value names', aVersion)
    .action((options: { version: number }) =>
      run(options, async (installation, _config, terminal) => {
        showStatus(terminal, await new VaultSteps(installation).retire(options.version));
      }),
    );
}

function showStatus(terminal: Terminal, status: VaultStatus): void {
  terminal.table(
    ['版本 version', '密码套件 profile', '密封值 values', ''],
    status.versions.map(({ version, profile, values }) => [
      version,
      profile,
      values,
      version === status.sealsWith ? '密封新值 seals' : '',
    ]),
  );
  terminal.say(
    `盲索引使用第 ${status.indexesWith} 版；已停用：${status.retired.join('、') || '无'}`,
    `version of the blind indexes, and versions retired: ${status.retired.join(', ') || 'none'}`,
  );
  if (status.isRotating)
    terminal.say('轮换尚未完成，请再次运行 vault rotate', 'a rotation has not ended; run it again');
  terminal.result(status);
}

const aVersion = (text: string): number => {
  const version = Number(text);
  if (Number.isInteger(version) && version >= 1 && version <= 255) return version;
  throw new InvalidArgumentError('应为 1 到 255 的整数 / write a whole number from 1 to 255');
};
