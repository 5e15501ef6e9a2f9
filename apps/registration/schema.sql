-- Schema "registration", read back from a migrated database by "npm run generate". To change it, add a migration.

CREATE SEQUENCE certificate_serial AS bigint START 1 INCREMENT 1;

CREATE TABLE audit_checkpoint (
  size bigint NOT NULL,
  root bytea NOT NULL,
  note text NOT NULL,
  at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT audit_checkpoint_pkey PRIMARY KEY (size),
  CONSTRAINT audit_checkpoint_root_check CHECK (length(root) = 32),
  CONSTRAINT audit_checkpoint_size_check CHECK (size > 0)
);
CREATE TRIGGER audit_checkpoint_is_history BEFORE DELETE OR UPDATE OR TRUNCATE ON audit_checkpoint FOR EACH STATEMENT EXECUTE FUNCTION audit_is_history();
ALTER TABLE audit_checkpoint ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_checkpoint FORCE ROW LEVEL SECURITY;
CREATE POLICY audit_checkpoint_is_open ON audit_checkpoint AS PERMISSIVE FOR SELECT TO PUBLIC USING (( SELECT guard_open() AS guard_open));
CREATE POLICY audit_checkpoint_is_sealed_centrally ON audit_checkpoint AS PERMISSIVE FOR INSERT TO PUBLIC WITH CHECK (( SELECT guard_whole() AS guard_whole));
COMMENT ON TABLE audit_checkpoint IS 'The signed statement that the log of this schema has so many leaves and this root; others keep copies of it.';
GRANT INSERT (size, root, note), SELECT ON audit_checkpoint TO registration_rw;

CREATE TABLE audit_entry (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
  at timestamp with time zone DEFAULT now() NOT NULL,
  kind text NOT NULL,
  actor text DEFAULT guard_text('actor'::text) NOT NULL,
  operation text DEFAULT guard_text('operation'::text) NOT NULL,
  permission text DEFAULT guard_text('permission'::text) NOT NULL,
  purpose text DEFAULT guard_text('purpose'::text) NOT NULL,
  case_ref text DEFAULT guard_text('case'::text),
  request_id text DEFAULT guard_text('request'::text) NOT NULL,
  division text DEFAULT guard_text('division'::text),
  subject_type text,
  subjects uuid[] DEFAULT '{}'::uuid[] NOT NULL,
  fields text[] DEFAULT '{}'::text[] NOT NULL,
  code text,
  content bytea,
  CONSTRAINT audit_entry_pkey PRIMARY KEY (id),
  CONSTRAINT audit_entry_content_is_sha256 CHECK (length(content) = 32),
  CONSTRAINT audit_entry_decision_has_its_content CHECK ((kind = 'decided'::text) = (content IS NOT NULL)),
  CONSTRAINT audit_entry_kind_is_known CHECK (kind = ANY (ARRAY['read'::text, 'done'::text, 'refused'::text, 'decided'::text])),
  CONSTRAINT audit_entry_refusal_has_its_code CHECK ((kind = 'refused'::text) = (code IS NOT NULL)),
  CONSTRAINT audit_entry_subjects_have_a_type CHECK (subject_type IS NOT NULL OR subjects = '{}'::uuid[])
);
CREATE INDEX audit_entry_by_actor ON audit_entry USING btree (actor, operation, at);
CREATE INDEX audit_entry_by_decided ON audit_entry USING btree (subjects) WHERE kind = 'decided'::text;
CREATE INDEX audit_entry_by_subject ON audit_entry USING gin (subjects) WHERE kind <> 'decided'::text;
CREATE INDEX audit_entry_in_order ON audit_entry USING btree (xid, id);
CREATE TRIGGER audit_entry_is_history BEFORE DELETE OR UPDATE OR TRUNCATE ON audit_entry FOR EACH STATEMENT EXECUTE FUNCTION audit_is_history();
ALTER TABLE audit_entry ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_entry FORCE ROW LEVEL SECURITY;
CREATE POLICY audit_entry_for_its_functions ON audit_entry AS PERMISSIVE FOR SELECT TO registration_owner USING (true);
CREATE POLICY audit_entry_is_seen_from_above ON audit_entry AS PERMISSIVE FOR SELECT TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (division ^@ ( SELECT guard_from() AS guard_from)) OR (subjects && ( SELECT guard_family() AS guard_family))));
CREATE POLICY audit_entry_is_written_by_somebody ON audit_entry AS PERMISSIVE FOR INSERT TO PUBLIC WITH CHECK (( SELECT guard_open() AS guard_open));
COMMENT ON TABLE audit_entry IS 'One line for each kind of thing that a transaction read or changed, for each refusal and each decision: ids and names, never values. Append-only.';
COMMENT ON COLUMN audit_entry.xid IS 'Of the transaction that wrote it: entries are sealed in the order (xid, id) once no older transaction is running.';
COMMENT ON COLUMN audit_entry.operation IS 'Field of the graph, step of the command line or job.';
COMMENT ON COLUMN audit_entry.division IS 'How far the actor saw: leading digits, empty for everything, null for a citizen.';
COMMENT ON COLUMN audit_entry.fields IS 'Names of the fields that were asked for.';
COMMENT ON COLUMN audit_entry.content IS 'SHA-256 of the canonical text of a decision.';
GRANT INSERT (kind, subject_type, subjects, fields, code, content), SELECT ON audit_entry TO registration_rw;

CREATE TABLE audit_leaf (
  leaf_index bigint NOT NULL,
  entry_id bigint NOT NULL,
  hash bytea NOT NULL,
  CONSTRAINT audit_leaf_pkey PRIMARY KEY (leaf_index),
  CONSTRAINT audit_leaf_entry_id_key UNIQUE (entry_id),
  CONSTRAINT audit_leaf_hash_check CHECK (length(hash) = 32),
  CONSTRAINT audit_leaf_leaf_index_check CHECK (leaf_index >= 0)
);
CREATE TRIGGER audit_leaf_is_history BEFORE DELETE OR UPDATE OR TRUNCATE ON audit_leaf FOR EACH STATEMENT EXECUTE FUNCTION audit_is_history();
ALTER TABLE audit_leaf ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_leaf FORCE ROW LEVEL SECURITY;
CREATE POLICY audit_leaf_is_open ON audit_leaf AS PERMISSIVE FOR SELECT TO PUBLIC USING (( SELECT guard_open() AS guard_open));
CREATE POLICY audit_leaf_is_sealed_centrally ON audit_leaf AS PERMISSIVE FOR INSERT TO PUBLIC WITH CHECK (( SELECT guard_whole() AS guard_whole));
COMMENT ON TABLE audit_leaf IS 'Where an entry stands in the tree: SHA-256 of a zero byte and the canonical JSON (RFC 8785) of the entry.';
GRANT INSERT, SELECT ON audit_leaf TO registration_rw;

CREATE TABLE audit_node (
  level smallint NOT NULL,
  number bigint NOT NULL,
  hash bytea NOT NULL,
  CONSTRAINT audit_node_pkey PRIMARY KEY (level, number),
  CONSTRAINT audit_node_hash_check CHECK (length(hash) = 32),
  CONSTRAINT audit_node_level_check CHECK (level > 0),
  CONSTRAINT audit_node_number_check CHECK (number >= 0)
);
CREATE TRIGGER audit_node_is_history BEFORE DELETE OR UPDATE OR TRUNCATE ON audit_node FOR EACH STATEMENT EXECUTE FUNCTION audit_is_history();
ALTER TABLE audit_node ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_node FORCE ROW LEVEL SECURITY;
CREATE POLICY audit_node_is_open ON audit_node AS PERMISSIVE FOR SELECT TO PUBLIC USING (( SELECT guard_open() AS guard_open));
CREATE POLICY audit_node_is_sealed_centrally ON audit_node AS PERMISSIVE FOR INSERT TO PUBLIC WITH CHECK (( SELECT guard_whole() AS guard_whole));
COMMENT ON TABLE audit_node IS 'Roots of complete subtrees of 256 to the power of level leaves (RFC 6962): what the sealer needs to go on without reading every leaf.';
GRANT INSERT, SELECT ON audit_node TO registration_rw;

CREATE TABLE birth_notice (
  id uuid DEFAULT uuidv7() NOT NULL,
  agency text DEFAULT guard_text('actor'::text) NOT NULL,
  reference text NOT NULL,
  content_hash bytea NOT NULL,
  matter_id uuid NOT NULL,
  received_at timestamp with time zone NOT NULL,
  CONSTRAINT birth_notice_pkey PRIMARY KEY (id),
  CONSTRAINT birth_notice_is_taken_once UNIQUE (agency, reference),
  CONSTRAINT birth_notice_hash_has_32_bytes CHECK (length(content_hash) = 32),
  CONSTRAINT birth_notice_reference_is_short CHECK (char_length(reference) >= 1 AND char_length(reference) <= 64),
  CONSTRAINT birth_notice_matter_id_fkey FOREIGN KEY (matter_id) REFERENCES newborn_matter(id)
);
CREATE INDEX birth_notice_by_matter ON birth_notice USING btree (matter_id);
ALTER TABLE birth_notice ENABLE ROW LEVEL SECURITY;
ALTER TABLE birth_notice FORCE ROW LEVEL SECURITY;
CREATE POLICY birth_notice_of_matter ON birth_notice AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (agency = ( SELECT guard_text('actor'::text) AS guard_text)) OR (EXISTS ( SELECT
   FROM newborn_matter m
  WHERE (m.id = birth_notice.matter_id)))));
COMMENT ON TABLE birth_notice IS 'What a hospital told, by its own reference: the same again is answered the same, another content under it is refused.';
GRANT INSERT (reference, content_hash, matter_id, received_at), SELECT ON birth_notice TO registration_rw;

CREATE TABLE birth_registration (
  id uuid DEFAULT uuidv7() NOT NULL,
  division_code text COLLATE "C" NOT NULL,
  channel text NOT NULL,
  client_ref text NOT NULL,
  request_hash bytea NOT NULL,
  filed_by text DEFAULT guard_text('actor'::text) NOT NULL,
  owner text,
  state text NOT NULL,
  version integer DEFAULT 1 NOT NULL,
  notices smallint DEFAULT 0 NOT NULL,
  party_keys bytea[] NOT NULL,
  look text,
  received_on date NOT NULL,
  due_on date,
  registered_at timestamp with time zone,
  ended_at timestamp with time zone,
  told_where text,
  recorded_at timestamp with time zone NOT NULL,
  CONSTRAINT birth_registration_pkey PRIMARY KEY (id),
  CONSTRAINT birth_registration_is_filed_once UNIQUE (filed_by, client_ref),
  CONSTRAINT birth_registration_channel_is_known CHECK (channel = ANY (ARRAY['counter'::text, 'village'::text, 'online'::text])),
  CONSTRAINT birth_registration_client_ref_is_short CHECK (char_length(client_ref) >= 1 AND char_length(client_ref) <= 64),
  CONSTRAINT birth_registration_elsewhere_says_where CHECK (state <> 'elsewhere'::text OR told_where IS NOT NULL),
  CONSTRAINT birth_registration_end_has_its_moment CHECK ((state = ANY (ARRAY['elsewhere'::text, 'withdrawn'::text, 'cancelled'::text])) = (ended_at IS NOT NULL)),
  CONSTRAINT birth_registration_look_is_known CHECK (look = ANY (ARRAY['ANSWER_MISMATCH'::text, 'REGISTERED_ELSEWHERE'::text, 'SECOND_NOTICE'::text, 'TEXT_ASKS_MORE'::text])),
  CONSTRAINT birth_registration_registered_has_its_moment CHECK (state <> 'registered'::text OR registered_at IS NOT NULL),
  CONSTRAINT birth_registration_request_hash_is_sha256 CHECK (length(request_hash) = 32),
  CONSTRAINT birth_registration_state_is_known CHECK (state = ANY (ARRAY['submitted'::text, 'returned'::text, 'asking'::text, 'accepted'::text, 'registered'::text, 'elsewhere'::text, 'not-covered'::text, 'withdrawn'::text, 'cancelled'::text])),
  CONSTRAINT birth_registration_division_code_fkey FOREIGN KEY (division_code) REFERENCES division(code)
);
CREATE INDEX birth_registration_by_division ON birth_registration USING btree (division_code, id);
CREATE INDEX birth_registration_by_due ON birth_registration USING btree (COALESCE(due_on, '9999-12-31'::date), id);
CREATE INDEX birth_registration_by_party ON birth_registration USING gin (party_keys);
ALTER TABLE birth_registration ENABLE ROW LEVEL SECURITY;
ALTER TABLE birth_registration FORCE ROW LEVEL SECURITY;
CREATE POLICY birth_registration_in_division_or_own ON birth_registration AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (division_code ^@ ( SELECT guard_from() AS guard_from)) OR (( SELECT guard_key() AS guard_key) = ANY (party_keys))));
COMMENT ON TABLE birth_registration IS 'One birth registration as it stands; what it said before is in its versions, what happened in its actions.';
COMMENT ON COLUMN birth_registration.division_code IS 'The township, street or village that received it.';
COMMENT ON COLUMN birth_registration.owner IS 'The clerk asked first, who answers for it until another takes it over (首问负责).';
COMMENT ON COLUMN birth_registration.party_keys IS 'Blind indexes of the parties'' numbers: who of them signs in as a citizen sees it.';
COMMENT ON COLUMN birth_registration.look IS 'What a person has to look at; nothing is refused by itself.';
COMMENT ON COLUMN birth_registration.due_on IS 'Working-day deadline of the present state; null where none runs, or the calendar of that year is not published yet.';
COMMENT ON COLUMN birth_registration.told_where IS 'Where the birth is registered instead.';
GRANT INSERT, SELECT, UPDATE (division_code, owner, state, version, notices, party_keys, look, due_on, registered_at, ended_at, told_where) ON birth_registration TO registration_rw;

CREATE TABLE birth_registration_action (
  registration_id uuid NOT NULL,
  seq integer NOT NULL,
  kind text NOT NULL,
  from_state text NOT NULL,
  to_state text NOT NULL,
  version integer NOT NULL,
  items text[] DEFAULT '{}'::text[] NOT NULL,
  note text,
  actor text DEFAULT guard_text('actor'::text) NOT NULL,
  at timestamp with time zone NOT NULL,
  CONSTRAINT birth_registration_action_pkey PRIMARY KEY (registration_id, seq),
  CONSTRAINT birth_registration_action_kind_is_known CHECK (kind = ANY (ARRAY['file'::text, 'accept'::text, 'return'::text, 'ask-second-notice'::text, 'allow-second-notice'::text, 'decline-second-notice'::text, 'supplement'::text, 'record-birth'::text, 'correct'::text, 'ask-elsewhere'::text, 'answer-elsewhere'::text, 'go-on-without-answer'::text, 'register'::text, 'not-covered'::text, 'keep'::text, 'withdraw'::text, 'cancel'::text, 'take-over'::text])),
  CONSTRAINT birth_registration_action_note_is_short CHECK (char_length(note) >= 1 AND char_length(note) <= 400),
  CONSTRAINT birth_registration_action_from_state_to_state_fkey FOREIGN KEY (from_state, to_state) REFERENCES birth_registration_move(from_state, to_state),
  CONSTRAINT birth_registration_action_registration_id_fkey FOREIGN KEY (registration_id) REFERENCES birth_registration(id)
);
CREATE INDEX birth_registration_action_by_move ON birth_registration_action USING btree (from_state, to_state);
ALTER TABLE birth_registration_action ENABLE ROW LEVEL SECURITY;
ALTER TABLE birth_registration_action FORCE ROW LEVEL SECURITY;
CREATE POLICY birth_registration_action_follows ON birth_registration_action AS PERMISSIVE FOR ALL TO PUBLIC USING ((EXISTS ( SELECT
   FROM birth_registration r
  WHERE (r.id = birth_registration_action.registration_id)))) WITH CHECK (((actor = ( SELECT guard_text('actor'::text) AS guard_text)) AND (EXISTS ( SELECT
   FROM birth_registration r
  WHERE (r.id = birth_registration_action.registration_id)))));
COMMENT ON TABLE birth_registration_action IS 'Journal of a registration, append-only.';
COMMENT ON COLUMN birth_registration_action.items IS 'Codes: what is missing, what the text asks, what was answered.';
GRANT INSERT, SELECT ON birth_registration_action TO registration_rw;

CREATE TABLE birth_registration_child (
  id uuid DEFAULT uuidv7() NOT NULL,
  registration_id uuid NOT NULL,
  version integer NOT NULL,
  kind text NOT NULL,
  birth_order smallint NOT NULL,
  born_on date NOT NULL,
  sex smallint DEFAULT 0 NOT NULL,
  certificate_key bytea,
  certificate_mask text,
  is_joint boolean,
  is_adopted boolean,
  is_living boolean,
  is_before_marriage boolean,
  CONSTRAINT birth_registration_child_pkey PRIMARY KEY (id),
  CONSTRAINT birth_registration_child_is_listed_once UNIQUE (registration_id, version, kind, birth_order),
  CONSTRAINT birth_registration_child_certificate_is_indexed_and_masked CHECK (num_nulls(certificate_key, certificate_mask) = ANY (ARRAY[0, 2])),
  CONSTRAINT birth_registration_child_earlier_is_of_the_order_rule CHECK (kind = 'earlier'::text OR num_nonnulls(is_joint, is_adopted, is_living, is_before_marriage) = 0),
  CONSTRAINT birth_registration_child_kind_is_known CHECK (kind = ANY (ARRAY['born'::text, 'earlier'::text])),
  CONSTRAINT birth_registration_child_order_counts_from_one CHECK (birth_order >= 1 AND birth_order <= 20),
  CONSTRAINT birth_registration_child_sex_is_gb2261_1 CHECK (sex = ANY (ARRAY[0, 1, 2, 9])),
  CONSTRAINT birth_registration_child_registration_id_version_fkey FOREIGN KEY (registration_id, version) REFERENCES birth_registration_version(registration_id, version)
);
ALTER TABLE birth_registration_child ENABLE ROW LEVEL SECURITY;
ALTER TABLE birth_registration_child FORCE ROW LEVEL SECURITY;
CREATE POLICY birth_registration_child_follows ON birth_registration_child AS PERMISSIVE FOR ALL TO PUBLIC USING ((EXISTS ( SELECT
   FROM birth_registration r
  WHERE (r.id = birth_registration_child.registration_id))));
COMMENT ON TABLE birth_registration_child IS 'The children of this birth; earlier ones only where the region''s text counts them for this service.';
COMMENT ON COLUMN birth_registration_child.birth_order IS 'Among those of one birth, so that twins stay two; never a number over a family.';
GRANT INSERT, SELECT ON birth_registration_child TO registration_rw;

