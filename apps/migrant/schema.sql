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
CREATE TRIGGER retention_deletes_alone BEFORE DELETE ON complaint FOR EACH ROW WHEN (CURRENT_USER = 'migrant_rw'::name) EXECUTE FUNCTION retention_refuse();
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
CREATE TRIGGER retention_deletes_alone BEFORE DELETE ON complaint_action FOR EACH ROW WHEN (CURRENT_USER = 'migrant_rw'::name) EXECUTE FUNCTION retention_refuse();
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
CREATE TRIGGER retention_deletes_alone BEFORE DELETE ON complaint_hand_over FOR EACH ROW WHEN (CURRENT_USER = 'migrant_rw'::name) EXECUTE FUNCTION retention_refuse();
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

CREATE TABLE coordination_act (
  id uuid NOT NULL,
  seq bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  request_id uuid NOT NULL,
  kind text NOT NULL,
  place text,
  actor text DEFAULT guard_text('actor'::text) NOT NULL,
  state text NOT NULL,
  responsible_division text NOT NULL,
  note_sealed bytea,
  at timestamp with time zone NOT NULL,
  CONSTRAINT coordination_act_pkey PRIMARY KEY (id),
  CONSTRAINT coordination_act_kind_is_known CHECK (kind = ANY (ARRAY['ask'::text, 'answer'::text, 'return'::text, 'ask-again'::text, 'withdraw'::text, 'hand-over'::text, 'accept'::text, 'decline'::text, 'silence'::text, 'unheard'::text])),
  CONSTRAINT coordination_act_place_is_known CHECK (place = ANY (ARRAY['asker'::text, 'asked'::text])),
  CONSTRAINT coordination_act_request_id_fkey FOREIGN KEY (request_id) REFERENCES coordination_request(id),
  CONSTRAINT coordination_act_state_fkey FOREIGN KEY (state) REFERENCES coordination_state(state)
);
CREATE INDEX coordination_act_by_request ON coordination_act USING btree (request_id, seq);
CREATE INDEX coordination_act_by_state ON coordination_act USING btree (state);
ALTER TABLE coordination_act ENABLE ROW LEVEL SECURITY;
ALTER TABLE coordination_act FORCE ROW LEVEL SECURITY;
CREATE POLICY coordination_act_in_ones_own_name ON coordination_act AS RESTRICTIVE FOR INSERT TO PUBLIC WITH CHECK ((actor = ( SELECT guard_text('actor'::text) AS guard_text)));
CREATE POLICY coordination_act_of_request ON coordination_act AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (EXISTS ( SELECT
   FROM coordination_request r
  WHERE (r.id = coordination_act.request_id)))));
COMMENT ON TABLE coordination_act IS 'The history of every request: which of its places did what, in whose name, and who answered for the case from then on. Append-only.';
COMMENT ON COLUMN coordination_act.kind IS 'unheard: a message of the other place that did not fit how the request stood here.';
GRANT INSERT, SELECT ON coordination_act TO migrant_rw;

CREATE TABLE coordination_arrival (
  id uuid NOT NULL,
  peer text NOT NULL,
  request_id uuid NOT NULL,
  seq integer NOT NULL,
  body_sealed bytea,
  arrived_at timestamp with time zone NOT NULL,
  settled text DEFAULT 'kept'::text NOT NULL,
  CONSTRAINT coordination_arrival_pkey PRIMARY KEY (id),
  CONSTRAINT coordination_arrival_is_taken_once UNIQUE (peer, request_id, seq),
  CONSTRAINT coordination_arrival_is_kept_until_understood CHECK ((settled = 'kept'::text) = (body_sealed IS NOT NULL)),
  CONSTRAINT coordination_arrival_seq_check CHECK (seq > 0),
  CONSTRAINT coordination_arrival_settled_is_known CHECK (settled = ANY (ARRAY['kept'::text, 'understood'::text, 'unheard'::text]))
);
CREATE INDEX coordination_arrival_kept ON coordination_arrival USING btree (arrived_at) WHERE settled = 'kept'::text;
ALTER TABLE coordination_arrival ENABLE ROW LEVEL SECURITY;
ALTER TABLE coordination_arrival FORCE ROW LEVEL SECURITY;
CREATE POLICY coordination_arrival_is_the_systems ON coordination_arrival AS PERMISSIVE FOR ALL TO PUBLIC USING (( SELECT guard_whole() AS guard_whole));
COMMENT ON TABLE coordination_arrival IS 'What other installations told, once each; kept sealed only until everything before it has come. The question itself may come after its sequel.';
GRANT INSERT, SELECT, UPDATE (body_sealed, settled) ON coordination_arrival TO migrant_rw;

