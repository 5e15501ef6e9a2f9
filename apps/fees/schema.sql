-- Schema "fees", read back from a migrated database by "npm run generate". To change it, add a migration.

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
GRANT INSERT (size, root, note), SELECT ON audit_checkpoint TO fees_rw;

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
CREATE POLICY audit_entry_for_its_functions ON audit_entry AS PERMISSIVE FOR SELECT TO fees_owner USING (true);
CREATE POLICY audit_entry_is_seen_from_above ON audit_entry AS PERMISSIVE FOR SELECT TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (division ^@ ( SELECT guard_from() AS guard_from)) OR (subjects && ( SELECT guard_family() AS guard_family))));
CREATE POLICY audit_entry_is_written_by_somebody ON audit_entry AS PERMISSIVE FOR INSERT TO PUBLIC WITH CHECK (( SELECT guard_open() AS guard_open));
COMMENT ON TABLE audit_entry IS 'One line for each kind of thing that a transaction read or changed, for each refusal and each decision: ids and names, never values. Append-only.';
COMMENT ON COLUMN audit_entry.xid IS 'Of the transaction that wrote it: entries are sealed in the order (xid, id) once no older transaction is running.';
COMMENT ON COLUMN audit_entry.operation IS 'Field of the graph, step of the command line or job.';
COMMENT ON COLUMN audit_entry.division IS 'How far the actor saw: leading digits, empty for everything, null for a citizen.';
COMMENT ON COLUMN audit_entry.fields IS 'Names of the fields that were asked for.';
COMMENT ON COLUMN audit_entry.content IS 'SHA-256 of the canonical text of a decision.';
GRANT INSERT (kind, subject_type, subjects, fields, code, content), SELECT ON audit_entry TO fees_rw;

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
GRANT INSERT, SELECT ON audit_leaf TO fees_rw;

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
GRANT INSERT, SELECT ON audit_node TO fees_rw;

CREATE TABLE contestable_decision (
  id uuid NOT NULL,
  matter_id uuid NOT NULL,
  letter_id uuid NOT NULL,
  division_code text COLLATE "C" NOT NULL,
  debtor_name text NOT NULL,
  debtor_key bytea,
  fen bigint NOT NULL,
  told_of_rights boolean NOT NULL,
  learned_on date,
  made_on date NOT NULL,
  made_by text DEFAULT guard_text('actor'::text) NOT NULL,
  recorded_at timestamp with time zone NOT NULL,
  CONSTRAINT contestable_decision_pkey PRIMARY KEY (id),
  CONSTRAINT contestable_decision_is_one_letter UNIQUE (letter_id),
  CONSTRAINT contestable_decision_is_about_money CHECK (fen > 0),
  CONSTRAINT contestable_decision_learned_only_what_was_not_told CHECK (learned_on IS NULL OR NOT told_of_rights),
  CONSTRAINT contestable_decision_letter_id_fkey FOREIGN KEY (letter_id) REFERENCES letter(id)
);
CREATE INDEX contestable_decision_by_debtor ON contestable_decision USING btree (debtor_key) WHERE debtor_key IS NOT NULL;
CREATE INDEX contestable_decision_by_division ON contestable_decision USING btree (division_code);
CREATE INDEX contestable_decision_by_matter ON contestable_decision USING btree (matter_id);
ALTER TABLE contestable_decision ENABLE ROW LEVEL SECURITY;
ALTER TABLE contestable_decision FORCE ROW LEVEL SECURITY;
CREATE POLICY contestable_decision_by_owner ON contestable_decision AS PERMISSIVE FOR ALL TO fees_owner USING (true) WITH CHECK (true);
CREATE POLICY contestable_decision_in_division ON contestable_decision AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (division_code ^@ ( SELECT guard_from() AS guard_from)) OR (debtor_key = ( SELECT guard_key() AS guard_key)))) WITH CHECK ((( SELECT guard_whole() AS guard_whole) OR (division_code ^@ ( SELECT guard_from() AS guard_from))));
CREATE POLICY contestable_decision_names_its_maker ON contestable_decision AS RESTRICTIVE FOR INSERT TO PUBLIC WITH CHECK ((made_by = ( SELECT guard_text('actor'::text) AS guard_text)));
COMMENT ON TABLE contestable_decision IS 'A decision against which remedies are open; the last of a matter counts. Its periods run from the day its letter was served.';
COMMENT ON COLUMN contestable_decision.learned_on IS 'When somebody who had not been told of the rights, the authority and the period learned of them.';
GRANT INSERT, SELECT, UPDATE (learned_on) ON contestable_decision TO fees_rw;

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
CREATE POLICY context_key_for_the_check ON context_key AS PERMISSIVE FOR ALL TO fees_owner USING (true);
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
GRANT INSERT, SELECT, UPDATE ON delivery TO fees_rw;

CREATE TABLE delivery_attempt (
  id uuid NOT NULL,
  letter_id uuid NOT NULL,
  mode text NOT NULL,
  consent_id uuid,
  note text,
  sent_on date NOT NULL,
  sent_by text DEFAULT guard_text('actor'::text) NOT NULL,
  sent_at timestamp with time zone NOT NULL,
  CONSTRAINT delivery_attempt_pkey PRIMARY KEY (id),
  CONSTRAINT delivery_attempt_has_one_mode UNIQUE (id, mode),
  CONSTRAINT delivery_electronic_needs_consent CHECK ((mode = 'electronic'::text) = (consent_id IS NOT NULL)),
  CONSTRAINT delivery_mode_is_known CHECK (mode = ANY (ARRAY['direct'::text, 'household-member'::text, 'agent'::text, 'left'::text, 'electronic'::text, 'commissioned'::text, 'mail'::text, 'through-unit'::text, 'public-notice'::text])),
  CONSTRAINT delivery_note_is_short CHECK (char_length(note) <= 200),
  CONSTRAINT delivery_attempt_consent_id_fkey FOREIGN KEY (consent_id) REFERENCES delivery_consent(id),
  CONSTRAINT delivery_attempt_letter_id_fkey FOREIGN KEY (letter_id) REFERENCES letter_delivery(letter_id) ON DELETE CASCADE
);
CREATE INDEX delivery_attempt_by_consent ON delivery_attempt USING btree (consent_id) WHERE consent_id IS NOT NULL;
CREATE INDEX delivery_attempt_by_letter ON delivery_attempt USING btree (letter_id);
CREATE TRIGGER delivery_attempt_keeps_the_rules BEFORE INSERT ON delivery_attempt FOR EACH ROW EXECUTE FUNCTION delivery_attempt_keeps_the_rules();
ALTER TABLE delivery_attempt ENABLE ROW LEVEL SECURITY;
ALTER TABLE delivery_attempt FORCE ROW LEVEL SECURITY;
CREATE POLICY delivery_attempt_by_owner ON delivery_attempt AS PERMISSIVE FOR ALL TO fees_owner USING (true) WITH CHECK (true);
CREATE POLICY delivery_attempt_of_delivery ON delivery_attempt AS PERMISSIVE FOR ALL TO PUBLIC USING ((EXISTS ( SELECT
   FROM letter_delivery d
  WHERE (d.letter_id = delivery_attempt.letter_id)))) WITH CHECK (((sent_by = ( SELECT guard_text('actor'::text) AS guard_text)) AND (EXISTS ( SELECT
   FROM letter_delivery d
  WHERE (d.letter_id = delivery_attempt.letter_id))) AND (( SELECT guard_whole() AS guard_whole) OR (( SELECT guard_from() AS guard_from) IS NOT NULL) OR (mode = 'electronic'::text))));
COMMENT ON TABLE delivery_attempt IS 'One attempt to serve a letter by one mode.';
GRANT INSERT, SELECT ON delivery_attempt TO fees_rw;