CREATE TABLE birth_registration_claimed (
  registration_id uuid NOT NULL,
  kind text NOT NULL,
  key bytea NOT NULL,
  span daterange,
  released_at timestamp with time zone,
  CONSTRAINT birth_registration_claimed_key_has_32_bytes CHECK (length(key) = 32),
  CONSTRAINT birth_registration_claimed_kind_is_known CHECK (kind = ANY (ARRAY['certificate'::text, 'day-and-order'::text, 'expected'::text])),
  CONSTRAINT birth_registration_claimed_span_is_of_the_unborn CHECK ((kind = 'expected'::text) = (span IS NOT NULL)),
  CONSTRAINT birth_registration_claimed_expected_once EXCLUDE USING gist (key WITH =, span WITH &&) WHERE (released_at IS NULL AND kind = 'expected'::text),
  CONSTRAINT birth_registration_claimed_registration_id_fkey FOREIGN KEY (registration_id) REFERENCES birth_registration(id)
);
CREATE UNIQUE INDEX birth_registration_claimed_born_once ON birth_registration_claimed USING btree (kind, key) WHERE released_at IS NULL AND kind <> 'expected'::text;
CREATE INDEX birth_registration_claimed_by_registration ON birth_registration_claimed USING btree (registration_id);
ALTER TABLE birth_registration_claimed ENABLE ROW LEVEL SECURITY;
ALTER TABLE birth_registration_claimed FORCE ROW LEVEL SECURITY;
CREATE POLICY birth_registration_claimed_follows ON birth_registration_claimed AS PERMISSIVE FOR ALL TO PUBLIC USING ((EXISTS ( SELECT
   FROM birth_registration r
  WHERE (r.id = birth_registration_claimed.registration_id))));
COMMENT ON TABLE birth_registration_claimed IS 'Which birth a live registration is about: by certificate, by mother, day and order, or by mother and expected month; one registration for a birth.';
GRANT INSERT, SELECT, UPDATE (released_at) ON birth_registration_claimed TO registration_rw;

CREATE TABLE birth_registration_commitment (
  registration_id uuid NOT NULL,
  version integer NOT NULL,
  facts text[] NOT NULL,
  text_version text NOT NULL,
  signed_by text NOT NULL,
  agent_name text,
  agent_relation text,
  signed_on date NOT NULL,
  CONSTRAINT birth_registration_commitment_pkey PRIMARY KEY (registration_id, version),
  CONSTRAINT birth_registration_commitment_agent_is_whole CHECK (num_nulls(agent_name, agent_relation) = ANY (ARRAY[0, 2])),
  CONSTRAINT birth_registration_commitment_is_about_something CHECK (cardinality(facts) > 0),
  CONSTRAINT birth_registration_commitment_is_signed_by_a_party CHECK (signed_by = ANY (ARRAY['mother'::text, 'father'::text])),
  CONSTRAINT birth_registration_commitment_registration_id_version_fkey FOREIGN KEY (registration_id, version) REFERENCES birth_registration_version(registration_id, version)
);
ALTER TABLE birth_registration_commitment ENABLE ROW LEVEL SECURITY;
ALTER TABLE birth_registration_commitment FORCE ROW LEVEL SECURITY;
CREATE POLICY birth_registration_commitment_follows ON birth_registration_commitment AS PERMISSIVE FOR ALL TO PUBLIC USING ((EXISTS ( SELECT
   FROM birth_registration r
  WHERE (r.id = birth_registration_commitment.registration_id))));
COMMENT ON TABLE birth_registration_commitment IS 'The signed letter that stands in for papers (告知承诺): which facts, which text, who signed, through whom.';
GRANT INSERT, SELECT ON birth_registration_commitment TO registration_rw;

CREATE TABLE birth_registration_move (
  from_state text NOT NULL,
  to_state text NOT NULL,
  CONSTRAINT birth_registration_move_pkey PRIMARY KEY (from_state, to_state)
);
ALTER TABLE birth_registration_move ENABLE ROW LEVEL SECURITY;
ALTER TABLE birth_registration_move FORCE ROW LEVEL SECURITY;
CREATE POLICY birth_registration_move_is_public ON birth_registration_move AS PERMISSIVE FOR ALL TO PUBLIC USING (( SELECT guard_open() AS guard_open));
COMMENT ON TABLE birth_registration_move IS 'Every move there is: the same table as birth-registration.state.ts. A move to itself is a change within a state.';
GRANT SELECT ON birth_registration_move TO registration_rw;

CREATE TABLE birth_registration_parameter (
  region text COLLATE "C" NOT NULL,
  name text NOT NULL,
  value text NOT NULL,
  valid daterange NOT NULL,
  source text NOT NULL,
  CONSTRAINT birth_registration_parameter_has_a_source CHECK (source <> ''::text),
  CONSTRAINT birth_registration_parameter_is_known CHECK (name = ANY (ARRAY['who-may-register'::text, 'places'::text, 'residence-months'::text, 'make-up'::text, 'order-rule'::text, 'earlier-children'::text, 'marital-status'::text, 'ask-elsewhere-first'::text, 'commitment-replaces'::text, 'shared-papers'::text, 'notice-working-days'::text, 'decide-working-days'::text, 'elsewhere-working-days'::text, 'verification-address'::text, 'registry-silence'::text, 'registry-working-days'::text])),
  CONSTRAINT birth_registration_parameter_region_is_a_code CHECK (region = 'CN'::text OR region ~ '^[1-8]\d(\d{2}){0,2}$'::text),
  CONSTRAINT birth_registration_parameter_has_one_value_a_day EXCLUDE USING gist (region WITH =, name WITH =, valid WITH &&)
);
ALTER TABLE birth_registration_parameter ENABLE ROW LEVEL SECURITY;
ALTER TABLE birth_registration_parameter FORCE ROW LEVEL SECURITY;
CREATE POLICY birth_registration_parameter_is_public ON birth_registration_parameter AS PERMISSIVE FOR ALL TO PUBLIC USING (( SELECT guard_open() AS guard_open));
COMMENT ON TABLE birth_registration_parameter IS 'What a region''s text says of this service, by days; CN is what holds where no text says otherwise.';
GRANT SELECT ON birth_registration_parameter TO registration_rw;

CREATE TABLE birth_registration_party (
  id uuid NOT NULL,
  registration_id uuid NOT NULL,
  version integer NOT NULL,
  role text NOT NULL,
  person_id uuid,
  name text NOT NULL,
  id_type text,
  id_number_sealed bytea,
  id_number_key bytea,
  id_number_mask text,
  hukou_code text COLLATE "C",
  residence_code text COLLATE "C",
  resident_since date,
  has_permit boolean,
  marital_status text,
  CONSTRAINT birth_registration_party_pkey PRIMARY KEY (id),
  CONSTRAINT birth_registration_party_has_one_of_each_role UNIQUE (registration_id, version, role),
  CONSTRAINT birth_registration_party_is_registered_or_described CHECK (person_id IS NOT NULL OR id_number_sealed IS NOT NULL),
  CONSTRAINT birth_registration_party_key_has_32_bytes CHECK (length(id_number_key) = 32),
  CONSTRAINT birth_registration_party_marital_is_gb2261_2 CHECK (marital_status = ANY (ARRAY['10'::text, '20'::text, '21'::text, '22'::text, '23'::text, '30'::text, '40'::text, '90'::text])),
  CONSTRAINT birth_registration_party_name_has_1_to_50_characters CHECK (char_length(name) >= 1 AND char_length(name) <= 50),
  CONSTRAINT birth_registration_party_role_is_known CHECK (role = ANY (ARRAY['mother'::text, 'father'::text])),
  CONSTRAINT birth_registration_party_seal_has_its_index CHECK (id_number_sealed IS NULL OR id_number_key IS NOT NULL AND id_number_mask IS NOT NULL AND id_type IS NOT NULL),
  CONSTRAINT birth_registration_party_person_id_fkey FOREIGN KEY (person_id) REFERENCES person(id),
  CONSTRAINT birth_registration_party_registration_id_version_fkey FOREIGN KEY (registration_id, version) REFERENCES birth_registration_version(registration_id, version)
);
CREATE INDEX birth_registration_party_by_person ON birth_registration_party USING btree (person_id) WHERE person_id IS NOT NULL;
ALTER TABLE birth_registration_party ENABLE ROW LEVEL SECURITY;
ALTER TABLE birth_registration_party FORCE ROW LEVEL SECURITY;
CREATE POLICY birth_registration_party_follows ON birth_registration_party AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (EXISTS ( SELECT
   FROM birth_registration r
  WHERE (r.id = birth_registration_party.registration_id)))));
COMMENT ON TABLE birth_registration_party IS 'A parent in one version of a registration: a registered person, or somebody described by name and sealed number.';
COMMENT ON COLUMN birth_registration_party.marital_status IS 'Only where the region''s text of this service asks for it.';
GRANT INSERT, SELECT ON birth_registration_party TO registration_rw;

CREATE TABLE birth_registration_version (
  registration_id uuid NOT NULL,
  version integer NOT NULL,
  expected_month date,
  child_count smallint NOT NULL,
  declared_code text COLLATE "C",
  reason text,
  judged text[] NOT NULL,
  recorded_by text DEFAULT guard_text('actor'::text) NOT NULL,
  recorded_at timestamp with time zone NOT NULL,
  CONSTRAINT birth_registration_version_pkey PRIMARY KEY (registration_id, version),
  CONSTRAINT birth_registration_version_counts_from_one CHECK (version >= 1),
  CONSTRAINT birth_registration_version_is_before_or_after_birth CHECK ((expected_month IS NULL) = (child_count > 0)),
  CONSTRAINT birth_registration_version_later_ones_have_a_reason CHECK (version = 1 OR reason IS NOT NULL),
  CONSTRAINT birth_registration_version_month_is_its_first_day CHECK (EXTRACT(day FROM expected_month) = 1::numeric),
  CONSTRAINT birth_registration_version_registration_id_fkey FOREIGN KEY (registration_id) REFERENCES birth_registration(id)
);
ALTER TABLE birth_registration_version ENABLE ROW LEVEL SECURITY;
ALTER TABLE birth_registration_version FORCE ROW LEVEL SECURITY;
CREATE POLICY birth_registration_version_follows ON birth_registration_version AS PERMISSIVE FOR ALL TO PUBLIC USING ((EXISTS ( SELECT
   FROM birth_registration r
  WHERE (r.id = birth_registration_version.registration_id)))) WITH CHECK (((recorded_by = ( SELECT guard_text('actor'::text) AS guard_text)) AND (EXISTS ( SELECT
   FROM birth_registration r
  WHERE (r.id = birth_registration_version.registration_id)))));
COMMENT ON TABLE birth_registration_version IS 'What a registration said from some moment on; corrected by a new version, never changed.';
COMMENT ON COLUMN birth_registration_version.declared_code IS 'Division where the parties say it may be registered already.';
COMMENT ON COLUMN birth_registration_version.judged IS 'Codes of what the region''s text asks and a person had to look at; empty almost everywhere.';
GRANT INSERT, SELECT ON birth_registration_version TO registration_rw;

CREATE TABLE certificate (
  id uuid DEFAULT uuidv7() NOT NULL,
  number text COLLATE "C" NOT NULL,
  office_code text COLLATE "C" NOT NULL,
  scheme_id uuid,
  fits_scheme boolean NOT NULL,
  issued_on date NOT NULL,
  child_name text NOT NULL,
  child_born date NOT NULL,
  grade text NOT NULL,
  source_ref text NOT NULL,
  state text DEFAULT 'valid'::text NOT NULL,
  events integer DEFAULT 0 NOT NULL,
  cancel_from date,
  cancelled_on date,
  replaces_id uuid,
  row_hash bytea NOT NULL,
  recorded_by text DEFAULT guard_text('actor'::text) NOT NULL,
  recorded_at timestamp with time zone NOT NULL,
  CONSTRAINT certificate_pkey PRIMARY KEY (id),
  CONSTRAINT certificate_is_replaced_once UNIQUE (replaces_id),
  CONSTRAINT certificate_number_is_unique_in_its_office UNIQUE (office_code, number),
  CONSTRAINT certificate_cancelled_has_its_day CHECK ((state = 'cancelled'::text) = (cancelled_on IS NOT NULL)),
  CONSTRAINT certificate_child_has_a_name CHECK (char_length(child_name) >= 1 AND char_length(child_name) <= 50),
  CONSTRAINT certificate_follows_the_birth CHECK (issued_on >= child_born),
  CONSTRAINT certificate_grade_is_known CHECK (grade = ANY (ARRAY['ledger'::text, 'archive'::text, 'card'::text, 'declared'::text])),
  CONSTRAINT certificate_hash_has_32_bytes CHECK (length(row_hash) = 32),
  CONSTRAINT certificate_number_is_short CHECK (char_length(number) >= 1 AND char_length(number) <= 40),
  CONSTRAINT certificate_only_for_the_one_child_period CHECK (child_born < '2016-01-01'::date),
  CONSTRAINT certificate_office_code_fkey FOREIGN KEY (office_code) REFERENCES division(code),
  CONSTRAINT certificate_replaces_id_fkey FOREIGN KEY (replaces_id) REFERENCES certificate(id),
  CONSTRAINT certificate_scheme_id_fkey FOREIGN KEY (scheme_id) REFERENCES certificate_scheme(id),
  CONSTRAINT certificate_state_fkey FOREIGN KEY (state) REFERENCES certificate_state(state)
);
CREATE INDEX certificate_by_number ON certificate USING btree (number);
CREATE INDEX certificate_by_office ON certificate USING btree (office_code, id);
CREATE INDEX certificate_by_scheme ON certificate USING btree (scheme_id);
ALTER TABLE certificate ENABLE ROW LEVEL SECURITY;
ALTER TABLE certificate FORCE ROW LEVEL SECURITY;
CREATE POLICY certificate_in_division ON certificate AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (office_code ^@ ( SELECT guard_from() AS guard_from)) OR (EXISTS ( SELECT
   FROM certificate_holder h
  WHERE ((h.certificate_id = certificate.id) AND (h.number_key = ( SELECT guard_key() AS guard_key)))))));
COMMENT ON TABLE certificate IS 'Certificates as their office''s ledger has them, or as replaced here. Carries rights from issued_on until cancelled_on; what was paid until then stays.';
COMMENT ON COLUMN certificate.grade IS 'Where it is known from: the office''s own ledger, an archive''s copy, a card that was seen, or somebody''s word.';
GRANT INSERT (id, number, office_code, scheme_id, fits_scheme, issued_on, child_name, child_born, grade, source_ref, replaces_id, row_hash, recorded_at), SELECT, UPDATE (scheme_id, fits_scheme) ON certificate TO registration_rw;

CREATE TABLE certificate_event (
  certificate_id uuid NOT NULL,
  seq integer NOT NULL,
  from_state text NOT NULL,
  to_state text NOT NULL,
  actor text DEFAULT guard_text('actor'::text) NOT NULL,
  reason text NOT NULL,
  effective_on date,
  at timestamp with time zone NOT NULL,
  CONSTRAINT certificate_event_pkey PRIMARY KEY (certificate_id, seq),
  CONSTRAINT certificate_event_cancels_on_a_day CHECK (to_state <> 'cancelled'::text OR effective_on IS NOT NULL),
  CONSTRAINT certificate_event_counts_from_one CHECK (seq > 0),
  CONSTRAINT certificate_event_certificate_id_fkey FOREIGN KEY (certificate_id) REFERENCES certificate(id),
  CONSTRAINT certificate_event_moves_as_the_table_says FOREIGN KEY (from_state, to_state) REFERENCES certificate_state_move(from_state, to_state)
);
CREATE INDEX certificate_event_by_move ON certificate_event USING btree (from_state, to_state);
CREATE TRIGGER certificate_event_applies AFTER INSERT ON certificate_event REFERENCING NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION certificate_event_applies();
ALTER TABLE certificate_event ENABLE ROW LEVEL SECURITY;
ALTER TABLE certificate_event FORCE ROW LEVEL SECURITY;
CREATE POLICY certificate_event_of_certificate ON certificate_event AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (EXISTS ( SELECT
   FROM certificate c
  WHERE (c.id = certificate_event.certificate_id))))) WITH CHECK ((actor = ( SELECT guard_text('actor'::text) AS guard_text)));
COMMENT ON TABLE certificate_event IS 'The history of every certificate; append-only.';
GRANT INSERT (certificate_id, seq, from_state, to_state, reason, effective_on, at), SELECT ON certificate_event TO registration_rw;

CREATE TABLE certificate_holder (
  id uuid DEFAULT uuidv7() NOT NULL,
  certificate_id uuid NOT NULL,
  role text NOT NULL,
  office_code text COLLATE "C" NOT NULL,
  person_id uuid,
  name text NOT NULL,
  number_sealed bytea,
  number_key bytea,
  number_mask text,
  wished_on date,
  wished_by text,
  CONSTRAINT certificate_holder_pkey PRIMARY KEY (id),
  CONSTRAINT certificate_holder_is_named_once UNIQUE (certificate_id, role),
  CONSTRAINT certificate_holder_key_has_32_bytes CHECK (length(number_key) = 32),
  CONSTRAINT certificate_holder_name_has_1_to_50_characters CHECK (char_length(name) >= 1 AND char_length(name) <= 50),
  CONSTRAINT certificate_holder_number_is_sealed_indexed_and_masked CHECK (num_nulls(number_sealed, number_key, number_mask) = ANY (ARRAY[0, 3])),
  CONSTRAINT certificate_holder_role_is_known CHECK (role = ANY (ARRAY['mother'::text, 'father'::text])),
  CONSTRAINT certificate_holder_wish_is_somebodys CHECK ((wished_on IS NULL) = (wished_by IS NULL)),
  CONSTRAINT certificate_holder_certificate_id_fkey FOREIGN KEY (certificate_id) REFERENCES certificate(id),
  CONSTRAINT certificate_holder_office_code_fkey FOREIGN KEY (office_code) REFERENCES division(code),
  CONSTRAINT certificate_holder_person_id_fkey FOREIGN KEY (person_id) REFERENCES person(id)
);
CREATE INDEX certificate_holder_by_number ON certificate_holder USING btree (number_key) WHERE number_key IS NOT NULL;
CREATE INDEX certificate_holder_by_office ON certificate_holder USING btree (office_code);
CREATE INDEX certificate_holder_by_person ON certificate_holder USING btree (person_id) WHERE person_id IS NOT NULL;
ALTER TABLE certificate_holder ENABLE ROW LEVEL SECURITY;
ALTER TABLE certificate_holder FORCE ROW LEVEL SECURITY;
CREATE POLICY certificate_holder_in_division ON certificate_holder AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (office_code ^@ ( SELECT guard_from() AS guard_from)) OR (number_key = ( SELECT guard_key() AS guard_key))));
COMMENT ON TABLE certificate_holder IS 'The couple, or the single parent, that a certificate was given to; and whether they wish it cancelled.';
GRANT INSERT, SELECT, UPDATE (person_id, wished_on, wished_by) ON certificate_holder TO registration_rw;

CREATE TABLE certificate_reject (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  file_sha256 bytea NOT NULL,
  line integer NOT NULL,
  column_name text NOT NULL,
  code text NOT NULL,
  is_warning boolean NOT NULL,
  at timestamp with time zone NOT NULL,
  CONSTRAINT certificate_reject_pkey PRIMARY KEY (id)
);
CREATE INDEX certificate_reject_by_file ON certificate_reject USING btree (file_sha256, line);
ALTER TABLE certificate_reject ENABLE ROW LEVEL SECURITY;
ALTER TABLE certificate_reject FORCE ROW LEVEL SECURITY;
CREATE POLICY certificate_reject_for_officers ON certificate_reject AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_from() AS guard_from) IS NOT NULL));
COMMENT ON TABLE certificate_reject IS 'Rows of ledgers that did not go in, and remarks about rows that did. Names nobody.';
GRANT INSERT, SELECT ON certificate_reject TO registration_rw;

