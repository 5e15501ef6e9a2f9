-- Schema "exchange", read back from a migrated database by "npm run generate". To change it, add a migration.

CREATE TABLE answer (
  id uuid NOT NULL,
  question_id uuid NOT NULL,
  content_sealed bytea NOT NULL,
  answered_at timestamp with time zone NOT NULL,
  CONSTRAINT answer_pkey PRIMARY KEY (id),
  CONSTRAINT answer_question_id_key UNIQUE (question_id),
  CONSTRAINT answer_question_id_fkey FOREIGN KEY (question_id) REFERENCES question(id)
);
ALTER TABLE answer ENABLE ROW LEVEL SECURITY;
ALTER TABLE answer FORCE ROW LEVEL SECURITY;
CREATE POLICY answer_of_question ON answer AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (EXISTS ( SELECT
   FROM question q
  WHERE (q.id = answer.question_id)))));
COMMENT ON TABLE answer IS 'What the registry answered, after it proved to be about the person asked for; sealed. Append-only.';
GRANT INSERT, SELECT ON answer TO exchange_rw;

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
GRANT INSERT (size, root, note), SELECT ON audit_checkpoint TO exchange_rw;

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
CREATE POLICY audit_entry_for_its_functions ON audit_entry AS PERMISSIVE FOR SELECT TO exchange_owner USING (true);
CREATE POLICY audit_entry_is_seen_from_above ON audit_entry AS PERMISSIVE FOR SELECT TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (division ^@ ( SELECT guard_from() AS guard_from)) OR (subjects && ( SELECT guard_family() AS guard_family))));
CREATE POLICY audit_entry_is_written_by_somebody ON audit_entry AS PERMISSIVE FOR INSERT TO PUBLIC WITH CHECK (( SELECT guard_open() AS guard_open));
COMMENT ON TABLE audit_entry IS 'One line for each kind of thing that a transaction read or changed, for each refusal and each decision: ids and names, never values. Append-only.';
COMMENT ON COLUMN audit_entry.xid IS 'Of the transaction that wrote it: entries are sealed in the order (xid, id) once no older transaction is running.';
COMMENT ON COLUMN audit_entry.operation IS 'Field of the graph, step of the command line or job.';
COMMENT ON COLUMN audit_entry.division IS 'How far the actor saw: leading digits, empty for everything, null for a citizen.';
COMMENT ON COLUMN audit_entry.fields IS 'Names of the fields that were asked for.';
COMMENT ON COLUMN audit_entry.content IS 'SHA-256 of the canonical text of a decision.';
GRANT INSERT (kind, subject_type, subjects, fields, code, content), SELECT ON audit_entry TO exchange_rw;

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
GRANT INSERT, SELECT ON audit_leaf TO exchange_rw;

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
GRANT INSERT, SELECT ON audit_node TO exchange_rw;

CREATE TABLE comparison (
  id uuid NOT NULL,
  purpose text NOT NULL,
  legal_basis text NOT NULL,
  division_code text NOT NULL,
  officer text NOT NULL,
  nomination_id uuid NOT NULL,
  line_count integer NOT NULL,
  asked_at timestamp with time zone NOT NULL,
  due_on date NOT NULL,
  settled_at timestamp with time zone,
  CONSTRAINT comparison_pkey PRIMARY KEY (id),
  CONSTRAINT comparison_bears_a_name CHECK (officer <> ''::text),
  CONSTRAINT comparison_division_code_check CHECK (division_code ~ '^\d{12}$'::text),
  CONSTRAINT comparison_legal_basis_check CHECK (char_length(legal_basis) >= 2 AND char_length(legal_basis) <= 200),
  CONSTRAINT comparison_line_count_check CHECK (line_count > 0),
  CONSTRAINT comparison_purpose_check CHECK (purpose <> ''::text),
  CONSTRAINT comparison_nomination_id_fkey FOREIGN KEY (nomination_id) REFERENCES nomination(id)
);
CREATE INDEX comparison_by_division ON comparison USING btree (division_code, asked_at DESC, id);
CREATE INDEX comparison_by_nomination ON comparison USING btree (nomination_id);
CREATE INDEX comparison_unsettled ON comparison USING btree (asked_at) WHERE settled_at IS NULL;
ALTER TABLE comparison ENABLE ROW LEVEL SECURITY;
ALTER TABLE comparison FORCE ROW LEVEL SECURITY;
CREATE POLICY comparison_in_division ON comparison AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (division_code ^@ ( SELECT guard_from() AS guard_from))));
CREATE POLICY comparison_in_ones_own_name ON comparison AS RESTRICTIVE FOR INSERT TO PUBLIC WITH CHECK ((officer = ( SELECT guard_text('actor'::text) AS guard_text)));
COMMENT ON TABLE comparison IS 'A batch of persons whose names and numbers the registry compares; one nominated officer is responsible for it.';
GRANT INSERT, SELECT, UPDATE (settled_at) ON comparison TO exchange_rw;

CREATE TABLE comparison_line (
  id uuid DEFAULT uuidv7() NOT NULL,
  comparison_id uuid NOT NULL,
  line_no integer NOT NULL,
  person_key bytea NOT NULL,
  person_mask text NOT NULL,
  number_sealed bytea NOT NULL,
  name_sealed bytea NOT NULL,
  outcome text DEFAULT 'waiting'::text NOT NULL,
  content_sealed bytea,
  settled_at timestamp with time zone,
  CONSTRAINT comparison_line_pkey PRIMARY KEY (id),
  CONSTRAINT comparison_line_is_one UNIQUE (comparison_id, line_no),
  CONSTRAINT comparison_line_has_a_result_or_none CHECK ((content_sealed IS NOT NULL) = (outcome = ANY (ARRAY['match'::text, 'mismatch'::text, 'not-found'::text]))),
  CONSTRAINT comparison_line_line_no_check CHECK (line_no > 0),
  CONSTRAINT comparison_line_outcome_is_known CHECK (outcome = ANY (ARRAY['waiting'::text, 'match'::text, 'mismatch'::text, 'not-found'::text, 'no-reply'::text, 'set-aside'::text])),
  CONSTRAINT comparison_line_person_key_check CHECK (length(person_key) = 32),
  CONSTRAINT comparison_line_waits_or_is_settled CHECK ((outcome = 'waiting'::text) = (settled_at IS NULL)),
  CONSTRAINT comparison_line_comparison_id_fkey FOREIGN KEY (comparison_id) REFERENCES comparison(id)
);
CREATE TRIGGER comparison_line_is_settled_once BEFORE UPDATE OF outcome, settled_at ON comparison_line FOR EACH ROW EXECUTE FUNCTION comparison_line_is_settled_once();
ALTER TABLE comparison_line ENABLE ROW LEVEL SECURITY;
ALTER TABLE comparison_line FORCE ROW LEVEL SECURITY;
CREATE POLICY comparison_line_of_comparison ON comparison_line AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (EXISTS ( SELECT
   FROM comparison c
  WHERE (c.id = comparison_line.comparison_id)))));
