import type { Client } from 'pg';

interface Relation {
  readonly oid: number;
  readonly name: string;
  /** r table, p partitioned table, v view, m materialized view. */
  readonly kind: string;
  readonly definition: string | null;
  readonly partitionBy: string | null;
  readonly partitionOf: string | null;
  readonly unlogged: boolean;
  readonly settings: string | null;
  readonly secured: boolean;
  readonly forced: boolean;
}

/** Rows of one text column `line`. */
type Lines = (sql: string, parameters?: unknown[]) => Promise<string[]>;

/**
 * The tables of one schema as SQL that people can read and diff: what PostgreSQL itself says after all migrations,
 * in the order of names, so that a change of order in a migration is no change here. TypeORM's own table is left out.
 */
export async function printSchema(client: Client, schema: string): Promise<string> {
  await client.query(`set search_path = ${client.escapeIdentifier(schema)}, public`);
  const rows = async <R>(sql: string, parameters: unknown[] = []) => (await client.query(sql, parameters)).rows as R[];
  const lines: Lines = async (sql, parameters) =>
    (await rows<{ line: string }>(sql, parameters)).map(({ line }) => line);

  const blocks = [
    `-- Schema "${schema}", read back from a migrated database by "npm run generate". To change it, add a migration.`,
    ...(await lines(TYPES, [schema])),
    ...(await lines(SEQUENCES, [schema])),
  ];
  for (const relation of await rows<Relation>(RELATIONS, [schema])) blocks.push(await printRelation(relation, lines));
  blocks.push(...(await lines(FUNCTIONS, [schema])));
  const defaults = await lines(DEFAULT_GRANTS, [schema]);
  if (defaults.length > 0) blocks.push(defaults.join('\n'));
  return `${blocks.map((block) => block.trimEnd()).join('\n\n')}\n`;
}

async function printRelation(relation: Relation, lines: Lines): Promise<string> {
  const of = [relation.oid];
  const indexes = await lines(INDEXES, of);
  const triggers = await lines(TRIGGERS, of);
  const policies = await lines(POLICIES, of);
  if (relation.forced) policies.unshift(`ALTER TABLE ${relation.name} FORCE ROW LEVEL SECURITY;`);
  if (relation.secured) policies.unshift(`ALTER TABLE ${relation.name} ENABLE ROW LEVEL SECURITY;`);
  const comments = await lines(COMMENTS, of);
  const grants = await lines(GRANTS, of);
  return [await printHead(relation, lines), ...indexes, ...triggers, ...policies, ...comments, ...grants].join('\n');
}

async function printHead(relation: Relation, lines: Lines): Promise<string> {
  const options = relation.settings ? ` WITH (${relation.settings})` : '';
  if (relation.kind === 'v' || relation.kind === 'm') {
    const what = relation.kind === 'm' ? 'MATERIALIZED VIEW' : 'VIEW';
    return `CREATE ${what} ${relation.name}${options} AS\n${relation.definition}`;
  }
  const create = `CREATE ${relation.unlogged ? 'UNLOGGED ' : ''}TABLE ${relation.name}`;
  if (relation.partitionOf) return `${create} ${relation.partitionOf}${options};`;
  const columns = await lines(COLUMNS, [relation.oid]);
  const constraints = await lines(CONSTRAINTS, [relation.oid]);
  const body = [...columns, ...constraints].map((line) => `  ${line}`).join(',\n');
  const partition = relation.partitionBy ? ` PARTITION BY ${relation.partitionBy}` : '';
  return `${create} (\n${body}\n)${partition}${options};`;
}

const TYPES = `
  select case t.typtype
      when 'e' then format('CREATE TYPE %I AS ENUM (%s);', t.typname,
        (select string_agg(quote_literal(enumlabel), ', ' order by enumsortorder) from pg_enum where enumtypid = t.oid))
      else format('CREATE DOMAIN %I AS %s%s%s;', t.typname, format_type(t.typbasetype, t.typtypmod),
        case when t.typnotnull then ' NOT NULL' else '' end,
        (select string_agg(format(' CONSTRAINT %I %s', conname, pg_get_constraintdef(oid)), '' order by conname)
           from pg_constraint where contypid = t.oid and contype = 'c'))
    end as line
    from pg_type t
   where t.typnamespace = $1::regnamespace and t.typtype in ('e', 'd')
   order by t.typname`;

/** Those that a column owns are part of the column. */
const SEQUENCES = `
  select format('CREATE SEQUENCE %I AS %s START %s INCREMENT %s%s;', c.relname, format_type(s.seqtypid, null),
      s.seqstart, s.seqincrement, case when s.seqcycle then ' CYCLE' else '' end) as line
    from pg_class c join pg_sequence s on s.seqrelid = c.oid
   where c.relnamespace = $1::regnamespace
     and not exists (select from pg_depend d where d.objid = c.oid and d.deptype in ('a', 'i')
                        and d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass)
   order by c.relname`;

const FUNCTIONS = `
  select rtrim(pg_get_functiondef(p.oid), E'\\n') || ';' as line
    from pg_proc p
   where p.pronamespace = $1::regnamespace and p.prokind in ('f', 'p')
     and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
   order by p.proname, pg_get_function_identity_arguments(p.oid)`;