CREATE TABLE certificate_scheme (
  id uuid DEFAULT uuidv7() NOT NULL,
  region text COLLATE "C" NOT NULL,
  office text NOT NULL,
  pattern text NOT NULL,
  template text,
  valid daterange NOT NULL,
  source text NOT NULL,
  status text NOT NULL,
  CONSTRAINT certificate_scheme_pkey PRIMARY KEY (id),
  CONSTRAINT certificate_scheme_has_a_source CHECK (source <> ''::text),
  CONSTRAINT certificate_scheme_region_is_a_prefix CHECK (region ~ '^(\d{2}|\d{4}|\d{6})?$'::text),
  CONSTRAINT certificate_scheme_status_is_known CHECK (status = ANY (ARRAY['confirmed'::text, 'assumed'::text])),
  CONSTRAINT certificate_scheme_template_makes_numbers CHECK (template ~~ '%{serial}%'::text),
  CONSTRAINT certificate_scheme_holds_once EXCLUDE USING gist (region WITH =, valid WITH &&)
);
ALTER TABLE certificate_scheme ENABLE ROW LEVEL SECURITY;
ALTER TABLE certificate_scheme FORCE ROW LEVEL SECURITY;
CREATE POLICY certificate_scheme_is_public ON certificate_scheme AS PERMISSIVE FOR SELECT TO PUBLIC USING (true);
COMMENT ON TABLE certificate_scheme IS 'How the certificates of an issuing office were numbered from when to when. The longest region that matches decides.';
COMMENT ON COLUMN certificate_scheme.template IS 'How replacements are numbered, with {office}, {year} and {serial}; null where none are made any more.';
GRANT SELECT ON certificate_scheme TO registration_rw;

CREATE TABLE certificate_state (
  state text NOT NULL,
  is_valid boolean NOT NULL,
  CONSTRAINT certificate_state_pkey PRIMARY KEY (state)
);
ALTER TABLE certificate_state ENABLE ROW LEVEL SECURITY;
ALTER TABLE certificate_state FORCE ROW LEVEL SECURITY;
CREATE POLICY certificate_state_is_public ON certificate_state AS PERMISSIVE FOR SELECT TO PUBLIC USING (true);
COMMENT ON TABLE certificate_state IS 'Where a certificate can stand, and whether it carries rights there (certificate.state.ts, mirrored).';
GRANT SELECT ON certificate_state TO registration_rw;

CREATE TABLE certificate_state_move (
  from_state text NOT NULL,
  to_state text NOT NULL,
  CONSTRAINT certificate_state_move_pkey PRIMARY KEY (from_state, to_state),
  CONSTRAINT certificate_state_move_from_state_fkey FOREIGN KEY (from_state) REFERENCES certificate_state(state),
  CONSTRAINT certificate_state_move_to_state_fkey FOREIGN KEY (to_state) REFERENCES certificate_state(state)
);
CREATE INDEX certificate_state_move_by_end ON certificate_state_move USING btree (to_state);
ALTER TABLE certificate_state_move ENABLE ROW LEVEL SECURITY;
ALTER TABLE certificate_state_move FORCE ROW LEVEL SECURITY;
CREATE POLICY certificate_state_move_is_public ON certificate_state_move AS PERMISSIVE FOR SELECT TO PUBLIC USING (true);
COMMENT ON TABLE certificate_state_move IS 'Every move of a certificate there is (certificate.state.ts, mirrored); what is not listed cannot happen.';
GRANT SELECT ON certificate_state_move TO registration_rw;

CREATE TABLE change (
  id uuid NOT NULL,
  kind text NOT NULL,
  basis text NOT NULL,
  source_ref text,
  reason text NOT NULL,
  persons uuid[] NOT NULL,
  households uuid[] DEFAULT '{}'::uuid[] NOT NULL,
  before jsonb DEFAULT '{}'::jsonb NOT NULL,
  undoes uuid,
  batch_id uuid,
  actor text DEFAULT guard_text('actor'::text) NOT NULL,
  at timestamp with time zone NOT NULL,
  CONSTRAINT change_pkey PRIMARY KEY (id),
  CONSTRAINT change_basis_is_known CHECK (basis = ANY (ARRAY['registry'::text, 'court'::text, 'agency'::text, 'document'::text, 'declared'::text])),
  CONSTRAINT change_is_about_somebody CHECK (persons <> '{}'::uuid[] OR households <> '{}'::uuid[] OR kind = 'registry'::text),
  CONSTRAINT change_kind_is_known CHECK (kind = ANY (ARRAY['registry'::text, 'newborn'::text, 'correction'::text, 'identity'::text, 'kinship'::text, 'kinship-end'::text, 'marriage'::text, 'marriage-end'::text, 'death'::text, 'death-reversal'::text, 'move'::text, 'household'::text, 'household-split'::text, 'household-merge'::text, 'head'::text, 'merge'::text, 'split'::text, 'investigation'::text, 'undo'::text])),
  CONSTRAINT change_reason_is_given CHECK (char_length(reason) >= 2 AND char_length(reason) <= 400),
  CONSTRAINT change_source_is_short CHECK (char_length(source_ref) <= 120),
  CONSTRAINT change_undoes_one CHECK ((kind = 'undo'::text) = (undoes IS NOT NULL)),
  CONSTRAINT change_undoes_fkey FOREIGN KEY (undoes) REFERENCES change(id)
);
CREATE INDEX change_by_household ON change USING gin (households);
CREATE INDEX change_by_person ON change USING gin (persons);
CREATE UNIQUE INDEX change_is_undone_once ON change USING btree (undoes) WHERE undoes IS NOT NULL;
ALTER TABLE change ENABLE ROW LEVEL SECURITY;
ALTER TABLE change FORCE ROW LEVEL SECURITY;
CREATE POLICY change_by_its_actor ON change AS PERMISSIVE FOR INSERT TO PUBLIC WITH CHECK (((actor = ( SELECT guard_text('actor'::text) AS guard_text)) AND ( SELECT guard_open() AS guard_open)));
CREATE POLICY change_of_person ON change AS PERMISSIVE FOR SELECT TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (EXISTS ( SELECT
   FROM person p
  WHERE (p.id = ANY (change.persons)))) OR (EXISTS ( SELECT
   FROM household h
  WHERE (h.id = ANY (change.households))))));
COMMENT ON TABLE change IS 'Every governed change of the register, and one row for each registry import: who, when, why and on what evidence. Append-only.';
COMMENT ON COLUMN change.basis IS 'Grade of the evidence: the household registry, a court, another agency, a paper that was seen, the person''s own word.';
COMMENT ON COLUMN change.source_ref IS 'Number of the paper, judgment, message or event; no personal data.';
COMMENT ON COLUMN change.before IS 'What a correction of name, sex or day of birth replaced, for its undo.';
COMMENT ON COLUMN change.at IS 'When it was recorded, by the clock of the installation.';
GRANT INSERT, SELECT ON change TO registration_rw;

CREATE TABLE context_key (
  is_only boolean DEFAULT true NOT NULL,
  inner_pad bytea NOT NULL,
  outer_pad bytea NOT NULL,
  CONSTRAINT context_key_pkey PRIMARY KEY (is_only),
  CONSTRAINT context_key_inner_pad_check CHECK (length(inner_pad) = 64),
  CONSTRAINT context_key_is_only_check CHECK (is_only),
  CONSTRAINT context_key_outer_pad_check CHECK (length(outer_pad) = 64)
);
ALTER TABLE context_key ENABLE ROW LEVEL SECURITY;
ALTER TABLE context_key FORCE ROW LEVEL SECURITY;
CREATE POLICY context_key_for_the_check ON context_key AS PERMISSIVE FOR ALL TO registration_owner USING (true);
COMMENT ON TABLE context_key IS 'The two blocks of the HMAC key that contexts are signed with; set by migrate(), read by guard_claims() only.';

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
ALTER TABLE delivery ENABLE ROW LEVEL SECURITY;
ALTER TABLE delivery FORCE ROW LEVEL SECURITY;
CREATE POLICY delivery_in_any_context ON delivery AS PERMISSIVE FOR ALL TO PUBLIC USING (( SELECT guard_open() AS guard_open));
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
ALTER TABLE division ENABLE ROW LEVEL SECURITY;
ALTER TABLE division FORCE ROW LEVEL SECURITY;
CREATE POLICY division_is_public ON division AS PERMISSIVE FOR SELECT TO PUBLIC USING (true);
CREATE POLICY division_needs_a_context ON division AS PERMISSIVE FOR ALL TO PUBLIC USING (( SELECT guard_open() AS guard_open)) WITH CHECK (( SELECT guard_open() AS guard_open));
COMMENT ON TABLE division IS 'Administrative divisions by 12-digit statistical code. Codes met in an extract before any list of divisions named them are unconfirmed.';
COMMENT ON COLUMN division.valid IS 'When the code was in force; codes outlive the divisions they named, in identity numbers and in benefit histories.';
GRANT INSERT, SELECT, UPDATE ON division TO registration_rw;

CREATE TABLE division_succession (
  id uuid DEFAULT uuidv7() NOT NULL,
  old_code text COLLATE "C" NOT NULL,
  new_code text COLLATE "C" NOT NULL,
  kind text NOT NULL,
  on_day date NOT NULL,
  source text NOT NULL,
  is_old_kept boolean DEFAULT false NOT NULL,
  recorded_at timestamp with time zone NOT NULL,
  CONSTRAINT division_succession_pkey PRIMARY KEY (id),
  CONSTRAINT division_succession_is_listed_once UNIQUE (old_code, new_code),
  CONSTRAINT division_succession_has_a_source CHECK (char_length(source) >= 2 AND char_length(source) <= 200),
  CONSTRAINT division_succession_keeps_old_only_in_a_split CHECK (NOT is_old_kept OR kind = 'split'::text),
  CONSTRAINT division_succession_kind_is_known CHECK (kind = ANY (ARRAY['merged'::text, 'renamed'::text, 'split'::text, 'recoded'::text])),
  CONSTRAINT division_succession_leads_elsewhere CHECK (old_code <> new_code),
  CONSTRAINT division_succession_new_code_fkey FOREIGN KEY (new_code) REFERENCES division(code),
  CONSTRAINT division_succession_old_code_fkey FOREIGN KEY (old_code) REFERENCES division(code)
);
CREATE INDEX division_succession_by_new ON division_succession USING btree (new_code);
CREATE UNIQUE INDEX division_succession_has_one_heir ON division_succession USING btree (old_code) WHERE kind <> 'split'::text;
CREATE TRIGGER division_succession_makes_no_circle BEFORE INSERT ON division_succession FOR EACH ROW EXECUTE FUNCTION division_succession_makes_no_circle();
ALTER TABLE division_succession ENABLE ROW LEVEL SECURITY;
ALTER TABLE division_succession FORCE ROW LEVEL SECURITY;
CREATE POLICY division_succession_is_public ON division_succession AS PERMISSIVE FOR SELECT TO PUBLIC USING (true);
CREATE POLICY division_succession_is_recorded_centrally ON division_succession AS PERMISSIVE FOR INSERT TO PUBLIC WITH CHECK (( SELECT guard_whole() AS guard_whole));
COMMENT ON TABLE division_succession IS 'Which division followed which, from what day on and by what document. Append-only.';
COMMENT ON COLUMN division_succession.is_old_kept IS 'A part was split off and the old division goes on.';
GRANT INSERT, SELECT ON division_succession TO registration_rw;

CREATE TABLE duplicate_pair (
  id uuid DEFAULT uuidv7() NOT NULL,
  person_a uuid NOT NULL,
  person_b uuid NOT NULL,
  division_a text COLLATE "C" NOT NULL,
  division_b text COLLATE "C" NOT NULL,
  division_code text COLLATE "C" NOT NULL,
  score integer NOT NULL,
  verdict text NOT NULL,
  levels text[] NOT NULL,
  state text DEFAULT 'open'::text NOT NULL,
  kept_id uuid,
  change_id uuid,
  found_at timestamp with time zone NOT NULL,
  seen_at timestamp with time zone NOT NULL,
  closed_at timestamp with time zone,
  CONSTRAINT duplicate_pair_pkey PRIMARY KEY (id),
  CONSTRAINT duplicate_pair_is_listed_once UNIQUE (person_a, person_b),
  CONSTRAINT duplicate_pair_closed_has_a_time CHECK ((state = 'open'::text) = (closed_at IS NULL)),
  CONSTRAINT duplicate_pair_is_ordered CHECK (person_a < person_b),
  CONSTRAINT duplicate_pair_merged_says_into_whom CHECK ((state = 'merged'::text) = (kept_id IS NOT NULL) AND (kept_id IS NULL OR kept_id = person_a OR kept_id = person_b)),
  CONSTRAINT duplicate_pair_state_is_known CHECK (state = ANY (ARRAY['open'::text, 'not-same'::text, 'merged'::text, 'gone'::text])),
  CONSTRAINT duplicate_pair_verdict_is_known CHECK (verdict = ANY (ARRAY['certain'::text, 'look'::text])),
  CONSTRAINT duplicate_pair_kept_id_fkey FOREIGN KEY (kept_id) REFERENCES person(id),
  CONSTRAINT duplicate_pair_person_a_fkey FOREIGN KEY (person_a) REFERENCES person(id),
  CONSTRAINT duplicate_pair_person_b_fkey FOREIGN KEY (person_b) REFERENCES person(id)
);
CREATE INDEX duplicate_pair_by_division ON duplicate_pair USING btree (division_code, id);
CREATE INDEX duplicate_pair_by_kept ON duplicate_pair USING btree (kept_id) WHERE kept_id IS NOT NULL;
CREATE INDEX duplicate_pair_by_person_b ON duplicate_pair USING btree (person_b);
ALTER TABLE duplicate_pair ENABLE ROW LEVEL SECURITY;
ALTER TABLE duplicate_pair FORCE ROW LEVEL SECURITY;
CREATE POLICY duplicate_pair_in_either_division ON duplicate_pair AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (division_a ^@ ( SELECT guard_from() AS guard_from)) OR (division_b ^@ ( SELECT guard_from() AS guard_from))));
COMMENT ON TABLE duplicate_pair IS 'Pairs of records that may be of one person, with how their fields stand to each other. A proposal for an officer: nothing follows from it by itself.';
COMMENT ON COLUMN duplicate_pair.division_code IS 'Who settles it: the division of the record that was made later.';
COMMENT ON COLUMN duplicate_pair.levels IS 'field:level in the words of duplicate.rules.ts; never a value.';
COMMENT ON COLUMN duplicate_pair.change_id IS 'The governed change that merged them.';
GRANT INSERT, SELECT, UPDATE ON duplicate_pair TO registration_rw;

CREATE TABLE duplicate_run (
  id uuid DEFAULT uuidv7() NOT NULL,
  is_whole boolean NOT NULL,
  until_xid xid8 NOT NULL,
  started_at timestamp with time zone NOT NULL,
  finished_at timestamp with time zone NOT NULL,
  persons integer NOT NULL,
  compared integer NOT NULL,
  found integer NOT NULL,
  gone integer NOT NULL,
  CONSTRAINT duplicate_run_pkey PRIMARY KEY (id),
  CONSTRAINT duplicate_run_counts_up CHECK (persons >= 0 AND compared >= 0 AND found >= 0 AND gone >= 0)
);
CREATE INDEX duplicate_run_by_end ON duplicate_run USING btree (until_xid);
ALTER TABLE duplicate_run ENABLE ROW LEVEL SECURITY;
ALTER TABLE duplicate_run FORCE ROW LEVEL SECURITY;
CREATE POLICY duplicate_run_for_officers ON duplicate_run AS PERMISSIVE FOR SELECT TO PUBLIC USING ((( SELECT guard_from() AS guard_from) IS NOT NULL));
CREATE POLICY duplicate_run_is_noted_centrally ON duplicate_run AS PERMISSIVE FOR INSERT TO PUBLIC WITH CHECK (( SELECT guard_whole() AS guard_whole));
COMMENT ON TABLE duplicate_run IS 'Each search for pairs: the next one looks at the persons that changed since.';
COMMENT ON COLUMN duplicate_run.until_xid IS 'Every change of an older transaction was seen.';
GRANT INSERT, SELECT ON duplicate_run TO registration_rw;

CREATE TABLE elsewhere_answer (
  question_id uuid NOT NULL,
  seq smallint NOT NULL,
  outcome text NOT NULL,
  office text,
  note text,
  entered_by text DEFAULT guard_text('actor'::text) NOT NULL,
  at timestamp with time zone NOT NULL,
  CONSTRAINT elsewhere_answer_pkey PRIMARY KEY (question_id, seq),
  CONSTRAINT elsewhere_answer_confirmed_says_where CHECK (outcome <> 'confirmed'::text OR office IS NOT NULL),
  CONSTRAINT elsewhere_answer_note_is_short CHECK (char_length(note) >= 1 AND char_length(note) <= 400),
  CONSTRAINT elsewhere_answer_outcome_is_known CHECK (outcome = ANY (ARRAY['confirmed'::text, 'mismatch'::text, 'not_found'::text, 'no_reply'::text])),
  CONSTRAINT elsewhere_answer_question_id_fkey FOREIGN KEY (question_id) REFERENCES elsewhere_question(id)
);
ALTER TABLE elsewhere_answer ENABLE ROW LEVEL SECURITY;
ALTER TABLE elsewhere_answer FORCE ROW LEVEL SECURITY;
CREATE POLICY elsewhere_answer_follows ON elsewhere_answer AS PERMISSIVE FOR ALL TO PUBLIC USING ((EXISTS ( SELECT
   FROM elsewhere_question q
  WHERE (q.id = elsewhere_answer.question_id)))) WITH CHECK (((entered_by = ( SELECT guard_text('actor'::text) AS guard_text)) AND (EXISTS ( SELECT
   FROM elsewhere_question q
  WHERE (q.id = elsewhere_answer.question_id)))));
COMMENT ON TABLE elsewhere_answer IS 'What came back, append-only: after no reply an answer may still come.';
GRANT INSERT, SELECT ON elsewhere_answer TO registration_rw;