CREATE TABLE delivery_consent (
  id uuid NOT NULL,
  owner_key bytea NOT NULL,
  basis text NOT NULL,
  reference text,
  words text NOT NULL,
  given_on date NOT NULL,
  recorded_by text DEFAULT guard_text('actor'::text) NOT NULL,
  recorded_at timestamp with time zone NOT NULL,
  CONSTRAINT delivery_consent_pkey PRIMARY KEY (id),
  CONSTRAINT delivery_consent_basis_is_known CHECK (basis = ANY (ARRAY['online'::text, 'paper'::text])),
  CONSTRAINT delivery_consent_key_has_32_bytes CHECK (length(owner_key) = 32),
  CONSTRAINT delivery_consent_on_paper_names_the_paper CHECK ((basis = 'paper'::text) = (reference IS NOT NULL)),
  CONSTRAINT delivery_consent_says_to_what CHECK (char_length(words) >= 10 AND char_length(words) <= 1000)
);
CREATE INDEX delivery_consent_by_owner ON delivery_consent USING btree (owner_key);
ALTER TABLE delivery_consent ENABLE ROW LEVEL SECURITY;
ALTER TABLE delivery_consent FORCE ROW LEVEL SECURITY;
CREATE POLICY delivery_consent_by_owner ON delivery_consent AS PERMISSIVE FOR ALL TO fees_owner USING (true) WITH CHECK (true);
CREATE POLICY delivery_consent_own_or_addressed ON delivery_consent AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (owner_key = ( SELECT guard_key() AS guard_key)) OR ((( SELECT guard_from() AS guard_from) IS NOT NULL) AND (EXISTS ( SELECT
   FROM letter l
  WHERE (l.recipient_key = delivery_consent.owner_key)))))) WITH CHECK (((recorded_by = ( SELECT guard_text('actor'::text) AS guard_text)) AND (((basis = 'online'::text) AND (owner_key = ( SELECT guard_key() AS guard_key))) OR ((basis = 'paper'::text) AND (( SELECT guard_whole() AS guard_whole) OR ((( SELECT guard_from() AS guard_from) IS NOT NULL) AND (EXISTS ( SELECT
   FROM letter l
  WHERE (l.recipient_key = delivery_consent.owner_key)))))))));
COMMENT ON TABLE delivery_consent IS 'Somebody agrees that letters are served electronically (民事诉讼法 art 90); it holds until it is ended, and proves nothing else.';
COMMENT ON COLUMN delivery_consent.words IS 'The text that was agreed to, as it stood on that day.';
GRANT INSERT, SELECT ON delivery_consent TO fees_rw;

CREATE TABLE delivery_consent_end (
  consent_id uuid NOT NULL,
  ended_on date NOT NULL,
  ended_by text DEFAULT guard_text('actor'::text) NOT NULL,
  recorded_at timestamp with time zone NOT NULL,
  CONSTRAINT delivery_consent_end_pkey PRIMARY KEY (consent_id),
  CONSTRAINT delivery_consent_end_consent_id_fkey FOREIGN KEY (consent_id) REFERENCES delivery_consent(id)
);
ALTER TABLE delivery_consent_end ENABLE ROW LEVEL SECURITY;
ALTER TABLE delivery_consent_end FORCE ROW LEVEL SECURITY;
CREATE POLICY delivery_consent_end_by_owner ON delivery_consent_end AS PERMISSIVE FOR ALL TO fees_owner USING (true) WITH CHECK (true);
CREATE POLICY delivery_consent_end_of_consent ON delivery_consent_end AS PERMISSIVE FOR ALL TO PUBLIC USING ((EXISTS ( SELECT
   FROM delivery_consent c
  WHERE (c.id = delivery_consent_end.consent_id)))) WITH CHECK (((ended_by = ( SELECT guard_text('actor'::text) AS guard_text)) AND (EXISTS ( SELECT
   FROM delivery_consent c
  WHERE (c.id = delivery_consent_end.consent_id)))));
COMMENT ON TABLE delivery_consent_end IS 'A consent was taken back: nothing is served electronically from then on.';
GRANT INSERT, SELECT ON delivery_consent_end TO fees_rw;

CREATE TABLE delivery_outcome (
  attempt_id uuid NOT NULL,
  seq integer NOT NULL,
  mode text NOT NULL,
  kind text NOT NULL,
  served_on date,
  failure text,
  reference text,
  signed_on date,
  left_on date,
  received_on date,
  arrived_at timestamp with time zone,
  published_on date,
  signer_name text,
  signer_tie text,
  is_adult boolean,
  lives_together boolean,
  authority text,
  refusal text,
  witnesses text[] DEFAULT '{}'::text[] NOT NULL,
  recording text,
  recording_sha256 bytea,
  medium text,
  said text,
  correction text,
  recorded_by text DEFAULT guard_text('actor'::text) NOT NULL,
  recorded_at timestamp with time zone NOT NULL,
  CONSTRAINT delivery_outcome_pkey PRIMARY KEY (attempt_id, seq),
  CONSTRAINT delivery_by_hand_counts_from_the_signature CHECK (kind <> 'served'::text OR (mode <> ALL (ARRAY['direct'::text, 'household-member'::text, 'agent'::text, 'commissioned'::text, 'through-unit'::text])) OR signed_on IS NOT NULL AND served_on = signed_on AND reference IS NOT NULL),
  CONSTRAINT delivery_by_mail_counts_from_the_receipt CHECK (kind <> 'served'::text OR mode <> 'mail'::text OR received_on IS NOT NULL AND served_on = received_on AND reference IS NOT NULL),
  CONSTRAINT delivery_by_notice_counts_from_its_end CHECK (kind <> 'served'::text OR mode <> 'public-notice'::text OR published_on IS NOT NULL AND served_on > published_on AND num_nulls(reference, medium, said) = 0),
  CONSTRAINT delivery_correction_says_why CHECK ((seq > 1) = (correction IS NOT NULL) AND char_length(correction) >= 4 AND char_length(correction) <= 300),
  CONSTRAINT delivery_electronic_counts_from_arrival CHECK (kind <> 'served'::text OR mode <> 'electronic'::text OR arrived_at IS NOT NULL AND served_on = (arrived_at AT TIME ZONE 'Asia/Shanghai'::text)::date),
  CONSTRAINT delivery_failure_has_a_reason CHECK ((kind = 'failed'::text) = (failure IS NOT NULL)),
  CONSTRAINT delivery_failure_is_known CHECK (failure = ANY (ARRAY['absent'::text, 'refused'::text, 'moved-away'::text, 'unknown-there'::text, 'returned'::text, 'unreachable'::text, 'proof-wrong'::text, 'other'::text])),
  CONSTRAINT delivery_left_is_witnessed_or_recorded CHECK (kind <> 'served'::text OR mode <> 'left'::text OR left_on IS NOT NULL AND served_on = left_on AND num_nulls(reference, refusal) = 0 AND (cardinality(witnesses) >= 2 OR num_nulls(recording, recording_sha256) = 0)),
  CONSTRAINT delivery_outcome_kind_is_known CHECK (kind = ANY (ARRAY['served'::text, 'failed'::text])),
  CONSTRAINT delivery_outcome_serves_on_a_day CHECK ((kind = 'served'::text) = (served_on IS NOT NULL)),
  CONSTRAINT delivery_recording_is_known CHECK ((recording = ANY (ARRAY['photo'::text, 'video'::text])) AND length(recording_sha256) = 32),
  CONSTRAINT delivery_said_is_short CHECK (char_length(said) <= 500),
  CONSTRAINT delivery_through_a_unit_names_it CHECK (kind <> 'served'::text OR mode <> 'through-unit'::text OR authority IS NOT NULL),
  CONSTRAINT delivery_to_an_agent_names_the_authority CHECK (kind <> 'served'::text OR (mode <> ALL (ARRAY['agent'::text, 'commissioned'::text])) OR num_nulls(signer_name, authority) = 0),
  CONSTRAINT delivery_to_the_household_is_to_an_adult_living_there CHECK (kind <> 'served'::text OR mode <> 'household-member'::text OR COALESCE(is_adult, false) AND COALESCE(lives_together, false) AND num_nulls(signer_name, signer_tie) = 0),
  CONSTRAINT delivery_outcome_is_of_its_attempt FOREIGN KEY (attempt_id, mode) REFERENCES delivery_attempt(id, mode) ON DELETE CASCADE
);
CREATE TRIGGER delivery_outcome_counts AFTER INSERT ON delivery_outcome FOR EACH ROW EXECUTE FUNCTION delivery_outcome_counts();
CREATE TRIGGER delivery_outcome_is_next BEFORE INSERT ON delivery_outcome FOR EACH ROW EXECUTE FUNCTION delivery_outcome_is_next();
ALTER TABLE delivery_outcome ENABLE ROW LEVEL SECURITY;
ALTER TABLE delivery_outcome FORCE ROW LEVEL SECURITY;
CREATE POLICY delivery_outcome_by_owner ON delivery_outcome AS PERMISSIVE FOR ALL TO fees_owner USING (true) WITH CHECK (true);
CREATE POLICY delivery_outcome_of_attempt ON delivery_outcome AS PERMISSIVE FOR ALL TO PUBLIC USING ((EXISTS ( SELECT
   FROM delivery_attempt a
  WHERE (a.id = delivery_outcome.attempt_id)))) WITH CHECK (((recorded_by = ( SELECT guard_text('actor'::text) AS guard_text)) AND (EXISTS ( SELECT
   FROM delivery_attempt a
  WHERE (a.id = delivery_outcome.attempt_id))) AND (( SELECT guard_whole() AS guard_whole) OR (( SELECT guard_from() AS guard_from) IS NOT NULL) OR ((mode = 'electronic'::text) AND (kind = 'served'::text) AND (seq = 1)))));
