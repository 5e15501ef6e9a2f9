import * as fs from 'node:fs';
import * as path from 'node:path';
import { type Caller, getDemoUser } from '@app/access';
import { Vault } from '@app/vault';
import { createTestQueue, type TestQueue } from '@app/testing';
import { Client } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { PermitImportService } from '../../apps/migrant/src/residence/permit-import.service';
import { RetentionNightService } from '../../apps/migrant/src/retention/retention-night.service';
import { assure } from '../support/assurance';
import { disguises } from '../support/canaries';
import { type CountyWorld, openCountyWorld } from '../support/county-world';
import { citizenNumber } from '../support/family';
import { GraphClient } from '../support/graph-client';
import { type Messages, openMessages } from '../support/messages';

const HERE = '340202100201';
const ELSEWHERE = '420102003007';

/** Somebody with marks that nobody else has. */
interface Mark {
  readonly name: string;
  readonly number: string;
  readonly caller: Caller;
  /** What they, the permit authority and officers wrote about them. */
  readonly references: readonly string[];
}

const mark = (word: string, born: string, sequence: number): Mark => {
  const number = citizenNumber(born, sequence);
  const caller: Caller = {
    id: `sub-${sequence}`,
    name: `丝雀${word}人`,
    roles: ['citizen'],
    division: '' as Caller['division'],
    idNumber: number,
  };
  const references = ['OWN', 'END', 'PERMIT', 'KNO', 'PAPER', 'REJ', 'SRV'].map(
    (kind) => `${kind}-KANARIE-${sequence}`,
  );
  return { name: caller.name, number, caller, references };
};
const FORGOTTEN = mark('鱻', '1985-07-11', 961);
/** The same, but for an officer's hold. */
const HELD = mark('龘', '1986-07-12', 963);
/** The same, but left a month later. */
const NOT_YET = mark('靐', '1987-07-13', 965);
const EVERYBODY = [FORGOTTEN, HELD, NOT_YET];

let world: CountyWorld;
let graph: GraphClient;
let messages: Messages;
let queue: TestQueue;
let said = '';
const exported: Record<string, string> = {};
/** Internal ids of each, from the tables while they are there. */
const ids: Record<string, string[]> = {};

beforeAll(async () => {
  for (const stream of [process.stdout, process.stderr]) listenTo(stream);
  world = await openCountyWorld('2026-04-01');
  await world.database.admin('insert into migrant.retention_rehearsal default values');
  // A number of somebody whom no register knows is not passed on between processes: in one process everywhere.
  graph = await GraphClient.open(world, 'merged');
  messages = await openMessages(world);
  queue = await createTestQueue(world.database);
  await goThrough();
}, 240_000);
afterAll(async () => {
  for (const stop of heard) stop();
  await messages?.close();
  await queue?.close();
  await graph?.close();
  await world?.close();
});

const heard: (() => void)[] = [];

/** What this process writes is its log. */
function listenTo(stream: NodeJS.WriteStream): void {
  const write = stream.write.bind(stream) as (...args: unknown[]) => boolean;
  heard.push(() => (stream.write = write));
  stream.write = (...args: unknown[]) => {
    said += String(args[0]);
    return write(...args);
  };
}

type Json = Record<string, unknown>;
const ask = async (who: Caller | string | undefined, source: string, variables: object = {}) => {
  const { data, refused } = await graph.ask<Json>(who, source, variables);
  return { data, refused };
};
const OFFICER = 'county-confirmer';

