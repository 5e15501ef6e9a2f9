-- Schema "registration", read back from a migrated database by "npm run generate". To change it, add a migration.

CREATE TABLE delivery (
  message_id uuid NOT NULL,
  producer text NOT NULL,
  starts integer DEFAULT 1 NOT NULL,
  failures integer DEFAULT 0 NOT NULL,
  error_code text,
  finished_at timestamp with time zone,
  CONSTRAINT delivery_pkey PRIMARY KEY (message_id),
  CONSTRAINT delivery_fails_at_most_as_often_as_it_starts CHECK (failures >= 0 AND failures <= starts)
);
COMMENT ON TABLE delivery IS 'Tries at handling a received message; starts without a failure or an end are crashes.';
GRANT INSERT, SELECT, UPDATE ON delivery TO registration_rw;

CREATE TABLE division (
  code text COLLATE "C" NOT NULL,
  name text,
  level text NOT NULL,
  parent_code text COLLATE "C",
  valid daterange DEFAULT daterange(NULL::date, NULL::date) NOT NULL,
  status text NOT NULL,
  recorded_at timestamp with time zone NOT NULL,
  CONSTRAINT division_pkey PRIMARY KEY (code),
  CONSTRAINT division_code_has_twelve_digits CHECK (code ~ '^[1-8]\d{11}$'::text),
  CONSTRAINT division_confirmed_has_a_name CHECK (status = 'unconfirmed'::text OR name IS NOT NULL),
  CONSTRAINT division_level_is_known CHECK (level = ANY (ARRAY['province'::text, 'city'::text, 'county'::text, 'township'::text, 'village'::text])),
  CONSTRAINT division_only_provinces_have_no_parent CHECK ((level = 'province'::text) = (parent_code IS NULL)),
  CONSTRAINT division_status_is_known CHECK (status = ANY (ARRAY['confirmed'::text, 'unconfirmed'::text])),
  CONSTRAINT division_parent_code_fkey FOREIGN KEY (parent_code) REFERENCES division(code)
);
CREATE INDEX division_by_parent ON division USING btree (parent_code);
COMMENT ON TABLE division IS 'Administrative divisions by 12-digit statistical code. Codes met in an extract before any list of divisions named them are unconfirmed.';
COMMENT ON COLUMN division.valid IS 'When the code was in force; codes outlive the divisions they named, in identity numbers and in benefit histories.';
GRANT INSERT, SELECT, UPDATE ON division TO registration_rw;

CREATE TABLE household (
  id uuid NOT NULL,
  county_code text COLLATE "C" NOT NULL,
  household_no text COLLATE "C" NOT NULL,
  division_code text COLLATE "C" NOT NULL,
  household_type text,
  address text,
  recorded_at timestamp with time zone NOT NULL,
  CONSTRAINT household_pkey PRIMARY KEY (id),
  CONSTRAINT household_number_is_unique_in_its_county UNIQUE (county_code, household_no),
  CONSTRAINT household_type_is_known CHECK (household_type = ANY (ARRAY['urban'::text, 'rural'::text, 'unified'::text])),
  CONSTRAINT household_division_code_fkey FOREIGN KEY (division_code) REFERENCES division(code)
);
CREATE INDEX household_by_division ON household USING btree (division_code, id);
COMMENT ON TABLE household IS 'Households (户). Division, type and address are those of the head''s row.';
GRANT INSERT, MAINTAIN, SELECT, UPDATE ON household TO registration_rw;

