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

CREATE TABLE complaint (
  id uuid DEFAULT uuidv7() NOT NULL,
  seq bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  number text GENERATED ALWAYS AS (('TS'::text || lpad((seq)::text, 8, '0'::text))) STORED,
  kind text NOT NULL,
  request_id uuid,
  matter text,
  paper text,
  about_code text COLLATE "C" NOT NULL,
  responsible_code text COLLATE "C" NOT NULL,
  places text[] COLLATE "C" NOT NULL,
  complained_of text[] DEFAULT '{}'::text[] NOT NULL,
  told_sealed bytea NOT NULL,
  contact_sealed bytea,
  is_anonymous boolean NOT NULL,
  owner_key bytea,
  filed_by text DEFAULT guard_text('actor'::text) NOT NULL,
  owner text,
  state text NOT NULL,
  events integer DEFAULT 1 NOT NULL,
  reasons text,
  mended text,
  mended_request_id uuid,
  received_on date NOT NULL,
  counted_days smallint NOT NULL,
  due_on date,
  ended_on date,
  recorded_at timestamp with time zone NOT NULL,
  CONSTRAINT complaint_pkey PRIMARY KEY (id),
  CONSTRAINT complaint_number_is_unique UNIQUE (number),
  CONSTRAINT complaint_about_a_paper_names_it CHECK ((kind = 'paper'::text) = (paper IS NOT NULL)),
  CONSTRAINT complaint_always_has_an_authority CHECK (responsible_code ~ '^[1-8]\d{11}$'::text AND (responsible_code = ANY (places))),
  CONSTRAINT complaint_execution_says_what_was_mended CHECK ((state = 'executed'::text) <= (mended IS NOT NULL)),
  CONSTRAINT complaint_is_about_an_office CHECK (about_code ~ '^[1-8]\d{11}$'::text),
  CONSTRAINT complaint_is_not_handled_by_who_it_is_about CHECK (owner IS NULL OR NOT (owner = ANY (complained_of))),
  CONSTRAINT complaint_key_has_32_bytes CHECK (length(owner_key) = 32),
  CONSTRAINT complaint_kind_is_known CHECK (kind = ANY (ARRAY['service'::text, 'delay'::text, 'paper'::text, 'conduct'::text])),
  CONSTRAINT complaint_matter_is_short CHECK (char_length(matter) >= 1 AND char_length(matter) <= 60),
  CONSTRAINT complaint_mending_is_words CHECK (char_length(mended) >= 4 AND char_length(mended) <= 400),
  CONSTRAINT complaint_never_goes_to_the_office_it_is_about CHECK (responsible_code <> about_code AND NOT (about_code = ANY (places))),
  CONSTRAINT complaint_outcome_has_its_reasons CHECK ((state = ANY (ARRAY['upheld'::text, 'executed'::text, 'not-upheld'::text])) <= (reasons IS NOT NULL)),
  CONSTRAINT complaint_reasons_are_words CHECK (char_length(reasons) >= 4 AND char_length(reasons) <= 600),
  CONSTRAINT complaint_state_is_known CHECK (state = ANY (ARRAY['filed'::text, 'handling'::text, 'upheld'::text, 'executed'::text, 'not-upheld'::text, 'withdrawn'::text])),
  CONSTRAINT complaint_without_a_name_has_no_owner CHECK (NOT is_anonymous OR owner_key IS NULL AND filed_by = 'anonymous'::text),
  CONSTRAINT complaint_mended_request_id_fkey FOREIGN KEY (mended_request_id) REFERENCES service_request(id),
  CONSTRAINT complaint_request_id_fkey FOREIGN KEY (request_id) REFERENCES service_request(id)
);
CREATE INDEX complaint_by_mended ON complaint USING btree (mended_request_id) WHERE mended_request_id IS NOT NULL;
CREATE INDEX complaint_by_office ON complaint USING btree (about_code, recorded_at);
CREATE INDEX complaint_by_owner ON complaint USING btree (owner_key) WHERE owner_key IS NOT NULL;
CREATE INDEX complaint_by_place ON complaint USING btree (responsible_code, id);
CREATE INDEX complaint_by_request ON complaint USING btree (request_id) WHERE request_id IS NOT NULL;
CREATE TRIGGER complaint_keeps_the_rules BEFORE UPDATE ON complaint FOR EACH ROW EXECUTE FUNCTION complaint_keeps_the_rules();
ALTER TABLE complaint ENABLE ROW LEVEL SECURITY;
ALTER TABLE complaint FORCE ROW LEVEL SECURITY;
CREATE POLICY complaint_in_its_places_or_own ON complaint AS PERMISSIVE FOR ALL TO PUBLIC USING (((owner_key = ( SELECT guard_key() AS guard_key)) OR ((NOT (( SELECT guard_text('actor'::text) AS guard_text) = ANY (complained_of))) AND (( SELECT guard_whole() AS guard_whole) OR (EXISTS ( SELECT
   FROM unnest(complaint.places) p(p)
  WHERE (p.p ^@ ( SELECT guard_from() AS guard_from))))))));
