import { createTestDatabase, type TestDatabase } from '@app/testing';
import { Client } from 'pg';
import { printSchema } from './print-schema';

/** One of everything that a migration may use. */
const SAMPLE = `
  create role sample_owner nologin; create role sample_rw nologin;
  create schema sample authorization sample_owner;
  alter default privileges for role sample_owner in schema sample grant select on tables to sample_rw;
  set role sample_owner; set search_path = sample;
  create type mood as enum ('good', 'bad');
  create domain fen as bigint constraint fen_is_positive check (value > 0);
  create sequence free_number start 5;
  create table household (id uuid default uuidv7() primary key);
  create table "Person" (
    id integer generated always as identity primary key,
    "name" text collate "C" not null default 'it''s',
    household_id uuid references household,
    twice integer generated always as (id * 2) stored,
    during daterange not null,
    gone text,
    constraint person_lives_once exclude using gist (household_id with =, during with &&),
    constraint person_has_a_name check (name <> '') );
  alter table "Person" drop column gone;
  create index person_by_name on "Person" (name) where name <> 'x';
  comment on column "Person".name is 'as on the card';
  create table event (id bigint, day date not null) partition by range (day);
  create table event_2026 partition of event for values from ('2026-01-01') to ('2027-01-01');
  create index on event (day);
  create function stop() returns trigger language plpgsql as $$ begin return null; end $$;
  create trigger event_is_history before delete on event for each row execute function stop();
  alter table event enable row level security; alter table event force row level security;
  create policy mine on event for select to sample_rw using (id = 1);
  create view adults with (security_invoker = true) as select id from "Person";
  grant update (day) on event to sample_rw; revoke select on adults from sample_rw;
  create table migration (id integer);`;

describe('the printed schema', () => {
  let database: TestDatabase;
  let client: Client;
  beforeAll(async () => {
    database = await createTestDatabase();
    client = new Client({ connectionString: database.url('postgres') });
    await client.connect();
    await client.query('begin'); // Roles belong to the whole server: never commit these.
    await client.query(`set local search_path = public; ${SAMPLE}; reset role`);
  });
  afterAll(async () => {
    await client.query('rollback');
    await client.end();
    await database.drop();
  });

  it('names everything a reviewer must see, in the order of names, and nothing of TypeORM', async () => {
    expect(await printSchema(client, 'sample')).toMatchInlineSnapshot(`
     "-- Schema "sample", read back from a migrated database by "npm run generate". To change it, add a migration.

     CREATE DOMAIN fen AS bigint CONSTRAINT fen_is_positive CHECK ((VALUE > 0));

     CREATE TYPE mood AS ENUM ('good', 'bad');

     CREATE SEQUENCE free_number AS bigint START 5 INCREMENT 1;

     CREATE TABLE "Person" (
       id integer GENERATED ALWAYS AS IDENTITY NOT NULL,
       name text COLLATE "C" DEFAULT 'it''s'::text NOT NULL,
       household_id uuid,
       twice integer GENERATED ALWAYS AS ((id * 2)) STORED,
       during daterange NOT NULL,
       CONSTRAINT "Person_pkey" PRIMARY KEY (id),
       CONSTRAINT person_has_a_name CHECK (name <> ''::text),
       CONSTRAINT person_lives_once EXCLUDE USING gist (household_id WITH =, during WITH &&),
       CONSTRAINT "Person_household_id_fkey" FOREIGN KEY (household_id) REFERENCES household(id)
     );
     CREATE INDEX person_by_name ON "Person" USING btree (name) WHERE name <> 'x'::text;
     COMMENT ON COLUMN "Person".name IS 'as on the card';
     GRANT SELECT ON "Person" TO sample_rw;

     CREATE VIEW adults WITH (security_invoker=true) AS
      SELECT id
        FROM "Person";

     CREATE TABLE event (
       id bigint,
       day date NOT NULL
     ) PARTITION BY RANGE (day);
     CREATE INDEX event_day_idx ON ONLY event USING btree (day);
     CREATE TRIGGER event_is_history BEFORE DELETE ON event FOR EACH ROW EXECUTE FUNCTION stop();
     ALTER TABLE event ENABLE ROW LEVEL SECURITY;
     ALTER TABLE event FORCE ROW LEVEL SECURITY;
     CREATE POLICY mine ON event AS PERMISSIVE FOR SELECT TO sample_rw USING ((id = 1));
     GRANT SELECT, UPDATE (day) ON event TO sample_rw;

     CREATE TABLE event_2026 PARTITION OF event FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
     GRANT SELECT ON event_2026 TO sample_rw;

     CREATE TABLE household (
       id uuid DEFAULT uuidv7() NOT NULL,
       CONSTRAINT household_pkey PRIMARY KEY (id)
     );
     GRANT SELECT ON household TO sample_rw;

     CREATE OR REPLACE FUNCTION sample.stop()
      RETURNS trigger
      LANGUAGE plpgsql
     AS $function$ begin return null; end $function$;

     ALTER DEFAULT PRIVILEGES FOR ROLE sample_owner GRANT SELECT ON TABLES TO sample_rw;
     "
    `);
  });
});