COMMENT ON TABLE delivery_outcome IS 'What became of an attempt, append-only: proved, or failed for a reason. A wrong proof is corrected by the next row; the last one counts.';
COMMENT ON COLUMN delivery_outcome.reference IS 'Number of the receipt, the mail piece or the issue in the file.';
COMMENT ON COLUMN delivery_outcome.said IS 'What the proof says besides, such as where it was left or why a notice had to be published; nothing else here tells of a place.';
GRANT INSERT, SELECT ON delivery_outcome TO fees_rw;

CREATE TABLE delivery_paper (
  id uuid NOT NULL,
  letter_id uuid NOT NULL,
  asked_by text DEFAULT guard_text('actor'::text) NOT NULL,
  asked_on date NOT NULL,
  asked_at timestamp with time zone NOT NULL,
  given_on date,
  given_by text,
  CONSTRAINT delivery_paper_pkey PRIMARY KEY (id),
  CONSTRAINT delivery_paper_is_given_by_someone CHECK ((given_on IS NULL) = (given_by IS NULL)),
  CONSTRAINT delivery_paper_letter_id_fkey FOREIGN KEY (letter_id) REFERENCES letter(id) ON DELETE CASCADE
);
CREATE INDEX delivery_paper_by_letter ON delivery_paper USING btree (letter_id);
CREATE UNIQUE INDEX delivery_paper_is_asked_once_at_a_time ON delivery_paper USING btree (letter_id) WHERE given_on IS NULL;
ALTER TABLE delivery_paper ENABLE ROW LEVEL SECURITY;
ALTER TABLE delivery_paper FORCE ROW LEVEL SECURITY;
CREATE POLICY delivery_paper_by_owner ON delivery_paper AS PERMISSIVE FOR ALL TO fees_owner USING (true) WITH CHECK (true);
CREATE POLICY delivery_paper_of_letter ON delivery_paper AS PERMISSIVE FOR ALL TO PUBLIC USING ((EXISTS ( SELECT
   FROM letter l
  WHERE (l.id = delivery_paper.letter_id)))) WITH CHECK (((EXISTS ( SELECT
   FROM letter l
  WHERE (l.id = delivery_paper.letter_id))) AND (asked_by IS NOT NULL) AND ((given_by IS NULL) OR ((given_by = ( SELECT guard_text('actor'::text) AS guard_text)) AND (( SELECT guard_whole() AS guard_whole) OR (( SELECT guard_from() AS guard_from) IS NOT NULL))))));
COMMENT ON TABLE delivery_paper IS 'Somebody who is served electronically asks for the letter on paper, and gets it.';
GRANT INSERT, SELECT, UPDATE (given_on, given_by) ON delivery_paper TO fees_rw;

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
GRANT INSERT, SELECT ON inbox TO fees_rw;

CREATE TABLE legacy_deletion (
  id uuid DEFAULT uuidv7() NOT NULL,
  office_code text COLLATE "C" NOT NULL,
  taken_before date NOT NULL,
  cases integer NOT NULL,
  payments integer NOT NULL,
  letters integer NOT NULL,
  by_actor text DEFAULT guard_text('actor'::text) NOT NULL,
  at timestamp with time zone NOT NULL,
  CONSTRAINT legacy_deletion_pkey PRIMARY KEY (id),
  CONSTRAINT legacy_deletion_deleted_something CHECK (cases > 0)
);
ALTER TABLE legacy_deletion ENABLE ROW LEVEL SECURITY;
ALTER TABLE legacy_deletion FORCE ROW LEVEL SECURITY;
CREATE POLICY legacy_deletion_by_owner ON legacy_deletion AS PERMISSIVE FOR ALL TO fees_owner USING (true) WITH CHECK (true);
CREATE POLICY legacy_deletion_is_seen ON legacy_deletion AS PERMISSIVE FOR SELECT TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (office_code ^@ ( SELECT guard_from() AS guard_from))));
COMMENT ON TABLE legacy_deletion IS 'The certificate of a deletion: how much of which office, by whom, when; nothing of any person.';
GRANT SELECT ON legacy_deletion TO fees_rw;

CREATE TABLE legacy_fee_case (
  id uuid NOT NULL,
  office_code text COLLATE "C" NOT NULL,
  case_no text NOT NULL,
  payer_name text NOT NULL,
  number_sealed bytea,
  number_key bytea,
  number_mask text,
  decided_on date,
  levied_fen bigint,
  paid_fen bigint NOT NULL,
  mispaid_fen bigint NOT NULL,
  ceased_fen bigint GENERATED ALWAYS AS (GREATEST((COALESCE(levied_fen, (0)::bigint) - paid_fen), (0)::bigint)) STORED NOT NULL,
  close_out text NOT NULL,
  court_document text,
  source_ref text NOT NULL,
  row_hash bytea NOT NULL,
  taken_by text NOT NULL,
  taken_at timestamp with time zone NOT NULL,
  CONSTRAINT legacy_fee_case_pkey PRIMARY KEY (id),
  CONSTRAINT legacy_fee_case_is_known_once UNIQUE (office_code, case_no),
  CONSTRAINT legacy_fee_amounts_are_no_debts_of_ours CHECK (levied_fen > 0 AND paid_fen >= 0 AND mispaid_fen >= 0),
  CONSTRAINT legacy_fee_close_out_follows CHECK (close_out =
CASE
    WHEN decided_on IS NULL THEN 'CLOSED_NO_DECISION'::text
    WHEN paid_fen = levied_fen THEN 'CLOSED_PAID'::text
    WHEN paid_fen > 0 THEN 'CLOSED_PARTIAL_REMAINDER_CEASED'::text
    ELSE 'CLOSED_UNPAID_CEASED'::text
END),
  CONSTRAINT legacy_fee_has_an_amount_only_by_decision CHECK ((decided_on IS NULL) = (levied_fen IS NULL)),
  CONSTRAINT legacy_fee_number_is_sealed_indexed_and_masked CHECK ((num_nulls(number_sealed, number_key, number_mask) = ANY (ARRAY[0, 3])) AND length(number_key) = 32),
  CONSTRAINT legacy_fee_takes_no_more_than_was_levied CHECK (paid_fen <= COALESCE(levied_fen, 0::bigint)),
  CONSTRAINT legacy_fee_was_decided_before_the_repeal CHECK (decided_on <= '2021-08-20'::date),
  CONSTRAINT legacy_fee_case_office_code_fkey FOREIGN KEY (office_code) REFERENCES legacy_fee_office(office_code)
);
CREATE INDEX legacy_fee_case_by_number ON legacy_fee_case USING btree (number_key);
ALTER TABLE legacy_fee_case ENABLE ROW LEVEL SECURITY;
ALTER TABLE legacy_fee_case FORCE ROW LEVEL SECURITY;
CREATE POLICY legacy_fee_case_by_archive ON legacy_fee_case AS PERMISSIVE FOR SELECT TO PUBLIC USING (((( SELECT legacy_is_archive() AS legacy_is_archive) AND (( SELECT guard_whole() AS guard_whole) OR (office_code ^@ ( SELECT guard_from() AS guard_from)))) OR (number_key = ( SELECT guard_key() AS guard_key))));
CREATE POLICY legacy_fee_case_by_owner ON legacy_fee_case AS PERMISSIVE FOR ALL TO fees_owner USING (true) WITH CHECK (true);
COMMENT ON TABLE legacy_fee_case IS 'An old case as it stood when the law repealed the fee: closed. What was not paid is ceased, owed by nobody.';
COMMENT ON COLUMN legacy_fee_case.paid_fen IS 'Paid lawfully until 2021-08-20; not refunded.';
COMMENT ON COLUMN legacy_fee_case.mispaid_fen IS 'Paid twice, by the wrong person or after the repeal: to be reviewed for a refund.';
COMMENT ON COLUMN legacy_fee_case.ceased_fen IS 'What was levied and never paid: it ceased by law, and is no claim of anybody''s.';
COMMENT ON COLUMN legacy_fee_case.court_document IS 'The document by which an application for enforcement was withdrawn or ended.';
GRANT SELECT ON legacy_fee_case TO fees_rw;