COMMENT ON TABLE complaint IS 'A complaint. Whoever was asked first answers for it until another accepted.';
COMMENT ON COLUMN complaint.matter IS 'Number of the claim or case it is about, where that is no request of this app.';
COMMENT ON COLUMN complaint.about_code IS 'The office complained of; it does not see the complaint.';
COMMENT ON COLUMN complaint.complained_of IS 'Officers it is about, who see nothing of it whatever their office.';
COMMENT ON COLUMN complaint.told_sealed IS 'What happened, in the words of whoever complains: AES-256-GCM, bound to this table, column and row id.';
COMMENT ON COLUMN complaint.contact_sealed IS 'How to reach them, where they wish it; sealed likewise.';
GRANT INSERT, SELECT, UPDATE (responsible_code, places, owner, state, events, reasons, mended, mended_request_id, due_on, ended_on) ON complaint TO migrant_rw;

CREATE TABLE complaint_action (
  complaint_id uuid NOT NULL,
  seq integer NOT NULL,
  kind text NOT NULL,
  from_state text NOT NULL,
  to_state text NOT NULL,
  note text,
  actor text DEFAULT guard_text('actor'::text) NOT NULL,
  at timestamp with time zone NOT NULL,
  CONSTRAINT complaint_action_pkey PRIMARY KEY (complaint_id, seq),
  CONSTRAINT complaint_action_kind_is_known CHECK (kind = ANY (ARRAY['file'::text, 'take'::text, 'hand-over'::text, 'accept'::text, 'decline'::text, 'uphold'::text, 'not-uphold'::text, 'execute'::text, 'reopen'::text, 'withdraw'::text, 'resume'::text, 'remind-before'::text, 'remind-after'::text])),
  CONSTRAINT complaint_action_seq_check CHECK (seq > 0),
  CONSTRAINT complaint_is_decided_by_a_person CHECK ((to_state <> ALL (ARRAY['upheld'::text, 'not-upheld'::text])) OR actor !~ '^system'::text),
  CONSTRAINT complaint_action_complaint_id_fkey FOREIGN KEY (complaint_id) REFERENCES complaint(id),
  CONSTRAINT complaint_moves_as_the_table_says FOREIGN KEY (from_state, to_state) REFERENCES complaint_move(from_state, to_state)
);
CREATE INDEX complaint_action_by_move ON complaint_action USING btree (from_state, to_state);
ALTER TABLE complaint_action ENABLE ROW LEVEL SECURITY;
ALTER TABLE complaint_action FORCE ROW LEVEL SECURITY;
CREATE POLICY complaint_action_of_complaint ON complaint_action AS PERMISSIVE FOR ALL TO PUBLIC USING ((EXISTS ( SELECT
   FROM complaint c
  WHERE (c.id = complaint_action.complaint_id)))) WITH CHECK (((actor = ( SELECT guard_text('actor'::text) AS guard_text)) AND (EXISTS ( SELECT
   FROM complaint c
  WHERE (c.id = complaint_action.complaint_id)))));
COMMENT ON TABLE complaint_action IS 'Journal of a complaint, append-only.';
GRANT INSERT, SELECT ON complaint_action TO migrant_rw;

CREATE TABLE complaint_hand_over (
  id uuid DEFAULT uuidv7() NOT NULL,
  complaint_id uuid NOT NULL,
  from_code text COLLATE "C" NOT NULL,
  to_code text COLLATE "C" NOT NULL,
  reason text NOT NULL,
  asked_by text DEFAULT guard_text('actor'::text) NOT NULL,
  asked_at timestamp with time zone NOT NULL,
  answer text,
  note text,
  answered_by text,
  answered_at timestamp with time zone,
  CONSTRAINT complaint_hand_over_pkey PRIMARY KEY (id),
  CONSTRAINT complaint_hand_over_answer_is_known CHECK (answer = ANY (ARRAY['accepted'::text, 'declined'::text])),
  CONSTRAINT complaint_hand_over_goes_elsewhere CHECK (to_code ~ '^[1-8]\d{11}$'::text AND to_code <> from_code),
  CONSTRAINT complaint_hand_over_has_a_reason CHECK (char_length(reason) >= 4 AND char_length(reason) <= 300),
  CONSTRAINT complaint_hand_over_is_answered_whole CHECK (num_nulls(answer, answered_by, answered_at) = ANY (ARRAY[0, 3])),
  CONSTRAINT complaint_hand_over_no_needs_a_reason CHECK (answer <> 'declined'::text OR char_length(note) >= 4 AND char_length(note) <= 300),
  CONSTRAINT complaint_hand_over_complaint_id_fkey FOREIGN KEY (complaint_id) REFERENCES complaint(id)
);
CREATE INDEX complaint_hand_over_by_complaint ON complaint_hand_over USING btree (complaint_id);
CREATE UNIQUE INDEX complaint_hand_over_one_at_a_time ON complaint_hand_over USING btree (complaint_id) WHERE answer IS NULL;
ALTER TABLE complaint_hand_over ENABLE ROW LEVEL SECURITY;
ALTER TABLE complaint_hand_over FORCE ROW LEVEL SECURITY;
CREATE POLICY complaint_hand_over_of_complaint ON complaint_hand_over AS PERMISSIVE FOR ALL TO PUBLIC USING ((EXISTS ( SELECT
   FROM complaint c
  WHERE (c.id = complaint_hand_over.complaint_id))));
