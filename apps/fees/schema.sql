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

CREATE TABLE bank_day_total (
  id uuid NOT NULL,
  county_code text COLLATE "C" NOT NULL,
  account text COLLATE "C" NOT NULL,
  day date NOT NULL,
  no integer NOT NULL,
  receipts integer NOT NULL,
  fen bigint NOT NULL,
  source text NOT NULL,
  stated_by text DEFAULT guard_text('actor'::text) NOT NULL,
  stated_at timestamp with time zone NOT NULL,
  CONSTRAINT bank_day_total_pkey PRIMARY KEY (id),
  CONSTRAINT bank_day_total_is_counted UNIQUE (account, day, no),
  CONSTRAINT bank_day_total_is_an_amount CHECK (receipts >= 0 AND fen >= 0 AND (receipts = 0) = (fen = 0)),
  CONSTRAINT bank_day_total_names_its_source CHECK (char_length(source) >= 2 AND char_length(source) <= 100),
  CONSTRAINT bank_day_total_account_fkey FOREIGN KEY (account) REFERENCES receiving_account(account)
);
CREATE INDEX bank_day_total_by_county ON bank_day_total USING btree (county_code, day);
ALTER TABLE bank_day_total ENABLE ROW LEVEL SECURITY;
ALTER TABLE bank_day_total FORCE ROW LEVEL SECURITY;
CREATE POLICY bank_day_total_by_owner ON bank_day_total AS PERMISSIVE FOR ALL TO fees_owner USING (true) WITH CHECK (true);
CREATE POLICY bank_day_total_in_county ON bank_day_total AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (county_code ^@ "left"(( SELECT guard_from() AS guard_from), 6))));
CREATE POLICY bank_day_total_names_who_states ON bank_day_total AS RESTRICTIVE FOR INSERT TO fees_rw WITH CHECK ((stated_by = ( SELECT guard_text('actor'::text) AS guard_text)));
COMMENT ON TABLE bank_day_total IS 'What the bank''s statement says came in on an account and day; a later word stands in place of an earlier one, which stays.';
GRANT INSERT, SELECT ON bank_day_total TO fees_rw;

CREATE TABLE bank_entry_aside (
  id uuid NOT NULL,
  notice_id uuid NOT NULL,
  account text COLLATE "C" NOT NULL,
  division_code text COLLATE "C" NOT NULL,
  entry_hash bytea NOT NULL,
  line integer NOT NULL,
  bank_ref text NOT NULL,
  booked_at text NOT NULL,
  amount text NOT NULL,
  code text NOT NULL,
  set_aside_at timestamp with time zone NOT NULL,
  settled_by text,
  settled_at timestamp with time zone,
  note text,
  CONSTRAINT bank_entry_aside_pkey PRIMARY KEY (id),
  CONSTRAINT bank_entry_is_set_aside_once UNIQUE (account, entry_hash),
  CONSTRAINT bank_entry_aside_is_settled_with_a_note CHECK ((num_nulls(settled_by, settled_at, note) = ANY (ARRAY[0, 3])) AND note <> ''::text),
  CONSTRAINT bank_entry_hash_is_an_index CHECK (length(entry_hash) = 32),
  CONSTRAINT bank_entry_aside_account_fkey FOREIGN KEY (account) REFERENCES receiving_account(account),
  CONSTRAINT bank_entry_aside_notice_id_fkey FOREIGN KEY (notice_id) REFERENCES bank_notice(id)
);
CREATE INDEX bank_entry_aside_by_division ON bank_entry_aside USING btree (division_code, id);
CREATE INDEX bank_entry_aside_by_notice ON bank_entry_aside USING btree (notice_id);
CREATE TRIGGER bank_entry_aside_is_settled_once BEFORE UPDATE ON bank_entry_aside FOR EACH ROW EXECUTE FUNCTION bank_entry_aside_is_settled_once();
ALTER TABLE bank_entry_aside ENABLE ROW LEVEL SECURITY;
ALTER TABLE bank_entry_aside FORCE ROW LEVEL SECURITY;
CREATE POLICY bank_entry_aside_by_owner ON bank_entry_aside AS PERMISSIVE FOR ALL TO fees_owner USING (true) WITH CHECK (true);
CREATE POLICY bank_entry_aside_in_division ON bank_entry_aside AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (division_code ^@ ( SELECT guard_from() AS guard_from))));
CREATE POLICY bank_entry_aside_names_who_settles ON bank_entry_aside AS RESTRICTIVE FOR UPDATE TO PUBLIC USING (true) WITH CHECK ((settled_by = ( SELECT guard_text('actor'::text) AS guard_text)));
COMMENT ON TABLE bank_entry_aside IS 'A booking that was not taken in as a receipt, and why: a debit, a reversal, another currency, a reference used twice.';
GRANT INSERT (id, notice_id, account, division_code, entry_hash, line, bank_ref, booked_at, amount, code, set_aside_at), SELECT, UPDATE (settled_by, settled_at, note) ON bank_entry_aside TO fees_rw;

CREATE TABLE bank_notice (
  id uuid NOT NULL,
  account text COLLATE "C" NOT NULL,
  division_code text COLLATE "C" NOT NULL,
  format text NOT NULL,
  message_id text,
  sha256 bytea,
  taken_by text DEFAULT guard_text('actor'::text) NOT NULL,
  taken_at timestamp with time zone NOT NULL,
  CONSTRAINT bank_notice_pkey PRIMARY KEY (id),
  CONSTRAINT bank_notice_format_is_known CHECK (format = ANY (ARRAY['camt.054'::text, 'csv'::text, 'by-hand'::text])),
  CONSTRAINT bank_notice_of_a_file_has_its_hash CHECK ((format = 'by-hand'::text) = (sha256 IS NULL) AND length(sha256) = 32),
  CONSTRAINT bank_notice_account_fkey FOREIGN KEY (account) REFERENCES receiving_account(account)
);
CREATE INDEX bank_notice_by_account ON bank_notice USING btree (account);
ALTER TABLE bank_notice ENABLE ROW LEVEL SECURITY;
ALTER TABLE bank_notice FORCE ROW LEVEL SECURITY;
CREATE POLICY bank_notice_by_owner ON bank_notice AS PERMISSIVE FOR ALL TO fees_owner USING (true) WITH CHECK (true);
CREATE POLICY bank_notice_in_division ON bank_notice AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (division_code ^@ ( SELECT guard_from() AS guard_from))));
CREATE POLICY bank_notice_names_its_taker ON bank_notice AS RESTRICTIVE FOR INSERT TO PUBLIC WITH CHECK ((taken_by = ( SELECT guard_text('actor'::text) AS guard_text)));
COMMENT ON TABLE bank_notice IS 'A file of the bank that was taken in, or one booking that an officer wrote off a paper; whole or not at all.';
GRANT INSERT (id, account, division_code, format, message_id, sha256, taken_at), SELECT ON bank_notice TO fees_rw;

CREATE TABLE bank_receipt (
  id uuid NOT NULL,
  notice_id uuid NOT NULL,
  account text COLLATE "C" NOT NULL,
  division_code text COLLATE "C" NOT NULL,
  bank_ref text COLLATE "C" NOT NULL,
  booked_on date NOT NULL,
  fen bigint NOT NULL,
  payer_name text NOT NULL,
  payer_account_sealed bytea,
  payer_account_mask text,
  payer_bank text NOT NULL,
  remittance text NOT NULL,
  found_references text[] NOT NULL,
  is_for_hand boolean DEFAULT false NOT NULL,
  reference text COLLATE "C" GENERATED ALWAYS AS (
CASE
    WHEN ((cardinality(found_references) = 1) AND (NOT is_for_hand)) THEN found_references[1]
    ELSE NULL::text
END) STORED,
  matched_fen bigint DEFAULT 0 NOT NULL,
  refundable_fen bigint DEFAULT 0 NOT NULL,
  left_fen bigint GENERATED ALWAYS AS (((fen - matched_fen) - refundable_fen)) STORED NOT NULL,
  state text GENERATED ALWAYS AS (
CASE
    WHEN ((matched_fen = 0) AND (refundable_fen = 0)) THEN 'unmatched'::text
    WHEN (((fen - matched_fen) - refundable_fen) > 0) THEN 'part'::text
    WHEN (refundable_fen > 0) THEN 'refundable'::text
    ELSE 'matched'::text
END) STORED NOT NULL,
  taken_by text DEFAULT guard_text('actor'::text) NOT NULL,
  taken_at timestamp with time zone NOT NULL,
  CONSTRAINT bank_receipt_pkey PRIMARY KEY (id),
  CONSTRAINT bank_receipt_and_who_took_it_in UNIQUE (id, taken_by),
  CONSTRAINT bank_receipt_comes_once UNIQUE (account, bank_ref),
  CONSTRAINT bank_receipt_gives_no_more_than_it_holds CHECK (matched_fen >= 0 AND refundable_fen >= 0 AND (matched_fen + refundable_fen) <= fen),
  CONSTRAINT bank_receipt_is_an_amount CHECK (fen > 0),
  CONSTRAINT bank_receipt_payer_account_is_sealed_and_masked CHECK (num_nulls(payer_account_sealed, payer_account_mask) = ANY (ARRAY[0, 2])),
  CONSTRAINT bank_receipt_account_fkey FOREIGN KEY (account) REFERENCES receiving_account(account),
  CONSTRAINT bank_receipt_notice_id_fkey FOREIGN KEY (notice_id) REFERENCES bank_notice(id)
);
CREATE INDEX bank_receipt_by_division ON bank_receipt USING btree (division_code, id);
CREATE INDEX bank_receipt_by_notice ON bank_receipt USING btree (notice_id);
CREATE INDEX bank_receipt_open_by_day ON bank_receipt USING btree (booked_on, id) WHERE left_fen > 0;
CREATE INDEX bank_receipt_open_by_reference ON bank_receipt USING btree (reference) WHERE left_fen > 0;
ALTER TABLE bank_receipt ENABLE ROW LEVEL SECURITY;
ALTER TABLE bank_receipt FORCE ROW LEVEL SECURITY;
CREATE POLICY bank_receipt_by_owner ON bank_receipt AS PERMISSIVE FOR ALL TO fees_owner USING (true) WITH CHECK (true);
CREATE POLICY bank_receipt_in_division ON bank_receipt AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (division_code ^@ ( SELECT guard_from() AS guard_from))));
CREATE POLICY bank_receipt_names_its_taker ON bank_receipt AS RESTRICTIVE FOR INSERT TO PUBLIC WITH CHECK ((taken_by = ( SELECT guard_text('actor'::text) AS guard_text)));
COMMENT ON TABLE bank_receipt IS 'Money that came in, as the bank told it; what the bank told never changes.';
COMMENT ON COLUMN bank_receipt.found_references IS 'References of payment requests that the remittance text holds, right by their check digits.';
COMMENT ON COLUMN bank_receipt.is_for_hand IS 'A match of it was undone: from now on an officer says what it pays.';
COMMENT ON COLUMN bank_receipt.matched_fen IS 'What of it paid requests, counted by the matches.';
COMMENT ON COLUMN bank_receipt.refundable_fen IS 'What of it pays nothing and goes back to who paid it.';
GRANT INSERT (id, notice_id, account, division_code, bank_ref, booked_on, fen, payer_name, payer_account_sealed, payer_account_mask, payer_bank, remittance, found_references, taken_at), SELECT, UPDATE (refundable_fen) ON bank_receipt TO fees_rw;

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

CREATE TABLE fiscal_receipt (
  id uuid NOT NULL,
  series_id uuid NOT NULL,
  no bigint NOT NULL,
  number text NOT NULL,
  step_id uuid NOT NULL,
  receivable_id uuid NOT NULL,
  bank_receipt_id uuid NOT NULL,
  division_code text COLLATE "C" NOT NULL,
  payer_name text NOT NULL,
  payer_key bytea,
  fen bigint NOT NULL,
  replaces uuid,
  state text NOT NULL,
  issued_by text DEFAULT guard_text('actor'::text) NOT NULL,
  issued_on date NOT NULL,
  issued_at timestamp with time zone NOT NULL,
  ended_by text,
  ended_on date,
  end_reason text,
  report_due_on date,
  reported_by text,
  reported_on date,
  report_ref text,
  CONSTRAINT fiscal_receipt_pkey PRIMARY KEY (id),
  CONSTRAINT fiscal_receipt_is_replaced_once UNIQUE (replaces),
  CONSTRAINT fiscal_receipt_number_is_given_once UNIQUE (series_id, no),
  CONSTRAINT fiscal_receipt_prints_a_number_once UNIQUE (number),
  CONSTRAINT fiscal_receipt_ends_with_a_reason CHECK ((state = 'issued'::text) = (num_nulls(ended_by, ended_on, end_reason) = 3) AND (num_nulls(ended_by, ended_on, end_reason) = ANY (ARRAY[0, 3])) AND char_length(end_reason) >= 4 AND char_length(end_reason) <= 200),
  CONSTRAINT fiscal_receipt_is_for_money CHECK (fen > 0),
  CONSTRAINT fiscal_receipt_is_reported_whole CHECK (num_nulls(reported_by, reported_on, report_ref) = ANY (ARRAY[0, 3])),
  CONSTRAINT fiscal_receipt_payer_key_is_an_index CHECK (length(payer_key) = 32),
  CONSTRAINT fiscal_receipt_reports_only_a_loss CHECK (state = 'lost'::text OR num_nulls(report_due_on, reported_on) = 2),
  CONSTRAINT fiscal_receipt_state_is_known CHECK (state = ANY (ARRAY['issued'::text, 'voided'::text, 'lost'::text])),
  CONSTRAINT fiscal_receipt_replaces_fkey FOREIGN KEY (replaces) REFERENCES fiscal_receipt(id),
  CONSTRAINT fiscal_receipt_series_id_fkey FOREIGN KEY (series_id) REFERENCES receipt_series(id),
  CONSTRAINT fiscal_receipt_step_id_fkey FOREIGN KEY (step_id) REFERENCES receivable_step(id)
);
CREATE INDEX fiscal_receipt_by_bank_receipt ON fiscal_receipt USING btree (bank_receipt_id);
CREATE INDEX fiscal_receipt_by_division ON fiscal_receipt USING btree (division_code, id);
CREATE INDEX fiscal_receipt_by_payer ON fiscal_receipt USING btree (payer_key) WHERE payer_key IS NOT NULL;
CREATE INDEX fiscal_receipt_by_step ON fiscal_receipt USING btree (step_id);
CREATE UNIQUE INDEX fiscal_receipt_once_an_amount ON fiscal_receipt USING btree (step_id) WHERE state = 'issued'::text;
CREATE TRIGGER fiscal_receipt_moves BEFORE UPDATE ON fiscal_receipt FOR EACH ROW EXECUTE FUNCTION fiscal_receipt_moves();
CREATE TRIGGER fiscal_receipt_takes_the_next_number BEFORE INSERT ON fiscal_receipt FOR EACH ROW EXECUTE FUNCTION fiscal_receipt_takes_the_next_number();
ALTER TABLE fiscal_receipt ENABLE ROW LEVEL SECURITY;
ALTER TABLE fiscal_receipt FORCE ROW LEVEL SECURITY;
CREATE POLICY fiscal_receipt_by_owner ON fiscal_receipt AS PERMISSIVE FOR ALL TO fees_owner USING (true) WITH CHECK (true);
CREATE POLICY fiscal_receipt_in_division ON fiscal_receipt AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (division_code ^@ ( SELECT guard_from() AS guard_from)) OR (payer_key = ( SELECT guard_key() AS guard_key)))) WITH CHECK ((( SELECT guard_whole() AS guard_whole) OR (division_code ^@ ( SELECT guard_from() AS guard_from))));
CREATE POLICY fiscal_receipt_names_its_issuer ON fiscal_receipt AS RESTRICTIVE FOR INSERT TO fees_rw WITH CHECK ((issued_by = ( SELECT guard_text('actor'::text) AS guard_text)));
COMMENT ON TABLE fiscal_receipt IS 'A fiscal receipt for money that was received; one that was spoilt or lost is ended and another one replaces it.';
GRANT INSERT, SELECT, UPDATE (state, ended_by, ended_on, end_reason, report_due_on, reported_by, reported_on, report_ref) ON fiscal_receipt TO fees_rw;

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

CREATE TABLE instalment (
  id uuid NOT NULL,
  plan_id uuid NOT NULL,
  no integer NOT NULL,
  fen bigint NOT NULL,
  nominal_on date NOT NULL,
  due_on date NOT NULL,
  paid_fen bigint DEFAULT 0 NOT NULL,
  named_fen bigint DEFAULT 0 NOT NULL,
  dropped_fen bigint DEFAULT 0 NOT NULL,
  open_fen bigint GENERATED ALWAYS AS (((fen - paid_fen) - dropped_fen)) STORED NOT NULL,
  reminded_on date,
  grace_until date,
  missed_on date,
  paid_on date,
  CONSTRAINT instalment_pkey PRIMARY KEY (id),
  CONSTRAINT instalment_number_is_one_of_its_plan UNIQUE (plan_id, no),
  CONSTRAINT instalment_grace_runs_from_its_reminder CHECK ((reminded_on IS NULL) = (grace_until IS NULL) AND grace_until >= reminded_on),
  CONSTRAINT instalment_is_an_amount CHECK (fen > 0 AND no >= 1 AND no <= 600),
  CONSTRAINT instalment_is_due_on_its_day_or_rolls_forward CHECK (due_on >= nominal_on),
  CONSTRAINT instalment_is_missed_after_its_grace CHECK (missed_on IS NULL OR grace_until IS NOT NULL AND missed_on > grace_until),
  CONSTRAINT instalment_named_was_paid CHECK (named_fen >= 0),
  CONSTRAINT instalment_open_is_never_negative CHECK (paid_fen >= 0 AND dropped_fen >= 0 AND (paid_fen + dropped_fen) <= fen),
  CONSTRAINT instalment_plan_id_fkey FOREIGN KEY (plan_id) REFERENCES instalment_plan(id)
);
CREATE INDEX instalment_open_by_due ON instalment USING btree (due_on) WHERE (paid_fen + dropped_fen) < fen;
CREATE TRIGGER instalment_only_counts BEFORE UPDATE ON instalment FOR EACH ROW EXECUTE FUNCTION instalment_only_counts();
CREATE CONSTRAINT TRIGGER instalments_are_what_is_open AFTER INSERT OR UPDATE ON instalment DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION instalments_are_what_is_open();
CREATE CONSTRAINT TRIGGER instalments_sum_to_the_plan AFTER INSERT ON instalment DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION instalments_sum_to_the_plan();
ALTER TABLE instalment ENABLE ROW LEVEL SECURITY;
ALTER TABLE instalment FORCE ROW LEVEL SECURITY;
CREATE POLICY instalment_by_owner ON instalment AS PERMISSIVE FOR ALL TO fees_owner USING (true) WITH CHECK (true);
CREATE POLICY instalment_of_plan ON instalment AS PERMISSIVE FOR ALL TO PUBLIC USING ((EXISTS ( SELECT
   FROM instalment_plan p
  WHERE (p.id = instalment.plan_id))));
COMMENT ON TABLE instalment IS 'One part of a plan: amount and day as agreed never change; what was paid grows, but for a receipt that is taken back, and so does what fell away.';
COMMENT ON COLUMN instalment.named_fen IS 'What came in on its own payment requests; the rest of paid_fen named no instalment, or was paid early.';
COMMENT ON COLUMN instalment.dropped_fen IS 'What it no longer asks for: cut by a later decision, or carried on by another plan or a request for the rest.';
GRANT INSERT, SELECT, UPDATE (paid_fen, named_fen, dropped_fen, reminded_on, grace_until, missed_on, paid_on) ON instalment TO fees_rw;

CREATE TABLE instalment_act (
  id uuid DEFAULT uuidv7() NOT NULL,
  seq bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  plan_id uuid NOT NULL,
  kind text NOT NULL,
  actor text DEFAULT guard_text('actor'::text) NOT NULL,
  state text NOT NULL,
  open_fen bigint NOT NULL,
  note text,
  at timestamp with time zone NOT NULL,
  CONSTRAINT instalment_act_pkey PRIMARY KEY (id),
  CONSTRAINT instalment_act_kind_is_known CHECK (kind = ANY (ARRAY['propose'::text, 'agree'::text, 'decline'::text, 'withdraw'::text, 'lapse'::text, 'replace'::text, 'count'::text, 'early'::text, 'early-lapsed'::text, 'remind'::text, 'miss'::text, 'suspend'::text, 'resume'::text, 'break'::text, 'settle'::text])),
  CONSTRAINT instalment_act_note_is_short CHECK (char_length(note) >= 1 AND char_length(note) <= 300),
  CONSTRAINT instalment_act_open_is_an_amount CHECK (open_fen >= 0),
  CONSTRAINT instalment_act_plan_id_fkey FOREIGN KEY (plan_id) REFERENCES instalment_plan(id),
  CONSTRAINT instalment_act_state_fkey FOREIGN KEY (state) REFERENCES instalment_state(state)
);
CREATE INDEX instalment_act_by_plan ON instalment_act USING btree (plan_id, seq);
CREATE INDEX instalment_act_by_state ON instalment_act USING btree (state);
ALTER TABLE instalment_act ENABLE ROW LEVEL SECURITY;
ALTER TABLE instalment_act FORCE ROW LEVEL SECURITY;
CREATE POLICY instalment_act_by_owner ON instalment_act AS PERMISSIVE FOR ALL TO fees_owner USING (true) WITH CHECK (true);
CREATE POLICY instalment_act_of_plan ON instalment_act AS PERMISSIVE FOR ALL TO PUBLIC USING ((EXISTS ( SELECT
   FROM instalment_plan p
  WHERE (p.id = instalment_act.plan_id)))) WITH CHECK (((actor = ( SELECT guard_text('actor'::text) AS guard_text)) AND (EXISTS ( SELECT
   FROM instalment_plan p
  WHERE (p.id = instalment_act.plan_id)))));