CREATE TABLE legacy_fee_office (
  office_code text COLLATE "C" NOT NULL,
  sealed_on date,
  sealed_by text,
  CONSTRAINT legacy_fee_office_pkey PRIMARY KEY (office_code),
  CONSTRAINT legacy_fee_office_is_a_division CHECK (office_code ~ '^\d{12}$'::text),
  CONSTRAINT legacy_fee_office_is_sealed_by_someone CHECK ((sealed_on IS NULL) = (sealed_by IS NULL))
);
ALTER TABLE legacy_fee_office ENABLE ROW LEVEL SECURITY;
ALTER TABLE legacy_fee_office FORCE ROW LEVEL SECURITY;
CREATE POLICY legacy_fee_office_by_owner ON legacy_fee_office AS PERMISSIVE FOR ALL TO fees_owner USING (true) WITH CHECK (true);
CREATE POLICY legacy_fee_office_is_open ON legacy_fee_office AS PERMISSIVE FOR SELECT TO PUBLIC USING (( SELECT guard_open() AS guard_open));
COMMENT ON TABLE legacy_fee_office IS 'Offices whose old ledgers were taken in; once sealed nothing goes in any more.';
GRANT SELECT ON legacy_fee_office TO fees_rw;

CREATE TABLE legacy_fee_payment (
  id uuid NOT NULL,
  case_id uuid NOT NULL,
  paid_on date,
  fen bigint NOT NULL,
  receipt_no text,
  payer_name text NOT NULL,
  error text,
  CONSTRAINT legacy_fee_payment_pkey PRIMARY KEY (id),
  CONSTRAINT legacy_fee_payment_after_the_repeal_is_an_error CHECK (paid_on <= '2021-08-20'::date OR error IS NOT NULL),
  CONSTRAINT legacy_fee_payment_error_is_known CHECK (error = ANY (ARRAY['twice'::text, 'after-repeal'::text, 'wrong-person'::text, 'without-decision'::text])),
  CONSTRAINT legacy_fee_payment_is_an_amount CHECK (fen > 0),
  CONSTRAINT legacy_fee_payment_case_id_fkey FOREIGN KEY (case_id) REFERENCES legacy_fee_case(id) ON DELETE CASCADE
);
CREATE INDEX legacy_fee_payment_by_case ON legacy_fee_payment USING btree (case_id);
ALTER TABLE legacy_fee_payment ENABLE ROW LEVEL SECURITY;
ALTER TABLE legacy_fee_payment FORCE ROW LEVEL SECURITY;
CREATE POLICY legacy_fee_payment_by_archive ON legacy_fee_payment AS PERMISSIVE FOR SELECT TO PUBLIC USING ((EXISTS ( SELECT
   FROM legacy_fee_case c
  WHERE (c.id = legacy_fee_payment.case_id))));
CREATE POLICY legacy_fee_payment_by_owner ON legacy_fee_payment AS PERMISSIVE FOR ALL TO fees_owner USING (true) WITH CHECK (true);
COMMENT ON TABLE legacy_fee_payment IS 'A payment of an old case; one made in error can be reviewed for a refund.';
GRANT SELECT ON legacy_fee_payment TO fees_rw;

CREATE TABLE legacy_refund_review (
  id uuid NOT NULL,
  case_id uuid NOT NULL,
  payment_id uuid NOT NULL,
  fen bigint NOT NULL,
  state text NOT NULL,
  found_by_unit boolean NOT NULL,
  reason text NOT NULL,
  opened_by text DEFAULT guard_text('actor'::text) NOT NULL,
  opened_on date NOT NULL,
  opened_at timestamp with time zone NOT NULL,
  due_on date,
  verified_by text,
  decided_by text,
  decided_at timestamp with time zone,
  decision text,
  CONSTRAINT legacy_refund_review_pkey PRIMARY KEY (id),
  CONSTRAINT legacy_refund_review_gives_something_back CHECK (fen > 0),
  CONSTRAINT legacy_refund_review_is_decided_by_another CHECK ((state = ANY (ARRAY['approved'::text, 'rejected'::text])) = (num_nulls(decided_by, decided_at, decision) = 0) AND decided_by <> verified_by),
  CONSTRAINT legacy_refund_review_is_verified_by_someone CHECK (state = 'opened'::text OR verified_by IS NOT NULL),
  CONSTRAINT legacy_refund_review_state_is_known CHECK (state = ANY (ARRAY['opened'::text, 'verified'::text, 'approved'::text, 'rejected'::text])),
  CONSTRAINT legacy_refund_review_case_id_fkey FOREIGN KEY (case_id) REFERENCES legacy_fee_case(id) ON DELETE CASCADE,
  CONSTRAINT legacy_refund_review_payment_id_fkey FOREIGN KEY (payment_id) REFERENCES legacy_fee_payment(id) ON DELETE CASCADE
);
CREATE INDEX legacy_refund_review_by_case ON legacy_refund_review USING btree (case_id);
CREATE UNIQUE INDEX legacy_refund_review_once_a_payment ON legacy_refund_review USING btree (payment_id) WHERE state <> 'rejected'::text;
CREATE TRIGGER legacy_refund_review_moves BEFORE INSERT OR UPDATE ON legacy_refund_review FOR EACH ROW EXECUTE FUNCTION legacy_refund_review_moves();
ALTER TABLE legacy_refund_review ENABLE ROW LEVEL SECURITY;
ALTER TABLE legacy_refund_review FORCE ROW LEVEL SECURITY;
CREATE POLICY legacy_refund_review_by_archive ON legacy_refund_review AS PERMISSIVE FOR ALL TO PUBLIC USING ((EXISTS ( SELECT
   FROM legacy_fee_case c
  WHERE (c.id = legacy_refund_review.case_id))));
CREATE POLICY legacy_refund_review_by_owner ON legacy_refund_review AS PERMISSIVE FOR ALL TO fees_owner USING (true) WITH CHECK (true);
CREATE POLICY legacy_refund_review_names_its_opener ON legacy_refund_review AS RESTRICTIVE FOR INSERT TO PUBLIC WITH CHECK (((opened_by = ( SELECT guard_text('actor'::text) AS guard_text)) AND (verified_by IS NULL) AND (decided_by IS NULL)));
COMMENT ON TABLE legacy_refund_review IS 'Whether money that was paid in error goes back to who paid it: opened, verified by the unit, decided by finance.';
COMMENT ON COLUMN legacy_refund_review.due_on IS 'By when our own unit has verified or finance has decided: our deadline, never the payer''s.';
GRANT INSERT, SELECT, UPDATE (state, due_on, verified_by, decided_by, decided_at, decision) ON legacy_refund_review TO fees_rw;