COMMENT ON TABLE complaint_hand_over IS 'One authority asks another to take a complaint over; only its acceptance moves the responsibility.';
GRANT INSERT, SELECT, UPDATE (answer, note, answered_by, answered_at) ON complaint_hand_over TO migrant_rw;

CREATE TABLE complaint_move (
  from_state text NOT NULL,
  to_state text NOT NULL,
  CONSTRAINT complaint_move_pkey PRIMARY KEY (from_state, to_state)
);
ALTER TABLE complaint_move ENABLE ROW LEVEL SECURITY;
ALTER TABLE complaint_move FORCE ROW LEVEL SECURITY;
CREATE POLICY complaint_move_by_migrations ON complaint_move AS PERMISSIVE FOR ALL TO migrant_owner USING (true) WITH CHECK (true);
CREATE POLICY complaint_move_is_public ON complaint_move AS PERMISSIVE FOR SELECT TO PUBLIC USING (true);
COMMENT ON TABLE complaint_move IS 'Every move of a complaint there is (complaint.state.ts, mirrored); what is not listed cannot happen.';
GRANT SELECT ON complaint_move TO migrant_rw;

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

CREATE TABLE service_access (
  id uuid DEFAULT uuidv7() NOT NULL,
  service text NOT NULL,
  division_code text COLLATE "C" NOT NULL,
  quarter text NOT NULL,
  correction smallint DEFAULT 0 NOT NULL,
  household text NOT NULL,
  cases integer NOT NULL,
  granted integer NOT NULL,
  held integer NOT NULL,
  asked integer NOT NULL,
  papers integer NOT NULL,
  days_median integer,
  days_median_low integer,
  days_median_high integer,
  days_ninth integer,
  waiting integer NOT NULL,
  frozen_at timestamp with time zone NOT NULL,
  CONSTRAINT service_access_pkey PRIMARY KEY (id),
  CONSTRAINT service_access_is_frozen_once UNIQUE (service, division_code, quarter, correction, household),
  CONSTRAINT service_access_correction_counts CHECK (correction >= 0),
  CONSTRAINT service_access_household_is_known CHECK (household = ANY (ARRAY['local'::text, 'newcomer'::text])),
  CONSTRAINT service_access_is_a_countys CHECK (division_code ~ '^[1-8]\d{5}0{6}$'::text),
  CONSTRAINT service_access_parts_lie_within CHECK (granted >= 0 AND granted <= cases AND held >= 0 AND held <= cases AND asked >= 0 AND asked <= cases AND papers >= asked),
  CONSTRAINT service_access_quarter_is_one CHECK (quarter ~ '^20\d\dQ[1-4]$'::text),
  CONSTRAINT service_access_waiting_counts CHECK (waiting >= 0)
);
CREATE INDEX service_access_by_place ON service_access USING btree (division_code, quarter);
ALTER TABLE service_access ENABLE ROW LEVEL SECURITY;
ALTER TABLE service_access FORCE ROW LEVEL SECURITY;
CREATE POLICY service_access_is_frozen_centrally ON service_access AS PERMISSIVE FOR INSERT TO PUBLIC WITH CHECK (( SELECT guard_whole() AS guard_whole));
CREATE POLICY service_access_is_published ON service_access AS PERMISSIVE FOR SELECT TO PUBLIC USING (( SELECT guard_open() AS guard_open));
COMMENT ON TABLE service_access IS 'What is published of requests decided in a quarter: correction 0 is frozen, each later one a line of its own. Shown only where no figure is about fewer than five.';
COMMENT ON COLUMN service_access.waiting IS 'Requests asked before the end of the quarter and undecided then.';
GRANT INSERT, SELECT ON service_access TO migrant_rw;