CREATE TABLE coordination_hand_over_move (
  from_state text NOT NULL,
  to_state text NOT NULL,
  CONSTRAINT coordination_hand_over_move_pkey PRIMARY KEY (from_state, to_state)
);
ALTER TABLE coordination_hand_over_move ENABLE ROW LEVEL SECURITY;
ALTER TABLE coordination_hand_over_move FORCE ROW LEVEL SECURITY;
CREATE POLICY coordination_hand_over_move_is_public ON coordination_hand_over_move AS PERMISSIVE FOR SELECT TO PUBLIC USING (true);
COMMENT ON TABLE coordination_hand_over_move IS 'Every move of a hand-over there is (coordination.state.ts, mirrored).';
GRANT SELECT ON coordination_hand_over_move TO migrant_rw;

CREATE TABLE coordination_message (
  id uuid NOT NULL,
  request_id uuid NOT NULL,
  seq integer NOT NULL,
  body_sealed bytea,
  made_at timestamp with time zone NOT NULL,
  CONSTRAINT coordination_message_pkey PRIMARY KEY (id),
  CONSTRAINT coordination_message_has_one_place_in_the_order UNIQUE (request_id, seq),
  CONSTRAINT coordination_message_seq_check CHECK (seq > 0),
  CONSTRAINT coordination_message_request_id_fkey FOREIGN KEY (request_id) REFERENCES coordination_request(id)
);
ALTER TABLE coordination_message ENABLE ROW LEVEL SECURITY;
ALTER TABLE coordination_message FORCE ROW LEVEL SECURITY;
CREATE POLICY coordination_message_of_request ON coordination_message AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (EXISTS ( SELECT
   FROM coordination_request r
  WHERE (r.id = coordination_message.request_id)))));
COMMENT ON TABLE coordination_message IS 'What is told to another installation about a request, numbered, sealed; the exchange sends it until it is acknowledged.';
GRANT INSERT, SELECT ON coordination_message TO migrant_rw;

CREATE TABLE coordination_move (
  from_state text NOT NULL,
  to_state text NOT NULL,
  CONSTRAINT coordination_move_pkey PRIMARY KEY (from_state, to_state),
  CONSTRAINT coordination_move_from_state_fkey FOREIGN KEY (from_state) REFERENCES coordination_state(state),
  CONSTRAINT coordination_move_to_state_fkey FOREIGN KEY (to_state) REFERENCES coordination_state(state)
);
CREATE INDEX coordination_move_by_end ON coordination_move USING btree (to_state);
ALTER TABLE coordination_move ENABLE ROW LEVEL SECURITY;
ALTER TABLE coordination_move FORCE ROW LEVEL SECURITY;
CREATE POLICY coordination_move_is_public ON coordination_move AS PERMISSIVE FOR SELECT TO PUBLIC USING (true);
COMMENT ON TABLE coordination_move IS 'Every move of a request there is (coordination.state.ts, mirrored); what is not listed cannot happen.';
GRANT SELECT ON coordination_move TO migrant_rw;

CREATE TABLE coordination_reminder (
  id uuid DEFAULT uuidv7() NOT NULL,
  request_id uuid NOT NULL,
  kind text NOT NULL,
  to_division text COLLATE "C" NOT NULL,
  on_day date NOT NULL,
  CONSTRAINT coordination_reminder_pkey PRIMARY KEY (id),
  CONSTRAINT coordination_reminder_is_given_once UNIQUE (request_id, kind, to_division),
  CONSTRAINT coordination_reminder_kind_check CHECK (kind = ANY (ARRAY['before'::text, 'after'::text, 'escalated'::text])),
  CONSTRAINT coordination_reminder_to_division_check CHECK (to_division ~ '^\d{12}$'::text),
  CONSTRAINT coordination_reminder_request_id_fkey FOREIGN KEY (request_id) REFERENCES coordination_request(id)
);
ALTER TABLE coordination_reminder ENABLE ROW LEVEL SECURITY;
ALTER TABLE coordination_reminder FORCE ROW LEVEL SECURITY;
CREATE POLICY coordination_reminder_of_request ON coordination_reminder AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (EXISTS ( SELECT
   FROM coordination_request r
  WHERE (r.id = coordination_reminder.request_id)))));
COMMENT ON TABLE coordination_reminder IS 'Who was reminded that an answer is due or missing: the place itself, then the next level up. Append-only.';
GRANT INSERT, SELECT ON coordination_reminder TO migrant_rw;