CREATE TABLE elsewhere_question (
  id uuid NOT NULL,
  registration_id uuid NOT NULL,
  party_id uuid NOT NULL,
  asked_code text COLLATE "C" NOT NULL,
  purpose text NOT NULL,
  legal_basis text NOT NULL,
  fields_wanted text[] NOT NULL,
  asked_by text DEFAULT guard_text('actor'::text) NOT NULL,
  asked_at timestamp with time zone NOT NULL,
  due_on date,
  CONSTRAINT elsewhere_question_pkey PRIMARY KEY (id),
  CONSTRAINT elsewhere_question_asks_another_place CHECK (asked_code ~ '^[1-8]\d{11}$'::text),
  CONSTRAINT elsewhere_question_wants_little CHECK (fields_wanted <@ ARRAY['is_registered'::text, 'registered_on'::text, 'office'::text, 'born_on'::text] AND cardinality(fields_wanted) > 0),
  CONSTRAINT elsewhere_question_party_id_fkey FOREIGN KEY (party_id) REFERENCES birth_registration_party(id),
  CONSTRAINT elsewhere_question_registration_id_fkey FOREIGN KEY (registration_id) REFERENCES birth_registration(id)
);
CREATE INDEX elsewhere_question_by_party ON elsewhere_question USING btree (party_id);
CREATE INDEX elsewhere_question_by_registration ON elsewhere_question USING btree (registration_id);
ALTER TABLE elsewhere_question ENABLE ROW LEVEL SECURITY;
ALTER TABLE elsewhere_question FORCE ROW LEVEL SECURITY;
CREATE POLICY elsewhere_question_follows ON elsewhere_question AS PERMISSIVE FOR ALL TO PUBLIC USING ((EXISTS ( SELECT
   FROM birth_registration r
  WHERE (r.id = elsewhere_question.registration_id)))) WITH CHECK (((asked_by = ( SELECT guard_text('actor'::text) AS guard_text)) AND (EXISTS ( SELECT
   FROM birth_registration r
  WHERE (r.id = elsewhere_question.registration_id)))));
COMMENT ON TABLE elsewhere_question IS 'A question to another place whether this birth is registered there; silence never blocks anybody.';
GRANT INSERT, SELECT ON elsewhere_question TO registration_rw;

CREATE TABLE fact (
  id uuid NOT NULL,
  kind text NOT NULL,
  person_id uuid NOT NULL,
  other_person_id uuid,
  household_id uuid,
  code text NOT NULL,
  words text,
  number_sealed bytea,
  number_key bytea,
  number_mask text,
  valid daterange NOT NULL,
  certain daterange NOT NULL,
  is_disputed boolean DEFAULT false NOT NULL,
  basis text NOT NULL,
  source_ref text,
  recorded_by uuid NOT NULL,
  recorded_at timestamp with time zone NOT NULL,
  ended_by uuid,
  ended_at timestamp with time zone,
  CONSTRAINT fact_pkey PRIMARY KEY (id),
  CONSTRAINT fact_basis_is_known CHECK (basis = ANY (ARRAY['registry'::text, 'court'::text, 'agency'::text, 'document'::text, 'declared'::text])),
  CONSTRAINT fact_certain_within_possible CHECK (certain <@ valid),
  CONSTRAINT fact_ends_after_it_began CHECK (ended_at >= recorded_at),
  CONSTRAINT fact_ends_by_a_change CHECK (num_nulls(ended_by, ended_at) = ANY (ARRAY[0, 2])),
  CONSTRAINT fact_holds_at_some_time CHECK (NOT isempty(valid)),
  CONSTRAINT fact_is_about_two_people CHECK (other_person_id <> person_id),
  CONSTRAINT fact_kind_has_its_code CHECK (
CASE kind
    WHEN 'identity'::text THEN code = ANY (ARRAY['111'::text, '111_15'::text, 'HMT_RESIDENCE'::text, 'PERMANENT_RESIDENT'::text, 'HM_PASS'::text, 'TW_PASS'::text, 'PASSPORT'::text, 'BIRTH_CERTIFICATE'::text])
    WHEN 'name'::text THEN code = ANY (ARRAY['former'::text, 'also'::text])
    WHEN 'membership'::text THEN code ~ '^(0[12]|1[0-2]|[2-9]\d|00)$'::text
    WHEN 'kinship'::text THEN code = ANY (ARRAY['registered-father'::text, 'registered-mother'::text, 'birth-father'::text, 'birth-mother'::text, 'adoptive-father'::text, 'adoptive-mother'::text, 'guardian'::text])
    WHEN 'marriage'::text THEN code = 'spouse'::text
    WHEN 'death'::text THEN code = 'died'::text
    ELSE false
END),
  CONSTRAINT fact_number_is_indexed_and_masked CHECK ((num_nulls(number_key, number_mask) = ANY (ARRAY[0, 2])) AND length(number_key) = 32),
  CONSTRAINT fact_number_is_sealed_only_with_its_key CHECK (number_sealed IS NULL OR number_key IS NOT NULL),
  CONSTRAINT fact_says_what_its_kind_says CHECK ((kind = 'identity'::text) = (number_key IS NOT NULL) AND (kind = 'membership'::text) = (household_id IS NOT NULL) AND (kind <> 'kinship'::text OR other_person_id IS NOT NULL) AND ((kind = ANY (ARRAY['kinship'::text, 'marriage'::text])) OR other_person_id IS NULL) AND (kind <> 'name'::text OR words IS NOT NULL) AND (kind <> 'marriage'::text OR other_person_id IS NOT NULL OR words IS NOT NULL)),
  CONSTRAINT fact_words_are_a_name CHECK (char_length(words) >= 1 AND char_length(words) <= 50),
  CONSTRAINT fact_one_guardianship_of_a_pair EXCLUDE USING gist (person_id WITH =, other_person_id WITH =, certain WITH &&) WHERE (kind = 'kinship'::text AND code = 'guardian'::text AND ended_at IS NULL AND NOT is_disputed),
  CONSTRAINT fact_one_head_at_a_time EXCLUDE USING gist (household_id WITH =, certain WITH &&) WHERE (kind = 'membership'::text AND (code = ANY (ARRAY['01'::text, '02'::text])) AND ended_at IS NULL AND NOT is_disputed),
  CONSTRAINT fact_one_household_at_a_time EXCLUDE USING gist (person_id WITH =, certain WITH &&) WHERE (kind = 'membership'::text AND ended_at IS NULL AND NOT is_disputed),
  CONSTRAINT fact_one_marriage_at_a_time EXCLUDE USING gist (person_id WITH =, certain WITH &&) WHERE (kind = 'marriage'::text AND ended_at IS NULL AND NOT is_disputed),
  CONSTRAINT fact_one_mother_one_father EXCLUDE USING gist (person_id WITH =, code WITH =, certain WITH &&) WHERE (kind = 'kinship'::text AND code <> 'guardian'::text AND ended_at IS NULL AND NOT is_disputed),
  CONSTRAINT fact_one_paper_of_a_kind EXCLUDE USING gist (person_id WITH =, code WITH =, certain WITH &&) WHERE (kind = 'identity'::text AND ended_at IS NULL AND NOT is_disputed),
  CONSTRAINT fact_ended_by_fkey FOREIGN KEY (ended_by) REFERENCES change(id),
  CONSTRAINT fact_household_id_fkey FOREIGN KEY (household_id) REFERENCES household(id),
  CONSTRAINT fact_other_person_id_fkey FOREIGN KEY (other_person_id) REFERENCES person(id),
  CONSTRAINT fact_person_id_fkey FOREIGN KEY (person_id) REFERENCES person(id)
);
CREATE INDEX fact_by_change ON fact USING btree (recorded_by);
CREATE INDEX fact_by_ending_change ON fact USING btree (ended_by) WHERE ended_by IS NOT NULL;
CREATE INDEX fact_by_household ON fact USING btree (household_id) WHERE household_id IS NOT NULL;
CREATE INDEX fact_by_other_person ON fact USING btree (other_person_id) WHERE other_person_id IS NOT NULL;
CREATE INDEX fact_by_person ON fact USING btree (person_id, kind);
CREATE UNIQUE INDEX fact_dies_once ON fact USING btree (person_id) WHERE kind = 'death'::text AND ended_at IS NULL AND NOT is_disputed;
CREATE TRIGGER fact_is_history BEFORE UPDATE OF id, kind, person_id, other_person_id, household_id, code, words, number_key, number_mask, valid, certain, is_disputed, basis, source_ref, recorded_by, recorded_at, ended_by, ended_at ON fact FOR EACH ROW EXECUTE FUNCTION fact_is_history();
ALTER TABLE fact ENABLE ROW LEVEL SECURITY;
ALTER TABLE fact FORCE ROW LEVEL SECURITY;
CREATE POLICY fact_of_person ON fact AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (EXISTS ( SELECT
   FROM person p
  WHERE (p.id = fact.person_id)))));
COMMENT ON TABLE fact IS 'Dated facts about persons: papers, further names, household membership, kinship, marriage, death. A row is ended, never edited.';
COMMENT ON COLUMN fact.code IS 'Kind of paper; relation to the head of the household (GB/T 4761, 00 not stated); kind of kinship.';
COMMENT ON COLUMN fact.words IS 'A name: a former one of the person, or that of a spouse who is not registered here.';
COMMENT ON COLUMN fact.number_sealed IS 'AES-256-GCM, bound to this table, column and row id. Null where the registry stated the number: then it stands in the person''s own row or its history.';
COMMENT ON COLUMN fact.valid IS 'Every day on which it may hold. For a death, every day on which it may have happened.';
COMMENT ON COLUMN fact.certain IS 'The days on which it holds for sure; the day of a death where it is known. Empty while nothing is certain.';
COMMENT ON COLUMN fact.is_disputed IS 'Under investigation: shown as such, and binding nobody meanwhile.';
COMMENT ON COLUMN fact.recorded_by IS 'The change. Not a foreign key: an import writes it once, before its facts, and checking it row by row costs a quarter of it.';
COMMENT ON COLUMN fact.ended_at IS 'Until then it was what the register knew.';
GRANT INSERT, MAINTAIN, SELECT, UPDATE (ended_by, ended_at) ON fact TO registration_rw;

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
ALTER TABLE household ENABLE ROW LEVEL SECURITY;
ALTER TABLE household FORCE ROW LEVEL SECURITY;
CREATE POLICY household_in_division ON household AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (division_code ^@ ( SELECT guard_from() AS guard_from)) OR (EXISTS ( SELECT
   FROM person p
  WHERE ((p.household_id = household.id) AND (p.id = ANY (( SELECT guard_family() AS guard_family)::uuid[])))))));
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
ALTER TABLE import_batch ENABLE ROW LEVEL SECURITY;
ALTER TABLE import_batch FORCE ROW LEVEL SECURITY;
CREATE POLICY import_batch_for_officers ON import_batch AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_from() AS guard_from) IS NOT NULL));
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
ALTER TABLE import_reject ENABLE ROW LEVEL SECURITY;
ALTER TABLE import_reject FORCE ROW LEVEL SECURITY;
CREATE POLICY import_reject_for_officers ON import_reject AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_from() AS guard_from) IS NOT NULL));
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
ALTER TABLE import_warning ENABLE ROW LEVEL SECURITY;
ALTER TABLE import_warning FORCE ROW LEVEL SECURITY;
CREATE POLICY import_warning_for_officers ON import_warning AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_from() AS guard_from) IS NOT NULL));
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
ALTER TABLE inbox ENABLE ROW LEVEL SECURITY;
ALTER TABLE inbox FORCE ROW LEVEL SECURITY;
CREATE POLICY inbox_in_any_context ON inbox AS PERMISSIVE FOR ALL TO PUBLIC USING (( SELECT guard_open() AS guard_open));
COMMENT ON TABLE inbox IS 'Effects of messages, one row each, written together with the effect.';
GRANT INSERT, SELECT ON inbox TO registration_rw;

CREATE TABLE merge (
  id uuid NOT NULL,
  from_id uuid NOT NULL,
  into_id uuid NOT NULL,
  change_id uuid NOT NULL,
  undone_by uuid,
  CONSTRAINT merge_pkey PRIMARY KEY (id),
  CONSTRAINT merge_of_two CHECK (from_id <> into_id),
  CONSTRAINT merge_change_id_fkey FOREIGN KEY (change_id) REFERENCES change(id),
  CONSTRAINT merge_from_id_fkey FOREIGN KEY (from_id) REFERENCES person(id),
  CONSTRAINT merge_into_id_fkey FOREIGN KEY (into_id) REFERENCES person(id),
  CONSTRAINT merge_undone_by_fkey FOREIGN KEY (undone_by) REFERENCES change(id)
);
CREATE INDEX merge_by_change ON merge USING btree (change_id);
CREATE INDEX merge_by_survivor ON merge USING btree (into_id) WHERE undone_by IS NULL;
CREATE INDEX merge_by_undo ON merge USING btree (undone_by) WHERE undone_by IS NOT NULL;
CREATE UNIQUE INDEX merge_once ON merge USING btree (from_id) WHERE undone_by IS NULL;
CREATE TRIGGER merge_leads_to_a_live_record BEFORE INSERT OR UPDATE ON merge FOR EACH ROW EXECUTE FUNCTION merge_leads_to_a_live_record();
ALTER TABLE merge ENABLE ROW LEVEL SECURITY;
ALTER TABLE merge FORCE ROW LEVEL SECURITY;
CREATE POLICY merge_of_person ON merge AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (EXISTS ( SELECT
   FROM person p
  WHERE (p.id = ANY (ARRAY[merge.from_id, merge.into_id]))))));
COMMENT ON TABLE merge IS 'Two records that are one person: the first lives on in the second until that is undone.';
GRANT INSERT, SELECT, UPDATE (undone_by) ON merge TO registration_rw;

CREATE TABLE newborn_channel (
  id uuid DEFAULT uuidv7() NOT NULL,
  region text COLLATE "C" NOT NULL,
  age_months_max smallint,
  needs_wedlock boolean DEFAULT false NOT NULL,
  local_parents smallint DEFAULT 0 NOT NULL,
  valid daterange NOT NULL,
  source text NOT NULL,
  CONSTRAINT newborn_channel_pkey PRIMARY KEY (id),
  CONSTRAINT newborn_channel_age_is_months CHECK (age_months_max >= 1 AND age_months_max <= 36),
  CONSTRAINT newborn_channel_has_a_source CHECK (source <> ''::text),
  CONSTRAINT newborn_channel_has_two_parents CHECK (local_parents >= 0 AND local_parents <= 2),
  CONSTRAINT newborn_channel_region_is_a_prefix CHECK (region ~ '^(\d{2}|\d{4}|\d{6})?$'::text),
  CONSTRAINT newborn_channel_holds_once EXCLUDE USING gist (region WITH =, valid WITH &&)
);
ALTER TABLE newborn_channel ENABLE ROW LEVEL SECURITY;
ALTER TABLE newborn_channel FORCE ROW LEVEL SECURITY;
CREATE POLICY newborn_channel_is_public ON newborn_channel AS PERMISSIVE FOR SELECT TO PUBLIC USING (true);
COMMENT ON TABLE newborn_channel IS 'For whom a region''s joint channel is. Whoever it is not for has the same items opened one by one: no item asks this.';
COMMENT ON COLUMN newborn_channel.local_parents IS 'How many of the parents have to be registered in the region.';
GRANT SELECT ON newborn_channel TO registration_rw;

CREATE TABLE newborn_event (
  sub_case_id uuid NOT NULL,
  seq integer NOT NULL,
  from_state text NOT NULL,
  to_state text NOT NULL,
  actor text DEFAULT guard_text('actor'::text) NOT NULL,
  reason text,
  reference text,
  at timestamp with time zone NOT NULL,
  CONSTRAINT newborn_event_pkey PRIMARY KEY (sub_case_id, seq),
  CONSTRAINT newborn_event_counts_from_one CHECK (seq > 0),
  CONSTRAINT newborn_event_says_why_it_failed CHECK ((to_state <> ALL (ARRAY['failed'::text, 'waiting'::text])) OR reason IS NOT NULL),
  CONSTRAINT newborn_event_moves_as_the_table_says FOREIGN KEY (from_state, to_state) REFERENCES newborn_state_move(from_state, to_state),
  CONSTRAINT newborn_event_sub_case_id_fkey FOREIGN KEY (sub_case_id) REFERENCES newborn_sub_case(id)
);
CREATE INDEX newborn_event_by_move ON newborn_event USING btree (from_state, to_state);
CREATE TRIGGER newborn_event_applies AFTER INSERT ON newborn_event REFERENCING NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION newborn_event_applies();
ALTER TABLE newborn_event ENABLE ROW LEVEL SECURITY;
ALTER TABLE newborn_event FORCE ROW LEVEL SECURITY;
CREATE POLICY newborn_event_of_sub_case ON newborn_event AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (EXISTS ( SELECT
   FROM newborn_sub_case s
  WHERE (s.id = newborn_event.sub_case_id))))) WITH CHECK ((actor = ( SELECT guard_text('actor'::text) AS guard_text)));
COMMENT ON TABLE newborn_event IS 'The history of every part; append-only.';
GRANT INSERT (sub_case_id, seq, from_state, to_state, reason, reference, at), SELECT ON newborn_event TO registration_rw;

CREATE TABLE newborn_item (
  id uuid DEFAULT uuidv7() NOT NULL,
  region text COLLATE "C" NOT NULL,
  item text NOT NULL,
  authority text NOT NULL,
  is_offered boolean DEFAULT true NOT NULL,
  working_days smallint NOT NULL,
  valid daterange NOT NULL,
  source text NOT NULL,
  status text NOT NULL,
  CONSTRAINT newborn_item_pkey PRIMARY KEY (id),
  CONSTRAINT newborn_item_authority_is_known CHECK (authority = ANY (ARRAY['hospital'::text, 'police'::text, 'vaccination-point'::text, 'medical-insurance'::text, 'human-resources'::text, 'township-health'::text])),
  CONSTRAINT newborn_item_has_a_source CHECK (source <> ''::text),
  CONSTRAINT newborn_item_is_known CHECK (item = ANY (ARRAY['birth-certificate'::text, 'household-registration'::text, 'vaccination-card'::text, 'medical-insurance'::text, 'social-security-card'::text, 'childcare-subsidy'::text, 'registration-voucher'::text, 'birth-expenses'::text, 'parenting-guidance'::text])),
  CONSTRAINT newborn_item_region_is_a_prefix CHECK (region ~ '^(\d{2}|\d{4}|\d{6})?$'::text),
  CONSTRAINT newborn_item_status_is_known CHECK (status = ANY (ARRAY['confirmed'::text, 'assumed'::text])),
  CONSTRAINT newborn_item_takes_days CHECK (working_days >= 0 AND working_days <= 60),
  CONSTRAINT newborn_item_holds_once EXCLUDE USING gist (region WITH =, item WITH =, valid WITH &&)
);
ALTER TABLE newborn_item ENABLE ROW LEVEL SECURITY;
ALTER TABLE newborn_item FORCE ROW LEVEL SECURITY;
CREATE POLICY newborn_item_is_public ON newborn_item AS PERMISSIVE FOR SELECT TO PUBLIC USING (true);
COMMENT ON TABLE newborn_item IS 'What a newborn matter holds in a region from when to when: who owns each part and in how many working days. The longest region that matches a place decides.';
COMMENT ON COLUMN newborn_item.region IS 'Leading digits of division codes; empty for the whole country.';
COMMENT ON COLUMN newborn_item.status IS 'assumed: no text gives it; the place is to confirm or replace the row.';
GRANT SELECT ON newborn_item TO registration_rw;