CREATE TABLE service_entitlement (
  id uuid DEFAULT uuidv7() NOT NULL,
  code text NOT NULL,
  region text COLLATE "C" DEFAULT ''::text NOT NULL,
  valid daterange NOT NULL,
  kind text NOT NULL,
  name_zh text NOT NULL,
  name_en text NOT NULL,
  served_by text NOT NULL,
  authority_zh text NOT NULL,
  authority_en text NOT NULL,
  working_days smallint NOT NULL,
  papers text[] NOT NULL,
  never_papers text[] NOT NULL,
  source text NOT NULL,
  status text NOT NULL,
  CONSTRAINT service_entitlement_pkey PRIMARY KEY (id),
  CONSTRAINT service_entitlement_asks_for_nothing_it_may_not CHECK (NOT papers && never_papers),
  CONSTRAINT service_entitlement_begins_somewhere CHECK (NOT lower_inf(valid) AND NOT isempty(valid)),
  CONSTRAINT service_entitlement_code_is_a_word CHECK (code ~ '^[a-z]+(-[a-z]+)*$'::text),
  CONSTRAINT service_entitlement_has_a_deadline CHECK (working_days >= 1 AND working_days <= 60),
  CONSTRAINT service_entitlement_kind_is_known CHECK (kind = ANY (ARRAY['public-health'::text, 'registration'::text, 'childcare'::text, 'relief'::text, 'article-12'::text])),
  CONSTRAINT service_entitlement_papers_are_known CHECK ((papers || never_papers) <@ ARRAY['identity-paper'::text, 'household-book'::text, 'birth-certificate'::text, 'residence-permit'::text, 'residence-statement'::text, 'vaccination-record'::text, 'guardianship-paper'::text, 'hardship-statement'::text, 'marriage-certificate'::text, 'social-insurance-record'::text, 'birth-registration-voucher'::text, 'commitment'::text, 'tenancy-contract'::text]),
  CONSTRAINT service_entitlement_region_is_a_code CHECK (region ~ '^(\d{2}|\d{4}|\d{6}|\d{9}|\d{12})?$'::text),
  CONSTRAINT service_entitlement_server_is_known CHECK (served_by = ANY (ARRAY['township'::text, 'county'::text, 'other-authority'::text])),
  CONSTRAINT service_entitlement_source_check CHECK (source <> ''::text),
  CONSTRAINT service_entitlement_status_is_known CHECK (status = ANY (ARRAY['confirmed'::text, 'assumed'::text, 'unverified'::text])),
  CONSTRAINT service_entitlement_has_one_text_a_day EXCLUDE USING gist (code WITH =, region WITH =, valid WITH &&)
);
ALTER TABLE service_entitlement ENABLE ROW LEVEL SECURITY;
ALTER TABLE service_entitlement FORCE ROW LEVEL SECURITY;
CREATE POLICY service_entitlement_by_migrations ON service_entitlement AS PERMISSIVE FOR ALL TO migrant_owner USING (true) WITH CHECK (true);
CREATE POLICY service_entitlement_is_public ON service_entitlement AS PERMISSIVE FOR SELECT TO PUBLIC USING (( SELECT guard_open() AS guard_open));
COMMENT ON TABLE service_entitlement IS 'A service, who serves it, by when and on which papers, by region and days, with its source. A change of the text is a new row.';
COMMENT ON COLUMN service_entitlement.served_by IS 'other-authority: this authority refers, and stays responsible until the other accepts.';
COMMENT ON COLUMN service_entitlement.papers IS 'What may be asked for. Anything else is refused.';
COMMENT ON COLUMN service_entitlement.never_papers IS 'What must never be asked for, by name: no text of this service asks for it.';
GRANT SELECT ON service_entitlement TO migrant_rw;

CREATE TABLE service_referral (
  id uuid DEFAULT uuidv7() NOT NULL,
  request_id uuid NOT NULL,
  from_code text COLLATE "C" NOT NULL,
  to_code text COLLATE "C" NOT NULL,
  to_unit text,
  reason text NOT NULL,
  asked_by text DEFAULT guard_text('actor'::text) NOT NULL,
  asked_at timestamp with time zone NOT NULL,
  answer text,
  note text,
  answered_by text,
  answered_at timestamp with time zone,
  CONSTRAINT service_referral_pkey PRIMARY KEY (id),
  CONSTRAINT service_referral_answer_is_known CHECK (answer = ANY (ARRAY['accepted'::text, 'declined'::text, 'taken-back'::text])),
  CONSTRAINT service_referral_goes_somewhere_else CHECK (to_code <> from_code OR to_unit IS NOT NULL),
  CONSTRAINT service_referral_goes_to_a_division CHECK (to_code ~ '^[1-8]\d{11}$'::text),
  CONSTRAINT service_referral_has_a_reason CHECK (char_length(reason) >= 4 AND char_length(reason) <= 300),
  CONSTRAINT service_referral_is_answered_whole CHECK (num_nulls(answer, answered_by, answered_at) = ANY (ARRAY[0, 3])),
  CONSTRAINT service_referral_no_needs_a_reason CHECK (answer <> 'declined'::text OR char_length(note) >= 4 AND char_length(note) <= 300),
  CONSTRAINT service_referral_note_is_short CHECK (char_length(note) >= 1 AND char_length(note) <= 300),
  CONSTRAINT service_referral_unit_is_short CHECK (char_length(to_unit) >= 2 AND char_length(to_unit) <= 60),
  CONSTRAINT service_referral_request_id_fkey FOREIGN KEY (request_id) REFERENCES service_request(id)
);
CREATE INDEX service_referral_by_request ON service_referral USING btree (request_id);
CREATE UNIQUE INDEX service_referral_one_at_a_time ON service_referral USING btree (request_id) WHERE answer IS NULL;
ALTER TABLE service_referral ENABLE ROW LEVEL SECURITY;
ALTER TABLE service_referral FORCE ROW LEVEL SECURITY;
CREATE POLICY service_referral_of_request ON service_referral AS PERMISSIVE FOR ALL TO PUBLIC USING ((EXISTS ( SELECT
   FROM service_request r
  WHERE (r.id = service_referral.request_id))));
COMMENT ON TABLE service_referral IS 'One authority asks another to take a request over. Only its acceptance moves the responsibility.';
COMMENT ON COLUMN service_referral.to_unit IS 'An authority outside this system; its word is entered by who is responsible.';
GRANT INSERT, SELECT, UPDATE (answer, note, answered_by, answered_at) ON service_referral TO migrant_rw;

