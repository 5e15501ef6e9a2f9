-- Schema "migrant", read back from a migrated database by "npm run generate". To change it, add a migration.

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
GRANT INSERT (size, root, note), SELECT ON audit_checkpoint TO migrant_rw;

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
CREATE POLICY audit_entry_for_its_functions ON audit_entry AS PERMISSIVE FOR SELECT TO migrant_owner USING (true);
CREATE POLICY audit_entry_is_seen_from_above ON audit_entry AS PERMISSIVE FOR SELECT TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (division ^@ ( SELECT guard_from() AS guard_from)) OR (subjects && ( SELECT guard_family() AS guard_family))));
CREATE POLICY audit_entry_is_written_by_somebody ON audit_entry AS PERMISSIVE FOR INSERT TO PUBLIC WITH CHECK (( SELECT guard_open() AS guard_open));
COMMENT ON TABLE audit_entry IS 'One line for each kind of thing that a transaction read or changed, for each refusal and each decision: ids and names, never values. Append-only.';
COMMENT ON COLUMN audit_entry.xid IS 'Of the transaction that wrote it: entries are sealed in the order (xid, id) once no older transaction is running.';
COMMENT ON COLUMN audit_entry.operation IS 'Field of the graph, step of the command line or job.';
COMMENT ON COLUMN audit_entry.division IS 'How far the actor saw: leading digits, empty for everything, null for a citizen.';
COMMENT ON COLUMN audit_entry.fields IS 'Names of the fields that were asked for.';
COMMENT ON COLUMN audit_entry.content IS 'SHA-256 of the canonical text of a decision.';
GRANT INSERT (kind, subject_type, subjects, fields, code, content), SELECT ON audit_entry TO migrant_rw;

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
GRANT INSERT, SELECT ON audit_leaf TO migrant_rw;

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
GRANT INSERT, SELECT ON audit_node TO migrant_rw;

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
CREATE POLICY context_key_for_the_check ON context_key AS PERMISSIVE FOR ALL TO migrant_owner USING (true);
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
GRANT INSERT, SELECT, UPDATE ON delivery TO migrant_rw;

CREATE TABLE division_succession (
  old_code text COLLATE "C" NOT NULL,
  new_code text COLLATE "C" NOT NULL,
  kind text NOT NULL,
  on_day date NOT NULL,
  is_old_kept boolean NOT NULL,
  CONSTRAINT division_succession_pkey PRIMARY KEY (old_code, new_code),
  CONSTRAINT division_succession_kind_is_known CHECK (kind = ANY (ARRAY['merged'::text, 'renamed'::text, 'split'::text, 'recoded'::text]))
);
CREATE INDEX division_succession_by_new ON division_succession USING btree (new_code);
ALTER TABLE division_succession ENABLE ROW LEVEL SECURITY;
ALTER TABLE division_succession FORCE ROW LEVEL SECURITY;
CREATE POLICY division_succession_is_copied_centrally ON division_succession AS PERMISSIVE FOR ALL TO PUBLIC USING (( SELECT guard_whole() AS guard_whole));
CREATE POLICY division_succession_is_public ON division_succession AS PERMISSIVE FOR SELECT TO PUBLIC USING (true);
COMMENT ON TABLE division_succession IS 'Which division followed which: a copy of registration''s list, read anew with its feed. Names nobody.';
GRANT DELETE, INSERT, SELECT, UPDATE ON division_succession TO migrant_rw;

CREATE TABLE feed_position (
  feed text NOT NULL,
  "position" text NOT NULL,
  CONSTRAINT feed_position_pkey PRIMARY KEY (feed)
);
ALTER TABLE feed_position ENABLE ROW LEVEL SECURITY;
ALTER TABLE feed_position FORCE ROW LEVEL SECURITY;
CREATE POLICY feed_position_is_central ON feed_position AS PERMISSIVE FOR ALL TO PUBLIC USING (( SELECT guard_whole() AS guard_whole));
COMMENT ON TABLE feed_position IS 'How far a change feed of another app was read.';
GRANT DELETE, INSERT, SELECT, UPDATE ON feed_position TO migrant_rw;

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
GRANT INSERT, SELECT ON inbox TO migrant_rw;

CREATE TABLE lookup_found (
  actor text DEFAULT guard_text('actor'::text) NOT NULL,
  resident_id uuid NOT NULL,
  day date NOT NULL,
  CONSTRAINT lookup_found_pkey PRIMARY KEY (actor, day, resident_id),
  CONSTRAINT lookup_found_resident_id_fkey FOREIGN KEY (resident_id) REFERENCES resident(id) ON DELETE CASCADE
);
CREATE INDEX lookup_found_by_resident ON lookup_found USING btree (resident_id);
CREATE TRIGGER retention_deletes_alone BEFORE DELETE ON lookup_found FOR EACH ROW WHEN (CURRENT_USER = 'migrant_rw'::name) EXECUTE FUNCTION retention_refuse();
ALTER TABLE lookup_found ENABLE ROW LEVEL SECURITY;
ALTER TABLE lookup_found FORCE ROW LEVEL SECURITY;
CREATE POLICY lookup_found_of_actor ON lookup_found AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (actor = ( SELECT guard_text('actor'::text) AS guard_text))));
COMMENT ON TABLE lookup_found IS 'Residents whom somebody found by number on a day.';
GRANT DELETE, INSERT (resident_id, day), SELECT ON lookup_found TO migrant_rw;

CREATE TABLE lookup_miss (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  actor text DEFAULT guard_text('actor'::text) NOT NULL,
  place_key bytea NOT NULL,
  at timestamp with time zone NOT NULL,
  CONSTRAINT lookup_miss_pkey PRIMARY KEY (id),
  CONSTRAINT lookup_miss_place_key_check CHECK (length(place_key) = 32)
);
CREATE INDEX lookup_miss_by_place ON lookup_miss USING btree (place_key, at);
ALTER TABLE lookup_miss ENABLE ROW LEVEL SECURITY;
ALTER TABLE lookup_miss FORCE ROW LEVEL SECURITY;
CREATE POLICY lookup_miss_of_actor ON lookup_miss AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (actor = ( SELECT guard_text('actor'::text) AS guard_text))));
COMMENT ON TABLE lookup_miss IS 'Look-ups by number that found nothing the asker may see; append-only. After five for one region and birth date the asker is stopped.';
GRANT DELETE, INSERT (place_key, at), SELECT ON lookup_miss TO migrant_rw;

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
GRANT INSERT, SELECT, UPDATE ON outbox TO migrant_rw;

CREATE TABLE own_request (
  id uuid DEFAULT uuidv7() NOT NULL,
  resident_id uuid NOT NULL,
  kind text NOT NULL,
  wish text NOT NULL,
  evidence text,
  asked_by text DEFAULT guard_text('actor'::text) NOT NULL,
  asked_at timestamp with time zone NOT NULL,
  due_on date NOT NULL,
  state text DEFAULT 'open'::text NOT NULL,
  reason text,
  answer text,
  answered_by text,
  answered_at timestamp with time zone,
  CONSTRAINT own_request_pkey PRIMARY KEY (id),
  CONSTRAINT own_request_answer_says_something CHECK (char_length(answer) >= 4 AND char_length(answer) <= 1000),
  CONSTRAINT own_request_correction_shows_evidence CHECK (kind <> 'correction'::text OR evidence IS NOT NULL),
  CONSTRAINT own_request_evidence_is_short CHECK (char_length(evidence) >= 2 AND char_length(evidence) <= 400),
  CONSTRAINT own_request_is_answered_by_somebody CHECK (num_nulls(answer, answered_by, answered_at) =
CASE
    WHEN state = 'open'::text THEN 3
    ELSE 0
END),
  CONSTRAINT own_request_is_refused_with_reasons CHECK ((state = 'refused'::text) = (reason IS NOT NULL)),
  CONSTRAINT own_request_kind_is_known CHECK (kind = ANY (ARRAY['correction'::text, 'objection'::text, 'deletion'::text])),
  CONSTRAINT own_request_reason_is_known CHECK (reason = ANY (ARRAY['kept-by-law'::text, 'still-needed'::text, 'held'::text, 'found-right'::text, 'not-shown'::text])),
  CONSTRAINT own_request_says_what CHECK (char_length(wish) >= 4 AND char_length(wish) <= 1000),
  CONSTRAINT own_request_state_is_known CHECK (state = ANY (ARRAY['open'::text, 'granted'::text, 'refused'::text, 'withdrawn'::text])),
  CONSTRAINT own_request_resident_id_fkey FOREIGN KEY (resident_id) REFERENCES resident(id) ON DELETE CASCADE
);
CREATE INDEX own_request_by_resident ON own_request USING btree (resident_id);
CREATE INDEX own_request_open ON own_request USING btree (due_on, id) WHERE state = 'open'::text;
CREATE UNIQUE INDEX own_request_open_once_a_kind ON own_request USING btree (resident_id, kind) WHERE state = 'open'::text;
CREATE TRIGGER own_request_is_answered_once BEFORE UPDATE OF state, reason, answer, answered_by, answered_at ON own_request FOR EACH ROW EXECUTE FUNCTION own_request_is_answered_once();
CREATE TRIGGER retention_deletes_alone BEFORE DELETE ON own_request FOR EACH ROW WHEN (CURRENT_USER = 'migrant_rw'::name) EXECUTE FUNCTION retention_refuse();
ALTER TABLE own_request ENABLE ROW LEVEL SECURITY;
ALTER TABLE own_request FORCE ROW LEVEL SECURITY;
CREATE POLICY own_request_of_resident ON own_request AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (EXISTS ( SELECT
   FROM resident r
  WHERE (r.id = own_request.resident_id)))));