COMMENT ON TABLE comparison_line IS 'One person of a comparison and what came back; written once.';
GRANT INSERT, SELECT, UPDATE (outcome, content_sealed, settled_at) ON comparison_line TO exchange_rw;

CREATE TABLE comparison_round (
  id uuid NOT NULL,
  comparison_id uuid NOT NULL,
  number integer NOT NULL,
  handed_over_at timestamp with time zone,
  finished_at timestamp with time zone,
  CONSTRAINT comparison_round_pkey PRIMARY KEY (id),
  CONSTRAINT comparison_round_is_one UNIQUE (comparison_id, number),
  CONSTRAINT comparison_round_ends_after_it_began CHECK (finished_at IS NULL OR handed_over_at IS NOT NULL),
  CONSTRAINT comparison_round_number_check CHECK (number > 0),
  CONSTRAINT comparison_round_comparison_id_fkey FOREIGN KEY (comparison_id) REFERENCES comparison(id)
);
ALTER TABLE comparison_round ENABLE ROW LEVEL SECURITY;
ALTER TABLE comparison_round FORCE ROW LEVEL SECURITY;
CREATE POLICY comparison_round_of_comparison ON comparison_round AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (EXISTS ( SELECT
   FROM comparison c
  WHERE (c.id = comparison_round.comparison_id)))));
COMMENT ON TABLE comparison_round IS 'One batch as it was handed over, under a request number of its own: lines that came back without a result go into the next.';
GRANT INSERT, SELECT, UPDATE (handed_over_at, finished_at) ON comparison_round TO exchange_rw;

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
CREATE POLICY context_key_for_the_check ON context_key AS PERMISSIVE FOR ALL TO exchange_owner USING (true);
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
GRANT INSERT, SELECT, UPDATE ON delivery TO exchange_rw;

CREATE TABLE enrolment_ask (
  id uuid NOT NULL,
  question_id uuid NOT NULL,
  peer text NOT NULL,
  tries integer DEFAULT 0 NOT NULL,
  last_failure text,
  next_at timestamp with time zone,
  is_enrolled boolean,
  content_sealed bytea,
  answered_at timestamp with time zone,
  CONSTRAINT enrolment_ask_pkey PRIMARY KEY (id),
  CONSTRAINT enrolment_ask_of_a_peer_is_one UNIQUE (question_id, peer),
  CONSTRAINT enrolment_ask_is_answered_or_not CHECK ((is_enrolled IS NULL) = (answered_at IS NULL)),
  CONSTRAINT enrolment_ask_is_asked_until_it_is_answered CHECK (next_at IS NULL OR answered_at IS NULL),
  CONSTRAINT enrolment_ask_last_failure_check CHECK (last_failure ~ '^[a-z-]{2,40}$'::text),
  CONSTRAINT enrolment_ask_peer_check CHECK (peer ~ '^[a-z0-9-]{2,40}$'::text),
  CONSTRAINT enrolment_ask_says_where CHECK ((is_enrolled IS TRUE) = (content_sealed IS NOT NULL)),
  CONSTRAINT enrolment_ask_tries_check CHECK (tries >= 0),
  CONSTRAINT enrolment_ask_question_id_fkey FOREIGN KEY (question_id) REFERENCES enrolment_question(id)
);
CREATE INDEX enrolment_ask_waiting ON enrolment_ask USING btree (peer, next_at) WHERE next_at IS NOT NULL;
ALTER TABLE enrolment_ask ENABLE ROW LEVEL SECURITY;
ALTER TABLE enrolment_ask FORCE ROW LEVEL SECURITY;
CREATE POLICY enrolment_ask_for_its_function ON enrolment_ask AS PERMISSIVE FOR ALL TO exchange_owner USING (true);
CREATE POLICY enrolment_ask_of_question ON enrolment_ask AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (EXISTS ( SELECT
   FROM enrolment_question q
  WHERE (q.id = enrolment_ask.question_id)))));
COMMENT ON TABLE enrolment_ask IS 'One question to one other installation, and what it answered; where and how long somebody is paid is sealed.';
GRANT INSERT, SELECT, UPDATE (tries, last_failure, next_at, is_enrolled, content_sealed, answered_at) ON enrolment_ask TO exchange_rw;

CREATE TABLE enrolment_asked (
  id uuid DEFAULT uuidv7() NOT NULL,
  peer text NOT NULL,
  transaction_id text NOT NULL,
  reference_id text NOT NULL,
  division_code text NOT NULL,
  purpose text NOT NULL,
  legal_basis text NOT NULL,
  programme text NOT NULL,
  period daterange NOT NULL,
  person_id uuid,
  is_enrolled boolean NOT NULL,
  at timestamp with time zone NOT NULL,
  CONSTRAINT enrolment_asked_pkey PRIMARY KEY (id),
  CONSTRAINT enrolment_asked_division_code_check CHECK (division_code ~ '^\d{12}$'::text),
  CONSTRAINT enrolment_asked_legal_basis_check CHECK (char_length(legal_basis) >= 2 AND char_length(legal_basis) <= 200),
  CONSTRAINT enrolment_asked_peer_check CHECK (peer ~ '^[a-z0-9-]{2,40}$'::text),
  CONSTRAINT enrolment_asked_purpose_check CHECK (purpose <> ''::text)
);
CREATE INDEX enrolment_asked_by_person ON enrolment_asked USING btree (person_id, at DESC);
CREATE INDEX enrolment_asked_by_time ON enrolment_asked USING btree (at);
ALTER TABLE enrolment_asked ENABLE ROW LEVEL SECURITY;
ALTER TABLE enrolment_asked FORCE ROW LEVEL SECURITY;
CREATE POLICY enrolment_asked_for_its_function ON enrolment_asked AS PERMISSIVE FOR ALL TO exchange_owner USING (true);
CREATE POLICY enrolment_asked_is_handled_centrally ON enrolment_asked AS PERMISSIVE FOR ALL TO PUBLIC USING (( SELECT guard_whole() AS guard_whole));
COMMENT ON TABLE enrolment_asked IS 'What another installation asked of people here: on whose behalf, for what, on which article, about whom, and whether it was told yes. Append-only, dropped after a set time.';
GRANT INSERT, SELECT ON enrolment_asked TO exchange_rw;