CREATE TABLE newborn_matter (
  id uuid DEFAULT uuidv7() NOT NULL,
  serial bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  case_no text GENERATED ALWAYS AS (((('CS'::text || "left"(division_code, 6)) || '-'::text) || lpad((serial)::text, 8, '0'::text))) STORED NOT NULL,
  division_code text COLLATE "C" NOT NULL,
  child_id uuid NOT NULL,
  child_name text,
  sex smallint NOT NULL,
  born date NOT NULL,
  certificate_sealed bytea,
  certificate_key bytea,
  channel text NOT NULL,
  channel_reasons text[] DEFAULT '{}'::text[] NOT NULL,
  started_by text NOT NULL,
  opened_by text DEFAULT guard_text('actor'::text) NOT NULL,
  opened_on date NOT NULL,
  opened_at timestamp with time zone NOT NULL,
  CONSTRAINT newborn_matter_pkey PRIMARY KEY (id),
  CONSTRAINT newborn_matter_child_has_one UNIQUE (child_id),
  CONSTRAINT newborn_matter_has_its_number UNIQUE (case_no),
  CONSTRAINT newborn_matter_certificate_is_sealed_and_indexed CHECK (num_nulls(certificate_sealed, certificate_key) = ANY (ARRAY[0, 2])),
  CONSTRAINT newborn_matter_channel_is_known CHECK (channel = ANY (ARRAY['joint'::text, 'single'::text])),
  CONSTRAINT newborn_matter_channel_says_why CHECK ((channel = 'single'::text) = (cardinality(channel_reasons) > 0)),
  CONSTRAINT newborn_matter_is_started_by_somebody CHECK (started_by = ANY (ARRAY['hospital'::text, 'parents'::text, 'township'::text])),
  CONSTRAINT newborn_matter_key_has_32_bytes CHECK (length(certificate_key) = 32),
  CONSTRAINT newborn_matter_name_has_1_to_50_characters CHECK (char_length(child_name) >= 1 AND char_length(child_name) <= 50),
  CONSTRAINT newborn_matter_opens_after_birth CHECK (opened_on >= born),
  CONSTRAINT newborn_matter_sex_is_gb2261_1 CHECK (sex = ANY (ARRAY[0, 1, 2, 9])),
  CONSTRAINT newborn_matter_child_id_fkey FOREIGN KEY (child_id) REFERENCES person(id),
  CONSTRAINT newborn_matter_division_code_fkey FOREIGN KEY (division_code) REFERENCES division(code)
);
CREATE INDEX newborn_matter_by_division ON newborn_matter USING btree (division_code, id);
CREATE UNIQUE INDEX newborn_matter_certificate_has_one ON newborn_matter USING btree (certificate_key);
ALTER TABLE newborn_matter ENABLE ROW LEVEL SECURITY;
ALTER TABLE newborn_matter FORCE ROW LEVEL SECURITY;
CREATE POLICY newborn_matter_in_division ON newborn_matter AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (division_code ^@ ( SELECT guard_from() AS guard_from)) OR (child_id = ANY (( SELECT guard_family() AS guard_family)::uuid[])) OR (EXISTS ( SELECT
   FROM newborn_parent p
  WHERE ((p.matter_id = newborn_matter.id) AND ((p.person_id = ANY (( SELECT guard_family() AS guard_family)::uuid[])) OR (p.number_key = ( SELECT guard_key() AS guard_key))))))));
COMMENT ON TABLE newborn_matter IS 'One newborn''s matter (出生一件事), with a number to print. It decides nothing: each of its parts stands for itself.';
COMMENT ON COLUMN newborn_matter.channel IS 'single: the place''s joint channel is not for this family, and why not; the items are the same.';
GRANT INSERT (id, division_code, child_id, child_name, sex, born, certificate_sealed, certificate_key, channel, channel_reasons, started_by, opened_on, opened_at), SELECT, UPDATE (child_name, certificate_sealed, certificate_key) ON newborn_matter TO registration_rw;

CREATE TABLE newborn_parent (
  id uuid DEFAULT uuidv7() NOT NULL,
  matter_id uuid NOT NULL,
  role text NOT NULL,
  division_code text COLLATE "C" NOT NULL,
  person_id uuid,
  name text NOT NULL,
  number_sealed bytea NOT NULL,
  number_key bytea NOT NULL,
  number_mask text NOT NULL,
  CONSTRAINT newborn_parent_pkey PRIMARY KEY (id),
  CONSTRAINT newborn_parent_is_named_once UNIQUE (matter_id, role),
  CONSTRAINT newborn_parent_key_has_32_bytes CHECK (length(number_key) = 32),
  CONSTRAINT newborn_parent_name_has_1_to_50_characters CHECK (char_length(name) >= 1 AND char_length(name) <= 50),
  CONSTRAINT newborn_parent_role_is_known CHECK (role = ANY (ARRAY['mother'::text, 'father'::text])),
  CONSTRAINT newborn_parent_division_code_fkey FOREIGN KEY (division_code) REFERENCES division(code),
  CONSTRAINT newborn_parent_matter_id_fkey FOREIGN KEY (matter_id) REFERENCES newborn_matter(id),
  CONSTRAINT newborn_parent_person_id_fkey FOREIGN KEY (person_id) REFERENCES person(id)
);
CREATE INDEX newborn_parent_by_division ON newborn_parent USING btree (division_code);
CREATE INDEX newborn_parent_by_number ON newborn_parent USING btree (number_key);
CREATE INDEX newborn_parent_by_person ON newborn_parent USING btree (person_id) WHERE person_id IS NOT NULL;
ALTER TABLE newborn_parent ENABLE ROW LEVEL SECURITY;
ALTER TABLE newborn_parent FORCE ROW LEVEL SECURITY;
CREATE POLICY newborn_parent_in_division ON newborn_parent AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (division_code ^@ ( SELECT guard_from() AS guard_from)) OR (person_id = ANY (( SELECT guard_family() AS guard_family)::uuid[])) OR (number_key = ( SELECT guard_key() AS guard_key))));
COMMENT ON TABLE newborn_parent IS 'A parent as the notice or the application names them, also one whom this register does not know.';
COMMENT ON COLUMN newborn_parent.division_code IS 'Of the matter, so that a row says by itself who may see it.';
GRANT INSERT, SELECT, UPDATE (person_id) ON newborn_parent TO registration_rw;

CREATE TABLE newborn_reminder (
  sub_case_id uuid NOT NULL,
  kind text NOT NULL,
  due_on date NOT NULL,
  made_at timestamp with time zone NOT NULL,
  CONSTRAINT newborn_reminder_pkey PRIMARY KEY (sub_case_id, kind, due_on),
  CONSTRAINT newborn_reminder_kind_is_known CHECK (kind = ANY (ARRAY['due-soon'::text, 'overdue'::text])),
  CONSTRAINT newborn_reminder_sub_case_id_fkey FOREIGN KEY (sub_case_id) REFERENCES newborn_sub_case(id)
);
ALTER TABLE newborn_reminder ENABLE ROW LEVEL SECURITY;
ALTER TABLE newborn_reminder FORCE ROW LEVEL SECURITY;
CREATE POLICY newborn_reminder_of_sub_case ON newborn_reminder AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (EXISTS ( SELECT
   FROM newborn_sub_case s
  WHERE (s.id = newborn_reminder.sub_case_id)))));
COMMENT ON TABLE newborn_reminder IS 'That an authority was reminded of a deadline, once each; append-only.';
GRANT INSERT, SELECT ON newborn_reminder TO registration_rw;

CREATE TABLE newborn_state (
  state text NOT NULL,
  is_open boolean NOT NULL,
  CONSTRAINT newborn_state_pkey PRIMARY KEY (state)
);
ALTER TABLE newborn_state ENABLE ROW LEVEL SECURITY;
ALTER TABLE newborn_state FORCE ROW LEVEL SECURITY;
CREATE POLICY newborn_state_is_public ON newborn_state AS PERMISSIVE FOR SELECT TO PUBLIC USING (true);
COMMENT ON TABLE newborn_state IS 'Where a part can stand, and whether its authority''s days run there (newborn-matter.state.ts, mirrored).';
GRANT SELECT ON newborn_state TO registration_rw;

CREATE TABLE newborn_state_move (
  from_state text NOT NULL,
  to_state text NOT NULL,
  CONSTRAINT newborn_state_move_pkey PRIMARY KEY (from_state, to_state),
  CONSTRAINT newborn_state_move_from_state_fkey FOREIGN KEY (from_state) REFERENCES newborn_state(state),
  CONSTRAINT newborn_state_move_to_state_fkey FOREIGN KEY (to_state) REFERENCES newborn_state(state)
);
CREATE INDEX newborn_state_move_by_end ON newborn_state_move USING btree (to_state);
ALTER TABLE newborn_state_move ENABLE ROW LEVEL SECURITY;
ALTER TABLE newborn_state_move FORCE ROW LEVEL SECURITY;
CREATE POLICY newborn_state_move_is_public ON newborn_state_move AS PERMISSIVE FOR SELECT TO PUBLIC USING (true);
COMMENT ON TABLE newborn_state_move IS 'Every move of a part there is (newborn-matter.state.ts, mirrored); what is not listed cannot happen.';
GRANT SELECT ON newborn_state_move TO registration_rw;

CREATE TABLE newborn_sub_case (
  id uuid DEFAULT uuidv7() NOT NULL,
  matter_id uuid NOT NULL,
  item text NOT NULL,
  authority text NOT NULL,
  working_days smallint NOT NULL,
  source text NOT NULL,
  state text DEFAULT 'offered'::text NOT NULL,
  events integer DEFAULT 0 NOT NULL,
  due_on date,
  opened_on date,
  applicant text,
  reason text,
  reference text,
  claim_state text,
  claim_events integer DEFAULT 0 NOT NULL,
  CONSTRAINT newborn_sub_case_pkey PRIMARY KEY (id),
  CONSTRAINT newborn_sub_case_is_there_once UNIQUE (matter_id, item),
  CONSTRAINT newborn_sub_case_applicant_is_a_parent CHECK (applicant = ANY (ARRAY['mother'::text, 'father'::text])),
  CONSTRAINT newborn_sub_case_is_due_after_it_opened CHECK (due_on >= opened_on),
  CONSTRAINT newborn_sub_case_reference_is_short CHECK (char_length(reference) <= 100),
  CONSTRAINT newborn_sub_case_matter_id_fkey FOREIGN KEY (matter_id) REFERENCES newborn_matter(id),
  CONSTRAINT newborn_sub_case_state_fkey FOREIGN KEY (state) REFERENCES newborn_state(state)
);
CREATE INDEX newborn_sub_case_awaits_hukou ON newborn_sub_case USING btree (matter_id) WHERE item = 'household-registration'::text AND state <> 'done'::text;
CREATE INDEX newborn_sub_case_by_state ON newborn_sub_case USING btree (state, due_on);
ALTER TABLE newborn_sub_case ENABLE ROW LEVEL SECURITY;
ALTER TABLE newborn_sub_case FORCE ROW LEVEL SECURITY;
CREATE POLICY newborn_sub_case_of_matter ON newborn_sub_case AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (EXISTS ( SELECT
   FROM newborn_matter m
  WHERE (m.id = newborn_sub_case.matter_id)))));
COMMENT ON TABLE newborn_sub_case IS 'One part of a newborn matter: one authority, one deadline, one outcome.';
COMMENT ON COLUMN newborn_sub_case.due_on IS 'Null while the State Council has not published the year''s working days.';
COMMENT ON COLUMN newborn_sub_case.applicant IS 'Which parent asks, where it matters: the childcare subsidy.';
COMMENT ON COLUMN newborn_sub_case.claim_state IS 'Where the childcare subsidy''s claim stood when subsidy last told.';
COMMENT ON COLUMN newborn_sub_case.claim_events IS 'Of the childcare subsidy''s claim: how far its life is known here, so that news which overtook others changes nothing.';
GRANT INSERT, SELECT, UPDATE (due_on, opened_on, applicant, claim_state, claim_events) ON newborn_sub_case TO registration_rw;

CREATE TABLE not_same (
  id uuid DEFAULT uuidv7() NOT NULL,
  person_a uuid NOT NULL,
  person_b uuid NOT NULL,
  reason text NOT NULL,
  said_by text DEFAULT guard_text('actor'::text) NOT NULL,
  said_at timestamp with time zone NOT NULL,
  taken_back_reason text,
  taken_back_by text,
  taken_back_at timestamp with time zone,
  CONSTRAINT not_same_pkey PRIMARY KEY (id),
  CONSTRAINT not_same_has_a_reason CHECK (char_length(reason) >= 4 AND char_length(reason) <= 500),
  CONSTRAINT not_same_is_ordered CHECK (person_a < person_b),
  CONSTRAINT not_same_is_taken_back_for_a_reason CHECK (char_length(taken_back_reason) >= 4 AND char_length(taken_back_reason) <= 500),
  CONSTRAINT not_same_is_taken_back_whole CHECK (num_nulls(taken_back_reason, taken_back_by, taken_back_at) = ANY (ARRAY[0, 3])),
  CONSTRAINT not_same_person_a_fkey FOREIGN KEY (person_a) REFERENCES person(id),
  CONSTRAINT not_same_person_b_fkey FOREIGN KEY (person_b) REFERENCES person(id)
);
CREATE INDEX not_same_by_person_a ON not_same USING btree (person_a);
CREATE INDEX not_same_by_person_b ON not_same USING btree (person_b);
CREATE UNIQUE INDEX not_same_stands_once ON not_same USING btree (person_a, person_b) WHERE taken_back_at IS NULL;
CREATE TRIGGER not_same_is_taken_back_once BEFORE UPDATE ON not_same FOR EACH ROW EXECUTE FUNCTION not_same_is_taken_back_once();
ALTER TABLE not_same ENABLE ROW LEVEL SECURITY;
ALTER TABLE not_same FORCE ROW LEVEL SECURITY;
CREATE POLICY not_same_for_officers ON not_same AS PERMISSIVE FOR SELECT TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR ((( SELECT guard_from() AS guard_from) IS NOT NULL) AND (EXISTS ( SELECT
   FROM person p
  WHERE (p.id = ANY (ARRAY[not_same.person_a, not_same.person_b])))))));
CREATE POLICY not_same_is_said_by_its_officer ON not_same AS PERMISSIVE FOR INSERT TO PUBLIC WITH CHECK (((said_by = ( SELECT guard_text('actor'::text) AS guard_text)) AND (taken_back_at IS NULL) AND (( SELECT guard_from() AS guard_from) IS NOT NULL) AND (EXISTS ( SELECT
   FROM person p
  WHERE (p.id = ANY (ARRAY[not_same.person_a, not_same.person_b]))))));
CREATE POLICY not_same_is_taken_back_by_its_officer ON not_same AS PERMISSIVE FOR UPDATE TO PUBLIC USING (((( SELECT guard_from() AS guard_from) IS NOT NULL) AND (EXISTS ( SELECT
   FROM person p
  WHERE (p.id = ANY (ARRAY[not_same.person_a, not_same.person_b])))))) WITH CHECK ((taken_back_by = ( SELECT guard_text('actor'::text) AS guard_text)));
COMMENT ON TABLE not_same IS 'An officer''s word that two records are of two people, with the reason; it stands until it is taken back.';
GRANT INSERT (person_a, person_b, reason, said_at), SELECT, UPDATE (taken_back_reason, taken_back_by, taken_back_at) ON not_same TO registration_rw;

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
  bundle integer DEFAULT 1 NOT NULL,
  CONSTRAINT outbox_pkey PRIMARY KEY (id),
  CONSTRAINT outbox_bundle_has_a_size CHECK (bundle >= 1 AND bundle <= 1000),
  CONSTRAINT outbox_follow_up_only_once_sent CHECK (next_payload IS NULL OR sends > 0),
  CONSTRAINT outbox_is_sent_before_acked CHECK (acked_at IS NULL OR sends > 0),
  CONSTRAINT outbox_key_fits_the_queue CHECK (key <> ''::text AND POSITION((':'::text) IN (key)) = 0),
  CONSTRAINT outbox_payload_is_flat CHECK (jsonb_typeof(payload) = 'object'::text AND NOT payload @? '$.*?(@.type() == "object" || @.type() == "array")'::jsonpath),
  CONSTRAINT outbox_sends_counts_up CHECK (sends >= 0)
);
CREATE UNIQUE INDEX outbox_one_open_message_per_key ON outbox USING btree (queue, name, key) WHERE acked_at IS NULL;
CREATE INDEX outbox_open ON outbox USING btree (lease_until) WHERE acked_at IS NULL;
CREATE TRIGGER outbox_keep_promise BEFORE UPDATE ON outbox FOR EACH ROW EXECUTE FUNCTION outbox_keep_promise();
ALTER TABLE outbox ENABLE ROW LEVEL SECURITY;
ALTER TABLE outbox FORCE ROW LEVEL SECURITY;
CREATE POLICY outbox_in_any_context ON outbox AS PERMISSIVE FOR ALL TO PUBLIC USING (( SELECT guard_open() AS guard_open));
COMMENT ON TABLE outbox IS 'Messages this app has promised to send; a row is finished when its receiver has acknowledged it.';
COMMENT ON COLUMN outbox.id IS 'Message id, also the job id in the queue: sending twice makes one job.';
COMMENT ON COLUMN outbox.queue IS 'Queue of the receiving app.';
COMMENT ON COLUMN outbox.key IS 'What the message is about; of one job and key at most one message is unacknowledged.';
COMMENT ON COLUMN outbox.payload IS 'Ids only, never personal data; fixed once the message was sent.';
COMMENT ON COLUMN outbox.not_before IS 'Not to be sent before this business time; null is at once.';
COMMENT ON COLUMN outbox.lease_until IS 'No relay touches the row before: it is being sent, or was sent and awaits its acknowledgement.';
COMMENT ON COLUMN outbox.next_payload IS 'Planned again while already on its way: becomes a new message when this one is acknowledged.';
COMMENT ON COLUMN outbox.bundle IS 'How many messages of this job may travel together; 1 is one by one.';
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
  batch_id uuid,
  batch_line integer NOT NULL,
  recorded_at timestamp with time zone NOT NULL,
  changed_xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
  merged_into uuid,
  is_governed boolean DEFAULT false NOT NULL,
  stated jsonb,
  CONSTRAINT person_pkey PRIMARY KEY (id),
  CONSTRAINT person_registry_person_id_is_unique UNIQUE (registry_person_id),
  CONSTRAINT person_birth_certificate_is_sealed_and_indexed CHECK (num_nulls(birth_certificate_sealed, birth_certificate_key) = ANY (ARRAY[0, 2])),
  CONSTRAINT person_dies_after_birth CHECK (died >= born),
  CONSTRAINT person_ethnicity_is_short CHECK (char_length(ethnicity) <= 20),
  CONSTRAINT person_household_type_is_known CHECK (household_type = ANY (ARRAY['urban'::text, 'rural'::text, 'unified'::text])),
  CONSTRAINT person_id_number_is_sealed_indexed_and_masked CHECK (num_nulls(id_number_sealed, id_number_key, id_number_mask, id_type) = ANY (ARRAY[0, 4])),
  CONSTRAINT person_id_type_is_known CHECK (id_type = ANY (ARRAY['111'::text, 'HMT_RESIDENCE'::text, 'PERMANENT_RESIDENT'::text, 'HM_PASS'::text, 'TW_PASS'::text, 'PASSPORT'::text])),
  CONSTRAINT person_is_not_its_own_parent CHECK (father_id <> id AND mother_id <> id),
  CONSTRAINT person_keys_have_32_bytes CHECK (length(id_number_key) = 32 AND length(id_number_legacy_key) = 32 AND length(birth_certificate_key) = 32 AND length(father_key) = 32 AND length(mother_key) = 32 AND length(row_hash) = 32),
  CONSTRAINT person_marital_is_gb2261_2 CHECK (marital_status = ANY (ARRAY['10'::text, '20'::text, '21'::text, '22'::text, '23'::text, '30'::text, '40'::text, '90'::text])),
  CONSTRAINT person_merged_into_another CHECK (merged_into <> id),
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
CREATE INDEX person_by_birth ON person USING btree (born, name_match);
CREATE INDEX person_by_birth_certificate ON person USING btree (birth_certificate_key) WHERE birth_certificate_key IS NOT NULL;
CREATE INDEX person_by_change ON person USING btree (changed_xid, id);
CREATE INDEX person_by_division ON person USING btree (division_code, id);
CREATE INDEX person_by_father ON person USING btree (father_id) WHERE father_id IS NOT NULL;
CREATE INDEX person_by_father_key ON person USING btree (father_key) WHERE father_key IS NOT NULL;
CREATE INDEX person_by_household ON person USING btree (household_id) WHERE household_id IS NOT NULL;
CREATE INDEX person_by_id_number ON person USING btree (id_number_key) WHERE id_number_key IS NOT NULL;
CREATE INDEX person_by_legacy_number ON person USING btree (id_number_legacy_key) WHERE id_number_legacy_key IS NOT NULL;
CREATE INDEX person_by_mother ON person USING btree (mother_id) WHERE mother_id IS NOT NULL;
CREATE INDEX person_by_mother_key ON person USING btree (mother_key) WHERE mother_key IS NOT NULL;
CREATE INDEX person_by_name ON person USING btree (name_match, id);
CREATE INDEX person_by_survivor ON person USING btree (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX person_shares_number ON person USING btree (id_number_key) WHERE id_number_shared;
CREATE TRIGGER person_keep_history AFTER UPDATE ON person REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION person_keep_history();
ALTER TABLE person ENABLE ROW LEVEL SECURITY;
ALTER TABLE person FORCE ROW LEVEL SECURITY;
CREATE POLICY person_in_division ON person AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (division_code ^@ ( SELECT guard_from() AS guard_from)) OR (id = ANY (( SELECT guard_family() AS guard_family)::uuid[]))));
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
COMMENT ON COLUMN person.merged_into IS 'The record that this one was found to be the same person as.';
COMMENT ON COLUMN person.is_governed IS 'A change of our own stands behind this row: after an import it is made anew from the facts.';
COMMENT ON COLUMN person.stated IS 'Of a governed row: what the registry last stated where facts now speak, so that undoing a change finds it again.';
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
  batch_id uuid,
  batch_line integer NOT NULL,
  recorded_at timestamp with time zone NOT NULL,
  recorded_until timestamp with time zone NOT NULL,
  replaced_by_batch_id uuid,
  father_id uuid,
  mother_id uuid,
  merged_into uuid
);
CREATE INDEX person_history_by_person ON person_history USING btree (id, recorded_until);
CREATE INDEX person_history_by_registry_person_id ON person_history USING btree (registry_person_id);
ALTER TABLE person_history ENABLE ROW LEVEL SECURITY;
ALTER TABLE person_history FORCE ROW LEVEL SECURITY;
CREATE POLICY person_history_in_division ON person_history AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (division_code ^@ ( SELECT guard_from() AS guard_from)) OR (id = ANY (( SELECT guard_family() AS guard_family)::uuid[]))));
COMMENT ON TABLE person_history IS 'What a person''s row was and until when: append-only, written by the trigger on person.';
GRANT SELECT ON person_history TO registration_rw;