CREATE TABLE import_batch (
  id uuid NOT NULL,
  file_name text NOT NULL,
  file_sha256 bytea NOT NULL,
  file_bytes bigint NOT NULL,
  encoding text NOT NULL,
  unknown_columns text[] NOT NULL,
  state text DEFAULT 'reading'::text NOT NULL,
  next_line integer NOT NULL,
  total integer DEFAULT 0 NOT NULL,
  accepted integer DEFAULT 0 NOT NULL,
  unchanged integer DEFAULT 0 NOT NULL,
  rejected integer DEFAULT 0 NOT NULL,
  warnings integer DEFAULT 0 NOT NULL,
  first_xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
  started_at timestamp with time zone NOT NULL,
  finished_at timestamp with time zone,
  CONSTRAINT import_batch_pkey PRIMARY KEY (id),
  CONSTRAINT import_batch_done_has_an_end CHECK ((state = 'done'::text) = (finished_at IS NOT NULL)),
  CONSTRAINT import_batch_sha256_has_32_bytes CHECK (length(file_sha256) = 32),
  CONSTRAINT import_batch_state_is_known CHECK (state = ANY (ARRAY['reading'::text, 'done'::text])),
  CONSTRAINT import_batch_totals_agree CHECK (total = (accepted + unchanged + rejected))
);
CREATE INDEX import_batch_by_file ON import_batch USING btree (file_sha256);
CREATE UNIQUE INDEX import_batch_one_unfinished_per_file ON import_batch USING btree (file_sha256) WHERE state <> 'done'::text;
COMMENT ON TABLE import_batch IS 'One reading of one registry extract, with its progress: what is committed up to next_line is never read again.';
COMMENT ON COLUMN import_batch.first_xid IS 'Every change of this batch has this or a later transaction id.';
GRANT INSERT, SELECT, UPDATE ON import_batch TO registration_rw;

CREATE TABLE import_reject (
  batch_id uuid NOT NULL,
  line integer NOT NULL,
  column_name text NOT NULL,
  code text NOT NULL,
  detail text,
  registry_person_id text,
  further text[] NOT NULL,
  CONSTRAINT import_reject_pkey PRIMARY KEY (batch_id, line),
  CONSTRAINT import_reject_batch_id_fkey FOREIGN KEY (batch_id) REFERENCES import_batch(id)
);
COMMENT ON TABLE import_reject IS 'Rows of an extract that did not go in, by line. Holds no identity number.';
GRANT INSERT, SELECT ON import_reject TO registration_rw;

CREATE TABLE import_warning (
  batch_id uuid NOT NULL,
  line integer NOT NULL,
  column_name text NOT NULL,
  code text NOT NULL,
  detail text,
  registry_person_id text,
  CONSTRAINT import_warning_batch_id_fkey FOREIGN KEY (batch_id) REFERENCES import_batch(id)
);
CREATE INDEX import_warning_by_line ON import_warning USING btree (batch_id, line);
COMMENT ON TABLE import_warning IS 'Remarks about rows that did go in. Holds no identity number.';
GRANT INSERT, SELECT ON import_warning TO registration_rw;

CREATE TABLE inbox (
  consumer text NOT NULL,
  message_id uuid NOT NULL,
  payload_hash bytea NOT NULL,
  at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT inbox_pkey PRIMARY KEY (consumer, message_id),
  CONSTRAINT inbox_payload_hash_is_sha256 CHECK (length(payload_hash) = 32)
);
COMMENT ON TABLE inbox IS 'Effects of messages, one row each, written together with the effect.';
GRANT INSERT, SELECT ON inbox TO registration_rw;