CREATE TABLE enrolment_question (
  id uuid NOT NULL,
  reference text NOT NULL,
  person_id uuid NOT NULL,
  programme text NOT NULL,
  period daterange NOT NULL,
  division_code text NOT NULL,
  legal_basis text NOT NULL,
  asked_at timestamp with time zone NOT NULL,
  due_on date NOT NULL,
  outcome text DEFAULT 'waiting'::text NOT NULL,
  ended_at timestamp with time zone,
  CONSTRAINT enrolment_question_pkey PRIMARY KEY (id),
  CONSTRAINT enrolment_question_of_a_reference_is_one UNIQUE (reference),
  CONSTRAINT enrolment_question_division_code_check CHECK (division_code ~ '^\d{12}$'::text),
  CONSTRAINT enrolment_question_ends_with_an_outcome CHECK (ended_at IS NULL OR outcome <> 'waiting'::text),
  CONSTRAINT enrolment_question_legal_basis_check CHECK (char_length(legal_basis) >= 2 AND char_length(legal_basis) <= 200),
  CONSTRAINT enrolment_question_outcome_is_known CHECK (outcome = ANY (ARRAY['waiting'::text, 'nowhere'::text, 'elsewhere'::text, 'no-reply'::text])),
  CONSTRAINT enrolment_question_period_check CHECK (NOT isempty(period) AND NOT lower_inf(period) AND NOT upper_inf(period)),
  CONSTRAINT enrolment_question_programme_check CHECK (programme ~ '^[\w.-]{1,60}$'::text),
  CONSTRAINT enrolment_question_reference_check CHECK (reference ~ '^[\w.-]{1,100}$'::text)
);
CREATE INDEX enrolment_question_by_division ON enrolment_question USING btree (division_code, asked_at DESC, id);
CREATE INDEX enrolment_question_ended ON enrolment_question USING btree (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX enrolment_question_open ON enrolment_question USING btree (due_on) WHERE ended_at IS NULL;
ALTER TABLE enrolment_question ENABLE ROW LEVEL SECURITY;
ALTER TABLE enrolment_question FORCE ROW LEVEL SECURITY;
CREATE POLICY enrolment_question_for_its_function ON enrolment_question AS PERMISSIVE FOR ALL TO exchange_owner USING (true);
CREATE POLICY enrolment_question_in_division ON enrolment_question AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (division_code ^@ ( SELECT guard_from() AS guard_from))));
COMMENT ON TABLE enrolment_question IS 'Whether somebody of ours is paid elsewhere already: for which programme and period, on whose behalf and on which article. Who they are is asked of the register each time, and never kept here.';
GRANT INSERT, SELECT, UPDATE (outcome, ended_at) ON enrolment_question TO exchange_rw;

CREATE TABLE enrolment_quota (
  peer text NOT NULL,
  day date NOT NULL,
  used integer NOT NULL,
  CONSTRAINT enrolment_quota_pkey PRIMARY KEY (peer, day),
  CONSTRAINT enrolment_quota_peer_check CHECK (peer ~ '^[a-z0-9-]{2,40}$'::text),
  CONSTRAINT enrolment_quota_used_check CHECK (used > 0)
);
ALTER TABLE enrolment_quota ENABLE ROW LEVEL SECURITY;
ALTER TABLE enrolment_quota FORCE ROW LEVEL SECURITY;
CREATE POLICY enrolment_quota_is_of_no_division ON enrolment_quota AS PERMISSIVE FOR ALL TO PUBLIC USING (( SELECT guard_open() AS guard_open));
COMMENT ON TABLE enrolment_quota IS 'How many people another installation has asked about on a day; counted before anything is looked up.';
GRANT INSERT, SELECT, UPDATE (used) ON enrolment_quota TO exchange_rw;

CREATE TABLE feed_cursor (
  feed text NOT NULL,
  "position" text NOT NULL,
  pulled_at timestamp with time zone NOT NULL,
  CONSTRAINT feed_cursor_pkey PRIMARY KEY (feed)
);
ALTER TABLE feed_cursor ENABLE ROW LEVEL SECURITY;
ALTER TABLE feed_cursor FORCE ROW LEVEL SECURITY;
CREATE POLICY feed_cursor_is_open ON feed_cursor AS PERMISSIVE FOR ALL TO PUBLIC USING (( SELECT guard_open() AS guard_open));
COMMENT ON TABLE feed_cursor IS 'How far a feed of another agency was read.';
GRANT INSERT, SELECT, UPDATE ("position", pulled_at) ON feed_cursor TO exchange_rw;

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
GRANT INSERT, SELECT ON inbox TO exchange_rw;

CREATE TABLE line_state (
  id uuid DEFAULT uuidv7() NOT NULL,
  state text NOT NULL,
  at timestamp with time zone NOT NULL,
  process text NOT NULL,
  CONSTRAINT line_state_pkey PRIMARY KEY (id),
  CONSTRAINT line_state_state_check CHECK (state = ANY (ARRAY['closed'::text, 'open'::text, 'half-open'::text]))
);
CREATE INDEX line_state_by_time ON line_state USING btree (at DESC);
ALTER TABLE line_state ENABLE ROW LEVEL SECURITY;
ALTER TABLE line_state FORCE ROW LEVEL SECURITY;
CREATE POLICY line_state_is_of_no_division ON line_state AS PERMISSIVE FOR ALL TO PUBLIC USING (( SELECT guard_open() AS guard_open));
COMMENT ON TABLE line_state IS 'Each time the circuit breaker of a process opened, tried again or closed. Append-only.';
GRANT INSERT, SELECT ON line_state TO exchange_rw;

CREATE TABLE nomination (
  id uuid DEFAULT uuidv7() NOT NULL,
  officer text NOT NULL,
  name text NOT NULL,
  number_sealed bytea NOT NULL,
  number_key bytea NOT NULL,
  unit_code text NOT NULL,
  unit_name text NOT NULL,
  division_code text NOT NULL,
  is_responsible boolean NOT NULL,
  valid daterange NOT NULL,
  nominated_by text DEFAULT guard_text('actor'::text) NOT NULL,
  nominated_at timestamp with time zone NOT NULL,
  CONSTRAINT nomination_pkey PRIMARY KEY (id),
  CONSTRAINT nomination_division_code_check CHECK (division_code ~ '^\d{12}$'::text),
  CONSTRAINT nomination_is_by_another_officer CHECK (nominated_by <> officer),
  CONSTRAINT nomination_name_check CHECK (name <> ''::text),
  CONSTRAINT nomination_number_key_check CHECK (length(number_key) = 32),
  CONSTRAINT nomination_officer_check CHECK (officer <> ''::text),
  CONSTRAINT nomination_unit_code_check CHECK (unit_code ~ '^[0-9A-Z]{6,18}$'::text),
  CONSTRAINT nomination_unit_name_check CHECK (unit_name <> ''::text),
  CONSTRAINT nomination_valid_check CHECK (NOT isempty(valid) AND NOT lower_inf(valid)),
  CONSTRAINT nomination_of_an_officer_is_one EXCLUDE USING gist (officer WITH =, valid WITH &&),
  CONSTRAINT nomination_responsible_is_one EXCLUDE USING gist (division_code WITH =, valid WITH &&) WHERE (is_responsible)
);
ALTER TABLE nomination ENABLE ROW LEVEL SECURITY;
ALTER TABLE nomination FORCE ROW LEVEL SECURITY;
CREATE POLICY nomination_in_division ON nomination AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (division_code ^@ ( SELECT guard_from() AS guard_from)) OR (officer = ( SELECT guard_text('actor'::text) AS guard_text)))) WITH CHECK ((( SELECT guard_whole() AS guard_whole) OR (division_code ^@ ( SELECT guard_from() AS guard_from))));
COMMENT ON TABLE nomination IS 'Officers that are named to the household registry, with their unit: it takes no question without. The responsible one of a division answers for what no officer asks.';
GRANT INSERT, SELECT, UPDATE (valid) ON nomination TO exchange_rw;

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
GRANT INSERT, SELECT, UPDATE ON outbox TO exchange_rw;