CREATE TABLE service_request (
  id uuid DEFAULT uuidv7() NOT NULL,
  entitlement_id uuid NOT NULL,
  client_ref text NOT NULL,
  asked_by text DEFAULT guard_text('actor'::text) NOT NULL,
  channel text NOT NULL,
  household text NOT NULL,
  person_id uuid,
  owner_key bytea,
  name text NOT NULL,
  need text,
  first_code text COLLATE "C" NOT NULL,
  responsible_code text COLLATE "C" NOT NULL,
  responsible_unit text,
  owner text,
  places text[] COLLATE "C" NOT NULL,
  state text NOT NULL,
  events integer DEFAULT 1 NOT NULL,
  notices smallint DEFAULT 0 NOT NULL,
  missing text[] DEFAULT '{}'::text[] NOT NULL,
  wanted text[] DEFAULT '{}'::text[] NOT NULL,
  demanded text[] DEFAULT '{}'::text[] NOT NULL,
  was_held boolean DEFAULT false NOT NULL,
  received_on date NOT NULL,
  counted_from date NOT NULL,
  counted_days smallint,
  due_rule text,
  due_on date,
  decided_on date,
  recorded_at timestamp with time zone NOT NULL,
  CONSTRAINT service_request_pkey PRIMARY KEY (id),
  CONSTRAINT service_request_is_asked_once UNIQUE (asked_by, client_ref),
  CONSTRAINT service_request_always_has_an_authority CHECK (responsible_code ~ '^[1-8]\d{11}$'::text AND first_code ~ '^[1-8]\d{11}$'::text),
  CONSTRAINT service_request_channel_is_known CHECK (channel = ANY (ARRAY['counter'::text, 'online'::text])),
  CONSTRAINT service_request_deadline_is_by_rule CHECK ((num_nulls(counted_days, due_rule) = ANY (ARRAY[0, 2])) AND (due_on IS NULL OR due_rule IS NOT NULL)),
  CONSTRAINT service_request_deadline_runs_while_an_authority_acts CHECK ((state = ANY (ARRAY['asked'::text, 'taken'::text])) = (due_rule IS NOT NULL)),
  CONSTRAINT service_request_decision_has_its_day CHECK ((state = ANY (ARRAY['served'::text, 'declined'::text])) = (decided_on IS NOT NULL)),
  CONSTRAINT service_request_household_is_known CHECK (household = ANY (ARRAY['local'::text, 'newcomer'::text])),
  CONSTRAINT service_request_is_for_somebody CHECK (char_length(name) >= 1 AND char_length(name) <= 50),
  CONSTRAINT service_request_is_seen_by_who_is_responsible CHECK (responsible_code = ANY (places)),
  CONSTRAINT service_request_key_has_32_bytes CHECK (length(owner_key) = 32),
  CONSTRAINT service_request_misses_something_while_incomplete CHECK ((state = 'incomplete'::text) = (missing <> '{}'::text[])),
  CONSTRAINT service_request_need_is_short CHECK (char_length(need) >= 1 AND char_length(need) <= 300),
  CONSTRAINT service_request_reference_is_short CHECK (client_ref ~ '^[A-Za-z0-9_-]{1,64}$'::text),
  CONSTRAINT service_request_state_is_known CHECK (state = ANY (ARRAY['asked'::text, 'incomplete'::text, 'taken'::text, 'served'::text, 'declined'::text, 'withdrawn'::text])),
  CONSTRAINT service_request_entitlement_id_fkey FOREIGN KEY (entitlement_id) REFERENCES service_entitlement(id)
);
CREATE INDEX service_request_by_due ON service_request USING btree (due_on, id) WHERE due_on IS NOT NULL;
CREATE INDEX service_request_by_entitlement ON service_request USING btree (entitlement_id);
CREATE INDEX service_request_by_owner ON service_request USING btree (owner_key) WHERE owner_key IS NOT NULL;
CREATE INDEX service_request_by_person ON service_request USING btree (person_id) WHERE person_id IS NOT NULL;
CREATE INDEX service_request_by_place ON service_request USING btree (responsible_code, id);
CREATE TRIGGER service_request_keeps_the_rules BEFORE UPDATE ON service_request FOR EACH ROW EXECUTE FUNCTION service_request_keeps_the_rules();
ALTER TABLE service_request ENABLE ROW LEVEL SECURITY;
ALTER TABLE service_request FORCE ROW LEVEL SECURITY;
CREATE POLICY service_request_in_its_places_or_own ON service_request AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (EXISTS ( SELECT
   FROM unnest(service_request.places) p(p)
  WHERE (p.p ^@ ( SELECT guard_from() AS guard_from)))) OR (owner_key = ( SELECT guard_key() AS guard_key)) OR (person_id = ANY (( SELECT guard_family() AS guard_family)::uuid[]))));
COMMENT ON TABLE service_request IS 'A family asks for a service. The first authority asked stays responsible until another accepts (首问负责).';
COMMENT ON COLUMN service_request.client_ref IS 'Given by whoever asks, so that asking twice is asking once.';
COMMENT ON COLUMN service_request.household IS 'local or newcomer, as the family states it; kept for the figures that lay both side by side, and a reason for nothing.';
COMMENT ON COLUMN service_request.person_id IS 'Person of the register whom it is for, where there is one; people from elsewhere need not be registered here.';
COMMENT ON COLUMN service_request.owner_key IS 'Blind index of the number of the citizen who asked.';
COMMENT ON COLUMN service_request.responsible_unit IS 'Another authority that accepted; null while it is this one.';
COMMENT ON COLUMN service_request.owner IS 'The officer who answers for it; the first one asked until another accepted.';
COMMENT ON COLUMN service_request.places IS 'Divisions whose officers see it: those responsible so far, and who is asked to take it over.';
COMMENT ON COLUMN service_request.wanted IS 'Missing by a second notice that waits for the county.';
COMMENT ON COLUMN service_request.demanded IS 'Every paper that was ever asked for.';
GRANT INSERT, SELECT, UPDATE (responsible_code, responsible_unit, owner, places, state, events, notices, missing, wanted, demanded, was_held, counted_from, counted_days, due_rule, due_on, decided_on) ON service_request TO migrant_rw;