CREATE TABLE quality_finding (
  id uuid DEFAULT uuidv7() NOT NULL,
  kind text NOT NULL,
  subject_type text NOT NULL,
  subject_id uuid NOT NULL,
  other_id uuid,
  division_code text COLLATE "C" NOT NULL,
  owner_level text NOT NULL,
  content bytea NOT NULL,
  due_on date NOT NULL,
  state text DEFAULT 'open'::text NOT NULL,
  opened_at timestamp with time zone NOT NULL,
  seen_at timestamp with time zone NOT NULL,
  closed_at timestamp with time zone,
  CONSTRAINT quality_finding_pkey PRIMARY KEY (id),
  CONSTRAINT quality_finding_closed_has_a_time CHECK ((state = 'open'::text) = (closed_at IS NULL)),
  CONSTRAINT quality_finding_content_is_sha256 CHECK (length(content) = 32),
  CONSTRAINT quality_finding_owner_is_known CHECK (owner_level = ANY (ARRAY['township'::text, 'county'::text])),
  CONSTRAINT quality_finding_state_is_known CHECK (state = ANY (ARRAY['open'::text, 'corrected'::text, 'right'::text])),
  CONSTRAINT quality_finding_subject_is_known CHECK (subject_type = ANY (ARRAY['person'::text, 'household'::text, 'division'::text, 'import'::text]))
);
CREATE INDEX quality_finding_by_division ON quality_finding USING btree (division_code, id);
CREATE INDEX quality_finding_by_end ON quality_finding USING btree (closed_at) WHERE state = 'corrected'::text;
CREATE INDEX quality_finding_by_subject ON quality_finding USING btree (subject_id);
CREATE UNIQUE INDEX quality_finding_stands_once ON quality_finding USING btree (kind, subject_id) WHERE state <> 'corrected'::text;
ALTER TABLE quality_finding ENABLE ROW LEVEL SECURITY;
ALTER TABLE quality_finding FORCE ROW LEVEL SECURITY;
CREATE POLICY quality_finding_in_division ON quality_finding AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (division_code ^@ ( SELECT guard_from() AS guard_from))));
COMMENT ON TABLE quality_finding IS 'Contradictions found: open until they are gone or an officer says that it is right so.';
COMMENT ON COLUMN quality_finding.other_id IS 'The other person or household of the contradiction.';
GRANT INSERT, SELECT, UPDATE ON quality_finding TO registration_rw;

CREATE TABLE quality_kind (
  code text NOT NULL,
  from_day date NOT NULL,
  until_day date,
  zh text NOT NULL,
  en text NOT NULL,
  owner_level text NOT NULL,
  working_days integer NOT NULL,
  severity text NOT NULL,
  source text NOT NULL,
  CONSTRAINT quality_kind_pkey PRIMARY KEY (code, from_day),
  CONSTRAINT quality_kind_ends_after_it_began CHECK (until_day > from_day),
  CONSTRAINT quality_kind_has_a_deadline CHECK (working_days >= 1 AND working_days <= 250),
  CONSTRAINT quality_kind_owner_is_known CHECK (owner_level = ANY (ARRAY['township'::text, 'county'::text])),
  CONSTRAINT quality_kind_severity_is_known CHECK (severity = ANY (ARRAY['stops'::text, 'misleads'::text, 'untidy'::text]))
);
ALTER TABLE quality_kind ENABLE ROW LEVEL SECURITY;
ALTER TABLE quality_kind FORCE ROW LEVEL SECURITY;
CREATE POLICY quality_kind_is_public ON quality_kind AS PERMISSIVE FOR SELECT TO PUBLIC USING (true);
COMMENT ON TABLE quality_kind IS 'Kinds of contradictions, dated: what it says, who settles it, in how many working days, how bad it is.';
COMMENT ON COLUMN quality_kind.severity IS 'stops: something a family is owed waits for it; misleads: answers may be wrong; untidy: neither.';
GRANT SELECT ON quality_kind TO registration_rw;

CREATE TABLE quality_month (
  division_code text COLLATE "C" NOT NULL,
  month date NOT NULL,
  records bigint NOT NULL,
  corrections bigint NOT NULL,
  frozen_at timestamp with time zone NOT NULL,
  CONSTRAINT quality_month_pkey PRIMARY KEY (division_code, month),
  CONSTRAINT quality_month_begins_a_month CHECK (EXTRACT(day FROM month) = 1::numeric),
  CONSTRAINT quality_month_counts_up CHECK (records >= 0 AND corrections >= 0 AND corrections <= records),
  CONSTRAINT quality_month_division_code_fkey FOREIGN KEY (division_code) REFERENCES division(code)
);
ALTER TABLE quality_month ENABLE ROW LEVEL SECURITY;
ALTER TABLE quality_month FORCE ROW LEVEL SECURITY;
CREATE POLICY quality_month_in_division ON quality_month AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (division_code ^@ ( SELECT guard_from() AS guard_from))));
COMMENT ON TABLE quality_month IS 'Records and corrections of a division and month as they stood when the month was closed; never changed.';
GRANT INSERT, SELECT ON quality_month TO registration_rw;

CREATE TABLE quality_month_line (
  id uuid DEFAULT uuidv7() NOT NULL,
  division_code text COLLATE "C" NOT NULL,
  month date NOT NULL,
  corrections bigint NOT NULL,
  reason text NOT NULL,
  recorded_at timestamp with time zone NOT NULL,
  CONSTRAINT quality_month_line_pkey PRIMARY KEY (id),
  CONSTRAINT quality_month_line_changes_something CHECK (corrections <> 0),
  CONSTRAINT quality_month_line_has_a_reason CHECK (char_length(reason) >= 2 AND char_length(reason) <= 200),
  CONSTRAINT quality_month_line_division_code_month_fkey FOREIGN KEY (division_code, month) REFERENCES quality_month(division_code, month)
);
CREATE INDEX quality_month_line_by_month ON quality_month_line USING btree (division_code, month);
ALTER TABLE quality_month_line ENABLE ROW LEVEL SECURITY;
ALTER TABLE quality_month_line FORCE ROW LEVEL SECURITY;
CREATE POLICY quality_month_line_in_division ON quality_month_line AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (division_code ^@ ( SELECT guard_from() AS guard_from))));
COMMENT ON TABLE quality_month_line IS 'What was learned of a closed month later: added to it, with the reason. Append-only.';
GRANT INSERT, SELECT ON quality_month_line TO registration_rw;

CREATE TABLE quality_word (
  id uuid DEFAULT uuidv7() NOT NULL,
  finding_id uuid NOT NULL,
  reason text NOT NULL,
  said_by text DEFAULT guard_text('actor'::text) NOT NULL,
  said_at timestamp with time zone NOT NULL,
  CONSTRAINT quality_word_pkey PRIMARY KEY (id),
  CONSTRAINT quality_word_has_a_reason CHECK (char_length(reason) >= 4 AND char_length(reason) <= 500),
  CONSTRAINT quality_word_finding_id_fkey FOREIGN KEY (finding_id) REFERENCES quality_finding(id)
);
CREATE INDEX quality_word_by_finding ON quality_word USING btree (finding_id);
ALTER TABLE quality_word ENABLE ROW LEVEL SECURITY;
ALTER TABLE quality_word FORCE ROW LEVEL SECURITY;
CREATE POLICY quality_word_by_its_officer ON quality_word AS PERMISSIVE FOR INSERT TO PUBLIC WITH CHECK (((said_by = ( SELECT guard_text('actor'::text) AS guard_text)) AND (EXISTS ( SELECT
   FROM quality_finding f
  WHERE (f.id = quality_word.finding_id)))));
CREATE POLICY quality_word_of_finding ON quality_word AS PERMISSIVE FOR SELECT TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (EXISTS ( SELECT
   FROM quality_finding f
  WHERE (f.id = quality_word.finding_id)))));
COMMENT ON TABLE quality_word IS 'An officer''s word that a record is right although it looks wrong. Append-only.';
GRANT INSERT (finding_id, reason, said_at), SELECT ON quality_word TO registration_rw;

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
ALTER TABLE quarantine ENABLE ROW LEVEL SECURITY;
ALTER TABLE quarantine FORCE ROW LEVEL SECURITY;
CREATE POLICY quarantine_in_any_context ON quarantine AS PERMISSIVE FOR ALL TO PUBLIC USING (( SELECT guard_open() AS guard_open));
COMMENT ON TABLE quarantine IS 'Messages given up on, with the error''s code and no personal data; the row goes when a person releases it.';
GRANT DELETE, INSERT, SELECT, UPDATE ON quarantine TO registration_rw;

CREATE TABLE refiling (
  id uuid DEFAULT uuidv7() NOT NULL,
  person_id uuid,
  household_id uuid,
  old_code text COLLATE "C" NOT NULL,
  new_code text COLLATE "C" NOT NULL,
  reason text,
  done_by text DEFAULT guard_text('actor'::text) NOT NULL,
  done_at timestamp with time zone NOT NULL,
  CONSTRAINT refiling_pkey PRIMARY KEY (id),
  CONSTRAINT refiling_is_of_one_thing CHECK (num_nulls(person_id, household_id) = 1),
  CONSTRAINT refiling_leads_elsewhere CHECK (old_code <> new_code),
  CONSTRAINT refiling_household_id_fkey FOREIGN KEY (household_id) REFERENCES household(id),
  CONSTRAINT refiling_new_code_fkey FOREIGN KEY (new_code) REFERENCES division(code),
  CONSTRAINT refiling_old_code_fkey FOREIGN KEY (old_code) REFERENCES division(code),
  CONSTRAINT refiling_person_id_fkey FOREIGN KEY (person_id) REFERENCES person(id)
);
CREATE INDEX refiling_by_household ON refiling USING btree (household_id) WHERE household_id IS NOT NULL;
CREATE INDEX refiling_by_new_code ON refiling USING btree (new_code);
CREATE INDEX refiling_by_old_code ON refiling USING btree (old_code);
CREATE INDEX refiling_by_person ON refiling USING btree (person_id) WHERE person_id IS NOT NULL;
ALTER TABLE refiling ENABLE ROW LEVEL SECURITY;
ALTER TABLE refiling FORCE ROW LEVEL SECURITY;
CREATE POLICY refiling_by_its_officer ON refiling AS PERMISSIVE FOR INSERT TO PUBLIC WITH CHECK (((done_by = ( SELECT guard_text('actor'::text) AS guard_text)) AND (( SELECT guard_whole() AS guard_whole) OR ((old_code ^@ ( SELECT guard_from() AS guard_from)) AND (new_code ^@ ( SELECT guard_from() AS guard_from))))));
CREATE POLICY refiling_in_either_division ON refiling AS PERMISSIVE FOR SELECT TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (old_code ^@ ( SELECT guard_from() AS guard_from)) OR (new_code ^@ ( SELECT guard_from() AS guard_from)) OR (person_id = ANY (( SELECT guard_family() AS guard_family)::uuid[]))));
COMMENT ON TABLE refiling IS 'Each person and household that was filed under another code because the division changed, not because they moved. Append-only.';
GRANT INSERT (person_id, household_id, old_code, new_code, reason, done_at), SELECT ON refiling TO registration_rw;

CREATE TABLE registry_check (
  id uuid DEFAULT uuidv7() NOT NULL,
  registration_id uuid,
  party_id uuid,
  matter_id uuid,
  newborn_parent_id uuid,
  planned_at timestamp with time zone NOT NULL,
  due_on date NOT NULL,
  question uuid,
  asked_at timestamp with time zone,
  outcome text,
  is_death_marked boolean,
  answered_at timestamp with time zone,
  CONSTRAINT registry_check_pkey PRIMARY KEY (id),
  CONSTRAINT registry_check_is_about_one_parent_of_one_matter CHECK (num_nonnulls(registration_id, matter_id) = 1 AND (registration_id IS NULL) = (party_id IS NULL) AND (matter_id IS NULL) = (newborn_parent_id IS NULL)),
  CONSTRAINT registry_check_mark_comes_with_an_answer CHECK (is_death_marked IS NULL OR (outcome = ANY (ARRAY['match'::text, 'mismatch'::text, 'not-found'::text]))),
  CONSTRAINT registry_check_outcome_has_its_moment CHECK ((outcome IS NULL) = (answered_at IS NULL)),
  CONSTRAINT registry_check_outcome_is_known CHECK (outcome = ANY (ARRAY['match'::text, 'mismatch'::text, 'not-found'::text, 'set-aside'::text, 'no-reply'::text, 'not-asked'::text])),
  CONSTRAINT registry_check_question_has_its_moment CHECK ((question IS NULL) = (asked_at IS NULL)),
  CONSTRAINT registry_check_matter_id_fkey FOREIGN KEY (matter_id) REFERENCES newborn_matter(id),
  CONSTRAINT registry_check_newborn_parent_id_fkey FOREIGN KEY (newborn_parent_id) REFERENCES newborn_parent(id),
  CONSTRAINT registry_check_party_id_fkey FOREIGN KEY (party_id) REFERENCES birth_registration_party(id),
  CONSTRAINT registry_check_registration_id_fkey FOREIGN KEY (registration_id) REFERENCES birth_registration(id)
);
CREATE INDEX registry_check_by_matter ON registry_check USING btree (matter_id) WHERE matter_id IS NOT NULL;
CREATE UNIQUE INDEX registry_check_by_newborn_parent ON registry_check USING btree (newborn_parent_id) WHERE newborn_parent_id IS NOT NULL;
CREATE INDEX registry_check_by_outcome ON registry_check USING btree (id) WHERE (outcome = ANY (ARRAY['mismatch'::text, 'not-found'::text, 'set-aside'::text])) OR is_death_marked;
CREATE UNIQUE INDEX registry_check_by_party ON registry_check USING btree (party_id) WHERE party_id IS NOT NULL;
CREATE INDEX registry_check_by_registration ON registry_check USING btree (registration_id) WHERE registration_id IS NOT NULL;
ALTER TABLE registry_check ENABLE ROW LEVEL SECURITY;
ALTER TABLE registry_check FORCE ROW LEVEL SECURITY;
CREATE POLICY registry_check_follows ON registry_check AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (EXISTS ( SELECT
   FROM birth_registration r
  WHERE (r.id = registry_check.registration_id))) OR (EXISTS ( SELECT
   FROM newborn_matter m
  WHERE (m.id = registry_check.matter_id)))));
COMMENT ON TABLE registry_check IS 'A question to the household registry about one parent, and what came of it; it refuses nothing by itself.';
COMMENT ON COLUMN registry_check.due_on IS 'The last working day on which an answer is waited for; after it the registry is silent.';
COMMENT ON COLUMN registry_check.question IS 'Of the exchange; asked again under this row''s id it is the same one.';
COMMENT ON COLUMN registry_check.outcome IS 'Null while nothing came. no-reply and set-aside say nothing about the person; not-asked: the registry keeps no such paper.';
GRANT INSERT, SELECT, UPDATE (question, asked_at, outcome, is_death_marked, answered_at) ON registry_check TO registration_rw;

CREATE TABLE registry_check_word (
  id uuid DEFAULT uuidv7() NOT NULL,
  check_id uuid NOT NULL,
  note text NOT NULL,
  said_by text DEFAULT guard_text('actor'::text) NOT NULL,
  said_at timestamp with time zone NOT NULL,
  CONSTRAINT registry_check_word_pkey PRIMARY KEY (id),
  CONSTRAINT registry_check_word_has_4_to_400_characters CHECK (char_length(note) >= 4 AND char_length(note) <= 400),
  CONSTRAINT registry_check_word_check_id_fkey FOREIGN KEY (check_id) REFERENCES registry_check(id)
);
CREATE INDEX registry_check_word_by_check ON registry_check_word USING btree (check_id, said_at);
ALTER TABLE registry_check_word ENABLE ROW LEVEL SECURITY;
ALTER TABLE registry_check_word FORCE ROW LEVEL SECURITY;
CREATE POLICY registry_check_word_follows ON registry_check_word AS PERMISSIVE FOR ALL TO PUBLIC USING ((EXISTS ( SELECT
   FROM registry_check c
  WHERE (c.id = registry_check_word.check_id)))) WITH CHECK (((said_by = ( SELECT guard_text('actor'::text) AS guard_text)) AND (EXISTS ( SELECT
   FROM registry_check c
  WHERE (c.id = registry_check_word.check_id)))));