CREATE TABLE letter (
  id uuid NOT NULL,
  no text NOT NULL,
  kind text NOT NULL,
  about_id uuid NOT NULL,
  division_code text COLLATE "C" NOT NULL,
  office_name text NOT NULL,
  recipient_name text NOT NULL,
  recipient_key bytea,
  content jsonb NOT NULL,
  pdf bytea NOT NULL,
  pdf_sha256 bytea NOT NULL,
  code_hash bytea NOT NULL,
  made_by text DEFAULT guard_text('actor'::text) NOT NULL,
  made_on date NOT NULL,
  made_at timestamp with time zone NOT NULL,
  CONSTRAINT letter_pkey PRIMARY KEY (id),
  CONSTRAINT letter_code_is_unique UNIQUE (code_hash),
  CONSTRAINT letter_number_is_unique UNIQUE (no),
  CONSTRAINT letter_bytes_are_what_was_hashed CHECK (pdf_sha256 = sha256(pdf)),
  CONSTRAINT letter_code_is_kept_as_sha256 CHECK (length(code_hash) = 32),
  CONSTRAINT letter_division_has_twelve_digits CHECK (division_code ~ '^\d{12}$'::text),
  CONSTRAINT letter_recipient_key_is_an_index CHECK (length(recipient_key) = 32)
);
CREATE INDEX letter_by_about ON letter USING btree (about_id);
CREATE INDEX letter_by_recipient ON letter USING btree (recipient_key);
ALTER TABLE letter ENABLE ROW LEVEL SECURITY;
ALTER TABLE letter FORCE ROW LEVEL SECURITY;
CREATE POLICY letter_by_owner ON letter AS PERMISSIVE FOR ALL TO fees_owner USING (true) WITH CHECK (true);
CREATE POLICY letter_in_division ON letter AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (division_code ^@ ( SELECT guard_from() AS guard_from)) OR (recipient_key = ( SELECT guard_key() AS guard_key)))) WITH CHECK ((( SELECT guard_whole() AS guard_whole) OR (division_code ^@ ( SELECT guard_from() AS guard_from))));
CREATE POLICY letter_names_its_maker ON letter AS RESTRICTIVE FOR INSERT TO PUBLIC WITH CHECK ((made_by = ( SELECT guard_text('actor'::text) AS guard_text)));
COMMENT ON TABLE letter IS 'A letter as it was made: neither its bytes nor what it says can change, a correction is another letter.';
COMMENT ON COLUMN letter.code_hash IS 'SHA-256 of the verification code of 160 bits; the code itself stands on the letter only.';
GRANT INSERT, SELECT ON letter TO fees_rw;

CREATE TABLE letter_counter (
  county_code text COLLATE "C" NOT NULL,
  year smallint NOT NULL,
  last integer NOT NULL,
  CONSTRAINT letter_counter_pkey PRIMARY KEY (county_code, year),
  CONSTRAINT letter_counter_counts_up CHECK (last > 0)
);
ALTER TABLE letter_counter ENABLE ROW LEVEL SECURITY;
ALTER TABLE letter_counter FORCE ROW LEVEL SECURITY;
CREATE POLICY letter_counter_in_any_context ON letter_counter AS PERMISSIVE FOR ALL TO PUBLIC USING (( SELECT guard_open() AS guard_open));
COMMENT ON TABLE letter_counter IS 'The last number that a county gave a letter in a year.';
GRANT INSERT, SELECT, UPDATE ON letter_counter TO fees_rw;

CREATE TABLE letter_delivery (
  letter_id uuid NOT NULL,
  division_code text COLLATE "C" NOT NULL,
  recipient_key bytea,
  began_on date NOT NULL,
  served_on date,
  told_on date,
  CONSTRAINT letter_delivery_pkey PRIMARY KEY (letter_id),
  CONSTRAINT delivery_division_has_twelve_digits CHECK (division_code ~ '^\d{12}$'::text),
  CONSTRAINT delivery_serves_nothing_before_it_began CHECK (served_on >= (began_on - 3650)),
  CONSTRAINT letter_delivery_letter_id_fkey FOREIGN KEY (letter_id) REFERENCES letter(id) ON DELETE CASCADE
);
CREATE INDEX delivery_by_division ON letter_delivery USING btree (division_code);
CREATE INDEX delivery_by_recipient ON letter_delivery USING btree (recipient_key) WHERE recipient_key IS NOT NULL;
CREATE INDEX delivery_to_tell ON letter_delivery USING btree (served_on) WHERE told_on IS DISTINCT FROM served_on;
ALTER TABLE letter_delivery ENABLE ROW LEVEL SECURITY;
ALTER TABLE letter_delivery FORCE ROW LEVEL SECURITY;
CREATE POLICY delivery_in_division ON letter_delivery AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (division_code ^@ ( SELECT guard_from() AS guard_from)) OR (recipient_key = ( SELECT guard_key() AS guard_key)))) WITH CHECK ((EXISTS ( SELECT
   FROM letter l
  WHERE ((l.id = letter_delivery.letter_id) AND (l.division_code = letter_delivery.division_code) AND (NOT (l.recipient_key IS DISTINCT FROM letter_delivery.recipient_key))))));
CREATE POLICY letter_delivery_by_owner ON letter_delivery AS PERMISSIVE FOR ALL TO fees_owner USING (true) WITH CHECK (true);
COMMENT ON TABLE letter_delivery IS 'The serving of one letter. Without served_on no period runs.';
COMMENT ON COLUMN letter_delivery.served_on IS 'The earliest day that a standing proof gives; may lie ahead while a public notice runs.';
COMMENT ON COLUMN letter_delivery.told_on IS 'The served day that the other slices were told of.';
GRANT INSERT (letter_id, division_code, recipient_key, began_on), SELECT, UPDATE (told_on) ON letter_delivery TO fees_rw;

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
GRANT INSERT, SELECT, UPDATE ON outbox TO fees_rw;

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
CREATE POLICY parameter_by_migrations ON parameter AS PERMISSIVE FOR ALL TO fees_owner USING (true) WITH CHECK (true);
CREATE POLICY parameter_is_open ON parameter AS PERMISSIVE FOR SELECT TO PUBLIC USING (( SELECT guard_open() AS guard_open));
CREATE POLICY parameter_is_set_centrally ON parameter AS PERMISSIVE FOR ALL TO PUBLIC USING (( SELECT guard_whole() AS guard_whole));
COMMENT ON TABLE parameter IS 'What changes with place and time in recovering, receiving and giving back money, each value with its days and its source. A change is a new row.';
GRANT INSERT, SELECT, UPDATE (valid) ON parameter TO fees_rw;

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
GRANT DELETE, INSERT, SELECT, UPDATE ON quarantine TO fees_rw;

CREATE TABLE remedy (
  id uuid NOT NULL,
  decision_id uuid NOT NULL,
  matter_id uuid NOT NULL,
  division_code text COLLATE "C" NOT NULL,
  debtor_key bytea,
  kind text NOT NULL,
  channel text NOT NULL,
  body text NOT NULL,
  reference text,
  grounds_sealed bytea,
  filed_on date NOT NULL,
  filed_by text DEFAULT guard_text('actor'::text) NOT NULL,
  filed_at timestamp with time zone NOT NULL,
  last_day date,
  is_late boolean NOT NULL,
  late_reason text,
  state text NOT NULL,
  events integer DEFAULT 1 NOT NULL,
  check_due_on date,
  supplement_due_on date,
  accepted_on date,
  decide_due_on date,
  is_extended boolean DEFAULT false NOT NULL,
  outcome text,
  new_fen bigint,
  reasons text,
  proposed_by text,
  decided_by text,
  decided_on date,
  decision_letter_id uuid,
  CONSTRAINT remedy_pkey PRIMARY KEY (id),
  CONSTRAINT remedy_changing_an_amount_needs_two CHECK (state <> 'decided'::text OR (outcome <> ALL (ARRAY['upheld-in-part'::text, 'quashed'::text])) OR proposed_by IS NOT NULL AND proposed_by <> decided_by),
  CONSTRAINT remedy_channel_is_known CHECK (channel = ANY (ARRAY['online'::text, 'paper'::text, 'mail'::text, 'court'::text])),
  CONSTRAINT remedy_in_part_has_a_new_amount CHECK ((COALESCE(outcome, ''::text) = 'upheld-in-part'::text) = (new_fen IS NOT NULL) AND new_fen > 0),
  CONSTRAINT remedy_is_decided_whole CHECK ((state = 'decided'::text) = (num_nulls(decided_on, decided_by) = 0) AND (state = 'decided'::text) <= (outcome IS NOT NULL)),
  CONSTRAINT remedy_kind_is_known CHECK (kind = ANY (ARRAY['reconsideration'::text, 'suit'::text])),
  CONSTRAINT remedy_late_has_a_reason CHECK (NOT is_late OR char_length(late_reason) >= 4 AND char_length(late_reason) <= 400),
  CONSTRAINT remedy_outcome_has_its_reasons CHECK (outcome IS NULL OR char_length(reasons) >= 4 AND char_length(reasons) <= 1000),
  CONSTRAINT remedy_outcome_is_known CHECK (outcome = ANY (ARRAY['upheld'::text, 'upheld-in-part'::text, 'quashed'::text, 'dismissed'::text, 'withdrawn'::text])),
  CONSTRAINT remedy_proposal_names_its_author CHECK (state <> 'proposed'::text OR num_nulls(proposed_by, outcome) = 0),
  CONSTRAINT remedy_state_is_known CHECK (state = ANY (ARRAY['filed'::text, 'supplement'::text, 'accepted'::text, 'refused'::text, 'proposed'::text, 'decided'::text])),
  CONSTRAINT remedy_suit_is_told_by_the_court CHECK ((kind = 'suit'::text) = (channel = 'court'::text) AND (kind = 'suit'::text) <= (reference IS NOT NULL)),
  CONSTRAINT remedy_decision_id_fkey FOREIGN KEY (decision_id) REFERENCES contestable_decision(id),
  CONSTRAINT remedy_decision_letter_id_fkey FOREIGN KEY (decision_letter_id) REFERENCES letter(id)
);
CREATE INDEX remedy_by_debtor ON remedy USING btree (debtor_key) WHERE debtor_key IS NOT NULL;
CREATE INDEX remedy_by_decision ON remedy USING btree (decision_id);
CREATE INDEX remedy_by_division ON remedy USING btree (division_code, id);
CREATE INDEX remedy_by_letter ON remedy USING btree (decision_letter_id) WHERE decision_letter_id IS NOT NULL;
CREATE INDEX remedy_by_matter ON remedy USING btree (matter_id);
CREATE UNIQUE INDEX remedy_open_one_of_a_kind ON remedy USING btree (decision_id, kind) WHERE state <> ALL (ARRAY['refused'::text, 'decided'::text]);
CREATE TRIGGER remedy_keeps_the_rules BEFORE INSERT OR UPDATE ON remedy FOR EACH ROW EXECUTE FUNCTION remedy_keeps_the_rules();
ALTER TABLE remedy ENABLE ROW LEVEL SECURITY;
ALTER TABLE remedy FORCE ROW LEVEL SECURITY;
CREATE POLICY remedy_by_owner ON remedy AS PERMISSIVE FOR ALL TO fees_owner USING (true) WITH CHECK (true);
CREATE POLICY remedy_in_division ON remedy AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (division_code ^@ ( SELECT guard_from() AS guard_from)) OR (debtor_key = ( SELECT guard_key() AS guard_key)))) WITH CHECK ((EXISTS ( SELECT
   FROM contestable_decision d
  WHERE ((d.id = remedy.decision_id) AND (d.matter_id = remedy.matter_id) AND (d.division_code = remedy.division_code) AND (NOT (d.debtor_key IS DISTINCT FROM remedy.debtor_key))))));