COMMENT ON TABLE own_request IS 'What somebody asks about their own record, and the answer with its reasons. Answered once.';
COMMENT ON COLUMN own_request.reason IS 'kept-by-law: a statute obliges; still-needed: the purpose goes on; held: an open case; found-right: the record was checked and is right; not-shown: nothing shows it.';
GRANT INSERT (id, resident_id, kind, wish, evidence, asked_at, due_on), SELECT, UPDATE (state, reason, answer, answered_by, answered_at) ON own_request TO migrant_rw;

CREATE TABLE parameter (
  id uuid DEFAULT uuidv7() NOT NULL,
  name text NOT NULL,
  region text DEFAULT ''::text NOT NULL,
  valid daterange NOT NULL,
  value text NOT NULL,
  unit text NOT NULL,
  source text NOT NULL,
  status text NOT NULL,
  CONSTRAINT parameter_pkey PRIMARY KEY (id),
  CONSTRAINT parameter_begins_somewhere CHECK (NOT lower_inf(valid) AND NOT isempty(valid)),
  CONSTRAINT parameter_name_check CHECK (name ~ '^[a-z]+([.-][a-z]+)*$'::text),
  CONSTRAINT parameter_region_check CHECK (region ~ '^(\d{2}|\d{4}|\d{6}|\d{9}|\d{12})?$'::text),
  CONSTRAINT parameter_source_check CHECK (source <> ''::text),
  CONSTRAINT parameter_status_is_known CHECK (status = ANY (ARRAY['confirmed'::text, 'assumed'::text, 'unverified'::text])),
  CONSTRAINT parameter_unit_check CHECK (unit <> ''::text),
  CONSTRAINT parameter_value_check CHECK (value <> ''::text),
  CONSTRAINT parameter_has_one_value_a_day EXCLUDE USING gist (name WITH =, region WITH =, valid WITH &&)
);
ALTER TABLE parameter ENABLE ROW LEVEL SECURITY;
ALTER TABLE parameter FORCE ROW LEVEL SECURITY;
CREATE POLICY parameter_by_migrations ON parameter AS PERMISSIVE FOR ALL TO migrant_owner USING (true) WITH CHECK (true);
CREATE POLICY parameter_is_open ON parameter AS PERMISSIVE FOR SELECT TO PUBLIC USING (( SELECT guard_open() AS guard_open));
CREATE POLICY parameter_is_set_centrally ON parameter AS PERMISSIVE FOR ALL TO PUBLIC USING (( SELECT guard_whole() AS guard_whole));
COMMENT ON TABLE parameter IS 'What changes with place and time in serving people who move, each value with its days and its source. A change is a new row.';
GRANT INSERT, SELECT, UPDATE (valid) ON parameter TO migrant_rw;

CREATE TABLE personal_table (
  of_table text NOT NULL,
  person text NOT NULL,
  whose text NOT NULL,
  audit_kinds text[] DEFAULT '{}'::text[] NOT NULL,
  withheld jsonb DEFAULT '{}'::jsonb NOT NULL,
  opened text[] DEFAULT '{}'::text[] NOT NULL,
  otherwise text,
  CONSTRAINT personal_table_pkey PRIMARY KEY (of_table),
  CONSTRAINT personal_table_withholds_with_a_reason CHECK (jsonb_typeof(withheld) = 'object'::text)
);
ALTER TABLE personal_table ENABLE ROW LEVEL SECURITY;
ALTER TABLE personal_table FORCE ROW LEVEL SECURITY;
CREATE POLICY personal_table_for_its_functions ON personal_table AS PERMISSIVE FOR ALL TO migrant_owner USING (true) WITH CHECK (true);
CREATE POLICY personal_table_is_public ON personal_table AS PERMISSIVE FOR SELECT TO PUBLIC USING (true);
COMMENT ON TABLE personal_table IS 'Every table with rows about somebody, and how they are found: an export reads them all, and a test finds those that are missing.';
GRANT SELECT ON personal_table TO migrant_rw;

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
GRANT DELETE, INSERT, SELECT, UPDATE ON quarantine TO migrant_rw;

CREATE TABLE residence_notice (
  id uuid DEFAULT uuidv7() NOT NULL,
  resident_id uuid NOT NULL,
  source text NOT NULL,
  reference text NOT NULL,
  kind text NOT NULL,
  place_code text COLLATE "C",
  came_from text COLLATE "C",
  starts text,
  ends text,
  basis text NOT NULL,
  source_ref text,
  is_upheld boolean DEFAULT false NOT NULL,
  recorded_by text DEFAULT guard_text('actor'::text) NOT NULL,
  recorded_at timestamp with time zone NOT NULL,
  withdrawn_by text,
  withdrawn_at timestamp with time zone,
  withdrawn_why text,
  settled_why text,
  CONSTRAINT residence_notice_pkey PRIMARY KEY (id),
  CONSTRAINT residence_notice_comes_once UNIQUE (source, reference),
  CONSTRAINT residence_notice_basis_is_known CHECK (basis = ANY (ARRAY['registry'::text, 'agency'::text, 'document'::text, 'declared'::text])),
  CONSTRAINT residence_notice_days_are_days CHECK (starts ~ '^(\d{4}(-\d\d(-\d\d)?)?|unknown)$'::text AND ends ~ '^(\d{4}(-\d\d(-\d\d)?)?|unknown)$'::text),
  CONSTRAINT residence_notice_is_settled_in_words CHECK (char_length(settled_why) >= 4 AND char_length(settled_why) <= 200),
  CONSTRAINT residence_notice_is_withdrawn_with_a_reason CHECK (num_nulls(withdrawn_by, withdrawn_at, withdrawn_why) = ANY (ARRAY[0, 3])),
  CONSTRAINT residence_notice_kind_is_known CHECK (kind = ANY (ARRAY['stay'::text, 'end'::text, 'death'::text])),
  CONSTRAINT residence_notice_place_is_a_division CHECK (place_code ~ '^[1-8]\d{11}$'::text AND came_from ~ '^[1-8]\d{11}$'::text),
  CONSTRAINT residence_notice_reference_is_short CHECK (char_length(reference) >= 1 AND char_length(reference) <= 120 AND char_length(source_ref) <= 120),
  CONSTRAINT residence_notice_says_what_its_kind_says CHECK (
CASE kind
    WHEN 'stay'::text THEN place_code IS NOT NULL AND starts IS NOT NULL
    WHEN 'end'::text THEN place_code IS NOT NULL AND starts IS NULL AND ends IS NOT NULL AND came_from IS NULL
    ELSE place_code IS NULL AND came_from IS NULL AND starts IS NULL AND ends IS NOT NULL
END),
  CONSTRAINT residence_notice_source_is_known CHECK (source = ANY (ARRAY['own'::text, 'permit'::text, 'registry'::text])),
  CONSTRAINT residence_notice_withdrawal_is_known CHECK (withdrawn_why = ANY (ARRAY['corrected'::text, 'refuted'::text])),
  CONSTRAINT residence_notice_resident_id_fkey FOREIGN KEY (resident_id) REFERENCES resident(id) ON DELETE CASCADE
);
CREATE INDEX residence_notice_by_resident ON residence_notice USING btree (resident_id);
CREATE TRIGGER residence_notice_is_history BEFORE UPDATE ON residence_notice FOR EACH ROW EXECUTE FUNCTION residence_is_history();
CREATE TRIGGER retention_deletes_alone BEFORE DELETE ON residence_notice FOR EACH ROW WHEN (CURRENT_USER = 'migrant_rw'::name) EXECUTE FUNCTION retention_refuse();
ALTER TABLE residence_notice ENABLE ROW LEVEL SECURITY;
ALTER TABLE residence_notice FORCE ROW LEVEL SECURITY;
CREATE POLICY residence_notice_of_resident ON residence_notice AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (EXISTS ( SELECT
   FROM resident r
  WHERE (r.id = residence_notice.resident_id)))));