CREATE TABLE coordination_request (
  id uuid NOT NULL,
  way text NOT NULL,
  app text,
  matter text,
  peer text,
  kind text NOT NULL,
  purpose text NOT NULL,
  legal_basis text NOT NULL,
  from_division text COLLATE "C" NOT NULL,
  to_division text COLLATE "C" NOT NULL,
  person_id uuid,
  subject_key bytea,
  subject_mask text,
  fields text[] NOT NULL,
  offered_sealed bytea,
  values_sealed bytea,
  answered_fields text[] DEFAULT '{}'::text[] NOT NULL,
  state text DEFAULT 'asked'::text NOT NULL,
  outcome text DEFAULT 'waiting'::text NOT NULL,
  hand_over text DEFAULT 'none'::text NOT NULL,
  responsible_division text COLLATE "C" NOT NULL,
  asked_on date NOT NULL,
  due_on date NOT NULL,
  remind_on date NOT NULL,
  answered_on date,
  escalate_on date,
  escalated_to text COLLATE "C",
  sent integer DEFAULT 0 NOT NULL,
  heard integer DEFAULT 0 NOT NULL,
  forget_on date,
  forgotten_at timestamp with time zone,
  CONSTRAINT coordination_request_pkey PRIMARY KEY (id),
  CONSTRAINT coordination_request_of_a_matter_is_one UNIQUE (app, matter),
  CONSTRAINT coordination_request_answer_has_its_day CHECK ((answered_on IS NOT NULL) = (state = ANY (ARRAY['answered'::text, 'late'::text]))),
  CONSTRAINT coordination_request_answers_only_what_was_asked CHECK (answered_fields <@ fields),
  CONSTRAINT coordination_request_app_is_known CHECK (app = ANY (ARRAY['registration'::text, 'subsidy'::text])),
  CONSTRAINT coordination_request_forgotten_names_nobody CHECK (forgotten_at IS NULL OR COALESCE(person_id::text, subject_key::text, subject_mask, matter, values_sealed::text) IS NULL),
  CONSTRAINT coordination_request_has_its_matter CHECK (app IS NULL OR matter IS NOT NULL OR forgotten_at IS NOT NULL),
  CONSTRAINT coordination_request_is_always_somebodys CHECK (responsible_division = from_division OR responsible_division = to_division),
  CONSTRAINT coordination_request_is_between_two_places CHECK (from_division <> to_division AND from_division ~ '^\d{12}$'::text AND to_division ~ '^\d{12}$'::text),
  CONSTRAINT coordination_request_is_of_an_app_or_a_peer CHECK ((way = 'incoming'::text) = (app IS NULL) AND (way = 'inside'::text) = (peer IS NULL)),
  CONSTRAINT coordination_request_keeps_what_it_needs CHECK ((offered_sealed IS NULL) = (forgotten_at IS NOT NULL)),
  CONSTRAINT coordination_request_kind_is_known CHECK (kind = ANY (ARRAY['verify-fact'::text, 'transfer-case'::text, 'settle-payment'::text, 'confirm-registration'::text])),
  CONSTRAINT coordination_request_names_its_fields CHECK (cardinality(fields) >= 1 AND cardinality(fields) <= 20 AND array_position(fields, NULL::text) IS NULL),
  CONSTRAINT coordination_request_outcome_fits_its_state CHECK (
CASE
    WHEN state = ANY (ARRAY['asked'::text, 'returned'::text, 'withdrawn'::text]) THEN outcome = 'waiting'::text
    WHEN state = 'silent'::text THEN outcome = 'no-reply'::text
    ELSE outcome = ANY (ARRAY['confirmed'::text, 'mismatch'::text, 'not-found'::text])
END),
  CONSTRAINT coordination_request_says_on_what_article CHECK (char_length(legal_basis) >= 4 AND char_length(legal_basis) <= 400),
  CONSTRAINT coordination_request_says_what_for CHECK (char_length(purpose) >= 4 AND char_length(purpose) <= 400),
  CONSTRAINT coordination_request_subject_key_has_32_bytes CHECK (length(subject_key) = 32),
  CONSTRAINT coordination_request_way_is_known CHECK (way = ANY (ARRAY['inside'::text, 'outgoing'::text, 'incoming'::text])),
  CONSTRAINT coordination_request_state_fkey FOREIGN KEY (state) REFERENCES coordination_state(state)
);
CREATE INDEX coordination_request_by_asked ON coordination_request USING btree (to_division, due_on, id);
CREATE INDEX coordination_request_by_asker ON coordination_request USING btree (from_division, due_on, id);
CREATE INDEX coordination_request_by_key ON coordination_request USING btree (subject_key) WHERE subject_key IS NOT NULL;
CREATE INDEX coordination_request_by_person ON coordination_request USING btree (person_id) WHERE person_id IS NOT NULL;
CREATE INDEX coordination_request_by_state ON coordination_request USING btree (state);
CREATE INDEX coordination_request_open ON coordination_request USING btree (due_on) WHERE state = ANY (ARRAY['asked'::text, 'returned'::text]);
CREATE INDEX coordination_request_to_escalate ON coordination_request USING btree (escalate_on) WHERE escalate_on IS NOT NULL;
CREATE INDEX coordination_request_to_forget ON coordination_request USING btree (forget_on) WHERE forgotten_at IS NULL;
CREATE INDEX coordination_request_to_remind ON coordination_request USING btree (remind_on) WHERE state = ANY (ARRAY['asked'::text, 'returned'::text, 'silent'::text]);
CREATE TRIGGER coordination_moves_as_the_tables_say BEFORE UPDATE OF state, hand_over, responsible_division ON coordination_request FOR EACH ROW EXECUTE FUNCTION coordination_moves_as_the_tables_say();
ALTER TABLE coordination_request ENABLE ROW LEVEL SECURITY;
ALTER TABLE coordination_request FORCE ROW LEVEL SECURITY;
CREATE POLICY coordination_request_of_its_places_and_person ON coordination_request AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (from_division ^@ ( SELECT guard_from() AS guard_from)) OR (to_division ^@ ( SELECT guard_from() AS guard_from)) OR (person_id = ANY (( SELECT guard_family() AS guard_family)::uuid[])) OR (subject_key = ( SELECT guard_key() AS guard_key))));
COMMENT ON TABLE coordination_request IS 'What one place asks of another about somebody: for what, on which article, which fields, by when, and who answers for the case meanwhile, which is never nobody.';
COMMENT ON COLUMN coordination_request.way IS 'inside: both places are in this installation; outgoing and incoming: the other one is a peer''s.';
COMMENT ON COLUMN coordination_request.subject_key IS 'Blind index of the number, so that people see what was asked about them.';
COMMENT ON COLUMN coordination_request.escalate_on IS 'When the next level up is told that there is no answer; null where nothing is left to tell.';
COMMENT ON COLUMN coordination_request.forget_on IS 'The day after which whom it is about, what was told and what was answered is deleted.';
GRANT INSERT, SELECT, UPDATE (person_id, subject_key, subject_mask, values_sealed, answered_fields, state, outcome, hand_over, responsible_division, due_on, remind_on, answered_on, escalate_on, escalated_to, sent, heard, forget_on) ON coordination_request TO migrant_rw;