COMMENT ON TABLE remedy IS 'An application for reconsideration or a suit against a decision. Whoever made the decision decides no remedy against it.';
COMMENT ON COLUMN remedy.body IS 'Which authority or court decides.';
COMMENT ON COLUMN remedy.grounds_sealed IS 'What the applicant says: AES-256-GCM, bound to this table, column and row id.';
COMMENT ON COLUMN remedy.last_day IS 'The last day of the period as it stood when it was filed; null where none ran or its calendar was not published.';
GRANT INSERT, SELECT, UPDATE (state, events, check_due_on, supplement_due_on, accepted_on, decide_due_on, is_extended, outcome, new_fen, reasons, proposed_by, decided_by, decided_on, decision_letter_id) ON remedy TO fees_rw;

CREATE TABLE remedy_event (
  remedy_id uuid NOT NULL,
  seq integer NOT NULL,
  kind text NOT NULL,
  from_state text NOT NULL,
  to_state text NOT NULL,
  note text,
  actor text DEFAULT guard_text('actor'::text) NOT NULL,
  at timestamp with time zone NOT NULL,
  CONSTRAINT remedy_event_pkey PRIMARY KEY (remedy_id, seq),
  CONSTRAINT remedy_event_kind_is_known CHECK (kind = ANY (ARRAY['file'::text, 'ask'::text, 'supplement'::text, 'accept'::text, 'accept-late'::text, 'accept-by-silence'::text, 'refuse'::text, 'extend'::text, 'propose'::text, 'send-back'::text, 'decide'::text, 'withdraw'::text])),
  CONSTRAINT remedy_event_seq_check CHECK (seq > 0),
  CONSTRAINT remedy_is_decided_by_a_person CHECK ((kind <> ALL (ARRAY['refuse'::text, 'accept-late'::text, 'propose'::text, 'decide'::text])) OR actor !~ '^system'::text),
  CONSTRAINT remedy_note_is_short CHECK (char_length(note) <= 1000),
  CONSTRAINT remedy_event_remedy_id_fkey FOREIGN KEY (remedy_id) REFERENCES remedy(id),
  CONSTRAINT remedy_moves_as_the_table_says FOREIGN KEY (from_state, to_state) REFERENCES remedy_move(from_state, to_state)
);
CREATE INDEX remedy_event_by_move ON remedy_event USING btree (from_state, to_state);
ALTER TABLE remedy_event ENABLE ROW LEVEL SECURITY;
ALTER TABLE remedy_event FORCE ROW LEVEL SECURITY;
CREATE POLICY remedy_event_by_owner ON remedy_event AS PERMISSIVE FOR ALL TO fees_owner USING (true) WITH CHECK (true);
CREATE POLICY remedy_event_of_remedy ON remedy_event AS PERMISSIVE FOR ALL TO PUBLIC USING ((EXISTS ( SELECT
   FROM remedy r
  WHERE (r.id = remedy_event.remedy_id)))) WITH CHECK (((actor = ( SELECT guard_text('actor'::text) AS guard_text)) AND (EXISTS ( SELECT
   FROM remedy r
  WHERE (r.id = remedy_event.remedy_id))) AND (( SELECT guard_whole() AS guard_whole) OR (( SELECT guard_from() AS guard_from) IS NOT NULL) OR (kind = ANY (ARRAY['file'::text, 'supplement'::text, 'withdraw'::text])))));
COMMENT ON TABLE remedy_event IS 'Journal of a remedy, append-only.';
GRANT INSERT, SELECT ON remedy_event TO fees_rw;

CREATE TABLE remedy_move (
  from_state text NOT NULL,
  to_state text NOT NULL,
  CONSTRAINT remedy_move_pkey PRIMARY KEY (from_state, to_state)
);
ALTER TABLE remedy_move ENABLE ROW LEVEL SECURITY;
ALTER TABLE remedy_move FORCE ROW LEVEL SECURITY;
CREATE POLICY remedy_move_by_owner ON remedy_move AS PERMISSIVE FOR ALL TO fees_owner USING (true) WITH CHECK (true);
CREATE POLICY remedy_move_is_public ON remedy_move AS PERMISSIVE FOR SELECT TO PUBLIC USING (true);
COMMENT ON TABLE remedy_move IS 'Every move of a remedy there is (remedy.state.ts, mirrored); what is not listed cannot happen.';
GRANT SELECT ON remedy_move TO fees_rw;

CREATE TABLE remedy_suspension (
  remedy_id uuid NOT NULL,
  seq integer NOT NULL,
  kind text NOT NULL,
  basis text NOT NULL,
  body text NOT NULL,
  reason text NOT NULL,
  decided_on date NOT NULL,
  recorded_by text DEFAULT guard_text('actor'::text) NOT NULL,
  recorded_at timestamp with time zone NOT NULL,
  CONSTRAINT remedy_suspension_pkey PRIMARY KEY (remedy_id, seq),
  CONSTRAINT remedy_suspension_alternates CHECK ((kind = 'suspended'::text) = ((seq % 2) = 1)),
  CONSTRAINT remedy_suspension_basis_is_known CHECK (basis = ANY (ARRAY['unit'::text, 'authority'::text, 'applicant'::text, 'law'::text])),
  CONSTRAINT remedy_suspension_has_a_reason CHECK (char_length(reason) >= 4 AND char_length(reason) <= 400),
  CONSTRAINT remedy_suspension_kind_is_known CHECK (kind = ANY (ARRAY['suspended'::text, 'resumed'::text])),
  CONSTRAINT remedy_suspension_seq_check CHECK (seq > 0),
  CONSTRAINT remedy_suspension_remedy_id_fkey FOREIGN KEY (remedy_id) REFERENCES remedy(id)
);
ALTER TABLE remedy_suspension ENABLE ROW LEVEL SECURITY;
ALTER TABLE remedy_suspension FORCE ROW LEVEL SECURITY;
CREATE POLICY remedy_suspension_by_owner ON remedy_suspension AS PERMISSIVE FOR ALL TO fees_owner USING (true) WITH CHECK (true);
CREATE POLICY remedy_suspension_of_remedy ON remedy_suspension AS PERMISSIVE FOR ALL TO PUBLIC USING ((EXISTS ( SELECT
   FROM remedy r
  WHERE (r.id = remedy_suspension.remedy_id)))) WITH CHECK (((recorded_by = ( SELECT guard_text('actor'::text) AS guard_text)) AND (EXISTS ( SELECT
   FROM remedy r
  WHERE (r.id = remedy_suspension.remedy_id))) AND (( SELECT guard_whole() AS guard_whole) OR (( SELECT guard_from() AS guard_from) IS NOT NULL))));