CREATE TABLE parameter (
  id uuid DEFAULT uuidv7() NOT NULL,
  name text NOT NULL,
  region text DEFAULT ''::text NOT NULL,
  valid daterange NOT NULL,
  value text NOT NULL,
  source text NOT NULL,
  status text NOT NULL,
  CONSTRAINT parameter_pkey PRIMARY KEY (id),
  CONSTRAINT parameter_begins_somewhere CHECK (NOT lower_inf(valid) AND NOT isempty(valid)),
  CONSTRAINT parameter_name_check CHECK (name ~ '^[a-z]+([.-][a-z]+)*$'::text),
  CONSTRAINT parameter_region_check CHECK (region ~ '^(\d{2}|\d{4}|\d{6}|\d{9}|\d{12})?$'::text),
  CONSTRAINT parameter_replay_store_outlives_a_year CHECK (name <> 'registry.replay-days'::text OR value::integer >= 400),
  CONSTRAINT parameter_source_check CHECK (source <> ''::text),
  CONSTRAINT parameter_status_is_known CHECK (status = ANY (ARRAY['confirmed'::text, 'assumed'::text, 'unverified'::text])),
  CONSTRAINT parameter_value_check CHECK (value <> ''::text),
  CONSTRAINT parameter_has_one_value_a_day EXCLUDE USING gist (name WITH =, region WITH =, valid WITH &&)
);
ALTER TABLE parameter ENABLE ROW LEVEL SECURITY;
ALTER TABLE parameter FORCE ROW LEVEL SECURITY;
CREATE POLICY parameter_by_migrations ON parameter AS PERMISSIVE FOR ALL TO exchange_owner USING (true) WITH CHECK (true);
CREATE POLICY parameter_is_open ON parameter AS PERMISSIVE FOR SELECT TO PUBLIC USING (( SELECT guard_open() AS guard_open));
CREATE POLICY parameter_is_set_centrally ON parameter AS PERMISSIVE FOR ALL TO PUBLIC USING (( SELECT guard_whole() AS guard_whole));
COMMENT ON TABLE parameter IS 'What the agreements with other agencies set, by region and day, each with its source. A change is a new row.';
GRANT INSERT, SELECT, UPDATE (valid) ON parameter TO exchange_rw;

CREATE TABLE peer_incoming (
  id uuid NOT NULL,
  peer text NOT NULL,
  message_id uuid NOT NULL,
  topic text NOT NULL,
  from_division text NOT NULL,
  to_division text NOT NULL,
  content_hash bytea NOT NULL,
  content_sealed bytea,
  taken_at timestamp with time zone NOT NULL,
  read_at timestamp with time zone,
  forgotten_at timestamp with time zone,
  CONSTRAINT peer_incoming_pkey PRIMARY KEY (id),
  CONSTRAINT peer_incoming_is_taken_once UNIQUE (peer, message_id),
  CONSTRAINT peer_incoming_content_hash_check CHECK (length(content_hash) = 32),
  CONSTRAINT peer_incoming_from_division_check CHECK (from_division ~ '^\d{12}$'::text),
  CONSTRAINT peer_incoming_is_kept_or_forgotten CHECK ((content_sealed IS NULL) = (forgotten_at IS NOT NULL)),
  CONSTRAINT peer_incoming_is_read_before_it_is_forgotten CHECK (forgotten_at IS NULL OR read_at IS NOT NULL),
  CONSTRAINT peer_incoming_peer_check CHECK (peer ~ '^[a-z0-9-]{2,40}$'::text),
  CONSTRAINT peer_incoming_to_division_check CHECK (to_division ~ '^\d{12}$'::text),
  CONSTRAINT peer_incoming_topic_check CHECK (topic ~ '^[a-z-]{2,30}$'::text)
);
CREATE INDEX peer_incoming_by_division ON peer_incoming USING btree (to_division, taken_at DESC, id);
CREATE INDEX peer_incoming_to_forget ON peer_incoming USING btree (read_at) WHERE forgotten_at IS NULL AND read_at IS NOT NULL;
ALTER TABLE peer_incoming ENABLE ROW LEVEL SECURITY;
ALTER TABLE peer_incoming FORCE ROW LEVEL SECURITY;
CREATE POLICY peer_incoming_in_division ON peer_incoming AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (to_division ^@ ( SELECT guard_from() AS guard_from))));
COMMENT ON TABLE peer_incoming IS 'Messages of other installations, each once by its sender and id; sealed until some days after they were read. Ids and hash stay, so that nothing is taken in twice.';
GRANT INSERT, SELECT, UPDATE (content_sealed, read_at, forgotten_at) ON peer_incoming TO exchange_rw;

CREATE TABLE peer_line_state (
  id uuid DEFAULT uuidv7() NOT NULL,
  peer text NOT NULL,
  state text NOT NULL,
  at timestamp with time zone NOT NULL,
  process text NOT NULL,
  CONSTRAINT peer_line_state_pkey PRIMARY KEY (id),
  CONSTRAINT peer_line_state_peer_check CHECK (peer ~ '^[a-z0-9-]{2,40}$'::text),
  CONSTRAINT peer_line_state_state_check CHECK (state = ANY (ARRAY['closed'::text, 'open'::text, 'half-open'::text]))
);
CREATE INDEX peer_line_state_by_time ON peer_line_state USING btree (peer, at DESC);
ALTER TABLE peer_line_state ENABLE ROW LEVEL SECURITY;
ALTER TABLE peer_line_state FORCE ROW LEVEL SECURITY;
CREATE POLICY peer_line_state_is_of_no_division ON peer_line_state AS PERMISSIVE FOR ALL TO PUBLIC USING (( SELECT guard_open() AS guard_open));
COMMENT ON TABLE peer_line_state IS 'Each time the circuit breaker of a process before another installation opened, tried again or closed. Append-only.';
GRANT INSERT, SELECT ON peer_line_state TO exchange_rw;