CREATE TABLE coordination_state (
  state text NOT NULL,
  CONSTRAINT coordination_state_pkey PRIMARY KEY (state)
);
ALTER TABLE coordination_state ENABLE ROW LEVEL SECURITY;
ALTER TABLE coordination_state FORCE ROW LEVEL SECURITY;
CREATE POLICY coordination_state_is_public ON coordination_state AS PERMISSIVE FOR SELECT TO PUBLIC USING (true);
COMMENT ON TABLE coordination_state IS 'Every state of a request (coordination.state.ts, mirrored).';
GRANT SELECT ON coordination_state TO migrant_rw;

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

CREATE TABLE flow_correction (
  id uuid DEFAULT uuidv7() NOT NULL,
  run_id uuid NOT NULL,
  month date NOT NULL,
  division_code text COLLATE "C" NOT NULL,
  direction text NOT NULL,
  before integer[] NOT NULL,
  after integer[] NOT NULL,
  recorded_at timestamp with time zone NOT NULL,
  CONSTRAINT flow_correction_pkey PRIMARY KEY (id),
  CONSTRAINT flow_correction_corrects_something CHECK (before <> after AND cardinality(before) = cardinality(after)),
  CONSTRAINT flow_correction_direction_is_known CHECK (direction = ANY (ARRAY['in'::text, 'out'::text, 'within'::text])),
  CONSTRAINT flow_correction_is_of_a_township CHECK (division_code ~ '^[1-8]\d{8}000$'::text),
  CONSTRAINT flow_correction_parts_add_up CHECK (flow_adds_up(before) AND flow_adds_up(after)),
  CONSTRAINT flow_correction_month_fkey FOREIGN KEY (month) REFERENCES flow_month(month),
  CONSTRAINT flow_correction_run_id_fkey FOREIGN KEY (run_id) REFERENCES flow_run(id)
);
CREATE INDEX flow_correction_by_figure ON flow_correction USING btree (month, division_code, direction, id);
CREATE INDEX flow_correction_by_run ON flow_correction USING btree (run_id);
CREATE TRIGGER flow_is_closed BEFORE DELETE OR UPDATE ON flow_correction FOR EACH ROW EXECUTE FUNCTION flow_is_closed();
CREATE TRIGGER flow_is_closed_whole BEFORE TRUNCATE ON flow_correction FOR EACH STATEMENT EXECUTE FUNCTION flow_is_closed();
ALTER TABLE flow_correction ENABLE ROW LEVEL SECURITY;
ALTER TABLE flow_correction FORCE ROW LEVEL SECURITY;
CREATE POLICY flow_correction_in_division ON flow_correction AS PERMISSIVE FOR SELECT TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (division_code ^@ ( SELECT guard_from() AS guard_from))));
CREATE POLICY flow_correction_is_counted_centrally ON flow_correction AS PERMISSIVE FOR INSERT TO PUBLIC WITH CHECK (( SELECT guard_whole() AS guard_whole));
COMMENT ON TABLE flow_correction IS 'What was learned of a closed month later: the figures before and after. Append-only.';
GRANT INSERT, SELECT ON flow_correction TO migrant_rw;