COMMENT ON TABLE remedy_suspension IS 'A decision to suspend what is contested, or to go on with it, append-only (行政复议法 art 42, 行政诉讼法 art 56).';
GRANT INSERT, SELECT ON remedy_suspension TO fees_rw;

CREATE TABLE sealed_column (
  of_table text NOT NULL,
  of_column text NOT NULL,
  CONSTRAINT sealed_column_pkey PRIMARY KEY (of_table, of_column)
);
ALTER TABLE sealed_column ENABLE ROW LEVEL SECURITY;
ALTER TABLE sealed_column FORCE ROW LEVEL SECURITY;
CREATE POLICY sealed_column_by_migrations ON sealed_column AS PERMISSIVE FOR ALL TO fees_owner USING (true) WITH CHECK (true);
CREATE POLICY sealed_column_is_open ON sealed_column AS PERMISSIVE FOR SELECT TO PUBLIC USING (true);
COMMENT ON TABLE sealed_column IS 'Every sealed column of this schema; what is not listed cannot be re-sealed.';
GRANT SELECT ON sealed_column TO fees_rw;

CREATE OR REPLACE FUNCTION fees.audit_about(of_type text, subject uuid, most integer)
 RETURNS SETOF audit_entry
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'fees', 'public', 'pg_temp'
AS $function$
  select e.* from audit_entry e
   where e.kind <> 'decided' and e.kind in ('read', 'done') and e.subject_type = $1 and e.subjects @> array[$2]
     and ((select guard_whole()) or e.division ^@ (select guard_from()) or e.subjects && (select guard_family()))
   order by e.id desc limit $3
$function$;

CREATE OR REPLACE FUNCTION fees.audit_append(kinds text[], subject_types text[], subject_lists text[], field_lists text[], codes text[])
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'fees', 'public', 'pg_temp'
AS $function$
  with said as materialized (select guard_claims() as claims)
  insert into audit_entry (kind, actor, operation, permission, purpose, case_ref, request_id, division,
                           subject_type, subjects, fields, code)
  select a.kind, claims ->> 'actor', claims ->> 'operation', claims ->> 'permission', claims ->> 'purpose',
         claims ->> 'case', claims ->> 'request', claims ->> 'division',
         a.subject_type, a.subjects::uuid[], a.fields::text[], a.code
    from said, unnest(kinds, subject_types, subject_lists, field_lists, codes) a (kind, subject_type, subjects, fields, code)
$function$;

CREATE OR REPLACE FUNCTION fees.audit_decide(subject_type text, subjects uuid[], contents bytea[])
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'fees', 'public', 'pg_temp'
AS $function$
  with said as materialized (select guard_claims() as claims)
  insert into audit_entry (kind, actor, operation, permission, purpose, case_ref, request_id, division,
                           subject_type, subjects, content)
  select 'decided', claims ->> 'actor', claims ->> 'operation', claims ->> 'permission', claims ->> 'purpose',
         claims ->> 'case', claims ->> 'request', claims ->> 'division', $1, array[d.subject], d.content
    from said, unnest($2, $3) d (subject, content)
$function$;

CREATE OR REPLACE FUNCTION fees.audit_is_history()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception 'the audit log only grows' using errcode = '23514', constraint = 'audit_is_history';
end $function$;

CREATE OR REPLACE FUNCTION fees.delivery_attempt_keeps_the_rules()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'fees', 'public', 'pg_temp'
AS $function$
begin
  if new.mode = 'electronic' and not exists (
      select from delivery_consent c join letter_delivery d on d.letter_id = new.letter_id and d.recipient_key = c.owner_key
       where c.id = new.consent_id and not exists (select from delivery_consent_end e where e.consent_id = c.id)) then
    raise exception 'the recipient has not consented' using errcode = '23514', constraint = 'delivery_electronic_needs_the_recipients_consent';
  end if;
  if new.mode = 'left' and not exists (
      select from delivery_attempt a join delivery_outcome o on o.attempt_id = a.id
       where a.letter_id = new.letter_id and o.failure = 'refused') then
    raise exception 'nobody has refused it' using errcode = '23514', constraint = 'delivery_leaves_what_was_refused_only';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION fees.delivery_outcome_counts()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'fees', 'public', 'pg_temp'
AS $function$
begin
  update letter_delivery d set served_on = (
      select min(o.served_on) from delivery_attempt a join delivery_outcome o on o.attempt_id = a.id
       where a.letter_id = d.letter_id
         and o.seq = (select max(p.seq) from delivery_outcome p where p.attempt_id = a.id))
   where d.letter_id = (select a.letter_id from delivery_attempt a where a.id = new.attempt_id);
  return null;
end $function$;

CREATE OR REPLACE FUNCTION fees.delivery_outcome_is_next()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'fees', 'public', 'pg_temp'
AS $function$
declare last integer; made date;
begin
  select max(o.seq) into last from delivery_outcome o where o.attempt_id = new.attempt_id;
  if new.seq <> coalesce(last, 0) + 1 then
    raise exception 'outcomes of an attempt follow one another' using errcode = '23514', constraint = 'delivery_outcome_is_next';
  end if;
  select l.made_on into made from delivery_attempt a join letter l on l.id = a.letter_id where a.id = new.attempt_id;
  if new.served_on < made or new.published_on < made then
    raise exception 'no letter is served before it is written' using errcode = '23514', constraint = 'delivery_follows_the_letter';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION fees.guard_claims()
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE PARALLEL SAFE SECURITY DEFINER
 SET search_path TO 'fees', 'public', 'pg_temp'
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

CREATE OR REPLACE FUNCTION fees.guard_family()
 RETURNS uuid[]
 LANGUAGE sql
 STABLE PARALLEL SAFE
 SET search_path TO 'fees', 'public', 'pg_temp'
AS $function$ select array(select jsonb_array_elements_text(guard_claims() -> 'family')::uuid) $function$;

CREATE OR REPLACE FUNCTION fees.guard_from()
 RETURNS text
 LANGUAGE sql
 STABLE PARALLEL SAFE
 SET search_path TO 'fees', 'public', 'pg_temp'
AS $function$ select guard_claims() ->> 'division' $function$;

CREATE OR REPLACE FUNCTION fees.guard_key()
 RETURNS bytea
 LANGUAGE sql
 STABLE PARALLEL SAFE
 SET search_path TO 'fees', 'public', 'pg_temp'
AS $function$ select decode(guard_claims() ->> 'key', 'hex') $function$;

CREATE OR REPLACE FUNCTION fees.guard_open()
 RETURNS boolean
 LANGUAGE sql
 STABLE PARALLEL SAFE
 SET search_path TO 'fees', 'public', 'pg_temp'
AS $function$ select guard_claims() is not null $function$;

CREATE OR REPLACE FUNCTION fees.guard_text(name text)
 RETURNS text
 LANGUAGE sql
 STABLE PARALLEL SAFE
 SET search_path TO 'fees', 'public', 'pg_temp'
AS $function$ select guard_claims() ->> name $function$;

CREATE OR REPLACE FUNCTION fees.guard_whole()
 RETURNS boolean
 LANGUAGE sql
 STABLE PARALLEL SAFE
 SET search_path TO 'fees', 'public', 'pg_temp'
AS $function$ select coalesce(guard_claims() ->> 'division' = '', false) $function$;