CREATE TABLE peer_outgoing (
  id uuid NOT NULL,
  peer text NOT NULL,
  topic text NOT NULL,
  from_division text NOT NULL,
  to_division text NOT NULL,
  content_hash bytea NOT NULL,
  content_sealed bytea,
  kept_at timestamp with time zone NOT NULL,
  state text DEFAULT 'waiting'::text NOT NULL,
  tries integer DEFAULT 0 NOT NULL,
  last_failure text,
  next_at timestamp with time zone,
  settled_at timestamp with time zone,
  receipt text,
  given_up_by text,
  note text,
  CONSTRAINT peer_outgoing_pkey PRIMARY KEY (id),
  CONSTRAINT peer_outgoing_content_hash_check CHECK (length(content_hash) = 32),
  CONSTRAINT peer_outgoing_from_division_check CHECK (from_division ~ '^\d{12}$'::text),
  CONSTRAINT peer_outgoing_is_delivered_by_receipt CHECK ((state = 'delivered'::text) = (receipt IS NOT NULL)),
  CONSTRAINT peer_outgoing_is_given_up_by_somebody CHECK ((state = 'given-up'::text) = (given_up_by IS NOT NULL) AND (state = 'given-up'::text) = (note IS NOT NULL)),
  CONSTRAINT peer_outgoing_is_kept_while_it_waits CHECK ((state = 'waiting'::text) = (content_sealed IS NOT NULL)),
  CONSTRAINT peer_outgoing_last_failure_check CHECK (last_failure ~ '^[a-z-]{2,40}$'::text),
  CONSTRAINT peer_outgoing_note_check CHECK (char_length(note) >= 2 AND char_length(note) <= 500),
  CONSTRAINT peer_outgoing_peer_check CHECK (peer ~ '^[a-z0-9-]{2,40}$'::text),
  CONSTRAINT peer_outgoing_state_is_known CHECK (state = ANY (ARRAY['waiting'::text, 'delivered'::text, 'given-up'::text])),
  CONSTRAINT peer_outgoing_to_division_check CHECK (to_division ~ '^\d{12}$'::text),
  CONSTRAINT peer_outgoing_topic_check CHECK (topic ~ '^[a-z-]{2,30}$'::text),
  CONSTRAINT peer_outgoing_tries_check CHECK (tries >= 0),
  CONSTRAINT peer_outgoing_waits_or_is_settled CHECK ((state = 'waiting'::text) = (settled_at IS NULL) AND (state = 'waiting'::text) = (next_at IS NOT NULL))
);
CREATE INDEX peer_outgoing_by_division ON peer_outgoing USING btree (from_division, kept_at DESC, id);
CREATE INDEX peer_outgoing_waiting ON peer_outgoing USING btree (peer, next_at) WHERE state = 'waiting'::text;
CREATE TRIGGER peer_outgoing_is_settled_once BEFORE UPDATE OF state, tries, next_at, settled_at, receipt, given_up_by, note ON peer_outgoing FOR EACH ROW EXECUTE FUNCTION peer_outgoing_is_settled_once();
ALTER TABLE peer_outgoing ENABLE ROW LEVEL SECURITY;
ALTER TABLE peer_outgoing FORCE ROW LEVEL SECURITY;
CREATE POLICY peer_outgoing_in_division ON peer_outgoing AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (from_division ^@ ( SELECT guard_from() AS guard_from))));
CREATE POLICY peer_outgoing_is_given_up_in_ones_own_name ON peer_outgoing AS RESTRICTIVE FOR UPDATE TO PUBLIC WITH CHECK (((given_up_by IS NULL) OR (given_up_by = ( SELECT guard_text('actor'::text) AS guard_text))));
COMMENT ON TABLE peer_outgoing IS 'Messages to other installations, sealed while they wait; once delivered, their ids, their hash and the signed receipt are all that stays.';
COMMENT ON COLUMN peer_outgoing.id IS 'The sending app''s own id of the message, which goes with it.';
COMMENT ON COLUMN peer_outgoing.next_at IS 'When it is tried next, or until when somebody is trying it.';
GRANT INSERT, SELECT, UPDATE (content_sealed, state, tries, last_failure, next_at, settled_at, receipt, given_up_by, note) ON peer_outgoing TO exchange_rw;

CREATE TABLE peer_refusal (
  id uuid DEFAULT uuidv7() NOT NULL,
  peer text NOT NULL,
  reason text NOT NULL,
  message_id uuid,
  day date NOT NULL,
  times bigint DEFAULT 1 NOT NULL,
  first_at timestamp with time zone NOT NULL,
  last_at timestamp with time zone NOT NULL,
  CONSTRAINT peer_refusal_pkey PRIMARY KEY (id),
  CONSTRAINT peer_refusal_is_counted UNIQUE NULLS NOT DISTINCT (peer, reason, message_id, day),
  CONSTRAINT peer_refusal_peer_check CHECK (peer ~ '^[a-z0-9-]{2,40}$'::text),
  CONSTRAINT peer_refusal_reason_check CHECK (reason ~ '^[a-z-]{2,40}$'::text),
  CONSTRAINT peer_refusal_times_check CHECK (times > 0)
);
CREATE INDEX peer_refusal_by_time ON peer_refusal USING btree (last_at DESC, id);
ALTER TABLE peer_refusal ENABLE ROW LEVEL SECURITY;
ALTER TABLE peer_refusal FORCE ROW LEVEL SECURITY;
CREATE POLICY peer_refusal_is_of_no_division ON peer_refusal AS PERMISSIVE FOR ALL TO PUBLIC USING (( SELECT guard_open() AS guard_open));
COMMENT ON TABLE peer_refusal IS 'What was refused at the door of other installations: by whom, why and how often on a day. What nobody is known to have signed is counted under nobody, so that a stranger fills no table.';
GRANT INSERT, SELECT, UPDATE (times, last_at) ON peer_refusal TO exchange_rw;

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
GRANT DELETE, INSERT, SELECT, UPDATE ON quarantine TO exchange_rw;