COMMENT ON TABLE instalment_act IS 'History of a plan: who did what, and what was open after it. Append-only.';
GRANT INSERT, SELECT ON instalment_act TO fees_rw;

CREATE TABLE instalment_declaration (
  id uuid NOT NULL,
  plan_id uuid NOT NULL,
  sums_sealed bytea,
  declared_at timestamp with time zone NOT NULL,
  forgotten_on date,
  CONSTRAINT instalment_declaration_pkey PRIMARY KEY (id),
  CONSTRAINT instalment_declaration_plan_id_key UNIQUE (plan_id),
  CONSTRAINT instalment_declaration_is_kept_until_forgotten CHECK ((sums_sealed IS NULL) = (forgotten_on IS NOT NULL)),
  CONSTRAINT instalment_declaration_plan_id_fkey FOREIGN KEY (plan_id) REFERENCES instalment_plan(id)
);
ALTER TABLE instalment_declaration ENABLE ROW LEVEL SECURITY;
ALTER TABLE instalment_declaration FORCE ROW LEVEL SECURITY;
CREATE POLICY instalment_declaration_by_owner ON instalment_declaration AS PERMISSIVE FOR ALL TO fees_owner USING (true) WITH CHECK (true);
CREATE POLICY instalment_declaration_of_plan ON instalment_declaration AS PERMISSIVE FOR ALL TO PUBLIC USING ((EXISTS ( SELECT
   FROM instalment_plan p
  WHERE (p.id = instalment_declaration.plan_id))));
COMMENT ON TABLE instalment_declaration IS 'What somebody said they earn and need: three figures, sealed, forgotten once the plan is over.';
GRANT INSERT, SELECT, UPDATE (sums_sealed, forgotten_on) ON instalment_declaration TO fees_rw;

CREATE TABLE instalment_early (
  id uuid NOT NULL,
  plan_id uuid NOT NULL,
  fen bigint NOT NULL,
  paid_fen bigint DEFAULT 0 NOT NULL,
  how text NOT NULL,
  due_on date NOT NULL,
  state text DEFAULT 'open'::text NOT NULL,
  asked_by text DEFAULT guard_text('actor'::text) NOT NULL,
  asked_at timestamp with time zone NOT NULL,
  CONSTRAINT instalment_early_pkey PRIMARY KEY (id),
  CONSTRAINT instalment_early_how_is_known CHECK (how = ANY (ARRAY['shorten'::text, 'lower'::text])),
  CONSTRAINT instalment_early_is_an_amount CHECK (fen > 0 AND paid_fen >= 0 AND paid_fen <= fen),
  CONSTRAINT instalment_early_is_paid_whole CHECK (state <> 'paid'::text OR paid_fen = fen),
  CONSTRAINT instalment_early_state_is_known CHECK (state = ANY (ARRAY['open'::text, 'paid'::text, 'lapsed'::text])),
  CONSTRAINT instalment_early_plan_id_fkey FOREIGN KEY (plan_id) REFERENCES instalment_plan(id)
);
CREATE INDEX instalment_early_by_plan ON instalment_early USING btree (plan_id);
CREATE UNIQUE INDEX instalment_early_one_is_open ON instalment_early USING btree (plan_id) WHERE state = 'open'::text;
CREATE INDEX instalment_early_open_by_due ON instalment_early USING btree (due_on) WHERE state = 'open'::text;
ALTER TABLE instalment_early ENABLE ROW LEVEL SECURITY;
ALTER TABLE instalment_early FORCE ROW LEVEL SECURITY;
CREATE POLICY instalment_early_by_owner ON instalment_early AS PERMISSIVE FOR ALL TO fees_owner USING (true) WITH CHECK (true);
CREATE POLICY instalment_early_names_its_asker ON instalment_early AS RESTRICTIVE FOR INSERT TO PUBLIC WITH CHECK ((asked_by = ( SELECT guard_text('actor'::text) AS guard_text)));
CREATE POLICY instalment_early_of_plan ON instalment_early AS PERMISSIVE FOR ALL TO PUBLIC USING ((EXISTS ( SELECT
   FROM instalment_plan p
  WHERE (p.id = instalment_early.plan_id)))) WITH CHECK ((EXISTS ( SELECT
   FROM instalment_plan p
  WHERE (p.id = instalment_early.plan_id))));
COMMENT ON TABLE instalment_early IS 'Somebody wants to pay ahead of time: until its day it is asked for, and nothing follows where it does not come.';
GRANT INSERT, SELECT, UPDATE (paid_fen, state) ON instalment_early TO fees_rw;

CREATE TABLE instalment_move (
  from_state text NOT NULL,
  to_state text NOT NULL,
  CONSTRAINT instalment_move_pkey PRIMARY KEY (from_state, to_state),
  CONSTRAINT instalment_move_from_state_fkey FOREIGN KEY (from_state) REFERENCES instalment_state(state),
  CONSTRAINT instalment_move_to_state_fkey FOREIGN KEY (to_state) REFERENCES instalment_state(state)
);
CREATE INDEX instalment_move_by_end ON instalment_move USING btree (to_state);
ALTER TABLE instalment_move ENABLE ROW LEVEL SECURITY;
ALTER TABLE instalment_move FORCE ROW LEVEL SECURITY;
CREATE POLICY instalment_move_by_owner ON instalment_move AS PERMISSIVE FOR ALL TO fees_owner USING (true) WITH CHECK (true);
CREATE POLICY instalment_move_is_open ON instalment_move AS PERMISSIVE FOR SELECT TO PUBLIC USING (true);
COMMENT ON TABLE instalment_move IS 'Every move of a plan there is (instalment.state.ts, mirrored); what is not listed cannot happen.';
GRANT SELECT ON instalment_move TO fees_rw;

CREATE TABLE instalment_plan (
  id uuid NOT NULL,
  receivable_id uuid NOT NULL,
  matter_id uuid NOT NULL,
  division_code text COLLATE "C" NOT NULL,
  debtor_name text NOT NULL,
  debtor_key bytea,
  version integer NOT NULL,
  state text NOT NULL,
  side text NOT NULL,
  fen bigint NOT NULL,
  received_base_fen bigint NOT NULL,
  cut_base_fen bigint NOT NULL,
  affordable_fen bigint,
  is_hardship boolean DEFAULT false NOT NULL,
  asks_waiver boolean DEFAULT false NOT NULL,
  follows uuid,
  note text,
  proposed_by text DEFAULT guard_text('actor'::text) NOT NULL,
  proposed_on date NOT NULL,
  proposed_at timestamp with time zone NOT NULL,
  answered_by text,
  answer_note text,
  agreed_on date,
  suspended_on date,
  ended_on date,
  CONSTRAINT instalment_plan_pkey PRIMARY KEY (id),
  CONSTRAINT instalment_plan_versions_count UNIQUE (receivable_id, version),
  CONSTRAINT instalment_plan_affordable_is_an_amount CHECK (affordable_fen >= 0),
  CONSTRAINT instalment_plan_by_rule_follows_another CHECK (side <> 'rule'::text OR follows IS NOT NULL),
  CONSTRAINT instalment_plan_hardship_was_declared CHECK (NOT is_hardship OR affordable_fen IS NOT NULL OR side = 'rule'::text),
  CONSTRAINT instalment_plan_in_force_was_agreed CHECK ((state <> ALL (ARRAY['agreed'::text, 'suspended'::text, 'settled'::text, 'broken'::text, 'replaced'::text])) OR agreed_on IS NOT NULL),
  CONSTRAINT instalment_plan_is_agreed_by_another CHECK (agreed_on IS NULL OR side = 'rule'::text OR answered_by IS NOT NULL AND answered_by <> proposed_by),
  CONSTRAINT instalment_plan_is_over_an_amount CHECK (fen > 0 AND received_base_fen >= 0 AND cut_base_fen >= 0),
  CONSTRAINT instalment_plan_note_is_short CHECK (char_length(note) >= 1 AND char_length(note) <= 300 AND char_length(answer_note) >= 1 AND char_length(answer_note) <= 300),
  CONSTRAINT instalment_plan_over_has_its_day CHECK ((state = ANY (ARRAY['proposed'::text, 'agreed'::text, 'suspended'::text])) = (ended_on IS NULL)),
  CONSTRAINT instalment_plan_side_is_known CHECK (side = ANY (ARRAY['debtor'::text, 'officer'::text, 'rule'::text])),
  CONSTRAINT instalment_plan_suspended_has_its_day CHECK ((state = 'suspended'::text) = (suspended_on IS NOT NULL)),
  CONSTRAINT instalment_plan_waiver_is_asked_in_hardship CHECK (NOT asks_waiver OR is_hardship),
  CONSTRAINT instalment_plan_follows_fkey FOREIGN KEY (follows) REFERENCES instalment_plan(id),
  CONSTRAINT instalment_plan_receivable_id_fkey FOREIGN KEY (receivable_id) REFERENCES receivable(id),
  CONSTRAINT instalment_plan_state_fkey FOREIGN KEY (state) REFERENCES instalment_state(state)
);
CREATE INDEX instalment_plan_by_debtor ON instalment_plan USING btree (debtor_key);
CREATE INDEX instalment_plan_by_division ON instalment_plan USING btree (division_code, id);
CREATE INDEX instalment_plan_by_follows ON instalment_plan USING btree (follows);
CREATE INDEX instalment_plan_by_matter ON instalment_plan USING btree (matter_id);
CREATE INDEX instalment_plan_by_state ON instalment_plan USING btree (state, id);
CREATE UNIQUE INDEX instalment_plan_one_is_in_force ON instalment_plan USING btree (receivable_id) WHERE state = ANY (ARRAY['agreed'::text, 'suspended'::text]);
CREATE UNIQUE INDEX instalment_plan_one_is_proposed ON instalment_plan USING btree (receivable_id) WHERE state = 'proposed'::text;
CREATE TRIGGER instalment_plan_is_of_a_receivable BEFORE INSERT ON instalment_plan FOR EACH ROW EXECUTE FUNCTION instalment_plan_is_of_a_receivable();
CREATE TRIGGER instalment_plan_moves BEFORE UPDATE ON instalment_plan FOR EACH ROW EXECUTE FUNCTION instalment_plan_moves();
CREATE CONSTRAINT TRIGGER instalments_are_what_is_open AFTER INSERT OR UPDATE ON instalment_plan DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION instalments_are_what_is_open();
CREATE CONSTRAINT TRIGGER instalments_sum_to_the_plan AFTER INSERT ON instalment_plan DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION instalments_sum_to_the_plan();
ALTER TABLE instalment_plan ENABLE ROW LEVEL SECURITY;
ALTER TABLE instalment_plan FORCE ROW LEVEL SECURITY;
CREATE POLICY instalment_plan_by_owner ON instalment_plan AS PERMISSIVE FOR ALL TO fees_owner USING (true) WITH CHECK (true);
CREATE POLICY instalment_plan_in_division_or_own ON instalment_plan AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (division_code ^@ ( SELECT guard_from() AS guard_from)) OR (debtor_key = ( SELECT guard_key() AS guard_key))));
CREATE POLICY instalment_plan_names_its_proposer ON instalment_plan AS RESTRICTIVE FOR INSERT TO PUBLIC WITH CHECK ((proposed_by = ( SELECT guard_text('actor'::text) AS guard_text)));
COMMENT ON TABLE instalment_plan IS 'A plan to pay back one receivable in parts: put forward by one side, agreed by the other. A change is another version over what is open.';
COMMENT ON COLUMN instalment_plan.side IS 'debtor, officer; rule: it follows from one that was agreed, after a suspension.';
COMMENT ON COLUMN instalment_plan.affordable_fen IS 'What the person can pay a month by their own declaration; no figure about anybody else, and never a ground to refuse.';
GRANT INSERT, SELECT, UPDATE (state, answered_by, answer_note, agreed_on, suspended_on, ended_on) ON instalment_plan TO fees_rw;

CREATE TABLE instalment_state (
  state text NOT NULL,
  CONSTRAINT instalment_state_pkey PRIMARY KEY (state)
);
ALTER TABLE instalment_state ENABLE ROW LEVEL SECURITY;
ALTER TABLE instalment_state FORCE ROW LEVEL SECURITY;
CREATE POLICY instalment_state_by_owner ON instalment_state AS PERMISSIVE FOR ALL TO fees_owner USING (true) WITH CHECK (true);
CREATE POLICY instalment_state_is_open ON instalment_state AS PERMISSIVE FOR SELECT TO PUBLIC USING (true);
COMMENT ON TABLE instalment_state IS 'Every state of a plan (instalment.state.ts, mirrored).';
GRANT SELECT ON instalment_state TO fees_rw;

CREATE TABLE ledger_account (
  code text NOT NULL,
  kind text NOT NULL,
  debits_posted bigint DEFAULT 0 NOT NULL,
  credits_posted bigint DEFAULT 0 NOT NULL,
  debits_pending bigint DEFAULT 0 NOT NULL,
  credits_pending bigint DEFAULT 0 NOT NULL,
  CONSTRAINT ledger_account_pkey PRIMARY KEY (code),
  CONSTRAINT ledger_account_code_check CHECK (code ~ '^[a-z]+(:[A-Za-z0-9_.-]+)*$'::text),
  CONSTRAINT ledger_account_credits_pending_check CHECK (credits_pending >= 0),
  CONSTRAINT ledger_account_credits_posted_check CHECK (credits_posted >= 0),
  CONSTRAINT ledger_account_debits_pending_check CHECK (debits_pending >= 0),
  CONSTRAINT ledger_account_debits_posted_check CHECK (debits_posted >= 0),
  CONSTRAINT ledger_account_has_cover CHECK (kind = 'source'::text OR (debits_posted + debits_pending) <= credits_posted),
  CONSTRAINT ledger_account_kind_check CHECK (kind = ANY (ARRAY['source'::text, 'budget'::text, 'working'::text, 'final'::text]))
) WITH (fillfactor=50);
ALTER TABLE ledger_account ENABLE ROW LEVEL SECURITY;
ALTER TABLE ledger_account FORCE ROW LEVEL SECURITY;
CREATE POLICY ledger_account_by_owner ON ledger_account AS PERMISSIVE FOR ALL TO fees_owner USING (true) WITH CHECK (true);
CREATE POLICY ledger_account_of_county ON ledger_account AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR
CASE split_part(code, ':'::text, 1)
    WHEN 'receivable'::text THEN (EXISTS ( SELECT
       FROM receivable r
      WHERE (r.id = (substr(ledger_account.code, 12))::uuid)))
    ELSE (split_part(code, ':'::text, 2) ^@ "left"(( SELECT guard_from() AS guard_from), 6))
END));
COMMENT ON TABLE ledger_account IS 'Where money stands, in fen. Only a source may give more than it got: it stands for the world outside.';
COMMENT ON COLUMN ledger_account.debits_pending IS 'Reserved: promised away and not yet gone; counts against what is available.';
GRANT INSERT (code, kind), SELECT ON ledger_account TO fees_rw;

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
  court_state text NOT NULL,
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
  CONSTRAINT legacy_fee_court_ends_by_a_document CHECK ((court_state = 'ended'::text) = (court_document IS NOT NULL)),
  CONSTRAINT legacy_fee_court_is_asked_by_decision_only CHECK (court_state = 'none'::text OR decided_on IS NOT NULL),
  CONSTRAINT legacy_fee_court_state_is_known CHECK (court_state = ANY (ARRAY['none'::text, 'pending'::text, 'ended'::text])),
  CONSTRAINT legacy_fee_has_an_amount_only_by_decision CHECK ((decided_on IS NULL) = (levied_fen IS NULL)),
  CONSTRAINT legacy_fee_number_is_sealed_indexed_and_masked CHECK ((num_nulls(number_sealed, number_key, number_mask) = ANY (ARRAY[0, 3])) AND length(number_key) = 32),
  CONSTRAINT legacy_fee_takes_no_more_than_was_levied CHECK (paid_fen <= COALESCE(levied_fen, 0::bigint)),
  CONSTRAINT legacy_fee_was_decided_before_the_repeal CHECK (decided_on <= '2021-08-20'::date),
  CONSTRAINT legacy_fee_case_office_code_fkey FOREIGN KEY (office_code) REFERENCES legacy_fee_office(office_code)
);
CREATE INDEX legacy_fee_case_by_number ON legacy_fee_case USING btree (number_key);
CREATE TRIGGER legacy_fee_never_changes BEFORE UPDATE ON legacy_fee_case FOR EACH ROW EXECUTE FUNCTION legacy_fee_never_changes();
ALTER TABLE legacy_fee_case ENABLE ROW LEVEL SECURITY;
ALTER TABLE legacy_fee_case FORCE ROW LEVEL SECURITY;
CREATE POLICY legacy_fee_case_by_archive ON legacy_fee_case AS PERMISSIVE FOR SELECT TO PUBLIC USING (((( SELECT legacy_is_archive() AS legacy_is_archive) AND (( SELECT guard_whole() AS guard_whole) OR (office_code ^@ ( SELECT guard_from() AS guard_from)))) OR (number_key = ( SELECT guard_key() AS guard_key))));
CREATE POLICY legacy_fee_case_by_owner ON legacy_fee_case AS PERMISSIVE FOR ALL TO fees_owner USING (true) WITH CHECK (true);
COMMENT ON TABLE legacy_fee_case IS 'An old case as it stood when the law repealed the fee: closed. What was not paid is ceased, owed by nobody.';
COMMENT ON COLUMN legacy_fee_case.paid_fen IS 'Paid lawfully until 2021-08-20; not refunded.';
COMMENT ON COLUMN legacy_fee_case.mispaid_fen IS 'Paid twice, by the wrong person or after the repeal: to be reviewed for a refund.';
COMMENT ON COLUMN legacy_fee_case.ceased_fen IS 'What was levied and never paid: it ceased by law, and is no claim of anybody''s.';
COMMENT ON COLUMN legacy_fee_case.court_state IS 'Whether a court had been asked to enforce it: none, pending (to be withdrawn by us), ended.';
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
CREATE TRIGGER legacy_fee_payment_never_changes BEFORE UPDATE ON legacy_fee_payment FOR EACH ROW EXECUTE FUNCTION legacy_fee_payment_never_changes();
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
  answer_by date,
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
COMMENT ON COLUMN legacy_refund_review.answer_by IS 'By when our own unit has verified or finance has decided: nobody else has to do anything by a day.';
GRANT INSERT, SELECT, UPDATE (state, answer_by, verified_by, decided_by, decided_at, decision) ON legacy_refund_review TO fees_rw;

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
CREATE POLICY letter_of_an_old_case ON letter AS RESTRICTIVE FOR SELECT TO PUBLIC USING (((kind <> 'legacy-closing'::text) OR ( SELECT legacy_is_archive() AS legacy_is_archive) OR (recipient_key = ( SELECT guard_key() AS guard_key)) OR (( SELECT guard_text('permission'::text) AS guard_text) = 'letter.verify'::text)));
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

CREATE TABLE match (
  id uuid NOT NULL,
  receipt_id uuid NOT NULL,
  taken_by text NOT NULL,
  receivable_id uuid NOT NULL,
  request_id uuid,
  division_code text COLLATE "C" NOT NULL,
  fen bigint NOT NULL,
  how text NOT NULL,
  is_automatic boolean NOT NULL,
  state text NOT NULL,
  proposed_by text DEFAULT guard_text('actor'::text) NOT NULL,
  proposed_at timestamp with time zone NOT NULL,
  decided_by text,
  decided_at timestamp with time zone,
  reason text,
  undone_by text,
  undone_at timestamp with time zone,
  undo_reason text,
  CONSTRAINT match_pkey PRIMARY KEY (id),
  CONSTRAINT match_how_is_known CHECK (how = ANY (ARRAY['reference'::text, 'amount-and-name'::text, 'by-hand'::text])),
  CONSTRAINT match_is_an_amount CHECK (fen > 0),
  CONSTRAINT match_is_automatic_by_reference_only CHECK (NOT is_automatic OR how = 'reference'::text AND request_id IS NOT NULL AND (state = ANY (ARRAY['confirmed'::text, 'undone'::text]))),
  CONSTRAINT match_is_confirmed_by_another CHECK (is_automatic OR (state <> ALL (ARRAY['confirmed'::text, 'undone'::text])) OR decided_by <> taken_by),
  CONSTRAINT match_is_decided_by_someone CHECK ((state = ANY (ARRAY['confirmed'::text, 'declined'::text, 'undone'::text])) = (decided_by IS NOT NULL) AND (decided_by IS NULL) = (decided_at IS NULL)),
  CONSTRAINT match_is_declined_with_a_reason CHECK ((state = 'declined'::text) <= (reason IS NOT NULL) AND reason <> ''::text),
  CONSTRAINT match_is_undone_with_a_reason CHECK ((num_nulls(undone_by, undone_at, undo_reason) = ANY (ARRAY[0, 3])) AND (state = 'undone'::text) = (undone_by IS NOT NULL) AND undo_reason <> ''::text),
  CONSTRAINT match_state_is_known CHECK (state = ANY (ARRAY['proposed'::text, 'confirmed'::text, 'declined'::text, 'lapsed'::text, 'undone'::text])),
  CONSTRAINT match_is_of_a_receipt FOREIGN KEY (receipt_id, taken_by) REFERENCES bank_receipt(id, taken_by),
  CONSTRAINT match_receivable_id_fkey FOREIGN KEY (receivable_id) REFERENCES receivable(id),
  CONSTRAINT match_request_id_fkey FOREIGN KEY (request_id) REFERENCES payment_request(id)
);
CREATE INDEX match_by_division ON match USING btree (division_code, id) WHERE state = 'proposed'::text;
CREATE INDEX match_by_receipt ON match USING btree (receipt_id, taken_by);
CREATE INDEX match_by_receivable ON match USING btree (receivable_id);
CREATE INDEX match_by_request ON match USING btree (request_id);
CREATE UNIQUE INDEX match_is_proposed_once ON match USING btree (receipt_id, receivable_id, request_id) NULLS NOT DISTINCT WHERE state = ANY (ARRAY['proposed'::text, 'declined'::text]);
CREATE TRIGGER match_counts AFTER INSERT ON match REFERENCING NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION match_counts();
CREATE TRIGGER match_moves AFTER UPDATE ON match FOR EACH ROW EXECUTE FUNCTION match_moves();
ALTER TABLE match ENABLE ROW LEVEL SECURITY;
ALTER TABLE match FORCE ROW LEVEL SECURITY;
CREATE POLICY match_by_owner ON match AS PERMISSIVE FOR ALL TO fees_owner USING (true) WITH CHECK (true);
CREATE POLICY match_in_division ON match AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (division_code ^@ ( SELECT guard_from() AS guard_from))));
CREATE POLICY match_names_who_decides ON match AS RESTRICTIVE FOR UPDATE TO PUBLIC USING (true) WITH CHECK (
CASE state
    WHEN 'undone'::text THEN (undone_by = ( SELECT guard_text('actor'::text) AS guard_text))
    ELSE ((decided_by IS NULL) OR (decided_by = ( SELECT guard_text('actor'::text) AS guard_text)))
END);
CREATE POLICY match_names_who_proposes ON match AS RESTRICTIVE FOR INSERT TO PUBLIC WITH CHECK (((proposed_by = ( SELECT guard_text('actor'::text) AS guard_text)) AND ((decided_by IS NULL) OR (decided_by = ( SELECT guard_text('actor'::text) AS guard_text)))));
COMMENT ON TABLE match IS 'What of a receipt pays which request. What is declined is not proposed again; what was wrong is undone by new transfers.';
COMMENT ON COLUMN match.is_automatic IS 'The payer quoted the reference of the request, and of no other: nobody had to decide.';
GRANT INSERT (id, receipt_id, taken_by, receivable_id, request_id, division_code, fen, how, is_automatic, state, proposed_by, proposed_at, decided_by, decided_at, reason), SELECT, UPDATE (state, decided_by, decided_at, reason, undone_by, undone_at, undo_reason) ON match TO fees_rw;

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

