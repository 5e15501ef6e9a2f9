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
);
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
  reference text NOT NULL,
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
CREATE INDEX payment_request_by_debtor ON payment_request USING btree (debtor_key);
CREATE INDEX payment_request_by_instalment ON payment_request USING btree (instalment_id);
CREATE INDEX payment_request_by_receivable ON payment_request USING btree (receivable_id);
CREATE INDEX payment_request_open_by_amount ON payment_request USING btree (left_fen, debtor_name) WHERE state = ANY (ARRAY['open'::text, 'part'::text]);
CREATE TRIGGER payment_request_is_history AFTER INSERT OR UPDATE ON payment_request FOR EACH ROW EXECUTE FUNCTION payment_request_is_history();
CREATE TRIGGER payment_request_is_of_its_receivable BEFORE INSERT ON payment_request FOR EACH ROW EXECUTE FUNCTION payment_request_is_of_its_receivable();
CREATE TRIGGER payment_request_moves BEFORE UPDATE ON payment_request FOR EACH ROW EXECUTE FUNCTION payment_request_moves();
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
);
CREATE INDEX receivable_by_debtor ON receivable USING btree (debtor_key);
CREATE INDEX receivable_by_division ON receivable USING btree (division_code, id);
CREATE CONSTRAINT TRIGGER receivable_adds_up AFTER INSERT OR UPDATE ON receivable DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION receivable_adds_up();
CREATE TRIGGER receivable_is_history BEFORE DELETE OR TRUNCATE ON receivable FOR EACH STATEMENT EXECUTE FUNCTION receivable_is_history();
CREATE TRIGGER receivable_is_opened AFTER INSERT ON receivable FOR EACH ROW EXECUTE FUNCTION receivable_is_opened();
ALTER TABLE receivable ENABLE ROW LEVEL SECURITY;
ALTER TABLE receivable FORCE ROW LEVEL SECURITY;
CREATE POLICY receivable_by_owner ON receivable AS PERMISSIVE FOR ALL TO fees_owner USING (true) WITH CHECK (true);
CREATE POLICY receivable_in_division ON receivable AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (division_code ^@ ( SELECT guard_from() AS guard_from)) OR (debtor_key = ( SELECT guard_key() AS guard_key)))) WITH CHECK ((( SELECT guard_whole() AS guard_whole) OR (division_code ^@ ( SELECT guard_from() AS guard_from))));
CREATE POLICY receivable_names_its_opener ON receivable AS RESTRICTIVE FOR INSERT TO PUBLIC WITH CHECK ((opened_by = ( SELECT guard_text('actor'::text) AS guard_text)));
COMMENT ON TABLE receivable IS 'What somebody owes by a decision that was served; nothing is added to it, no interest, no set-off.';
COMMENT ON COLUMN receivable.cut_fen IS 'What a later decision took off: another amount, a waiver, a ceasing.';
COMMENT ON COLUMN receivable.received_fen IS 'What came in and was not given back.';
GRANT INSERT (id, matter_id, division_code, programme, debtor_name, debtor_key, decided_fen, opened_on, opened_at), SELECT ON receivable TO fees_rw;

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
);
CREATE CONSTRAINT TRIGGER receivable_share_adds_up AFTER INSERT OR UPDATE ON receivable_share DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION receivable_adds_up();
CREATE TRIGGER receivable_share_is_history BEFORE DELETE OR TRUNCATE ON receivable_share FOR EACH STATEMENT EXECUTE FUNCTION receivable_is_history();
ALTER TABLE receivable_share ENABLE ROW LEVEL SECURITY;
ALTER TABLE receivable_share FORCE ROW LEVEL SECURITY;
CREATE POLICY receivable_share_by_owner ON receivable_share AS PERMISSIVE FOR ALL TO fees_owner USING (true) WITH CHECK (true);
CREATE POLICY receivable_share_of_receivable ON receivable_share AS PERMISSIVE FOR ALL TO PUBLIC USING ((EXISTS ( SELECT
   FROM receivable r
  WHERE (r.id = receivable_share.receivable_id)))) WITH CHECK (((( SELECT guard_from() AS guard_from) IS NOT NULL) AND (EXISTS ( SELECT
   FROM receivable r
  WHERE (r.id = receivable_share.receivable_id)))));
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
CREATE CONSTRAINT TRIGGER receivable_step_adds_up AFTER INSERT ON receivable_step DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (new.kind = ANY (ARRAY['received'::text, 'returned'::text])) EXECUTE FUNCTION receivable_step_adds_up();
CREATE TRIGGER receivable_step_counts BEFORE INSERT ON receivable_step FOR EACH ROW EXECUTE FUNCTION receivable_step_counts();
CREATE TRIGGER receivable_step_is_history BEFORE DELETE OR UPDATE OR TRUNCATE ON receivable_step FOR EACH STATEMENT EXECUTE FUNCTION receivable_is_history();
ALTER TABLE receivable_step ENABLE ROW LEVEL SECURITY;
ALTER TABLE receivable_step FORCE ROW LEVEL SECURITY;
CREATE POLICY receivable_step_by_owner ON receivable_step AS PERMISSIVE FOR ALL TO fees_owner USING (true) WITH CHECK (true);
CREATE POLICY receivable_step_names_its_actor ON receivable_step AS RESTRICTIVE FOR INSERT TO PUBLIC WITH CHECK ((by_actor = ( SELECT guard_text('actor'::text) AS guard_text)));
CREATE POLICY receivable_step_of_receivable ON receivable_step AS PERMISSIVE FOR ALL TO PUBLIC USING ((EXISTS ( SELECT
   FROM receivable r
  WHERE (r.id = receivable_step.receivable_id)))) WITH CHECK (((( SELECT guard_from() AS guard_from) IS NOT NULL) AND (EXISTS ( SELECT
   FROM receivable r
  WHERE (r.id = receivable_step.receivable_id)))));