CREATE TABLE outbox (
  id uuid DEFAULT uuidv7() NOT NULL,
  queue text NOT NULL,
  name text NOT NULL,
  key text NOT NULL,
  payload jsonb NOT NULL,
  not_before timestamp with time zone,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  sends integer DEFAULT 0 NOT NULL,
  lease_until timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
  published_at timestamp with time zone,
  acked_at timestamp with time zone,
  quarantined_at timestamp with time zone,
  next_payload jsonb,
  next_not_before timestamp with time zone,
  CONSTRAINT outbox_pkey PRIMARY KEY (id),
  CONSTRAINT outbox_follow_up_only_once_sent CHECK (next_payload IS NULL OR sends > 0),
  CONSTRAINT outbox_is_sent_before_acked CHECK (acked_at IS NULL OR sends > 0),
  CONSTRAINT outbox_key_fits_the_queue CHECK (key <> ''::text AND POSITION((':'::text) IN (key)) = 0),
  CONSTRAINT outbox_payload_is_flat CHECK (jsonb_typeof(payload) = 'object'::text AND NOT payload @? '$.*?(@.type() == "object" || @.type() == "array")'::jsonpath),
  CONSTRAINT outbox_sends_counts_up CHECK (sends >= 0)
);
CREATE UNIQUE INDEX outbox_one_open_message_per_key ON outbox USING btree (queue, name, key) WHERE acked_at IS NULL;
CREATE INDEX outbox_open ON outbox USING btree (lease_until) WHERE acked_at IS NULL;
CREATE TRIGGER outbox_keep_promise BEFORE UPDATE ON outbox FOR EACH ROW EXECUTE FUNCTION outbox_keep_promise();
COMMENT ON TABLE outbox IS 'Messages this app has promised to send; a row is finished when its receiver has acknowledged it.';
COMMENT ON COLUMN outbox.id IS 'Message id, also the job id in the queue: sending twice makes one job.';
COMMENT ON COLUMN outbox.queue IS 'Queue of the receiving app.';
COMMENT ON COLUMN outbox.key IS 'What the message is about; of one job and key at most one message is unacknowledged.';
COMMENT ON COLUMN outbox.payload IS 'Ids only, never personal data; fixed once the message was sent.';
COMMENT ON COLUMN outbox.not_before IS 'Not to be sent before this business time; null is at once.';
COMMENT ON COLUMN outbox.lease_until IS 'No relay touches the row before: it is being sent, or was sent and awaits its acknowledgement.';
COMMENT ON COLUMN outbox.next_payload IS 'Planned again while already on its way: becomes a new message when this one is acknowledged.';
GRANT INSERT, SELECT, UPDATE ON outbox TO registration_rw;