CREATE TABLE flow_figure (
  month date NOT NULL,
  division_code text COLLATE "C" NOT NULL,
  direction text NOT NULL,
  counts integer[] NOT NULL,
  CONSTRAINT flow_figure_pkey PRIMARY KEY (month, division_code, direction),
  CONSTRAINT flow_figure_direction_is_known CHECK (direction = ANY (ARRAY['in'::text, 'out'::text, 'within'::text])),
  CONSTRAINT flow_figure_is_of_a_township CHECK (division_code ~ '^[1-8]\d{8}000$'::text),
  CONSTRAINT flow_figure_parts_add_up CHECK (flow_adds_up(counts))
);
CREATE TRIGGER flow_goes_in_with_its_month AFTER INSERT ON flow_figure REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION flow_goes_in_with_its_month();
CREATE TRIGGER flow_is_closed BEFORE DELETE OR UPDATE ON flow_figure FOR EACH ROW EXECUTE FUNCTION flow_is_closed();
CREATE TRIGGER flow_is_closed_whole BEFORE TRUNCATE ON flow_figure FOR EACH STATEMENT EXECUTE FUNCTION flow_is_closed();
ALTER TABLE flow_figure ENABLE ROW LEVEL SECURITY;
ALTER TABLE flow_figure FORCE ROW LEVEL SECURITY;
CREATE POLICY flow_figure_in_division ON flow_figure AS PERMISSIVE FOR SELECT TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (division_code ^@ ( SELECT guard_from() AS guard_from))));
CREATE POLICY flow_figure_is_counted_centrally ON flow_figure AS PERMISSIVE FOR INSERT TO PUBLIC WITH CHECK (( SELECT guard_whole() AS guard_whole));
COMMENT ON TABLE flow_figure IS 'How many people came into a township from other counties, left it for other counties, or came from within the county, as the month was closed; those of wider divisions are their sums.';
GRANT INSERT, SELECT ON flow_figure TO migrant_rw;

CREATE TABLE flow_month (
  month date NOT NULL,
  least_months integer NOT NULL,
  small_below integer NOT NULL,
  age_from integer[] NOT NULL,
  area text NOT NULL,
  content bytea NOT NULL,
  frozen_at timestamp with time zone NOT NULL,
  CONSTRAINT flow_month_pkey PRIMARY KEY (month),
  CONSTRAINT flow_month_area_check CHECK (area ~ '^(\d{2}|\d{4}|\d{6})$'::text),
  CONSTRAINT flow_month_begins_a_month CHECK (EXTRACT(day FROM month) = 1::numeric),
  CONSTRAINT flow_month_content_is_sha256 CHECK (length(content) = 32),
  CONSTRAINT flow_month_has_age_groups CHECK (age_from[1] = 0 AND cardinality(age_from) >= 1 AND cardinality(age_from) <= 20),
  CONSTRAINT flow_month_thresholds_make_sense CHECK (least_months >= 0 AND least_months <= 60 AND small_below >= 2 AND small_below <= 100)
);
CREATE TRIGGER flow_is_closed BEFORE DELETE OR UPDATE ON flow_month FOR EACH ROW EXECUTE FUNCTION flow_is_closed();
CREATE TRIGGER flow_is_closed_whole BEFORE TRUNCATE ON flow_month FOR EACH STATEMENT EXECUTE FUNCTION flow_is_closed();
ALTER TABLE flow_month ENABLE ROW LEVEL SECURITY;
ALTER TABLE flow_month FORCE ROW LEVEL SECURITY;
CREATE POLICY flow_month_is_closed_centrally ON flow_month AS PERMISSIVE FOR INSERT TO PUBLIC WITH CHECK (( SELECT guard_whole() AS guard_whole));
CREATE POLICY flow_month_is_open ON flow_month AS PERMISSIVE FOR SELECT TO PUBLIC USING (( SELECT guard_open() AS guard_open));
COMMENT ON TABLE flow_month IS 'A month that was closed, with the parameters it was counted by and the digest of its figures. Never changed.';
COMMENT ON COLUMN flow_month.content IS 'sha256 over the lines `division direction counts` of the month in order.';
GRANT INSERT, SELECT ON flow_month TO migrant_rw;