CREATE OR REPLACE FUNCTION fees.legacy_fee_forget(office text, today date, at timestamp with time zone)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'fees', 'public', 'pg_temp'
AS $function$
declare years int; before date; ids uuid[]; n_payments int; n_letters int;
begin
  if not (guard_text('permission') = 'legacy-fee.forget' and (guard_whole() or office ^@ guard_from())) then
    raise exception 'the archive deletes' using errcode = '42501';
  end if;
  select value::int into years from parameter where name = 'legacy-fee.keep-years' and valid @> today order by length(region) desc limit 1;
  before := (today - make_interval(years => years))::date;
  select array_agg(c.id) into ids from legacy_fee_case c
   where c.office_code = office and c.taken_at < before
     and not exists (select from legacy_refund_review r where r.case_id = c.id and r.state in ('opened', 'verified'));
  if ids is null then return 0; end if;
  select count(*) into n_payments from legacy_fee_payment p where p.case_id = any (ids);
  with gone as (delete from letter l where l.about_id = any (ids) returning 1) select count(*) into n_letters from gone;
  delete from legacy_fee_case c where c.id = any (ids);
  insert into legacy_deletion (office_code, taken_before, cases, payments, letters, at)
  values (office, before, cardinality(ids), n_payments, n_letters, at);
  return cardinality(ids);
end $function$;

CREATE OR REPLACE FUNCTION fees.legacy_fee_seal(office text, today date)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'fees', 'public', 'pg_temp'
AS $function$
begin
  if not (guard_text('permission') = 'legacy-fee.seal' and (guard_whole() or office ^@ guard_from())) then
    raise exception 'the register is sealed by the archive' using errcode = '42501';
  end if;
  update legacy_fee_office o set sealed_on = today, sealed_by = guard_text('actor') where o.office_code = office and o.sealed_on is null;
  if not found then
    raise exception 'sealed already, or never filled' using errcode = '23514', constraint = 'legacy_fee_office_is_sealed_once';
  end if;
end $function$;

CREATE OR REPLACE FUNCTION fees.legacy_fee_take(rows jsonb, at timestamp with time zone)
 RETURNS TABLE(line integer, outcome text)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'fees', 'public', 'pg_temp'
AS $function$
#variable_conflict use_column
declare
  one jsonb; known bytea; sealed date; pay jsonb; lawful bigint; wrong bigint; levied bigint; decided date;
begin
  if not (legacy_is_archive() and guard_text('permission') = 'legacy-fee.take') then
    raise exception 'old ledgers are taken in by the archive' using errcode = '42501';
  end if;
  for one in select value from jsonb_array_elements(rows) loop
    if not (guard_whole() or one ->> 'office' ^@ guard_from()) then
      raise exception 'an office of another place' using errcode = '42501';
    end if;
    line := (one ->> 'line')::int;
    select c.row_hash into known from legacy_fee_case c where c.office_code = one ->> 'office' and c.case_no = one ->> 'caseNo';
    if found then
      outcome := case when known = decode(one ->> 'hash', 'hex') then 'unchanged' else 'CASE_ON_RECORD' end;
      return next;
      continue;
    end if;
    insert into legacy_fee_office (office_code) values (one ->> 'office') on conflict do nothing;
    select o.sealed_on into sealed from legacy_fee_office o where o.office_code = one ->> 'office' for share;
    if sealed is not null then
      outcome := 'REGISTER_SEALED';
      return next;
      continue;
    end if;
    levied := (one ->> 'levied')::bigint;
    decided := (one ->> 'decided')::date;
    select coalesce(sum((p ->> 'fen')::bigint) filter (where p ->> 'error' is null), 0),
           coalesce(sum((p ->> 'fen')::bigint) filter (where p ->> 'error' is not null), 0)
      into lawful, wrong from jsonb_array_elements(one -> 'payments') p;
    insert into legacy_fee_case (id, office_code, case_no, payer_name, number_sealed, number_key, number_mask, decided_on, levied_fen,
                                 paid_fen, mispaid_fen, close_out, court_document, source_ref, row_hash, taken_by, taken_at)
    values ((one ->> 'id')::uuid, one ->> 'office', one ->> 'caseNo', one ->> 'name', decode(one ->> 'sealed', 'hex'),
            decode(one ->> 'key', 'hex'), one ->> 'mask', decided, levied, lawful, wrong,
            case when decided is null then 'CLOSED_NO_DECISION' when lawful = levied then 'CLOSED_PAID'
                 when lawful > 0 then 'CLOSED_PARTIAL_REMAINDER_CEASED' else 'CLOSED_UNPAID_CEASED' end,
            one ->> 'court', one ->> 'source', decode(one ->> 'hash', 'hex'), guard_text('actor'), at);
    for pay in select value from jsonb_array_elements(one -> 'payments') loop
      insert into legacy_fee_payment (id, case_id, paid_on, fen, receipt_no, payer_name, error)
      values ((pay ->> 'id')::uuid, (one ->> 'id')::uuid, (pay ->> 'paidOn')::date, (pay ->> 'fen')::bigint, pay ->> 'receipt',
              pay ->> 'payer', pay ->> 'error');
    end loop;
    outcome := 'accepted';
    return next;
  end loop;
end $function$;

CREATE OR REPLACE FUNCTION fees.legacy_is_archive()
 RETURNS boolean
 LANGUAGE sql
 STABLE PARALLEL SAFE
 SET search_path TO 'fees', 'public', 'pg_temp'
AS $function$ select coalesce(guard_text('permission') ^@ 'legacy-fee.', false) $function$;

CREATE OR REPLACE FUNCTION fees.legacy_refund_review_moves()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare error text; paid bigint; back bigint;
begin
  if tg_op = 'UPDATE' and ((to_jsonb(new) - array['state', 'due_on', 'verified_by', 'decided_by', 'decided_at', 'decision'])
       is distinct from (to_jsonb(old) - array['state', 'due_on', 'verified_by', 'decided_by', 'decided_at', 'decision'])
     or (old.state, new.state) not in (('opened', 'verified'), ('verified', 'approved'), ('verified', 'rejected'), ('opened', 'opened'))) then
    raise exception 'a refund review goes on as its table of states says' using errcode = '23514', constraint = 'legacy_refund_review_moves';
  end if;
  select p.error, p.fen into error, paid from legacy_fee_payment p where p.id = new.payment_id and p.case_id = new.case_id;
  if error is null or new.fen > paid then
    raise exception 'only what was paid in error goes back, and no more than that' using errcode = '23514', constraint = 'legacy_refund_is_of_an_error';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION fees.outbox_keep_promise()
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

CREATE OR REPLACE FUNCTION fees.remedy_keeps_the_rules()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'fees', 'public', 'pg_temp'
AS $function$
declare was bigint; maker text;
begin
  if tg_op = 'UPDATE' and new.state <> old.state and not exists (select from remedy_move where from_state = old.state and to_state = new.state) then
    raise exception 'no such move: % to %', old.state, new.state using errcode = '23514', constraint = 'remedy_moves_as_the_table_says';
  end if;
  if tg_op = 'UPDATE' and old.state in ('refused', 'decided') and to_jsonb(new) - 'grounds_sealed' <> to_jsonb(old) - 'grounds_sealed' then
    raise exception 'what is over stays as it is' using errcode = '23514', constraint = 'remedy_that_is_over_stays';
  end if;
  -- Applicants complete and withdraw; everything else is an office's.
  if tg_op = 'UPDATE' and current_user <> 'fees_owner' and not guard_whole() and guard_from() is null
     and not ((old.state = 'supplement' and new.state = 'filed') or (new.state = 'decided' and new.outcome = 'withdrawn')) then
    raise exception 'applicants complete and withdraw' using errcode = '42501';
  end if;
  select d.fen, d.made_by into was, maker from contestable_decision d where d.id = new.decision_id;
  if new.new_fen >= was then
    raise exception 'a remedy makes nothing larger' using errcode = '23514', constraint = 'remedy_lowers_an_amount_only';
  end if;
  if (new.decided_by = maker or new.proposed_by = maker) and coalesce(new.outcome, '') <> 'withdrawn' then
    raise exception 'nobody judges their own decision' using errcode = '23514', constraint = 'remedy_is_decided_by_another';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION fees.reseal(of_table text, of_column text, ids uuid[], was bytea[], becomes bytea[])
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'fees', 'public', 'pg_temp'
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
    raise exception 'not a re-seal' using errcode = '23514', constraint = 'fees_reseal_goes_forward';
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

CREATE OR REPLACE FUNCTION fees.retire_seal(version integer)
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'fees', 'public', 'pg_temp'
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

ALTER DEFAULT PRIVILEGES FOR ROLE fees_owner GRANT DELETE, INSERT, SELECT, UPDATE ON TABLES TO fees_rw;
ALTER DEFAULT PRIVILEGES FOR ROLE fees_owner GRANT SELECT, USAGE ON SEQUENCES TO fees_rw;