CREATE TABLE payment_request (
  id uuid NOT NULL,
  reference text COLLATE "C" NOT NULL,
  receivable_id uuid NOT NULL,
  division_code text COLLATE "C" NOT NULL,
  programme text NOT NULL,
  debtor_name text NOT NULL,
  debtor_key bytea,
  fen bigint NOT NULL,
  paid_fen bigint DEFAULT 0 NOT NULL,
  left_fen bigint GENERATED ALWAYS AS ((fen - paid_fen)) STORED NOT NULL,
  due_on date,
  instalment_id uuid,
  asked_by text DEFAULT guard_text('actor'::text) NOT NULL,
  asked_on date NOT NULL,
  asked_at timestamp with time zone NOT NULL,
  cancelled_by text,
  cancelled_at timestamp with time zone,
  cancel_reason text,
  state text GENERATED ALWAYS AS (
CASE
    WHEN (cancelled_at IS NOT NULL) THEN 'cancelled'::text
    WHEN (paid_fen = 0) THEN 'open'::text
    WHEN (paid_fen < fen) THEN 'part'::text
    ELSE 'paid'::text
END) STORED NOT NULL,
  CONSTRAINT payment_request_pkey PRIMARY KEY (id),
  CONSTRAINT payment_request_reference_is_unique UNIQUE (reference),
  CONSTRAINT payment_request_is_an_amount CHECK (fen > 0),
  CONSTRAINT payment_request_is_cancelled_with_a_reason CHECK ((num_nulls(cancelled_by, cancelled_at, cancel_reason) = ANY (ARRAY[0, 3])) AND cancel_reason <> ''::text),
  CONSTRAINT payment_request_is_never_paid_beyond CHECK (paid_fen >= 0 AND paid_fen <= fen),
  CONSTRAINT payment_request_reference_has_its_check_digits CHECK (
CASE
    WHEN reference ~ '^\d{17}$'::text THEN (reference::bigint % 97::bigint) = 1
    ELSE false
END),
  CONSTRAINT payment_request_receivable_id_fkey FOREIGN KEY (receivable_id) REFERENCES receivable(id)
);
CREATE INDEX payment_request_by_debtor ON payment_request USING btree (debtor_key) WHERE debtor_key IS NOT NULL;
CREATE INDEX payment_request_by_instalment ON payment_request USING btree (instalment_id) WHERE instalment_id IS NOT NULL;
CREATE INDEX payment_request_by_receivable ON payment_request USING btree (receivable_id);
CREATE INDEX payment_request_open_by_amount ON payment_request USING btree (left_fen, debtor_name) WHERE state = ANY (ARRAY['open'::text, 'part'::text]);
CREATE TRIGGER payment_request_is_asked AFTER INSERT ON payment_request REFERENCING NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION payment_request_is_asked();
CREATE TRIGGER payment_request_is_of_its_receivable BEFORE INSERT ON payment_request FOR EACH ROW EXECUTE FUNCTION payment_request_is_of_its_receivable();
CREATE TRIGGER payment_request_is_withdrawn AFTER UPDATE ON payment_request FOR EACH ROW WHEN (new.cancelled_at IS NOT NULL AND old.cancelled_at IS NULL) EXECUTE FUNCTION payment_request_is_withdrawn();
CREATE TRIGGER payment_request_moves BEFORE UPDATE ON payment_request FOR EACH ROW WHEN ((old.state = ANY (ARRAY['paid'::text, 'cancelled'::text])) OR new.paid_fen < old.paid_fen OR new.id IS DISTINCT FROM old.id OR new.reference IS DISTINCT FROM old.reference OR new.receivable_id IS DISTINCT FROM old.receivable_id OR new.division_code IS DISTINCT FROM old.division_code OR new.programme IS DISTINCT FROM old.programme OR new.debtor_name IS DISTINCT FROM old.debtor_name OR new.debtor_key IS DISTINCT FROM old.debtor_key OR new.fen IS DISTINCT FROM old.fen OR new.due_on IS DISTINCT FROM old.due_on OR new.instalment_id IS DISTINCT FROM old.instalment_id OR new.asked_by IS DISTINCT FROM old.asked_by OR new.asked_on IS DISTINCT FROM old.asked_on OR new.asked_at IS DISTINCT FROM old.asked_at) EXECUTE FUNCTION payment_request_moves();
CREATE TRIGGER payment_request_stays BEFORE DELETE OR TRUNCATE ON payment_request FOR EACH STATEMENT EXECUTE FUNCTION receivable_is_history();
ALTER TABLE payment_request ENABLE ROW LEVEL SECURITY;
ALTER TABLE payment_request FORCE ROW LEVEL SECURITY;
CREATE POLICY payment_request_by_owner ON payment_request AS PERMISSIVE FOR ALL TO fees_owner USING (true) WITH CHECK (true);
CREATE POLICY payment_request_in_division ON payment_request AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (division_code ^@ ( SELECT guard_from() AS guard_from)) OR (debtor_key = ( SELECT guard_key() AS guard_key)))) WITH CHECK ((( SELECT guard_whole() AS guard_whole) OR (division_code ^@ ( SELECT guard_from() AS guard_from))));
CREATE POLICY payment_request_names_who_asks ON payment_request AS RESTRICTIVE FOR INSERT TO PUBLIC WITH CHECK ((asked_by = ( SELECT guard_text('actor'::text) AS guard_text)));
CREATE POLICY payment_request_names_who_cancels ON payment_request AS RESTRICTIVE FOR UPDATE TO PUBLIC USING (true) WITH CHECK (((cancelled_by IS NULL) OR (cancelled_by = ( SELECT guard_text('actor'::text) AS guard_text))));
COMMENT ON TABLE payment_request IS 'Somebody is asked for an amount under a reference of its own, which they write on their payment.';
COMMENT ON COLUMN payment_request.reference IS 'County 6 digits, year 2, number 7, check digits 2.';
COMMENT ON COLUMN payment_request.due_on IS 'Until when it is asked for; nothing follows of itself from its passing.';
GRANT INSERT (id, reference, receivable_id, fen, due_on, instalment_id, asked_on, asked_at), SELECT, UPDATE (cancelled_by, cancelled_at, cancel_reason) ON payment_request TO fees_rw;

CREATE TABLE payment_request_counter (
  county_code text COLLATE "C" NOT NULL,
  year smallint NOT NULL,
  last integer NOT NULL,
  CONSTRAINT payment_request_counter_pkey PRIMARY KEY (county_code, year),
  CONSTRAINT payment_request_counter_counts_up CHECK (last >= 1 AND last <= 9999999)
);
ALTER TABLE payment_request_counter ENABLE ROW LEVEL SECURITY;
ALTER TABLE payment_request_counter FORCE ROW LEVEL SECURITY;
CREATE POLICY payment_request_counter_by_owner ON payment_request_counter AS PERMISSIVE FOR ALL TO fees_owner USING (true) WITH CHECK (true);
CREATE POLICY payment_request_counter_in_any_context ON payment_request_counter AS PERMISSIVE FOR ALL TO PUBLIC USING (( SELECT guard_open() AS guard_open));
COMMENT ON TABLE payment_request_counter IS 'The last number that a county gave a payment request in a year.';
GRANT INSERT, SELECT, UPDATE ON payment_request_counter TO fees_rw;

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

CREATE TABLE receipt_difference (
  id uuid NOT NULL,
  county_code text COLLATE "C" NOT NULL,
  day date NOT NULL,
  kind text NOT NULL,
  expected_fen bigint NOT NULL,
  found_fen bigint NOT NULL,
  found_at timestamp with time zone NOT NULL,
  ended_by text,
  ended_at timestamp with time zone,
  note text,
  CONSTRAINT receipt_difference_pkey PRIMARY KEY (id),
  CONSTRAINT receipt_difference_ends_with_a_note CHECK ((num_nulls(ended_by, ended_at, note) = ANY (ARRAY[0, 3])) AND char_length(note) >= 4 AND char_length(note) <= 400),
  CONSTRAINT receipt_difference_is_one CHECK (expected_fen <> found_fen OR kind = 'bank-missing'::text),
  CONSTRAINT receipt_difference_kind_is_known CHECK (kind = ANY (ARRAY['bank-missing'::text, 'bank-total'::text, 'bank-ledger'::text, 'receipt-split'::text, 'unmatched'::text, 'collected'::text, 'fiscal-receipts'::text]))
);
CREATE INDEX receipt_difference_by_county ON receipt_difference USING btree (county_code, day);
CREATE UNIQUE INDEX receipt_difference_one_open_of_a_kind ON receipt_difference USING btree (county_code, day, kind) WHERE ended_at IS NULL;
CREATE TRIGGER receipt_difference_ends_once BEFORE UPDATE ON receipt_difference FOR EACH ROW EXECUTE FUNCTION receipt_difference_ends_once();
ALTER TABLE receipt_difference ENABLE ROW LEVEL SECURITY;
ALTER TABLE receipt_difference FORCE ROW LEVEL SECURITY;
CREATE POLICY receipt_difference_by_owner ON receipt_difference AS PERMISSIVE FOR ALL TO fees_owner USING (true) WITH CHECK (true);
CREATE POLICY receipt_difference_in_county ON receipt_difference AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (county_code ^@ "left"(( SELECT guard_from() AS guard_from), 6))));
COMMENT ON TABLE receipt_difference IS 'Two figures that should be the same and are not: work for a person until it is gone or explained.';
GRANT INSERT, SELECT, UPDATE (ended_by, ended_at, note) ON receipt_difference TO fees_rw;

CREATE TABLE receipt_gap (
  id uuid DEFAULT uuidv7() NOT NULL,
  series_id uuid NOT NULL,
  numbers int8range NOT NULL,
  kind text NOT NULL,
  reason text NOT NULL,
  happened_on date NOT NULL,
  recorded_by text DEFAULT guard_text('actor'::text) NOT NULL,
  recorded_on date NOT NULL,
  recorded_at timestamp with time zone NOT NULL,
  report_due_on date,
  reported_by text,
  reported_on date,
  report_ref text,
  CONSTRAINT receipt_gap_pkey PRIMARY KEY (id),
  CONSTRAINT receipt_gap_happened_before_it_was_recorded CHECK (happened_on <= recorded_on),
  CONSTRAINT receipt_gap_has_numbers CHECK (NOT isempty(numbers) AND NOT lower_inf(numbers) AND NOT upper_inf(numbers)),
  CONSTRAINT receipt_gap_is_reported_whole CHECK (num_nulls(reported_by, reported_on, report_ref) = ANY (ARRAY[0, 3])),
  CONSTRAINT receipt_gap_kind_is_known CHECK (kind = ANY (ARRAY['lost'::text, 'returned'::text])),
  CONSTRAINT receipt_gap_reason_is_words CHECK (char_length(reason) >= 4 AND char_length(reason) <= 200),
  CONSTRAINT receipt_gap_returned_needs_no_report CHECK (kind = 'lost'::text OR num_nulls(report_due_on, reported_on) = 2),
  CONSTRAINT receipt_gap_explains_a_number_once EXCLUDE USING gist (series_id WITH =, numbers WITH &&),
  CONSTRAINT receipt_gap_series_id_fkey FOREIGN KEY (series_id) REFERENCES receipt_series(id)
);
CREATE INDEX receipt_gap_by_series ON receipt_gap USING btree (series_id);
CREATE TRIGGER receipt_gap_is_of_what_is_left BEFORE INSERT OR UPDATE ON receipt_gap FOR EACH ROW EXECUTE FUNCTION receipt_gap_is_of_what_is_left();
ALTER TABLE receipt_gap ENABLE ROW LEVEL SECURITY;
ALTER TABLE receipt_gap FORCE ROW LEVEL SECURITY;
CREATE POLICY receipt_gap_by_owner ON receipt_gap AS PERMISSIVE FOR ALL TO fees_owner USING (true) WITH CHECK (true);
CREATE POLICY receipt_gap_names_who_recorded ON receipt_gap AS RESTRICTIVE FOR INSERT TO fees_rw WITH CHECK (((recorded_by = ( SELECT guard_text('actor'::text) AS guard_text)) AND (reported_by IS NULL)));
CREATE POLICY receipt_gap_of_its_series ON receipt_gap AS PERMISSIVE FOR ALL TO PUBLIC USING ((EXISTS ( SELECT
   FROM receipt_series s
  WHERE (s.id = receipt_gap.series_id))));
COMMENT ON TABLE receipt_gap IS 'Numbers that were never given out and never will be: blanks that were lost, or a remainder that was returned.';
COMMENT ON COLUMN receipt_gap.report_due_on IS 'By when a loss is to be reported to who allotted the numbers.';
GRANT INSERT, SELECT, UPDATE (reported_by, reported_on, report_ref) ON receipt_gap TO fees_rw;

CREATE TABLE receipt_month (
  county_code text COLLATE "C" NOT NULL,
  month date NOT NULL,
  booked_fen bigint NOT NULL,
  days integer NOT NULL,
  closed_by text DEFAULT guard_text('actor'::text) NOT NULL,
  closed_on date NOT NULL,
  closed_at timestamp with time zone NOT NULL,
  CONSTRAINT receipt_month_pkey PRIMARY KEY (county_code, month),
  CONSTRAINT receipt_month_is_a_month CHECK (EXTRACT(day FROM month) = 1::numeric),
  CONSTRAINT receipt_month_is_closed_by_a_person CHECK (closed_by !~ '^system'::text),
  CONSTRAINT receipt_month_is_over CHECK (closed_on >= (month + '1 mon'::interval))
);
CREATE TRIGGER receipt_month_has_no_difference BEFORE INSERT ON receipt_month FOR EACH ROW EXECUTE FUNCTION receipt_month_has_no_difference();
ALTER TABLE receipt_month ENABLE ROW LEVEL SECURITY;
ALTER TABLE receipt_month FORCE ROW LEVEL SECURITY;
CREATE POLICY receipt_month_by_owner ON receipt_month AS PERMISSIVE FOR ALL TO fees_owner USING (true) WITH CHECK (true);
CREATE POLICY receipt_month_in_county ON receipt_month AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (county_code ^@ "left"(( SELECT guard_from() AS guard_from), 6))));
CREATE POLICY receipt_month_names_who_closed ON receipt_month AS RESTRICTIVE FOR INSERT TO fees_rw WITH CHECK ((closed_by = ( SELECT guard_text('actor'::text) AS guard_text)));
COMMENT ON TABLE receipt_month IS 'A month of a county that was closed: every day with receipts was reconciled, and no difference was open.';
GRANT INSERT, SELECT ON receipt_month TO fees_rw;

CREATE TABLE receipt_reconciliation (
  id uuid NOT NULL,
  county_code text COLLATE "C" NOT NULL,
  day date NOT NULL,
  no integer NOT NULL,
  stated_fen bigint,
  booked_fen bigint NOT NULL,
  matched_fen bigint NOT NULL,
  refundable_fen bigint NOT NULL,
  unmatched_fen bigint NOT NULL,
  collected_fen bigint NOT NULL,
  remitted_fen bigint NOT NULL,
  under_way_fen bigint NOT NULL,
  given_back_fen bigint NOT NULL,
  standing_fen bigint NOT NULL,
  satisfied_fen bigint NOT NULL,
  receipted_fen bigint NOT NULL,
  is_balanced boolean NOT NULL,
  run_by text DEFAULT guard_text('actor'::text) NOT NULL,
  run_at timestamp with time zone NOT NULL,
  CONSTRAINT receipt_reconciliation_pkey PRIMARY KEY (id),
  CONSTRAINT receipt_reconciliation_is_counted UNIQUE (county_code, day, no),
  CONSTRAINT receipt_reconciliation_county_has_twelve_digits CHECK (county_code ~ '^\d{6}000000$'::text)
);
ALTER TABLE receipt_reconciliation ENABLE ROW LEVEL SECURITY;
ALTER TABLE receipt_reconciliation FORCE ROW LEVEL SECURITY;
CREATE POLICY receipt_reconciliation_by_owner ON receipt_reconciliation AS PERMISSIVE FOR ALL TO fees_owner USING (true) WITH CHECK (true);
CREATE POLICY receipt_reconciliation_in_county ON receipt_reconciliation AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (county_code ^@ "left"(( SELECT guard_from() AS guard_from), 6))));
CREATE POLICY receipt_reconciliation_names_who_ran ON receipt_reconciliation AS RESTRICTIVE FOR INSERT TO fees_rw WITH CHECK ((run_by = ( SELECT guard_text('actor'::text) AS guard_text)));
COMMENT ON TABLE receipt_reconciliation IS 'One look at a county and day, with every figure that was compared; append-only.';
GRANT INSERT, SELECT ON receipt_reconciliation TO fees_rw;

CREATE TABLE receipt_series (
  id uuid NOT NULL,
  division_code text COLLATE "C" NOT NULL,
  receipt_code text NOT NULL,
  first_no bigint NOT NULL,
  last_no bigint NOT NULL,
  number_digits smallint NOT NULL,
  next_no bigint NOT NULL,
  document text NOT NULL,
  allotted_by text DEFAULT guard_text('actor'::text) NOT NULL,
  allotted_on date NOT NULL,
  allotted_at timestamp with time zone NOT NULL,
  CONSTRAINT receipt_series_pkey PRIMARY KEY (id),
  CONSTRAINT receipt_series_code_is_readable CHECK (receipt_code ~ '^[0-9A-Z-]{1,20}$'::text),
  CONSTRAINT receipt_series_counts_within_itself CHECK (next_no >= first_no AND next_no <= (last_no + 1)),
  CONSTRAINT receipt_series_division_has_twelve_digits CHECK (division_code ~ '^\d{12}$'::text),
  CONSTRAINT receipt_series_has_numbers CHECK (first_no >= 0 AND last_no >= first_no AND (last_no - first_no) < 1000000),
  CONSTRAINT receipt_series_names_its_document CHECK (char_length(document) >= 2 AND char_length(document) <= 100),
  CONSTRAINT receipt_series_numbers_fit CHECK (number_digits >= 1 AND number_digits <= 18 AND last_no::numeric < power(10::numeric, number_digits::numeric)),
  CONSTRAINT receipt_series_numbers_are_allotted_once EXCLUDE USING gist (receipt_code WITH =, int8range(first_no, last_no, '[]'::text) WITH &&)
);
CREATE INDEX receipt_series_by_division ON receipt_series USING btree (division_code, id);
CREATE TRIGGER receipt_series_is_history BEFORE INSERT OR UPDATE ON receipt_series FOR EACH ROW EXECUTE FUNCTION receipt_series_is_history();
ALTER TABLE receipt_series ENABLE ROW LEVEL SECURITY;
ALTER TABLE receipt_series FORCE ROW LEVEL SECURITY;
CREATE POLICY receipt_series_by_owner ON receipt_series AS PERMISSIVE FOR ALL TO fees_owner USING (true) WITH CHECK (true);
CREATE POLICY receipt_series_in_division ON receipt_series AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (division_code ^@ "left"(( SELECT guard_from() AS guard_from), 6))));
CREATE POLICY receipt_series_names_who_allotted ON receipt_series AS RESTRICTIVE FOR INSERT TO fees_rw WITH CHECK ((allotted_by = ( SELECT guard_text('actor'::text) AS guard_text)));
COMMENT ON TABLE receipt_series IS 'Numbers of fiscal receipts that were allotted to an office, from the first to the last.';
COMMENT ON COLUMN receipt_series.next_no IS 'Every number below it is accounted for by a receipt or a gap; moved by the triggers below only.';
GRANT INSERT, SELECT ON receipt_series TO fees_rw;