CREATE TABLE flow_published (
  month date NOT NULL,
  division_code text COLLATE "C" NOT NULL,
  direction text NOT NULL,
  counts integer[] NOT NULL,
  CONSTRAINT flow_published_pkey PRIMARY KEY (month, division_code, direction),
  CONSTRAINT flow_published_direction_is_known CHECK (direction = ANY (ARRAY['in'::text, 'out'::text, 'within'::text]))
);
CREATE TRIGGER flow_goes_in_with_its_month AFTER INSERT ON flow_published REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION flow_goes_in_with_its_month();
CREATE TRIGGER flow_is_closed BEFORE DELETE OR UPDATE ON flow_published FOR EACH ROW EXECUTE FUNCTION flow_is_closed();
CREATE TRIGGER flow_is_closed_whole BEFORE TRUNCATE ON flow_published FOR EACH STATEMENT EXECUTE FUNCTION flow_is_closed();
ALTER TABLE flow_published ENABLE ROW LEVEL SECURITY;
ALTER TABLE flow_published FORCE ROW LEVEL SECURITY;
CREATE POLICY flow_published_centrally ON flow_published AS PERMISSIVE FOR INSERT TO PUBLIC WITH CHECK (( SELECT guard_whole() AS guard_whole));
CREATE POLICY flow_published_is_open ON flow_published AS PERMISSIVE FOR SELECT TO PUBLIC USING (( SELECT guard_open() AS guard_open));
COMMENT ON TABLE flow_published IS 'The month as everybody may see it, for the area and each division in it; null is withheld. Never changed.';
GRANT INSERT, SELECT ON flow_published TO migrant_rw;

CREATE TABLE flow_published_correction (
  id uuid DEFAULT uuidv7() NOT NULL,
  run_id uuid NOT NULL,
  month date NOT NULL,
  division_code text COLLATE "C" NOT NULL,
  direction text NOT NULL,
  before integer[] NOT NULL,
  after integer[] NOT NULL,
  recorded_at timestamp with time zone NOT NULL,
  CONSTRAINT flow_published_correction_pkey PRIMARY KEY (id),
  CONSTRAINT flow_published_correction_corrects_something CHECK (before <> after),
  CONSTRAINT flow_published_correction_month_division_code_direction_fkey FOREIGN KEY (month, division_code, direction) REFERENCES flow_published(month, division_code, direction),
  CONSTRAINT flow_published_correction_run_id_fkey FOREIGN KEY (run_id) REFERENCES flow_run(id)
);
CREATE INDEX flow_published_correction_by_figure ON flow_published_correction USING btree (month, division_code, direction, id);
CREATE INDEX flow_published_correction_by_run ON flow_published_correction USING btree (run_id);
CREATE TRIGGER flow_is_closed BEFORE DELETE OR UPDATE ON flow_published_correction FOR EACH ROW EXECUTE FUNCTION flow_is_closed();
CREATE TRIGGER flow_is_closed_whole BEFORE TRUNCATE ON flow_published_correction FOR EACH STATEMENT EXECUTE FUNCTION flow_is_closed();
ALTER TABLE flow_published_correction ENABLE ROW LEVEL SECURITY;
ALTER TABLE flow_published_correction FORCE ROW LEVEL SECURITY;
CREATE POLICY flow_published_correction_centrally ON flow_published_correction AS PERMISSIVE FOR INSERT TO PUBLIC WITH CHECK (( SELECT guard_whole() AS guard_whole));
CREATE POLICY flow_published_correction_is_open ON flow_published_correction AS PERMISSIVE FOR SELECT TO PUBLIC USING (( SELECT guard_open() AS guard_open));
COMMENT ON TABLE flow_published_correction IS 'Corrections that may be published; what is withheld is null before and after. Append-only.';
GRANT INSERT, SELECT ON flow_published_correction TO migrant_rw;