CREATE TABLE service_request_action (
  request_id uuid NOT NULL,
  seq integer NOT NULL,
  kind text NOT NULL,
  from_state text NOT NULL,
  to_state text NOT NULL,
  items text[] DEFAULT '{}'::text[] NOT NULL,
  note text,
  due_rule text,
  due_on date,
  actor text DEFAULT guard_text('actor'::text) NOT NULL,
  at timestamp with time zone NOT NULL,
  CONSTRAINT service_request_action_pkey PRIMARY KEY (request_id, seq),
  CONSTRAINT service_request_action_kind_is_known CHECK (kind = ANY (ARRAY['ask'::text, 'refer'::text, 'accept-referral'::text, 'decline-referral'::text, 'take-back-referral'::text, 'take'::text, 'silence'::text, 'tell-missing'::text, 'want-second-notice'::text, 'allow-second-notice'::text, 'refuse-second-notice'::text, 'complete'::text, 'waive'::text, 'serve'::text, 'decline'::text, 'reopen'::text, 'withdraw'::text, 'resume'::text, 'remind-before'::text, 'remind-after'::text, 'count'::text])),
  CONSTRAINT service_request_action_note_is_short CHECK (char_length(note) >= 1 AND char_length(note) <= 400),
  CONSTRAINT service_request_action_seq_check CHECK (seq > 0),
  CONSTRAINT service_request_is_declined_by_a_person CHECK (to_state <> 'declined'::text OR note IS NOT NULL AND actor !~ '^system'::text),
  CONSTRAINT service_request_action_request_id_fkey FOREIGN KEY (request_id) REFERENCES service_request(id),
  CONSTRAINT service_request_moves_as_the_table_says FOREIGN KEY (from_state, to_state) REFERENCES service_request_move(from_state, to_state)
);
CREATE INDEX service_request_action_by_move ON service_request_action USING btree (from_state, to_state);
ALTER TABLE service_request_action ENABLE ROW LEVEL SECURITY;
ALTER TABLE service_request_action FORCE ROW LEVEL SECURITY;
CREATE POLICY service_request_action_of_request ON service_request_action AS PERMISSIVE FOR ALL TO PUBLIC USING ((EXISTS ( SELECT
   FROM service_request r
  WHERE (r.id = service_request_action.request_id)))) WITH CHECK (((actor = ( SELECT guard_text('actor'::text) AS guard_text)) AND (EXISTS ( SELECT
   FROM service_request r
  WHERE (r.id = service_request_action.request_id)))));
COMMENT ON TABLE service_request_action IS 'Journal of a request, append-only.';
GRANT INSERT, SELECT ON service_request_action TO migrant_rw;

CREATE TABLE service_request_move (
  from_state text NOT NULL,
  to_state text NOT NULL,
  CONSTRAINT service_request_move_pkey PRIMARY KEY (from_state, to_state)
);
ALTER TABLE service_request_move ENABLE ROW LEVEL SECURITY;
ALTER TABLE service_request_move FORCE ROW LEVEL SECURITY;
CREATE POLICY service_request_move_by_migrations ON service_request_move AS PERMISSIVE FOR ALL TO migrant_owner USING (true) WITH CHECK (true);
CREATE POLICY service_request_move_is_public ON service_request_move AS PERMISSIVE FOR SELECT TO PUBLIC USING (true);
COMMENT ON TABLE service_request_move IS 'Every move of a request there is (service-request.state.ts, mirrored); what is not listed cannot happen.';
GRANT SELECT ON service_request_move TO migrant_rw;