COMMENT ON TABLE residence_notice IS 'What was said of where somebody lives: that they came, that they left, that they died. Never edited; a correction or a settled contradiction withdraws it.';
COMMENT ON COLUMN residence_notice.reference IS 'Given by whoever says it, so that the same notice again is no second one.';
COMMENT ON COLUMN residence_notice.came_from IS 'The place lived in before, where it was said: settles the order of two stays whose days do not.';
COMMENT ON COLUMN residence_notice.starts IS 'The first day there as far as it is known: a day, a month, a year or `unknown`.';
COMMENT ON COLUMN residence_notice.ends IS 'The first day no longer there, likewise; null where nothing was said of it.';
COMMENT ON COLUMN residence_notice.is_upheld IS 'An officer found it to be so, against another one.';
COMMENT ON COLUMN residence_notice.settled_why IS 'Why it was corrected, upheld or refuted, in words.';
GRANT DELETE, INSERT, SELECT, UPDATE (resident_id, is_upheld, withdrawn_by, withdrawn_at, withdrawn_why, settled_why) ON residence_notice TO migrant_rw;

CREATE TABLE residence_period (
  id uuid DEFAULT uuidv7() NOT NULL,
  resident_id uuid NOT NULL,
  notice_id uuid NOT NULL,
  place_code text COLLATE "C" NOT NULL,
  came_from text COLLATE "C",
  valid daterange NOT NULL,
  certain daterange NOT NULL,
  basis text NOT NULL,
  is_disputed boolean DEFAULT false NOT NULL,
  is_followed boolean DEFAULT false NOT NULL,
  source_ref text,
  retention_class text DEFAULT 'residence'::text NOT NULL,
  recorded_by text DEFAULT guard_text('actor'::text) NOT NULL,
  recorded_at timestamp with time zone NOT NULL,
  ended_by text,
  ended_at timestamp with time zone,
  CONSTRAINT residence_period_pkey PRIMARY KEY (id),
  CONSTRAINT residence_period_basis_is_known CHECK (basis = ANY (ARRAY['registry'::text, 'agency'::text, 'document'::text, 'declared'::text])),
  CONSTRAINT residence_period_certain_within_possible CHECK (certain <@ valid),
  CONSTRAINT residence_period_ends_by_somebody CHECK ((num_nulls(ended_by, ended_at) = ANY (ARRAY[0, 2])) AND ended_at >= recorded_at),
  CONSTRAINT residence_period_has_days CHECK (NOT isempty(valid)),
  CONSTRAINT residence_period_place_is_a_division CHECK (place_code ~ '^[1-8]\d{11}$'::text AND came_from ~ '^[1-8]\d{11}$'::text),
  CONSTRAINT residence_period_one_place_at_a_time EXCLUDE USING gist (resident_id WITH =, certain WITH &&) WHERE (ended_at IS NULL AND NOT is_disputed),
  CONSTRAINT residence_period_notice_id_fkey FOREIGN KEY (notice_id) REFERENCES residence_notice(id) ON DELETE CASCADE,
  CONSTRAINT residence_period_resident_id_fkey FOREIGN KEY (resident_id) REFERENCES resident(id) ON DELETE CASCADE
);
CREATE INDEX residence_period_by_notice ON residence_period USING btree (notice_id);
CREATE INDEX residence_period_by_place ON residence_period USING btree (place_code, resident_id) WHERE ended_at IS NULL;
CREATE INDEX residence_period_by_resident ON residence_period USING btree (resident_id);
CREATE TRIGGER residence_period_is_history BEFORE UPDATE ON residence_period FOR EACH ROW EXECUTE FUNCTION residence_is_history();
CREATE TRIGGER resident_is_where_it_stands AFTER INSERT OR DELETE OR UPDATE ON residence_period FOR EACH ROW EXECUTE FUNCTION resident_is_where_it_stands();
CREATE TRIGGER retention_deletes_alone BEFORE DELETE ON residence_period FOR EACH ROW WHEN (CURRENT_USER = 'migrant_rw'::name) EXECUTE FUNCTION retention_refuse();
ALTER TABLE residence_period ENABLE ROW LEVEL SECURITY;
ALTER TABLE residence_period FORCE ROW LEVEL SECURITY;
CREATE POLICY residence_period_of_resident ON residence_period AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (EXISTS ( SELECT
   FROM resident r
  WHERE (r.id = residence_period.resident_id)))));
COMMENT ON TABLE residence_period IS 'Where somebody lives or lived, by division: possibly on the days of `valid`, surely on those of `certain`. A row is ended, never edited.';
COMMENT ON COLUMN residence_period.place_code IS 'Twelve digits as the division was called then; division_succession says what became of it.';
COMMENT ON COLUMN residence_period.came_from IS 'The division lived in before, where the notice said so.';
COMMENT ON COLUMN residence_period.is_disputed IS 'Under investigation: contradicted by a stronger notice or an equal one, until an officer settles it.';
COMMENT ON COLUMN residence_period.is_followed IS 'It ends where the next one begins, so that there are no days between.';
COMMENT ON COLUMN residence_period.retention_class IS 'How long it is kept: a name of retention''s own parameters.';
COMMENT ON COLUMN residence_period.ended_at IS 'Until then it was what was known here.';
GRANT DELETE, INSERT, SELECT, UPDATE (resident_id, ended_by, ended_at) ON residence_period TO migrant_rw;

CREATE TABLE resident (
  id uuid DEFAULT uuidv7() NOT NULL,
  person_id uuid,
  name text NOT NULL,
  sex smallint NOT NULL,
  born date,
  id_type text,
  number_sealed bytea,
  number_key bytea,
  number_mask text,
  divisions text[] COLLATE "C" NOT NULL,
  retention_class text DEFAULT 'resident'::text NOT NULL,
  recorded_by text DEFAULT guard_text('actor'::text) NOT NULL,
  recorded_at timestamp with time zone NOT NULL,
  CONSTRAINT resident_pkey PRIMARY KEY (id),
  CONSTRAINT resident_is_one_person UNIQUE (person_id),
  CONSTRAINT resident_number_is_held_once UNIQUE (number_key),
  CONSTRAINT resident_has_a_name CHECK (char_length(name) >= 1 AND char_length(name) <= 50),
  CONSTRAINT resident_is_somewhere CHECK (array_position(divisions, NULL::text) IS NULL),
  CONSTRAINT resident_number_is_sealed_indexed_and_masked CHECK (num_nulls(number_sealed, number_key, number_mask, id_type) = ANY (ARRAY[0, 4])),
  CONSTRAINT resident_sex_is_a_code CHECK (sex = ANY (ARRAY[0, 1, 2, 9]))
);
CREATE TRIGGER retention_deletes_alone BEFORE DELETE ON resident FOR EACH ROW WHEN (CURRENT_USER = 'migrant_rw'::name) EXECUTE FUNCTION retention_refuse();
ALTER TABLE resident ENABLE ROW LEVEL SECURITY;
ALTER TABLE resident FORCE ROW LEVEL SECURITY;
CREATE POLICY resident_in_division ON resident AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (EXISTS ( SELECT
   FROM unnest(resident.divisions) d(d)
  WHERE (d.d ^@ ( SELECT guard_from() AS guard_from)))) OR (person_id = ANY (( SELECT guard_family() AS guard_family)::uuid[])) OR (number_key = ( SELECT guard_key() AS guard_key))));
COMMENT ON TABLE resident IS 'Somebody who moved, as their own notice, the residence-permit authority or the registry tells. Deleted with everything about them once nothing is to be kept.';
COMMENT ON COLUMN resident.person_id IS 'The person of the register of this installation whose number it is; null while nobody is found there.';
COMMENT ON COLUMN resident.number_sealed IS 'AES-256-GCM, bound to this table, column and row id.';
COMMENT ON COLUMN resident.divisions IS 'Every place that stands in a period or an origin of this resident, and what became of it: for deciding whose officers see the row. Kept by trigger.';
COMMENT ON COLUMN resident.retention_class IS 'How long it is kept: a name of retention''s own parameters.';
GRANT DELETE, INSERT, SELECT, UPDATE (person_id, name, sex, born, divisions) ON resident TO migrant_rw;