CREATE TABLE question (
  id uuid NOT NULL,
  asker text NOT NULL,
  reference text NOT NULL,
  kind text NOT NULL,
  purpose text NOT NULL,
  legal_basis text NOT NULL,
  division_code text NOT NULL,
  officer text,
  subject_key bytea NOT NULL,
  person_key bytea NOT NULL,
  place_key bytea NOT NULL,
  person_mask text NOT NULL,
  number_sealed bytea NOT NULL,
  name_sealed bytea NOT NULL,
  asked_at timestamp with time zone NOT NULL,
  due_on date NOT NULL,
  next_at timestamp with time zone,
  outcome text DEFAULT 'waiting'::text NOT NULL,
  settled_at timestamp with time zone,
  answer_id uuid,
  CONSTRAINT question_pkey PRIMARY KEY (id),
  CONSTRAINT question_of_an_asker_is_one UNIQUE (asker, reference),
  CONSTRAINT question_asker_check CHECK (asker = ANY (ARRAY['registration'::text, 'subsidy'::text, 'officer'::text])),
  CONSTRAINT question_division_code_check CHECK (division_code ~ '^\d{12}$'::text),
  CONSTRAINT question_has_an_answer_or_none CHECK ((answer_id IS NOT NULL) = (outcome = ANY (ARRAY['match'::text, 'mismatch'::text, 'not-found'::text, 'found'::text]))),
  CONSTRAINT question_is_answered_in_kind CHECK ((outcome <> ALL (ARRAY['match'::text, 'mismatch'::text])) OR kind = 'verify'::text),
  CONSTRAINT question_kind_check CHECK (kind = ANY (ARRAY['verify'::text, 'query'::text])),
  CONSTRAINT question_legal_basis_check CHECK (char_length(legal_basis) >= 2 AND char_length(legal_basis) <= 200),
  CONSTRAINT question_of_an_officer_has_a_name CHECK (asker <> 'officer'::text OR officer IS NOT NULL),
  CONSTRAINT question_outcome_is_known CHECK (outcome = ANY (ARRAY['waiting'::text, 'match'::text, 'mismatch'::text, 'not-found'::text, 'found'::text, 'no-reply'::text, 'set-aside'::text])),
  CONSTRAINT question_person_key_check CHECK (length(person_key) = 32),
  CONSTRAINT question_place_key_check CHECK (length(place_key) = 32),
  CONSTRAINT question_purpose_check CHECK (purpose <> ''::text),
  CONSTRAINT question_reference_check CHECK (reference ~ '^[\w.-]{1,100}$'::text),
  CONSTRAINT question_subject_key_check CHECK (length(subject_key) = 32),
  CONSTRAINT question_waits_or_is_settled CHECK ((outcome = 'waiting'::text) = (settled_at IS NULL) AND (outcome = 'waiting'::text) = (next_at IS NOT NULL)),
  CONSTRAINT question_answer_fk FOREIGN KEY (answer_id) REFERENCES answer(id)
);
CREATE INDEX question_by_answer ON question USING btree (answer_id);
CREATE INDEX question_by_division ON question USING btree (division_code, asked_at DESC, id);
CREATE INDEX question_by_officer ON question USING btree (officer, asked_at) WHERE asker = 'officer'::text;
CREATE INDEX question_by_subject ON question USING btree (person_key, asked_at DESC);
CREATE INDEX question_waiting ON question USING btree (next_at) WHERE outcome = 'waiting'::text;
CREATE TRIGGER question_is_settled_once BEFORE UPDATE OF outcome, settled_at, answer_id, next_at ON question FOR EACH ROW EXECUTE FUNCTION question_is_settled_once();
ALTER TABLE question ENABLE ROW LEVEL SECURITY;
ALTER TABLE question FORCE ROW LEVEL SECURITY;
CREATE POLICY question_in_division ON question AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (division_code ^@ ( SELECT guard_from() AS guard_from))));
CREATE POLICY question_in_ones_own_name ON question AS RESTRICTIVE FOR INSERT TO PUBLIC WITH CHECK ((( SELECT guard_whole() AS guard_whole) OR ((asker = 'officer'::text) AND (officer = ( SELECT guard_text('actor'::text) AS guard_text)))));
COMMENT ON TABLE question IS 'What the household registry is asked: for whom, about whom, for what and on which article. Only its outcome is ever written later, once.';
COMMENT ON COLUMN question.subject_key IS 'Keyed digest of number and name: the same question about the same person.';
COMMENT ON COLUMN question.person_key IS 'Blind index of the number.';
COMMENT ON COLUMN question.place_key IS 'Keyed digest of the region and birth date that the number begins with.';
COMMENT ON COLUMN question.next_at IS 'When it is asked next; null once it is settled.';
GRANT INSERT, SELECT, UPDATE (next_at, outcome, settled_at, answer_id) ON question TO exchange_rw;

CREATE TABLE question_attempt (
  id uuid DEFAULT uuidv7() NOT NULL,
  question_id uuid NOT NULL,
  nomination_id uuid,
  at timestamp with time zone NOT NULL,
  milliseconds integer NOT NULL,
  outcome text NOT NULL,
  CONSTRAINT question_attempt_pkey PRIMARY KEY (id),
  CONSTRAINT question_attempt_milliseconds_check CHECK (milliseconds >= 0),
  CONSTRAINT question_attempt_outcome_check CHECK (outcome ~ '^[a-z-]{2,30}$'::text),
  CONSTRAINT question_attempt_nomination_id_fkey FOREIGN KEY (nomination_id) REFERENCES nomination(id),
  CONSTRAINT question_attempt_question_id_fkey FOREIGN KEY (question_id) REFERENCES question(id)
);
CREATE INDEX question_attempt_by_nomination ON question_attempt USING btree (nomination_id, at);
CREATE INDEX question_attempt_by_question ON question_attempt USING btree (question_id, at);
ALTER TABLE question_attempt ENABLE ROW LEVEL SECURITY;
ALTER TABLE question_attempt FORCE ROW LEVEL SECURITY;
CREATE POLICY question_attempt_of_question ON question_attempt AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (EXISTS ( SELECT
   FROM question q
  WHERE (q.id = question_attempt.question_id)))));
COMMENT ON TABLE question_attempt IS 'Each time the registry was asked, or could not be: in whose name, when, how long and what came of it, never what it said. Append-only.';
GRANT INSERT, SELECT ON question_attempt TO exchange_rw;

CREATE TABLE quota_use (
  unit_code text NOT NULL,
  day date NOT NULL,
  used integer NOT NULL,
  CONSTRAINT quota_use_pkey PRIMARY KEY (unit_code, day),
  CONSTRAINT quota_use_used_check CHECK (used > 0)
);
ALTER TABLE quota_use ENABLE ROW LEVEL SECURITY;
ALTER TABLE quota_use FORCE ROW LEVEL SECURITY;
CREATE POLICY quota_use_is_of_no_division ON quota_use AS PERMISSIVE FOR ALL TO PUBLIC USING (( SELECT guard_open() AS guard_open));
COMMENT ON TABLE quota_use IS 'How many questions a unit has asked on a day; counted before asking.';
GRANT INSERT, SELECT, UPDATE (used) ON quota_use TO exchange_rw;

CREATE TABLE record_seen (
  registry_person_key bytea NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  CONSTRAINT record_seen_pkey PRIMARY KEY (registry_person_key),
  CONSTRAINT record_seen_registry_person_key_check CHECK (length(registry_person_key) = 32)
);
ALTER TABLE record_seen ENABLE ROW LEVEL SECURITY;
ALTER TABLE record_seen FORCE ROW LEVEL SECURITY;
CREATE POLICY record_seen_is_of_no_division ON record_seen AS PERMISSIVE FOR ALL TO PUBLIC USING (( SELECT guard_open() AS guard_open));
COMMENT ON TABLE record_seen IS 'The newest state of each record that the registry has shown: an older one is stale and not used.';
GRANT INSERT, SELECT, UPDATE (updated_at) ON record_seen TO exchange_rw;