CREATE TABLE receivable (
  id uuid NOT NULL,
  matter_id uuid NOT NULL,
  division_code text COLLATE "C" NOT NULL,
  programme text NOT NULL,
  debtor_name text NOT NULL,
  debtor_key bytea,
  decided_fen bigint NOT NULL,
  cut_fen bigint DEFAULT 0 NOT NULL,
  received_fen bigint DEFAULT 0 NOT NULL,
  open_fen bigint GENERATED ALWAYS AS (((decided_fen - cut_fen) - received_fen)) STORED NOT NULL,
  steps integer DEFAULT 0 NOT NULL,
  opened_by text DEFAULT guard_text('actor'::text) NOT NULL,
  opened_on date NOT NULL,
  opened_at timestamp with time zone NOT NULL,
  CONSTRAINT receivable_pkey PRIMARY KEY (id),
  CONSTRAINT receivable_is_opened_once_a_matter UNIQUE (matter_id),
  CONSTRAINT receivable_debtor_key_is_an_index CHECK (length(debtor_key) = 32),
  CONSTRAINT receivable_division_has_twelve_digits CHECK (division_code ~ '^\d{12}$'::text),
  CONSTRAINT receivable_is_an_amount CHECK (decided_fen > 0),
  CONSTRAINT receivable_names_its_debtor CHECK (debtor_name <> ''::text AND programme <> ''::text),
  CONSTRAINT receivable_open_is_never_negative CHECK (cut_fen >= 0 AND received_fen >= 0 AND (cut_fen + received_fen) <= decided_fen)
) WITH (fillfactor=50);
CREATE INDEX receivable_by_debtor ON receivable USING btree (debtor_key) WHERE debtor_key IS NOT NULL;
CREATE INDEX receivable_by_division ON receivable USING btree (division_code, id);
CREATE TRIGGER receivable_is_history BEFORE DELETE OR TRUNCATE ON receivable FOR EACH STATEMENT EXECUTE FUNCTION receivable_is_history();
CREATE TRIGGER receivable_is_of_no_old_case BEFORE INSERT OR UPDATE OF matter_id ON receivable FOR EACH ROW EXECUTE FUNCTION receivable_is_of_no_old_case();
CREATE TRIGGER receivable_is_opened AFTER INSERT ON receivable REFERENCING NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION receivable_is_opened();
CREATE TRIGGER receivable_is_to_check_after_insert AFTER INSERT ON receivable REFERENCING NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION receivable_is_to_check();
CREATE TRIGGER receivable_is_to_check_after_update AFTER UPDATE ON receivable REFERENCING NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION receivable_is_to_check();
ALTER TABLE receivable ENABLE ROW LEVEL SECURITY;
ALTER TABLE receivable FORCE ROW LEVEL SECURITY;
CREATE POLICY receivable_by_owner ON receivable AS PERMISSIVE FOR ALL TO fees_owner USING (true) WITH CHECK (true);
CREATE POLICY receivable_in_division ON receivable AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (division_code ^@ ( SELECT guard_from() AS guard_from)) OR (debtor_key = ( SELECT guard_key() AS guard_key)))) WITH CHECK ((( SELECT guard_whole() AS guard_whole) OR (division_code ^@ ( SELECT guard_from() AS guard_from))));
CREATE POLICY receivable_names_its_opener ON receivable AS RESTRICTIVE FOR INSERT TO PUBLIC WITH CHECK ((opened_by = ( SELECT guard_text('actor'::text) AS guard_text)));
COMMENT ON TABLE receivable IS 'What somebody owes by a decision that was served; nothing is added to it, no interest, no set-off.';
COMMENT ON COLUMN receivable.cut_fen IS 'What a later decision took off: another amount, a waiver, a ceasing.';
COMMENT ON COLUMN receivable.received_fen IS 'What came in and was not given back.';
GRANT INSERT (id, matter_id, division_code, programme, debtor_name, debtor_key, decided_fen, opened_on, opened_at), SELECT ON receivable TO fees_rw;

CREATE TABLE receivable_check (
  receivables uuid[] NOT NULL,
  steps uuid[] NOT NULL
);
CREATE CONSTRAINT TRIGGER receivable_adds_up AFTER INSERT ON receivable_check DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION receivable_adds_up();
ALTER TABLE receivable_check ENABLE ROW LEVEL SECURITY;
ALTER TABLE receivable_check FORCE ROW LEVEL SECURITY;
CREATE POLICY receivable_check_by_owner ON receivable_check AS PERMISSIVE FOR ALL TO fees_owner USING (true) WITH CHECK (true);
COMMENT ON TABLE receivable_check IS 'What the transaction that is running has touched and has to add up when it ends; always empty.';

CREATE TABLE receivable_share (
  receivable_id uuid NOT NULL,
  level text NOT NULL,
  year smallint NOT NULL,
  fen bigint NOT NULL,
  received_fen bigint DEFAULT 0 NOT NULL,
  CONSTRAINT receivable_share_pkey PRIMARY KEY (receivable_id, level, year),
  CONSTRAINT receivable_share_gets_no_more_than_its_part CHECK (received_fen >= 0 AND received_fen <= fen),
  CONSTRAINT receivable_share_is_an_amount CHECK (fen > 0),
  CONSTRAINT receivable_share_names_a_level CHECK (level ~ '^[a-z]+$'::text),
  CONSTRAINT receivable_share_receivable_id_fkey FOREIGN KEY (receivable_id) REFERENCES receivable(id)
) WITH (fillfactor=50);
CREATE TRIGGER receivable_share_is_history BEFORE DELETE OR TRUNCATE ON receivable_share FOR EACH STATEMENT EXECUTE FUNCTION receivable_is_history();
CREATE TRIGGER receivable_share_is_to_check_after_insert AFTER INSERT ON receivable_share REFERENCING NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION receivable_is_to_check();
CREATE TRIGGER receivable_share_is_to_check_after_update AFTER UPDATE ON receivable_share REFERENCING NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION receivable_is_to_check();
ALTER TABLE receivable_share ENABLE ROW LEVEL SECURITY;
ALTER TABLE receivable_share FORCE ROW LEVEL SECURITY;
CREATE POLICY receivable_share_by_owner ON receivable_share AS PERMISSIVE FOR ALL TO fees_owner USING (true) WITH CHECK (true);
CREATE POLICY receivable_share_of_receivable ON receivable_share AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (EXISTS ( SELECT
   FROM receivable r
  WHERE (r.id = receivable_share.receivable_id))))) WITH CHECK ((( SELECT guard_whole() AS guard_whole) OR ((( SELECT guard_from() AS guard_from) IS NOT NULL) AND (EXISTS ( SELECT
   FROM receivable r
  WHERE (r.id = receivable_share.receivable_id))))));
COMMENT ON TABLE receivable_share IS 'Whose money it was: a level of government and the year of its budget, to which what is received goes back.';
GRANT INSERT (receivable_id, level, year, fen), SELECT ON receivable_share TO fees_rw;

CREATE TABLE receivable_step (
  id uuid DEFAULT uuidv7() NOT NULL,
  receivable_id uuid NOT NULL,
  no integer NOT NULL,
  kind text NOT NULL,
  fen bigint NOT NULL,
  open_fen bigint NOT NULL,
  reason text,
  note text,
  request_id uuid,
  receipt_id uuid,
  by_actor text DEFAULT guard_text('actor'::text) NOT NULL,
  on_day date NOT NULL,
  at timestamp with time zone NOT NULL,
  CONSTRAINT receivable_step_pkey PRIMARY KEY (id),
  CONSTRAINT receivable_step_has_its_place UNIQUE (receivable_id, no),
  CONSTRAINT receivable_step_cut_has_its_reason CHECK ((kind = 'cut'::text) = (reason IS NOT NULL) AND (reason = ANY (ARRAY['decision-changed'::text, 'waived'::text, 'ceased'::text]))),
  CONSTRAINT receivable_step_is_an_amount CHECK (fen > 0),
  CONSTRAINT receivable_step_kind_is_known CHECK (kind = ANY (ARRAY['opened'::text, 'requested'::text, 'withdrawn'::text, 'received'::text, 'cut'::text, 'returned'::text])),
  CONSTRAINT receivable_step_of_a_request_names_it CHECK (((kind <> ALL (ARRAY['requested'::text, 'withdrawn'::text])) OR request_id IS NOT NULL) AND (request_id IS NULL OR (kind = ANY (ARRAY['requested'::text, 'withdrawn'::text, 'received'::text])))),
  CONSTRAINT receivable_step_of_money_names_its_receipt CHECK ((kind = ANY (ARRAY['received'::text, 'returned'::text])) = (receipt_id IS NOT NULL)),
  CONSTRAINT receivable_step_receivable_id_fkey FOREIGN KEY (receivable_id) REFERENCES receivable(id),
  CONSTRAINT receivable_step_request_id_fkey FOREIGN KEY (request_id) REFERENCES payment_request(id)
);
CREATE INDEX receivable_step_by_receipt ON receivable_step USING btree (receipt_id) WHERE receipt_id IS NOT NULL;
CREATE INDEX receivable_step_by_request ON receivable_step USING btree (request_id);
CREATE TRIGGER receivable_step_counts AFTER INSERT ON receivable_step REFERENCING NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION receivable_step_counts();
CREATE TRIGGER receivable_step_finds_its_place BEFORE INSERT ON receivable_step FOR EACH ROW WHEN (new.no IS NULL) EXECUTE FUNCTION receivable_step_finds_its_place();
CREATE TRIGGER receivable_step_is_history BEFORE DELETE OR UPDATE OR TRUNCATE ON receivable_step FOR EACH STATEMENT EXECUTE FUNCTION receivable_is_history();
CREATE TRIGGER receivable_step_is_to_check_after_insert AFTER INSERT ON receivable_step REFERENCING NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION receivable_is_to_check();
ALTER TABLE receivable_step ENABLE ROW LEVEL SECURITY;
ALTER TABLE receivable_step FORCE ROW LEVEL SECURITY;
CREATE POLICY receivable_step_by_owner ON receivable_step AS PERMISSIVE FOR ALL TO fees_owner USING (true) WITH CHECK (true);
CREATE POLICY receivable_step_names_its_actor ON receivable_step AS RESTRICTIVE FOR INSERT TO PUBLIC WITH CHECK ((by_actor = ( SELECT guard_text('actor'::text) AS guard_text)));
CREATE POLICY receivable_step_of_receivable ON receivable_step AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (EXISTS ( SELECT
   FROM receivable r
  WHERE (r.id = receivable_step.receivable_id))))) WITH CHECK ((( SELECT guard_whole() AS guard_whole) OR ((( SELECT guard_from() AS guard_from) IS NOT NULL) AND (EXISTS ( SELECT
   FROM receivable r
  WHERE (r.id = receivable_step.receivable_id))))));
COMMENT ON TABLE receivable_step IS 'History of a receivable, in order: opened, asked for, a request withdrawn, received, cut, returned. Append-only.';
COMMENT ON COLUMN receivable_step.open_fen IS 'What is owed after it.';
GRANT INSERT (id, receivable_id, no, kind, fen, open_fen, reason, note, request_id, receipt_id, by_actor, on_day, at), SELECT ON receivable_step TO fees_rw;

CREATE TABLE receivable_step_share (
  step_id uuid NOT NULL,
  level text NOT NULL,
  year smallint NOT NULL,
  fen bigint NOT NULL,
  CONSTRAINT receivable_step_share_pkey PRIMARY KEY (step_id, level, year),
  CONSTRAINT receivable_step_share_is_an_amount CHECK (fen > 0),
  CONSTRAINT receivable_step_share_step_id_fkey FOREIGN KEY (step_id) REFERENCES receivable_step(id)
);
CREATE TRIGGER receivable_step_share_counts AFTER INSERT ON receivable_step_share REFERENCING NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION receivable_step_share_counts();
CREATE TRIGGER receivable_step_share_is_history BEFORE DELETE OR UPDATE OR TRUNCATE ON receivable_step_share FOR EACH STATEMENT EXECUTE FUNCTION receivable_is_history();
CREATE TRIGGER receivable_step_share_is_to_check_after_insert AFTER INSERT ON receivable_step_share REFERENCING NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION receivable_is_to_check();
ALTER TABLE receivable_step_share ENABLE ROW LEVEL SECURITY;
ALTER TABLE receivable_step_share FORCE ROW LEVEL SECURITY;
CREATE POLICY receivable_step_share_by_owner ON receivable_step_share AS PERMISSIVE FOR ALL TO fees_owner USING (true) WITH CHECK (true);
CREATE POLICY receivable_step_share_of_step ON receivable_step_share AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (EXISTS ( SELECT
   FROM receivable_step s
  WHERE (s.id = receivable_step_share.step_id))))) WITH CHECK ((( SELECT guard_whole() AS guard_whole) OR ((( SELECT guard_from() AS guard_from) IS NOT NULL) AND (EXISTS ( SELECT
   FROM receivable_step s
  WHERE (s.id = receivable_step_share.step_id))))));
COMMENT ON TABLE receivable_step_share IS 'To whose budgets what was received went, or whose gave back what was returned.';
GRANT INSERT, SELECT ON receivable_step_share TO fees_rw;

CREATE TABLE receiving_account (
  account text COLLATE "C" NOT NULL,
  division_code text COLLATE "C" NOT NULL,
  bank text NOT NULL,
  holder_name text NOT NULL,
  opened_by text DEFAULT guard_text('actor'::text) NOT NULL,
  opened_at timestamp with time zone NOT NULL,
  CONSTRAINT receiving_account_pkey PRIMARY KEY (account),
  CONSTRAINT receiving_account_has_a_number CHECK (account ~ '^[0-9A-Za-z][0-9A-Za-z-]{0,33}$'::text),
  CONSTRAINT receiving_account_is_of_a_county CHECK (division_code ~ '^\d{6}0{6}$'::text),
  CONSTRAINT receiving_account_names_bank_and_holder CHECK (bank <> ''::text AND holder_name <> ''::text)
);
CREATE INDEX receiving_account_by_division ON receiving_account USING btree (division_code);
ALTER TABLE receiving_account ENABLE ROW LEVEL SECURITY;
ALTER TABLE receiving_account FORCE ROW LEVEL SECURITY;
CREATE POLICY receiving_account_by_owner ON receiving_account AS PERMISSIVE FOR ALL TO fees_owner USING (true) WITH CHECK (true);
CREATE POLICY receiving_account_in_division ON receiving_account AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (division_code ^@ ( SELECT guard_from() AS guard_from))));
CREATE POLICY receiving_account_names_its_opener ON receiving_account AS RESTRICTIVE FOR INSERT TO PUBLIC WITH CHECK ((opened_by = ( SELECT guard_text('actor'::text) AS guard_text)));
COMMENT ON TABLE receiving_account IS 'An account of the authority that money comes in on; never somebody''s own.';
GRANT INSERT (account, division_code, bank, holder_name, opened_at), SELECT ON receiving_account TO fees_rw;

CREATE TABLE recovery_case (
  id uuid NOT NULL,
  case_no text NOT NULL,
  overpayment_id text,
  source text GENERATED ALWAYS AS (
CASE
    WHEN (overpayment_id IS NULL) THEN 'officer'::text
    ELSE 'subsidy'::text
END) STORED NOT NULL,
  ground text NOT NULL,
  programme text NOT NULL,
  division_code text COLLATE "C" NOT NULL,
  beneficiary_id uuid,
  payee_id uuid,
  payee_name text NOT NULL,
  payee_key bytea,
  payee_mask text,
  wrong_from date NOT NULL,
  wrong_until date NOT NULL,
  paid_on date NOT NULL,
  wrong_fen bigint NOT NULL,
  still_fen bigint NOT NULL,
  reference text NOT NULL,
  found_on date NOT NULL,
  opened_on date NOT NULL,
  opened_by text DEFAULT guard_text('actor'::text) NOT NULL,
  opened_at timestamp with time zone NOT NULL,
  state text DEFAULT 'new'::text NOT NULL,
  outcome text,
  events integer DEFAULT 0 NOT NULL,
  confirmed_by text,
  limitation_ends date NOT NULL,
  cause text,
  is_in_good_faith boolean,
  gone_fen bigint,
  finding text,
  document_no text,
  facts_by text,
  notice_letter_id uuid,
  notice_served_on date,
  statement_ends date,
  hearing_asked_on date,
  hearing_held_on date,
  decided_fen bigint,
  owed_fen bigint,
  reasons text,
  answer text,
  decided_by text,
  decided_on date,
  decision_letter_id uuid,
  decision_served_on date,
  pay_by date,
  appeal_ends date,
  court_until date,
  receivable_id uuid,
  reminder_letter_id uuid,
  reminder_served_on date,
  reminder_ends date,
  court_ref text,
  waiver_rule text,
  referred_to text,
  closed_on date,
  closed_why text,
  due_on date GENERATED ALWAYS AS (
CASE
    WHEN (state = ANY (ARRAY['proposed'::text, 'detected'::text, 'fact-finding'::text, 'noticed'::text])) THEN limitation_ends
    WHEN (state = ANY (ARRAY['served'::text, 'repaying'::text])) THEN pay_by
    WHEN (state = 'reminded'::text) THEN court_until
    ELSE NULL::date
END) STORED,
  CONSTRAINT recovery_case_pkey PRIMARY KEY (id),
  CONSTRAINT recovery_case_number_is_unique UNIQUE (case_no),
  CONSTRAINT recovery_of_an_overpayment_is_one UNIQUE (overpayment_id),
  CONSTRAINT recovery_receivable_is_one UNIQUE (receivable_id),
  CONSTRAINT recovery_cause_is_known CHECK (cause = ANY (ARRAY['authority-error'::text, 'unreported-change'::text, 'fraud'::text])),
  CONSTRAINT recovery_closed_has_an_outcome CHECK ((state = 'closed'::text) = (outcome IS NOT NULL)),
  CONSTRAINT recovery_days_are_a_period CHECK (wrong_until > wrong_from),
  CONSTRAINT recovery_division_has_twelve_digits CHECK (division_code ~ '^\d{12}$'::text),
  CONSTRAINT recovery_facts_are_whole CHECK (num_nulls(cause, is_in_good_faith, gone_fen, finding, document_no) = ANY (ARRAY[0, 5])),
  CONSTRAINT recovery_fraud_knows_no_good_faith CHECK (NOT (cause = 'fraud'::text AND is_in_good_faith)),
  CONSTRAINT recovery_gone_only_in_good_faith CHECK (gone_fen = 0 OR gone_fen >= 0 AND gone_fen <= wrong_fen AND is_in_good_faith),
  CONSTRAINT recovery_ground_is_known CHECK (ground = ANY (ARRAY['late-death'::text, 'late-move'::text, 'duplicate'::text, 'false-claim'::text, 'changed-fact'::text, 'office-error'::text])),
  CONSTRAINT recovery_is_decided_by_another CHECK (decided_by <> facts_by AND decided_by <> opened_by),
  CONSTRAINT recovery_is_of_something CHECK (wrong_fen > 0 AND still_fen >= 0 AND still_fen <= wrong_fen),
  CONSTRAINT recovery_never_more_than_was_wrong CHECK (decided_fen >= 1 AND decided_fen <= (wrong_fen - gone_fen)),
  CONSTRAINT recovery_outcome_is_known CHECK (outcome = ANY (ARRAY['repaid'::text, 'waived'::text, 'ceased'::text, 'court'::text])),
  CONSTRAINT recovery_owes_no_more_than_was_decided CHECK (owed_fen >= 0 AND owed_fen <= decided_fen),
  CONSTRAINT recovery_payee_key_is_an_index CHECK (length(payee_key) = 32),
  CONSTRAINT recovery_periods_run_from_service CHECK ((num_nulls(decision_served_on, pay_by, appeal_ends, court_until) = ANY (ARRAY[0, 4])) AND pay_by > decision_served_on AND appeal_ends > decision_served_on AND court_until > appeal_ends AND (decision_served_on IS NULL OR decision_letter_id IS NOT NULL)),
  CONSTRAINT recovery_reminder_period_runs_from_service CHECK ((num_nulls(reminder_served_on, reminder_ends) = ANY (ARRAY[0, 2])) AND reminder_ends > reminder_served_on AND (reminder_served_on IS NULL OR reminder_letter_id IS NOT NULL)),
  CONSTRAINT recovery_statement_period_runs_from_service CHECK ((num_nulls(notice_served_on, statement_ends) = ANY (ARRAY[0, 2])) AND statement_ends > notice_served_on AND (notice_served_on IS NULL OR notice_letter_id IS NOT NULL)),
  CONSTRAINT recovery_case_decision_letter_id_fkey FOREIGN KEY (decision_letter_id) REFERENCES letter(id),
  CONSTRAINT recovery_case_notice_letter_id_fkey FOREIGN KEY (notice_letter_id) REFERENCES letter(id),
  CONSTRAINT recovery_case_reminder_letter_id_fkey FOREIGN KEY (reminder_letter_id) REFERENCES letter(id),
  CONSTRAINT recovery_case_state_fkey FOREIGN KEY (state) REFERENCES recovery_state(state)
);
CREATE INDEX recovery_case_by_decision ON recovery_case USING btree (decision_letter_id);
CREATE INDEX recovery_case_by_division ON recovery_case USING btree (division_code text_pattern_ops, due_on, id);
CREATE INDEX recovery_case_by_notice ON recovery_case USING btree (notice_letter_id);
CREATE INDEX recovery_case_by_payee ON recovery_case USING btree (payee_key);
CREATE INDEX recovery_case_by_payee_id ON recovery_case USING btree (payee_id);
CREATE INDEX recovery_case_by_reminder ON recovery_case USING btree (reminder_letter_id);
CREATE INDEX recovery_case_by_state ON recovery_case USING btree (state);
CREATE TRIGGER recovery_case_keeps BEFORE UPDATE ON recovery_case FOR EACH ROW EXECUTE FUNCTION recovery_case_keeps();
ALTER TABLE recovery_case ENABLE ROW LEVEL SECURITY;
ALTER TABLE recovery_case FORCE ROW LEVEL SECURITY;
CREATE POLICY recovery_case_by_owner ON recovery_case AS PERMISSIVE FOR ALL TO fees_owner USING (true) WITH CHECK (true);
CREATE POLICY recovery_case_in_division ON recovery_case AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (division_code ^@ ( SELECT guard_from() AS guard_from)) OR (payee_key = ( SELECT guard_key() AS guard_key)) OR (payee_id = ANY (( SELECT guard_family() AS guard_family)::uuid[])))) WITH CHECK ((( SELECT guard_whole() AS guard_whole) OR (division_code ^@ ( SELECT guard_from() AS guard_from))));
CREATE POLICY recovery_case_names_its_opener ON recovery_case AS RESTRICTIVE FOR INSERT TO PUBLIC WITH CHECK ((opened_by = ( SELECT guard_text('actor'::text) AS guard_text)));
COMMENT ON TABLE recovery_case IS 'What was paid and not owed, and what becomes of it by decision. Its state is what its last event says; no other benefit hangs on it.';
COMMENT ON COLUMN recovery_case.still_fen IS 'What of it is not owed as subsidy knows now: a fact may be corrected again while the case goes on.';
COMMENT ON COLUMN recovery_case.gone_fen IS 'Taken in good faith and no longer there: not to be returned (民法典 986).';
COMMENT ON COLUMN recovery_case.owed_fen IS 'What was decided, less what a reconsideration or a court took off; never rises.';
COMMENT ON COLUMN recovery_case.waiver_rule IS 'The dated rule by which it was waived, with its source; there is none in national law.';
COMMENT ON COLUMN recovery_case.due_on IS 'The next day on which something of the office’s ends or falls due.';
GRANT INSERT (id, case_no, overpayment_id, ground, programme, division_code, beneficiary_id, payee_id, payee_name, payee_key, payee_mask, wrong_from, wrong_until, paid_on, wrong_fen, still_fen, reference, found_on, opened_on, opened_at, limitation_ends), SELECT, UPDATE (still_fen, limitation_ends, cause, is_in_good_faith, gone_fen, finding, document_no, notice_letter_id, notice_served_on, statement_ends, decided_fen, owed_fen, reasons, answer, decision_letter_id, decision_served_on, pay_by, appeal_ends, court_until, receivable_id, reminder_letter_id, reminder_served_on, reminder_ends, court_ref, waiver_rule, referred_to, closed_why) ON recovery_case TO fees_rw;