CREATE TABLE resident_origin (
  id uuid DEFAULT uuidv7() NOT NULL,
  resident_id uuid NOT NULL,
  division_code text COLLATE "C" NOT NULL,
  valid daterange NOT NULL,
  basis text NOT NULL,
  source_ref text,
  retention_class text DEFAULT 'origin'::text NOT NULL,
  recorded_by text DEFAULT guard_text('actor'::text) NOT NULL,
  recorded_at timestamp with time zone NOT NULL,
  ended_by text,
  ended_at timestamp with time zone,
  CONSTRAINT resident_origin_pkey PRIMARY KEY (id),
  CONSTRAINT resident_origin_basis_is_known CHECK (basis = ANY (ARRAY['registry'::text, 'agency'::text, 'document'::text, 'declared'::text])),
  CONSTRAINT resident_origin_ends_by_somebody CHECK ((num_nulls(ended_by, ended_at) = ANY (ARRAY[0, 2])) AND ended_at >= recorded_at),
  CONSTRAINT resident_origin_has_days CHECK (NOT isempty(valid)),
  CONSTRAINT resident_origin_is_a_division CHECK (division_code ~ '^[1-8]\d{11}$'::text),
  CONSTRAINT resident_origin_source_is_short CHECK (char_length(source_ref) <= 120),
  CONSTRAINT resident_origin_is_one_place EXCLUDE USING gist (resident_id WITH =, valid WITH &&) WHERE (ended_at IS NULL),
  CONSTRAINT resident_origin_resident_id_fkey FOREIGN KEY (resident_id) REFERENCES resident(id) ON DELETE CASCADE
);
CREATE INDEX resident_origin_by_division ON resident_origin USING btree (division_code, resident_id) WHERE ended_at IS NULL;
CREATE INDEX resident_origin_by_resident ON resident_origin USING btree (resident_id);
CREATE TRIGGER resident_is_where_it_stands AFTER INSERT OR DELETE OR UPDATE ON resident_origin FOR EACH ROW EXECUTE FUNCTION resident_is_where_it_stands();
CREATE TRIGGER resident_origin_is_history BEFORE UPDATE ON resident_origin FOR EACH ROW EXECUTE FUNCTION residence_is_history();
CREATE TRIGGER retention_deletes_alone BEFORE DELETE ON resident_origin FOR EACH ROW WHEN (CURRENT_USER = 'migrant_rw'::name) EXECUTE FUNCTION retention_refuse();
ALTER TABLE resident_origin ENABLE ROW LEVEL SECURITY;
ALTER TABLE resident_origin FORCE ROW LEVEL SECURITY;
CREATE POLICY resident_origin_of_resident ON resident_origin AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (EXISTS ( SELECT
   FROM resident r
  WHERE (r.id = resident_origin.resident_id)))));
COMMENT ON TABLE resident_origin IS 'Where somebody''s household registration (hukou) is, apart from where they live. A row is ended, never edited.';
GRANT DELETE, INSERT, SELECT, UPDATE (resident_id, ended_by, ended_at) ON resident_origin TO migrant_rw;

CREATE TABLE retention_class (
  name text NOT NULL,
  of_table text NOT NULL,
  covers text NOT NULL,
  person text NOT NULL,
  starts text NOT NULL,
  division text NOT NULL,
  key text NOT NULL,
  names text NOT NULL,
  said_zh text NOT NULL,
  said_en text NOT NULL,
  "position" integer NOT NULL,
  CONSTRAINT retention_class_pkey PRIMARY KEY (name),
  CONSTRAINT retention_class_name_check CHECK (name ~ '^[a-z]+(-[a-z]+)*$'::text),
  CONSTRAINT retention_class_said_en_check CHECK (said_en <> ''::text),
  CONSTRAINT retention_class_said_zh_check CHECK (said_zh <> ''::text)
);
ALTER TABLE retention_class ENABLE ROW LEVEL SECURITY;
ALTER TABLE retention_class FORCE ROW LEVEL SECURITY;
CREATE POLICY retention_class_for_its_functions ON retention_class AS PERMISSIVE FOR ALL TO migrant_owner USING (true) WITH CHECK (true);
CREATE POLICY retention_class_is_public ON retention_class AS PERMISSIVE FOR SELECT TO PUBLIC USING (true);
COMMENT ON TABLE retention_class IS 'What is deleted together, and when its clock starts; how long it then runs is the parameter keep.<name>. Written by migrations only.';
COMMENT ON COLUMN retention_class.starts IS 'The day from which the time counts; null while it does not run.';
COMMENT ON COLUMN retention_class.division IS 'The division whose parameter holds.';
COMMENT ON COLUMN retention_class.key IS 'What the row is called in the certificate''s hash.';
COMMENT ON COLUMN retention_class.names IS 'Every id that goes with the row, for finding the messages that name it.';
COMMENT ON COLUMN retention_class."position" IS 'The order in which classes are gone through.';
GRANT SELECT ON retention_class TO migrant_rw;

CREATE TABLE retention_count (
  run_id uuid NOT NULL,
  class text NOT NULL,
  division text NOT NULL,
  deleted integer NOT NULL,
  digest bytea NOT NULL,
  CONSTRAINT retention_count_pkey PRIMARY KEY (run_id, class, division),
  CONSTRAINT retention_count_deleted_check CHECK (deleted > 0),
  CONSTRAINT retention_count_digest_check CHECK (length(digest) = 32),
  CONSTRAINT retention_count_division_check CHECK (division ~ '^(\d{6})?$'::text),
  CONSTRAINT retention_count_run_id_fkey FOREIGN KEY (run_id) REFERENCES retention_run(id)
);
ALTER TABLE retention_count ENABLE ROW LEVEL SECURITY;
ALTER TABLE retention_count FORCE ROW LEVEL SECURITY;
CREATE POLICY retention_count_for_its_functions ON retention_count AS PERMISSIVE FOR ALL TO migrant_owner USING (true) WITH CHECK (true);
CREATE POLICY retention_count_is_open ON retention_count AS PERMISSIVE FOR SELECT TO PUBLIC USING (( SELECT guard_open() AS guard_open));
COMMENT ON TABLE retention_count IS 'How many of a class were deleted in a county in one run, with the hash over their salted ids.';
GRANT SELECT ON retention_count TO migrant_rw;

CREATE TABLE retention_hold (
  id uuid DEFAULT uuidv7() NOT NULL,
  resident_id uuid NOT NULL,
  reason text NOT NULL,
  reference text NOT NULL,
  set_by text DEFAULT guard_text('actor'::text) NOT NULL,
  set_at timestamp with time zone NOT NULL,
  lifted_by text,
  lifted_at timestamp with time zone,
  CONSTRAINT retention_hold_pkey PRIMARY KEY (id),
  CONSTRAINT retention_hold_has_its_reference CHECK (char_length(reference) >= 2 AND char_length(reference) <= 120),
  CONSTRAINT retention_hold_is_lifted_by_somebody CHECK ((num_nulls(lifted_by, lifted_at) = ANY (ARRAY[0, 2])) AND lifted_at >= set_at),
  CONSTRAINT retention_hold_reason_is_known CHECK (reason = ANY (ARRAY['suit'::text, 'dispute'::text, 'inspection'::text, 'complaint'::text])),
  CONSTRAINT retention_hold_resident_id_fkey FOREIGN KEY (resident_id) REFERENCES resident(id) ON DELETE CASCADE
);
CREATE INDEX retention_hold_by_resident ON retention_hold USING btree (resident_id);
CREATE UNIQUE INDEX retention_hold_stands_once ON retention_hold USING btree (resident_id, reason, reference) WHERE lifted_at IS NULL;
CREATE TRIGGER retention_deletes_alone BEFORE DELETE ON retention_hold FOR EACH ROW WHEN (CURRENT_USER = 'migrant_rw'::name) EXECUTE FUNCTION retention_refuse();
CREATE TRIGGER retention_hold_is_history BEFORE UPDATE OF lifted_by, lifted_at ON retention_hold FOR EACH ROW EXECUTE FUNCTION retention_hold_is_history();
ALTER TABLE retention_hold ENABLE ROW LEVEL SECURITY;
ALTER TABLE retention_hold FORCE ROW LEVEL SECURITY;
CREATE POLICY retention_hold_of_resident ON retention_hold AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (EXISTS ( SELECT
   FROM resident r
  WHERE (r.id = retention_hold.resident_id)))));
COMMENT ON TABLE retention_hold IS 'An officer''s word that nothing about somebody may be deleted yet, with the file it is about; shown to that person. Ended, never edited.';
GRANT INSERT (resident_id, reason, reference, set_at), SELECT, UPDATE (lifted_by, lifted_at) ON retention_hold TO migrant_rw;