CREATE TABLE registry_event (
  seq bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  id uuid DEFAULT uuidv7() NOT NULL,
  event_id text NOT NULL,
  kind text NOT NULL,
  happened_at timestamp with time zone NOT NULL,
  registry_person_key bytea NOT NULL,
  number_key bytea,
  content_sealed bytea NOT NULL,
  reverses text,
  came_by text NOT NULL,
  arrived_at timestamp with time zone NOT NULL,
  CONSTRAINT registry_event_pkey PRIMARY KEY (id),
  CONSTRAINT registry_event_event_id_key UNIQUE (event_id),
  CONSTRAINT registry_event_seq_key UNIQUE (seq),
  CONSTRAINT registry_event_came_by_check CHECK (came_by = ANY (ARRAY['pull'::text, 'push'::text])),
  CONSTRAINT registry_event_event_id_check CHECK (event_id ~ '^[\x21-\x7e]{1,100}$'::text),
  CONSTRAINT registry_event_kind_is_known CHECK (kind = ANY (ARRAY['birth'::text, 'death'::text, 'death-reversed'::text, 'moved-in'::text, 'moved-out'::text, 'cancelled'::text, 'corrected'::text, 'number-changed'::text, 'merged'::text])),
  CONSTRAINT registry_event_number_key_check CHECK (length(number_key) = 32),
  CONSTRAINT registry_event_registry_person_key_check CHECK (length(registry_person_key) = 32)
);
CREATE INDEX registry_event_by_person ON registry_event USING btree (registry_person_key, happened_at);
ALTER TABLE registry_event ENABLE ROW LEVEL SECURITY;
ALTER TABLE registry_event FORCE ROW LEVEL SECURITY;
CREATE POLICY registry_event_is_handled_centrally ON registry_event AS PERMISSIVE FOR ALL TO PUBLIC USING (( SELECT guard_whole() AS guard_whole));
COMMENT ON TABLE registry_event IS 'Changes in the household registry, each once by its id, in the order they arrived here; sealed. Append-only.';
COMMENT ON COLUMN registry_event.seq IS 'Order of arrival: given under a lock that is held until the commit, so that no reader passes one by.';
GRANT INSERT, SELECT ON registry_event TO exchange_rw;

CREATE TABLE sealed_column (
  of_table text NOT NULL,
  of_column text NOT NULL,
  CONSTRAINT sealed_column_pkey PRIMARY KEY (of_table, of_column)
);
ALTER TABLE sealed_column ENABLE ROW LEVEL SECURITY;
ALTER TABLE sealed_column FORCE ROW LEVEL SECURITY;
CREATE POLICY sealed_column_by_migrations ON sealed_column AS PERMISSIVE FOR ALL TO exchange_owner USING (true) WITH CHECK (true);
CREATE POLICY sealed_column_is_open ON sealed_column AS PERMISSIVE FOR SELECT TO PUBLIC USING (true);
COMMENT ON TABLE sealed_column IS 'Every sealed column of this schema; what is not listed cannot be re-sealed.';
GRANT SELECT ON sealed_column TO exchange_rw;

CREATE TABLE seen_message (
  sender text NOT NULL,
  message_id text NOT NULL,
  seen_at timestamp with time zone NOT NULL,
  CONSTRAINT seen_message_pkey PRIMARY KEY (sender, message_id)
);
CREATE INDEX seen_message_by_time ON seen_message USING btree (seen_at);
ALTER TABLE seen_message ENABLE ROW LEVEL SECURITY;
ALTER TABLE seen_message FORCE ROW LEVEL SECURITY;
CREATE POLICY seen_message_for_its_function ON seen_message AS PERMISSIVE FOR SELECT TO exchange_owner USING (true);
CREATE POLICY seen_message_is_forgotten_by_its_function ON seen_message AS PERMISSIVE FOR DELETE TO exchange_owner USING (true);
CREATE POLICY seen_message_is_open ON seen_message AS PERMISSIVE FOR ALL TO PUBLIC USING (( SELECT guard_open() AS guard_open));
COMMENT ON TABLE seen_message IS 'Messages that other agencies sent and that were taken in: the same one again does nothing. Kept for longer than a year.';
GRANT INSERT, SELECT ON seen_message TO exchange_rw;

CREATE TABLE set_aside (
  id uuid DEFAULT uuidv7() NOT NULL,
  question_id uuid,
  comparison_line_id uuid,
  division_code text NOT NULL,
  reason text NOT NULL,
  content_sealed bytea NOT NULL,
  at timestamp with time zone NOT NULL,
  settled_by text,
  settled_at timestamp with time zone,
  note text,
  CONSTRAINT set_aside_pkey PRIMARY KEY (id),
  CONSTRAINT set_aside_division_code_check CHECK (division_code ~ '^\d{12}$'::text),
  CONSTRAINT set_aside_is_about_one_thing CHECK (num_nonnulls(question_id, comparison_line_id) = 1),
  CONSTRAINT set_aside_is_settled_by_somebody CHECK (num_nulls(settled_by, settled_at, note) = ANY (ARRAY[0, 3])),
  CONSTRAINT set_aside_note_check CHECK (char_length(note) >= 2 AND char_length(note) <= 500),
  CONSTRAINT set_aside_reason_is_known CHECK (reason = ANY (ARRAY['wrong-person'::text, 'stale'::text, 'ahead'::text, 'contradicts-itself'::text])),
  CONSTRAINT set_aside_comparison_line_id_fkey FOREIGN KEY (comparison_line_id) REFERENCES comparison_line(id),
  CONSTRAINT set_aside_question_id_fkey FOREIGN KEY (question_id) REFERENCES question(id)
);
CREATE INDEX set_aside_by_line ON set_aside USING btree (comparison_line_id);
CREATE INDEX set_aside_by_question ON set_aside USING btree (question_id);
CREATE INDEX set_aside_open ON set_aside USING btree (division_code, at, id) WHERE settled_at IS NULL;
ALTER TABLE set_aside ENABLE ROW LEVEL SECURITY;
ALTER TABLE set_aside FORCE ROW LEVEL SECURITY;
CREATE POLICY set_aside_in_division ON set_aside AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (division_code ^@ ( SELECT guard_from() AS guard_from))));
CREATE POLICY set_aside_is_settled_in_ones_own_name ON set_aside AS RESTRICTIVE FOR UPDATE TO PUBLIC WITH CHECK (((settled_by IS NULL) OR (settled_by = ( SELECT guard_text('actor'::text) AS guard_text))));
COMMENT ON TABLE set_aside IS 'Replies that must not be used: another person''s, or older than what is known. Sealed, for a person to look into with the registry; never taken back into use.';
GRANT INSERT, SELECT, UPDATE (settled_by, settled_at, note) ON set_aside TO exchange_rw;