COMMENT ON TABLE receivable_step IS 'History of a receivable, in order: opened, asked for, a request withdrawn, received, cut, returned. Append-only.';
COMMENT ON COLUMN receivable_step.open_fen IS 'What is owed after it.';
GRANT INSERT (id, receivable_id, kind, fen, reason, note, request_id, receipt_id, on_day, at), SELECT ON receivable_step TO fees_rw;

CREATE TABLE receivable_step_share (
  step_id uuid NOT NULL,
  level text NOT NULL,
  year smallint NOT NULL,
  fen bigint NOT NULL,
  CONSTRAINT receivable_step_share_pkey PRIMARY KEY (step_id, level, year),
  CONSTRAINT receivable_step_share_is_an_amount CHECK (fen > 0),
  CONSTRAINT receivable_step_share_step_id_fkey FOREIGN KEY (step_id) REFERENCES receivable_step(id)
);
CREATE TRIGGER receivable_step_share_counts AFTER INSERT ON receivable_step_share FOR EACH ROW EXECUTE FUNCTION receivable_step_share_counts();
CREATE TRIGGER receivable_step_share_is_history BEFORE DELETE OR UPDATE OR TRUNCATE ON receivable_step_share FOR EACH STATEMENT EXECUTE FUNCTION receivable_is_history();
ALTER TABLE receivable_step_share ENABLE ROW LEVEL SECURITY;
ALTER TABLE receivable_step_share FORCE ROW LEVEL SECURITY;
CREATE POLICY receivable_step_share_by_owner ON receivable_step_share AS PERMISSIVE FOR ALL TO fees_owner USING (true) WITH CHECK (true);
CREATE POLICY receivable_step_share_of_step ON receivable_step_share AS PERMISSIVE FOR ALL TO PUBLIC USING ((EXISTS ( SELECT
   FROM receivable_step s
  WHERE (s.id = receivable_step_share.step_id)))) WITH CHECK (((( SELECT guard_from() AS guard_from) IS NOT NULL) AND (EXISTS ( SELECT
   FROM receivable_step s
  WHERE (s.id = receivable_step_share.step_id)))));
COMMENT ON TABLE receivable_step_share IS 'To whose budgets what was received went, or whose gave back what was returned.';
GRANT INSERT, SELECT ON receivable_step_share TO fees_rw;

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

CREATE OR REPLACE FUNCTION fees.ledger_account_lock(codes text[])
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'fees', 'public', 'pg_temp'
AS $function$
  select from ledger_account where code = any(codes) order by code for no key update
$function$;

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

CREATE OR REPLACE FUNCTION fees.payment_request_is_history()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'fees', 'public', 'pg_temp'
AS $function$
begin
  if tg_op = 'INSERT' then
    insert into receivable_step (receivable_id, kind, fen, request_id, by_actor, on_day, at)
    values (new.receivable_id, 'requested', new.fen, new.id, new.asked_by, new.asked_on, new.asked_at);
  elsif new.cancelled_at is not null and old.cancelled_at is null then
    insert into receivable_step (receivable_id, kind, fen, request_id, note, by_actor, on_day, at)
    values (new.receivable_id, 'withdrawn', new.left_fen, new.id, new.cancel_reason, new.cancelled_by,
            (new.cancelled_at at time zone 'Asia/Shanghai')::date, new.cancelled_at);
  end if;
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

CREATE OR REPLACE FUNCTION fees.payment_request_moves()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'fees', 'public', 'pg_temp'
AS $function$
begin
  if old.state in ('paid', 'cancelled') or new.paid_fen < old.paid_fen
     or (to_jsonb(new) - array['paid_fen', 'left_fen', 'state', 'cancelled_by', 'cancelled_at', 'cancel_reason'])
        is distinct from (to_jsonb(old) - array['paid_fen', 'left_fen', 'state', 'cancelled_by', 'cancelled_at', 'cancel_reason']) then
    raise exception 'a request goes on as its table of states says' using errcode = '23514', constraint = 'payment_request_moves';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION fees.receivable_adds_up()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'fees', 'public', 'pg_temp'