CREATE TABLE recovery_counter (
  county_code text COLLATE "C" NOT NULL,
  year smallint NOT NULL,
  last integer NOT NULL,
  CONSTRAINT recovery_counter_pkey PRIMARY KEY (county_code, year),
  CONSTRAINT recovery_counter_counts_up CHECK (last > 0)
);
ALTER TABLE recovery_counter ENABLE ROW LEVEL SECURITY;
ALTER TABLE recovery_counter FORCE ROW LEVEL SECURITY;
CREATE POLICY recovery_counter_by_owner ON recovery_counter AS PERMISSIVE FOR ALL TO fees_owner USING (true) WITH CHECK (true);
CREATE POLICY recovery_counter_in_any_context ON recovery_counter AS PERMISSIVE FOR ALL TO PUBLIC USING (( SELECT guard_open() AS guard_open));
COMMENT ON TABLE recovery_counter IS 'The last number that a county gave a recovery case in a year.';
GRANT INSERT, SELECT, UPDATE ON recovery_counter TO fees_rw;

CREATE TABLE recovery_event (
  case_id uuid NOT NULL,
  seq integer NOT NULL,
  act text NOT NULL,
  from_state text NOT NULL,
  to_state text NOT NULL,
  actor text DEFAULT guard_text('actor'::text) NOT NULL,
  note text,
  on_day date NOT NULL,
  at timestamp with time zone NOT NULL,
  CONSTRAINT recovery_event_pkey PRIMARY KEY (case_id, seq),
  CONSTRAINT recovery_event_case_id_fkey FOREIGN KEY (case_id) REFERENCES recovery_case(id),
  CONSTRAINT recovery_moves_as_the_table_says FOREIGN KEY (act, from_state, to_state) REFERENCES recovery_move(act, from_state, to_state)
);
CREATE INDEX recovery_event_by_move ON recovery_event USING btree (act, from_state, to_state);
CREATE TRIGGER recovery_event_applies AFTER INSERT ON recovery_event FOR EACH ROW EXECUTE FUNCTION recovery_event_applies();
ALTER TABLE recovery_event ENABLE ROW LEVEL SECURITY;
ALTER TABLE recovery_event FORCE ROW LEVEL SECURITY;
CREATE POLICY recovery_event_by_owner ON recovery_event AS PERMISSIVE FOR ALL TO fees_owner USING (true) WITH CHECK (true);
CREATE POLICY recovery_event_names_its_actor ON recovery_event AS RESTRICTIVE FOR INSERT TO PUBLIC WITH CHECK ((actor = ( SELECT guard_text('actor'::text) AS guard_text)));
CREATE POLICY recovery_event_of_a_case ON recovery_event AS PERMISSIVE FOR ALL TO PUBLIC USING ((EXISTS ( SELECT
   FROM recovery_case c
  WHERE (c.id = recovery_event.case_id))));
CREATE POLICY recovery_event_of_the_person ON recovery_event AS RESTRICTIVE FOR INSERT TO PUBLIC WITH CHECK ((( SELECT guard_whole() AS guard_whole) OR (( SELECT guard_from() AS guard_from) IS NOT NULL) OR (act = ANY (ARRAY['say'::text, 'ask-hearing'::text]))));
COMMENT ON TABLE recovery_event IS 'The history of every recovery case; append-only. A case''s state is what its last event says.';
GRANT INSERT, SELECT ON recovery_event TO fees_rw;

CREATE TABLE recovery_line (
  case_id uuid NOT NULL,
  n smallint NOT NULL,
  division_code text COLLATE "C" NOT NULL,
  payment_ref text NOT NULL,
  paid_on date NOT NULL,
  paid_fen bigint NOT NULL,
  wrong_fen bigint NOT NULL,
  is_live boolean DEFAULT true NOT NULL,
  CONSTRAINT recovery_line_pkey PRIMARY KEY (case_id, n),
  CONSTRAINT recovery_line_is_never_more_than_was_paid CHECK (wrong_fen > 0 AND wrong_fen <= paid_fen),
  CONSTRAINT recovery_line_case_id_fkey FOREIGN KEY (case_id) REFERENCES recovery_case(id)
);
CREATE UNIQUE INDEX recovery_line_claims_a_payment_once ON recovery_line USING btree (division_code, payment_ref) WHERE is_live;
ALTER TABLE recovery_line ENABLE ROW LEVEL SECURITY;
ALTER TABLE recovery_line FORCE ROW LEVEL SECURITY;
CREATE POLICY recovery_line_by_owner ON recovery_line AS PERMISSIVE FOR ALL TO fees_owner USING (true) WITH CHECK (true);
CREATE POLICY recovery_line_of_a_case ON recovery_line AS PERMISSIVE FOR ALL TO PUBLIC USING ((EXISTS ( SELECT
   FROM recovery_case c
  WHERE (c.id = recovery_line.case_id))));
COMMENT ON TABLE recovery_line IS 'Payments that an officer stated as wrong, each with what was paid; a payment is claimed once while no case about it was dropped.';
GRANT INSERT, SELECT ON recovery_line TO fees_rw;

CREATE TABLE recovery_move (
  act text NOT NULL,
  from_state text NOT NULL,
  to_state text NOT NULL,
  outcome text,
  CONSTRAINT recovery_move_pkey PRIMARY KEY (act, from_state, to_state),
  CONSTRAINT recovery_move_closes_with_an_outcome CHECK ((to_state = 'closed'::text AND from_state <> 'closed'::text) = (outcome IS NOT NULL)),
  CONSTRAINT recovery_move_outcome_is_known CHECK (outcome = ANY (ARRAY['repaid'::text, 'waived'::text, 'ceased'::text, 'court'::text])),
  CONSTRAINT recovery_move_from_state_fkey FOREIGN KEY (from_state) REFERENCES recovery_state(state),
  CONSTRAINT recovery_move_to_state_fkey FOREIGN KEY (to_state) REFERENCES recovery_state(state)
);
CREATE INDEX recovery_move_by_from ON recovery_move USING btree (from_state);
CREATE INDEX recovery_move_by_to ON recovery_move USING btree (to_state);
ALTER TABLE recovery_move ENABLE ROW LEVEL SECURITY;
ALTER TABLE recovery_move FORCE ROW LEVEL SECURITY;
CREATE POLICY recovery_move_by_owner ON recovery_move AS PERMISSIVE FOR ALL TO fees_owner USING (true) WITH CHECK (true);
CREATE POLICY recovery_move_is_public ON recovery_move AS PERMISSIVE FOR SELECT TO PUBLIC USING (true);
COMMENT ON TABLE recovery_move IS 'Every step of a recovery case there is (recovery.state.ts, mirrored); what is not listed cannot happen.';
GRANT SELECT ON recovery_move TO fees_rw;

CREATE TABLE recovery_share (
  case_id uuid NOT NULL,
  level text NOT NULL,
  year smallint NOT NULL,
  fen bigint NOT NULL,
  CONSTRAINT recovery_share_pkey PRIMARY KEY (case_id, level, year),
  CONSTRAINT recovery_share_is_an_amount CHECK (fen > 0),
  CONSTRAINT recovery_share_level_is_known CHECK (level = ANY (ARRAY['central'::text, 'province'::text, 'city'::text, 'county'::text])),
  CONSTRAINT recovery_share_case_id_fkey FOREIGN KEY (case_id) REFERENCES recovery_case(id)
);
ALTER TABLE recovery_share ENABLE ROW LEVEL SECURITY;
ALTER TABLE recovery_share FORCE ROW LEVEL SECURITY;
CREATE POLICY recovery_share_by_owner ON recovery_share AS PERMISSIVE FOR ALL TO fees_owner USING (true) WITH CHECK (true);
CREATE POLICY recovery_share_of_a_case ON recovery_share AS PERMISSIVE FOR ALL TO PUBLIC USING ((EXISTS ( SELECT
   FROM recovery_case c
  WHERE (c.id = recovery_share.case_id))));
COMMENT ON TABLE recovery_share IS 'Budgets that the wrong payment came from: what comes back goes there in the same proportions.';
GRANT INSERT, SELECT ON recovery_share TO fees_rw;

CREATE TABLE recovery_state (
  state text NOT NULL,
  is_open boolean NOT NULL,
  CONSTRAINT recovery_state_pkey PRIMARY KEY (state)
);
ALTER TABLE recovery_state ENABLE ROW LEVEL SECURITY;
ALTER TABLE recovery_state FORCE ROW LEVEL SECURITY;
CREATE POLICY recovery_state_by_owner ON recovery_state AS PERMISSIVE FOR ALL TO fees_owner USING (true) WITH CHECK (true);
CREATE POLICY recovery_state_is_public ON recovery_state AS PERMISSIVE FOR SELECT TO PUBLIC USING (true);
COMMENT ON TABLE recovery_state IS 'Where a recovery case can stand (recovery.state.ts, mirrored).';
GRANT SELECT ON recovery_state TO fees_rw;

CREATE TABLE recovery_statement (
  id uuid NOT NULL,
  case_id uuid NOT NULL,
  words text NOT NULL,
  is_own_hand boolean NOT NULL,
  said_on date NOT NULL,
  taken_by text DEFAULT guard_text('actor'::text) NOT NULL,
  at timestamp with time zone NOT NULL,
  CONSTRAINT recovery_statement_pkey PRIMARY KEY (id),
  CONSTRAINT recovery_statement_says_something CHECK (length(words) >= 1 AND length(words) <= 4000),
  CONSTRAINT recovery_statement_case_id_fkey FOREIGN KEY (case_id) REFERENCES recovery_case(id)
);
CREATE INDEX recovery_statement_by_case ON recovery_statement USING btree (case_id);
ALTER TABLE recovery_statement ENABLE ROW LEVEL SECURITY;
ALTER TABLE recovery_statement FORCE ROW LEVEL SECURITY;
CREATE POLICY recovery_statement_by_owner ON recovery_statement AS PERMISSIVE FOR ALL TO fees_owner USING (true) WITH CHECK (true);
CREATE POLICY recovery_statement_names_its_taker ON recovery_statement AS RESTRICTIVE FOR INSERT TO PUBLIC WITH CHECK ((taken_by = ( SELECT guard_text('actor'::text) AS guard_text)));
CREATE POLICY recovery_statement_of_a_case ON recovery_statement AS PERMISSIVE FOR ALL TO PUBLIC USING ((EXISTS ( SELECT
   FROM recovery_case c
  WHERE (c.id = recovery_statement.case_id))));
COMMENT ON TABLE recovery_statement IS 'What the person said, in their own words (陈述申辩); append-only.';
GRANT INSERT, SELECT ON recovery_statement TO fees_rw;

CREATE TABLE refund (
  id uuid NOT NULL,
  kind text NOT NULL,
  source_id uuid NOT NULL,
  division_code text COLLATE "C" NOT NULL,
  fen bigint NOT NULL,
  payer_name text NOT NULL,
  payer_key bytea,
  reason text NOT NULL,
  found_by_unit boolean NOT NULL,
  received_on date,
  original_receipt_no text,
  quoted_receipt_no text,
  route text,
  state text NOT NULL,
  opened_by text DEFAULT guard_text('actor'::text) NOT NULL,
  opened_on date NOT NULL,
  opened_at timestamp with time zone NOT NULL,
  due_on date,
  verified_by text,
  approved_by text,
  approved_at timestamp with time zone,
  stepped_up_at timestamp with time zone,
  account_id uuid,
  tries smallint DEFAULT 0 NOT NULL,
  ended_on date,
  CONSTRAINT refund_pkey PRIMARY KEY (id),
  CONSTRAINT refund_approval_is_stepped_up CHECK (stepped_up_at >= (approved_at - '00:05:00'::interval) AND stepped_up_at <= approved_at),
  CONSTRAINT refund_division_has_twelve_digits CHECK (division_code ~ '^\d{12}$'::text),
  CONSTRAINT refund_ends_on_a_day CHECK ((state = ANY (ARRAY['confirmed'::text, 'rejected'::text])) = (ended_on IS NOT NULL)),
  CONSTRAINT refund_gives_something_back CHECK (fen > 0),
  CONSTRAINT refund_is_approved_whole CHECK ((state <> ALL (ARRAY['approved'::text, 'handed'::text, 'confirmed'::text, 'returned'::text, 'repaired'::text])) OR num_nulls(approved_by, approved_at, stepped_up_at, account_id, route) = 0),
  CONSTRAINT refund_is_verified_by_someone CHECK ((state = ANY (ARRAY['asked'::text, 'rejected'::text])) OR verified_by IS NOT NULL),
  CONSTRAINT refund_kind_is_known CHECK (kind = ANY (ARRAY['receipt'::text, 'legacy'::text])),
  CONSTRAINT refund_needs_two_officers CHECK (approved_by <> verified_by),
  CONSTRAINT refund_payer_key_is_an_index CHECK (length(payer_key) = 32),
  CONSTRAINT refund_quotes_its_receipt CHECK ((state = ANY (ARRAY['asked'::text, 'rejected'::text])) OR original_receipt_no IS NULL OR quoted_receipt_no = original_receipt_no),
  CONSTRAINT refund_reason_is_words CHECK (char_length(reason) >= 2 AND char_length(reason) <= 200),
  CONSTRAINT refund_route_is_known CHECK (route = ANY (ARRAY['reduce-revenue'::text, 'treasury-return'::text])),
  CONSTRAINT refund_state_is_known CHECK (state = ANY (ARRAY['asked'::text, 'verified'::text, 'approved'::text, 'handed'::text, 'confirmed'::text, 'returned'::text, 'repaired'::text, 'rejected'::text])),
  CONSTRAINT refund_pays_an_account_of_its_own FOREIGN KEY (account_id, id) REFERENCES refund_account(id, refund_id)
);
CREATE INDEX refund_by_account ON refund USING btree (account_id, id);
CREATE INDEX refund_by_division ON refund USING btree (division_code, id);
CREATE INDEX refund_by_due ON refund USING btree (due_on) WHERE state <> ALL (ARRAY['confirmed'::text, 'rejected'::text]);
CREATE INDEX refund_by_payer ON refund USING btree (payer_key) WHERE payer_key IS NOT NULL;
CREATE INDEX refund_by_source ON refund USING btree (source_id);
CREATE TRIGGER refund_moves BEFORE INSERT OR UPDATE ON refund FOR EACH ROW EXECUTE FUNCTION refund_moves();
ALTER TABLE refund ENABLE ROW LEVEL SECURITY;
ALTER TABLE refund FORCE ROW LEVEL SECURITY;
CREATE POLICY refund_by_owner ON refund AS PERMISSIVE FOR ALL TO fees_owner USING (true) WITH CHECK (true);
CREATE POLICY refund_in_division ON refund AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (division_code ^@ ( SELECT guard_from() AS guard_from)) OR (payer_key = ( SELECT guard_key() AS guard_key)))) WITH CHECK ((( SELECT guard_whole() AS guard_whole) OR (division_code ^@ ( SELECT guard_from() AS guard_from))));
CREATE POLICY refund_names_its_opener ON refund AS RESTRICTIVE FOR INSERT TO fees_rw WITH CHECK (((opened_by = ( SELECT guard_text('actor'::text) AS guard_text)) AND (verified_by IS NULL) AND (approved_by IS NULL)));
COMMENT ON TABLE refund IS 'Money that goes back to who paid it: asked, verified by the unit that took it, approved by finance, paid, confirmed.';
COMMENT ON COLUMN refund.found_by_unit IS 'Whether our own office found it, which shortens its deadline.';
COMMENT ON COLUMN refund.original_receipt_no IS 'Number of the fiscal receipt that was issued for the money; whoever asks must quote it.';
COMMENT ON COLUMN refund.route IS 'Money received this year reduces revenue; that of a past year comes back out of the treasury (退库).';
COMMENT ON COLUMN refund.due_on IS 'By when our own step is to be done; null where that year''s calendar is not published yet.';
GRANT INSERT, SELECT, UPDATE (original_receipt_no, quoted_receipt_no, route, state, due_on, verified_by, approved_by, approved_at, stepped_up_at, account_id, tries, ended_on) ON refund TO fees_rw;

CREATE TABLE refund_account (
  id uuid NOT NULL,
  refund_id uuid NOT NULL,
  no smallint NOT NULL,
  holder_name text NOT NULL,
  account_sealed bytea NOT NULL,
  account_key bytea NOT NULL,
  account_mask text NOT NULL,
  bank text NOT NULL,
  reason text,
  given_by text DEFAULT guard_text('actor'::text) NOT NULL,
  given_at timestamp with time zone NOT NULL,
  CONSTRAINT refund_account_pkey PRIMARY KEY (id),
  CONSTRAINT refund_account_belongs_to_its_refund UNIQUE (id, refund_id),
  CONSTRAINT refund_account_is_counted UNIQUE (refund_id, no),
  CONSTRAINT refund_account_key_is_an_index CHECK (length(account_key) = 32),
  CONSTRAINT refund_account_other_than_the_first_needs_a_reason CHECK (no = 1 OR char_length(reason) >= 4 AND char_length(reason) <= 200),
  CONSTRAINT refund_account_refund_id_fkey FOREIGN KEY (refund_id) REFERENCES refund(id)
);
ALTER TABLE refund_account ENABLE ROW LEVEL SECURITY;
ALTER TABLE refund_account FORCE ROW LEVEL SECURITY;
CREATE POLICY refund_account_by_owner ON refund_account AS PERMISSIVE FOR ALL TO fees_owner USING (true) WITH CHECK (true);
CREATE POLICY refund_account_names_its_giver ON refund_account AS RESTRICTIVE FOR INSERT TO fees_rw WITH CHECK ((given_by = ( SELECT guard_text('actor'::text) AS guard_text)));
CREATE POLICY refund_account_with_its_refund ON refund_account AS PERMISSIVE FOR ALL TO PUBLIC USING ((EXISTS ( SELECT
   FROM refund r
  WHERE (r.id = refund_account.refund_id)))) WITH CHECK (((( SELECT guard_whole() AS guard_whole) OR (( SELECT guard_from() AS guard_from) IS NOT NULL)) AND (EXISTS ( SELECT
   FROM refund r
  WHERE (r.id = refund_account.refund_id)))));
COMMENT ON TABLE refund_account IS 'Where a refund goes: the account that the money came from, and later ones with the reason why. Append-only.';
COMMENT ON COLUMN refund_account.account_sealed IS 'AES-256-GCM, bound to this table, column and row id.';
GRANT INSERT, SELECT ON refund_account TO fees_rw;