CREATE TABLE flow_run (
  id uuid DEFAULT uuidv7() NOT NULL,
  stage text NOT NULL,
  months integer DEFAULT 0 NOT NULL,
  figures integer DEFAULT 0 NOT NULL,
  corrections integer DEFAULT 0 NOT NULL,
  begun_at timestamp with time zone NOT NULL,
  ended_at timestamp with time zone,
  CONSTRAINT flow_run_pkey PRIMARY KEY (id),
  CONSTRAINT flow_run_is_over_or_not CHECK ((ended_at IS NOT NULL) = (stage = ANY (ARRAY['done'::text, 'failed'::text]))),
  CONSTRAINT flow_run_stage_is_known CHECK (stage = ANY (ARRAY['asking'::text, 'counting'::text, 'freezing'::text, 'publishing'::text, 'done'::text, 'failed'::text]))
);
ALTER TABLE flow_run ENABLE ROW LEVEL SECURITY;
ALTER TABLE flow_run FORCE ROW LEVEL SECURITY;
CREATE POLICY flow_run_for_officers ON flow_run AS PERMISSIVE FOR SELECT TO PUBLIC USING ((( SELECT guard_from() AS guard_from) IS NOT NULL));
CREATE POLICY flow_run_is_central ON flow_run AS PERMISSIVE FOR ALL TO PUBLIC USING (( SELECT guard_whole() AS guard_whole));
COMMENT ON TABLE flow_run IS 'Each time months were closed and closed ones looked at again: how far it is and what came of it.';
GRANT INSERT, SELECT, UPDATE ON flow_run TO migrant_rw;

CREATE TABLE flow_stated (
  id uuid DEFAULT uuidv7() NOT NULL,
  division_code text COLLATE "C" NOT NULL,
  direction text NOT NULL,
  valid daterange NOT NULL,
  source text NOT NULL,
  file_sha256 bytea NOT NULL,
  warnings text[] NOT NULL,
  recorded_by text DEFAULT guard_text('actor'::text) NOT NULL,
  recorded_at timestamp with time zone NOT NULL,
  CONSTRAINT flow_stated_pkey PRIMARY KEY (id),
  CONSTRAINT flow_stated_comes_once UNIQUE (division_code, direction, valid, file_sha256),
  CONSTRAINT flow_stated_direction_is_known CHECK (direction = ANY (ARRAY['in'::text, 'out'::text, 'both'::text])),
  CONSTRAINT flow_stated_has_a_source CHECK (char_length(source) >= 2 AND char_length(source) <= 200),
  CONSTRAINT flow_stated_is_of_days CHECK (NOT isempty(valid) AND NOT lower_inf(valid) AND NOT upper_inf(valid))
);
ALTER TABLE flow_stated ENABLE ROW LEVEL SECURITY;
ALTER TABLE flow_stated FORCE ROW LEVEL SECURITY;
CREATE POLICY flow_stated_by_its_officer ON flow_stated AS PERMISSIVE FOR INSERT TO PUBLIC WITH CHECK (((recorded_by = ( SELECT guard_text('actor'::text) AS guard_text)) AND (( SELECT guard_whole() AS guard_whole) OR (division_code ^@ ( SELECT guard_from() AS guard_from)))));
CREATE POLICY flow_stated_in_division ON flow_stated AS PERMISSIVE FOR SELECT TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (division_code ^@ ( SELECT guard_from() AS guard_from))));
COMMENT ON TABLE flow_stated IS 'A table of figures that another authority stated, kept beside our own and never mixed with them. Append-only.';
GRANT INSERT (division_code, direction, valid, source, file_sha256, warnings, recorded_at), SELECT ON flow_stated TO migrant_rw;

CREATE TABLE flow_stated_figure (
  stated_id uuid NOT NULL,
  part text NOT NULL,
  item text NOT NULL,
  count integer,
  mask text,
  CONSTRAINT flow_stated_figure_pkey PRIMARY KEY (stated_id, part, item),
  CONSTRAINT flow_stated_figure_counts_people CHECK (count >= 0),
  CONSTRAINT flow_stated_figure_part_is_known CHECK (part = ANY (ARRAY['total'::text, 'distance'::text, 'sex'::text, 'age'::text, 'direction'::text, 'apart'::text])),
  CONSTRAINT flow_stated_figure_stated_id_fkey FOREIGN KEY (stated_id) REFERENCES flow_stated(id)
);
ALTER TABLE flow_stated_figure ENABLE ROW LEVEL SECURITY;
ALTER TABLE flow_stated_figure FORCE ROW LEVEL SECURITY;
CREATE POLICY flow_stated_figure_of_table ON flow_stated_figure AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (EXISTS ( SELECT
   FROM flow_stated s
  WHERE (s.id = flow_stated_figure.stated_id)))));
COMMENT ON TABLE flow_stated_figure IS 'One figure of a stated table; null where it was not given.';
COMMENT ON COLUMN flow_stated_figure.mask IS 'Digits as they were written where some could not be read; the count is there where they can only be one number.';
GRANT INSERT, SELECT ON flow_stated_figure TO migrant_rw;

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
CREATE TRIGGER retention_deletes_alone BEFORE DELETE ON service_referral FOR EACH ROW WHEN (CURRENT_USER = 'migrant_rw'::name) EXECUTE FUNCTION retention_refuse();
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
CREATE TRIGGER retention_deletes_alone BEFORE DELETE ON service_request FOR EACH ROW WHEN (CURRENT_USER = 'migrant_rw'::name) EXECUTE FUNCTION retention_refuse();
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
CREATE TRIGGER retention_deletes_alone BEFORE DELETE ON service_request_action FOR EACH ROW WHEN (CURRENT_USER = 'migrant_rw'::name) EXECUTE FUNCTION retention_refuse();
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