/** Through every flow that writes about somebody who moved, errors among them. */
async function live(one: Mark, left: string): Promise<void> {
  const [own, end, permit, , paper, rejected] = one.references as [string, string, string, string, string, string];
  const noted = await ask(
    one.caller,
    `mutation ($r: String!) { noteOwnResidence(reference: $r, stay: { placeCode: "${HERE}", from: "2020-01", cameFrom: "${ELSEWHERE}", originCode: "${ELSEWHERE}" }) { isNew resident { id } } }`,
    { r: own },
  );
  expect(noted.refused).toEqual([]);
  const resident = ((noted.data.noteOwnResidence as Json).resident as Json).id as string;

  const { data } = await ask(one.caller, '{ myResidence { id periods { id placeCode basis } } }');
  const [period] = ((data.myResidence as Json[])[0]!.periods as Json[]).map(({ id }) => id as string);
  const corrected = await ask(
    one.caller,
    `mutation ($p: ID!, $r: String!) { correctResidence(reference: $r, period: $p, stay: { placeCode: "${HERE}", from: "2020-01-06" }, reason: "日期写错了") { isNew } }`,
    { p: period, r: one.references[3] },
  );
  expect(corrected.refused).toEqual([]);

  const file = world.file(`permits-${one.number.slice(14)}.csv`, [
    {
      notice_no: permit,
      name: one.name,
      id_number: one.number,
      place_code: HERE,
      from: '2020-01-05',
      permit_no: paper,
    },
    {
      notice_no: rejected,
      name: one.name,
      id_number: one.number,
      place_code: '34',
      from: '2020-01-05',
      permit_no: paper,
    },
  ]);
  const rejects = path.join(world.folder, `rejects-${one.number.slice(14)}.csv`);
  expect(await world.get(PermitImportService).import(file, { rejectsFile: rejects })).toMatchObject({
    accepted: 1,
    rejected: 1,
  });
  files.push(file, rejects);

  await ask(OFFICER, `{ residentByNumber(idNumber: "${one.number}") { name periods(withEnded: true) { id } } }`);
  await ask(OFFICER, `{ resident(id: "${resident}") { name idNumberMask origins { divisionCode } } }`);
  // Falling over in the middle, with everything in the wrong place.
  for (const word of [one.name, one.number, own, permit]) {
    await ask(
      one.caller,
      'mutation ($w: ID!) { askAboutMyRecord(id: $w, kind: DELETION, wish: "试一试删除") { id } }',
      { w: word },
    );
    await ask(
      one.caller,
      'mutation ($w: String!, $p: ID!) { correctResidence(reference: $w, period: $p, stay: { placeCode: "34", from: $w }, reason: $w) { isNew } }',
      { w: word, p: word },
    );
    await ask(OFFICER, 'query ($w: String!) { residentByNumber(idNumber: $w) { id } }', { w: word });
    await ask(
      OFFICER,
      'mutation ($w: String!, $p: ID!) { holdRecord(resident: $p, reason: SUIT, reference: $w) { id } }',
      { w: word, p: word },
    );
  }
  const asked = await ask(
    one.caller,
    `mutation ($id: ID!, $w: String!) { askAboutMyRecord(id: $id, kind: CORRECTION, wish: $w, evidence: $w) { id dueOn } }`,
    { id: resident, w: `${one.name}的来处写错了，见${one.references[4]}` },
  );
  expect(asked.refused).toEqual([]);
  const request = (asked.data.askAboutMyRecord as Json).id as string;
  const answered = await ask(
    OFFICER,
    'mutation ($id: ID!, $a: String!) { answerOwnRequest(id: $id, isGranted: false, reason: FOUND_RIGHT, answer: $a) { state } }',
    { id: request, a: `已核对${one.name}的材料` },
  );
  expect(answered).toMatchObject({ refused: [], data: { answerOwnRequest: { state: 'REFUSED' } } });
  const service = await ask(
    one.caller,
    `mutation ($r: String!, $n: String!) { askForService(clientRef: $r, service: "vaccination", division: "${HERE}", household: NEWCOMER, name: $n, need: $n) { id } }`,
    { r: one.references[6], n: one.name },
  );
  expect(service.refused).toEqual([]);
  const serviceId = (service.data.askForService as Json).id as string;
  const back = 'mutation ($id: ID!, $n: String!) { withdrawServiceRequest(id: $id, note: $n) { id } }';
  expect((await ask(one.caller, back, { id: serviceId, n: `${one.name}已办` })).refused).toEqual([]);
  const ended = await ask(
    one.caller,
    'mutation ($id: ID!, $r: String!, $on: String!) { endResidence(reference: $r, resident: $id, placeCode: "340202100201", on: $on) { isNew } }',
    { id: resident, r: end, on: left },
  );
  expect(ended.refused).toEqual([]);
  for (const form of ['JSON', 'CSV']) {
    const got = await ask(one.caller, `query ($id: ID!) { exportMyRecord(id: $id, form: ${form}) { content } }`, {
      id: resident,
    });
    exported[`${one.name} ${form}`] = (got.data.exportMyRecord as Json).content as string;
  }
  rowsOf[one.name] = await walk(resident);
}
const files: string[] = [];