CREATE TABLE refund_payment (
  refund_id uuid NOT NULL,
  try_no smallint NOT NULL,
  file_id uuid NOT NULL,
  line integer NOT NULL,
  end_to_end_id text NOT NULL,
  account_id uuid NOT NULL,
  fen bigint NOT NULL,
  CONSTRAINT refund_payment_pkey PRIMARY KEY (refund_id, try_no),
  CONSTRAINT refund_payment_has_its_line UNIQUE (file_id, line),
  CONSTRAINT refund_payment_reference_is_unique UNIQUE (end_to_end_id),
  CONSTRAINT refund_payment_is_an_amount CHECK (fen > 0),
  CONSTRAINT refund_payment_file_id_fkey FOREIGN KEY (file_id) REFERENCES treasury_file(id),
  CONSTRAINT refund_payment_goes_to_an_account_of_its_refund FOREIGN KEY (account_id, refund_id) REFERENCES refund_account(id, refund_id),
  CONSTRAINT refund_payment_refund_id_fkey FOREIGN KEY (refund_id) REFERENCES refund(id)
);
CREATE INDEX refund_payment_by_account ON refund_payment USING btree (account_id, refund_id);
ALTER TABLE refund_payment ENABLE ROW LEVEL SECURITY;
ALTER TABLE refund_payment FORCE ROW LEVEL SECURITY;
CREATE POLICY refund_payment_by_owner ON refund_payment AS PERMISSIVE FOR ALL TO fees_owner USING (true) WITH CHECK (true);
CREATE POLICY refund_payment_of_refund ON refund_payment AS PERMISSIVE FOR ALL TO PUBLIC USING ((EXISTS ( SELECT
   FROM refund r
  WHERE (r.id = refund_payment.refund_id)))) WITH CHECK (((( SELECT guard_whole() AS guard_whole) OR (( SELECT guard_from() AS guard_from) IS NOT NULL)) AND (EXISTS ( SELECT
   FROM refund r
  WHERE (r.id = refund_payment.refund_id)))));
COMMENT ON TABLE refund_payment IS 'One try at paying a refund: a line of a file, to the account that was approved. Append-only.';
GRANT INSERT, SELECT ON refund_payment TO fees_rw;

CREATE TABLE refund_step (
  refund_id uuid NOT NULL,
  seq smallint NOT NULL,
  from_state text,
  to_state text NOT NULL,
  note text,
  actor text DEFAULT guard_text('actor'::text) NOT NULL,
  at timestamp with time zone NOT NULL,
  CONSTRAINT refund_step_pkey PRIMARY KEY (refund_id, seq),
  CONSTRAINT refund_step_refund_id_fkey FOREIGN KEY (refund_id) REFERENCES refund(id)
);
ALTER TABLE refund_step ENABLE ROW LEVEL SECURITY;
ALTER TABLE refund_step FORCE ROW LEVEL SECURITY;
CREATE POLICY refund_step_by_owner ON refund_step AS PERMISSIVE FOR ALL TO fees_owner USING (true) WITH CHECK (true);
CREATE POLICY refund_step_names_its_actor ON refund_step AS RESTRICTIVE FOR INSERT TO fees_rw WITH CHECK ((actor = ( SELECT guard_text('actor'::text) AS guard_text)));
CREATE POLICY refund_step_with_its_refund ON refund_step AS PERMISSIVE FOR ALL TO PUBLIC USING ((EXISTS ( SELECT
   FROM refund r
  WHERE (r.id = refund_step.refund_id)))) WITH CHECK (((( SELECT guard_whole() AS guard_whole) OR (( SELECT guard_from() AS guard_from) IS NOT NULL)) AND (EXISTS ( SELECT
   FROM refund r
  WHERE (r.id = refund_step.refund_id)))));
COMMENT ON TABLE refund_step IS 'Journal of a refund, written with every move; append-only.';
GRANT INSERT, SELECT ON refund_step TO fees_rw;

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

CREATE TABLE remittance (
  id uuid NOT NULL,
  county_code text COLLATE "C" NOT NULL,
  day date NOT NULL,
  state text NOT NULL,
  line_count integer NOT NULL,
  total_fen bigint NOT NULL,
  content_hash bytea NOT NULL,
  drafted_by text DEFAULT guard_text('actor'::text) NOT NULL,
  drafted_at timestamp with time zone NOT NULL,
  prepared_by text,
  prepared_at timestamp with time zone,
  approved_by text,
  approved_at timestamp with time zone,
  approved_hash bytea,
  stepped_up_at timestamp with time zone,
  file_id uuid,
  ended_by text,
  ended_on date,
  end_note text,
  CONSTRAINT remittance_pkey PRIMARY KEY (id),
  CONSTRAINT remittance_approval_is_of_this_content CHECK (approved_hash = content_hash),
  CONSTRAINT remittance_approval_is_stepped_up CHECK (stepped_up_at >= (approved_at - '00:05:00'::interval) AND stepped_up_at <= approved_at),
  CONSTRAINT remittance_county_has_twelve_digits CHECK (county_code ~ '^\d{6}000000$'::text),
  CONSTRAINT remittance_ends_by_someone CHECK ((state = ANY (ARRAY['confirmed'::text, 'failed'::text, 'cancelled'::text])) = (num_nulls(ended_by, ended_on, end_note) = 0)),
  CONSTRAINT remittance_goes_by_a_file CHECK ((state = ANY (ARRAY['handed'::text, 'confirmed'::text, 'failed'::text])) = (file_id IS NOT NULL)),
  CONSTRAINT remittance_is_approved_whole CHECK ((state = ANY (ARRAY['drafted'::text, 'prepared'::text, 'cancelled'::text])) OR num_nulls(approved_by, approved_at, approved_hash, stepped_up_at) = 0),
  CONSTRAINT remittance_is_prepared_by_someone CHECK ((state = ANY (ARRAY['drafted'::text, 'cancelled'::text])) OR num_nulls(prepared_by, prepared_at) = 0),
  CONSTRAINT remittance_needs_two_officers CHECK (approved_by <> prepared_by AND approved_by <> drafted_by),
  CONSTRAINT remittance_remits_something CHECK (line_count > 0 AND total_fen > 0),
  CONSTRAINT remittance_state_is_known CHECK (state = ANY (ARRAY['drafted'::text, 'prepared'::text, 'approved'::text, 'handed'::text, 'confirmed'::text, 'failed'::text, 'cancelled'::text])),
  CONSTRAINT remittance_file_id_fkey FOREIGN KEY (file_id) REFERENCES treasury_file(id)
);
CREATE INDEX remittance_by_county ON remittance USING btree (county_code, day, id);
CREATE INDEX remittance_by_file ON remittance USING btree (file_id) WHERE file_id IS NOT NULL;
CREATE UNIQUE INDEX remittance_once_a_county_and_day ON remittance USING btree (county_code, day) WHERE state <> ALL (ARRAY['failed'::text, 'cancelled'::text]);
CREATE CONSTRAINT TRIGGER remittance_adds_up AFTER INSERT ON remittance DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION remittance_adds_up();
CREATE TRIGGER remittance_moves BEFORE INSERT OR UPDATE ON remittance FOR EACH ROW EXECUTE FUNCTION remittance_moves();
ALTER TABLE remittance ENABLE ROW LEVEL SECURITY;
ALTER TABLE remittance FORCE ROW LEVEL SECURITY;
CREATE POLICY remittance_by_owner ON remittance AS PERMISSIVE FOR ALL TO fees_owner USING (true) WITH CHECK (true);
CREATE POLICY remittance_in_county ON remittance AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (county_code ^@ "left"(( SELECT guard_from() AS guard_from), 6))));
CREATE POLICY remittance_names_its_drafter ON remittance AS RESTRICTIVE FOR INSERT TO fees_rw WITH CHECK ((drafted_by = ( SELECT guard_text('actor'::text) AS guard_text)));
COMMENT ON TABLE remittance IS 'What a county remits on a day: drafted, prepared by one officer, approved by another, handed over, confirmed.';
COMMENT ON COLUMN remittance.content_hash IS 'What the approving officer signs: SHA-256 over every line.';
GRANT INSERT, SELECT, UPDATE (state, prepared_by, prepared_at, approved_by, approved_at, approved_hash, stepped_up_at, file_id, ended_by, ended_on, end_note) ON remittance TO fees_rw;

CREATE TABLE remittance_line (
  id uuid NOT NULL,
  remittance_id uuid NOT NULL,
  line smallint NOT NULL,
  level text NOT NULL,
  year smallint NOT NULL,
  fen bigint NOT NULL,
  route text NOT NULL,
  transfer_id uuid NOT NULL,
  CONSTRAINT remittance_line_pkey PRIMARY KEY (id),
  CONSTRAINT remittance_line_has_its_place UNIQUE (remittance_id, line),
  CONSTRAINT remittance_line_once_a_budget UNIQUE (remittance_id, level, year),
  CONSTRAINT remittance_line_reserves_once UNIQUE (transfer_id),
  CONSTRAINT remittance_line_is_an_amount CHECK (fen > 0),
  CONSTRAINT remittance_line_route_is_known CHECK (route = ANY (ARRAY['reduce-expenditure'::text, 'treasury-return'::text])),
  CONSTRAINT remittance_line_remittance_id_fkey FOREIGN KEY (remittance_id) REFERENCES remittance(id),
  CONSTRAINT remittance_line_transfer_id_fkey FOREIGN KEY (transfer_id) REFERENCES transfer(id)
);
CREATE CONSTRAINT TRIGGER remittance_adds_up AFTER INSERT ON remittance_line DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION remittance_adds_up();
ALTER TABLE remittance_line ENABLE ROW LEVEL SECURITY;
ALTER TABLE remittance_line FORCE ROW LEVEL SECURITY;
CREATE POLICY remittance_line_by_owner ON remittance_line AS PERMISSIVE FOR ALL TO fees_owner USING (true) WITH CHECK (true);
CREATE POLICY remittance_line_of_remittance ON remittance_line AS PERMISSIVE FOR ALL TO PUBLIC USING ((EXISTS ( SELECT
   FROM remittance r
  WHERE (r.id = remittance_line.remittance_id))));
COMMENT ON TABLE remittance_line IS 'One budget of one funder: money of the current year reduces its expenditure, that of a past year goes to the treasury (退库).';
GRANT INSERT, SELECT ON remittance_line TO fees_rw;

CREATE TABLE remittance_part (
  line_id uuid NOT NULL,
  step_id uuid NOT NULL,
  level text NOT NULL,
  year smallint NOT NULL,
  fen bigint NOT NULL,
  CONSTRAINT remittance_part_pkey PRIMARY KEY (line_id, step_id),
  CONSTRAINT remittance_part_is_an_amount CHECK (fen > 0),
  CONSTRAINT remittance_part_is_of_a_share FOREIGN KEY (step_id, level, year) REFERENCES receivable_step_share(step_id, level, year),
  CONSTRAINT remittance_part_line_id_fkey FOREIGN KEY (line_id) REFERENCES remittance_line(id)
);
CREATE INDEX remittance_part_by_share ON remittance_part USING btree (step_id, level, year);
CREATE TRIGGER remittance_part_is_remitted_once BEFORE INSERT ON remittance_part FOR EACH ROW EXECUTE FUNCTION remittance_part_is_remitted_once();
CREATE TRIGGER remittance_parts_fill_their_line AFTER INSERT ON remittance_part REFERENCING NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION remittance_parts_fill_their_line();
ALTER TABLE remittance_part ENABLE ROW LEVEL SECURITY;
ALTER TABLE remittance_part FORCE ROW LEVEL SECURITY;
CREATE POLICY remittance_part_by_owner ON remittance_part AS PERMISSIVE FOR ALL TO fees_owner USING (true) WITH CHECK (true);
CREATE POLICY remittance_part_of_line ON remittance_part AS PERMISSIVE FOR ALL TO PUBLIC USING ((EXISTS ( SELECT
   FROM remittance_line l
  WHERE (l.id = remittance_part.line_id))));
COMMENT ON TABLE remittance_part IS 'Which fen a line remits: of which amount received on which receivable, so that each is traced to the payment and remitted once.';
GRANT INSERT, SELECT ON remittance_part TO fees_rw;

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

CREATE TABLE transfer (
  id uuid NOT NULL,
  kind text NOT NULL,
  debit text NOT NULL,
  credit text NOT NULL,
  fen bigint NOT NULL,
  pending_id uuid,
  code text NOT NULL,
  ref uuid,
  at timestamp with time zone NOT NULL,
  CONSTRAINT transfer_pkey PRIMARY KEY (id),
  CONSTRAINT transfer_ends_a_pending_one CHECK ((kind = ANY (ARRAY['post'::text, 'void'::text])) = (pending_id IS NOT NULL)),
  CONSTRAINT transfer_fen_check CHECK (fen > 0),
  CONSTRAINT transfer_goes_somewhere_else CHECK (debit <> credit),
  CONSTRAINT transfer_kind_check CHECK (kind = ANY (ARRAY['single'::text, 'pending'::text, 'post'::text, 'void'::text])),
  CONSTRAINT transfer_pending_id_fkey FOREIGN KEY (pending_id) REFERENCES transfer(id)
);
CREATE INDEX transfer_by_credit ON transfer USING btree (credit, at);
CREATE INDEX transfer_by_debit ON transfer USING btree (debit, at);
CREATE INDEX transfer_by_ref ON transfer USING btree (ref);
CREATE UNIQUE INDEX transfer_is_posted_or_voided_once ON transfer USING btree (pending_id) WHERE pending_id IS NOT NULL;
CREATE TRIGGER transfer_counts AFTER INSERT ON transfer REFERENCING NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION transfer_counts();
CREATE TRIGGER transfer_is_history BEFORE DELETE OR UPDATE OR TRUNCATE ON transfer FOR EACH STATEMENT EXECUTE FUNCTION transfer_is_history();
ALTER TABLE transfer ENABLE ROW LEVEL SECURITY;
ALTER TABLE transfer FORCE ROW LEVEL SECURITY;
CREATE POLICY transfer_by_owner ON transfer AS PERMISSIVE FOR ALL TO fees_owner USING (true) WITH CHECK (true);
CREATE POLICY transfer_of_account ON transfer AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (EXISTS ( SELECT
   FROM ledger_account a
  WHERE (a.code = ANY (ARRAY[transfer.debit, transfer.credit]))))));
COMMENT ON TABLE transfer IS 'One movement of money from debit to credit; append-only. A correction is another transfer with its own code.';
COMMENT ON COLUMN transfer.id IS 'Made by the client, so that asking twice moves the money once.';
GRANT INSERT, SELECT ON transfer TO fees_rw;

CREATE TABLE treasury_account (
  id uuid NOT NULL,
  county_code text COLLATE "C" NOT NULL,
  purpose text NOT NULL,
  valid daterange NOT NULL,
  holder_name text NOT NULL,
  account text NOT NULL,
  bank text NOT NULL,
  document text NOT NULL,
  set_by text DEFAULT guard_text('actor'::text) NOT NULL,
  set_at timestamp with time zone NOT NULL,
  CONSTRAINT treasury_account_pkey PRIMARY KEY (id),
  CONSTRAINT treasury_account_begins_somewhere CHECK (NOT lower_inf(valid) AND NOT isempty(valid)),
  CONSTRAINT treasury_account_county_has_twelve_digits CHECK (county_code ~ '^\d{6}000000$'::text),
  CONSTRAINT treasury_account_names_its_document CHECK (char_length(document) >= 2 AND char_length(document) <= 100 AND holder_name <> ''::text AND bank <> ''::text),
  CONSTRAINT treasury_account_number_is_readable CHECK (account ~ '^[0-9A-Za-z][0-9A-Za-z-]{0,33}$'::text),
  CONSTRAINT treasury_account_purpose_is_a_word CHECK (purpose ~ '^[a-z]+$'::text),
  CONSTRAINT treasury_account_is_one_a_day EXCLUDE USING gist (county_code WITH =, purpose WITH =, valid WITH &&)
);
ALTER TABLE treasury_account ENABLE ROW LEVEL SECURITY;
ALTER TABLE treasury_account FORCE ROW LEVEL SECURITY;
CREATE POLICY treasury_account_by_owner ON treasury_account AS PERMISSIVE FOR ALL TO fees_owner USING (true) WITH CHECK (true);
CREATE POLICY treasury_account_in_county ON treasury_account AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (county_code ^@ "left"(( SELECT guard_from() AS guard_from), 6))));
CREATE POLICY treasury_account_names_who_set_it ON treasury_account AS RESTRICTIVE FOR INSERT TO fees_rw WITH CHECK ((set_by = ( SELECT guard_text('actor'::text) AS guard_text)));
COMMENT ON TABLE treasury_account IS 'Accounts of offices that collected money comes to and goes to, dated; of no person.';
GRANT INSERT, SELECT, UPDATE (valid) ON treasury_account TO fees_rw;

CREATE TABLE treasury_file (
  id uuid NOT NULL,
  county_code text COLLATE "C" NOT NULL,
  kind text NOT NULL,
  day date NOT NULL,
  no integer NOT NULL,
  message_id text NOT NULL,
  format text NOT NULL,
  name text NOT NULL,
  sha256 bytea NOT NULL,
  line_count integer NOT NULL,
  total_fen bigint NOT NULL,
  state text NOT NULL,
  path text NOT NULL,
  written_by text DEFAULT guard_text('actor'::text) NOT NULL,
  written_at timestamp with time zone NOT NULL,
  handed_at timestamp with time zone,
  CONSTRAINT treasury_file_pkey PRIMARY KEY (id),
  CONSTRAINT treasury_file_is_counted UNIQUE (county_code, kind, day, no),
  CONSTRAINT treasury_file_message_is_unique UNIQUE (message_id),
  CONSTRAINT treasury_file_name_is_unique UNIQUE (name),
  CONSTRAINT treasury_file_format_is_known CHECK (format = ANY (ARRAY['pain.001'::text, 'csv'::text])),
  CONSTRAINT treasury_file_hash_is_sha256 CHECK (length(sha256) = 32),
  CONSTRAINT treasury_file_kind_is_known CHECK (kind = ANY (ARRAY['remittance'::text, 'refund'::text])),
  CONSTRAINT treasury_file_pays_something CHECK (line_count > 0 AND total_fen > 0),
  CONSTRAINT treasury_file_state_is_known CHECK ((state = ANY (ARRAY['written'::text, 'handed'::text])) AND (state = 'handed'::text) = (handed_at IS NOT NULL))
);
ALTER TABLE treasury_file ENABLE ROW LEVEL SECURITY;
ALTER TABLE treasury_file FORCE ROW LEVEL SECURITY;
CREATE POLICY treasury_file_by_owner ON treasury_file AS PERMISSIVE FOR ALL TO fees_owner USING (true) WITH CHECK (true);
CREATE POLICY treasury_file_in_county ON treasury_file AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (county_code ^@ "left"(( SELECT guard_from() AS guard_from), 6))));
COMMENT ON TABLE treasury_file IS 'A file of payments that was written for the treasury''s bank: its hash was committed before it was put where the bank looks.';
GRANT INSERT, SELECT, UPDATE (state, path, handed_at) ON treasury_file TO fees_rw;

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

CREATE OR REPLACE FUNCTION fees.bank_entry_aside_is_settled_once()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if old.settled_at is not null then
    raise exception 'somebody has settled this already' using errcode = '23514', constraint = 'bank_entry_aside_is_settled_once';
  end if;
  return new;
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

CREATE OR REPLACE FUNCTION fees.fiscal_receipt_moves()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'fees', 'public', 'pg_temp'
AS $function$
declare free constant text[] := array['state', 'ended_by', 'ended_on', 'end_reason', 'report_due_on', 'reported_by', 'reported_on', 'report_ref'];
begin
  if (to_jsonb(new) - free) is distinct from (to_jsonb(old) - free)
    or not ((old.state = 'issued' and new.state in ('voided', 'lost') and new.reported_on is null and new.ended_by = guard_text('actor'))
      or (old.state = 'lost' and new.state = 'lost' and old.reported_on is null and new.reported_by = guard_text('actor')
          and (new.ended_by, new.ended_on, new.end_reason, new.report_due_on) is not distinct from (old.ended_by, old.ended_on, old.end_reason, old.report_due_on))) then
    raise exception 'a receipt is voided or lost once, and its loss reported once; nothing else changes' using errcode = '23514', constraint = 'fiscal_receipt_is_history';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION fees.fiscal_receipt_takes_the_next_number()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'fees', 'public', 'pg_temp'
AS $function$
declare series receipt_series; wanted record; free int8multirange; stands bigint;
begin
  select * into series from receipt_series s where s.id = new.series_id for no key update;
  free := receipt_series_free(new.series_id);
  if free is null or isempty(free) then
    raise exception 'no number of this series is left' using errcode = '23514', constraint = 'fiscal_receipt_has_a_number_left';
  end if;
  new.no := lower(free);
  new.number := series.receipt_code || lpad(new.no::text, series.number_digits, '0');
  -- What it is for is what was received, whatever the app says.
  select t.receivable_id, t.receipt_id, t.fen, r.division_code, r.debtor_name, r.debtor_key into wanted
    from receivable_step t join receivable r on r.id = t.receivable_id where t.id = new.step_id and t.kind = 'received';
  if wanted is null or left(wanted.division_code, 6) <> left(series.division_code, 6) then
    raise exception 'a receipt is for money that an office of its county received' using errcode = '23514', constraint = 'fiscal_receipt_is_for_money_of_its_county';
  end if;
  -- What a later decision gave back, or a wrong match took back, needs no receipt.
  select sum(case t.kind when 'received' then t.fen else -t.fen end) into stands
    from receivable_step t where t.receivable_id = wanted.receivable_id and t.receipt_id = wanted.receipt_id and t.kind in ('received', 'returned');
  select stands - coalesce(sum(f.fen), 0) into stands from fiscal_receipt f
   where f.receivable_id = wanted.receivable_id and f.bank_receipt_id = wanted.receipt_id and f.state = 'issued';
  if stands <= 0 then
    raise exception 'nothing of this money stands that has no receipt' using errcode = '23514', constraint = 'fiscal_receipt_is_for_money_that_stands';
  end if;
  new.receivable_id := wanted.receivable_id;
  new.bank_receipt_id := wanted.receipt_id;
  new.fen := least(wanted.fen, stands);
  new.division_code := wanted.division_code;
  new.payer_name := wanted.debtor_name;
  new.payer_key := wanted.debtor_key;
  if new.state <> 'issued' or (new.replaces is not null and not exists (
      select from fiscal_receipt f where f.id = new.replaces and f.step_id = new.step_id and f.state <> 'issued')) then
    raise exception 'a receipt replaces one of the same money that was ended' using errcode = '23514', constraint = 'fiscal_receipt_replaces_an_ended_one';
  end if;
  update receipt_series s set next_no = new.no + 1 where s.id = new.series_id;
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