AS $function$
declare
  of uuid := case when tg_table_name = 'receivable' then (to_jsonb(new) ->> 'id')::uuid else (to_jsonb(new) ->> 'receivable_id')::uuid end;
  one receivable;
  shared bigint;
  spread bigint;
  asked bigint;
begin
  select * into one from receivable r where r.id = of;
  select coalesce(sum(s.fen), 0), coalesce(sum(s.received_fen), 0) into shared, spread from receivable_share s where s.receivable_id = of;
  if shared <> one.decided_fen then
    raise exception 'the shares are % fen, the receivable %', shared, one.decided_fen
      using errcode = '23514', constraint = 'receivable_shares_sum_to_the_amount';
  end if;
  if spread <> one.received_fen then
    raise exception 'the shares got % fen, the receivable %', spread, one.received_fen
      using errcode = '23514', constraint = 'receivable_received_is_spread_over_its_shares';
  end if;
  select coalesce(sum(q.left_fen), 0) into asked from payment_request q where q.receivable_id = of and q.state in ('open', 'part');
  if asked > one.open_fen then
    raise exception 'requests are open for % fen, the receivable for %', asked, one.open_fen
      using errcode = '23514', constraint = 'payment_requests_never_exceed_what_is_open';
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

CREATE OR REPLACE FUNCTION fees.receivable_is_opened()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'fees', 'public', 'pg_temp'
AS $function$
begin
  insert into receivable_step (receivable_id, kind, fen, by_actor, on_day, at)
  values (new.id, 'opened', new.decided_fen, new.opened_by, new.opened_on, new.opened_at);
  return null;
end $function$;

CREATE OR REPLACE FUNCTION fees.receivable_lock(of uuid)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'fees', 'public', 'pg_temp'
AS $function$
  select from receivable where id = of for no key update
$function$;

CREATE OR REPLACE FUNCTION fees.receivable_step_adds_up()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'fees', 'public', 'pg_temp'
AS $function$
declare spread bigint; came bigint; used bigint; back bigint;
begin
  select coalesce(sum(s.fen), 0) into spread from receivable_step_share s where s.step_id = new.id;
  if spread <> new.fen then
    raise exception '% of % fen are spread over the shares', spread, new.fen
      using errcode = '23514', constraint = 'receivable_step_is_spread_over_shares';
  end if;
  -- What the bank told of this receipt stands in the ledger under its id.
  select coalesce(sum(t.fen), 0) into came from transfer t where t.ref = new.receipt_id and t.credit ^@ 'unmatched:';
  select coalesce(sum(s.fen) filter (where s.kind = 'received'), 0), coalesce(sum(s.fen) filter (where s.kind = 'returned'), 0)
    into used, back from receivable_step s where s.receipt_id = new.receipt_id;
  if used > came or back > used then
    raise exception 'a receipt of % fen is used for %', came, used
      using errcode = '23514', constraint = 'receivable_takes_no_more_than_the_receipt';
  end if;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION fees.receivable_step_counts()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'fees', 'public', 'pg_temp'
AS $function$
begin
  update receivable r set steps = r.steps + 1,
         cut_fen = r.cut_fen + case new.kind when 'cut' then new.fen else 0 end,
         received_fen = r.received_fen + case new.kind when 'received' then new.fen when 'returned' then -new.fen else 0 end
   where r.id = new.receivable_id returning r.steps, r.open_fen into new.no, new.open_fen;
  -- A receipt is counted once for each request and once without, and again for each time that it was taken back.
  if new.kind = 'received' and 0 < (
       select count(*) filter (where s.kind = 'received' and s.request_id is not distinct from new.request_id) - count(*) filter (where s.kind = 'returned')
         from receivable_step s where s.receipt_id = new.receipt_id and s.receivable_id = new.receivable_id) then
    raise exception 'a receipt is counted once for what it pays' using errcode = '23514', constraint = 'receivable_takes_a_receipt_once';
  end if;
  if new.kind = 'received' and new.request_id is not null then
    update payment_request q set paid_fen = q.paid_fen + new.fen
     where q.id = new.request_id and q.receivable_id = new.receivable_id and q.state in ('open', 'part');
    if not found then
      raise exception 'a payment goes to an open request of its own receivable' using errcode = '23514', constraint = 'payment_request_is_open_when_paid';
    end if;
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION fees.receivable_step_share_counts()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'fees', 'public', 'pg_temp'
AS $function$
begin
  update receivable_share s set received_fen = s.received_fen + case t.kind when 'received' then new.fen else -new.fen end
    from receivable_step t
   where t.id = new.step_id and t.kind in ('received', 'returned')
     and (s.receivable_id, s.level, s.year) = (t.receivable_id, new.level, new.year);
  if not found then
    raise exception 'what is received goes to the shares of its receivable' using errcode = '23514', constraint = 'receivable_step_share_is_of_its_receivable';
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