/** Tables whose rows name internal ids and are no data about somebody. */
const OF_IDS = /^(outbox|inbox|delivery|quarantine|audit_\w+)$/;
/** Every row in any table of the app that has an id or the index of theirs in any column, and the rows that such a row's id stands in. */
const rowsOf: Record<string, { table: string; row: Json }[]> = {};

async function walk(resident: string): Promise<{ table: string; row: Json }[]> {
  const columns = await world.database.admin<{ table: string; columns: string[] }>(
    `select table_name::text as "table", array_agg(column_name::text) as columns
       from information_schema.columns join information_schema.tables using (table_schema, table_name)
      where table_schema = 'migrant' and table_type = 'BASE TABLE' group by 1`,
  );
  const [{ key }] = (await world.database.admin<{ key: string }>(
    'select number_key::text as key from migrant.resident where id = $1',
    [resident],
  )) as [{ key: string }];
  const known = new Set([resident, key]);
  const found = new Map<string, { table: string; row: Json }>();
  for (let before = -1; before < found.size;) {
    before = found.size;
    for (const { table, columns: names } of columns.filter((one) => !OF_IDS.test(one.table))) {
      const any = names.map((name) => `t.${JSON.stringify(name)}::text = any ($1)`).join(' or ');
      const rows = await world.database.admin<{ row: Json }>(
        `select to_jsonb(t) as row from migrant.${table} t where ${any}`,
        [[...known]],
      );
      for (const { row } of rows) {
        found.set(`${table} ${JSON.stringify(row)}`, { table, row });
        if (typeof row.id === 'string') known.add(row.id);
      }
    }
  }
  return [...found.values()];
}

/** What must not be found of somebody: written marks in every disguise, and ids. */
function needlesOf(one: Mark): Map<string, string> {
  const key = new Vault(Buffer.alloc(32, 1)).blindIndex('id-number', one.number);
  const needles = new Map<string, string>();
  for (const word of [one.name, one.number, ...one.references]) {
    for (const form of disguises(word)) needles.set(form, word);
  }
  for (const form of [key.toString('hex'), key.toString('base64'), key.toString('base64url')])
    needles.set(form, 'blind index');
  for (const id of ids[one.name] ?? []) for (const form of [id, id.replaceAll('-', '')]) needles.set(form, 'id');
  return needles;
}

/** Where anything of somebody stands: place → what. */
class Search {
  bytes = 0;
  readonly places = new Map<string, string>();

  constructor(places: Iterable<readonly [place: string, text: string]>) {
    for (const [place, text] of places) {
      this.places.set(place, (this.places.get(place) ?? '') + text);
      this.bytes += Buffer.byteLength(text);
    }
  }

  hits(one: Mark): string[] {
    const needles = [...needlesOf(one)];
    const found = new Set<string>();
    for (const [place, text] of this.places) {
      for (const [form, what] of needles)
        if (text.includes(form)) found.add(`${place}: ${what === 'id' ? 'id' : what}`);
    }
    return [...found].sort();
  }
}

/** Every table of every schema as text, as bytes in hex and as a backup's dump, the planner's samples, the queue, logs and files. */
async function searchEverything(): Promise<Search> {
  const places: [string, string][] = [];
  const client = new Client({ connectionString: world.database.url('postgres') });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      `select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'm') and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname not like 'pg\\_toast%'`,
    );
    expect(tables.length).toBeGreaterThan(100);
    for (const { name } of tables) {
      const { rows } = await client.query<{ v: string | null }>(
        `select string_agg(t::text, E'\\n') as v from ${name} t`,
      );
      places.push([name, rows[0]!.v ?? '']);
      for (const format of ['text', 'binary']) {
        const chunks: Buffer[] = [];
        for await (const chunk of client.query(copyTo(`copy ${name} to stdout (format ${format})`)))
          chunks.push(chunk as Buffer);
        const bytes = Buffer.concat(chunks);
        places.push([name, `${bytes.toString('utf8')}\n${bytes.toString('hex')}`]);
      }
    }
    const { rows: samples } = await client.query<{ name: string; v: string | null }>(
      `select schemaname || '.' || tablename as name, string_agg(s::text, E'\\n') as v from pg_stats s group by 1`,
    );
    for (const { name, v } of samples) places.push([`samples of ${name}`, v ?? '']);
    const { rows: where } = await client.query<{ folder: string }>(
      `select current_setting('data_directory') as folder`,
    );
    const log = path.join(path.dirname(where[0]!.folder), 'postgres.log');
    places.push(['postgres.log', fs.readFileSync(log, 'utf8')]);
  } finally {
    await client.end();
  }
  places.push(['queue', await queue.text()], ['log', said]);
  for (const entry of fs.readdirSync(world.folder, { recursive: true, encoding: 'utf8' })) {
    const file = path.join(world.folder, entry);
    if (fs.statSync(file).isFile())
      places.push([`file ${path.basename(entry).replace(/\d+/, '')}`, fs.readFileSync(file, 'utf8')]);
  }
  return new Search(places);
}