CREATE TABLE support_consent (
  id uuid DEFAULT uuidv7() NOT NULL,
  division_code text COLLATE "C" NOT NULL,
  person_id uuid,
  owner_key bytea,
  name text NOT NULL,
  kind text NOT NULL,
  scope text[] NOT NULL,
  given_by text NOT NULL,
  guardian_name text,
  document text,
  starts_on date NOT NULL,
  ends_on date NOT NULL,
  retention_class text DEFAULT 'support-consent'::text NOT NULL,
  recorded_by text DEFAULT guard_text('actor'::text) NOT NULL,
  recorded_at timestamp with time zone NOT NULL,
  CONSTRAINT support_consent_pkey PRIMARY KEY (id),
  CONSTRAINT support_consent_document_is_short CHECK (char_length(document) >= 2 AND char_length(document) <= 100),
  CONSTRAINT support_consent_ends CHECK (ends_on > starts_on),
  CONSTRAINT support_consent_guardian_is_named CHECK ((given_by = 'guardian'::text) = (guardian_name IS NOT NULL)),
  CONSTRAINT support_consent_has_a_scope CHECK (cardinality(scope) > 0 AND scope <@ ARRAY['home-visit'::text, 'call'::text, 'health-guidance'::text, 'school-contact'::text, 'errands'::text]),
  CONSTRAINT support_consent_is_given_by_who_may CHECK (given_by = ANY (ARRAY['self'::text, 'guardian'::text])),
  CONSTRAINT support_consent_is_in_a_division CHECK (division_code ~ '^[1-8]\d{11}$'::text),
  CONSTRAINT support_consent_key_has_32_bytes CHECK (length(owner_key) = 32),
  CONSTRAINT support_consent_kind_is_known CHECK (kind = ANY (ARRAY['child'::text, 'elder'::text])),
  CONSTRAINT support_consent_names_somebody CHECK (char_length(name) >= 1 AND char_length(name) <= 50 AND char_length(guardian_name) >= 1 AND char_length(guardian_name) <= 50),
  CONSTRAINT support_consent_of_a_child_is_a_guardians CHECK (kind <> 'child'::text OR given_by = 'guardian'::text),
  CONSTRAINT support_consent_is_one_at_a_time EXCLUDE USING gist (person_id WITH =, daterange(starts_on, ends_on) WITH &&) WHERE (person_id IS NOT NULL)
);
CREATE INDEX support_consent_by_owner ON support_consent USING btree (owner_key) WHERE owner_key IS NOT NULL;
CREATE INDEX support_consent_by_place ON support_consent USING btree (division_code, id);
ALTER TABLE support_consent ENABLE ROW LEVEL SECURITY;
ALTER TABLE support_consent FORCE ROW LEVEL SECURITY;
CREATE POLICY support_consent_in_division_or_own ON support_consent AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (division_code ^@ ( SELECT guard_from() AS guard_from)) OR (owner_key = ( SELECT guard_key() AS guard_key)) OR (person_id = ANY (( SELECT guard_family() AS guard_family)::uuid[]))));
COMMENT ON TABLE support_consent IS 'A consent to support visits, with its scope and end. Deleted, with everything it carried, when it is taken back or over.';
COMMENT ON COLUMN support_consent.document IS 'The signed consent, where it was given at the counter.';
COMMENT ON COLUMN support_consent.retention_class IS 'How long it is kept: never beyond its last day.';
GRANT DELETE, INSERT, SELECT ON support_consent TO migrant_rw;

CREATE TABLE support_note (
  visit_id uuid NOT NULL,
  topic text NOT NULL,
  words text NOT NULL,
  written_by text DEFAULT guard_text('actor'::text) NOT NULL,
  at timestamp with time zone NOT NULL,
  CONSTRAINT support_note_pkey PRIMARY KEY (visit_id, topic),
  CONSTRAINT support_note_is_short CHECK (char_length(words) >= 1 AND char_length(words) <= 200),
  CONSTRAINT support_note_is_only_what_was_asked_for FOREIGN KEY (visit_id, topic) REFERENCES support_topic(visit_id, topic) ON DELETE CASCADE
);
ALTER TABLE support_note ENABLE ROW LEVEL SECURITY;
ALTER TABLE support_note FORCE ROW LEVEL SECURITY;
CREATE POLICY support_note_of_visit ON support_note AS PERMISSIVE FOR ALL TO PUBLIC USING ((EXISTS ( SELECT
   FROM support_visit v
  WHERE (v.id = support_note.visit_id)))) WITH CHECK (((written_by = ( SELECT guard_text('actor'::text) AS guard_text)) AND (EXISTS ( SELECT
   FROM support_visit v
  WHERE (v.id = support_note.visit_id)))));
COMMENT ON TABLE support_note IS 'An answer to what the family asked for; nothing else is noted of a visit.';
GRANT DELETE, INSERT, SELECT ON support_note TO migrant_rw;

CREATE TABLE support_topic (
  visit_id uuid NOT NULL,
  topic text NOT NULL,
  CONSTRAINT support_topic_pkey PRIMARY KEY (visit_id, topic),
  CONSTRAINT support_topic_is_known CHECK (topic = ANY (ARRAY['message-from-family'::text, 'medicine'::text, 'repairs'::text, 'school-papers'::text, 'subsidy-papers'::text, 'other-help'::text])),
  CONSTRAINT support_topic_visit_id_fkey FOREIGN KEY (visit_id) REFERENCES support_visit(id) ON DELETE CASCADE
);
ALTER TABLE support_topic ENABLE ROW LEVEL SECURITY;
ALTER TABLE support_topic FORCE ROW LEVEL SECURITY;
CREATE POLICY support_topic_of_visit ON support_topic AS PERMISSIVE FOR ALL TO PUBLIC USING ((EXISTS ( SELECT
   FROM support_visit v
  WHERE (v.id = support_topic.visit_id))));
COMMENT ON TABLE support_topic IS 'What the family asked to be told of after a visit.';
GRANT DELETE, INSERT, SELECT ON support_topic TO migrant_rw;