const RELATIONS = `
  select c.oid::int8::int4 as oid, quote_ident(c.relname) as name, c.relkind as kind,
      case when c.relkind in ('v', 'm') then pg_get_viewdef(c.oid, true) end as definition,
      pg_get_partkeydef(c.oid) as "partitionBy",
      (select format('PARTITION OF %s %s', i.inhparent::regclass, pg_get_expr(c.relpartbound, c.oid))
         from pg_inherits i where i.inhrelid = c.oid and c.relispartition) as "partitionOf",
      c.relpersistence = 'u' as unlogged, array_to_string(c.reloptions, ', ') as settings,
      c.relrowsecurity as secured, c.relforcerowsecurity as forced
    from pg_class c
   where c.relnamespace = $1::regnamespace and c.relkind in ('r', 'p', 'v', 'm') and c.relname <> 'migration'
   order by c.relname`;

const COLUMNS = `
  select concat_ws(' ', quote_ident(a.attname), format_type(a.atttypid, a.atttypmod),
      case when a.attcollation <> t.typcollation
           then format('COLLATE %I', (select collname from pg_collation where oid = a.attcollation)) end,
      case a.attidentity when 'a' then 'GENERATED ALWAYS AS IDENTITY' when 'd' then 'GENERATED BY DEFAULT AS IDENTITY' end,
      case a.attgenerated when 's' then format('GENERATED ALWAYS AS (%s) STORED', pg_get_expr(d.adbin, d.adrelid))
                          when 'v' then format('GENERATED ALWAYS AS (%s) VIRTUAL', pg_get_expr(d.adbin, d.adrelid))
                          else 'DEFAULT ' || pg_get_expr(d.adbin, d.adrelid) end,
      case when a.attnotnull then 'NOT NULL' end) as line
    from pg_attribute a
    join pg_type t on t.oid = a.atttypid
    left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
   where a.attrelid = $1 and a.attnum > 0 and not a.attisdropped
   order by a.attnum`;

/** The primary key first, NOT NULL with its column, what a partition inherits with its parent. */
const CONSTRAINTS = `
  select format('CONSTRAINT %I %s', conname, pg_get_constraintdef(oid, true)) as line
    from pg_constraint
   where conrelid = $1 and contype in ('p', 'u', 'f', 'c', 'x') and conparentid = 0
   order by position(contype in 'pucxf'), conname`;

const INDEXES = `
  select pg_get_indexdef(i.indexrelid, 0, true) || ';' as line
    from pg_index i join pg_class c on c.oid = i.indexrelid
   where i.indrelid = $1 and not c.relispartition
     and not exists (select from pg_constraint k where k.conindid = i.indexrelid and k.contype in ('p', 'u', 'x'))
   order by c.relname`;

const TRIGGERS = `
  select pg_get_triggerdef(oid, true) || ';' as line
    from pg_trigger where tgrelid = $1 and not tgisinternal and tgparentid = 0 order by tgname`;

const POLICIES = `
  select format('CREATE POLICY %I ON %s AS %s FOR %s TO %s%s%s;', p.polname, p.polrelid::regclass,
      case when p.polpermissive then 'PERMISSIVE' else 'RESTRICTIVE' end,
      case p.polcmd when 'r' then 'SELECT' when 'a' then 'INSERT' when 'w' then 'UPDATE' when 'd' then 'DELETE' else 'ALL' end,
      (select string_agg(case r when 0 then 'PUBLIC' else r::regrole::text end, ', ') from unnest(p.polroles) r),
      ' USING (' || pg_get_expr(p.polqual, p.polrelid) || ')',
      ' WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')') as line
    from pg_policy p where p.polrelid = $1 order by p.polname`;

const COMMENTS = `
  select case when d.objsubid = 0 then format('COMMENT ON %s %s IS %L;',
        case c.relkind when 'v' then 'VIEW' when 'm' then 'MATERIALIZED VIEW' else 'TABLE' end, c.oid::regclass, d.description)
      else format('COMMENT ON COLUMN %s.%I IS %L;', c.oid::regclass, a.attname, d.description) end as line
    from pg_description d
    join pg_class c on c.oid = d.objoid
    left join pg_attribute a on a.attrelid = c.oid and a.attnum = d.objsubid
   where d.objoid = $1 and d.classoid = 'pg_class'::regclass
   order by d.objsubid`;

const GRANTS = `
  select format('GRANT %s ON %s TO %s;', string_agg(what, ', ' order by what), $1::oid::regclass, grantee::regrole) as line
    from (select g.privilege_type as what, g.grantee from pg_class c, aclexplode(c.relacl) g
           where c.oid = $1 and g.grantee not in (0, c.relowner)
          union all
          select format('%s (%s)', g.privilege_type, string_agg(quote_ident(a.attname), ', ' order by a.attnum)), g.grantee
            from pg_class c, pg_attribute a, aclexplode(a.attacl) g
           where c.oid = $1 and a.attrelid = c.oid and g.grantee not in (0, c.relowner)
           group by g.privilege_type, g.grantee) held
   group by grantee
   order by grantee::regrole::text`;

const DEFAULT_GRANTS = `
  select format('ALTER DEFAULT PRIVILEGES FOR ROLE %s GRANT %s ON %s TO %s;', d.defaclrole::regrole,
      string_agg(g.privilege_type, ', ' order by g.privilege_type),
      case d.defaclobjtype when 'r' then 'TABLES' when 'S' then 'SEQUENCES' when 'f' then 'FUNCTIONS' else 'TYPES' end,
      g.grantee::regrole) as line
    from pg_default_acl d, aclexplode(d.defaclacl) g
   where d.defaclnamespace = $1::regnamespace and g.grantee not in (0, d.defaclrole)
   group by d.defaclrole, d.defaclobjtype, g.grantee
   order by 1`;