CREATE OR REPLACE FUNCTION fees.instalment_only_counts()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'fees', 'public', 'pg_temp'
AS $function$
begin
  -- Less is paid only where a receipt was wrongly counted and is taken back: then the part is open again, and reminded of anew.
  if new.dropped_fen < old.dropped_fen or new.named_fen < old.named_fen
     or new.paid_fen >= old.paid_fen
        and ((old.reminded_on is not null and (new.reminded_on, new.grace_until) is distinct from (old.reminded_on, old.grace_until))
          or (old.missed_on is not null and new.missed_on is distinct from old.missed_on)
          or (old.paid_on is not null and new.paid_on is distinct from old.paid_on)) then
    raise exception 'what was counted stays counted' using errcode = '23514', constraint = 'instalment_only_counts';
  end if;
  if not exists (select from instalment_plan p where p.id = new.plan_id and p.state in ('proposed', 'agreed', 'suspended')) then
    raise exception 'a plan that is over changes no more' using errcode = '23514', constraint = 'instalment_of_a_plan_that_is_over';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION fees.instalment_plan_is_of_a_receivable()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'fees', 'public', 'pg_temp'
AS $function$
begin
  select r.matter_id, r.division_code, r.debtor_name, r.debtor_key into new.matter_id, new.division_code, new.debtor_name, new.debtor_key
    from receivable r where r.id = new.receivable_id;
  if new.matter_id is null then
    raise exception 'no such receivable' using errcode = '23503', constraint = 'instalment_plan_receivable_id_fkey';
  end if;
  if new.state not in ('proposed', 'agreed') or (new.state = 'agreed') <> (new.side = 'rule') then
    raise exception 'a plan begins as a proposal' using errcode = '23514', constraint = 'instalment_plan_begins_as_a_proposal';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION fees.instalment_plan_moves()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'fees', 'public', 'pg_temp'
AS $function$
begin
  if new.state = old.state and new is distinct from old
     or new.state <> old.state and not exists (select from instalment_move m where m.from_state = old.state and m.to_state = new.state) then
    raise exception 'a plan does not go from % to %', old.state, new.state using errcode = '23514', constraint = 'instalment_plan_moves_as_the_table_says';
  end if;
  if old.agreed_on is not null and (new.agreed_on, new.answered_by) is distinct from (old.agreed_on, old.answered_by) then
    raise exception 'what was agreed stays' using errcode = '23514', constraint = 'instalment_plan_agreement_stays';
  end if;
  if new.answered_by is distinct from old.answered_by and new.answered_by is distinct from guard_text('actor') then
    raise exception 'who answers is who works' using errcode = '42501';
  end if;
  -- A proposal that came to nothing keeps its parts as they were put forward; what was agreed and is over leaves nothing open.
  if new.state in ('settled', 'broken', 'replaced') and exists (select from instalment i where i.plan_id = new.id and i.open_fen > 0) then
    raise exception 'a plan that is over leaves nothing open' using errcode = '23514', constraint = 'instalment_plan_over_leaves_nothing_open';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION fees.instalments_are_what_is_open()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'fees', 'public', 'pg_temp'
AS $function$
declare of_plan uuid; plan instalment_plan; found bigint; owed bigint;
begin
  of_plan := case tg_table_name when 'instalment' then (to_jsonb(new) ->> 'plan_id')::uuid else (to_jsonb(new) ->> 'id')::uuid end;
  select * into plan from instalment_plan where id = of_plan;
  if plan.state not in ('agreed', 'suspended') then return null; end if;
  select coalesce(sum(i.open_fen), 0) into found from instalment i where i.plan_id = of_plan;
  select r.open_fen into owed from receivable r where r.id = plan.receivable_id;
  if found is distinct from owed then
    raise exception 'the parts have % open, the receivable %', found, owed using errcode = '23514', constraint = 'instalments_are_what_is_open';
  end if;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION fees.instalments_sum_to_the_plan()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'fees', 'public', 'pg_temp'
AS $function$
declare of_plan uuid; found bigint; wanted bigint;
begin
  of_plan := case tg_table_name when 'instalment' then (to_jsonb(new) ->> 'plan_id')::uuid else (to_jsonb(new) ->> 'id')::uuid end;
  select fen into wanted from instalment_plan where id = of_plan;
  select sum(i.fen) into found from instalment i where i.plan_id = of_plan;
  if found is distinct from wanted then
    raise exception 'the parts sum to %, the plan is over %', found, wanted using errcode = '23514', constraint = 'instalments_sum_to_the_plan';
  end if;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION fees.ledger_account_lock(codes text[])
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'fees', 'public', 'pg_temp'
AS $function$
  select from ledger_account where code = any(codes) order by code for no key update
$function$;

CREATE OR REPLACE FUNCTION fees.legacy_fee_end_court(id uuid, document text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'fees', 'public', 'pg_temp'
AS $function$
begin
  if guard_text('permission') is distinct from 'legacy-fee.court' then
    raise exception 'the archive closes the file of the court' using errcode = '42501';
  end if;
  update legacy_fee_case c set court_state = 'ended', court_document = document
   where c.id = $1 and c.court_state = 'pending' and (guard_whole() or c.office_code ^@ guard_from());
  if not found then
    raise exception 'no application to a court is pending' using errcode = '23514', constraint = 'legacy_fee_court_is_ended_once';
  end if;
end $function$;

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
     and not exists (select from legacy_refund_review r where r.case_id = c.id and r.state in ('opened', 'verified'))
     and not exists (select from refund f join legacy_fee_payment p on p.id = f.source_id
                      where p.case_id = c.id and f.state not in ('confirmed', 'rejected'))
     and c.court_state <> 'pending';
  if ids is null then return 0; end if;
  select count(*) into n_payments from legacy_fee_payment p where p.case_id = any (ids);
  with gone as (delete from letter l where l.about_id = any (ids) returning 1) select count(*) into n_letters from gone;
  delete from legacy_fee_case c where c.id = any (ids);
  insert into legacy_deletion (office_code, taken_before, cases, payments, letters, at)
  values (office, before, cardinality(ids), n_payments, n_letters, at);
  return cardinality(ids);
end $function$;

CREATE OR REPLACE FUNCTION fees.legacy_fee_never_changes()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare may constant text[] := array['number_sealed', 'court_state', 'court_document', 'ceased_fen'];
begin
  if (to_jsonb(new) - may) is distinct from (to_jsonb(old) - may)
    or ((new.court_state, new.court_document) is distinct from (old.court_state, old.court_document)
        and (old.court_state, new.court_state) is distinct from ('pending', 'ended')) then
    raise exception 'an old case stays as its ledger said it' using errcode = '23514', constraint = 'legacy_fee_never_changes';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION fees.legacy_fee_payment_never_changes()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception 'a payment stays as its ledger said it' using errcode = '23514', constraint = 'legacy_fee_never_changes';
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
                                 paid_fen, mispaid_fen, close_out, court_state, court_document, source_ref, row_hash, taken_by, taken_at)
    values ((one ->> 'id')::uuid, one ->> 'office', one ->> 'caseNo', one ->> 'name', decode(one ->> 'sealed', 'hex'),
            decode(one ->> 'key', 'hex'), one ->> 'mask', decided, levied, lawful, wrong,
            case when decided is null then 'CLOSED_NO_DECISION' when lawful = levied then 'CLOSED_PAID'
                 when lawful > 0 then 'CLOSED_PARTIAL_REMAINDER_CEASED' else 'CLOSED_UNPAID_CEASED' end,
            one ->> 'courtState', one ->> 'court', one ->> 'source', decode(one ->> 'hash', 'hex'), guard_text('actor'), at);
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
 SET search_path TO 'fees', 'public', 'pg_temp'
AS $function$
declare error text; paid bigint; back bigint;
begin
  if tg_op = 'UPDATE' and ((to_jsonb(new) - array['state', 'answer_by', 'verified_by', 'decided_by', 'decided_at', 'decision'])
       is distinct from (to_jsonb(old) - array['state', 'answer_by', 'verified_by', 'decided_by', 'decided_at', 'decision'])
     or (old.state, new.state) not in (('opened', 'verified'), ('verified', 'approved'), ('verified', 'rejected'), ('opened', 'opened'))) then
    raise exception 'a refund review goes on as its table of states says' using errcode = '23514', constraint = 'legacy_refund_review_moves';
  end if;
  select p.error, p.fen into error, paid from legacy_fee_payment p where p.id = new.payment_id and p.case_id = new.case_id;
  if error is null or new.fen > paid then
    raise exception 'only what was paid in error goes back, and no more than that' using errcode = '23514', constraint = 'legacy_refund_is_of_an_error';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION fees.match_counts()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'fees', 'public', 'pg_temp'
AS $function$
begin
  if exists (select from arrived a where a.is_automatic and not exists (
      select from bank_receipt r join payment_request q on q.reference = r.reference
       where r.id = a.receipt_id and q.id = a.request_id and q.receivable_id = a.receivable_id)) then
    raise exception 'only a quoted reference matches by itself' using errcode = '23514', constraint = 'match_by_itself_is_of_the_quoted_request';
  end if;
  update bank_receipt r set matched_fen = r.matched_fen + a.fen
    from (select receipt_id, sum(fen)::bigint as fen from arrived where state = 'confirmed' group by receipt_id) a where a.receipt_id = r.id;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION fees.match_moves()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'fees', 'public', 'pg_temp'
AS $function$
declare
  can_change text[] := case when new.state = 'undone' then array['state', 'undone_by', 'undone_at', 'undo_reason']
                            else array['state', 'decided_by', 'decided_at', 'reason'] end;