CREATE TABLE support_visit (
  id uuid DEFAULT uuidv7() NOT NULL,
  consent_id uuid NOT NULL,
  purpose text NOT NULL,
  planned_on date NOT NULL,
  state text NOT NULL,
  offered_by text DEFAULT guard_text('actor'::text) NOT NULL,
  done_on date,
  recorded_at timestamp with time zone NOT NULL,
  CONSTRAINT support_visit_pkey PRIMARY KEY (id),
  CONSTRAINT support_visit_done_has_its_day CHECK ((state = 'done'::text) = (done_on IS NOT NULL)),
  CONSTRAINT support_visit_purpose_is_known CHECK (purpose = ANY (ARRAY['home-visit'::text, 'call'::text, 'health-guidance'::text, 'school-contact'::text, 'errands'::text])),
  CONSTRAINT support_visit_state_is_known CHECK (state = ANY (ARRAY['offered'::text, 'accepted'::text, 'done'::text, 'declined'::text, 'cancelled'::text])),
  CONSTRAINT support_visit_consent_id_fkey FOREIGN KEY (consent_id) REFERENCES support_consent(id) ON DELETE CASCADE
);
CREATE INDEX support_visit_by_consent ON support_visit USING btree (consent_id);
CREATE INDEX support_visit_by_day ON support_visit USING btree (planned_on, id);
CREATE TRIGGER support_visit_keeps_the_rules BEFORE INSERT OR UPDATE ON support_visit FOR EACH ROW EXECUTE FUNCTION support_visit_keeps_the_rules();
ALTER TABLE support_visit ENABLE ROW LEVEL SECURITY;
ALTER TABLE support_visit FORCE ROW LEVEL SECURITY;
CREATE POLICY support_visit_of_consent ON support_visit AS PERMISSIVE FOR ALL TO PUBLIC USING ((EXISTS ( SELECT
   FROM support_consent c
  WHERE (c.id = support_visit.consent_id))));
COMMENT ON TABLE support_visit IS 'A visit within a consent: offered, accepted or declined by the family, done.';
GRANT DELETE, INSERT, SELECT, UPDATE (state, done_on) ON support_visit TO migrant_rw;

CREATE TABLE support_visit_move (
  from_state text NOT NULL,
  to_state text NOT NULL,
  CONSTRAINT support_visit_move_pkey PRIMARY KEY (from_state, to_state)
);
ALTER TABLE support_visit_move ENABLE ROW LEVEL SECURITY;
ALTER TABLE support_visit_move FORCE ROW LEVEL SECURITY;
CREATE POLICY support_visit_move_by_migrations ON support_visit_move AS PERMISSIVE FOR ALL TO migrant_owner USING (true) WITH CHECK (true);
CREATE POLICY support_visit_move_is_public ON support_visit_move AS PERMISSIVE FOR SELECT TO PUBLIC USING (true);
COMMENT ON TABLE support_visit_move IS 'Every move of a visit there is (support-visit.state.ts, mirrored); what is not listed cannot happen.';
GRANT SELECT ON support_visit_move TO migrant_rw;

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

CREATE OR REPLACE FUNCTION migrant.complaint_keeps_the_rules()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'migrant', 'public', 'pg_temp'
AS $function$
begin
  if new.state <> old.state and not exists (select from complaint_move where from_state = old.state and to_state = new.state) then
    raise exception 'no such move: % to %', old.state, new.state using errcode = '23514', constraint = 'complaint_moves_as_the_table_says';
  end if;
  if new.responsible_code <> old.responsible_code and not exists (
      select from complaint_hand_over h where h.complaint_id = new.id and h.to_code = new.responsible_code and h.answer = 'accepted') then
    raise exception 'nobody there accepted' using errcode = '23514', constraint = 'complaint_stays_until_another_accepts';
  end if;
  return new;
end $function$;

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

CREATE OR REPLACE FUNCTION migrant.service_request_keeps_the_rules()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'migrant', 'public', 'pg_temp'
AS $function$
begin
  if new.state <> old.state and not exists (select from service_request_move where from_state = old.state and to_state = new.state) then
    raise exception 'no such move: % to %', old.state, new.state using errcode = '23514', constraint = 'service_request_moves_as_the_table_says';
  end if;
  if (new.responsible_code, coalesce(new.responsible_unit, '')) is distinct from (old.responsible_code, coalesce(old.responsible_unit, ''))
     and not exists (select from service_referral r where r.request_id = new.id and r.to_code = new.responsible_code
                       and r.to_unit is not distinct from new.responsible_unit and r.answer = 'accepted') then
    raise exception 'nobody there accepted' using errcode = '23514', constraint = 'service_request_stays_until_another_accepts';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION migrant.support_visit_keeps_the_rules()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'migrant', 'public', 'pg_temp'
AS $function$
begin
  if tg_op = 'UPDATE' then
    if new.state <> old.state and not exists (select from support_visit_move where from_state = old.state and to_state = new.state) then
      raise exception 'no such move: % to %', old.state, new.state using errcode = '23514', constraint = 'support_visit_moves_as_the_table_says';
    end if;
  end if;
  if not exists (select from support_consent c where c.id = new.consent_id and new.purpose = any (c.scope)
                   and new.planned_on >= c.starts_on and new.planned_on < c.ends_on) then
    raise exception 'nobody consented to this' using errcode = '23514', constraint = 'support_visit_is_within_its_consent';
  end if;
  return new;
end $function$;

ALTER DEFAULT PRIVILEGES FOR ROLE migrant_owner GRANT DELETE, INSERT, SELECT, UPDATE ON TABLES TO migrant_rw;
ALTER DEFAULT PRIVILEGES FOR ROLE migrant_owner GRANT SELECT, USAGE ON SEQUENCES TO migrant_rw;