/** Ids in the audit logs lead nowhere any more; nothing else may stand there, and ids nowhere else. */
const isLeft = (hit: string): boolean => /^(samples of )?\w+\.audit_entry: id$/.test(hit);

const placesOf = (hits: readonly string[]): string[] => [...new Set(hits.map((hit) => hit.split(':')[0]!))];

/** The bell rings, the message travels, the night is done. */
async function night(today: string): Promise<void> {
  world.clock.set(today);
  await world.get(RetentionNightService).ring();
  await messages.settle();
}

/** Everything that is theirs in the tables, by internal id. */
async function noteIds(one: Mark): Promise<void> {
  const rows = await world.database.admin<{ id: string }>(
    `with r as (select id from migrant.resident where name = $1)
     select id from r union all select n.id from migrant.residence_notice n, r where n.resident_id = r.id
     union all select n.id from migrant.residence_period n, r where n.resident_id = r.id
     union all select n.id from migrant.resident_origin n, r where n.resident_id = r.id
     union all select n.id from migrant.own_request n, r where n.resident_id = r.id
     union all select n.id from migrant.service_request n where n.name = $1`,
    [one.name],
  );
  ids[one.name] = rows.map(({ id }) => id);
}

/** What was found where before, on the day before, and after the night. */
const searched = {} as { before: Search; dayBefore: Search; after: Search };

async function goThrough(): Promise<void> {
  await live(FORGOTTEN, '2026-03-01');
  await live(HELD, '2026-03-01');
  world.clock.set('2026-05-01');
  await live(NOT_YET, '2026-04-20');
  for (const one of EVERYBODY) await noteIds(one);
  await world.database.admin('analyze');
  searched.before = await searchEverything();

  const { data } = await ask(HELD.caller, '{ myRecord { id } }');
  const [{ id }] = data.myRecord as [{ id: string }];
  const hold = `mutation { holdRecord(resident: "${id}", reason: SUIT, reference: "（2026）皖0202行初7号") { id } }`;
  expect((await ask(OFFICER, hold)).refused).toEqual([]);
  for (const file of files) fs.rmSync(file); // The authority's file is the operator's, and goes when it is taken in.
  await night('2028-03-31');
  searched.dayBefore = await searchEverything();
  await night('2028-04-02');
  searched.after = await searchEverything();
}

