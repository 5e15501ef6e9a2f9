import * as fs from 'node:fs';
import * as path from 'node:path';
import { needsStepUp, type Permission, PERMISSIONS, PUBLIC, type Requirement, ROLES } from '@app/access';
import { buildMergedSchema, collectSources, findResolver, listFields, listOperations } from '@app/graphql';
import type { Derived } from './derived';

/** docs/access.md: every operation and field with its permission, and who holds each permission. */
export async function accessList(): Promise<Derived[]> {
  const apps = path.join(__dirname, '..', '..', 'apps');
  const sources = collectSources(apps);
  const schema = buildMergedSchema({
    sources,
    resolvers: await resolversOf(sources.map(({ app }) => path.join(apps, app, 'src'))),
  });
  const parts = [
    '# Who may do what',
    'Made by `npm run generate` from the permissions, the operations and the fields themselves; the matrix test asks every cell of it. ' +
      'A caller’s division bounds all of it, by row-level security; a citizen sees their own family’s matters only. ' +
      '② wants a second factor shown within the last five minutes.',
    '## Permissions',
    table(
      ['permission', 'lets', '准许', 'power', ...ROLES.map((role) => role.replace('-', ' '))],
      Object.entries(PERMISSIONS).map(([word, permission]: [string, Permission]) => [
        `\`${word}\`${needsStepUp(word as Requirement) ? ' ②' : ''}`,
        permission.lets.en,
        permission.lets.zh,
        permission.power ?? '',
        ...ROLES.map((role) => (permission.roles === 'everyone' || permission.roles.includes(role) ? '●' : '')),
      ]),
    ),
    '## Operations',
    table(
      ['operation', 'permission', 'who'],
      listOperations(schema).map(({ operation, requires }) => [
        operation.replace('.', ' '),
        code(requires),
        who(requires),
      ]),
    ),
    '## Fields',
    table(['type', 'permission', 'fields', 'who'], fieldGroups(listFields(schema))),
  ];
  return [{ file: 'docs/access.md', text: `${parts.join('\n\n')}\n` }];
}

/** The resolvers of the apps without what they need to run: the decorators say all that is asked here. */
async function resolversOf(folders: readonly string[]): Promise<object[]> {
  const files = folders.flatMap((folder) =>
    fs
      .readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.resolver.js'))
      .sort()
      .map((file) => path.join(folder, file)),
  );
  const resolvers: object[] = [];
  for (const file of files) {
    const exported = Object.values((await import(file)) as Record<string, unknown>);
    for (const one of exported.filter((value) => typeof value === 'function')) {
      const instance = Object.create((one as { prototype?: object }).prototype ?? null) as object;
      if (Object.getPrototypeOf(instance) !== null && findResolver(instance)) resolvers.push(instance);
    }
  }
  return resolvers;
}

function fieldGroups(fields: readonly { field: string; requires: Requirement }[]): string[][] {
  const groups = new Map<string, string[]>();
  for (const { field, requires } of fields) {
    const [type, name] = field.split('.') as [string, string];
    const key = `${type} ${requires}`;
    groups.set(key, [...(groups.get(key) ?? []), name]);
  }
  return [...groups].map(([key, names]) => {
    const [type, requires] = key.split(' ') as [string, Requirement];
    return [type, code(requires), names.join(', '), who(requires)];
  });
}

const code = (requires: Requirement): string => `\`${requires}\`${needsStepUp(requires) ? ' ②' : ''}`;

function who(requires: Requirement): string {
  if (requires === PUBLIC) return 'everyone who was shown what it belongs to';
  const { roles }: Permission = PERMISSIONS[requires];
  return roles === 'everyone' ? 'everyone' : roles.join(', ');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