CREATE TABLE retention_holder (
  name text NOT NULL,
  holds text NOT NULL,
  only_class text,
  said_zh text NOT NULL,
  said_en text NOT NULL,
  CONSTRAINT retention_holder_pkey PRIMARY KEY (name),
  CONSTRAINT retention_holder_name_check CHECK (name ~ '^[a-z]+(-[a-z]+)*$'::text),
  CONSTRAINT retention_holder_said_en_check CHECK (said_en <> ''::text),
  CONSTRAINT retention_holder_said_zh_check CHECK (said_zh <> ''::text),
  CONSTRAINT retention_holder_only_class_fkey FOREIGN KEY (only_class) REFERENCES retention_class(name)
);
CREATE INDEX retention_holder_by_class ON retention_holder USING btree (only_class);
ALTER TABLE retention_holder ENABLE ROW LEVEL SECURITY;
ALTER TABLE retention_holder FORCE ROW LEVEL SECURITY;
CREATE POLICY retention_holder_for_its_functions ON retention_holder AS PERMISSIVE FOR ALL TO migrant_owner USING (true) WITH CHECK (true);
CREATE POLICY retention_holder_is_public ON retention_holder AS PERMISSIVE FOR SELECT TO PUBLIC USING (true);
COMMENT ON TABLE retention_holder IS 'What stops the clock for a person: an open case, a dispute, a suit. Written by migrations only.';
GRANT SELECT ON retention_holder TO migrant_rw;

CREATE TABLE retention_key (
  is_only boolean DEFAULT true NOT NULL,
  pad bytea NOT NULL,
  CONSTRAINT retention_key_pkey PRIMARY KEY (is_only),
  CONSTRAINT retention_key_is_only_check CHECK (is_only),
  CONSTRAINT retention_key_pad_check CHECK (length(pad) = 64)
);
ALTER TABLE retention_key ENABLE ROW LEVEL SECURITY;
ALTER TABLE retention_key FORCE ROW LEVEL SECURITY;
CREATE POLICY retention_key_for_its_functions ON retention_key AS PERMISSIVE FOR ALL TO migrant_owner USING (true) WITH CHECK (true);
COMMENT ON TABLE retention_key IS 'What tombstones are keyed with; read by functions of the owner only.';

CREATE TABLE retention_rehearsal (
  is_only boolean DEFAULT true NOT NULL,
  CONSTRAINT retention_rehearsal_pkey PRIMARY KEY (is_only),
  CONSTRAINT retention_rehearsal_is_only_check CHECK (is_only)
);
ALTER TABLE retention_rehearsal ENABLE ROW LEVEL SECURITY;
ALTER TABLE retention_rehearsal FORCE ROW LEVEL SECURITY;
CREATE POLICY retention_rehearsal_for_its_functions ON retention_rehearsal AS PERMISSIVE FOR ALL TO migrant_owner USING (true) WITH CHECK (true);
COMMENT ON TABLE retention_rehearsal IS 'A row here lets days be deleted for that have not come yet: for trials, put in by an administrator. Without it the server''s own day is the last.';

CREATE TABLE retention_run (
  id uuid DEFAULT uuidv7() NOT NULL,
  on_day date NOT NULL,
  salt bytea,
  started_at timestamp with time zone NOT NULL,
  finished_at timestamp with time zone,
  CONSTRAINT retention_run_pkey PRIMARY KEY (id),
  CONSTRAINT retention_run_on_day_key UNIQUE (on_day),
  CONSTRAINT retention_run_forgets_its_salt CHECK ((finished_at IS NULL) = (salt IS NOT NULL)),
  CONSTRAINT retention_run_salt_check CHECK (length(salt) = 32)
);
ALTER TABLE retention_run ENABLE ROW LEVEL SECURITY;
ALTER TABLE retention_run FORCE ROW LEVEL SECURITY;
CREATE POLICY retention_run_for_its_functions ON retention_run AS PERMISSIVE FOR ALL TO migrant_owner USING (true) WITH CHECK (true);
CREATE POLICY retention_run_is_open ON retention_run AS PERMISSIVE FOR SELECT TO PUBLIC USING (( SELECT guard_open() AS guard_open));
COMMENT ON TABLE retention_run IS 'A night''s deletion: its certificate once it is finished. No personal value, no id.';
GRANT SELECT ON retention_run TO migrant_rw;

CREATE TABLE retention_tombstone (
  key bytea NOT NULL,
  deleted_on date NOT NULL,
  CONSTRAINT retention_tombstone_pkey PRIMARY KEY (key),
  CONSTRAINT retention_tombstone_key_check CHECK (length(key) = 32)
);
ALTER TABLE retention_tombstone ENABLE ROW LEVEL SECURITY;
ALTER TABLE retention_tombstone FORCE ROW LEVEL SECURITY;
CREATE POLICY retention_tombstone_for_its_functions ON retention_tombstone AS PERMISSIVE FOR ALL TO migrant_owner USING (true) WITH CHECK (true);
CREATE POLICY retention_tombstone_is_central ON retention_tombstone AS PERMISSIVE FOR SELECT TO PUBLIC USING (( SELECT guard_whole() AS guard_whole));
COMMENT ON TABLE retention_tombstone IS 'Residents deleted at their own request before their time, as keyed hashes that tell nothing: after a backup was restored they are deleted again.';
GRANT SELECT ON retention_tombstone TO migrant_rw;

CREATE TABLE sealed_column (
  of_table text NOT NULL,
  of_column text NOT NULL,
  CONSTRAINT sealed_column_pkey PRIMARY KEY (of_table, of_column)
);
ALTER TABLE sealed_column ENABLE ROW LEVEL SECURITY;
ALTER TABLE sealed_column FORCE ROW LEVEL SECURITY;
CREATE POLICY sealed_column_by_migrations ON sealed_column AS PERMISSIVE FOR ALL TO migrant_owner USING (true) WITH CHECK (true);
CREATE POLICY sealed_column_is_open ON sealed_column AS PERMISSIVE FOR SELECT TO PUBLIC USING (true);
COMMENT ON TABLE sealed_column IS 'Every sealed column of this schema; what is not listed cannot be re-sealed.';
GRANT SELECT ON sealed_column TO migrant_rw;

CREATE OR REPLACE FUNCTION migrant.audit_about(of_type text, subject uuid, most integer)
 RETURNS SETOF audit_entry
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'migrant', 'public', 'pg_temp'
AS $function$
  select e.* from audit_entry e
   where e.kind <> 'decided' and e.kind in ('read', 'done') and e.subject_type = $1 and e.subjects @> array[$2]
     and ((select guard_whole()) or e.division ^@ (select guard_from()) or e.subjects && (select guard_family()))
   order by e.id desc limit $3
$function$;

CREATE OR REPLACE FUNCTION migrant.audit_append(kinds text[], subject_types text[], subject_lists text[], field_lists text[], codes text[])
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'migrant', 'public', 'pg_temp'
AS $function$
  with said as materialized (select guard_claims() as claims)
  insert into audit_entry (kind, actor, operation, permission, purpose, case_ref, request_id, division,
                           subject_type, subjects, fields, code)
  select a.kind, claims ->> 'actor', claims ->> 'operation', claims ->> 'permission', claims ->> 'purpose',
         claims ->> 'case', claims ->> 'request', claims ->> 'division',
         a.subject_type, a.subjects::uuid[], a.fields::text[], a.code
    from said, unnest(kinds, subject_types, subject_lists, field_lists, codes) a (kind, subject_type, subjects, fields, code)
$function$;

CREATE OR REPLACE FUNCTION migrant.audit_decide(subject_type text, subjects uuid[], contents bytea[])
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'migrant', 'public', 'pg_temp'
AS $function$
  with said as materialized (select guard_claims() as claims)
  insert into audit_entry (kind, actor, operation, permission, purpose, case_ref, request_id, division,
                           subject_type, subjects, content)
  select 'decided', claims ->> 'actor', claims ->> 'operation', claims ->> 'permission', claims ->> 'purpose',
         claims ->> 'case', claims ->> 'request', claims ->> 'division', $1, array[d.subject], d.content
    from said, unnest($2, $3) d (subject, content)
$function$;

CREATE OR REPLACE FUNCTION migrant.audit_is_history()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception 'the audit log only grows' using errcode = '23514', constraint = 'audit_is_history';
end $function$;

CREATE OR REPLACE FUNCTION migrant.complaint_over(of_complaint uuid)
 RETURNS date
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'migrant', 'public', 'pg_temp'
AS $function$
begin
  return (select c.ended_on from complaint c where c.id = of_complaint);
end $function$;