CREATE TABLE person (
  id uuid DEFAULT uuidv7() NOT NULL,
  registry_person_id text COLLATE "C" NOT NULL,
  name text NOT NULL,
  name_match text COLLATE "C" NOT NULL,
  sex smallint NOT NULL,
  ethnicity text,
  id_type text,
  id_number_sealed bytea,
  id_number_key bytea,
  id_number_mask text,
  id_number_legacy_key bytea,
  id_number_shared boolean DEFAULT false NOT NULL,
  birth_certificate_sealed bytea,
  birth_certificate_key bytea,
  born date,
  died date,
  status smallint NOT NULL,
  household_id uuid,
  relation_to_head text,
  household_type text,
  division_code text COLLATE "C" NOT NULL,
  address text,
  father_key bytea,
  mother_key bytea,
  father_id uuid,
  mother_id uuid,
  marital_status text,
  moved_in_on date,
  moved_out_on date,
  source_updated_at timestamp with time zone NOT NULL,
  row_hash bytea NOT NULL,
  batch_id uuid NOT NULL,
  batch_line integer NOT NULL,
  recorded_at timestamp with time zone NOT NULL,
  changed_xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
  CONSTRAINT person_pkey PRIMARY KEY (id),
  CONSTRAINT person_registry_person_id_is_unique UNIQUE (registry_person_id),
  CONSTRAINT person_birth_certificate_is_sealed_and_indexed CHECK (num_nulls(birth_certificate_sealed, birth_certificate_key) = ANY (ARRAY[0, 2])),
  CONSTRAINT person_dies_after_birth CHECK (died >= born),
  CONSTRAINT person_ethnicity_is_short CHECK (char_length(ethnicity) <= 20),
  CONSTRAINT person_has_parents_by_key CHECK ((father_id IS NULL OR father_key IS NOT NULL) AND (mother_id IS NULL OR mother_key IS NOT NULL)),
  CONSTRAINT person_household_type_is_known CHECK (household_type = ANY (ARRAY['urban'::text, 'rural'::text, 'unified'::text])),
  CONSTRAINT person_id_number_is_sealed_indexed_and_masked CHECK (num_nulls(id_number_sealed, id_number_key, id_number_mask, id_type) = ANY (ARRAY[0, 4])),
  CONSTRAINT person_id_type_is_known CHECK (id_type = ANY (ARRAY['111'::text, 'HMT_RESIDENCE'::text, 'PERMANENT_RESIDENT'::text, 'HM_PASS'::text, 'TW_PASS'::text, 'PASSPORT'::text])),
  CONSTRAINT person_is_not_its_own_parent CHECK (father_id <> id AND mother_id <> id),
  CONSTRAINT person_keys_have_32_bytes CHECK (length(id_number_key) = 32 AND length(id_number_legacy_key) = 32 AND length(birth_certificate_key) = 32 AND length(father_key) = 32 AND length(mother_key) = 32 AND length(row_hash) = 32),
  CONSTRAINT person_marital_is_gb2261_2 CHECK (marital_status = ANY (ARRAY['10'::text, '20'::text, '21'::text, '22'::text, '23'::text, '30'::text, '40'::text, '90'::text])),
  CONSTRAINT person_moves_out_after_in CHECK (moved_out_on >= moved_in_on),
  CONSTRAINT person_name_has_1_to_50_characters CHECK (char_length(name) >= 1 AND char_length(name) <= 50),
  CONSTRAINT person_relation_is_gb4761 CHECK (relation_to_head ~ '^(0[12]|1[0-2]|[2-9]\d)$'::text),
  CONSTRAINT person_sex_is_gb2261_1 CHECK (sex = ANY (ARRAY[0, 1, 2, 9])),
  CONSTRAINT person_status_is_known CHECK (status = ANY (ARRAY[0, 1, 8, 9])),
  CONSTRAINT person_division_code_fkey FOREIGN KEY (division_code) REFERENCES division(code),
  CONSTRAINT person_household_id_fkey FOREIGN KEY (household_id) REFERENCES household(id)
);
CREATE INDEX person_awaits_father ON person USING btree (father_key) WHERE father_id IS NULL AND father_key IS NOT NULL;
CREATE INDEX person_awaits_mother ON person USING btree (mother_key) WHERE mother_id IS NULL AND mother_key IS NOT NULL;
CREATE INDEX person_by_birth_certificate ON person USING btree (birth_certificate_key) WHERE birth_certificate_key IS NOT NULL;
CREATE INDEX person_by_change ON person USING btree (changed_xid, id);
CREATE INDEX person_by_division ON person USING btree (division_code, id);
CREATE INDEX person_by_father ON person USING btree (father_id) WHERE father_id IS NOT NULL;
CREATE INDEX person_by_household ON person USING btree (household_id) WHERE household_id IS NOT NULL;
CREATE INDEX person_by_id_number ON person USING btree (id_number_key) WHERE id_number_key IS NOT NULL;
CREATE INDEX person_by_legacy_number ON person USING btree (id_number_legacy_key) WHERE id_number_legacy_key IS NOT NULL;
CREATE INDEX person_by_mother ON person USING btree (mother_id) WHERE mother_id IS NOT NULL;
CREATE INDEX person_by_name ON person USING btree (name_match, id);
CREATE INDEX person_shares_number ON person USING btree (id_number_key) WHERE id_number_shared;
CREATE TRIGGER person_keep_history AFTER UPDATE ON person REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION person_keep_history();
COMMENT ON TABLE person IS 'Persons as the registry last stated them. The key is ours: one identity number may, in history, be held by two persons (重号).';
COMMENT ON COLUMN person.name IS 'As given, in the characters given.';
COMMENT ON COLUMN person.name_match IS 'For comparing only: NFC, separator look-alikes as U+00B7, no blanks.';
COMMENT ON COLUMN person.id_number_sealed IS 'AES-256-GCM, bound to this table, column and row id; opened by a reasoned reveal only.';
COMMENT ON COLUMN person.id_number_key IS 'Keyed blind index of the normalised 18-character number.';
COMMENT ON COLUMN person.id_number_legacy_key IS 'Blind index of the 15-digit number, where the registry still states that one.';
COMMENT ON COLUMN person.father_key IS 'Blind index of the father''s number as stated; father_id follows once exactly one person with it is registered.';
COMMENT ON COLUMN person.source_updated_at IS 'The registry''s own time of the last change: a newer one wins.';
COMMENT ON COLUMN person.row_hash IS 'Keyed digest of the row as read, to tell a repeated row from a changed one.';
COMMENT ON COLUMN person.batch_id IS 'The import that wrote this version. Not a foreign key: it is checked once a batch, not once a row.';
COMMENT ON COLUMN person.changed_xid IS 'Transaction of the last change; with the id the position in the change feed.';
GRANT INSERT, MAINTAIN, SELECT, UPDATE ON person TO registration_rw;

