import { Refusal, type Sentence } from '@app/kernel';
import { systemContext, inContext } from './context';
import type { Database } from './database';

interface Found {
  readonly role: string;
  readonly superuser: boolean;
  readonly bypass: boolean;
  readonly owns: string[];
  readonly unforced: string[];
  readonly views: string[];
  readonly isSigned: boolean;
  readonly settings: Readonly<Record<string, string>>;
  readonly now: Date;
}

/** Who connects, what is not under forced row-level security, and whether this app's signature is believed. */
const QUESTION = `
  select current_user as role, r.rolsuper as superuser, r.rolbypassrls as bypass, guard_open() as "isSigned", clock_timestamp() as now,
    array(select o.rolname::text from pg_roles o where o.rolname <> current_user and pg_has_role(current_user, o.oid, 'member')) as owns,
    array(select c.relname::text from pg_class c where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p')
            and not (c.relrowsecurity and c.relforcerowsecurity)
            and has_table_privilege(c.oid, 'select, insert, update, delete') order by 1) as unforced,
    array(select c.relname::text from pg_class c where c.relnamespace = current_schema()::regnamespace and c.relkind in ('v', 'm')
            and not coalesce(c.reloptions @> '{security_invoker=true}', false) order by 1) as views,
    (select jsonb_object_agg(name, setting) from pg_settings
      where name in ('fsync', 'full_page_writes', 'synchronous_commit', 'data_checksums', 'log_min_messages', 'log_statement')) as settings
  from pg_roles r where r.rolname = current_user`;

const SKEW_MILLISECONDS = 2_000;

/**
 * Refuses to start on a database that would not keep its promises: a runtime role with too much power, a table or view
 * outside row-level security, a server that may lose what it has committed, or a clock that is off.
 * @param isThrowaway Durability was switched off on purpose: a test's server.
 */
export async function assertGuarded(
  database: Database,
  schema: string,
  systemNow: () => Date,
  isThrowaway = false,
): Promise<void> {
  const context = systemContext('start', { isPlumbing: true });
  const before = systemNow();
  const [found] = await inContext(context, () => database.read((read) => read.query<Found>(QUESTION)));
  const after = systemNow();
  const problems = problemsOf(found!, isThrowaway);
  const off = Math.max(before.getTime() - found!.now.getTime(), found!.now.getTime() - after.getTime());
  if (off > SKEW_MILLISECONDS) {
    problems.push({
      zh: `数据库与本机时钟相差 ${Math.round(off / 1000)} 秒，请校时`,
      en: `the clocks of the database and of this machine differ by ${Math.round(off / 1000)} s; set them`,
    });
  }
  if (problems.length === 0) return;
  throw new Refusal(
    'DATABASE_NOT_GUARDED',
    {
      zh: `数据库 ${schema} 未达到安全要求，拒绝启动：${problems.map(({ zh }) => zh).join('；')}。`,
      en: `Will not start on ${schema}: ${problems.map(({ en }) => en).join('; ')}.`,
    },
    { schema, problems: problems.map(({ en }) => en) },
  );
}

function problemsOf(found: Found, isThrowaway: boolean): Sentence[] {
  const { role, superuser, bypass, owns, unforced, views, isSigned, settings } = found;
  const risky = ['fsync', 'full_page_writes', 'synchronous_commit', 'data_checksums'].filter(
    (name) => settings[name] === 'off' && !(isThrowaway && name !== 'data_checksums'),
  );
  const isTalkative =
    !['log', 'fatal', 'panic'].includes(settings.log_min_messages!) || settings.log_statement !== 'none';
  const all: [boolean, Sentence][] = [
    [
      isTalkative,
      {
        zh: '服务器日志会记录语句或其错误，可能泄露号码：请为该角色设置 log_min_messages=log、log_statement=none',
        en: 'the server log repeats statements or their errors, and with them numbers: set log_min_messages=log and log_statement=none for this role',
      },
    ],
    [
      superuser || bypass,
      {
        zh: `角色 ${role} 可以绕过行级安全，请改用普通角色`,
        en: `the role ${role} may go past row-level security; connect as an ordinary one`,
      },
    ],
    [
      owns.length > 0,
      {
        zh: `角色 ${role} 属于 ${owns.join('、')}，请收回`,
        en: `the role ${role} is a member of ${owns.join(', ')}; revoke that`,
      },
    ],
    [
      unforced.length > 0,
      {
        zh: `表 ${unforced.join('、')} 未启用强制行级安全`,
        en: `tables without forced row-level security: ${unforced.join(', ')}`,
      },
    ],
    [
      views.length > 0,
      {
        zh: `视图 ${views.join('、')} 未设 security_invoker`,
        en: `views without security_invoker: ${views.join(', ')}`,
      },
    ],
    [
      !isSigned,
      {
        zh: '数据库不认可本应用的签名：口令更换后请重新运行迁移',
        en: 'the database does not believe the signature of this app: run the migrations again after a change of password',
      },
    ],
    [
      risky.length > 0,
      {
        zh: `服务器设置 ${risky.join('、')} 为 off，提交的数据可能丢失`,
        en: `server settings that may lose what was committed are off: ${risky.join(', ')}`,
      },
    ],
  ];
  return all.flatMap(([isSo, sentence]) => (isSo ? [sentence] : []));
}