COMMENT ON TABLE registry_check_word IS 'An officer looked and says how it goes on; append-only.';
GRANT INSERT, SELECT ON registry_check_word TO registration_rw;

CREATE TABLE registry_event_taken (
  event_id text NOT NULL,
  kind text NOT NULL,
  registry_person_id text COLLATE "C" NOT NULL,
  person_id uuid,
  other_person_id uuid,
  happened_at timestamp with time zone NOT NULL,
  outcome text NOT NULL,
  code text,
  taken_at timestamp with time zone NOT NULL,
  CONSTRAINT registry_event_taken_pkey PRIMARY KEY (event_id),
  CONSTRAINT registry_event_outcome_is_known CHECK (outcome = ANY (ARRAY['applied'::text, 'unchanged'::text, 'superseded'::text, 'rejected'::text, 'for-a-person'::text])),
  CONSTRAINT registry_event_says_why CHECK ((outcome <> ALL (ARRAY['rejected'::text, 'for-a-person'::text])) OR code IS NOT NULL),
  CONSTRAINT registry_event_taken_other_person_id_fkey FOREIGN KEY (other_person_id) REFERENCES person(id),
  CONSTRAINT registry_event_taken_person_id_fkey FOREIGN KEY (person_id) REFERENCES person(id)
);
CREATE INDEX registry_event_taken_by_other ON registry_event_taken USING btree (other_person_id) WHERE other_person_id IS NOT NULL;
CREATE INDEX registry_event_taken_by_person ON registry_event_taken USING btree (person_id) WHERE person_id IS NOT NULL;
CREATE INDEX registry_event_taken_open ON registry_event_taken USING btree (taken_at, event_id) WHERE outcome = ANY (ARRAY['rejected'::text, 'for-a-person'::text]);
ALTER TABLE registry_event_taken ENABLE ROW LEVEL SECURITY;
ALTER TABLE registry_event_taken FORCE ROW LEVEL SECURITY;
CREATE POLICY registry_event_taken_of_person ON registry_event_taken AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (EXISTS ( SELECT
   FROM person p
  WHERE (p.id = registry_event_taken.person_id)))));
COMMENT ON TABLE registry_event_taken IS 'Every event of the household registry, once, with what became of it. Holds no number and no name.';
COMMENT ON COLUMN registry_event_taken.other_person_id IS 'The record that the registry merged into this person.';
GRANT INSERT, SELECT ON registry_event_taken TO registration_rw;

CREATE TABLE registry_feed_position (
  feed text NOT NULL,
  "position" text NOT NULL,
  at timestamp with time zone NOT NULL,
  CONSTRAINT registry_feed_position_pkey PRIMARY KEY (feed)
);
ALTER TABLE registry_feed_position ENABLE ROW LEVEL SECURITY;
ALTER TABLE registry_feed_position FORCE ROW LEVEL SECURITY;
CREATE POLICY registry_feed_position_is_central ON registry_feed_position AS PERMISSIVE FOR ALL TO PUBLIC USING (( SELECT guard_whole() AS guard_whole));
COMMENT ON TABLE registry_feed_position IS 'How far a feed was read; moved in the transaction that takes its events in.';
GRANT DELETE, INSERT, SELECT, UPDATE ON registry_feed_position TO registration_rw;

CREATE TABLE reveal (
  id uuid DEFAULT uuidv7() NOT NULL,
  subject_id uuid NOT NULL,
  field text NOT NULL,
  reason text NOT NULL,
  case_ref text NOT NULL,
  actor text DEFAULT guard_text('actor'::text) NOT NULL,
  division text DEFAULT guard_text('division'::text) NOT NULL,
  at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT reveal_pkey PRIMARY KEY (id),
  CONSTRAINT reveal_case_ref_check CHECK (case_ref <> ''::text),
  CONSTRAINT reveal_reason_check CHECK (char_length(reason) >= 4 AND char_length(reason) <= 200)
);
CREATE INDEX reveal_by_actor ON reveal USING btree (actor, at);
ALTER TABLE reveal ENABLE ROW LEVEL SECURITY;
ALTER TABLE reveal FORCE ROW LEVEL SECURITY;
CREATE POLICY reveal_of_actor ON reveal AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (actor = ( SELECT guard_text('actor'::text) AS guard_text)) OR (division ^@ ( SELECT guard_from() AS guard_from)))) WITH CHECK ((actor = ( SELECT guard_text('actor'::text) AS guard_text)));
COMMENT ON TABLE reveal IS 'Each time a whole number was shown, with the reason and the case; append-only.';
GRANT INSERT (subject_id, field, reason, case_ref, at), SELECT ON reveal TO registration_rw;

CREATE TABLE sealed_column (
  table_name text NOT NULL,
  column_name text NOT NULL,
  CONSTRAINT sealed_column_pkey PRIMARY KEY (table_name, column_name)
);
ALTER TABLE sealed_column ENABLE ROW LEVEL SECURITY;
ALTER TABLE sealed_column FORCE ROW LEVEL SECURITY;
CREATE POLICY sealed_column_is_public ON sealed_column AS PERMISSIVE FOR SELECT TO PUBLIC USING (true);
COMMENT ON TABLE sealed_column IS 'Every column with sealed values: what a rotation of keys goes through and closes to an old key.';
GRANT SELECT ON sealed_column TO registration_rw;

CREATE TABLE stated_total (
  id uuid DEFAULT uuidv7() NOT NULL,
  household_id uuid,
  division_code text COLLATE "C",
  persons integer NOT NULL,
  on_day date NOT NULL,
  source text NOT NULL,
  recorded_at timestamp with time zone NOT NULL,
  CONSTRAINT stated_total_pkey PRIMARY KEY (id),
  CONSTRAINT stated_total_counts_people CHECK (persons >= 0),
  CONSTRAINT stated_total_has_a_source CHECK (char_length(source) >= 2 AND char_length(source) <= 200),
  CONSTRAINT stated_total_is_of_one_thing CHECK (num_nulls(household_id, division_code) = 1),
  CONSTRAINT stated_total_division_code_fkey FOREIGN KEY (division_code) REFERENCES division(code),
  CONSTRAINT stated_total_household_id_fkey FOREIGN KEY (household_id) REFERENCES household(id)
);
CREATE UNIQUE INDEX stated_total_of_division ON stated_total USING btree (division_code, on_day) WHERE division_code IS NOT NULL;
CREATE UNIQUE INDEX stated_total_of_household ON stated_total USING btree (household_id, on_day) WHERE household_id IS NOT NULL;
ALTER TABLE stated_total ENABLE ROW LEVEL SECURITY;
ALTER TABLE stated_total FORCE ROW LEVEL SECURITY;
CREATE POLICY stated_total_in_division ON stated_total AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (division_code ^@ ( SELECT guard_from() AS guard_from)) OR ((( SELECT guard_from() AS guard_from) IS NOT NULL) AND (EXISTS ( SELECT
   FROM household h
  WHERE (h.id = stated_total.household_id))))));
COMMENT ON TABLE stated_total IS 'How many people a household or division has by what others say: the newest is compared with what is registered. Append-only.';
GRANT INSERT, SELECT ON stated_total TO registration_rw;

CREATE TABLE voucher (
  id uuid DEFAULT uuidv7() NOT NULL,
  registration_id uuid NOT NULL,
  version integer NOT NULL,
  no text NOT NULL,
  code_hash bytea NOT NULL,
  status_index bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  office_code text COLLATE "C" NOT NULL,
  office_name text NOT NULL,
  holder_masks text[] NOT NULL,
  content jsonb NOT NULL,
  pdf bytea NOT NULL,
  pdf_sha256 bytea NOT NULL,
  issued_by text DEFAULT guard_text('actor'::text) NOT NULL,
  issued_at timestamp with time zone NOT NULL,
  state text DEFAULT 'valid'::text NOT NULL,
  ended_at timestamp with time zone,
  CONSTRAINT voucher_pkey PRIMARY KEY (id),
  CONSTRAINT voucher_code_is_unique UNIQUE (code_hash),
  CONSTRAINT voucher_number_is_unique UNIQUE (no),
  CONSTRAINT voucher_status_index_is_unique UNIQUE (status_index),
  CONSTRAINT voucher_bytes_are_what_was_hashed CHECK (pdf_sha256 = sha256(pdf)),
  CONSTRAINT voucher_code_is_kept_as_sha256 CHECK (length(code_hash) = 32),
  CONSTRAINT voucher_end_has_its_moment CHECK ((state = 'valid'::text) = (ended_at IS NULL)),
  CONSTRAINT voucher_state_is_known CHECK (state = ANY (ARRAY['valid'::text, 'superseded'::text, 'withdrawn'::text, 'cancelled'::text])),
  CONSTRAINT voucher_office_code_fkey FOREIGN KEY (office_code) REFERENCES division(code),
  CONSTRAINT voucher_registration_id_fkey FOREIGN KEY (registration_id) REFERENCES birth_registration(id),
  CONSTRAINT voucher_registration_id_version_fkey FOREIGN KEY (registration_id, version) REFERENCES birth_registration_version(registration_id, version)
);
CREATE INDEX voucher_by_office ON voucher USING btree (office_code);
CREATE INDEX voucher_by_version ON voucher USING btree (registration_id, version);
CREATE INDEX voucher_ended ON voucher USING btree (status_index) WHERE state <> 'valid'::text;
CREATE UNIQUE INDEX voucher_one_valid_per_registration ON voucher USING btree (registration_id) WHERE state = 'valid'::text;
CREATE TRIGGER voucher_is_delivered BEFORE UPDATE ON voucher FOR EACH ROW EXECUTE FUNCTION voucher_is_delivered();
ALTER TABLE voucher ENABLE ROW LEVEL SECURITY;
ALTER TABLE voucher FORCE ROW LEVEL SECURITY;
CREATE POLICY voucher_follows ON voucher AS PERMISSIVE FOR ALL TO PUBLIC USING ((EXISTS ( SELECT
   FROM birth_registration r
  WHERE (r.id = voucher.registration_id)))) WITH CHECK ((EXISTS ( SELECT
   FROM birth_registration r
  WHERE (r.id = voucher.registration_id))));
CREATE POLICY voucher_names_its_issuer ON voucher AS RESTRICTIVE FOR INSERT TO PUBLIC WITH CHECK ((issued_by = ( SELECT guard_text('actor'::text) AS guard_text)));
COMMENT ON TABLE voucher IS 'A delivered voucher: its bytes never change, a corrected registration gets a voucher of a new number.';
COMMENT ON COLUMN voucher.code_hash IS 'SHA-256 of the verification code of 160 bits; the code itself stands on the document only.';
COMMENT ON COLUMN voucher.status_index IS 'Place in the status list that verifiers of credentials read.';
COMMENT ON COLUMN voucher.holder_masks IS 'What verifying shows of the names.';
GRANT INSERT, SELECT, UPDATE (state, ended_at) ON voucher TO registration_rw;

CREATE TABLE voucher_counter (
  county_code text COLLATE "C" NOT NULL,
  year smallint NOT NULL,
  last integer NOT NULL,
  CONSTRAINT voucher_counter_pkey PRIMARY KEY (county_code, year),
  CONSTRAINT voucher_counter_counts_up CHECK (last > 0)
);
ALTER TABLE voucher_counter ENABLE ROW LEVEL SECURITY;
ALTER TABLE voucher_counter FORCE ROW LEVEL SECURITY;
CREATE POLICY voucher_counter_in_any_context ON voucher_counter AS PERMISSIVE FOR ALL TO PUBLIC USING (( SELECT guard_open() AS guard_open));
COMMENT ON TABLE voucher_counter IS 'The last number that a county gave a voucher in a year.';
GRANT INSERT, SELECT, UPDATE ON voucher_counter TO registration_rw;

CREATE OR REPLACE FUNCTION registration.audit_about(of_type text, subject uuid, most integer)
 RETURNS SETOF audit_entry
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'registration', 'public', 'pg_temp'
AS $function$
  select e.* from audit_entry e
   where e.kind <> 'decided' and e.kind in ('read', 'done') and e.subject_type = $1 and e.subjects @> array[$2]
     and ((select guard_whole()) or e.division ^@ (select guard_from()) or e.subjects && (select guard_family()))
   order by e.id desc limit $3
$function$;

CREATE OR REPLACE FUNCTION registration.audit_append(kinds text[], subject_types text[], subject_lists text[], field_lists text[], codes text[])
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'registration', 'public', 'pg_temp'
AS $function$
  with said as materialized (select guard_claims() as claims)
  insert into audit_entry (kind, actor, operation, permission, purpose, case_ref, request_id, division,
                           subject_type, subjects, fields, code)
  select a.kind, claims ->> 'actor', claims ->> 'operation', claims ->> 'permission', claims ->> 'purpose',
         claims ->> 'case', claims ->> 'request', claims ->> 'division',
         a.subject_type, a.subjects::uuid[], a.fields::text[], a.code
    from said, unnest(kinds, subject_types, subject_lists, field_lists, codes) a (kind, subject_type, subjects, fields, code)
$function$;

CREATE OR REPLACE FUNCTION registration.audit_decide(subject_type text, subjects uuid[], contents bytea[])
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'registration', 'public', 'pg_temp'
AS $function$
  with said as materialized (select guard_claims() as claims)
  insert into audit_entry (kind, actor, operation, permission, purpose, case_ref, request_id, division,
                           subject_type, subjects, content)
  select 'decided', claims ->> 'actor', claims ->> 'operation', claims ->> 'permission', claims ->> 'purpose',
         claims ->> 'case', claims ->> 'request', claims ->> 'division', $1, array[d.subject], d.content
    from said, unnest($2, $3) d (subject, content)
$function$;

CREATE OR REPLACE FUNCTION registration.audit_is_history()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception 'the audit log only grows' using errcode = '23514', constraint = 'audit_is_history';
end $function$;

CREATE OR REPLACE FUNCTION registration.certificate_event_applies()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'registration', 'public', 'pg_temp'
AS $function$
declare moved integer; wanted integer;
begin
  select count(*) into wanted from arrived;
  update certificate c set state = a.to_state, events = a.seq,
         cancel_from = case a.to_state when 'cancelling' then a.effective_on when 'valid' then null else c.cancel_from end,
         cancelled_on = case a.to_state when 'cancelled' then a.effective_on end
    from arrived a where c.id = a.certificate_id and c.state = a.from_state and c.events = a.seq - 1;
  get diagnostics moved = row_count;
  if moved <> wanted then
    raise exception 'a certificate was moved by someone else meanwhile' using errcode = '40001', constraint = 'certificate_event_applies';
  end if;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION registration.day_swapped(d date)
 RETURNS date
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  select case when extract(day from d) <= 12
    then make_date(extract(year from d)::int, extract(day from d)::int, extract(month from d)::int) end
$function$;

