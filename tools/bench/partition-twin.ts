import type { Client } from 'pg';

/** A table of ours as the bench copies it: with the division in a column, because that is what it would be cut by. */
export interface Subject {
  readonly name: string;
  /** The rows, with all columns of the table and `division_code`. */
  readonly source: string;
  readonly key: string;
  /** Beside the primary key. `by` is a list of columns; a unique one across all divisions is no more than one within each. */
  readonly indexes: readonly { readonly by: string; readonly where?: string; readonly isUnique?: boolean }[];
  /** Something that is changed in a tenth of a county's rows, and touches no index. */
  readonly change: string;
}

export type Kind = 'whole' | 'cut';

/** The copy of a table in one piece, or cut into a partition for each county. */
export class Twin {
  private constructor(
    private readonly client: Client,
    private readonly subject: Subject,
    readonly kind: Kind,
    private readonly counties: readonly string[],
  ) {}

  static async make(client: Client, subject: Subject, kind: Kind, counties: readonly string[]): Promise<Twin> {
    const twin = new Twin(client, subject, kind, counties);
    const { name } = twin;
    await client.query(`drop table if exists ${name}`);
    await client.query(
      `create table ${name} (like bench.source) ${kind === 'cut' ? 'partition by range (division_code)' : ''}`,
    );
    // A unique key of a partitioned table holds what it is cut by.
    const isCut = kind === 'cut';
    await client.query(`alter table ${name} add primary key (${subject.key}${isCut ? ', division_code' : ''})`);
    for (const { by, where, isUnique } of subject.indexes) {
      const unique = isUnique ? 'unique' : '';
      const columns = isUnique && isCut ? `${by}, division_code` : by;
      await client.query(
        `create ${unique} index on ${name} (${columns}) ${isUnique ? 'nulls not distinct' : ''} ${where ? `where ${where}` : ''}`,
      );
    }
    await client.query(`create index on ${name} (division_code text_pattern_ops)`);
    if (isCut) {
      await client.query(`create table ${name}_nowhere partition of ${name} default`);
      for (const county of counties) await twin.addPartition(county);
    }
    await client.query(`insert into ${name} select * from bench.source`);
    await client.query(`vacuum (analyze) ${name}`);
    return twin;
  }

  get name(): string {
    return `bench.${this.kind}`;
  }

  /** What only one county's rows need to be looked at for: the partition, or the table. */
  private place(county: string): string {
    return this.kind === 'cut' ? `${this.name}_${county}` : this.name;
  }

  async insert(county: string): Promise<void> {
    await this.client.query(`insert into ${this.name} select * from bench.source where division_code ^@ '${county}'`);
  }

  async scan(county: string): Promise<void> {
    await this.client.query(
      `select sum(hashtext(t::text)::bigint) from ${this.name} t where division_code ^@ '${county}'`,
    );
  }

  /** The same question in words that PostgreSQL can leave partitions out by. */
  async scanRange(county: string): Promise<void> {
    await this.client.query(
      `select sum(hashtext(t::text)::bigint) from ${this.name} t
        where division_code >= '${county}' and division_code < '${Number(county) + 1}'`,
    );
  }

  /** So many rows one by one, by their key alone. */
  async lookUp(ids: readonly string[], type: string): Promise<void> {
    await this.client.query(
      `do $$ declare wanted ${type}; found record; begin
         foreach wanted in array '{${ids.join(',')}}'::${type}[] loop
           select * into found from ${this.name} t where t.${this.subject.key} = wanted;
         end loop; end $$`,
    );
  }

  async change(county: string): Promise<void> {
    await this.client.query(
      `update ${this.name} t set ${this.subject.change} where division_code ^@ '${county}' and hashtext(${this.subject.key}::text) % 10 = 0`,
    );
  }

  async vacuum(county: string): Promise<void> {
    await this.client.query(`vacuum (analyze) ${this.place(county)}`);
  }

  /** Takes a county out of the table, with the room it took. */
  async archive(county: string): Promise<void> {
    if (this.kind === 'cut') {
      await this.client.query(`drop table ${this.place(county)}`);
    } else {
      await this.client.query(`delete from ${this.name} where division_code ^@ '${county}'`);
      await this.client.query(`vacuum ${this.name}`);
    }
  }

  /** Makes room again for an archived county. */
  async addPartition(county: string): Promise<void> {
    if (this.kind === 'whole') return;
    const range = `from ('${county}') to ('${Number(county) + 1}')`;
    await this.client.query(`create table ${this.name}_${county} partition of ${this.name} for values ${range}`);
  }

  async size(): Promise<{ table: number; indexes: number }> {
    const { rows } = await this.client.query<{ table: string; indexes: string }>(
      // Of a table that is not partitioned the tree is empty.
      `select sum(pg_table_size(relid)) as table, sum(pg_indexes_size(relid)) as indexes
         from (select relid from pg_partition_tree('${this.name}') union select '${this.name}'::regclass) t`,
    );
    const megabytes = (bytes: string): number => Math.round(Number(bytes) / 1048576);
    return { table: megabytes(rows[0]!.table), indexes: megabytes(rows[0]!.indexes) };
  }

  async drop(): Promise<void> {
    await this.client.query(`drop table ${this.name}`);
  }
}