CREATE OR REPLACE FUNCTION migrant.complaint_over(of_complaint uuid)
 RETURNS date
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'migrant', 'public', 'pg_temp'
AS $function$
begin
  return (select c.ended_on from complaint c where c.id = of_complaint);
end $function$;

CREATE OR REPLACE FUNCTION migrant.coordination_moves_as_the_tables_say()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'migrant', 'public', 'pg_temp'
AS $function$
begin
  if new.state <> old.state and not exists (select from coordination_move m where m.from_state = old.state and m.to_state = new.state) then
    raise exception 'a request does not go from % to %', old.state, new.state using errcode = '23514', constraint = 'coordination_request_moves_as_the_table_says';
  end if;
  if new.hand_over <> old.hand_over
     and not exists (select from coordination_hand_over_move m where m.from_state = old.hand_over and m.to_state = new.hand_over) then
    raise exception 'a hand-over does not go from % to %', old.hand_over, new.hand_over using errcode = '23514', constraint = 'coordination_request_hands_over_as_the_table_says';
  end if;
  if new.responsible_division <> old.responsible_division and new.hand_over <> 'accepted' then
    raise exception 'who answers for a case changes by acceptance only' using errcode = '23514', constraint = 'coordination_request_changes_hands_by_acceptance';
  end if;
  return new;
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

CREATE OR REPLACE FUNCTION migrant.flow_adds_up(counts integer[])
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  select array_position(counts, null) is null and 0 <= all (counts) and cardinality(counts) between 10 and 29
     and counts[1] = counts[2] + counts[3] + counts[4] + counts[5]
     and counts[1] = counts[6] + counts[7] + counts[8]
     and counts[1] = counts[9] + coalesce(counts[10], 0) + coalesce(counts[11], 0) + coalesce(counts[12], 0) + coalesce(counts[13], 0) + coalesce(counts[14], 0) + coalesce(counts[15], 0) + coalesce(counts[16], 0) + coalesce(counts[17], 0) + coalesce(counts[18], 0) + coalesce(counts[19], 0) + coalesce(counts[20], 0) + coalesce(counts[21], 0) + coalesce(counts[22], 0) + coalesce(counts[23], 0) + coalesce(counts[24], 0) + coalesce(counts[25], 0) + coalesce(counts[26], 0) + coalesce(counts[27], 0) + coalesce(counts[28], 0) + coalesce(counts[29], 0)
$function$;

CREATE OR REPLACE FUNCTION migrant.flow_goes_in_with_its_month()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'migrant', 'public', 'pg_temp'
AS $function$
begin
  -- In place of a foreign key, which would look up the month row by row.
  if exists (select from (select distinct month from added) a left join flow_month m on m.month = a.month
              where m.xmin::text is distinct from pg_current_xact_id()::xid::text) then
    raise exception 'the month is closed; what is learned later is a correction' using errcode = '23514', constraint = 'flow_is_closed';
  end if;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION migrant.flow_is_closed()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'migrant', 'public', 'pg_temp'
AS $function$
begin
  raise exception 'a closed month is never edited; what is learned later is a correction' using errcode = '23514', constraint = 'flow_is_closed';
end $function$;

CREATE OR REPLACE FUNCTION migrant.forget_coordination(ids uuid[], at timestamp with time zone)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'migrant', 'public', 'pg_temp'
AS $function$
declare forgotten integer;
begin
  if not guard_whole() then
    raise exception 'requests are forgotten centrally' using errcode = '42501';
  end if;
  update coordination_act a set note_sealed = null from coordination_request r
   where a.request_id = any (ids) and r.id = a.request_id and r.forgotten_at is null;
  update coordination_message m set body_sealed = null from coordination_request r
   where m.request_id = any (ids) and r.id = m.request_id and r.forgotten_at is null;
  update coordination_arrival set body_sealed = null, settled = 'unheard' where request_id = any (ids) and settled = 'kept';
  update coordination_request
     set person_id = null, subject_key = null, subject_mask = null, matter = null, offered_sealed = null, values_sealed = null,
         forgotten_at = at, escalate_on = null
   where id = any (ids) and forgotten_at is null;
  get diagnostics forgotten = row_count;
  return forgotten;
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