CREATE OR REPLACE FUNCTION migrant.division_digits(code text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  select left(code, case
    when substr(code, 10, 3) <> '000' then 12 when substr(code, 7, 3) <> '000' then 9
    when substr(code, 5, 2) <> '00' then 6 when substr(code, 3, 2) <> '00' then 4 else 2 end)
$function$;

CREATE OR REPLACE FUNCTION migrant.guard_claims()
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE PARALLEL SAFE SECURITY DEFINER
 SET search_path TO 'migrant', 'public', 'pg_temp'
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

CREATE OR REPLACE FUNCTION migrant.guard_family()
 RETURNS uuid[]
 LANGUAGE sql
 STABLE PARALLEL SAFE
 SET search_path TO 'migrant', 'public', 'pg_temp'
AS $function$ select array(select jsonb_array_elements_text(guard_claims() -> 'family')::uuid) $function$;

CREATE OR REPLACE FUNCTION migrant.guard_from()
 RETURNS text
 LANGUAGE sql
 STABLE PARALLEL SAFE
 SET search_path TO 'migrant', 'public', 'pg_temp'
AS $function$ select guard_claims() ->> 'division' $function$;

CREATE OR REPLACE FUNCTION migrant.guard_key()
 RETURNS bytea
 LANGUAGE sql
 STABLE PARALLEL SAFE
 SET search_path TO 'migrant', 'public', 'pg_temp'
AS $function$ select decode(guard_claims() ->> 'key', 'hex') $function$;

CREATE OR REPLACE FUNCTION migrant.guard_open()
 RETURNS boolean
 LANGUAGE sql
 STABLE PARALLEL SAFE
 SET search_path TO 'migrant', 'public', 'pg_temp'
AS $function$ select guard_claims() is not null $function$;

CREATE OR REPLACE FUNCTION migrant.guard_text(name text)
 RETURNS text
 LANGUAGE sql
 STABLE PARALLEL SAFE
 SET search_path TO 'migrant', 'public', 'pg_temp'
AS $function$ select guard_claims() ->> name $function$;

CREATE OR REPLACE FUNCTION migrant.guard_whole()
 RETURNS boolean
 LANGUAGE sql
 STABLE PARALLEL SAFE
 SET search_path TO 'migrant', 'public', 'pg_temp'
AS $function$ select coalesce(guard_claims() ->> 'division' = '', false) $function$;

CREATE OR REPLACE FUNCTION migrant.outbox_keep_promise()
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

CREATE OR REPLACE FUNCTION migrant.own_request_delete(request uuid, day date)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'migrant', 'public', 'pg_temp'
AS $function$
declare whose uuid;
begin
  select q.resident_id into whose from own_request q
   where q.id = request and q.kind = 'deletion' and q.state = 'granted' and q.answered_by = guard_text('actor') for update;
  if whose is null then
    raise exception 'no deletion was granted' using errcode = '42501', constraint = 'own_request_deletes_what_was_granted';
  end if;
  if exists (select from retention_standing(whose, day) s where s.class = 'resident' and cardinality(s.held_by) > 0) then
    raise exception 'something holds it' using errcode = '23514', constraint = 'own_request_deletes_nothing_held';
  end if;
  insert into retention_tombstone (key, deleted_on) values (retention_tombstone_of(whose), day);
  perform retention_delete_resident(whose);
  perform retention_forget_samples();
  return true;
end $function$;

CREATE OR REPLACE FUNCTION migrant.own_request_is_answered_once()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'migrant', 'public', 'pg_temp'
AS $function$
begin
  if old.state <> 'open' or new.answered_by is distinct from guard_text('actor') then
    raise exception 'a request is answered once, by whoever answers it' using errcode = '23514', constraint = 'own_request_is_answered_once';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION migrant.personal_rows_move(from_resident uuid, to_resident uuid)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'migrant', 'public', 'pg_temp'
AS $function$
declare one personal_table;
begin
  if not guard_whole() then
    raise exception 'records are joined centrally' using errcode = '42501';
  end if;
  delete from lookup_found f where f.resident_id = from_resident;
  for one in select * from personal_table p where p.person = 't.resident_id' and p.of_table <> 'lookup_found' loop
    execute format('update %I set resident_id = $2 where resident_id = $1', one.of_table) using from_resident, to_resident;
  end loop;
end $function$;

CREATE OR REPLACE FUNCTION migrant.personal_rows_of(resident uuid)
 RETURNS bigint
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'migrant', 'public', 'pg_temp'
AS $function$
declare
  one personal_table;
  here bigint;
  total bigint := 0;
begin
  for one in select * from personal_table p where p.person = 't.resident_id' loop
    execute format('select count(*) from %I t where t.resident_id = $1', one.of_table) into here using resident;
    total := total + here;
  end loop;
  return total;
end $function$;

CREATE OR REPLACE FUNCTION migrant.personal_table_join(of_table text, person text, whose text DEFAULT 't.resident_id = any (p.residents)'::text, audit_kinds text[] DEFAULT '{}'::text[], withheld jsonb DEFAULT '{}'::jsonb, opened text[] DEFAULT '{}'::text[], otherwise text DEFAULT NULL::text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'migrant', 'public', 'pg_temp'
AS $function$
begin
  -- Said wrongly it fails here, and not in the night.
  execute format('select (%s)::uuid from %I t, (select null::uuid[] as residents, null::uuid[] as persons, null::bytea[] as keys) p where %s limit 0',
                 person, of_table, whose);
  if exists (select from jsonb_object_keys(withheld) k where not exists
               (select from pg_attribute a where a.attrelid = of_table::regclass and a.attname = k and not a.attisdropped)) then
    raise exception 'a column that % does not have', of_table;
  end if;
  insert into personal_table values (of_table, person, whose, audit_kinds, withheld, opened, otherwise);
  if otherwise is not null then return; end if;
  execute format($t$ create trigger retention_deletes_alone before delete on %I for each row
    when (current_user = 'migrant_rw') execute function retention_refuse() $t$, of_table);
end $function$;

CREATE OR REPLACE FUNCTION migrant.place_and_heirs(place text)
 RETURNS SETOF text
 LANGUAGE sql
 STABLE
 SET search_path TO 'migrant', 'public', 'pg_temp'
AS $function$
  with recursive later (code) as (
    select place collate "C"
    union
    select case when s.old_code = l.code then s.new_code
             else division_digits(s.new_code) || substr(l.code, length(division_digits(s.new_code)) + 1) end
      from later l join division_succession s
        on s.old_code = l.code
        or (s.kind in ('renamed', 'recoded') and l.code ^@ division_digits(s.old_code)
            and length(division_digits(s.old_code)) = length(division_digits(s.new_code))))
  select code from later
$function$;

CREATE OR REPLACE FUNCTION migrant.reseal(of_table text, of_column text, ids uuid[], was bytea[], becomes bytea[])
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'migrant', 'public', 'pg_temp'
AS $function$
declare swapped integer;
begin
  if not guard_whole() then
    raise exception 'sealed values are swapped centrally' using errcode = '42501';
  end if;
  if not exists (select from sealed_column c where c.of_table = $1 and c.of_column = $2) then
    raise exception 'not a sealed column' using errcode = '42501';
  end if;
  -- A later key version and the same length of text: anything else is no re-seal.
  if exists (select from unnest(was, becomes) v (was, becomes)
              where (get_byte(v.becomes, 0) > get_byte(v.was, 0) and length(v.becomes) = length(v.was)) is not true) then
    raise exception 'not a re-seal' using errcode = '23514', constraint = 'migrant_reseal_goes_forward';
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

CREATE OR REPLACE FUNCTION migrant.residence_is_history()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'migrant', 'public', 'pg_temp'
AS $function$
declare
  was jsonb := to_jsonb(old) - array['resident_id', 'ended_by', 'ended_at', 'withdrawn_by', 'withdrawn_at', 'withdrawn_why', 'is_upheld', 'settled_why'];
  becomes jsonb := to_jsonb(new) - array['resident_id', 'ended_by', 'ended_at', 'withdrawn_by', 'withdrawn_at', 'withdrawn_why', 'is_upheld', 'settled_why'];
  closed_before text := coalesce(to_jsonb(old) ->> 'ended_by', to_jsonb(old) ->> 'withdrawn_by');
  closed_now text := coalesce(to_jsonb(new) ->> 'ended_by', to_jsonb(new) ->> 'withdrawn_by');
begin
  if was <> becomes or (closed_before is not null and closed_before is distinct from closed_now)
     or (closed_before is null and closed_now is distinct from null and closed_now <> guard_text('actor')) then
    raise exception 'what is known of a residence is ended, never edited' using errcode = '23514', constraint = 'residence_is_history';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION migrant.residence_over(resident uuid, place text)
 RETURNS date
 LANGUAGE sql
 STABLE
 SET search_path TO 'migrant', 'public', 'pg_temp'
AS $function$
  select case when bool_or(upper_inf(p.valid)) then null else coalesce(max(upper(p.valid)), '-infinity') end
    from residence_period p where p.resident_id = resident and p.ended_at is null and (place is null or p.place_code = place)
$function$;

CREATE OR REPLACE FUNCTION migrant.resident_divisions(of_resident uuid)
 RETURNS text[]
 LANGUAGE sql
 STABLE
 SET search_path TO 'migrant', 'public', 'pg_temp'
AS $function$
  select array(
    select distinct h.code collate "C"
      from (select place_code as code from residence_period where resident_id = of_resident and ended_at is null
            union select division_code from resident_origin where resident_id = of_resident and ended_at is null) p
      cross join lateral place_and_heirs(p.code) h (code) order by 1)
$function$;

CREATE OR REPLACE FUNCTION migrant.resident_is_where_it_stands()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'migrant', 'public', 'pg_temp'
AS $function$
declare
  of_resident uuid := coalesce(new.resident_id, old.resident_id);
  places text[] := resident_divisions(of_resident);
begin
  -- Between the end of one row and the next one's beginning nothing stands; who sees the resident stays as it was.
  update resident set divisions = places where id = of_resident and places <> '{}' and divisions is distinct from places;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION migrant.resident_of(person uuid, key bytea)
 RETURNS uuid
 LANGUAGE sql
 STABLE
 SET search_path TO 'migrant', 'public', 'pg_temp'
AS $function$
  select coalesce((select r.id from resident r where r.person_id = person), (select r.id from resident r where r.number_key = key))
$function$;

CREATE OR REPLACE FUNCTION migrant.retention_assert(day date)
 RETURNS void
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'migrant', 'public', 'pg_temp'
AS $function$
begin
  if not guard_whole() then
    raise exception 'deletion is central' using errcode = '42501', constraint = 'retention_is_central';
  end if;
  if day > (now() at time zone 'Asia/Shanghai')::date and not exists (select from retention_rehearsal) then
    raise exception 'the day % has not come', day using errcode = '23514', constraint = 'retention_day_has_come';
  end if;
end $function$;

CREATE OR REPLACE FUNCTION migrant.retention_begin(day date, at timestamp with time zone)
 RETURNS uuid
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'migrant', 'public', 'pg_temp'
AS $function$
declare run uuid;
begin
  perform retention_assert(day);
  insert into retention_run (on_day, salt, started_at)
  values (day, decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex'), at)
  on conflict (on_day) do nothing;
  select id into run from retention_run r where r.on_day = day and r.finished_at is null;
  return run;
end $function$;

CREATE OR REPLACE FUNCTION migrant.retention_delete(run uuid, of_class text, from_block bigint, blocks integer, OUT deleted integer, OUT next_block bigint)
 RETURNS record
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'migrant', 'public', 'pg_temp'
AS $function$
declare
  class retention_class;
  on_day date;
  keys text[];
  divisions text[];
  named uuid[];
  under_way text[];
begin
  select r.on_day into on_day from retention_run r where r.id = run and r.finished_at is null;
  if on_day is null then
    raise exception 'no such run is open' using errcode = '23514', constraint = 'retention_run_is_open';
  end if;
  perform retention_assert(on_day);
  select * into strict class from retention_class c where c.name = of_class;
  -- A message about somebody that is on its way is let arrive; one that was given up on is not waited for.
  select coalesce(array_agg(distinct said), '{}') into under_way from (
    select o.key as said from outbox o where o.acked_at is null and o.quarantined_at is null
    union all select v.value from outbox o, jsonb_each_text(o.payload) v where o.acked_at is null and o.quarantined_at is null) u;
  execute format($q$
    with due as materialized (
      %1$s and t.ctid >= $2 and t.ctid < $3 and s.on_day + k.keep <= $1
             and cardinality(array_remove(array[%2$s]::text[], null)) = 0 and not (%3$s)::text[] && $4
      for update of t skip locked),
    gone as (delete from %4$I x using due where x.ctid = due.place returning due.key, due.division, due.names)
    select array_agg(g.key), array_agg(g.division), (select array_agg(n) from gone, unnest(names) n) from gone g $q$,
    retention_sql(class),
    (select string_agg(format('case when %s then %L end', h.holds, h.name), ', ' order by h.name) from retention_holder h
      where h.only_class is null or h.only_class = class.name),
    class.names, class.of_table)
  into keys, divisions, named
  using on_day, format('(%s,0)', from_block)::tid, format('(%s,0)', from_block + blocks)::tid, under_way;
  deleted := coalesce(cardinality(keys), 0);
  if deleted > 0 then
    perform retention_note(run, of_class, keys, divisions);
    perform retention_forget_messages(named);
  end if;
  next_block := from_block + blocks;
  if next_block >= pg_relation_size(class.of_table::regclass) / current_setting('block_size')::bigint then next_block := null; end if;
end $function$;

CREATE OR REPLACE FUNCTION migrant.retention_delete_again(run uuid)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'migrant', 'public', 'pg_temp'
AS $function$
declare
  on_day date;
  one record;
  keys text[] := '{}';
  divisions text[] := '{}';
begin
  select r.on_day into on_day from retention_run r where r.id = run and r.finished_at is null;
  perform retention_assert(coalesce(on_day, 'infinity'));
  for one in select r.id, r.divisions[1] as division from resident r
              where exists (select from retention_tombstone) and retention_tombstone_of(r.id) in (select key from retention_tombstone) loop
    perform retention_delete_resident(one.id);
    keys := keys || one.id::text;
    divisions := divisions || coalesce(one.division, '');
  end loop;
  if cardinality(keys) > 0 then perform retention_note(run, 'resident-again', keys, divisions); end if;
  return cardinality(keys);
end $function$;

CREATE OR REPLACE FUNCTION migrant.retention_delete_messages(run uuid, most integer)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'migrant', 'public', 'pg_temp'
AS $function$
declare
  on_day date;
  keep interval;
  before timestamptz;
  n integer;
  total integer := 0;
begin
  select r.on_day into on_day from retention_run r where r.id = run and r.finished_at is null;
  perform retention_assert(coalesce(on_day, 'infinity'));
  select (v.value || ' ' || v.unit)::interval into keep from parameter v
   where v.name = 'keep.messages' and v.region = '' and v.unit in ('days', 'months') and v.value ~ '^\d{1,4}$' and v.valid @> on_day;
  if keep is null then return 0; end if;
  before := (on_day - keep) at time zone 'Asia/Shanghai';
  delete from outbox o where o.id in (select id from outbox where acked_at < before limit most);
  get diagnostics n = row_count; total := total + n;
  -- An effect is forgotten only once its message is finished here and, of our own messages, gone there.
  delete from inbox i where i.message_id in (
    select d.message_id from delivery d where d.finished_at < before and not exists (select from outbox o where o.id = d.message_id) limit most);
  get diagnostics n = row_count; total := total + n;
  delete from delivery d where d.message_id in (
    select e.message_id from delivery e where e.finished_at < before and not exists (select from inbox i where i.message_id = e.message_id)
       and not exists (select from outbox o where o.id = e.message_id) limit most);
  get diagnostics n = row_count; total := total + n;
  if total > 0 then perform retention_note(run, 'messages', array(select g::text from generate_series(1, total) g), array_fill(''::text, array[total])); end if;
  return total;
end $function$;

CREATE OR REPLACE FUNCTION migrant.retention_delete_resident(resident uuid)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO 'migrant', 'public', 'pg_temp'
AS $function$
declare named uuid[];
begin
  execute format('select (%s)::uuid[] from resident t where t.id = $1', (select c.names from retention_class c where c.name = 'resident'))
    into named using resident;
  delete from resident r where r.id = resident;
  if not found then return false; end if;
  perform retention_forget_messages(named);
  return true;
end $function$;

CREATE OR REPLACE FUNCTION migrant.retention_finish(run uuid, at timestamp with time zone)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'migrant', 'public', 'pg_temp'
AS $function$
begin
  perform retention_assert('-infinity');
  update retention_run r set finished_at = at, salt = null where r.id = run and r.finished_at is null;
  if exists (select from retention_count c where c.run_id = run) then perform retention_forget_samples(); end if;
end $function$;

CREATE OR REPLACE FUNCTION migrant.retention_forget_messages(names uuid[])
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'migrant', 'public', 'pg_temp'
AS $function$
declare
  texts text[] := names::text[];
  ids uuid[];
begin
  with gone as (
    delete from outbox o where o.key = any (texts) or exists (select from jsonb_each_text(o.payload) v where v.value = any (texts))
                            or exists (select from jsonb_each_text(o.next_payload) v where v.value = any (texts))
    returning o.id)
  select coalesce(array_agg(id), '{}') into ids from gone;
  with gone as (
    delete from quarantine q where q.key = any (texts) or exists (select from jsonb_each_text(q.payload) v where v.value = any (texts))
    returning q.message_id)
  select ids || coalesce(array_agg(message_id), '{}') into ids from gone;
  delete from inbox i where i.message_id = any (ids);
  delete from delivery d where d.message_id = any (ids);
  return cardinality(ids);
end $function$;

CREATE OR REPLACE FUNCTION migrant.retention_forget_samples()
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'migrant', 'public', 'pg_temp'
AS $function$
declare one record;
begin
  for one in select t.name, a.attname from (select of_table as name from personal_table union select unnest(array['outbox', 'inbox', 'delivery', 'quarantine'])) t
               join pg_attribute a on a.attrelid = t.name::regclass and a.attnum > 0 and not a.attisdropped loop
    perform pg_clear_attribute_stats(current_schema()::text, one.name, one.attname::text, false);
  end loop;
  for one in select of_table as name from personal_table union select unnest(array['outbox', 'inbox', 'delivery', 'quarantine']) loop
    execute format('analyze %I', one.name);
  end loop;
end $function$;

CREATE OR REPLACE FUNCTION migrant.retention_hold_by(name text, holds text, said_zh text, said_en text, only_class text DEFAULT NULL::text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'migrant', 'public', 'pg_temp'
AS $function$
begin
  execute format('select (%s)::boolean from (select null::uuid as id) p', holds);
  insert into retention_holder values (name, holds, only_class, said_zh, said_en);
end $function$;

CREATE OR REPLACE FUNCTION migrant.retention_hold_is_history()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'migrant', 'public', 'pg_temp'
AS $function$
begin
  if old.lifted_at is not null or new.lifted_by is distinct from guard_text('actor') then
    raise exception 'a hold is lifted once, by whoever says so' using errcode = '23514', constraint = 'retention_hold_is_history';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION migrant.retention_join(name text, of_table text, starts text, division text, said_zh text, said_en text, covers text DEFAULT 'true'::text, key text DEFAULT 't.id::text'::text, names text DEFAULT 'array[t.id]'::text, person text DEFAULT NULL::text, at_position integer DEFAULT 100)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'migrant', 'public', 'pg_temp'
AS $function$
declare whose text := coalesce(person, (select p.person from personal_table p where p.of_table = retention_join.of_table), 'null::uuid');
begin
  execute format('select (%s)::uuid, (%s)::date, (%s)::text, (%s)::text, (%s)::uuid[] from %I t where %s limit 0',
                 whose, starts, division, key, names, of_table, covers);
  insert into retention_class values (name, of_table, covers, whose, starts, division, key, names, said_zh, said_en, at_position);
end $function$;

CREATE OR REPLACE FUNCTION migrant.retention_note(run uuid, class text, keys text[], divisions text[])
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'migrant', 'public', 'pg_temp'
AS $function$
#variable_conflict use_column
begin
  insert into retention_count as c (run_id, class, division, deleted, digest)
  select run, class, coalesce(left(g.division, 6), ''), count(*)::int, sha256(string_agg(sha256(r.salt || convert_to(g.key, 'UTF8')), ''::bytea order by g.key))
    from unnest(keys, divisions) g (key, division), retention_run r where r.id = run
   group by coalesce(left(g.division, 6), '')
  on conflict (run_id, class, division) do update set deleted = c.deleted + excluded.deleted, digest = sha256(c.digest || excluded.digest);
end $function$;

CREATE OR REPLACE FUNCTION migrant.retention_refuse()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'migrant', 'public', 'pg_temp'
AS $function$
begin
  -- Two records of one person become one: the other, with nothing left in it, may go.
  if tg_table_name = 'resident' and personal_rows_of(old.id) = 0 then return old; end if;
  raise exception 'rows of % are deleted by retention only', tg_table_name using errcode = '42501', constraint = 'retention_deletes_alone';
end $function$;

CREATE OR REPLACE FUNCTION migrant.retention_sql(class retention_class)
 RETURNS text
 LANGUAGE sql
 STABLE
 SET search_path TO 'migrant', 'public', 'pg_temp'
AS $function$
  select format($q$
    select t.ctid as place, (%1$s)::text as key, (%2$s)::uuid[] as names, p.id as person, d.code as division, s.on_day as starts,
           (s.on_day + k.keep)::date as due_on,
           array_remove(array[%3$s]::text[], null) as held_by
      from %4$I t
      cross join lateral (select (%5$s)::uuid as id) p
      cross join lateral (select (%6$s)::date as on_day) s
      cross join lateral (select (%7$s)::text as code) d
      left join lateral (
        select (v.value || ' ' || v.unit)::interval as keep from parameter v
         where v.name = %8$L and v.unit in ('days', 'months') and v.value ~ '^\d{1,4}$' and coalesce(d.code, '') ^@ v.region and v.valid @> $1
         order by length(v.region) desc limit 1) k on true
     where (%9$s) $q$,
    class.key, class.names,
    (select string_agg(format('case when %s then %L end', h.holds, h.name), ', ' order by h.name) from retention_holder h
      where h.only_class is null or h.only_class = class.name),
    class.of_table, class.person, class.starts, class.division, 'keep.' || class.name, class.covers)
$function$;

CREATE OR REPLACE FUNCTION migrant.retention_standing(resident uuid, day date)
 RETURNS TABLE(class text, key text, starts date, due_on date, held_by text[])
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'migrant', 'public', 'pg_temp'
AS $function$
declare one retention_class;
begin
  for one in select * from retention_class c where c.person <> 'null::uuid' order by c.position, c.name loop
    return query execute format('select %L, r.key, r.starts, r.due_on, r.held_by from (%s) r where r.person = $2 order by r.key', one.name, retention_sql(one))
      using day, resident;
  end loop;
end $function$;

CREATE OR REPLACE FUNCTION migrant.retention_tombstone_of(resident uuid)
 RETURNS bytea
 LANGUAGE sql
 STABLE
 SET search_path TO 'migrant', 'public', 'pg_temp'
AS $function$
  select sha256(k.pad || uuid_send(resident)) from retention_key k
$function$;

CREATE OR REPLACE FUNCTION migrant.retire_seal(version integer)
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'migrant', 'public', 'pg_temp'
AS $function$
declare
  one record;
  here bigint;
  latest integer;
  left_over bigint := 0;
  newest integer := 0;
begin
  if not guard_whole() or version not between 1 and 255 then
    raise exception 'key versions are retired centrally' using errcode = '42501';
  end if;
  for one in select distinct of_table from sealed_column order by 1 loop
    execute format('lock table %I in access exclusive mode', one.of_table);
  end loop;
  for one in select of_table, of_column from sealed_column loop
    execute format('select count(*) filter (where get_byte(%1$I, 0) = $1), max(get_byte(%1$I, 0)) from %2$I', one.of_column, one.of_table)
      into here, latest using version;
    left_over := left_over + here;
    newest := greatest(newest, latest);
  end loop;
  if left_over > 0 then return left_over; end if;
  if version > newest and newest > 0 then
    raise exception 'only what newer values have replaced is retired' using errcode = '42501';
  end if;
  for one in select of_table, string_agg(format('get_byte(%I, 0) <> %s', of_column, version), ' and ' order by of_column) as condition
               from sealed_column group by of_table loop
    if not exists (select from pg_constraint where conrelid = one.of_table::regclass
                    and conname = format('%s_seal_%s_is_retired', one.of_table, version)) then
      execute format('alter table %I add constraint %I check (%s)', one.of_table,
                     format('%s_seal_%s_is_retired', one.of_table, version), one.condition);
    end if;
  end loop;
  return 0;
end $function$;

CREATE OR REPLACE FUNCTION migrant.service_request_over(request uuid)
 RETURNS date
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'migrant', 'public', 'pg_temp'
AS $function$
begin
  return (
    select case when r.state in ('served', 'declined') then r.decided_on
                when r.state = 'withdrawn' then (coalesce((select max(a.at) from service_request_action a where a.request_id = r.id), r.recorded_at) at time zone 'Asia/Shanghai')::date end
      from service_request r
     where r.id = request and not exists (select from complaint c where c.request_id = r.id or c.mended_request_id = r.id));
end $function$;

ALTER DEFAULT PRIVILEGES FOR ROLE migrant_owner GRANT DELETE, INSERT, SELECT, UPDATE ON TABLES TO migrant_rw;
ALTER DEFAULT PRIVILEGES FOR ROLE migrant_owner GRANT SELECT, USAGE ON SEQUENCES TO migrant_rw;