describe('somebody whose time is over', () => {
  it('was found wherever it was written before: the search can see', () => {
    for (const one of EVERYBODY) expect(ids[one.name]!.length).toBeGreaterThan(6);
    const hits = searched.before.hits(FORGOTTEN);
    expect(placesOf(hits)).toEqual(
      expect.arrayContaining([
        'migrant.resident',
        'migrant.residence_notice',
        'migrant.residence_period',
        'migrant.resident_origin',
        'migrant.own_request',
        'migrant.service_request',
        'migrant.service_request_action',
        'migrant.lookup_found',
        'migrant.outbox',
        'migrant.audit_entry',
        'samples of migrant.resident',
        'file permits-.csv',
        'file rejects-.csv',
      ]),
    );
    const words = hits.map((hit) => hit.split(': ')[1]!);
    const written = [FORGOTTEN.name, FORGOTTEN.number, 'blind index', 'id', ...FORGOTTEN.references];
    expect(words).toEqual(expect.arrayContaining(written));
  });

  it('stood nowhere but in its own tables, what is made of them, and the authority’s own file', () => {
    const hits = searched.before.hits(FORGOTTEN);
    const places = placesOf(hits.filter((hit) => !hit.endsWith(': id')));
    const lawful =
      /^(migrant\.(resident|residence_\w+|resident_origin|own_request|service_request|service_request_action)|samples of migrant\.\w+|file (permits|rejects)-\.csv)$/;
    expect(places.filter((place) => !lawful.test(place))).toEqual([]);
    expect(hits).not.toContain(`migrant.resident: ${FORGOTTEN.number}`);
  });

  it('is whole the day before', () => {
    const places = placesOf(searched.dayBefore.hits(FORGOTTEN));
    expect(places).toEqual(
      expect.arrayContaining(['migrant.resident', 'migrant.residence_period', 'migrant.own_request']),
    );
  });

  it('is nowhere after it: tables, dump, samples, queue, logs, files', () => {
    const left = searched.after.hits(FORGOTTEN).filter((hit) => !isLeft(hit));
    assure('T42b', 'Whoever moved is found nowhere once their time is over, in any disguise', {
      needles: needlesOf(FORGOTTEN).size,
      'places before': placesOf(searched.before.hits(FORGOTTEN)).length,
      'MB scanned': Math.round(searched.after.bytes / 1e5) / 10,
      hits: left.length,
    });
    expect(left).toEqual([]);
  });

  it('leaves a certificate with a count, and is nobody when they ask', async () => {
    const { data } = await ask(
      'auditor',
      '{ retentionCertificates(first: 1) { on finishedAt counts { class division deleted } } }',
    );
    const [certificate] = data.retentionCertificates as [{ on: string; counts: Json[] }];
    expect(certificate.on).toBe('2028-04-02');
    const division = expect.any(String) as string;
    expect(certificate.counts).toContainEqual({ class: 'resident', division, deleted: 1 });
    expect((await ask(FORGOTTEN.caller, '{ myRecord { id } }')).data).toEqual({ myRecord: [] });
  });

  it.each([
    ['held for a suit', HELD, 1],
    ['not yet due', NOT_YET, 0],
  ])('leaves a neighbour whole who is %s', async (_what, one, holds) => {
    const { data, refused } = await ask(
      one.caller,
      '{ myRecord { name kept { class heldZh } } myResidence { periods { placeCode } } }',
    );
    expect(refused).toEqual([]);
    const [record] = data.myRecord as [{ name: string; kept: { class: string; heldZh: string[] }[] }];
    expect(record.name).toBe(one.name);
    expect(record.kept.find((kept) => kept.class === 'resident')!.heldZh.length).toBe(holds);
    expect((data.myResidence as { periods: Json[] }[])[0]!.periods).toEqual([{ placeCode: HERE }]);
  });
});

describe('a record exported', () => {
  it('says everything that any column of any table held, and nothing of anybody else', () => {
    const text = exported[`${FORGOTTEN.name} JSON`]!;
    const record = JSON.parse(text) as {
      accesses: Json[];
      version: number;
      held: Record<string, Json[]>;
      withheld: { table: string; column: string }[];
    };
    expect(record.version).toBe(1);
    for (const word of [FORGOTTEN.name, ...FORGOTTEN.references.filter((one) => !one.startsWith('REJ'))])
      expect(text).toContain(word);
    for (const id of ids[FORGOTTEN.name]!) expect(text).toContain(id);
    for (const other of [HELD, NOT_YET])
      expect([...needlesOf(other).keys()].filter((form) => text.includes(form))).toEqual([]);
    expect(record.accesses.length).toBeGreaterThan(5);
    expect(JSON.stringify(record.accesses)).toContain(getDemoUser(`demo-${OFFICER}`).division.slice(0, 6));
    const { held, withheld } = record;
    const isWithheld = (table: string, column: string) =>
      withheld.some((one) => one.table === table && one.column === column);
    expect(new Set(rowsOf[FORGOTTEN.name]!.map(({ table }) => table)).size).toBeGreaterThan(5);
    for (const { table, row } of rowsOf[FORGOTTEN.name]!) {
      const shown = Object.fromEntries(Object.entries(row).filter(([column]) => !isWithheld(table, column)));
      expect(held[table]).toContainEqual(shown);
      expect(Object.keys(row).length - Object.keys(shown).length).toBe({ resident: 2, service_request: 1 }[table] ?? 0);
    }
    const csv = exported[`${FORGOTTEN.name} CSV`]!;
    for (const word of [FORGOTTEN.name, '谁查阅、办理过', '保存期限', '居住期间']) expect(csv).toContain(word);
  });
});