CREATE OR REPLACE FUNCTION exchange.audit_about(of_type text, subject uuid, most integer)
 RETURNS SETOF audit_entry
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'exchange', 'public', 'pg_temp'
AS $function$
  select e.* from audit_entry e
   where e.kind <> 'decided' and e.kind in ('read', 'done') and e.subject_type = $1 and e.subjects @> array[$2]
     and ((select guard_whole()) or e.division ^@ (select guard_from()) or e.subjects && (select guard_family()))
   order by e.id desc limit $3
$function$;

CREATE OR REPLACE FUNCTION exchange.audit_append(kinds text[], subject_types text[], subject_lists text[], field_lists text[], codes text[])
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'exchange', 'public', 'pg_temp'
AS $function$
  with said as materialized (select guard_claims() as claims)
  insert into audit_entry (kind, actor, operation, permission, purpose, case_ref, request_id, division,
                           subject_type, subjects, fields, code)
  select a.kind, claims ->> 'actor', claims ->> 'operation', claims ->> 'permission', claims ->> 'purpose',
         claims ->> 'case', claims ->> 'request', claims ->> 'division',
         a.subject_type, a.subjects::uuid[], a.fields::text[], a.code
    from said, unnest(kinds, subject_types, subject_lists, field_lists, codes) a (kind, subject_type, subjects, fields, code)
$function$;

CREATE OR REPLACE FUNCTION exchange.audit_decide(subject_type text, subjects uuid[], contents bytea[])
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'exchange', 'public', 'pg_temp'
AS $function$
  with said as materialized (select guard_claims() as claims)
  insert into audit_entry (kind, actor, operation, permission, purpose, case_ref, request_id, division,
                           subject_type, subjects, content)
  select 'decided', claims ->> 'actor', claims ->> 'operation', claims ->> 'permission', claims ->> 'purpose',
         claims ->> 'case', claims ->> 'request', claims ->> 'division', $1, array[d.subject], d.content
    from said, unnest($2, $3) d (subject, content)
$function$;

CREATE OR REPLACE FUNCTION exchange.audit_is_history()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception 'the audit log only grows' using errcode = '23514', constraint = 'audit_is_history';
end $function$;

CREATE OR REPLACE FUNCTION exchange.comparison_line_is_settled_once()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'exchange', 'public', 'pg_temp'
AS $function$
begin
  if old.outcome <> 'waiting' then
    raise exception 'a settled line stays as it is' using errcode = '23514', constraint = 'comparison_line_is_settled_once';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION exchange.forget_enrolments(ended_before timestamp with time zone, asked_before timestamp with time zone)
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'exchange', 'public', 'pg_temp'
AS $function$
declare
  forgotten bigint;
  more bigint;
begin
  if ended_before > now() - interval '30 days' or asked_before > now() - interval '365 days' then
    raise exception 'what was asked is kept for a while' using errcode = '23514', constraint = 'enrolment_is_kept_a_while';
  end if;
  delete from enrolment_ask a using enrolment_question q where q.id = a.question_id and q.ended_at < ended_before;
  delete from enrolment_question where ended_at < ended_before;
  get diagnostics forgotten = row_count;
  delete from enrolment_asked where at < asked_before;
  get diagnostics more = row_count;
  return forgotten + more;
end $function$;

CREATE OR REPLACE FUNCTION exchange.forget_messages(before timestamp with time zone)
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'exchange', 'public', 'pg_temp'
AS $function$
declare forgotten bigint;
begin
  if before > now() - interval '400 days' then
    raise exception 'messages are kept for 400 days at least' using errcode = '23514', constraint = 'seen_message_outlives_a_year';
  end if;
  delete from seen_message where seen_at < before;
  get diagnostics forgotten = row_count;
  return forgotten;
end $function$;

CREATE OR REPLACE FUNCTION exchange.guard_claims()
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE PARALLEL SAFE SECURITY DEFINER
 SET search_path TO 'exchange', 'public', 'pg_temp'
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

CREATE OR REPLACE FUNCTION exchange.guard_family()
 RETURNS uuid[]
 LANGUAGE sql
 STABLE PARALLEL SAFE
 SET search_path TO 'exchange', 'public', 'pg_temp'
AS $function$ select array(select jsonb_array_elements_text(guard_claims() -> 'family')::uuid) $function$;

CREATE OR REPLACE FUNCTION exchange.guard_from()
 RETURNS text
 LANGUAGE sql
 STABLE PARALLEL SAFE
 SET search_path TO 'exchange', 'public', 'pg_temp'
AS $function$ select guard_claims() ->> 'division' $function$;

CREATE OR REPLACE FUNCTION exchange.guard_key()
 RETURNS bytea
 LANGUAGE sql
 STABLE PARALLEL SAFE
 SET search_path TO 'exchange', 'public', 'pg_temp'
AS $function$ select decode(guard_claims() ->> 'key', 'hex') $function$;

CREATE OR REPLACE FUNCTION exchange.guard_open()
 RETURNS boolean
 LANGUAGE sql
 STABLE PARALLEL SAFE
 SET search_path TO 'exchange', 'public', 'pg_temp'
AS $function$ select guard_claims() is not null $function$;

CREATE OR REPLACE FUNCTION exchange.guard_text(name text)
 RETURNS text
 LANGUAGE sql
 STABLE PARALLEL SAFE
 SET search_path TO 'exchange', 'public', 'pg_temp'
AS $function$ select guard_claims() ->> name $function$;

CREATE OR REPLACE FUNCTION exchange.guard_whole()
 RETURNS boolean
 LANGUAGE sql
 STABLE PARALLEL SAFE
 SET search_path TO 'exchange', 'public', 'pg_temp'
AS $function$ select coalesce(guard_claims() ->> 'division' = '', false) $function$;

CREATE OR REPLACE FUNCTION exchange.outbox_keep_promise()
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

CREATE OR REPLACE FUNCTION exchange.peer_outgoing_is_settled_once()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'exchange', 'public', 'pg_temp'
AS $function$
begin
  if old.state <> 'waiting' then
    raise exception 'a message that is settled stays as it is' using errcode = '23514', constraint = 'peer_outgoing_is_settled_once';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION exchange.question_is_settled_once()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'exchange', 'public', 'pg_temp'
AS $function$
begin
  if old.outcome <> 'waiting' then
    raise exception 'a settled question stays as it is' using errcode = '23514', constraint = 'question_is_settled_once';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION exchange.reseal(of_table text, of_column text, ids uuid[], was bytea[], becomes bytea[])
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'exchange', 'public', 'pg_temp'
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
    raise exception 'not a re-seal' using errcode = '23514', constraint = 'exchange_reseal_goes_forward';
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

CREATE OR REPLACE FUNCTION exchange.retire_seal(version integer)
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'exchange', 'public', 'pg_temp'
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

ALTER DEFAULT PRIVILEGES FOR ROLE exchange_owner GRANT DELETE, INSERT, SELECT, UPDATE ON TABLES TO exchange_rw;
ALTER DEFAULT PRIVILEGES FOR ROLE exchange_owner GRANT SELECT, USAGE ON SEQUENCES TO exchange_rw;
