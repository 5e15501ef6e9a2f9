import type { Revocation } from '@app/access';
import type { Command } from 'commander';
import { openRevocations } from '../../gateway/src/doorkeeper';
import { takeToken } from '../../simulator/src/identity/visitor.client';
import type { Verbs } from './audit-cli';
import { readConfig } from './config';
import { getServing } from './identity';
import { refuse } from './standalone.errors';
import { fail } from './terminal';

interface Revoked {
  readonly token?: string;
  readonly session?: string;
  readonly subject?: string;
  readonly reason: string;
}

/** `access token` and `access revoke`. */
export function addAccessVerbs(program: Command, { add, run }: Verbs): void {
  const access = program.command('access').description('登录与撤销 / signing in, and ending sign-ins');

  // Without a database: it visits the server that is running, as a browser would.
  add(access, 'token', '以演示用户登录，输出令牌 / sign in as a demo user and print the token', {
    zh: '请在 YANGYU_ISSUER 指定的登录服务以本人身份登录',
    en: 'people sign in as themselves at YANGYU_ISSUER',
  })
    .requiredOption('--as <user>', '演示用户，如 demo-auditor / demo user')
    .option('--step-up', '同时出示第二因素 / show a second factor too')
    .action(async ({ as, stepUp, json = false }: { as: string; stepUp?: boolean; json?: boolean }) => {
      try {
        const token = await takeToken({ ...getServing(readConfig()), user: as, isStepUp: stepUp ?? false });
        process.stdout.write(`${json ? JSON.stringify({ token }) : token}\n`);
      } catch (error) {
        process.exitCode = fail(error, json);
      }
    });

  add(
    access,
    'revoke',
    '撤销令牌、会话或某人此前的全部登录，60 秒内生效 / end a token, a session, or all sign-ins so far, within 60 s',
  )
    .option('--subject <id>', '某人此前的全部登录 / all that this person or agency signed in to before now')
    .option('--session <sid>', '一次登录会话 / one session at the issuer')
    .option('--token <jti>', '一个令牌 / one token, by its jti')
    .option('--reason <text>', '原因 / why', 'revoked by an operator')
    .action((options: Revoked) =>
      run(options, async ({ gateway, clock }, _config, terminal) => {
        const [named, ...more] = (['token', 'session', 'subject'] as const).filter((kind) => options[kind]);
        if (named === undefined || more.length > 0) throw refuse.revokedUnclear();
        const { reason } = options;
        const value = options[named]!;
        const revocation: Revocation = { kind: named, value, until: clock.now(), reason, by: 'operator' };
        await openRevocations(gateway, clock).revoke(revocation);
        terminal.say(`已撤销 ${named} ${value}，60 秒内处处生效`, 'is revoked, everywhere within 60 seconds');
        terminal.result(revocation);
      }),
    );
}
