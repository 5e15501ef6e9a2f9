import type { Command } from 'commander';
import type { Verbs } from './audit-cli';
import { refuse } from './standalone.errors';

/** `quarantine list` and `quarantine release`: messages between the apps that were given up on until somebody has looked. */
export function addQuarantineVerbs(program: Command, { add, run }: Verbs): void {
  const quarantine = program.command('quarantine').description('被隔离的消息 / messages that were given up on');

  add(quarantine, 'list', '列出被隔离的消息及原因代码 / what waits there, with the code of its reason').action(
    (options: object) =>
      run(options, async ({ jobs }, _config, terminal) => {
        const held = await jobs.quarantined();
        if (held.length === 0) terminal.say('没有被隔离的消息', 'no message is in quarantine');
        terminal.table(
          ['消息 message', '任务 job', '对象 key', '原因 code', '失败 failures', '崩溃 crashes'],
          held.map((row) => [row.id, `${row.queue}/${row.name}`, row.key, row.errorCode, row.failures, row.crashes]),
        );
        terminal.result(held);
      }),
  );

  add(quarantine, 'release', '排除原因后放行 / give them another chance once the reason is put right')
    .argument('<message>', '消息编号，或 all / its id, or all')
    .action((message: string, options: object) =>
      run(options, async ({ jobs }, _config, terminal) => {
        const held = (await jobs.quarantined()).filter(({ id }) => message === 'all' || id === message);
        if (held.length === 0 && message !== 'all') throw refuse.notInQuarantine(message);
        for (const { schema, id } of held) await jobs.release(schema, id);
        terminal.say(`已放行 ${held.length} 条`, 'were released');
        terminal.result({ released: held.length });
      }),
    );
}