CREATE OR REPLACE FUNCTION registration.division_digits(code text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  select left(code, case
    when substr(code, 10, 3) <> '000' then 12 when substr(code, 7, 3) <> '000' then 9
    when substr(code, 5, 2) <> '00' then 6 when substr(code, 3, 2) <> '00' then 4 else 2 end)
$function$;

CREATE OR REPLACE FUNCTION registration.division_heir(code text, on_date date)
 RETURNS text
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'registration', 'public', 'pg_temp'
AS $function$
declare
  reached text := code;
  step record;
begin
  for i in 1..30 loop
    select s.old_code, s.new_code into step from division_succession s
     where s.on_day <= on_date and s.kind <> 'split'
       and (s.old_code = reached
         or (s.kind in ('renamed', 'recoded') and reached ^@ division_digits(s.old_code)
             and length(division_digits(s.old_code)) = length(division_digits(s.new_code))))
     order by length(division_digits(s.old_code)) desc limit 1;
    if not found then return reached; end if;
    reached := case when step.old_code = reached then step.new_code
      else division_digits(step.new_code) || substr(reached, length(division_digits(step.new_code)) + 1) end;
  end loop;
  raise exception 'division % has too many successors', code using errcode = '23514', constraint = 'division_succession_makes_no_circle';
end $function$;

CREATE OR REPLACE FUNCTION registration.division_succession_makes_no_circle()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'registration', 'public', 'pg_temp'
AS $function$
begin
  perform pg_advisory_xact_lock(hashtextextended('registration.division_succession', 0));
  if exists (
    with recursive later as (
      select new.new_code as code
      union select s.new_code from division_succession s join later l on l.code = s.old_code)
    select from later where code = new.old_code) then
    raise exception 'division % would be its own successor', new.old_code
      using errcode = '23514', constraint = 'division_succession_makes_no_circle';
  end if;
  if exists (select from division_succession s where s.old_code = new.old_code and (s.kind = 'split') <> (new.kind = 'split')) then
    raise exception 'division % was split, or it was not', new.old_code
      using errcode = '23514', constraint = 'division_succession_is_split_or_not';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION registration.fact_is_history()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if old.ended_at is not null or new.ended_at is null
     or (new.id, new.kind, new.person_id, new.other_person_id, new.household_id, new.code, new.words, new.number_key,
         new.number_mask, new.valid, new.certain, new.is_disputed, new.basis, new.source_ref, new.recorded_by, new.recorded_at)
        is distinct from
        (old.id, old.kind, old.person_id, old.other_person_id, old.household_id, old.code, old.words, old.number_key,
         old.number_mask, old.valid, old.certain, old.is_disputed, old.basis, old.source_ref, old.recorded_by, old.recorded_at) then
    raise exception 'a fact is ended, never edited' using errcode = '23514', constraint = 'fact_is_history';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION registration.guard_claims()
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE PARALLEL SAFE SECURITY DEFINER
 SET search_path TO 'registration', 'public', 'pg_temp'
AS $function$
declare
  signed text := current_setting('app.context', true);
  body text := split_part(signed, '.', 1);
  pads context_key;
begin
  if coalesce(signed, '') = '' then return null; end if;
  select * into pads from context_key;
  if encode(sha256(pads.outer_pad || sha256(pads.inner_pad || convert_to(body, 'UTF8'))), 'hex') is distinct from split_part(signed, '.', 2) then
    return null;
  end if;
  return convert_from(decode(body, 'base64'), 'UTF8')::jsonb;
end $function$;

CREATE OR REPLACE FUNCTION registration.guard_family()
 RETURNS uuid[]
 LANGUAGE sql
 STABLE PARALLEL SAFE
 SET search_path TO 'registration', 'public', 'pg_temp'
AS $function$ select array(select jsonb_array_elements_text(guard_claims() -> 'family')::uuid) $function$;

CREATE OR REPLACE FUNCTION registration.guard_from()
 RETURNS text
 LANGUAGE sql
 STABLE PARALLEL SAFE
 SET search_path TO 'registration', 'public', 'pg_temp'
AS $function$ select guard_claims() ->> 'division' $function$;

CREATE OR REPLACE FUNCTION registration.guard_key()
 RETURNS bytea
 LANGUAGE sql
 STABLE PARALLEL SAFE
 SET search_path TO 'registration', 'public', 'pg_temp'
AS $function$ select decode(guard_claims() ->> 'key', 'hex') $function$;

CREATE OR REPLACE FUNCTION registration.guard_open()
 RETURNS boolean
 LANGUAGE sql
 STABLE PARALLEL SAFE
 SET search_path TO 'registration', 'public', 'pg_temp'
AS $function$ select guard_claims() is not null $function$;

CREATE OR REPLACE FUNCTION registration.guard_text(name text)
 RETURNS text
 LANGUAGE sql
 STABLE PARALLEL SAFE
 SET search_path TO 'registration', 'public', 'pg_temp'
AS $function$ select guard_claims() ->> name $function$;

CREATE OR REPLACE FUNCTION registration.guard_whole()
 RETURNS boolean
 LANGUAGE sql
 STABLE PARALLEL SAFE
 SET search_path TO 'registration', 'public', 'pg_temp'
AS $function$ select coalesce(guard_claims() ->> 'division' = '', false) $function$;

CREATE OR REPLACE FUNCTION registration.merge_leads_to_a_live_record()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'registration', 'public', 'pg_temp'
AS $function$
begin
  perform from person where id in (new.from_id, new.into_id) order by id for update;
  if new.undone_by is null and exists (select from merge where from_id = new.into_id and undone_by is null and id <> new.id) then
    raise exception 'the surviving record is itself merged' using errcode = '23514', constraint = 'merge_leads_to_a_live_record';
  end if;
  if tg_op = 'UPDATE' and (old.undone_by is not null
     or (new.id, new.from_id, new.into_id, new.change_id) is distinct from (old.id, old.from_id, old.into_id, old.change_id)) then
    raise exception 'a merge is undone, never edited' using errcode = '23514', constraint = 'merge_is_history';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION registration.name_likeness(a text, b text)
 RETURNS text
 LANGUAGE plpgsql
 IMMUTABLE PARALLEL SAFE
AS $function$
declare
  la int := char_length(a);
  lb int := char_length(b);
  most int := least(la, lb);
  p int := 0;
  s int := 0;
begin
  if a ~ '^(未取名|未命名|无名|暂无|.{0,6}之[子女])$' or b ~ '^(未取名|未命名|无名|暂无|.{0,6}之[子女])$' then return 'unnamed'; end if;
  if a = b then return 'same'; end if;
  if abs(la - lb) > 1 then return 'different'; end if;
  while p < most and substr(a, p + 1, 1) = substr(b, p + 1, 1) loop p := p + 1; end loop;
  while s < most - p and substr(a, la - s, 1) = substr(b, lb - s, 1) loop s := s + 1; end loop;
  if p + s = 0 then return 'different'; end if;
  if la = lb and p + s = la - 1 then return 'near'; end if;
  if la = lb and p + s = la - 2 and substr(a, p + 1, 1) = substr(b, p + 2, 1) and substr(a, p + 2, 1) = substr(b, p + 1, 1) then
    return 'near';
  end if;
  if la <> lb and p + s = most and most >= 2 then return 'near'; end if;
  return 'different';
end $function$;

CREATE OR REPLACE FUNCTION registration.newborn_event_applies()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'registration', 'public', 'pg_temp'
AS $function$
declare moved integer; wanted integer;
begin
  select count(*) into wanted from arrived;
  update newborn_sub_case s
     set state = a.to_state, events = a.seq, reason = a.reason, reference = coalesce(a.reference, s.reference)
    from arrived a where s.id = a.sub_case_id and s.state = a.from_state and s.events = a.seq - 1;
  get diagnostics moved = row_count;
  if moved <> wanted then
    raise exception 'a part was moved by someone else meanwhile' using errcode = '40001', constraint = 'newborn_event_applies';
  end if;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION registration.not_same_is_taken_back_once()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if old.taken_back_at is not null
     or (new.id, new.person_a, new.person_b, new.reason, new.said_by, new.said_at)
        is distinct from (old.id, old.person_a, old.person_b, old.reason, old.said_by, old.said_at) then
    raise exception 'what an officer said is history' using errcode = '23514', constraint = 'not_same_is_taken_back_once';
  end if;
  return new;
end $function$;

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
 SET search_path TO 'registration', 'pg_temp'
AS $function$
begin
  insert into person_history (
    id, registry_person_id, name, name_match, sex, ethnicity, id_type, id_number_sealed, id_number_key, id_number_mask,
    id_number_legacy_key, birth_certificate_sealed, birth_certificate_key, born, died, status, household_id,
    relation_to_head, household_type, division_code, address, father_key, mother_key, marital_status, moved_in_on,
    moved_out_on, source_updated_at, row_hash, batch_id, batch_line, recorded_at, recorded_until, replaced_by_batch_id,
    father_id, mother_id, merged_into)
  select
    o.id, o.registry_person_id, o.name, o.name_match, o.sex, o.ethnicity, o.id_type, o.id_number_sealed, o.id_number_key,
    o.id_number_mask, o.id_number_legacy_key, o.birth_certificate_sealed, o.birth_certificate_key, o.born, o.died,
    o.status, o.household_id, o.relation_to_head, o.household_type, o.division_code, o.address, o.father_key,
    o.mother_key, o.marital_status, o.moved_in_on, o.moved_out_on, o.source_updated_at, o.row_hash, o.batch_id,
    o.batch_line, o.recorded_at, n.recorded_at, n.batch_id, o.father_id, o.mother_id, o.merged_into
  from old_rows o join new_rows n using (id)
  where o.row_hash <> n.row_hash or o.recorded_at <> n.recorded_at
     -- Two changes within one tick of the clock.
     or (o.name, o.sex, o.born, o.died, o.status, o.household_id, o.id_number_key, o.birth_certificate_key, o.merged_into)
        is distinct from (n.name, n.sex, n.born, n.died, n.status, n.household_id, n.id_number_key, n.birth_certificate_key, n.merged_into);
  return null;
end $function$;

CREATE OR REPLACE FUNCTION registration.reseal(of_table text, of_column text, ids uuid[], was bytea[], becomes bytea[])
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'registration', 'public', 'pg_temp'
AS $function$
declare swapped integer;
begin
  if not guard_whole() then
    raise exception 'sealed values are swapped centrally' using errcode = '42501';
  end if;
  if not exists (select from sealed_column where (table_name, column_name) = (of_table, of_column)) then
    raise exception 'not a sealed column' using errcode = '42501';
  end if;
  -- A later key version and the same length of text: anything else is no re-seal.
  if exists (select from unnest(was, becomes) v (was, becomes)
              where (get_byte(v.becomes, 0) > get_byte(v.was, 0) and length(v.becomes) = length(v.was)) is not true) then
    raise exception 'not a re-seal' using errcode = '23514', constraint = 'registration_reseal_goes_forward';
  end if;
  -- Rows that somebody is writing are passed over, so that nobody waits for this and this waits for nobody.
  execute format(
    'with same as materialized (
       select v.* from unnest($1, $2, $3) v (id, was, becomes)
         join %1$I t on t.id = v.id and t.%2$I = v.was for update of t skip locked)
     update %1$I t set %2$I = s.becomes from same s where t.id = s.id and t.%2$I = s.was', of_table, of_column)
    using ids, was, becomes;
  get diagnostics swapped = row_count;
  return swapped;
end $function$;

CREATE OR REPLACE FUNCTION registration.retire_seal(version integer)
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'registration', 'public', 'pg_temp'
AS $function$
declare
  of_table text;
  checks text;
  found bigint;
  left_over bigint := 0;
  latest integer;
  newest integer := 0;
  column_of record;
begin
  if not guard_whole() or version not between 1 and 255 then
    raise exception 'key versions are retired centrally' using errcode = '42501';
  end if;
  for of_table in select distinct table_name from sealed_column order by 1 loop
    execute format('lock table %I in access exclusive mode', of_table);
  end loop;
  for column_of in select table_name, column_name from sealed_column loop
    execute format('select count(*) filter (where get_byte(%2$I, 0) = $1), max(get_byte(%2$I, 0)) from %1$I',
                   column_of.table_name, column_of.column_name) into found, latest using version;
    left_over := left_over + found;
    newest := greatest(newest, latest);
  end loop;
  if left_over > 0 then return left_over; end if;
  if version > newest then
    raise exception 'only what newer values have replaced is retired' using errcode = '42501';
  end if;
  for of_table, checks in
    select table_name, string_agg(format('get_byte(%I, 0) <> %s', column_name, version), ' and ' order by column_name desc)
      from sealed_column group by 1 loop
    if not exists (select from pg_constraint where conrelid = of_table::regclass
                    and conname = format('%s_seal_%s_is_retired', of_table, version)) then
      execute format('alter table %I add constraint %I check (%s)',
                     of_table, format('%s_seal_%s_is_retired', of_table, version), checks);
    end if;
  end loop;
  return 0;
end $function$;

CREATE OR REPLACE FUNCTION registration.state_registry_facts(of_change uuid, of_batch uuid, since xid8, moment timestamp with time zone)
 RETURNS bigint
 LANGUAGE plpgsql
 SET search_path TO 'registration', 'public', 'pg_temp'
AS $function$
declare
  written bigint := 0;
  wrote bigint;
begin
  create temp table stated on commit drop as
    with s as materialized (
      select p.*, (source_updated_at at time zone 'Asia/Shanghai')::date as stated_on,
             case when status = 8 then coalesce(moved_out_on, (source_updated_at at time zone 'Asia/Shanghai')::date)
                  when status = 9 then coalesce(died + 1, (source_updated_at at time zone 'Asia/Shanghai')::date) end as left_on
        from person p
       where p.changed_xid >= since and p.registry_person_id not like 'own:%'
         and (p.batch_id = of_batch or not p.is_governed))
    select id as person_id, 'identity' as kind, id_type as code, null::uuid as other_person_id, null::uuid as household_id,
           id_number_key as number_key, id_number_mask as number_mask,
           daterange(born, null) as valid, daterange(born, null) as certain, id_type as slot, stated_on as since_day, false as is_from_known
      from s where merged_into is null and id_number_key is not null
    union all
    select id, 'identity', '111_15', null, null, id_number_legacy_key, left(id_number_mask, 4) || '***********',
           daterange(born, null), 'empty'::daterange, '111_15', stated_on, false
      from s where merged_into is null and id_number_legacy_key is not null
    union all
    select id, 'identity', 'BIRTH_CERTIFICATE', null, null, birth_certificate_key, '**********',
           daterange(born, null), daterange(born, null), 'BIRTH_CERTIFICATE', stated_on, false
      from s where merged_into is null and birth_certificate_key is not null
    union all
    select id, 'membership', coalesce(relation_to_head, '00'), null, household_id, null, null,
           daterange(coalesce(moved_in_on, born), left_on),
           case when moved_in_on is not null then daterange(moved_in_on, left_on)
                when left_on is null or left_on > stated_on then daterange(stated_on, left_on) else 'empty' end,
           'household', coalesce(moved_in_on, least(stated_on, left_on)), moved_in_on is not null
      from s where merged_into is null and household_id is not null and (left_on is null or left_on > coalesce(moved_in_on, born, '0001-01-01'))
               and status <> 1
    union all
    select id, 'kinship', 'registered-father', father_id, null, null, null, daterange(born, null), daterange(born, null),
           'father', coalesce(born, stated_on), false
      from s where merged_into is null and father_id is not null
    union all
    select id, 'kinship', 'registered-mother', mother_id, null, null, null, daterange(born, null), daterange(born, null),
           'mother', coalesce(born, stated_on), false
      from s where merged_into is null and mother_id is not null
    union all
    select coalesce(merged_into, id), 'death', 'died', null, null, null, null,
           case when died is not null then daterange(died, died + 1) else daterange(born, stated_on + 1) end,
           case when died is not null then daterange(died, died + 1) else 'empty' end, 'death', stated_on, false
      from s where (status = 9 or died is not null) and (died is not null or born is null or born <= stated_on);
  create temp table looked_at on commit drop as
    select p.id as person_id, (p.source_updated_at at time zone 'Asia/Shanghai')::date as stated_on from person p
     where p.changed_xid >= since and p.registry_person_id not like 'own:%' and (p.batch_id = of_batch or not p.is_governed)
       and p.merged_into is null;
  create index on stated (person_id, kind);
  create index on looked_at (person_id);
  analyze stated;
  analyze looked_at;

  -- What is known already: the same from the registry, or from us about the same days.
  delete from stated s using fact f
   where f.person_id = s.person_id and f.kind = s.kind and f.ended_at is null and not f.is_disputed
     and (f.code = s.code or s.kind = 'kinship' and f.basis <> 'registry' and f.code in ('birth-' || s.slot, 'adoptive-' || s.slot)
          or s.kind = 'membership' and f.basis <> 'registry')
     and f.other_person_id is not distinct from s.other_person_id and f.household_id is not distinct from s.household_id
     and f.number_key is not distinct from s.number_key
     and (f.basis <> 'registry' and s.kind <> 'death'
          or (s.kind <> 'death' or f.valid = s.valid)
             and (s.kind <> 'membership' or upper(f.valid) is not distinct from upper(s.valid)
                  and (not s.is_from_known or lower(f.valid) is not distinct from lower(s.valid))));
  -- What was said before, beside a fact of our own, is not said again; nor what a person has looked into and refused.
  delete from stated s using fact f left join change c on c.id = f.ended_by
   where f.person_id = s.person_id and f.kind = s.kind and f.is_disputed and f.code = s.code and f.basis = 'registry'
     and (f.ended_at is null or c.kind = 'investigation')
     and f.other_person_id is not distinct from s.other_person_id and f.household_id is not distinct from s.household_id
     and f.number_key is not distinct from s.number_key and (s.kind <> 'death' or f.valid = s.valid);

  alter table stated add column is_disputed boolean not null default false, add column id uuid not null default uuidv7();
  update stated s set is_disputed = true
   where exists (
     select from fact f where f.person_id = s.person_id and f.kind = s.kind and f.basis <> 'registry' and f.ended_at is null
        and not f.is_disputed
        and (s.kind in ('membership', 'death') and f.valid && s.valid
             or s.kind = 'identity' and f.code = s.code
             or s.kind = 'kinship' and f.code in ('birth-' || s.slot, 'adoptive-' || s.slot)
                and not exists (select from fact r where r.person_id = s.person_id and r.kind = 'kinship' and r.code = s.code
                                   and r.ended_at is null and r.basis = 'registry')))
      or s.kind = 'death' and exists (
        select from fact f join change c on c.id = f.ended_by and c.kind = 'death-reversal' where f.person_id = s.person_id and f.kind = 'death')
      -- Stated of a record that lives on in this one: whether it is meant for this person, somebody must say.
      or s.kind = 'death' and exists (
        select from person m where m.merged_into = s.person_id and m.changed_xid >= since and (m.status = 9 or m.died is not null));

  -- What the registry stated and no longer states, or states otherwise: it held until then, or never did.
  create temp table over on commit drop as
    select f.*, case when s.person_id is not null then s.since_day else l.stated_on end as over_on, s.person_id is null as is_gone,
           s.household_id is not distinct from f.household_id and s.other_person_id is not distinct from f.other_person_id
             and s.number_key is not distinct from f.number_key and s.person_id is not null as is_same_thing
      from looked_at l
      join fact f on f.person_id = l.person_id and f.basis = 'registry' and f.ended_at is null and not f.is_disputed
      left join stated s on s.person_id = f.person_id and s.kind = f.kind and not s.is_disputed
                        and (s.kind in ('membership', 'death') or s.code = f.code)
      left join person p on p.id = f.person_id
     where s.person_id is not null
        or f.kind = 'identity' and f.code <> 'BIRTH_CERTIFICATE' and f.code <> '111_15' and p.id_number_key is null
        or f.kind = 'membership' and upper_inf(f.valid) and (p.household_id is null or p.status = 1)
        or f.kind = 'kinship' and f.code = 'registered-father' and p.father_id is null
        or f.kind = 'kinship' and f.code = 'registered-mother' and p.mother_id is null
        or f.kind = 'death' and p.status <> 9 and p.died is null;
  analyze over;
  update fact f set ended_by = of_change, ended_at = moment from over o where f.id = o.id;
  insert into fact (id, kind, person_id, other_person_id, household_id, code, words, number_sealed, number_key, number_mask,
                    valid, certain, is_disputed, basis, source_ref, recorded_by, recorded_at)
    select uuidv7(), kind, person_id, other_person_id, household_id, code, words, null, number_key, number_mask,
           valid * daterange(null, over_on), certain * daterange(null, over_on), false, basis, source_ref, of_change, moment
      from over
     where kind in ('identity', 'membership') and not is_same_thing and number_sealed is null
       and not isempty(valid * daterange(null, over_on)) and (upper_inf(valid) or upper(valid) > over_on);

  insert into fact (id, kind, person_id, other_person_id, household_id, code, number_key, number_mask, valid, certain,
                    is_disputed, basis, recorded_by, recorded_at)
    select s.id, s.kind, s.person_id, s.other_person_id, s.household_id, s.code, s.number_key, s.number_mask,
           case when s.kind = 'identity' and o.id is not null then s.valid * daterange(s.since_day, null) else s.valid end,
           case when s.kind = 'identity' and o.id is not null then s.certain * daterange(s.since_day, null) else s.certain end,
           s.is_disputed, 'registry', of_change, moment
      from stated s left join over o on o.person_id = s.person_id and o.kind = 'identity' and s.kind = 'identity' and o.code = s.code
                                    and not s.is_disputed and not isempty(s.valid * daterange(s.since_day, null))
    on conflict do nothing;
  get diagnostics written = row_count;
  -- Two heads of one household, two households of one person: the registry contradicts itself, and a person must look.
  insert into fact (id, kind, person_id, other_person_id, household_id, code, number_key, number_mask, valid, certain,
                    is_disputed, basis, recorded_by, recorded_at)
    select uuidv7(), s.kind, s.person_id, s.other_person_id, s.household_id, s.code, s.number_key, s.number_mask, s.valid,
           s.certain, true, 'registry', of_change, moment
      from stated s
     where not exists (select from fact f where f.id = s.id);
  get diagnostics wrote = row_count;
  drop table stated, looked_at;
  drop table over;
  return written + wrote;
end $function$;

CREATE OR REPLACE FUNCTION registration.voucher_is_delivered()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if old.state <> 'valid' or (to_jsonb(new) - 'state' - 'ended_at') is distinct from (to_jsonb(old) - 'state' - 'ended_at') then
    raise exception 'a delivered voucher does not change' using errcode = '23514', constraint = 'voucher_is_delivered';
  end if;
  return new;
end $function$;

ALTER DEFAULT PRIVILEGES FOR ROLE registration_owner GRANT DELETE, INSERT, SELECT, UPDATE ON TABLES TO registration_rw;
ALTER DEFAULT PRIVILEGES FOR ROLE registration_owner GRANT SELECT, USAGE ON SEQUENCES TO registration_rw;