begin
  if (old.state, new.state) not in (('proposed', 'confirmed'), ('proposed', 'declined'), ('proposed', 'lapsed'), ('confirmed', 'undone'))
     or (to_jsonb(new) - can_change) is distinct from (to_jsonb(old) - can_change) then
    raise exception 'a match goes on as its table of states says' using errcode = '23514', constraint = 'match_moves';
  end if;
  if new.state in ('confirmed', 'undone') then
    update bank_receipt r set matched_fen = r.matched_fen + case new.state when 'confirmed' then new.fen else -new.fen end,
                              is_for_hand = r.is_for_hand or new.state = 'undone'
     where r.id = new.receipt_id;
  end if;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION fees.name_to_compare(name text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
 SET search_path TO 'fees', 'public', 'pg_temp'
AS $function$ select upper(regexp_replace(normalize(name, nfkc), '[\s·•・‧.]', '', 'g')) $function$;

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

CREATE OR REPLACE FUNCTION fees.payment_request_is_asked()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'fees', 'public', 'pg_temp'
AS $function$
begin
  insert into receivable_step (receivable_id, kind, fen, request_id, by_actor, on_day, at)
  select receivable_id, 'requested', fen, id, asked_by, asked_on, asked_at from arrived;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION fees.payment_request_is_of_its_receivable()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'fees', 'public', 'pg_temp'
AS $function$
begin
  select r.division_code, r.programme, r.debtor_name, r.debtor_key into new.division_code, new.programme, new.debtor_name, new.debtor_key
    from receivable r where r.id = new.receivable_id for no key update;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION fees.payment_request_is_withdrawn()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'fees', 'public', 'pg_temp'
AS $function$
begin
  insert into receivable_step (receivable_id, kind, fen, request_id, note, by_actor, on_day, at)
  values (new.receivable_id, 'withdrawn', new.left_fen, new.id, new.cancel_reason, new.cancelled_by,
          (new.cancelled_at at time zone 'Asia/Shanghai')::date, new.cancelled_at);
  return null;
end $function$;

CREATE OR REPLACE FUNCTION fees.payment_request_moves()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception 'a request goes on as its table of states says' using errcode = '23514', constraint = 'payment_request_moves';
end $function$;

CREATE OR REPLACE FUNCTION fees.receipt_difference_ends_once()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'fees', 'public', 'pg_temp'
AS $function$
begin
  if old.ended_at is not null or new.ended_by is distinct from guard_text('actor') then
    raise exception 'a difference is ended once, by who acts' using errcode = '23514', constraint = 'receipt_difference_ends_once';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION fees.receipt_gap_is_of_what_is_left()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'fees', 'public', 'pg_temp'
AS $function$
begin
  if tg_op = 'UPDATE' then
    if (to_jsonb(new) - array['reported_by', 'reported_on', 'report_ref']) is distinct from (to_jsonb(old) - array['reported_by', 'reported_on', 'report_ref'])
      or old.reported_on is not null or new.reported_by is distinct from guard_text('actor') then
      raise exception 'a gap is reported once and changes in nothing else' using errcode = '23514', constraint = 'receipt_gap_is_history';
    end if;
    return new;
  end if;
  perform from receipt_series s where s.id = new.series_id for no key update;
  if not (new.numbers <@ receipt_series_free(new.series_id)) then
    raise exception 'only numbers that were not given out can be lost or returned' using errcode = '23514', constraint = 'receipt_gap_is_of_what_is_left';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION fees.receipt_month_has_no_difference()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'fees', 'public', 'pg_temp'
AS $function$
declare until date := new.month + interval '1 month';
begin
  if exists (select from receipt_difference d where d.county_code = new.county_code and d.day >= new.month and d.day < until and d.ended_at is null) then
    raise exception 'a difference of this month is open' using errcode = '23514', constraint = 'receipt_month_has_no_difference';
  end if;
  if exists (select from bank_receipt b where rpad(left(b.division_code, 6), 12, '0') = new.county_code and b.booked_on >= new.month and b.booked_on < until
      and not exists (select from receipt_reconciliation r where r.county_code = new.county_code and r.day = b.booked_on and r.run_at >= b.taken_at)) then
    raise exception 'a day of this month was not looked at since its receipts came' using errcode = '23514', constraint = 'receipt_month_is_reconciled';
  end if;
  select coalesce(sum(b.fen), 0), count(distinct b.booked_on) into new.booked_fen, new.days
    from bank_receipt b where rpad(left(b.division_code, 6), 12, '0') = new.county_code and b.booked_on >= new.month and b.booked_on < until;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION fees.receipt_series_free(of_series uuid)
 RETURNS int8multirange
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'fees', 'public', 'pg_temp'
AS $function$
  select int8multirange(int8range(s.next_no, s.last_no + 1))
         - coalesce((select range_agg(g.numbers) from receipt_gap g where g.series_id = s.id), '{}'::int8multirange)
    from receipt_series s where s.id = of_series
$function$;

CREATE OR REPLACE FUNCTION fees.receipt_series_is_history()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'fees', 'public', 'pg_temp'
AS $function$
begin
  if tg_op = 'INSERT' then
    if new.next_no <> new.first_no then
      raise exception 'a series begins at its first number' using errcode = '23514', constraint = 'receipt_series_begins_at_its_first';
    end if;
    return new;
  end if;
  if (to_jsonb(new) - 'next_no') is distinct from (to_jsonb(old) - 'next_no') or new.next_no < old.next_no then
    raise exception 'an allotment does not change' using errcode = '23514', constraint = 'receipt_series_is_history';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION fees.receivable_adds_up()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'fees', 'public', 'pg_temp'
 SET enable_seqscan TO 'off'
AS $function$
declare touched uuid[]; moved uuid[]; one record;
begin
  with noted as (delete from receivable_check returning receivables, steps)
  select array(select distinct unnest(receivables) from noted), array(select distinct unnest(steps) from noted) into touched, moved;
  if cardinality(touched) + cardinality(moved) = 0 then return null; end if;
  select r.decided_fen, r.received_fen, r.open_fen, s.shared, s.spread, q.asked into one
    from receivable r,
         lateral (select coalesce(sum(s.fen), 0) as shared, coalesce(sum(s.received_fen), 0) as spread
                    from receivable_share s where s.receivable_id = r.id) s,
         lateral (select coalesce(sum(q.left_fen), 0) as asked
                    from payment_request q where q.receivable_id = r.id and q.state in ('open', 'part')) q
   where r.id = any (touched) and (s.shared <> r.decided_fen or s.spread <> r.received_fen or q.asked > r.open_fen) limit 1;
  if one.shared <> one.decided_fen then
    raise exception 'the shares are % fen, the receivable %', one.shared, one.decided_fen
      using errcode = '23514', constraint = 'receivable_shares_sum_to_the_amount';
  elsif one.spread <> one.received_fen then
    raise exception 'the shares got % fen, the receivable %', one.spread, one.received_fen
      using errcode = '23514', constraint = 'receivable_received_is_spread_over_its_shares';
  elsif one.asked > one.open_fen then
    raise exception 'requests are open for % fen, the receivable for %', one.asked, one.open_fen
      using errcode = '23514', constraint = 'payment_requests_never_exceed_what_is_open';
  end if;
  if cardinality(moved) = 0 then return null; end if;
  select t.fen, s.spread into one
    from receivable_step t, lateral (select coalesce(sum(s.fen), 0) as spread from receivable_step_share s where s.step_id = t.id) s
   where t.id = any (moved) and s.spread <> t.fen limit 1;
  if found then
    raise exception '% of % fen are spread over the shares', one.spread, one.fen
      using errcode = '23514', constraint = 'receivable_step_is_spread_over_shares';
  end if;
  -- What the bank told of this receipt stands in the ledger under its id.
  select c.came, u.used into one
    from (select distinct t.receipt_id as id from receivable_step t where t.id = any (moved)) r,
         lateral (select coalesce(sum(t.fen), 0) as came from transfer t where t.ref = r.id and t.credit ^@ 'unmatched:') c,
         lateral (select coalesce(sum(s.fen) filter (where s.kind = 'received'), 0) as used,
                         coalesce(sum(s.fen) filter (where s.kind = 'returned'), 0) as back from receivable_step s where s.receipt_id = r.id) u
   where u.used > c.came or u.back > u.used limit 1;
  if found then
    raise exception 'a receipt of % fen is used for %', one.came, one.used
      using errcode = '23514', constraint = 'receivable_takes_no_more_than_the_receipt';
  end if;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION fees.receivable_is_history()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception 'what was done is history; another step corrects it' using errcode = '23514', constraint = 'receivable_is_history';
end $function$;

CREATE OR REPLACE FUNCTION fees.receivable_is_of_no_old_case()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'fees', 'public', 'pg_temp'
AS $function$
begin
  if exists (select from legacy_fee_case c where c.id = new.matter_id) then
    raise exception 'an old case of the repealed fee is owed by nobody' using errcode = '23514', constraint = 'receivable_is_of_no_old_case';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION fees.receivable_is_opened()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'fees', 'public', 'pg_temp'
AS $function$
begin
  insert into receivable_step (receivable_id, no, kind, fen, open_fen, by_actor, on_day, at)
  select id, 1, 'opened', decided_fen, decided_fen, opened_by, opened_on, opened_at from arrived;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION fees.receivable_is_to_check()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'fees', 'public', 'pg_temp'
AS $function$
declare receivables uuid[] := '{}'; steps uuid[] := '{}';
begin
  case tg_table_name
    when 'receivable' then receivables := array(select id from arrived);
    when 'receivable_share' then receivables := array(select distinct receivable_id from arrived);
    when 'receivable_step' then steps := array(select id from arrived where kind in ('received', 'returned'));
    when 'receivable_step_share' then steps := array(select distinct step_id from arrived);
  end case;
  if cardinality(receivables) + cardinality(steps) > 0 then
    insert into receivable_check values (receivables, steps);
  end if;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION fees.receivable_lock(of uuid[])
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'fees', 'public', 'pg_temp'
AS $function$
  select from receivable where id = any (of) order by id for no key update
$function$;

CREATE OR REPLACE FUNCTION fees.receivable_step_counts()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'fees', 'public', 'pg_temp'
 SET enable_seqscan TO 'off'
AS $function$
declare wanted integer; counted integer;
begin
  perform from receivable where id in (select receivable_id from arrived) order by id for no key update;
  with delta as (
    select receivable_id, count(*) as steps, coalesce(sum(fen) filter (where kind = 'cut'), 0) as cut_fen,
           sum(case kind when 'received' then fen when 'returned' then -fen else 0 end) as received_fen
      from arrived group by receivable_id)
  update receivable r set steps = r.steps + d.steps, cut_fen = r.cut_fen + d.cut_fen, received_fen = r.received_fen + d.received_fen
    from delta d where r.id = d.receivable_id;
  -- From where the receivable stands now back to every step: its place, and what was owed and received after it.
  with counted as (
    select r.steps + 1 - row_number() over later as no,
           r.open_fen + coalesce(sum(a.cut + a.got) over later_ones, 0) as open_fen,
           r.received_fen - coalesce(sum(a.got) over later_ones, 0) as received_fen,
           a.no as said_no, a.open_fen as said_open_fen
      from (select a.*, case kind when 'cut' then fen else 0 end as cut,
                   case kind when 'received' then fen when 'returned' then -fen else 0 end as got from arrived a) a
      join receivable r on r.id = a.receivable_id
    window later as (partition by a.receivable_id order by a.no desc),
           later_ones as (partition by a.receivable_id order by a.no desc rows between unbounded preceding and 1 preceding))
  select count(*) filter (where c.open_fen < 0 or c.received_fen < 0),
         count(*) filter (where (c.no, c.open_fen) is distinct from (c.said_no, c.said_open_fen)) into counted, wanted from counted c;
  if counted > 0 then
    raise exception 'no step goes below nothing' using errcode = '23514', constraint = 'receivable_open_is_never_negative';
  elsif wanted > 0 then
    raise exception 'a step has the next place, and says what is owed after it' using errcode = '23514', constraint = 'receivable_step_is_the_next_one';
  end if;
  -- A receipt is counted once for each request and once without, and again for each time that it was taken back.
  if exists (select from arrived a where a.kind = 'received' and 0 < (
       select count(*) filter (where s.kind = 'received' and s.request_id is not distinct from a.request_id) - count(*) filter (where s.kind = 'returned')
         from receivable_step s where s.receipt_id = a.receipt_id and s.receivable_id = a.receivable_id and s.no < a.no)) then
    raise exception 'a receipt is counted once for what it pays' using errcode = '23514', constraint = 'receivable_takes_a_receipt_once';
  end if;
  with paid as (
    select request_id, receivable_id, sum(fen) as fen from arrived where kind = 'received' and request_id is not null group by 1, 2)
  update payment_request q set paid_fen = q.paid_fen + p.fen
    from paid p where q.id = p.request_id and q.receivable_id = p.receivable_id and q.state in ('open', 'part');
  get diagnostics counted = row_count;
  select count(distinct (request_id, receivable_id)) into wanted from arrived where kind = 'received' and request_id is not null;
  if counted <> wanted then
    raise exception 'a payment goes to an open request of its own receivable' using errcode = '23514', constraint = 'payment_request_is_open_when_paid';
  end if;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION fees.receivable_step_finds_its_place()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'fees', 'public', 'pg_temp'
AS $function$
declare before receivable_step;
begin
  perform from receivable where id = new.receivable_id for no key update;
  select * into before from receivable_step s where s.receivable_id = new.receivable_id order by s.no desc limit 1;
  new.no := coalesce(before.no, 0) + 1;
  new.open_fen := before.open_fen + case when new.kind = 'returned' then new.fen when new.kind in ('received', 'cut') then -new.fen else 0 end;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION fees.receivable_step_share_counts()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'fees', 'public', 'pg_temp'
 SET enable_seqscan TO 'off'
AS $function$
declare counted integer;
begin
  with moved as (
    select t.receivable_id, a.level, a.year, sum(case t.kind when 'received' then a.fen else -a.fen end) as fen, count(*) as parts
      from arrived a join receivable_step t on t.id = a.step_id and t.kind in ('received', 'returned') group by 1, 2, 3
  ), shared as (
    update receivable_share s set received_fen = s.received_fen + m.fen
      from moved m where (s.receivable_id, s.level, s.year) = (m.receivable_id, m.level, m.year) returning m.parts)
  select coalesce(sum(parts), 0) into counted from shared;
  if counted <> (select count(*) from arrived) then
    raise exception 'what is received goes to the shares of its receivable' using errcode = '23514', constraint = 'receivable_step_share_is_of_its_receivable';
  end if;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION fees.recovery_case_keeps()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  -- Generated columns are not there yet in a row that is about to be written.
  if old.state = 'closed' and new.state = 'closed' and (to_jsonb(new) - array['events', 'owed_fen', 'still_fen', 'source', 'due_on'])
     is distinct from (to_jsonb(old) - array['events', 'owed_fen', 'still_fen', 'source', 'due_on']) then
    raise exception 'a closed case stays as it is' using errcode = '23514', constraint = 'recovery_closed_stays_closed';
  end if;
  if new.owed_fen > old.owed_fen or (old.decided_fen is not null and new.decided_fen is distinct from old.decided_fen)
     or (old.owed_fen is not null and new.owed_fen is null) then
    raise exception 'what is owed never rises' using errcode = '23514', constraint = 'recovery_amount_never_rises';
  end if;
  if old.state <> 'fact-finding' and new.state <> 'fact-finding'
     and (new.cause, new.is_in_good_faith, new.gone_fen, new.finding, new.document_no, new.notice_letter_id)
         is distinct from (old.cause, old.is_in_good_faith, old.gone_fen, old.finding, old.document_no, old.notice_letter_id) then
    raise exception 'facts are found before the notice' using errcode = '23514', constraint = 'recovery_facts_stand_once_noticed';
  end if;
  if old.receivable_id is not null and new.receivable_id is distinct from old.receivable_id then
    raise exception 'a case has one receivable' using errcode = '23514', constraint = 'recovery_receivable_is_one';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION fees.recovery_event_applies()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'fees', 'public', 'pg_temp'
AS $function$
declare c recovery_case; refusal text; ends text;
begin
  select * into c from recovery_case where id = new.case_id for update;
  if c.state is distinct from new.from_state or c.events is distinct from new.seq - 1 then
    raise exception 'a recovery case was moved by someone else meanwhile' using errcode = '40001', constraint = 'recovery_event_applies';
  end if;
  refusal := recovery_refusal(c, new.act, new.actor, new.on_day);
  if refusal is not null then
    raise exception 'this step of a recovery case may not be taken: %', refusal using errcode = '23514', constraint = refusal;
  end if;
  select m.outcome into ends from recovery_move m where (m.act, m.from_state, m.to_state) = (new.act, new.from_state, new.to_state);
  update recovery_case set
    state = new.to_state, events = new.seq, outcome = case new.act when 'reopen' then null else coalesce(ends, outcome) end,
    confirmed_by = case new.act when 'confirm' then new.actor else confirmed_by end,
    facts_by = case new.act when 'establish' then new.actor else facts_by end,
    hearing_asked_on = case new.act when 'ask-hearing' then new.on_day when 'find-again' then null else hearing_asked_on end,
    hearing_held_on = case new.act when 'hear' then new.on_day when 'find-again' then null else hearing_held_on end,
    notice_letter_id = case new.act when 'find-again' then null else notice_letter_id end,
    notice_served_on = case new.act when 'find-again' then null else notice_served_on end,
    statement_ends = case new.act when 'find-again' then null else statement_ends end,
    decided_by = case new.act when 'decide' then new.actor else decided_by end,
    decided_on = case new.act when 'decide' then new.on_day else decided_on end,
    owed_fen = case new.act when 'decide' then decided_fen when 'quash' then 0 else owed_fen end,
    closed_on = case when ends is not null then new.on_day when new.act = 'reopen' then null else closed_on end,
    -- Whoever is asked anew is reminded anew before any court.
    reminder_letter_id = case new.act when 'reopen' then null else reminder_letter_id end,
    reminder_served_on = case new.act when 'reopen' then null else reminder_served_on end,
    reminder_ends = case new.act when 'reopen' then null else reminder_ends end,
    court_ref = case new.act when 'reopen' then null else court_ref end
  where id = new.case_id;
  if ends = 'ceased' then update recovery_line set is_live = false where case_id = new.case_id; end if;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION fees.recovery_refusal(c recovery_case, act text, actor text, on_day date)
 RETURNS text
 LANGUAGE sql
 STABLE
 SET search_path TO 'fees', 'public', 'pg_temp'
AS $function$
  select case
    when act in ('propose', 'detect') and c.wrong_fen <> (select sum(s.fen) from recovery_share s where s.case_id = c.id)
      then 'recovery_shares_sum_to_the_whole'
    when act in ('propose', 'detect') and (act = 'propose') <> (c.overpayment_id is null) then 'recovery_is_stated_or_told'
    when act = 'propose' and c.wrong_fen <> (select sum(l.wrong_fen) from recovery_line l where l.case_id = c.id)
      then 'recovery_lines_sum_to_the_whole'
    when act = 'confirm' and actor = c.opened_by then 'recovery_is_confirmed_by_another'
    when act in ('establish', 'notice', 'decide', 'release') and c.cause is null then 'recovery_needs_its_facts'
    when act in ('notice', 'decide') and on_day > c.limitation_ends then 'recovery_is_past_limitation'
    when act = 'notice' and c.notice_letter_id is null then 'recovery_is_told_by_letter'
    when act = 'notice' and c.gone_fen = c.wrong_fen then 'recovery_of_nothing_ends'
    when act = 'notice-served' and (c.notice_served_on is null or c.notice_served_on > on_day) then 'recovery_notice_is_served'
    when act = 'ask-hearing' and (c.hearing_asked_on is not null or on_day > c.statement_ends) then 'recovery_hearing_is_asked_in_time'
    when act = 'hear' and (c.hearing_asked_on is null or c.hearing_held_on is not null) then 'recovery_hearing_was_asked_for'
    when act = 'hear' and actor = c.facts_by then 'recovery_hearing_is_held_by_another'
    when act = 'refer' and (c.cause is distinct from 'fraud' or c.referred_to is null) then 'recovery_refers_fraud_only'
    when act = 'decide' and (c.notice_served_on is null or c.statement_ends is null) then 'recovery_notice_is_served'
    when act = 'decide' and on_day <= c.statement_ends then 'recovery_hears_before_it_decides'
    when act = 'decide' and c.hearing_asked_on is not null and c.hearing_held_on is null then 'recovery_hears_before_it_decides'
    when act = 'decide' and (c.decided_fen is null or c.decided_fen <> least(c.wrong_fen - c.gone_fen, c.still_fen) or c.decision_letter_id is null)
      then 'recovery_decides_what_follows'
    when act in ('decide', 'release', 'waive', 'cease') and (actor = c.facts_by or (act <> 'cease' and actor = c.opened_by))
      then 'recovery_is_decided_by_another'
    when act = 'release' and not (c.is_in_good_faith and c.gone_fen = c.wrong_fen) then 'recovery_releases_good_faith_only'
    when act = 'waive' and c.waiver_rule is null then 'recovery_waives_by_rule_only'
    when act in ('cease', 'quash', 'waive', 'release', 'end-court') and c.closed_why is null then 'recovery_ends_for_a_reason'
    when act in ('remind', 'apply') and c.still_fen < c.owed_fen then 'recovery_asks_for_no_more_than_is_known'
    when act = 'serve' and (c.decision_served_on is null or c.decision_served_on > on_day or c.receivable_id is null)
      then 'recovery_collects_only_what_was_served'
    when act = 'remind' and (c.decision_served_on is null or on_day <= c.pay_by or c.reminder_letter_id is null)
      then 'recovery_reminds_after_the_period'
    when act = 'reminder-served' and (c.reminder_served_on is null or c.reminder_served_on > on_day) then 'recovery_reminder_is_served'
    when act = 'apply' and (c.reminder_ends is null or on_day <= c.reminder_ends or c.appeal_ends is null or on_day <= c.appeal_ends
                            or on_day > c.court_until or c.court_ref is null)
      then 'recovery_goes_to_court_in_its_time'
    when act = 'reopen' and (c.outcome <> 'repaid' or not exists (
        select from receivable r where r.id = c.receivable_id and r.open_fen > 0)) then 'recovery_reopens_what_was_not_repaid'
  end $function$;

CREATE OR REPLACE FUNCTION fees.refund_moves()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'fees', 'public', 'pg_temp'
AS $function$
declare
  received bigint;
  given bigint;
  free constant text[] := array['state', 'due_on', 'quoted_receipt_no', 'original_receipt_no', 'route', 'verified_by', 'approved_by',
    'approved_at', 'stepped_up_at', 'account_id', 'tries', 'ended_on'];
begin
  if tg_op = 'INSERT' then
    if new.state <> 'asked' then
      raise exception 'a refund begins by being asked for' using errcode = '23514', constraint = 'refund_moves';
    end if;
    perform pg_advisory_xact_lock(hashtextextended('refund:' || new.source_id, 0));
    if new.kind = 'receipt' then
      select a.credits_posted into received from ledger_account a 
       where a.code = 'refundable:' || rpad(left(new.division_code, 6), 12, '0') || ':' || new.source_id;
    else
      select p.fen into received from legacy_fee_payment p where p.id = new.source_id and p.error is not null;
    end if;
    select coalesce(sum(r.fen), 0) into given from refund r where r.source_id = new.source_id and r.state <> 'rejected';
    if given + new.fen > coalesce(received, 0) then
      raise exception 'no more goes back than was received' using errcode = '23514', constraint = 'refund_gives_back_no_more_than_was_received';
    end if;
    return new;
  end if;
  if (to_jsonb(new) - free) is distinct from (to_jsonb(old) - free) then
    raise exception 'what a refund is of does not change' using errcode = '23514', constraint = 'refund_is_history';
  end if;
  if old.original_receipt_no is not null and new.original_receipt_no is distinct from old.original_receipt_no then
    raise exception 'the original receipt stays' using errcode = '23514', constraint = 'refund_is_history';
  end if;
  if (old.state, new.state) not in (('asked', 'verified'), ('asked', 'rejected'), ('verified', 'approved'), ('verified', 'rejected'),
      ('approved', 'handed'), ('handed', 'confirmed'), ('handed', 'returned'), ('confirmed', 'returned'), ('returned', 'repaired'),
      ('repaired', 'approved')) then
    raise exception 'no such move: % to %', old.state, new.state using errcode = '23514', constraint = 'refund_moves';
  end if;
  if (old.state, new.state) = ('asked', 'verified') and new.kind = 'receipt'
    and exists (select from fiscal_receipt f where f.bank_receipt_id = new.source_id)
    and not exists (select from fiscal_receipt f where f.bank_receipt_id = new.source_id and f.number = new.quoted_receipt_no) then
    raise exception 'the receipt that was issued for it is quoted' using errcode = '23514', constraint = 'refund_quotes_its_receipt';
  end if;
  if (new.verified_by is distinct from old.verified_by and new.verified_by is distinct from guard_text('actor'))
    or (new.approved_by is distinct from old.approved_by and new.approved_by is distinct from guard_text('actor'))
    or (new.state = 'approved' and new.approved_by is distinct from guard_text('actor')) then
    raise exception 'nobody signs for another' using errcode = '23514', constraint = 'refund_is_signed_by_who_acts';
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

CREATE OR REPLACE FUNCTION fees.remittance_adds_up()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'fees', 'public', 'pg_temp'
AS $function$
declare one remittance;
begin
  select * into one from remittance r where r.id = coalesce(to_jsonb(new) ->> 'remittance_id', to_jsonb(new) ->> 'id')::uuid;
  if (select count(*) <> one.line_count or coalesce(sum(l.fen), 0) <> one.total_fen from remittance_line l where l.remittance_id = one.id)
    or exists (select from remittance_line l where l.remittance_id = one.id
                and l.fen <> (select coalesce(sum(p.fen), 0) from remittance_part p where p.line_id = l.id))
    or exists (select from remittance_line l left join transfer t on t.id = l.transfer_id and t.kind = 'pending' and t.fen = l.fen
                 and t.debit = concat_ws(':', 'collected', one.county_code, l.level, l.year) and t.credit = concat_ws(':', 'treasury', one.county_code, l.level, l.year)
                where l.remittance_id = one.id and t.id is null)
    or remittance_hash(one.id) <> one.content_hash then
    raise exception 'a remittance is the sum of its lines, and a line of its parts' using errcode = '23514', constraint = 'remittance_adds_up';
  end if;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION fees.remittance_hash(of uuid)
 RETURNS bytea
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'fees', 'public', 'pg_temp'
AS $function$
  select sha256(convert_to(r.county_code || '|' || r.day || '|' || coalesce(string_agg(
           concat_ws('|', l.line, l.level, l.year, l.fen, l.route, l.transfer_id), ';' order by l.line), ''), 'UTF8'))
    from remittance r left join remittance_line l on l.remittance_id = r.id where r.id = of group by r.county_code, r.day
$function$;

CREATE OR REPLACE FUNCTION fees.remittance_moves()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'fees', 'public', 'pg_temp'
AS $function$
declare free constant text[] := array['state', 'prepared_by', 'prepared_at', 'approved_by', 'approved_at', 'approved_hash', 'stepped_up_at',
  'file_id', 'ended_by', 'ended_on', 'end_note'];
begin
  if tg_op = 'INSERT' then
    if new.state <> 'drafted' or num_nulls(new.prepared_by, new.approved_by) < 2 then
      raise exception 'a remittance begins as a draft' using errcode = '23514', constraint = 'remittance_moves';
    end if;
    return new;
  end if;
  if (to_jsonb(new) - free) is distinct from (to_jsonb(old) - free) then
    raise exception 'what a remittance is of does not change' using errcode = '23514', constraint = 'remittance_is_history';
  end if;
  if (old.state, new.state) not in (('drafted', 'prepared'), ('drafted', 'cancelled'), ('prepared', 'approved'), ('prepared', 'cancelled'),
      ('approved', 'handed'), ('approved', 'cancelled'), ('handed', 'confirmed'), ('handed', 'failed')) then
    raise exception 'no such move: % to %', old.state, new.state using errcode = '23514', constraint = 'remittance_moves';
  end if;
  if (new.prepared_by is distinct from old.prepared_by and (new.prepared_by is distinct from guard_text('actor') or new.prepared_by ~ '^system'))
    or (new.approved_by is distinct from old.approved_by and (new.approved_by is distinct from guard_text('actor') or new.approved_by ~ '^system'))
    or (old.prepared_by is not null and new.prepared_by is distinct from old.prepared_by)
    or (old.approved_by is not null and new.approved_by is distinct from old.approved_by)
    or (new.ended_by is distinct from old.ended_by and new.ended_by is distinct from guard_text('actor')) then
    raise exception 'nobody signs for another, and no machine signs' using errcode = '23514', constraint = 'remittance_is_signed_by_who_acts';
  end if;
  if new.state = 'confirmed' and exists (select from remittance_line l where l.remittance_id = new.id
      and not exists (select from transfer t where t.pending_id = l.transfer_id and t.kind = 'post'))
    or new.state in ('failed', 'cancelled') and exists (select from remittance_line l where l.remittance_id = new.id
      and not exists (select from transfer t where t.pending_id = l.transfer_id and t.kind = 'void')) then
    raise exception 'the ledger says what became of a remittance' using errcode = '23514', constraint = 'remittance_ends_as_the_ledger_says';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION fees.remittance_part_is_remitted_once()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'fees', 'public', 'pg_temp'
AS $function$
declare received bigint; taken bigint; line remittance_line;
begin
  select s.fen into received from receivable_step_share s where s.step_id = new.step_id and s.level = new.level and s.year = new.year for update;
  select * into line from remittance_line l where l.id = new.line_id;
  select coalesce(sum(p.fen), 0) into taken
    from remittance_part p join remittance_line l on l.id = p.line_id join remittance r on r.id = l.remittance_id
   where p.step_id = new.step_id and p.level = new.level and p.year = new.year and r.state not in ('failed', 'cancelled');
  if (new.level, new.year) is distinct from (line.level, line.year) or taken + new.fen > received then
    raise exception 'a fen is remitted once' using errcode = '23514', constraint = 'remittance_part_is_remitted_once';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION fees.remittance_parts_fill_their_line()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'fees', 'public', 'pg_temp'
AS $function$
begin
  if exists (select from (select distinct line_id from arrived) a join remittance_line l on l.id = a.line_id
              where l.fen <> (select sum(p.fen) from remittance_part p where p.line_id = l.id)) then
    raise exception 'a line is the sum of its parts' using errcode = '23514', constraint = 'remittance_adds_up';
  end if;
  return null;
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

CREATE OR REPLACE FUNCTION fees.transfer_counts()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'fees', 'public', 'pg_temp'
AS $function$
declare wanted integer; found_accounts integer;
begin
  if exists (select from arrived a where a.pending_id is not null and not exists (
      select from transfer p where p.id = a.pending_id and p.kind = 'pending'
        and (p.debit, p.credit, p.fen) = (a.debit, a.credit, a.fen))) then
    raise exception 'a transfer may end only a pending one with the same accounts and amount'
      using errcode = '23514', constraint = 'transfer_ends_what_was_pending';
  end if;
  perform from ledger_account where code in (select debit from arrived union select credit from arrived)
    order by code for no key update;
  with side as (
    select debit as code, kind, fen, true as gives from arrived
    union all
    select credit, kind, fen, false from arrived
  ), delta as (
    select code,
      coalesce(sum(fen) filter (where gives and kind in ('single', 'post')), 0) as debits_posted,
      coalesce(sum(fen) filter (where not gives and kind in ('single', 'post')), 0) as credits_posted,
      coalesce(sum(case kind when 'pending' then fen else -fen end) filter (where gives and kind <> 'single'), 0) as debits_pending,
      coalesce(sum(case kind when 'pending' then fen else -fen end) filter (where not gives and kind <> 'single'), 0) as credits_pending
    from side group by code
  )
  update ledger_account a set
    debits_posted = a.debits_posted + d.debits_posted,
    credits_posted = a.credits_posted + d.credits_posted,
    debits_pending = a.debits_pending + d.debits_pending,
    credits_pending = a.credits_pending + d.credits_pending
  from delta d where d.code = a.code;
  get diagnostics found_accounts = row_count;
  select count(*) into wanted from (select debit from arrived union select credit from arrived) codes;
  if found_accounts <> wanted then
    raise exception 'a transfer names an account that does not exist' using errcode = '23503', constraint = 'transfer_knows_its_accounts';
  end if;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION fees.transfer_is_history()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception 'a transfer is history; write another one that corrects it' using errcode = '23514', constraint = 'transfer_is_history';
end $function$;

ALTER DEFAULT PRIVILEGES FOR ROLE fees_owner GRANT DELETE, INSERT, SELECT, UPDATE ON TABLES TO fees_rw;
ALTER DEFAULT PRIVILEGES FOR ROLE fees_owner GRANT SELECT, USAGE ON SEQUENCES TO fees_rw;