CREATE TABLE person_history (
  id uuid NOT NULL,
  registry_person_id text COLLATE "C" NOT NULL,
  name text NOT NULL,
  name_match text COLLATE "C" NOT NULL,
  sex smallint NOT NULL,
  ethnicity text,
  id_type text,
  id_number_sealed bytea,
  id_number_key bytea,
  id_number_mask text,
  id_number_legacy_key bytea,
  birth_certificate_sealed bytea,
  birth_certificate_key bytea,
  born date,
  died date,
  status smallint NOT NULL,
  household_id uuid,
  relation_to_head text,
  household_type text,
  division_code text COLLATE "C" NOT NULL,
  address text,
  father_key bytea,
  mother_key bytea,
  marital_status text,
  moved_in_on date,
  moved_out_on date,
  source_updated_at timestamp with time zone NOT NULL,
  row_hash bytea NOT NULL,
  batch_id uuid NOT NULL,
  batch_line integer NOT NULL,
  recorded_at timestamp with time zone NOT NULL,
  recorded_until timestamp with time zone NOT NULL,
  replaced_by_batch_id uuid NOT NULL
);
CREATE INDEX person_history_by_person ON person_history USING btree (id, recorded_until);
CREATE INDEX person_history_by_registry_person_id ON person_history USING btree (registry_person_id);
COMMENT ON TABLE person_history IS 'What a person''s row was and until when: append-only, written by the trigger on person.';
GRANT SELECT ON person_history TO registration_rw;

CREATE TABLE quarantine (
  message_id uuid NOT NULL,
  producer text NOT NULL,
  queue text NOT NULL,
  name text NOT NULL,
  key text NOT NULL,
  payload jsonb NOT NULL,
  error_code text NOT NULL,
  failures integer NOT NULL,
  crashes integer NOT NULL,
  quarantined_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT quarantine_pkey PRIMARY KEY (message_id),
  CONSTRAINT quarantine_error_is_a_code CHECK (error_code ~ '^[A-Za-z0-9_]{1,60}$'::text)
);
COMMENT ON TABLE quarantine IS 'Messages given up on, with the error''s code and no personal data; the row goes when a person releases it.';
GRANT DELETE, INSERT, SELECT, UPDATE ON quarantine TO registration_rw;

CREATE OR REPLACE FUNCTION registration.outbox_keep_promise()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if old.acked_at is not null then
    raise exception 'An acknowledged message is history and cannot change.';
  end if;
  if old.sends > 0 and (new.queue, new.name, new.key, new.payload) is distinct from (old.queue, old.name, old.key, old.payload) then
    raise exception 'A message cannot change once it was sent; plan another.';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION registration.person_keep_history()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'registration'
AS $function$
begin
  insert into person_history (
    id, registry_person_id, name, name_match, sex, ethnicity, id_type, id_number_sealed, id_number_key, id_number_mask,
    id_number_legacy_key, birth_certificate_sealed, birth_certificate_key, born, died, status, household_id,
    relation_to_head, household_type, division_code, address, father_key, mother_key, marital_status, moved_in_on,
    moved_out_on, source_updated_at, row_hash, batch_id, batch_line, recorded_at, recorded_until, replaced_by_batch_id)
  select
    o.id, o.registry_person_id, o.name, o.name_match, o.sex, o.ethnicity, o.id_type, o.id_number_sealed, o.id_number_key,
    o.id_number_mask, o.id_number_legacy_key, o.birth_certificate_sealed, o.birth_certificate_key, o.born, o.died,
    o.status, o.household_id, o.relation_to_head, o.household_type, o.division_code, o.address, o.father_key,
    o.mother_key, o.marital_status, o.moved_in_on, o.moved_out_on, o.source_updated_at, o.row_hash, o.batch_id,
    o.batch_line, o.recorded_at, n.recorded_at, n.batch_id
  from old_rows o join new_rows n using (id)
  where o.row_hash <> n.row_hash;
  return null;
end $function$;

ALTER DEFAULT PRIVILEGES FOR ROLE registration_owner GRANT DELETE, INSERT, SELECT, UPDATE ON TABLES TO registration_rw;
ALTER DEFAULT PRIVILEGES FOR ROLE registration_owner GRANT SELECT, USAGE ON SEQUENCES TO registration_rw;
