-- Schema "subsidy", read back from a migrated database by "npm run generate". To change it, add a migration.

CREATE TABLE approval (
  batch_id uuid NOT NULL,
  maker text NOT NULL,
  content_hash bytea NOT NULL,
  approver text NOT NULL,
  at timestamp with time zone NOT NULL,
  stepped_up_at timestamp with time zone NOT NULL,
  CONSTRAINT approval_pkey PRIMARY KEY (batch_id, approver),
  CONSTRAINT approval_needs_a_fresh_second_factor CHECK (stepped_up_at >= (at - '00:05:00'::interval) AND stepped_up_at <= (at + '00:00:05'::interval)),
  CONSTRAINT approval_needs_another_officer CHECK (approver <> maker),
  CONSTRAINT approval_is_of_this_content FOREIGN KEY (batch_id, maker, content_hash) REFERENCES payment_batch(id, maker, content_hash)
);
CREATE TRIGGER approval_needs_a_prepared_batch BEFORE INSERT ON approval FOR EACH ROW EXECUTE FUNCTION approval_needs_a_prepared_batch();
CREATE TRIGGER approval_uses_power AFTER INSERT ON approval FOR EACH ROW EXECUTE FUNCTION approval_uses_power();
ALTER TABLE approval ENABLE ROW LEVEL SECURITY;
ALTER TABLE approval FORCE ROW LEVEL SECURITY;
CREATE POLICY approval_in_ones_own_name ON approval AS RESTRICTIVE FOR INSERT TO PUBLIC WITH CHECK ((approver = ( SELECT guard_text('actor'::text) AS guard_text)));
CREATE POLICY approval_of_batch ON approval AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (EXISTS ( SELECT
   FROM payment_batch b
  WHERE (b.id = approval.batch_id)))));
COMMENT ON TABLE approval IS 'An officer''s word for the exact content of a batch; append-only.';
COMMENT ON COLUMN approval.stepped_up_at IS 'When the officer last showed a second factor.';
GRANT INSERT, SELECT ON approval TO subsidy_rw;

CREATE TABLE attempt (
  id uuid NOT NULL,
  instruction_id uuid NOT NULL,
  batch_id uuid NOT NULL,
  line integer NOT NULL,
  no smallint NOT NULL,
  end_to_end_id text GENERATED ALWAYS AS ((replace((instruction_id)::text, '-'::text, ''::text) || lpad((no)::text, 2, '0'::text))) STORED NOT NULL,
  payee_account_id uuid NOT NULL,
  holder_name text NOT NULL,
  amount_fen bigint NOT NULL,
  state text NOT NULL,
  is_open boolean GENERATED ALWAYS AS ((state = ANY (ARRAY['READY'::text, 'SENT'::text, 'ACCEPTED'::text, 'IN_DOUBT'::text]))) STORED NOT NULL,
  is_settled boolean GENERATED ALWAYS AS ((state = 'SETTLED'::text)) STORED NOT NULL,
  money_at text DEFAULT 'paying'::text NOT NULL,
  money_moves integer DEFAULT 0 NOT NULL,
  ruled text,
  ruled_by text,
  attention text,
  CONSTRAINT attempt_pkey PRIMARY KEY (id),
  CONSTRAINT attempt_has_its_line UNIQUE (batch_id, line),
  CONSTRAINT attempt_has_its_number UNIQUE (instruction_id, no),
  CONSTRAINT attempt_amount_fen_check CHECK (amount_fen > 0),
  CONSTRAINT attempt_is_ruled_by_someone CHECK ((ruled IS NULL) = (ruled_by IS NULL)),
  CONSTRAINT attempt_line_check CHECK (line > 0),
  CONSTRAINT attempt_money_at_check CHECK (money_at = ANY (ARRAY['paying'::text, 'paid'::text, 'returned'::text])),
  CONSTRAINT attempt_no_check CHECK (no >= 1 AND no <= 99),
  CONSTRAINT attempt_ruled_check CHECK (ruled = ANY (ARRAY['SETTLED'::text, 'REJECTED'::text])),
  CONSTRAINT attempt_state_check CHECK (state = ANY (ARRAY['READY'::text, 'SENT'::text, 'ACCEPTED'::text, 'SETTLED'::text, 'RETURNED'::text, 'REJECTED'::text, 'IN_DOUBT'::text, 'CANCELLED'::text])),
  CONSTRAINT attempt_batch_id_fkey FOREIGN KEY (batch_id) REFERENCES payment_batch(id),
  CONSTRAINT attempt_instruction_id_fkey FOREIGN KEY (instruction_id) REFERENCES instruction(id),
  CONSTRAINT attempt_payee_account_id_fkey FOREIGN KEY (payee_account_id) REFERENCES payee_account(id)
) WITH (fillfactor=50);
CREATE INDEX attempt_by_payee_account ON attempt USING btree (payee_account_id);
CREATE UNIQUE INDEX attempt_is_open_once ON attempt USING btree (instruction_id) WHERE is_open;
CREATE UNIQUE INDEX attempt_is_settled_once ON attempt USING btree (instruction_id) WHERE is_settled;
CREATE INDEX attempt_needing_attention ON attempt USING btree (batch_id, line) WHERE attention IS NOT NULL;
CREATE UNIQUE INDEX attempt_reference_is_unique ON attempt USING btree (end_to_end_id);
CREATE TRIGGER attempt_deleted AFTER DELETE ON attempt REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION attempt_changes_content();
CREATE TRIGGER attempt_inserted AFTER INSERT ON attempt REFERENCING NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION attempt_changes_content();
CREATE TRIGGER attempt_updated AFTER UPDATE ON attempt REFERENCING OLD TABLE AS gone NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION attempt_changes_content();
ALTER TABLE attempt ENABLE ROW LEVEL SECURITY;
ALTER TABLE attempt FORCE ROW LEVEL SECURITY;
CREATE POLICY attempt_of_instruction ON attempt AS PERMISSIVE FOR SELECT TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (EXISTS ( SELECT
   FROM payment_batch b
  WHERE (b.id = attempt.batch_id))) OR (EXISTS ( SELECT
   FROM instruction i
  WHERE (i.id = attempt.instruction_id)))));
CREATE POLICY attempt_written_with_batch ON attempt AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (EXISTS ( SELECT
   FROM payment_batch b
  WHERE (b.id = attempt.batch_id)))));
COMMENT ON TABLE attempt IS 'One try at carrying out an instruction: a line of a batch and of its bank file.';
COMMENT ON COLUMN attempt.ruled IS 'What a person found out when the bank had said both settled and rejected.';
COMMENT ON COLUMN attempt.attention IS 'Why the approving officers should look at this line; not an obstacle.';
GRANT INSERT, MAINTAIN, SELECT, UPDATE (payee_account_id, holder_name, amount_fen, state, money_at, money_moves, ruled, ruled_by, attention) ON attempt TO subsidy_rw;

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
GRANT INSERT (size, root, note), SELECT ON audit_checkpoint TO subsidy_rw;

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
CREATE POLICY audit_entry_for_its_functions ON audit_entry AS PERMISSIVE FOR SELECT TO subsidy_owner USING (true);
CREATE POLICY audit_entry_is_seen_from_above ON audit_entry AS PERMISSIVE FOR SELECT TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (division ^@ ( SELECT guard_from() AS guard_from)) OR (subjects && ( SELECT guard_family() AS guard_family))));
CREATE POLICY audit_entry_is_written_by_somebody ON audit_entry AS PERMISSIVE FOR INSERT TO PUBLIC WITH CHECK (( SELECT guard_open() AS guard_open));
COMMENT ON TABLE audit_entry IS 'One line for each kind of thing that a transaction read or changed, for each refusal and each decision: ids and names, never values. Append-only.';
COMMENT ON COLUMN audit_entry.xid IS 'Of the transaction that wrote it: entries are sealed in the order (xid, id) once no older transaction is running.';
COMMENT ON COLUMN audit_entry.operation IS 'Field of the graph, step of the command line or job.';
COMMENT ON COLUMN audit_entry.division IS 'How far the actor saw: leading digits, empty for everything, null for a citizen.';
COMMENT ON COLUMN audit_entry.fields IS 'Names of the fields that were asked for.';
COMMENT ON COLUMN audit_entry.content IS 'SHA-256 of the canonical text of a decision.';
GRANT INSERT (kind, subject_type, subjects, fields, code, content), SELECT ON audit_entry TO subsidy_rw;

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
GRANT INSERT, SELECT ON audit_leaf TO subsidy_rw;

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
GRANT INSERT, SELECT ON audit_node TO subsidy_rw;

CREATE TABLE authority_decision (
  id uuid NOT NULL,
  beneficiary_id uuid NOT NULL,
  programme text NOT NULL,
  from_county text NOT NULL,
  from_elsewhere boolean NOT NULL,
  to_county text NOT NULL,
  to_elsewhere boolean NOT NULL,
  left_on date NOT NULL,
  basis text NOT NULL,
  document_no text,
  note text,
  facts jsonb NOT NULL,
  rules jsonb NOT NULL,
  undoes uuid,
  decided_by text NOT NULL,
  decided_at timestamp with time zone NOT NULL,
  CONSTRAINT authority_decision_pkey PRIMARY KEY (id),
  CONSTRAINT authority_decision_basis_check CHECK (basis = ANY (ARRAY['register'::text, 'officer'::text, 'other-place'::text])),
  CONSTRAINT authority_decision_from_county_check CHECK (from_county ~ '^[0-9]{6}000000$'::text),
  CONSTRAINT authority_decision_is_about_two_places CHECK (from_county <> to_county),
  CONSTRAINT authority_decision_of_an_officer_has_a_document CHECK (basis <> 'officer'::text OR document_no <> ''::text),
  CONSTRAINT authority_decision_to_county_check CHECK (to_county ~ '^[0-9]{6}000000$'::text),
  CONSTRAINT authority_decision_beneficiary_id_fkey FOREIGN KEY (beneficiary_id) REFERENCES beneficiary(id),
  CONSTRAINT authority_decision_undoes_fkey FOREIGN KEY (undoes) REFERENCES authority_decision(id)
);
CREATE INDEX authority_decision_by_beneficiary ON authority_decision USING btree (beneficiary_id, programme);
CREATE INDEX authority_decision_by_from ON authority_decision USING btree (from_county text_pattern_ops, id);
CREATE INDEX authority_decision_by_to ON authority_decision USING btree (to_county text_pattern_ops, id);
CREATE INDEX authority_decision_by_undone ON authority_decision USING btree (undoes) WHERE undoes IS NOT NULL;
CREATE TRIGGER authority_decision_uses_power AFTER INSERT ON authority_decision FOR EACH ROW EXECUTE FUNCTION authority_decision_uses_power();
CREATE TRIGGER overpayment_doubt_by_move AFTER INSERT ON authority_decision FOR EACH ROW EXECUTE FUNCTION overpayment_doubt_by_place();
ALTER TABLE authority_decision ENABLE ROW LEVEL SECURITY;
ALTER TABLE authority_decision FORCE ROW LEVEL SECURITY;
CREATE POLICY authority_decision_in_ones_own_name ON authority_decision AS RESTRICTIVE FOR INSERT TO PUBLIC WITH CHECK (((decided_by = ( SELECT guard_text('actor'::text) AS guard_text)) OR (is_part_of_system(decided_by) AND is_part_of_system(( SELECT guard_text('actor'::text) AS guard_text)))));
CREATE POLICY authority_decision_of_two_places ON authority_decision AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (from_county ^@ "left"(( SELECT guard_from() AS guard_from), 6)) OR (to_county ^@ "left"(( SELECT guard_from() AS guard_from), 6)) OR (EXISTS ( SELECT
   FROM beneficiary b
  WHERE ((b.id = authority_decision.beneficiary_id) AND (b.person_id = ANY (( SELECT guard_family() AS guard_family)::uuid[])))))));
COMMENT ON TABLE authority_decision IS 'That a move was followed for one programme: the facts, the rule of each period, who decided. Append-only; a move wrongly reported is followed by a decision back.';
GRANT INSERT, SELECT ON authority_decision TO subsidy_rw;

CREATE TABLE authority_period (
  id uuid DEFAULT uuidv7() NOT NULL,
  beneficiary_id uuid NOT NULL,
  merged_from uuid,
  programme text NOT NULL,
  valid daterange NOT NULL,
  county_code text NOT NULL,
  is_elsewhere boolean NOT NULL,
  rule text NOT NULL,
  source text NOT NULL,
  decision_id uuid NOT NULL,
  begun_by text NOT NULL,
  begun_at timestamp with time zone NOT NULL,
  ended_by text,
  ended_at timestamp with time zone,
  ended_decision uuid,
  CONSTRAINT authority_period_pkey PRIMARY KEY (id),
  CONSTRAINT authority_period_county_code_check CHECK (county_code ~ '^[0-9]{6}000000$'::text),
  CONSTRAINT authority_period_is_ended_by_a_decision CHECK ((ended_at IS NULL) = (ended_by IS NULL) AND (ended_at IS NULL) = (ended_decision IS NULL)),
  CONSTRAINT authority_period_valid_check CHECK (NOT isempty(valid) AND lower(valid) IS NOT NULL),
  CONSTRAINT authority_period_has_one_authority_a_day EXCLUDE USING gist (beneficiary_id WITH =, programme WITH =, valid WITH &&) WHERE (ended_at IS NULL),
  CONSTRAINT authority_period_beneficiary_id_fkey FOREIGN KEY (beneficiary_id) REFERENCES beneficiary(id),
  CONSTRAINT authority_period_decision_id_fkey FOREIGN KEY (decision_id) REFERENCES authority_decision(id),
  CONSTRAINT authority_period_ended_decision_fkey FOREIGN KEY (ended_decision) REFERENCES authority_decision(id),
  CONSTRAINT authority_period_merged_from_fkey FOREIGN KEY (merged_from) REFERENCES beneficiary(id)
);
CREATE INDEX authority_period_by_beneficiary ON authority_period USING btree (beneficiary_id, programme) WHERE ended_at IS NULL;
CREATE INDEX authority_period_by_decision ON authority_period USING btree (decision_id);
CREATE INDEX authority_period_by_end ON authority_period USING btree (ended_decision) WHERE ended_decision IS NOT NULL;
CREATE INDEX authority_period_by_merged ON authority_period USING btree (merged_from) WHERE merged_from IS NOT NULL;
CREATE TRIGGER authority_period_ends_once BEFORE UPDATE ON authority_period FOR EACH ROW EXECUTE FUNCTION authority_period_ends_once();
ALTER TABLE authority_period ENABLE ROW LEVEL SECURITY;
ALTER TABLE authority_period FORCE ROW LEVEL SECURITY;
CREATE POLICY authority_period_for_the_check ON authority_period AS PERMISSIVE FOR SELECT TO subsidy_owner USING (true);
CREATE POLICY authority_period_of_decision ON authority_period AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (EXISTS ( SELECT
   FROM authority_decision d
  WHERE (d.id = authority_period.decision_id)))));
COMMENT ON TABLE authority_period IS 'Which county is primary for which days of somebody''s entitlement; standing while not ended, never edited. Where none stands, it is the county of the claim.';
COMMENT ON COLUMN authority_period.merged_from IS 'Whose it was before two records of one person were merged; null where none were.';
COMMENT ON COLUMN authority_period.is_elsewhere IS 'The county is served by another installation: nothing is paid for these days here.';
GRANT INSERT, SELECT, UPDATE (beneficiary_id, merged_from, ended_by, ended_at, ended_decision) ON authority_period TO subsidy_rw;

CREATE TABLE bank_answer (
  id uuid NOT NULL,
  batch_id uuid NOT NULL,
  answer_id text NOT NULL,
  sha256 bytea NOT NULL,
  file_name text NOT NULL,
  file_status text NOT NULL,
  line_count integer NOT NULL,
  total_fen bigint NOT NULL,
  new_lines integer NOT NULL,
  received_at timestamp with time zone NOT NULL,
  received_by text NOT NULL,
  CONSTRAINT bank_answer_pkey PRIMARY KEY (id),
  CONSTRAINT bank_answer_answer_id_key UNIQUE (answer_id),
  CONSTRAINT bank_answer_sha256_key UNIQUE (sha256),
  CONSTRAINT bank_answer_batch_id_fkey FOREIGN KEY (batch_id) REFERENCES payment_batch(id)
);
CREATE INDEX bank_answer_by_batch ON bank_answer USING btree (batch_id);
ALTER TABLE bank_answer ENABLE ROW LEVEL SECURITY;
ALTER TABLE bank_answer FORCE ROW LEVEL SECURITY;
CREATE POLICY bank_answer_of_batch ON bank_answer AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (EXISTS ( SELECT
   FROM payment_batch b
  WHERE (b.id = bank_answer.batch_id)))));
GRANT INSERT, SELECT ON bank_answer TO subsidy_rw;

CREATE TABLE bank_file (
  batch_id uuid NOT NULL,
  message_id text NOT NULL,
  format text NOT NULL,
  name text NOT NULL,
  path text NOT NULL,
  sha256 bytea NOT NULL,
  line_count integer NOT NULL,
  total_fen bigint NOT NULL,
  state text NOT NULL,
  written_at timestamp with time zone NOT NULL,
  sent_at timestamp with time zone,
  in_doubt_at timestamp with time zone,
  CONSTRAINT bank_file_pkey PRIMARY KEY (batch_id),
  CONSTRAINT bank_file_message_id_key UNIQUE (message_id),
  CONSTRAINT bank_file_name_key UNIQUE (name),
  CONSTRAINT bank_file_is_sent_before_answered CHECK (state = 'written'::text OR sent_at IS NOT NULL),
  CONSTRAINT bank_file_message_id_check CHECK (length(message_id) <= 35),
  CONSTRAINT bank_file_state_check CHECK (state = ANY (ARRAY['written'::text, 'handed'::text, 'answered'::text, 'in_doubt'::text])),
  CONSTRAINT bank_file_batch_id_fkey FOREIGN KEY (batch_id) REFERENCES payment_batch(id)
);
ALTER TABLE bank_file ENABLE ROW LEVEL SECURITY;
ALTER TABLE bank_file FORCE ROW LEVEL SECURITY;
CREATE POLICY bank_file_of_batch ON bank_file AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (EXISTS ( SELECT
   FROM payment_batch b
  WHERE (b.id = bank_file.batch_id)))));
COMMENT ON TABLE bank_file IS 'The one file of a batch. Its hash is committed before it is handed over: sent again, it is the same file.';
GRANT INSERT, SELECT, UPDATE (path, state, sent_at, in_doubt_at) ON bank_file TO subsidy_rw;

CREATE TABLE bank_status_line (
  bank_ref text NOT NULL,
  status text NOT NULL,
  attempt_id uuid NOT NULL,
  end_to_end_id text NOT NULL,
  reason text,
  raw_code text,
  amount_fen bigint NOT NULL,
  at text NOT NULL,
  answer_id uuid NOT NULL,
  CONSTRAINT bank_status_line_pkey PRIMARY KEY (bank_ref, status),
  CONSTRAINT bank_status_line_amount_fen_check CHECK (amount_fen > 0),
  CONSTRAINT bank_status_line_bank_ref_check CHECK (bank_ref <> ''::text),
  CONSTRAINT bank_status_line_status_check CHECK (status = ANY (ARRAY['PENDING'::text, 'ACCEPTED'::text, 'SETTLED'::text, 'REJECTED'::text, 'RETURNED'::text])),
  CONSTRAINT bank_status_line_answer_id_fkey FOREIGN KEY (answer_id) REFERENCES bank_answer(id),
  CONSTRAINT bank_status_line_attempt_id_fkey FOREIGN KEY (attempt_id) REFERENCES attempt(id)
);
CREATE INDEX bank_status_line_by_answer ON bank_status_line USING btree (answer_id);
CREATE INDEX bank_status_line_by_attempt ON bank_status_line USING btree (attempt_id);
ALTER TABLE bank_status_line ENABLE ROW LEVEL SECURITY;
ALTER TABLE bank_status_line FORCE ROW LEVEL SECURITY;
CREATE POLICY bank_status_line_of_attempt ON bank_status_line AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (EXISTS ( SELECT
   FROM attempt a
  WHERE (a.id = bank_status_line.attempt_id)))));
COMMENT ON TABLE bank_status_line IS 'Every word of the bank about a line, once; append-only. An attempt''s state is what all of them together say.';
GRANT INSERT, MAINTAIN, SELECT ON bank_status_line TO subsidy_rw;

CREATE TABLE batch_share (
  batch_id uuid NOT NULL,
  level text NOT NULL,
  fen bigint NOT NULL,
  CONSTRAINT batch_share_pkey PRIMARY KEY (batch_id, level),
  CONSTRAINT batch_share_fen_check CHECK (fen > 0),
  CONSTRAINT batch_share_level_check CHECK (level = ANY (ARRAY['central'::text, 'province'::text, 'city'::text, 'county'::text])),
  CONSTRAINT batch_share_batch_id_fkey FOREIGN KEY (batch_id) REFERENCES payment_batch(id)
);
ALTER TABLE batch_share ENABLE ROW LEVEL SECURITY;
ALTER TABLE batch_share FORCE ROW LEVEL SECURITY;
CREATE POLICY batch_share_of_batch ON batch_share AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (EXISTS ( SELECT
   FROM payment_batch b
  WHERE (b.id = batch_share.batch_id)))));
COMMENT ON TABLE batch_share IS 'How the levels of government bear a regular batch; the fen add up to its total.';
GRANT INSERT, SELECT ON batch_share TO subsidy_rw;

CREATE TABLE batch_state_move (
  from_state text NOT NULL,
  to_state text NOT NULL,
  CONSTRAINT batch_state_move_pkey PRIMARY KEY (from_state, to_state)
);
ALTER TABLE batch_state_move ENABLE ROW LEVEL SECURITY;
ALTER TABLE batch_state_move FORCE ROW LEVEL SECURITY;
CREATE POLICY batch_state_move_is_public ON batch_state_move AS PERMISSIVE FOR SELECT TO PUBLIC USING (true);
COMMENT ON TABLE batch_state_move IS 'Every move of a payment batch there is (batch.state.ts, mirrored); what is not listed cannot happen.';
GRANT SELECT ON batch_state_move TO subsidy_rw;

CREATE TABLE beneficiary (
  id uuid DEFAULT uuidv7() NOT NULL,
  person_id uuid,
  id_number_key bytea,
  birth_certificate_key bytea,
  merged_into uuid,
  recorded_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT beneficiary_pkey PRIMARY KEY (id),
  CONSTRAINT beneficiary_check CHECK (person_id IS NOT NULL OR id_number_key IS NOT NULL OR birth_certificate_key IS NOT NULL),
  CONSTRAINT beneficiary_merged_into_fkey FOREIGN KEY (merged_into) REFERENCES beneficiary(id)
);
CREATE INDEX beneficiary_by_merge ON beneficiary USING btree (merged_into) WHERE merged_into IS NOT NULL;
CREATE UNIQUE INDEX beneficiary_has_one_certificate ON beneficiary USING btree (birth_certificate_key) WHERE merged_into IS NULL;
CREATE UNIQUE INDEX beneficiary_has_one_number ON beneficiary USING btree (id_number_key) WHERE merged_into IS NULL;
CREATE UNIQUE INDEX beneficiary_is_one_person ON beneficiary USING btree (person_id) WHERE merged_into IS NULL;
ALTER TABLE beneficiary ENABLE ROW LEVEL SECURITY;
ALTER TABLE beneficiary FORCE ROW LEVEL SECURITY;
CREATE POLICY beneficiary_for_officers ON beneficiary AS PERMISSIVE FOR ALL TO PUBLIC USING (((( SELECT guard_from() AS guard_from) IS NOT NULL) OR (person_id = ANY (( SELECT guard_family() AS guard_family)::uuid[]))));
GRANT INSERT, MAINTAIN, SELECT, UPDATE (person_id, id_number_key, birth_certificate_key, merged_into) ON beneficiary TO subsidy_rw;

CREATE TABLE carried_claim (
  decision_id uuid NOT NULL,
  claim_id uuid NOT NULL,
  became_id uuid,
  CONSTRAINT carried_claim_pkey PRIMARY KEY (decision_id, claim_id),
  CONSTRAINT carried_claim_becomes_another CHECK (claim_id <> became_id),
  CONSTRAINT carried_claim_became_id_fkey FOREIGN KEY (became_id) REFERENCES claim(id),
  CONSTRAINT carried_claim_claim_id_fkey FOREIGN KEY (claim_id) REFERENCES claim(id),
  CONSTRAINT carried_claim_decision_id_fkey FOREIGN KEY (decision_id) REFERENCES authority_decision(id)
);
CREATE INDEX carried_claim_by_claim ON carried_claim USING btree (claim_id);
CREATE UNIQUE INDEX carried_claim_is_of_one_claim ON carried_claim USING btree (became_id) WHERE became_id IS NOT NULL;
ALTER TABLE carried_claim ENABLE ROW LEVEL SECURITY;
ALTER TABLE carried_claim FORCE ROW LEVEL SECURITY;
CREATE POLICY carried_claim_of_decision ON carried_claim AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (EXISTS ( SELECT
   FROM authority_decision d
  WHERE (d.id = carried_claim.decision_id)))));
COMMENT ON TABLE carried_claim IS 'A claim that one place stopped, and what it became in the other without a new application; append-only.';
COMMENT ON COLUMN carried_claim.became_id IS 'Null where the other place is of another installation, or had a claim of the family''s for the year already.';
GRANT INSERT, SELECT ON carried_claim TO subsidy_rw;

CREATE TABLE claim (
  id uuid NOT NULL,
  programme text NOT NULL,
  claim_no text NOT NULL,
  beneficiary_id uuid NOT NULL,
  applicant_key bytea NOT NULL,
  applicant_mask text NOT NULL,
  relation text NOT NULL,
  claim_year smallint NOT NULL,
  submitted_on date NOT NULL,
  channel text NOT NULL,
  account_key bytea,
  payee_account_id uuid,
  division_code text,
  state text DEFAULT 'new'::text NOT NULL,
  takes_year boolean DEFAULT false NOT NULL,
  events integer DEFAULT 0 NOT NULL,
  determination_id bigint,
  amount_fen bigint,
  row_hash bytea NOT NULL,
  import_id uuid,
  line integer,
  recorded_at timestamp with time zone NOT NULL,
  CONSTRAINT claim_pkey PRIMARY KEY (id),
  CONSTRAINT claim_number_is_unique UNIQUE (programme, claim_no),
  CONSTRAINT claim_amount_fen_check CHECK (amount_fen > 0),
  CONSTRAINT claim_claim_year_check CHECK (claim_year >= 2000 AND claim_year <= 2100),
  CONSTRAINT claim_division_code_check CHECK (division_code ~ '^[0-9]{12}$'::text),
  CONSTRAINT claim_needs_an_amount_to_go_on CHECK (amount_fen IS NOT NULL OR (state = ANY (ARRAY['new'::text, 'received'::text, 'held'::text, 'refused'::text, 'withdrawn'::text]))),
  CONSTRAINT claim_relation_check CHECK (relation = ANY (ARRAY['father'::text, 'mother'::text, 'parent'::text, 'guardian'::text, 'institution'::text, 'other'::text])),
  CONSTRAINT claim_beneficiary_id_fkey FOREIGN KEY (beneficiary_id) REFERENCES beneficiary(id),
  CONSTRAINT claim_import_id_fkey FOREIGN KEY (import_id) REFERENCES import_batch(id),
  CONSTRAINT claim_payee_account_id_fkey FOREIGN KEY (payee_account_id) REFERENCES payee_account(id),
  CONSTRAINT claim_rests_on_a_determination FOREIGN KEY (determination_id) REFERENCES determination(id)
) WITH (fillfactor=80);
CREATE INDEX claim_by_account ON claim USING btree (account_key);
CREATE INDEX claim_by_applicant ON claim USING btree (applicant_key);
CREATE INDEX claim_by_beneficiary ON claim USING btree (beneficiary_id);
CREATE INDEX claim_by_division ON claim USING btree (programme, division_code text_pattern_ops);
CREATE UNIQUE INDEX claim_pays_a_child_year_once ON claim USING btree (programme, beneficiary_id, claim_year) WHERE takes_year;
ALTER TABLE claim ENABLE ROW LEVEL SECURITY;
ALTER TABLE claim FORCE ROW LEVEL SECURITY;
CREATE POLICY claim_in_division ON claim AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (division_code ^@ ( SELECT guard_from() AS guard_from)) OR ((division_code IS NULL) AND (length(( SELECT guard_from() AS guard_from)) <= 6)) OR (applicant_key = ( SELECT guard_key() AS guard_key)) OR (EXISTS ( SELECT
   FROM beneficiary b
  WHERE ((b.id = claim.beneficiary_id) AND (b.person_id = ANY (( SELECT guard_family() AS guard_family)::uuid[])))))));
COMMENT ON COLUMN claim.state IS 'Written only by the trigger of claim_event. In no index, so that moving a claim touches none.';
COMMENT ON COLUMN claim.takes_year IS 'claim_state.takes_year of the state, written with it.';
GRANT INSERT, MAINTAIN, SELECT, UPDATE (beneficiary_id, account_key, payee_account_id, division_code, determination_id, amount_fen) ON claim TO subsidy_rw;

CREATE TABLE claim_event (
  claim_id uuid NOT NULL,
  seq integer NOT NULL,
  from_state text NOT NULL,
  to_state text NOT NULL,
  actor text NOT NULL,
  reason text,
  at timestamp with time zone NOT NULL,
  CONSTRAINT claim_event_pkey PRIMARY KEY (claim_id, seq),
  CONSTRAINT claim_event_seq_check CHECK (seq > 0),
  CONSTRAINT claim_event_claim_id_fkey FOREIGN KEY (claim_id) REFERENCES claim(id),
  CONSTRAINT claim_moves_as_the_table_says FOREIGN KEY (from_state, to_state) REFERENCES claim_state_move(from_state, to_state)
);
CREATE TRIGGER claim_event_applies AFTER INSERT ON claim_event REFERENCING NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION claim_event_applies();
CREATE TRIGGER claim_event_is_news AFTER INSERT ON claim_event REFERENCING NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION claim_event_is_news();
CREATE TRIGGER claim_event_needs_another_officer AFTER INSERT ON claim_event REFERENCING NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION claim_event_needs_another_officer();
CREATE TRIGGER claim_event_uses_power AFTER INSERT ON claim_event REFERENCING NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION claim_event_uses_power();
ALTER TABLE claim_event ENABLE ROW LEVEL SECURITY;
ALTER TABLE claim_event FORCE ROW LEVEL SECURITY;
CREATE POLICY claim_event_of_claim ON claim_event AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (EXISTS ( SELECT
   FROM claim c
  WHERE (c.id = claim_event.claim_id)))));
COMMENT ON TABLE claim_event IS 'The history of every claim; append-only. A claim''s state is what its last event says.';
GRANT INSERT, MAINTAIN, SELECT ON claim_event TO subsidy_rw;

CREATE TABLE claim_finding (
  id uuid DEFAULT uuidv7() NOT NULL,
  claim_id uuid NOT NULL,
  fact text NOT NULL,
  value text NOT NULL,
  document_no text NOT NULL,
  attested_by text NOT NULL,
  attested_at timestamp with time zone NOT NULL,
  CONSTRAINT claim_finding_pkey PRIMARY KEY (id),
  CONSTRAINT claim_finding_fact_check CHECK (fact ~ '^(claim|person)\.[a-z_]+$'::text),
  CONSTRAINT claim_finding_claim_id_fkey FOREIGN KEY (claim_id) REFERENCES claim(id)
);
CREATE INDEX claim_finding_by_claim ON claim_finding USING btree (claim_id, fact, id DESC);
CREATE TRIGGER overpayment_doubt_by_finding AFTER INSERT ON claim_finding FOR EACH ROW EXECUTE FUNCTION overpayment_doubt_by_finding();
ALTER TABLE claim_finding ENABLE ROW LEVEL SECURITY;
ALTER TABLE claim_finding FORCE ROW LEVEL SECURITY;
CREATE POLICY claim_finding_of_claim ON claim_finding AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (EXISTS ( SELECT
   FROM claim c
  WHERE (c.id = claim_finding.claim_id)))));
COMMENT ON TABLE claim_finding IS 'Append-only; the newest row for a fact holds.';
GRANT INSERT, SELECT ON claim_finding TO subsidy_rw;

CREATE TABLE claim_state (
  state text NOT NULL,
  takes_year boolean NOT NULL,
  CONSTRAINT claim_state_pkey PRIMARY KEY (state)
);
ALTER TABLE claim_state ENABLE ROW LEVEL SECURITY;
ALTER TABLE claim_state FORCE ROW LEVEL SECURITY;
CREATE POLICY claim_state_is_public ON claim_state AS PERMISSIVE FOR SELECT TO PUBLIC USING (true);
COMMENT ON TABLE claim_state IS 'Where a claim can stand, and whether it takes the child''s year there (claim.state.ts, mirrored).';
GRANT SELECT ON claim_state TO subsidy_rw;

CREATE TABLE claim_state_move (
  from_state text NOT NULL,
  to_state text NOT NULL,
  CONSTRAINT claim_state_move_pkey PRIMARY KEY (from_state, to_state),
  CONSTRAINT claim_state_move_from_state_fkey FOREIGN KEY (from_state) REFERENCES claim_state(state),
  CONSTRAINT claim_state_move_to_state_fkey FOREIGN KEY (to_state) REFERENCES claim_state(state)
);
ALTER TABLE claim_state_move ENABLE ROW LEVEL SECURITY;
ALTER TABLE claim_state_move FORCE ROW LEVEL SECURITY;
CREATE POLICY claim_state_move_is_public ON claim_state_move AS PERMISSIVE FOR SELECT TO PUBLIC USING (true);
COMMENT ON TABLE claim_state_move IS 'Every move of a claim there is (claim.state.ts, mirrored); what is not listed cannot happen.';
GRANT SELECT ON claim_state_move TO subsidy_rw;

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
CREATE POLICY context_key_for_the_check ON context_key AS PERMISSIVE FOR ALL TO subsidy_owner USING (true);
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
GRANT INSERT, SELECT, UPDATE ON delivery TO subsidy_rw;

CREATE TABLE determination (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  run_id uuid NOT NULL,
  programme text NOT NULL,
  version text NOT NULL,
  person_id uuid NOT NULL,
  claim_id uuid,
  year smallint NOT NULL,
  as_of date NOT NULL,
  outcome text NOT NULL,
  amount_fen bigint,
  met bigint NOT NULL,
  unknown bigint NOT NULL,
  facts_version integer,
  is_current boolean DEFAULT true NOT NULL,
  decided_at timestamp with time zone NOT NULL,
  CONSTRAINT determination_pkey PRIMARY KEY (id),
  CONSTRAINT determination_outcome_check CHECK (outcome = ANY (ARRAY['ELIGIBLE'::text, 'NOT_ELIGIBLE'::text, 'UNKNOWN'::text, 'SUPERSEDED'::text])),
  CONSTRAINT determination_pays_only_the_eligible CHECK ((outcome = ANY (ARRAY['ELIGIBLE'::text, 'SUPERSEDED'::text])) = (amount_fen IS NOT NULL AND amount_fen > 0))
);
CREATE INDEX determination_by_claim ON determination USING btree (claim_id) WHERE claim_id IS NOT NULL;
CREATE UNIQUE INDEX determination_is_current_once ON determination USING btree (person_id, programme, year, claim_id) NULLS NOT DISTINCT WHERE is_current;
ALTER TABLE determination ENABLE ROW LEVEL SECURITY;
ALTER TABLE determination FORCE ROW LEVEL SECURITY;
CREATE POLICY determination_of_claim_or_person ON determination AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (EXISTS ( SELECT
   FROM claim c
  WHERE (c.id = determination.claim_id))) OR (EXISTS ( SELECT
   FROM person_fact f
  WHERE (f.person_id = determination.person_id)))));
COMMENT ON TABLE determination IS 'What was decided for a person and year by which version of the rules; append-only but for is_current.';
GRANT INSERT, MAINTAIN, SELECT, UPDATE (is_current) ON determination TO subsidy_rw;

CREATE TABLE determination_chunk (
  run_id uuid NOT NULL,
  no integer NOT NULL,
  prefix text NOT NULL,
  year smallint NOT NULL,
  state text DEFAULT 'waiting'::text NOT NULL,
  decided integer DEFAULT 0 NOT NULL,
  finished_at timestamp with time zone,
  determined integer DEFAULT 0 NOT NULL,
  held integer DEFAULT 0 NOT NULL,
  CONSTRAINT determination_chunk_pkey PRIMARY KEY (run_id, no),
  CONSTRAINT determination_chunk_state_check CHECK (state = ANY (ARRAY['waiting'::text, 'done'::text])),
  CONSTRAINT determination_chunk_run_id_fkey FOREIGN KEY (run_id) REFERENCES determination_run(id)
);
ALTER TABLE determination_chunk ENABLE ROW LEVEL SECURITY;
ALTER TABLE determination_chunk FORCE ROW LEVEL SECURITY;
CREATE POLICY determination_chunk_of_run ON determination_chunk AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (EXISTS ( SELECT
   FROM determination_run r
  WHERE (r.id = determination_chunk.run_id)))));
GRANT DELETE, INSERT, SELECT, UPDATE ON determination_chunk TO subsidy_rw;

CREATE TABLE determination_run (
  id uuid NOT NULL,
  programmes text[] NOT NULL,
  versions text[] NOT NULL,
  division_code text NOT NULL,
  as_of date NOT NULL,
  state text NOT NULL,
  started_by text NOT NULL,
  started_at timestamp with time zone NOT NULL,
  finished_at timestamp with time zone,
  CONSTRAINT determination_run_pkey PRIMARY KEY (id),
  CONSTRAINT determination_run_division_code_check CHECK (division_code ~ '^[0-9]{12}$'::text),
  CONSTRAINT determination_run_state_check CHECK (state = ANY (ARRAY['running'::text, 'done'::text]))
);
CREATE UNIQUE INDEX determination_run_is_alone ON determination_run USING btree (division_code, as_of, programmes) WHERE state = 'running'::text;
ALTER TABLE determination_run ENABLE ROW LEVEL SECURITY;
ALTER TABLE determination_run FORCE ROW LEVEL SECURITY;
CREATE POLICY determination_run_in_division ON determination_run AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (division_code ^@ ( SELECT guard_from() AS guard_from))));
GRANT DELETE, INSERT, SELECT, UPDATE ON determination_run TO subsidy_rw;

CREATE TABLE enrolment_peers (
  is_only boolean DEFAULT true NOT NULL,
  has_peers boolean NOT NULL,
  seen_at timestamp with time zone NOT NULL,
  CONSTRAINT enrolment_peers_pkey PRIMARY KEY (is_only),
  CONSTRAINT enrolment_peers_is_only_check CHECK (is_only)
);
ALTER TABLE enrolment_peers ENABLE ROW LEVEL SECURITY;
ALTER TABLE enrolment_peers FORCE ROW LEVEL SECURITY;
CREATE POLICY enrolment_peers_in_any_context ON enrolment_peers AS PERMISSIVE FOR ALL TO PUBLIC USING (( SELECT guard_open() AS guard_open));
COMMENT ON TABLE enrolment_peers IS 'Whether there is any other installation to ask, as last seen: without one nothing waits.';
GRANT INSERT, SELECT, UPDATE (has_peers, seen_at) ON enrolment_peers TO subsidy_rw;

CREATE TABLE enrolment_question (
  id uuid DEFAULT uuidv7() NOT NULL,
  beneficiary_id uuid NOT NULL,
  programme text NOT NULL,
  period daterange NOT NULL,
  county_code text NOT NULL,
  occasion text NOT NULL,
  made_at timestamp with time zone NOT NULL,
  asked_at timestamp with time zone,
  outcome text,
  enrolments jsonb DEFAULT '[]'::jsonb NOT NULL,
  answered_at timestamp with time zone,
  CONSTRAINT enrolment_question_pkey PRIMARY KEY (id),
  CONSTRAINT enrolment_question_county_code_check CHECK (county_code ~ '^[0-9]{6}000000$'::text),
  CONSTRAINT enrolment_question_is_asked_before_answered CHECK ((outcome IS NULL) = (answered_at IS NULL) AND (outcome IS NULL OR asked_at IS NOT NULL)),
  CONSTRAINT enrolment_question_occasion_is_known CHECK (occasion = ANY (ARRAY['first-payment'::text, 'cross-check'::text])),
  CONSTRAINT enrolment_question_outcome_is_known CHECK (outcome = ANY (ARRAY['nowhere'::text, 'elsewhere'::text, 'no-reply'::text])),
  CONSTRAINT enrolment_question_period_check CHECK (NOT isempty(period) AND upper(period) IS NOT NULL),
  CONSTRAINT enrolment_question_beneficiary_id_fkey FOREIGN KEY (beneficiary_id) REFERENCES beneficiary(id)
);
CREATE UNIQUE INDEX enrolment_question_before_the_first_payment_once ON enrolment_question USING btree (beneficiary_id, programme) WHERE occasion = 'first-payment'::text;
CREATE INDEX enrolment_question_by_beneficiary ON enrolment_question USING btree (beneficiary_id, programme, made_at);
CREATE INDEX enrolment_question_by_county ON enrolment_question USING btree (county_code text_pattern_ops);
CREATE INDEX enrolment_question_to_ask ON enrolment_question USING btree (id) WHERE asked_at IS NULL;
CREATE INDEX enrolment_question_to_read ON enrolment_question USING btree (id) WHERE asked_at IS NOT NULL AND (outcome IS NULL OR outcome = 'no-reply'::text);
CREATE TRIGGER overpayment_doubt_by_enrolment AFTER UPDATE ON enrolment_question FOR EACH ROW WHEN (new.outcome = 'elsewhere'::text AND new.outcome IS DISTINCT FROM old.outcome) EXECUTE FUNCTION overpayment_doubt_by_place();
ALTER TABLE enrolment_question ENABLE ROW LEVEL SECURITY;
ALTER TABLE enrolment_question FORCE ROW LEVEL SECURITY;
CREATE POLICY enrolment_question_of_county ON enrolment_question AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (county_code ^@ "left"(( SELECT guard_from() AS guard_from), 6)) OR (EXISTS ( SELECT
   FROM beneficiary b
  WHERE ((b.id = enrolment_question.beneficiary_id) AND (b.person_id = ANY (( SELECT guard_family() AS guard_family)::uuid[])))))));
COMMENT ON TABLE enrolment_question IS 'What other installations are asked about a beneficiary, and what they said; silence is an outcome too, and holds nobody up.';
COMMENT ON COLUMN enrolment_question.outcome IS 'Null while not all have answered and the deadline has not passed. A late answer may still follow no-reply.';
GRANT INSERT, SELECT, UPDATE (asked_at, outcome, enrolments, answered_at) ON enrolment_question TO subsidy_rw;

CREATE TABLE equal_access (
  id uuid DEFAULT uuidv7() NOT NULL,
  programme text NOT NULL,
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
  CONSTRAINT equal_access_pkey PRIMARY KEY (id),
  CONSTRAINT equal_access_is_frozen_once UNIQUE (programme, division_code, quarter, correction, household),
  CONSTRAINT equal_access_correction_counts CHECK (correction >= 0),
  CONSTRAINT equal_access_household_is_known CHECK (household = ANY (ARRAY['local'::text, 'newcomer'::text])),
  CONSTRAINT equal_access_is_a_countys CHECK (division_code ~ '^[1-8]\d{5}0{6}$'::text),
  CONSTRAINT equal_access_parts_lie_within CHECK (granted >= 0 AND granted <= cases AND held >= 0 AND held <= cases AND asked >= 0 AND asked <= cases AND papers >= asked),
  CONSTRAINT equal_access_quarter_is_one CHECK (quarter ~ '^20\d\dQ[1-4]$'::text),
  CONSTRAINT equal_access_waiting_counts CHECK (waiting >= 0)
);
CREATE INDEX equal_access_by_place ON equal_access USING btree (division_code, quarter);
ALTER TABLE equal_access ENABLE ROW LEVEL SECURITY;
ALTER TABLE equal_access FORCE ROW LEVEL SECURITY;
CREATE POLICY equal_access_is_frozen_centrally ON equal_access AS PERMISSIVE FOR INSERT TO PUBLIC WITH CHECK (( SELECT guard_whole() AS guard_whole));
CREATE POLICY equal_access_is_published ON equal_access AS PERMISSIVE FOR SELECT TO PUBLIC USING (( SELECT guard_open() AS guard_open));
COMMENT ON TABLE equal_access IS 'What is published of claims decided in a quarter: correction 0 is frozen, each later one a line of its own. Shown only where no figure is about fewer than five.';
COMMENT ON COLUMN equal_access.waiting IS 'Claims submitted before the end of the quarter and undecided then.';
GRANT INSERT, SELECT ON equal_access TO subsidy_rw;

CREATE TABLE fact_dirty (
  person_id uuid NOT NULL,
  CONSTRAINT fact_dirty_pkey PRIMARY KEY (person_id)
);
ALTER TABLE fact_dirty ENABLE ROW LEVEL SECURITY;
ALTER TABLE fact_dirty FORCE ROW LEVEL SECURITY;
CREATE POLICY fact_dirty_in_any_context ON fact_dirty AS PERMISSIVE FOR ALL TO PUBLIC USING (( SELECT guard_open() AS guard_open));
GRANT DELETE, INSERT, SELECT, UPDATE ON fact_dirty TO subsidy_rw;

CREATE TABLE fact_moved (
  person_id uuid NOT NULL,
  CONSTRAINT fact_moved_pkey PRIMARY KEY (person_id)
);
ALTER TABLE fact_moved ENABLE ROW LEVEL SECURITY;
ALTER TABLE fact_moved FORCE ROW LEVEL SECURITY;
CREATE POLICY fact_moved_in_any_context ON fact_moved AS PERMISSIVE FOR ALL TO PUBLIC USING (( SELECT guard_open() AS guard_open));
COMMENT ON TABLE fact_moved IS 'Persons with claims whose registration changed its county, its state or its days of moving; looked at by a job.';
GRANT DELETE, INSERT, SELECT ON fact_moved TO subsidy_rw;

CREATE TABLE fact_vital (
  person_id uuid NOT NULL,
  CONSTRAINT fact_vital_pkey PRIMARY KEY (person_id)
);
ALTER TABLE fact_vital ENABLE ROW LEVEL SECURITY;
ALTER TABLE fact_vital FORCE ROW LEVEL SECURITY;
CREATE POLICY fact_vital_in_any_context ON fact_vital AS PERMISSIVE FOR ALL TO PUBLIC USING (( SELECT guard_open() AS guard_open));
COMMENT ON TABLE fact_vital IS 'Persons whose death or merging changed in the feed, until their claims were looked at; survives a kill.';
GRANT DELETE, INSERT, SELECT, UPDATE ON fact_vital TO subsidy_rw;

CREATE TABLE feed_cursor (
  feed text NOT NULL,
  "position" text NOT NULL,
  pulled_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT feed_cursor_pkey PRIMARY KEY (feed)
);
ALTER TABLE feed_cursor ENABLE ROW LEVEL SECURITY;
ALTER TABLE feed_cursor FORCE ROW LEVEL SECURITY;
CREATE POLICY feed_cursor_in_any_context ON feed_cursor AS PERMISSIVE FOR ALL TO PUBLIC USING (( SELECT guard_open() AS guard_open));
GRANT DELETE, INSERT, SELECT, UPDATE ON feed_cursor TO subsidy_rw;

CREATE TABLE finding (
  id uuid DEFAULT uuidv7() NOT NULL,
  person_id uuid,
  person_key bytea NOT NULL,
  name text NOT NULL,
  value text NOT NULL,
  valid daterange NOT NULL,
  document_no text NOT NULL,
  issued_by text NOT NULL,
  import_id uuid,
  recorded_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT finding_pkey PRIMARY KEY (id),
  CONSTRAINT finding_name_check CHECK (name = ANY (ARRAY['births_lawful_then'::text, 'only_child_certificate'::text, 'child_disability_grade'::text, 'child_disability_since'::text, 'certified_level'::text, 'rural_hukou'::text])),
  CONSTRAINT finding_holds_one_value_at_a_time EXCLUDE USING gist (person_key WITH =, name WITH =, valid WITH &&)
);
CREATE INDEX finding_by_person ON finding USING btree (person_id);
ALTER TABLE finding ENABLE ROW LEVEL SECURITY;
ALTER TABLE finding FORCE ROW LEVEL SECURITY;
CREATE POLICY finding_of_person ON finding AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (EXISTS ( SELECT
   FROM person_fact f
  WHERE (f.person_id = finding.person_id)))));
COMMENT ON TABLE finding IS 'A fact attested by an authority with a document behind it.';
GRANT INSERT, SELECT, UPDATE (person_id, valid) ON finding TO subsidy_rw;

CREATE TABLE import_batch (
  id uuid DEFAULT uuidv7() NOT NULL,
  kind text NOT NULL,
  file_name text NOT NULL,
  sha256 bytea NOT NULL,
  state text DEFAULT 'running'::text NOT NULL,
  last_line integer DEFAULT 1 NOT NULL,
  total integer DEFAULT 0 NOT NULL,
  accepted integer DEFAULT 0 NOT NULL,
  unchanged integer DEFAULT 0 NOT NULL,
  rejected integer DEFAULT 0 NOT NULL,
  warnings integer DEFAULT 0 NOT NULL,
  started_at timestamp with time zone NOT NULL,
  finished_at timestamp with time zone,
  CONSTRAINT import_batch_pkey PRIMARY KEY (id),
  CONSTRAINT import_batch_accounts_for_every_row CHECK (total = (accepted + unchanged + rejected)),
  CONSTRAINT import_batch_kind_check CHECK (kind = ANY (ARRAY['claims'::text, 'accounts'::text, 'findings'::text])),
  CONSTRAINT import_batch_state_check CHECK (state = ANY (ARRAY['running'::text, 'done'::text]))
);
CREATE UNIQUE INDEX import_batch_runs_a_file_once ON import_batch USING btree (kind, sha256) WHERE state = 'running'::text;
ALTER TABLE import_batch ENABLE ROW LEVEL SECURITY;
ALTER TABLE import_batch FORCE ROW LEVEL SECURITY;
CREATE POLICY import_batch_for_officers ON import_batch AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_from() AS guard_from) IS NOT NULL));
GRANT DELETE, INSERT, SELECT, UPDATE ON import_batch TO subsidy_rw;

CREATE TABLE import_reject (
  batch_id uuid NOT NULL,
  line integer NOT NULL,
  column_name text NOT NULL,
  code text NOT NULL,
  sentence_zh text NOT NULL,
  sentence_en text NOT NULL,
  is_warning boolean DEFAULT false NOT NULL,
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  CONSTRAINT import_reject_pkey PRIMARY KEY (id),
  CONSTRAINT import_reject_batch_id_fkey FOREIGN KEY (batch_id) REFERENCES import_batch(id)
);
CREATE INDEX import_reject_by_batch ON import_reject USING btree (batch_id, line);
ALTER TABLE import_reject ENABLE ROW LEVEL SECURITY;
ALTER TABLE import_reject FORCE ROW LEVEL SECURITY;
CREATE POLICY import_reject_for_officers ON import_reject AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_from() AS guard_from) IS NOT NULL));
GRANT INSERT, SELECT ON import_reject TO subsidy_rw;

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
GRANT INSERT, SELECT ON inbox TO subsidy_rw;

CREATE TABLE indicator (
  id uuid NOT NULL,
  programme text NOT NULL,
  division_code text NOT NULL,
  year smallint NOT NULL,
  level text NOT NULL,
  amount_fen bigint NOT NULL,
  document_no text NOT NULL,
  released_on date NOT NULL,
  recorded_by text NOT NULL,
  recorded_at timestamp with time zone NOT NULL,
  CONSTRAINT indicator_pkey PRIMARY KEY (id),
  CONSTRAINT indicator_is_released_once UNIQUE (programme, division_code, year, level, document_no),
  CONSTRAINT indicator_amount_fen_check CHECK (amount_fen > 0),
  CONSTRAINT indicator_division_code_check CHECK (division_code ~ '^[0-9]{6}000000$'::text),
  CONSTRAINT indicator_document_no_check CHECK (document_no <> ''::text),
  CONSTRAINT indicator_level_check CHECK (level = ANY (ARRAY['central'::text, 'province'::text, 'city'::text, 'county'::text])),
  CONSTRAINT indicator_year_check CHECK (year >= 2000 AND year <= 2100)
);
CREATE INDEX indicator_by_county ON indicator USING btree (programme, division_code, year);
CREATE TRIGGER indicator_uses_power AFTER INSERT ON indicator FOR EACH ROW EXECUTE FUNCTION indicator_uses_power();
ALTER TABLE indicator ENABLE ROW LEVEL SECURITY;
ALTER TABLE indicator FORCE ROW LEVEL SECURITY;
CREATE POLICY indicator_of_county ON indicator AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (division_code ^@ "left"(( SELECT guard_from() AS guard_from), 6))));
COMMENT ON TABLE indicator IS 'Money a level of government released to a county for a programme and a year (指标), with its document.';
GRANT INSERT, SELECT ON indicator TO subsidy_rw;

CREATE TABLE instruction (
  id uuid NOT NULL,
  claim_id uuid NOT NULL,
  beneficiary_id uuid NOT NULL,
  programme text NOT NULL,
  claim_year smallint NOT NULL,
  period daterange NOT NULL,
  amount_fen bigint NOT NULL,
  state text NOT NULL,
  is_live boolean GENERATED ALWAYS AS ((state <> 'cancelled'::text)) STORED NOT NULL,
  repair_account_id uuid,
  made_at timestamp with time zone NOT NULL,
  CONSTRAINT instruction_pkey PRIMARY KEY (id),
  CONSTRAINT instruction_amount_fen_check CHECK (amount_fen > 0),
  CONSTRAINT instruction_period_check CHECK (NOT isempty(period)),
  CONSTRAINT instruction_state_check CHECK (state = ANY (ARRAY['due'::text, 'paying'::text, 'paid'::text, 'returned'::text, 'closed'::text, 'cancelled'::text])),
  CONSTRAINT instruction_pays_a_day_once EXCLUDE USING gist (beneficiary_id WITH =, programme WITH =, period WITH &&) WHERE (is_live),
  CONSTRAINT instruction_beneficiary_id_fkey FOREIGN KEY (beneficiary_id) REFERENCES beneficiary(id),
  CONSTRAINT instruction_claim_id_fkey FOREIGN KEY (claim_id) REFERENCES claim(id),
  CONSTRAINT instruction_repair_account_id_fkey FOREIGN KEY (repair_account_id) REFERENCES payee_account(id)
) WITH (fillfactor=50);
CREATE INDEX instruction_by_claim ON instruction USING btree (claim_id);
CREATE INDEX instruction_by_repair ON instruction USING btree (programme) WHERE repair_account_id IS NOT NULL;
CREATE UNIQUE INDEX instruction_is_made_once ON instruction USING btree (claim_id) WHERE is_live;
CREATE TRIGGER instruction_is_of_the_authority AFTER INSERT ON instruction REFERENCING NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION instruction_is_of_the_authority();
CREATE TRIGGER instruction_repair_stays_with_the_family BEFORE UPDATE OF repair_account_id ON instruction FOR EACH ROW WHEN (new.repair_account_id IS DISTINCT FROM old.repair_account_id AND new.repair_account_id IS NOT NULL) EXECUTE FUNCTION instruction_repair_stays_with_the_family();
ALTER TABLE instruction ENABLE ROW LEVEL SECURITY;
ALTER TABLE instruction FORCE ROW LEVEL SECURITY;
CREATE POLICY instruction_of_claim ON instruction AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (EXISTS ( SELECT
   FROM claim c
  WHERE (c.id = instruction.claim_id)))));
COMMENT ON TABLE instruction IS 'The order to pay one claim. It lives on through every attempt to carry it out.';
COMMENT ON COLUMN instruction.beneficiary_id IS 'The child, after merging of records found to be one.';
COMMENT ON COLUMN instruction.repair_account_id IS 'Set when a person has repaired the account of returned money: pay it again, there.';
GRANT INSERT, MAINTAIN, SELECT, UPDATE (beneficiary_id, state, repair_account_id) ON instruction TO subsidy_rw;

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
CREATE POLICY ledger_account_of_county ON ledger_account AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR
CASE split_part(code, ':'::text, 1)
    WHEN 'source'::text THEN (( SELECT guard_from() AS guard_from) IS NOT NULL)
    WHEN 'paying'::text THEN (EXISTS ( SELECT
       FROM payment_batch b
      WHERE (b.id = (substr(ledger_account.code, 8))::uuid)))
    ELSE (split_part(code, ':'::text, 3) ^@ "left"(( SELECT guard_from() AS guard_from), 6))
END));
COMMENT ON TABLE ledger_account IS 'Where money stands, in fen. Only a source may give more than it got: it stands for the world outside.';
COMMENT ON COLUMN ledger_account.debits_pending IS 'Reserved: promised away and not yet gone; counts against what is available.';
GRANT INSERT (code, kind), SELECT ON ledger_account TO subsidy_rw;

CREATE TABLE lookup_found (
  actor text DEFAULT guard_text('actor'::text) NOT NULL,
  person_id uuid NOT NULL,
  day date NOT NULL,
  CONSTRAINT lookup_found_pkey PRIMARY KEY (actor, day, person_id)
);
ALTER TABLE lookup_found ENABLE ROW LEVEL SECURITY;
ALTER TABLE lookup_found FORCE ROW LEVEL SECURITY;
CREATE POLICY lookup_found_of_actor ON lookup_found AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (actor = ( SELECT guard_text('actor'::text) AS guard_text))));
COMMENT ON TABLE lookup_found IS 'Persons that somebody found by number on a day.';
GRANT INSERT (person_id, day), SELECT ON lookup_found TO subsidy_rw;

CREATE TABLE lookup_miss (
  actor text DEFAULT guard_text('actor'::text) NOT NULL,
  place_key bytea NOT NULL,
  at timestamp with time zone NOT NULL,
  CONSTRAINT lookup_miss_place_key_check CHECK (length(place_key) = 32)
);
CREATE INDEX lookup_miss_by_place ON lookup_miss USING btree (place_key, at);
ALTER TABLE lookup_miss ENABLE ROW LEVEL SECURITY;
ALTER TABLE lookup_miss FORCE ROW LEVEL SECURITY;
CREATE POLICY lookup_miss_of_actor ON lookup_miss AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (actor = ( SELECT guard_text('actor'::text) AS guard_text))));
COMMENT ON TABLE lookup_miss IS 'Look-ups by number that found nothing the asker may see; append-only. After five for one region and birth date the asker is stopped.';
GRANT INSERT (place_key, at), SELECT ON lookup_miss TO subsidy_rw;

CREATE TABLE newborn_claim (
  sub_case uuid NOT NULL,
  claim_id uuid,
  kind text NOT NULL,
  obstacle text,
  told integer DEFAULT 0 NOT NULL,
  has_news boolean DEFAULT false NOT NULL,
  recorded_at timestamp with time zone NOT NULL,
  CONSTRAINT newborn_claim_pkey PRIMARY KEY (sub_case),
  CONSTRAINT newborn_claim_has_a_claim_or_an_obstacle CHECK ((kind = 'none'::text) = (claim_id IS NULL) AND (kind = 'none'::text) = (obstacle IS NOT NULL)),
  CONSTRAINT newborn_claim_is_told_on CHECK (told >= 0),
  CONSTRAINT newborn_claim_kind_is_known CHECK (kind = ANY (ARRAY['own'::text, 'other'::text, 'none'::text])),
  CONSTRAINT newborn_claim_claim_id_fkey FOREIGN KEY (claim_id) REFERENCES claim(id)
);
CREATE INDEX newborn_claim_by_claim ON newborn_claim USING btree (claim_id);
CREATE INDEX newborn_claim_has_news ON newborn_claim USING btree (sub_case) WHERE has_news;
ALTER TABLE newborn_claim ENABLE ROW LEVEL SECURITY;
ALTER TABLE newborn_claim FORCE ROW LEVEL SECURITY;
CREATE POLICY newborn_claim_of_claim ON newborn_claim AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (EXISTS ( SELECT
   FROM claim c
  WHERE (c.id = newborn_claim.claim_id)))));
COMMENT ON TABLE newborn_claim IS 'Which claim a part of a newborn matter became; one at most, however often it is asked. Matters are registration''s, here by id.';
COMMENT ON COLUMN newborn_claim.kind IS 'own: made for this part. other: the other guardian''s claim for the same child and year goes on. none: no claim yet, and why.';
COMMENT ON COLUMN newborn_claim.told IS 'How many times registration was told; a later message has more.';
GRANT INSERT, SELECT, UPDATE (claim_id, kind, obstacle, told, has_news) ON newborn_claim TO subsidy_rw;

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
GRANT INSERT, SELECT, UPDATE ON outbox TO subsidy_rw;

CREATE TABLE overpayment (
  id uuid DEFAULT uuidv7() NOT NULL,
  claim_id uuid NOT NULL,
  instruction_id uuid NOT NULL,
  attempt_id uuid NOT NULL,
  programme text NOT NULL,
  county_code text NOT NULL,
  ground text NOT NULL,
  days daterange NOT NULL,
  fen bigint NOT NULL,
  paid_on date NOT NULL,
  found_on date NOT NULL,
  found_at timestamp with time zone NOT NULL,
  determination_id bigint,
  anew_id bigint,
  facts jsonb DEFAULT '{}'::jsonb NOT NULL,
  state text NOT NULL,
  evidence text,
  note text,
  reported_by text,
  seen_by text,
  seen_at timestamp with time zone,
  seen_note text,
  told_at timestamp with time zone,
  taken_up_at timestamp with time zone,
  taken_back_at timestamp with time zone,
  taken_back_why text,
  CONSTRAINT overpayment_pkey PRIMARY KEY (id),
  CONSTRAINT overpayment_by_an_officer_has_evidence CHECK ((reported_by IS NULL) = (evidence IS NULL) AND (reported_by IS NULL) = (note IS NULL)),
  CONSTRAINT overpayment_ground_is_known CHECK (ground = ANY (ARRAY['late-death'::text, 'late-move'::text, 'duplicate'::text, 'false-claim'::text, 'changed-fact'::text, 'office-error'::text])),
  CONSTRAINT overpayment_is_of_a_county CHECK (county_code ~ '^[0-9]{6}000000$'::text),
  CONSTRAINT overpayment_is_of_days CHECK (NOT isempty(days) AND lower(days) IS NOT NULL AND upper(days) IS NOT NULL),
  CONSTRAINT overpayment_is_of_money CHECK (fen > 0),
  CONSTRAINT overpayment_is_seen_by_a_person CHECK ((seen_by IS NULL) = (seen_at IS NULL) AND (seen_by IS NULL) = (reported_by IS NULL OR state = 'reported'::text)),
  CONSTRAINT overpayment_is_taken_back_at_a_moment CHECK ((state = 'taken-back'::text) = (taken_back_at IS NOT NULL) AND (state = 'taken-back'::text) = (taken_back_why IS NOT NULL)),
  CONSTRAINT overpayment_is_taken_up_at_a_moment CHECK ((state = 'taken-up'::text) = (taken_up_at IS NOT NULL)),
  CONSTRAINT overpayment_is_told_at_a_moment CHECK ((state <> ALL (ARRAY['told'::text, 'taken-up'::text])) OR told_at IS NOT NULL),
  CONSTRAINT overpayment_needs_another_officer CHECK (seen_by <> reported_by),
  CONSTRAINT overpayment_of_a_person_is_reported_by_one CHECK ((ground <> ALL (ARRAY['false-claim'::text, 'office-error'::text])) OR reported_by IS NOT NULL),
  CONSTRAINT overpayment_state_is_known CHECK (state = ANY (ARRAY['reported'::text, 'found'::text, 'told'::text, 'taken-up'::text, 'taken-back'::text, 'dismissed'::text])),
  CONSTRAINT overpayment_anew_id_fkey FOREIGN KEY (anew_id) REFERENCES determination(id),
  CONSTRAINT overpayment_attempt_id_fkey FOREIGN KEY (attempt_id) REFERENCES attempt(id),
  CONSTRAINT overpayment_claim_id_fkey FOREIGN KEY (claim_id) REFERENCES claim(id),
  CONSTRAINT overpayment_determination_id_fkey FOREIGN KEY (determination_id) REFERENCES determination(id),
  CONSTRAINT overpayment_instruction_id_fkey FOREIGN KEY (instruction_id) REFERENCES instruction(id)
);
CREATE INDEX overpayment_by_anew ON overpayment USING btree (anew_id) WHERE anew_id IS NOT NULL;
CREATE INDEX overpayment_by_attempt ON overpayment USING btree (attempt_id);
CREATE INDEX overpayment_by_claim ON overpayment USING btree (claim_id);
CREATE INDEX overpayment_by_county ON overpayment USING btree (county_code text_pattern_ops, id);
CREATE INDEX overpayment_by_determination ON overpayment USING btree (determination_id) WHERE determination_id IS NOT NULL;
CREATE UNIQUE INDEX overpayment_is_found_once ON overpayment USING btree (instruction_id, ground) WHERE state <> ALL (ARRAY['taken-back'::text, 'dismissed'::text]);
CREATE INDEX overpayment_standing ON overpayment USING btree (instruction_id) WHERE state = ANY (ARRAY['found'::text, 'told'::text, 'taken-up'::text]);
CREATE INDEX overpayment_to_tell ON overpayment USING btree (id) WHERE state = 'found'::text;
CREATE CONSTRAINT TRIGGER overpayment_adds_up AFTER INSERT OR UPDATE ON overpayment DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION overpayment_adds_up();
CREATE TRIGGER overpayment_moves BEFORE INSERT OR UPDATE ON overpayment FOR EACH ROW EXECUTE FUNCTION overpayment_moves();
CREATE TRIGGER overpayment_report_uses_power AFTER INSERT ON overpayment FOR EACH ROW WHEN (new.reported_by IS NOT NULL) EXECUTE FUNCTION overpayment_uses_power();
CREATE TRIGGER overpayment_seeing_uses_power AFTER UPDATE OF seen_by ON overpayment FOR EACH ROW WHEN (new.seen_by IS NOT NULL AND old.seen_by IS NULL) EXECUTE FUNCTION overpayment_uses_power();
ALTER TABLE overpayment ENABLE ROW LEVEL SECURITY;
ALTER TABLE overpayment FORCE ROW LEVEL SECURITY;
CREATE POLICY overpayment_of_claim ON overpayment AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR ((EXISTS ( SELECT
   FROM claim c
  WHERE (c.id = overpayment.claim_id))) AND ((( SELECT guard_from() AS guard_from) IS NOT NULL) OR ((state = ANY (ARRAY['told'::text, 'taken-up'::text, 'taken-back'::text])) AND (told_at IS NOT NULL))))));
CREATE POLICY overpayment_reported_in_ones_own_name ON overpayment AS RESTRICTIVE FOR INSERT TO PUBLIC WITH CHECK (((reported_by IS NULL) OR (reported_by = ( SELECT guard_text('actor'::text) AS guard_text))));
CREATE POLICY overpayment_seen_in_ones_own_name ON overpayment AS RESTRICTIVE FOR UPDATE TO PUBLIC USING (true) WITH CHECK (((seen_by IS NULL) OR (state <> ALL (ARRAY['found'::text, 'dismissed'::text])) OR (seen_by = ( SELECT guard_text('actor'::text) AS guard_text))));
COMMENT ON TABLE overpayment IS 'An amount that was paid for some days and, as is known now, was not owed, with the payment it is of. Never edited: one that turns out otherwise is taken back, or changed by a row of its own once fees has it.';
COMMENT ON COLUMN overpayment.found_on IS 'When this installation came to know of it: an officer''s report, or the fact that says so.';
GRANT INSERT, SELECT, UPDATE (state, seen_by, seen_at, seen_note, told_at, taken_up_at, taken_back_at, taken_back_why) ON overpayment TO subsidy_rw;

CREATE TABLE overpayment_change (
  overpayment_id uuid NOT NULL,
  seq integer NOT NULL,
  fen bigint NOT NULL,
  why text NOT NULL,
  anew_id bigint,
  at timestamp with time zone NOT NULL,
  CONSTRAINT overpayment_change_pkey PRIMARY KEY (overpayment_id, seq),
  CONSTRAINT overpayment_change_is_of_money CHECK (fen <> 0),
  CONSTRAINT overpayment_change_seq_check CHECK (seq > 0),
  CONSTRAINT overpayment_change_anew_id_fkey FOREIGN KEY (anew_id) REFERENCES determination(id),
  CONSTRAINT overpayment_change_overpayment_id_fkey FOREIGN KEY (overpayment_id) REFERENCES overpayment(id)
);
CREATE INDEX overpayment_change_by_anew ON overpayment_change USING btree (anew_id) WHERE anew_id IS NOT NULL;
CREATE CONSTRAINT TRIGGER overpayment_change_adds_up AFTER INSERT ON overpayment_change DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION overpayment_adds_up();
ALTER TABLE overpayment_change ENABLE ROW LEVEL SECURITY;
ALTER TABLE overpayment_change FORCE ROW LEVEL SECURITY;
CREATE POLICY overpayment_change_of_overpayment ON overpayment_change AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (EXISTS ( SELECT
   FROM overpayment o
  WHERE (o.id = overpayment_change.overpayment_id)))));
COMMENT ON TABLE overpayment_change IS 'What an overpayment that fees has taken up is more or less by, since a fact was corrected again. Append-only.';
GRANT INSERT, SELECT ON overpayment_change TO subsidy_rw;

CREATE TABLE overpayment_doubt (
  claim_id uuid NOT NULL,
  raised integer DEFAULT 1 NOT NULL,
  CONSTRAINT overpayment_doubt_pkey PRIMARY KEY (claim_id),
  CONSTRAINT overpayment_doubt_claim_id_fkey FOREIGN KEY (claim_id) REFERENCES claim(id)
);
ALTER TABLE overpayment_doubt ENABLE ROW LEVEL SECURITY;
ALTER TABLE overpayment_doubt FORCE ROW LEVEL SECURITY;
CREATE POLICY overpayment_doubt_in_any_context ON overpayment_doubt AS PERMISSIVE FOR ALL TO PUBLIC USING (( SELECT guard_open() AS guard_open));
COMMENT ON TABLE overpayment_doubt IS 'Claims decided already about which something else became known, until a job has looked whether what was paid was owed; survives a kill.';
GRANT DELETE, INSERT, SELECT, UPDATE (raised) ON overpayment_doubt TO subsidy_rw;

CREATE TABLE overpayment_move (
  from_state text NOT NULL,
  to_state text NOT NULL,
  CONSTRAINT overpayment_move_pkey PRIMARY KEY (from_state, to_state)
);
ALTER TABLE overpayment_move ENABLE ROW LEVEL SECURITY;
ALTER TABLE overpayment_move FORCE ROW LEVEL SECURITY;
CREATE POLICY overpayment_move_is_public ON overpayment_move AS PERMISSIVE FOR SELECT TO PUBLIC USING (true);
COMMENT ON TABLE overpayment_move IS 'Every move of an overpayment there is (overpayment.state.ts, mirrored); what is not listed cannot happen.';
GRANT SELECT ON overpayment_move TO subsidy_rw;

CREATE TABLE overpayment_share (
  overpayment_id uuid NOT NULL,
  level text NOT NULL,
  year smallint NOT NULL,
  fen bigint NOT NULL,
  CONSTRAINT overpayment_share_pkey PRIMARY KEY (overpayment_id, level, year),
  CONSTRAINT overpayment_share_is_of_money CHECK (fen > 0),
  CONSTRAINT overpayment_share_level_is_known CHECK (level = ANY (ARRAY['central'::text, 'province'::text, 'city'::text, 'county'::text])),
  CONSTRAINT overpayment_share_overpayment_id_fkey FOREIGN KEY (overpayment_id) REFERENCES overpayment(id)
);
CREATE CONSTRAINT TRIGGER overpayment_share_adds_up AFTER INSERT ON overpayment_share DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION overpayment_adds_up();
ALTER TABLE overpayment_share ENABLE ROW LEVEL SECURITY;
ALTER TABLE overpayment_share FORCE ROW LEVEL SECURITY;
CREATE POLICY overpayment_share_of_overpayment ON overpayment_share AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (EXISTS ( SELECT
   FROM overpayment o
  WHERE (o.id = overpayment_share.overpayment_id)))));
COMMENT ON TABLE overpayment_share IS 'Which budgets bore what was overpaid, as they paid it; the fen of an overpayment add up to it. Append-only.';
GRANT INSERT, SELECT ON overpayment_share TO subsidy_rw;

CREATE TABLE payee_account (
  id uuid NOT NULL,
  holder_key bytea NOT NULL,
  holder_mask text NOT NULL,
  holder_sealed bytea NOT NULL,
  holder_name text NOT NULL,
  bank_code text NOT NULL,
  account_key bytea NOT NULL,
  account_mask text NOT NULL,
  account_sealed bytea NOT NULL,
  kind text NOT NULL,
  import_id uuid,
  recorded_at timestamp with time zone NOT NULL,
  ended_at timestamp with time zone,
  CONSTRAINT payee_account_pkey PRIMARY KEY (id),
  CONSTRAINT payee_account_import_id_fkey FOREIGN KEY (import_id) REFERENCES import_batch(id)
);
CREATE INDEX payee_account_by_holder ON payee_account USING btree (holder_key, recorded_at);
CREATE INDEX payee_account_by_import ON payee_account USING btree (import_id);
CREATE INDEX payee_account_by_number ON payee_account USING btree (account_key);
CREATE UNIQUE INDEX payee_account_is_live_once ON payee_account USING btree (holder_key, account_key) WHERE ended_at IS NULL;
ALTER TABLE payee_account ENABLE ROW LEVEL SECURITY;
ALTER TABLE payee_account FORCE ROW LEVEL SECURITY;
CREATE POLICY payee_account_of_claim ON payee_account AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (holder_key = ( SELECT guard_key() AS guard_key)) OR (EXISTS ( SELECT
   FROM claim c
  WHERE (c.applicant_key = payee_account.holder_key))) OR (EXISTS ( SELECT
   FROM (claim c
     JOIN beneficiary b ON ((b.id = c.beneficiary_id)))
  WHERE (b.id_number_key = payee_account.holder_key))) OR (EXISTS ( SELECT
   FROM attempt a
  WHERE (a.payee_account_id = payee_account.id)))));
GRANT INSERT, SELECT, UPDATE (ended_at) ON payee_account TO subsidy_rw;

CREATE TABLE payment_batch (
  id uuid NOT NULL,
  programme text NOT NULL,
  division_code text NOT NULL,
  county_code text GENERATED ALWAYS AS ((substr(division_code, 1, 6) || '000000'::text)) STORED NOT NULL,
  period text NOT NULL,
  budget_year smallint NOT NULL,
  kind text NOT NULL,
  no integer NOT NULL,
  state text DEFAULT 'preparing'::text NOT NULL,
  maker text NOT NULL,
  content_hash bytea DEFAULT sha256('\x'::bytea) NOT NULL,
  line_count integer DEFAULT 0 NOT NULL,
  total_fen bigint DEFAULT 0 NOT NULL,
  prepared_at timestamp with time zone NOT NULL,
  approved_at timestamp with time zone,
  sent_at timestamp with time zone,
  answered_at timestamp with time zone,
  reconciled_at timestamp with time zone,
  reconciled_by text,
  cancelled_at timestamp with time zone,
  cancelled_by text,
  cancel_reason text,
  CONSTRAINT payment_batch_pkey PRIMARY KEY (id),
  CONSTRAINT payment_batch_content UNIQUE (id, maker, content_hash),
  CONSTRAINT payment_batch_has_its_number UNIQUE (programme, division_code, period, kind, no),
  CONSTRAINT payment_batch_division_code_check CHECK (division_code ~ '^[0-9]{12}$'::text),
  CONSTRAINT payment_batch_is_cancelled_by_someone CHECK ((state = 'cancelled'::text) = (cancelled_by IS NOT NULL)),
  CONSTRAINT payment_batch_kind_check CHECK (kind = ANY (ARRAY['regular'::text, 'repair'::text])),
  CONSTRAINT payment_batch_no_check CHECK (no > 0),
  CONSTRAINT payment_batch_period_check CHECK (period ~ '^[0-9]{4}Q[1-4]$'::text)
);
CREATE INDEX payment_batch_by_state ON payment_batch USING btree (state);
CREATE TRIGGER payment_batch_moves BEFORE INSERT OR UPDATE ON payment_batch FOR EACH ROW EXECUTE FUNCTION payment_batch_moves();
CREATE TRIGGER payment_batch_uses_power AFTER INSERT OR UPDATE OF reconciled_by ON payment_batch FOR EACH ROW EXECUTE FUNCTION payment_batch_uses_power();
ALTER TABLE payment_batch ENABLE ROW LEVEL SECURITY;
ALTER TABLE payment_batch FORCE ROW LEVEL SECURITY;
CREATE POLICY payment_batch_in_division ON payment_batch AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (division_code ^@ ( SELECT guard_from() AS guard_from))));
CREATE POLICY payment_batch_in_ones_own_name ON payment_batch AS RESTRICTIVE FOR INSERT TO PUBLIC WITH CHECK (((maker = ( SELECT guard_text('actor'::text) AS guard_text)) OR (is_part_of_system(maker) AND is_part_of_system(( SELECT guard_text('actor'::text) AS guard_text)))));
COMMENT ON TABLE payment_batch IS 'A payment run of one county and quarter: the list that two officers approve and the bank is sent.';
COMMENT ON COLUMN payment_batch.content_hash IS 'SHA-256 over every line (reference, fen, account key, name); kept by trigger, never written by the app.';
GRANT INSERT, SELECT, UPDATE (state, approved_at, sent_at, answered_at, reconciled_at, reconciled_by, cancelled_at, cancelled_by, cancel_reason) ON payment_batch TO subsidy_rw;

CREATE TABLE payment_calendar (
  id uuid NOT NULL,
  programme text NOT NULL,
  division_code text NOT NULL,
  period text NOT NULL,
  due_on date NOT NULL,
  state text DEFAULT 'planned'::text NOT NULL,
  held_by text,
  held_reason text,
  batch_id uuid,
  started_at timestamp with time zone,
  CONSTRAINT payment_calendar_pkey PRIMARY KEY (id),
  CONSTRAINT payment_calendar_runs_once UNIQUE (programme, division_code, period),
  CONSTRAINT payment_calendar_division_code_check CHECK (division_code ~ '^[0-9]{6}000000$'::text),
  CONSTRAINT payment_calendar_is_held_by_someone CHECK ((state = 'held'::text) = (held_by IS NOT NULL AND held_reason IS NOT NULL)),
  CONSTRAINT payment_calendar_period_check CHECK (period ~ '^[0-9]{4}Q[1-4]$'::text),
  CONSTRAINT payment_calendar_state_check CHECK (state = ANY (ARRAY['planned'::text, 'held'::text, 'started'::text, 'done'::text])),
  CONSTRAINT payment_calendar_batch_id_fkey FOREIGN KEY (batch_id) REFERENCES payment_batch(id)
);
CREATE INDEX payment_calendar_by_batch ON payment_calendar USING btree (batch_id);
CREATE INDEX payment_calendar_due ON payment_calendar USING btree (due_on) WHERE state = 'planned'::text;
ALTER TABLE payment_calendar ENABLE ROW LEVEL SECURITY;
ALTER TABLE payment_calendar FORCE ROW LEVEL SECURITY;
CREATE POLICY payment_calendar_in_division ON payment_calendar AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (division_code ^@ ( SELECT guard_from() AS guard_from))));
COMMENT ON TABLE payment_calendar IS 'When each county''s run is due. The queue only rings the bell; this table says what is due and what ran.';
GRANT INSERT, SELECT, UPDATE (due_on, state, held_by, held_reason, batch_id, started_at) ON payment_calendar TO subsidy_rw;

CREATE TABLE person_fact (
  person_id uuid NOT NULL,
  id_number_key bytea,
  id_number_mask text,
  birth_certificate_key bytea,
  id_number_shared boolean DEFAULT false NOT NULL,
  sex smallint,
  born date,
  died date,
  status smallint NOT NULL,
  citizen boolean,
  hukou text,
  division_code text NOT NULL,
  household_id uuid,
  relation_to_head text,
  father_id uuid,
  mother_id uuid,
  father_key bytea,
  mother_key bytea,
  marital smallint,
  moved_in_on date,
  moved_out_on date,
  spouse_id uuid,
  spouse_born date,
  living_children smallint,
  living_daughters smallint,
  children_ever smallint,
  last_child_died_on date,
  youngest_child_born date,
  births_lawful_then boolean,
  only_child_certificate boolean,
  child_disability_grade smallint,
  child_disability_since date,
  certified_level smallint,
  rural_hukou boolean,
  source_updated_at timestamp with time zone,
  facts_version integer DEFAULT 1 NOT NULL,
  recorded_at timestamp with time zone DEFAULT now() NOT NULL,
  merged_into uuid,
  CONSTRAINT person_fact_pkey PRIMARY KEY (person_id),
  CONSTRAINT person_fact_certified_level_check CHECK (certified_level >= 1 AND certified_level <= 3),
  CONSTRAINT person_fact_child_disability_grade_check CHECK (child_disability_grade >= 1 AND child_disability_grade <= 4),
  CONSTRAINT person_fact_division_code_check CHECK (division_code ~ '^[0-9]{12}$'::text),
  CONSTRAINT person_fact_hukou_check CHECK (hukou = ANY (ARRAY['urban'::text, 'rural'::text, 'unified'::text])),
  CONSTRAINT person_fact_sex_check CHECK (sex = ANY (ARRAY[1, 2])),
  CONSTRAINT person_fact_status_check CHECK (status = ANY (ARRAY[0, 1, 8, 9]))
);
CREATE INDEX person_fact_by_birth_certificate ON person_fact USING btree (birth_certificate_key) WHERE birth_certificate_key IS NOT NULL;
CREATE INDEX person_fact_by_division ON person_fact USING btree (division_code text_pattern_ops);
CREATE INDEX person_fact_by_father ON person_fact USING btree (father_id) WHERE father_id IS NOT NULL;
CREATE INDEX person_fact_by_household ON person_fact USING btree (household_id);
CREATE INDEX person_fact_by_id_number ON person_fact USING btree (id_number_key);
CREATE INDEX person_fact_by_mother ON person_fact USING btree (mother_id) WHERE mother_id IS NOT NULL;
ALTER TABLE person_fact ENABLE ROW LEVEL SECURITY;
ALTER TABLE person_fact FORCE ROW LEVEL SECURITY;
CREATE POLICY person_fact_in_division ON person_fact AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (division_code ^@ ( SELECT guard_from() AS guard_from)) OR (person_id = ANY (( SELECT guard_family() AS guard_family)::uuid[]))));
COMMENT ON TABLE person_fact IS 'What this app knows of a person, learned from the register and from findings; a projection that can be rebuilt.';
COMMENT ON COLUMN person_fact.merged_into IS 'The record that the register keeps in this one''s place; null again once that was undone.';
GRANT DELETE, INSERT, MAINTAIN, SELECT, UPDATE ON person_fact TO subsidy_rw;

CREATE TABLE person_fact_history (
  person_id uuid NOT NULL,
  facts_version integer NOT NULL,
  facts jsonb NOT NULL,
  recorded_at timestamp with time zone NOT NULL,
  replaced_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT person_fact_history_pkey PRIMARY KEY (person_id, facts_version)
);
ALTER TABLE person_fact_history ENABLE ROW LEVEL SECURITY;
ALTER TABLE person_fact_history FORCE ROW LEVEL SECURITY;
CREATE POLICY person_fact_history_of_person ON person_fact_history AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (EXISTS ( SELECT
   FROM person_fact f
  WHERE (f.person_id = person_fact_history.person_id)))));
COMMENT ON TABLE person_fact_history IS 'Earlier versions of person_fact rows that a determination refers to; append-only.';
GRANT INSERT, SELECT ON person_fact_history TO subsidy_rw;

CREATE TABLE person_merge (
  id uuid DEFAULT uuidv7() NOT NULL,
  person_id uuid NOT NULL,
  survivor_id uuid NOT NULL,
  beneficiary_id uuid NOT NULL,
  keeper_id uuid,
  id_number_key bytea,
  birth_certificate_key bytea,
  merged_at timestamp with time zone NOT NULL,
  undone_at timestamp with time zone,
  CONSTRAINT person_merge_pkey PRIMARY KEY (id),
  CONSTRAINT person_merge_is_of_two CHECK (person_id <> survivor_id AND beneficiary_id IS DISTINCT FROM keeper_id),
  CONSTRAINT person_merge_beneficiary_id_fkey FOREIGN KEY (beneficiary_id) REFERENCES beneficiary(id),
  CONSTRAINT person_merge_keeper_id_fkey FOREIGN KEY (keeper_id) REFERENCES beneficiary(id)
);
CREATE INDEX person_merge_by_beneficiary ON person_merge USING btree (beneficiary_id);
CREATE INDEX person_merge_by_keeper ON person_merge USING btree (keeper_id) WHERE keeper_id IS NOT NULL;
CREATE UNIQUE INDEX person_merge_stands_once ON person_merge USING btree (person_id) WHERE undone_at IS NULL;
CREATE TRIGGER overpayment_doubt_by_merge AFTER INSERT OR UPDATE ON person_merge FOR EACH ROW EXECUTE FUNCTION overpayment_doubt_by_merge();
ALTER TABLE person_merge ENABLE ROW LEVEL SECURITY;
ALTER TABLE person_merge FORCE ROW LEVEL SECURITY;
CREATE POLICY person_merge_for_officers ON person_merge AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_from() AS guard_from) IS NOT NULL));
COMMENT ON TABLE person_merge IS 'What two records of one person became here, so that it can be undone: the beneficiary and the keys it had.';
COMMENT ON COLUMN person_merge.keeper_id IS 'The survivor''s beneficiary; null where there was none and the beneficiary was only linked anew.';
GRANT INSERT, SELECT, UPDATE (undone_at) ON person_merge TO subsidy_rw;

CREATE TABLE person_merge_claim (
  merge_id uuid NOT NULL,
  claim_id uuid NOT NULL,
  moved boolean NOT NULL,
  held boolean NOT NULL,
  CONSTRAINT person_merge_claim_pkey PRIMARY KEY (merge_id, claim_id),
  CONSTRAINT person_merge_claim_claim_id_fkey FOREIGN KEY (claim_id) REFERENCES claim(id),
  CONSTRAINT person_merge_claim_merge_id_fkey FOREIGN KEY (merge_id) REFERENCES person_merge(id)
);
CREATE INDEX person_merge_claim_by_claim ON person_merge_claim USING btree (claim_id);
ALTER TABLE person_merge_claim ENABLE ROW LEVEL SECURITY;
ALTER TABLE person_merge_claim FORCE ROW LEVEL SECURITY;
CREATE POLICY person_merge_claim_of_claim ON person_merge_claim AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (EXISTS ( SELECT
   FROM claim c
  WHERE (c.id = person_merge_claim.claim_id)))));
COMMENT ON TABLE person_merge_claim IS 'Claims that a merge moved to the survivor, or held for a person; append-only.';
GRANT INSERT, SELECT ON person_merge_claim TO subsidy_rw;

CREATE TABLE place_matter (
  id uuid DEFAULT uuidv7() NOT NULL,
  kind text NOT NULL,
  programme text NOT NULL,
  person_id uuid NOT NULL,
  from_county text NOT NULL,
  to_county text NOT NULL,
  moved_on date,
  reimbursement_id uuid,
  made_by text NOT NULL,
  made_at timestamp with time zone NOT NULL,
  outcome text,
  answered_at timestamp with time zone,
  CONSTRAINT place_matter_pkey PRIMARY KEY (id),
  CONSTRAINT place_matter_from_county_check CHECK (from_county ~ '^[0-9]{6}000000$'::text),
  CONSTRAINT place_matter_has_an_outcome_at_a_moment CHECK ((outcome IS NULL) = (answered_at IS NULL)),
  CONSTRAINT place_matter_is_between_two_places CHECK (from_county <> to_county),
  CONSTRAINT place_matter_kind_is_known CHECK (kind = ANY (ARRAY['transfer-case'::text, 'settle-payment'::text])),
  CONSTRAINT place_matter_outcome_is_known CHECK (outcome = ANY (ARRAY['confirmed'::text, 'mismatch'::text, 'not-found'::text, 'no-reply'::text])),
  CONSTRAINT place_matter_says_what_it_is_about CHECK ((kind = 'settle-payment'::text) = (reimbursement_id IS NOT NULL) AND (kind = 'transfer-case'::text) = (moved_on IS NOT NULL)),
  CONSTRAINT place_matter_to_county_check CHECK (to_county ~ '^[0-9]{6}000000$'::text),
  CONSTRAINT place_matter_reimbursement_id_fkey FOREIGN KEY (reimbursement_id) REFERENCES reimbursement(id)
);
CREATE UNIQUE INDEX place_matter_asks_for_a_case_once ON place_matter USING btree (person_id, programme, to_county, moved_on) WHERE kind = 'transfer-case'::text;
CREATE INDEX place_matter_by_county ON place_matter USING btree (from_county text_pattern_ops);
CREATE UNIQUE INDEX place_matter_settles_once ON place_matter USING btree (reimbursement_id) WHERE reimbursement_id IS NOT NULL;
ALTER TABLE place_matter ENABLE ROW LEVEL SECURITY;
ALTER TABLE place_matter FORCE ROW LEVEL SECURITY;
CREATE POLICY place_matter_in_ones_own_name ON place_matter AS RESTRICTIVE FOR INSERT TO PUBLIC WITH CHECK (((made_by = ( SELECT guard_text('actor'::text) AS guard_text)) OR is_part_of_system(made_by)));
CREATE POLICY place_matter_of_county ON place_matter AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (from_county ^@ "left"(( SELECT guard_from() AS guard_from), 6))));
COMMENT ON TABLE place_matter IS 'What another place was asked for, and what came of it; what it said of people is used and not kept here.';
GRANT INSERT, SELECT, UPDATE (outcome, answered_at) ON place_matter TO subsidy_rw;

CREATE TABLE portability_parameter (
  region text COLLATE "C" NOT NULL,
  programme text NOT NULL,
  name text NOT NULL,
  value text NOT NULL,
  valid daterange NOT NULL,
  source text NOT NULL,
  CONSTRAINT portability_parameter_has_a_source CHECK (source <> ''::text),
  CONSTRAINT portability_parameter_is_known CHECK (name = ANY (ARRAY['follows'::text, 'completes'::text, 'unit'::text, 'year-paid'::text, 'cross-check-months'::text, 'cross-check-after-silence-days'::text])),
  CONSTRAINT portability_parameter_region_is_a_code CHECK (region = 'CN'::text OR region ~ '^[1-8]\d(\d{2}){0,2}$'::text),
  CONSTRAINT portability_parameter_has_one_value_a_day EXCLUDE USING gist (region WITH =, programme WITH =, name WITH =, valid WITH &&)
);
ALTER TABLE portability_parameter ENABLE ROW LEVEL SECURITY;
ALTER TABLE portability_parameter FORCE ROW LEVEL SECURITY;
CREATE POLICY portability_parameter_is_public ON portability_parameter AS PERMISSIVE FOR ALL TO PUBLIC USING (true);
COMMENT ON TABLE portability_parameter IS 'What a region''s text says of people who move, by programme and days; CN and * hold where nothing narrower does.';
GRANT SELECT ON portability_parameter TO subsidy_rw;

CREATE TABLE power_use (
  officer text NOT NULL,
  programme text NOT NULL,
  county_code text NOT NULL,
  year smallint NOT NULL,
  power text NOT NULL,
  first_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT power_use_pkey PRIMARY KEY (officer, programme, county_code, year, power),
  CONSTRAINT power_use_county_code_check CHECK (county_code ~ '^[0-9]{6}000000$'::text),
  CONSTRAINT power_use_power_check CHECK (power = ANY (ARRAY['eligibility'::text, 'funds'::text, 'payment'::text, 'supervision'::text])),
  CONSTRAINT power_use_excludes_the_other_powers EXCLUDE USING gist (officer WITH =, programme WITH =, county_code WITH =, year WITH =, power WITH <>)
);
ALTER TABLE power_use ENABLE ROW LEVEL SECURITY;
ALTER TABLE power_use FORCE ROW LEVEL SECURITY;
CREATE POLICY power_use_of_county ON power_use AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (officer = ( SELECT guard_text('actor'::text) AS guard_text)) OR (county_code ^@ "left"(( SELECT guard_from() AS guard_from), 6)))) WITH CHECK (( SELECT guard_open() AS guard_open));
COMMENT ON TABLE power_use IS 'Which of the four separated powers an officer has used, for a programme, county and year: one at most.';
GRANT SELECT ON power_use TO subsidy_rw;

CREATE TABLE programme_version (
  version text NOT NULL,
  code text NOT NULL,
  title_zh text NOT NULL,
  title_en text NOT NULL,
  definition jsonb NOT NULL,
  loaded_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT programme_version_pkey PRIMARY KEY (version),
  CONSTRAINT programme_version_version_check CHECK (version ~ '^[0-9a-f]{64}$'::text)
);
ALTER TABLE programme_version ENABLE ROW LEVEL SECURITY;
ALTER TABLE programme_version FORCE ROW LEVEL SECURITY;
CREATE POLICY programme_version_is_public ON programme_version AS PERMISSIVE FOR SELECT TO PUBLIC USING (true);
CREATE POLICY programme_version_needs_a_context ON programme_version AS PERMISSIVE FOR INSERT TO PUBLIC WITH CHECK (( SELECT guard_open() AS guard_open));
COMMENT ON TABLE programme_version IS 'A programme folder as it was when decisions were made with it; never changed.';
GRANT INSERT, SELECT ON programme_version TO subsidy_rw;

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
GRANT DELETE, INSERT, SELECT, UPDATE ON quarantine TO subsidy_rw;

CREATE TABLE refused_answer (
  id uuid DEFAULT uuidv7() NOT NULL,
  file_name text NOT NULL,
  batch_id uuid,
  code text NOT NULL,
  reason text NOT NULL,
  refused_at timestamp with time zone NOT NULL,
  settled_at timestamp with time zone,
  CONSTRAINT refused_answer_pkey PRIMARY KEY (id),
  CONSTRAINT refused_answer_code_check CHECK (code ~ '^[A-Za-z0-9_]{1,60}$'::text),
  CONSTRAINT refused_answer_batch_id_fkey FOREIGN KEY (batch_id) REFERENCES payment_batch(id)
);
CREATE INDEX refused_answer_by_batch ON refused_answer USING btree (batch_id);
CREATE UNIQUE INDEX refused_answer_waits_once ON refused_answer USING btree (file_name) WHERE settled_at IS NULL;
ALTER TABLE refused_answer ENABLE ROW LEVEL SECURITY;
ALTER TABLE refused_answer FORCE ROW LEVEL SECURITY;
CREATE POLICY refused_answer_of_batch ON refused_answer AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (EXISTS ( SELECT
   FROM payment_batch b
  WHERE (b.id = refused_answer.batch_id))) OR ((batch_id IS NULL) AND (length(( SELECT guard_from() AS guard_from)) <= 6))));
COMMENT ON TABLE refused_answer IS 'Answer files that were refused as a whole, with why; settled when a file of that name was taken in after all.';
COMMENT ON COLUMN refused_answer.batch_id IS 'The batch it answers, where that can be told.';
GRANT INSERT, SELECT, UPDATE (batch_id, code, reason, refused_at, settled_at) ON refused_answer TO subsidy_rw;

CREATE TABLE reimbursement (
  id uuid NOT NULL,
  programme text NOT NULL,
  beneficiary_id uuid NOT NULL,
  instruction_id uuid,
  decision_id uuid,
  debtor_county text NOT NULL,
  debtor_elsewhere boolean NOT NULL,
  creditor_county text NOT NULL,
  creditor_elsewhere boolean NOT NULL,
  period daterange NOT NULL,
  fen bigint NOT NULL,
  asked_by text,
  state text DEFAULT 'open'::text NOT NULL,
  booked_at timestamp with time zone NOT NULL,
  settled_by text,
  settled_at timestamp with time zone,
  document_no text,
  dropped_at timestamp with time zone,
  CONSTRAINT reimbursement_pkey PRIMARY KEY (id),
  CONSTRAINT reimbursement_creditor_county_check CHECK (creditor_county ~ '^[0-9]{6}000000$'::text),
  CONSTRAINT reimbursement_debtor_county_check CHECK (debtor_county ~ '^[0-9]{6}000000$'::text),
  CONSTRAINT reimbursement_has_a_payment_or_an_asker CHECK (num_nonnulls(instruction_id, asked_by) = 1),
  CONSTRAINT reimbursement_is_between_two_places CHECK (debtor_county <> creditor_county),
  CONSTRAINT reimbursement_is_dropped_at_a_moment CHECK ((state = 'dropped'::text) = (dropped_at IS NOT NULL)),
  CONSTRAINT reimbursement_is_of_money CHECK (fen > 0),
  CONSTRAINT reimbursement_is_settled_by_a_person CHECK ((state = 'settled'::text) = (settled_by IS NOT NULL) AND (state = 'settled'::text) = (settled_at IS NOT NULL) AND (state = 'settled'::text) = (document_no IS NOT NULL)),
  CONSTRAINT reimbursement_period_check CHECK (NOT isempty(period)),
  CONSTRAINT reimbursement_state_is_known CHECK (state = ANY (ARRAY['open'::text, 'settled'::text, 'dropped'::text])),
  CONSTRAINT reimbursement_touches_this_installation CHECK (NOT (debtor_elsewhere AND creditor_elsewhere)),
  CONSTRAINT reimbursement_beneficiary_id_fkey FOREIGN KEY (beneficiary_id) REFERENCES beneficiary(id),
  CONSTRAINT reimbursement_decision_id_fkey FOREIGN KEY (decision_id) REFERENCES authority_decision(id),
  CONSTRAINT reimbursement_instruction_id_fkey FOREIGN KEY (instruction_id) REFERENCES instruction(id)
);
CREATE UNIQUE INDEX reimbursement_answers_a_request_once ON reimbursement USING btree (asked_by) WHERE asked_by IS NOT NULL;
CREATE INDEX reimbursement_by_beneficiary ON reimbursement USING btree (beneficiary_id);
CREATE INDEX reimbursement_by_creditor ON reimbursement USING btree (creditor_county text_pattern_ops, id);
CREATE INDEX reimbursement_by_debtor ON reimbursement USING btree (debtor_county text_pattern_ops, id);
CREATE INDEX reimbursement_by_decision ON reimbursement USING btree (decision_id);
CREATE INDEX reimbursement_by_instruction ON reimbursement USING btree (instruction_id);
CREATE UNIQUE INDEX reimbursement_is_open_once ON reimbursement USING btree (instruction_id, LEAST(debtor_county, creditor_county), GREATEST(debtor_county, creditor_county)) WHERE state = 'open'::text AND instruction_id IS NOT NULL;
CREATE TRIGGER overpayment_doubt_by_reimbursement AFTER INSERT OR UPDATE ON reimbursement FOR EACH ROW EXECUTE FUNCTION overpayment_doubt_by_place();
CREATE TRIGGER reimbursement_ends_once BEFORE UPDATE ON reimbursement FOR EACH ROW EXECUTE FUNCTION reimbursement_ends_once();
CREATE TRIGGER reimbursement_uses_power AFTER UPDATE OF settled_by ON reimbursement FOR EACH ROW WHEN (new.settled_by IS NOT NULL AND old.settled_by IS NULL) EXECUTE FUNCTION reimbursement_uses_power();
ALTER TABLE reimbursement ENABLE ROW LEVEL SECURITY;
ALTER TABLE reimbursement FORCE ROW LEVEL SECURITY;
CREATE POLICY reimbursement_of_two_places ON reimbursement AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (debtor_county ^@ "left"(( SELECT guard_from() AS guard_from), 6)) OR (creditor_county ^@ "left"(( SELECT guard_from() AS guard_from), 6))));
CREATE POLICY reimbursement_settled_in_ones_own_name ON reimbursement AS RESTRICTIVE FOR UPDATE TO PUBLIC USING (true) WITH CHECK (((settled_by IS NULL) OR (settled_by = ( SELECT guard_text('actor'::text) AS guard_text))));
COMMENT ON TABLE reimbursement IS 'One place owes another for a payment to a family: open until it is settled, once, or dropped by a further decision. The family neither pays nor waits.';
COMMENT ON COLUMN reimbursement.asked_by IS 'The request of another installation that this answers.';
GRANT INSERT, SELECT, UPDATE (state, settled_by, settled_at, document_no, dropped_at) ON reimbursement TO subsidy_rw;

CREATE TABLE reimbursement_share (
  reimbursement_id uuid NOT NULL,
  side text NOT NULL,
  level text NOT NULL,
  fen bigint NOT NULL,
  CONSTRAINT reimbursement_share_pkey PRIMARY KEY (reimbursement_id, side, level),
  CONSTRAINT reimbursement_share_fen_check CHECK (fen > 0),
  CONSTRAINT reimbursement_share_level_check CHECK (level = ANY (ARRAY['central'::text, 'province'::text, 'city'::text, 'county'::text])),
  CONSTRAINT reimbursement_share_side_check CHECK (side = ANY (ARRAY['debtor'::text, 'creditor'::text])),
  CONSTRAINT reimbursement_share_reimbursement_id_fkey FOREIGN KEY (reimbursement_id) REFERENCES reimbursement(id)
);
ALTER TABLE reimbursement_share ENABLE ROW LEVEL SECURITY;
ALTER TABLE reimbursement_share FORCE ROW LEVEL SECURITY;
CREATE POLICY reimbursement_share_of_reimbursement ON reimbursement_share AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (EXISTS ( SELECT
   FROM reimbursement r
  WHERE (r.id = reimbursement_share.reimbursement_id)))));
COMMENT ON TABLE reimbursement_share IS 'How the levels of government bore the payment, and how those of the other place give it back; the fen of a side add up. Append-only.';
GRANT INSERT, SELECT ON reimbursement_share TO subsidy_rw;

CREATE TABLE review_case (
  id uuid DEFAULT uuidv7() NOT NULL,
  reason text NOT NULL,
  claim_id uuid,
  instruction_id uuid,
  beneficiary_id uuid,
  division_code text,
  facts jsonb DEFAULT '{}'::jsonb NOT NULL,
  state text DEFAULT 'open'::text NOT NULL,
  decision text,
  note text,
  opened_at timestamp with time zone NOT NULL,
  resolved_by text,
  resolved_at timestamp with time zone,
  CONSTRAINT review_case_pkey PRIMARY KEY (id),
  CONSTRAINT review_case_is_resolved_by_a_person CHECK ((state = 'resolved'::text) = (resolved_by IS NOT NULL AND resolved_at IS NOT NULL AND decision IS NOT NULL)),
  CONSTRAINT review_case_state_check CHECK (state = ANY (ARRAY['open'::text, 'resolved'::text])),
  CONSTRAINT review_case_beneficiary_id_fkey FOREIGN KEY (beneficiary_id) REFERENCES beneficiary(id),
  CONSTRAINT review_case_claim_id_fkey FOREIGN KEY (claim_id) REFERENCES claim(id),
  CONSTRAINT review_case_knows_its_instruction FOREIGN KEY (instruction_id) REFERENCES instruction(id)
);
CREATE INDEX review_case_by_beneficiary ON review_case USING btree (beneficiary_id);
CREATE INDEX review_case_by_claim ON review_case USING btree (claim_id);
CREATE INDEX review_case_by_division ON review_case USING btree (division_code text_pattern_ops, reason) WHERE state = 'open'::text;
CREATE INDEX review_case_by_instruction ON review_case USING btree (instruction_id) WHERE instruction_id IS NOT NULL;
CREATE UNIQUE INDEX review_case_is_asked_once ON review_case USING btree (reason, claim_id, instruction_id) NULLS NOT DISTINCT WHERE state = 'open'::text;
CREATE TRIGGER overpayment_doubt_by_conflict AFTER INSERT ON review_case FOR EACH ROW WHEN (new.reason = 'MERGE_CONFLICT'::text) EXECUTE FUNCTION overpayment_doubt_by_conflict();
CREATE TRIGGER review_case_uses_power AFTER UPDATE OF resolved_by ON review_case FOR EACH ROW WHEN (new.resolved_by IS DISTINCT FROM old.resolved_by AND new.resolved_by IS NOT NULL AND new.decision <> 'WITHDRAWN'::text) EXECUTE FUNCTION review_case_uses_power();
ALTER TABLE review_case ENABLE ROW LEVEL SECURITY;
ALTER TABLE review_case FORCE ROW LEVEL SECURITY;
CREATE POLICY review_case_in_division ON review_case AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (division_code ^@ ( SELECT guard_from() AS guard_from)) OR (EXISTS ( SELECT
   FROM claim c
  WHERE (c.id = review_case.claim_id)))));
COMMENT ON TABLE review_case IS 'A question for a person; nothing here is ever refused by the machine.';
GRANT INSERT, SELECT, UPDATE (beneficiary_id, state, decision, note, resolved_by, resolved_at) ON review_case TO subsidy_rw;

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
CREATE INDEX transfer_by_ref ON transfer USING btree (ref);
CREATE UNIQUE INDEX transfer_is_posted_or_voided_once ON transfer USING btree (pending_id) WHERE pending_id IS NOT NULL;
CREATE TRIGGER transfer_counts AFTER INSERT ON transfer REFERENCING NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION transfer_counts();
CREATE TRIGGER transfer_is_history BEFORE DELETE OR UPDATE OR TRUNCATE ON transfer FOR EACH STATEMENT EXECUTE FUNCTION transfer_is_history();
ALTER TABLE transfer ENABLE ROW LEVEL SECURITY;
ALTER TABLE transfer FORCE ROW LEVEL SECURITY;
CREATE POLICY transfer_of_account ON transfer AS PERMISSIVE FOR ALL TO PUBLIC USING ((( SELECT guard_whole() AS guard_whole) OR (EXISTS ( SELECT
   FROM ledger_account a
  WHERE ((a.code = ANY (ARRAY[transfer.debit, transfer.credit])) AND (a.kind <> 'source'::text))))));
COMMENT ON TABLE transfer IS 'One movement of money from debit to credit; append-only. A correction is another transfer with its own code.';
COMMENT ON COLUMN transfer.id IS 'Made by the client, so that asking twice moves the money once.';
GRANT INSERT, MAINTAIN, SELECT ON transfer TO subsidy_rw;

CREATE OR REPLACE FUNCTION subsidy.approval_needs_a_prepared_batch()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'subsidy', 'public', 'pg_temp'
AS $function$
begin
  if not exists (select from payment_batch where id = new.batch_id and state = 'prepared') then
    raise exception 'only a prepared batch can be approved' using errcode = '23514', constraint = 'approval_needs_a_prepared_batch';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION subsidy.approval_uses_power()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'subsidy', 'public', 'pg_temp'
AS $function$
begin
  perform use_power(new.approver, b.programme, b.division_code, new.at, 'funds') from payment_batch b where b.id = new.batch_id;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION subsidy.attempt_changes_content()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'subsidy', 'public', 'pg_temp'
AS $function$
declare touched uuid[];
begin
  if tg_op = 'INSERT' then
    select array_agg(distinct batch_id) into touched from arrived;
  elsif tg_op = 'DELETE' then
    select array_agg(distinct batch_id) into touched from gone;
  else
    select array_agg(distinct id) into touched from (
      select unnest(array[o.batch_id, n.batch_id]) as id from gone o full join arrived n on n.id = o.id
      where (o.batch_id, o.instruction_id, o.no, o.amount_fen, o.payee_account_id, o.holder_name)
        is distinct from (n.batch_id, n.instruction_id, n.no, n.amount_fen, n.payee_account_id, n.holder_name)) changed
    where id is not null;
  end if;
  if touched is not null then
    update payment_batch b set content_hash = c.hash, line_count = c.lines, total_fen = c.fen
      from unnest(touched) t (id), payment_batch_content(t.id) c where b.id = t.id;
  end if;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION subsidy.audit_about(of_type text, subject uuid, most integer)
 RETURNS SETOF audit_entry
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'subsidy', 'public', 'pg_temp'
AS $function$
  select e.* from audit_entry e
   where e.kind <> 'decided' and e.kind in ('read', 'done') and e.subject_type = $1 and e.subjects @> array[$2]
     and ((select guard_whole()) or e.division ^@ (select guard_from()) or e.subjects && (select guard_family()))
   order by e.id desc limit $3
$function$;

CREATE OR REPLACE FUNCTION subsidy.audit_append(kinds text[], subject_types text[], subject_lists text[], field_lists text[], codes text[])
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'subsidy', 'public', 'pg_temp'
AS $function$
  with said as materialized (select guard_claims() as claims)
  insert into audit_entry (kind, actor, operation, permission, purpose, case_ref, request_id, division,
                           subject_type, subjects, fields, code)
  select a.kind, claims ->> 'actor', claims ->> 'operation', claims ->> 'permission', claims ->> 'purpose',
         claims ->> 'case', claims ->> 'request', claims ->> 'division',
         a.subject_type, a.subjects::uuid[], a.fields::text[], a.code
    from said, unnest(kinds, subject_types, subject_lists, field_lists, codes) a (kind, subject_type, subjects, fields, code)
$function$;

CREATE OR REPLACE FUNCTION subsidy.audit_decide(subject_type text, subjects uuid[], contents bytea[])
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'subsidy', 'public', 'pg_temp'
AS $function$
  with said as materialized (select guard_claims() as claims)
  insert into audit_entry (kind, actor, operation, permission, purpose, case_ref, request_id, division,
                           subject_type, subjects, content)
  select 'decided', claims ->> 'actor', claims ->> 'operation', claims ->> 'permission', claims ->> 'purpose',
         claims ->> 'case', claims ->> 'request', claims ->> 'division', $1, array[d.subject], d.content
    from said, unnest($2, $3) d (subject, content)
$function$;

CREATE OR REPLACE FUNCTION subsidy.audit_is_history()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception 'the audit log only grows' using errcode = '23514', constraint = 'audit_is_history';
end $function$;

CREATE OR REPLACE FUNCTION subsidy.authority_decision_uses_power()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'subsidy', 'public', 'pg_temp'
AS $function$
begin
  perform use_power(new.decided_by, new.programme, county, new.decided_at, 'eligibility')
     from (values (new.from_county), (new.to_county)) place (county) where new.basis = 'officer';
  return null;
end $function$;

CREATE OR REPLACE FUNCTION subsidy.authority_period_ends_once()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if old.ended_at is not null and (new.ended_at, new.ended_by, new.ended_decision) is distinct from (old.ended_at, old.ended_by, old.ended_decision) then
    raise exception 'an authority period that has ended stays so' using errcode = '23514', constraint = 'authority_period_ends_once';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION subsidy.beneficiaries_of_one(of uuid)
 RETURNS SETOF uuid
 LANGUAGE sql
 STABLE
 SET search_path TO 'subsidy', 'public', 'pg_temp'
AS $function$
  with recursive up as (
    select b.*, 0 as depth from beneficiary b where b.id = of
    union all
    select b.*, depth + 1 from up join beneficiary b on b.id = up.merged_into where depth < 20),
  top as (select * from up order by depth desc limit 1),
  record as (
    select f.* from top t join person_fact f on f.person_id = surviving_person(coalesce(t.person_id,
      (select n.person_id from person_fact n where n.id_number_key = t.id_number_key and not n.id_number_shared limit 1),
      (select n.person_id from person_fact n where t.id_number_key is null and n.birth_certificate_key = t.birth_certificate_key limit 1)))),
  same as (
    select id from top
    union
    select b.id from record r join beneficiary b on b.merged_into is null and (b.person_id = r.person_id
      or b.id_number_key = r.id_number_key and not r.id_number_shared
      or b.id_number_key is null and b.birth_certificate_key = r.birth_certificate_key)),
  down as (
    select id from same
    union
    select b.id from down d join beneficiary b on b.merged_into = d.id)
  select id from down
$function$;

CREATE OR REPLACE FUNCTION subsidy.claim_event_applies()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'subsidy', 'pg_temp'
AS $function$
declare moved integer; wanted integer;
begin
  select count(*) into wanted from arrived;
  update claim c set state = a.to_state, events = a.seq, takes_year = s.takes_year
    from arrived a join claim_state s on s.state = a.to_state where c.id = a.claim_id and c.state = a.from_state and c.events = a.seq - 1;
  get diagnostics moved = row_count;
  if moved <> wanted then
    raise exception 'a claim was moved by someone else meanwhile' using errcode = '40001', constraint = 'claim_event_applies';
  end if;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION subsidy.claim_event_is_news()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'subsidy', 'public', 'pg_temp'
AS $function$
begin
  update newborn_claim n set has_news = true from arrived a where n.claim_id = a.claim_id and not n.has_news;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION subsidy.claim_event_needs_another_officer()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'subsidy', 'public', 'pg_temp'
AS $function$
begin
  if exists (
      select from arrived a join claim_event e on e.claim_id = a.claim_id and e.seq = a.seq - 1
       where a.from_state = 'reviewed' and a.to_state = 'confirmed' and e.actor = a.actor and not is_part_of_system(a.actor)) then
    raise exception 'whoever reviewed a claim does not confirm it'
      using errcode = '23514', constraint = 'claim_is_confirmed_by_another_officer';
  end if;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION subsidy.claim_event_uses_power()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'subsidy', 'public', 'pg_temp'
AS $function$
begin
  perform use_power(d.actor, d.programme, d.county, d.at, 'eligibility') from (
    select a.actor, c.programme, left(c.division_code, 6) as county, max(a.at) as at
      from arrived a join claim c on c.id = a.claim_id
     where (a.to_state in ('reviewed', 'refused') or (a.from_state, a.to_state) = ('reviewed', 'confirmed'))
       and c.division_code is not null group by 1, 2, 3) d;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION subsidy.guard_claims()
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE PARALLEL SAFE SECURITY DEFINER
 SET search_path TO 'subsidy', 'public', 'pg_temp'
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

CREATE OR REPLACE FUNCTION subsidy.guard_family()
 RETURNS uuid[]
 LANGUAGE sql
 STABLE PARALLEL SAFE
 SET search_path TO 'subsidy', 'public', 'pg_temp'
AS $function$ select array(select jsonb_array_elements_text(guard_claims() -> 'family')::uuid) $function$;

CREATE OR REPLACE FUNCTION subsidy.guard_from()
 RETURNS text
 LANGUAGE sql
 STABLE PARALLEL SAFE
 SET search_path TO 'subsidy', 'public', 'pg_temp'
AS $function$ select guard_claims() ->> 'division' $function$;

CREATE OR REPLACE FUNCTION subsidy.guard_key()
 RETURNS bytea
 LANGUAGE sql
 STABLE PARALLEL SAFE
 SET search_path TO 'subsidy', 'public', 'pg_temp'
AS $function$ select decode(guard_claims() ->> 'key', 'hex') $function$;

CREATE OR REPLACE FUNCTION subsidy.guard_open()
 RETURNS boolean
 LANGUAGE sql
 STABLE PARALLEL SAFE
 SET search_path TO 'subsidy', 'public', 'pg_temp'
AS $function$ select guard_claims() is not null $function$;

CREATE OR REPLACE FUNCTION subsidy.guard_text(name text)
 RETURNS text
 LANGUAGE sql
 STABLE PARALLEL SAFE
 SET search_path TO 'subsidy', 'public', 'pg_temp'
AS $function$ select guard_claims() ->> name $function$;

CREATE OR REPLACE FUNCTION subsidy.guard_whole()
 RETURNS boolean
 LANGUAGE sql
 STABLE PARALLEL SAFE
 SET search_path TO 'subsidy', 'public', 'pg_temp'
AS $function$ select coalesce(guard_claims() ->> 'division' = '', false) $function$;

CREATE OR REPLACE FUNCTION subsidy.indicator_uses_power()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'subsidy', 'public', 'pg_temp'
AS $function$
begin
  perform use_power(new.recorded_by, new.programme, new.division_code, new.recorded_at, 'funds');
  return null;
end $function$;

CREATE OR REPLACE FUNCTION subsidy.instruction_is_of_the_authority()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'subsidy', 'public', 'pg_temp'
AS $function$
begin
  if exists (
      select from arrived i
        join authority_period a on a.beneficiary_id = i.beneficiary_id and a.programme = i.programme and a.ended_at is null
             and a.valid @> lower(i.period)
        join claim c on c.id = i.claim_id
       where i.is_live and (a.is_elsewhere or a.county_code <> left(c.division_code, 6) || '000000')) then
    raise exception 'another place is primary for these days'
      using errcode = '23514', constraint = 'instruction_is_of_the_authority';
  end if;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION subsidy.instruction_repair_stays_with_the_family()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'subsidy', 'public', 'pg_temp'
AS $function$
begin
  if not exists (
      select from payee_account p join claim c on c.id = new.claim_id left join beneficiary b on b.id = c.beneficiary_id
       where p.id = new.repair_account_id and (p.holder_key in (c.applicant_key, b.id_number_key) or exists (
             select from attempt a join payee_account f on f.id = a.payee_account_id
              where a.instruction_id = new.id and f.holder_key = p.holder_key))) then
    raise exception 'an account of somebody else' using errcode = '23514', constraint = 'repair_stays_with_the_family';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION subsidy.is_part_of_system(who text)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO 'subsidy', 'public', 'pg_temp'
AS $function$ select who ~ '^(system|intake|determination|bank|calendar|test)(:|$)' $function$;

CREATE OR REPLACE FUNCTION subsidy.ledger_account_lock(codes text[])
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'subsidy', 'public', 'pg_temp'
AS $function$
  select from ledger_account where code = any(codes) order by code for no key update
$function$;

CREATE OR REPLACE FUNCTION subsidy.outbox_keep_promise()
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

CREATE OR REPLACE FUNCTION subsidy.overpayment_adds_up()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'subsidy', 'public', 'pg_temp'
AS $function$
declare of_instruction uuid; of_overpayment uuid;
begin
  of_overpayment := case tg_table_name when 'overpayment' then to_jsonb(new) ->> 'id' else to_jsonb(new) ->> 'overpayment_id' end;
  if exists (select from overpayment o where o.id = of_overpayment
               and o.fen <> (select coalesce(sum(s.fen), 0) from overpayment_share s where s.overpayment_id = o.id)) then
    raise exception 'the shares of an overpayment add up to it' using errcode = '23514', constraint = 'overpayment_shares_add_up';
  end if;
  if exists (select from overpayment_change c where c.overpayment_id = of_overpayment)
     and not exists (select from overpayment o where o.id = of_overpayment and o.state = 'taken-up'
       and o.fen + (select sum(c.fen) from overpayment_change c where c.overpayment_id = o.id) >= 0) then
    raise exception 'only what fees has is changed, and never below nothing' using errcode = '23514', constraint = 'overpayment_change_is_of_what_was_taken_up';
  end if;
  select o.instruction_id into of_instruction from overpayment o where o.id = of_overpayment;
  if exists (
      select from instruction i where i.id = of_instruction and i.amount_fen < (
        select sum(o.fen + coalesce((select sum(c.fen) from overpayment_change c where c.overpayment_id = o.id), 0))
          from overpayment o where o.instruction_id = i.id and o.state not in ('taken-back', 'dismissed'))) then
    raise exception 'no more than was paid can be overpaid' using errcode = '23514', constraint = 'overpayment_is_within_the_payment';
  end if;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION subsidy.overpayment_doubt_by_conflict()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'subsidy', 'public', 'pg_temp'
AS $function$
begin
  perform overpayment_doubt_raise(array[new.beneficiary_id, (new.facts ->> 'otherBeneficiary')::uuid]);
  return null;
end $function$;

CREATE OR REPLACE FUNCTION subsidy.overpayment_doubt_by_finding()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'subsidy', 'public', 'pg_temp'
AS $function$
begin
  perform overpayment_doubt_raise(array[c.beneficiary_id]) from claim c where c.id = new.claim_id;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION subsidy.overpayment_doubt_by_merge()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'subsidy', 'public', 'pg_temp'
AS $function$
begin
  perform overpayment_doubt_raise(array[new.beneficiary_id, new.keeper_id]);
  return null;
end $function$;

CREATE OR REPLACE FUNCTION subsidy.overpayment_doubt_by_place()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'subsidy', 'public', 'pg_temp'
AS $function$
begin
  perform overpayment_doubt_raise(array[new.beneficiary_id]);
  return null;
end $function$;

CREATE OR REPLACE FUNCTION subsidy.overpayment_doubt_raise(of_beneficiaries uuid[])
 RETURNS void
 LANGUAGE sql
 SET search_path TO 'subsidy', 'public', 'pg_temp'
AS $function$
  insert into overpayment_doubt (claim_id)
  select c.id from claim c
   where c.beneficiary_id = any (of_beneficiaries)
     and c.state in ('determined', 'reviewed', 'confirmed', 'paying', 'paid', 'returned', 'closed')
   order by c.id
  on conflict (claim_id) do update set raised = overpayment_doubt.raised + 1
$function$;

CREATE OR REPLACE FUNCTION subsidy.overpayment_moves()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'subsidy', 'public', 'pg_temp'
AS $function$
declare may_change text[] := array['state', 'seen_by', 'seen_at', 'seen_note', 'told_at', 'taken_up_at', 'taken_back_at', 'taken_back_why'];
begin
  if tg_op = 'INSERT' then
    if new.state is distinct from (case when new.reported_by is null then 'found' else 'reported' end) then
      raise exception 'an overpayment begins as found, or as reported by an officer' using errcode = '23514', constraint = 'overpayment_begins_at_the_start';
    end if;
    return new;
  end if;
  if to_jsonb(new) - may_change is distinct from to_jsonb(old) - may_change
     or not exists (select from overpayment_move where (from_state, to_state) = (old.state, new.state)) then
    raise exception 'an overpayment does not move from % to %', old.state, new.state
      using errcode = '23514', constraint = 'overpayment_moves_as_the_table_says';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION subsidy.overpayment_uses_power()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'subsidy', 'public', 'pg_temp'
AS $function$
begin
  perform use_power(coalesce(new.seen_by, new.reported_by), new.programme, new.county_code, coalesce(new.seen_at, new.found_at), 'eligibility');
  return null;
end $function$;

CREATE OR REPLACE FUNCTION subsidy.payment_batch_content(batch uuid, OUT hash bytea, OUT lines integer, OUT fen bigint)
 RETURNS record
 LANGUAGE sql
 STABLE
 SET search_path TO 'subsidy', 'public', 'pg_temp'
AS $function$
  select sha256(convert_to(coalesce(string_agg(
           a.end_to_end_id || '|' || a.amount_fen || '|' || encode(p.account_key, 'hex') || '|' || a.holder_name, E'\n'
           order by a.end_to_end_id collate "C"), ''), 'UTF8')),
         count(*)::integer, coalesce(sum(a.amount_fen), 0)::bigint
  from attempt a join payee_account p on p.id = a.payee_account_id where a.batch_id = batch
$function$;

CREATE OR REPLACE FUNCTION subsidy.payment_batch_moves()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'subsidy', 'public', 'pg_temp'
AS $function$
begin
  if tg_op = 'INSERT' then
    if new.state <> 'preparing' or new.content_hash <> sha256('') then
      raise exception 'a batch starts empty' using errcode = '23514', constraint = 'payment_batch_starts_empty';
    end if;
    return new;
  end if;
  if new.state = old.state then return new; end if;
  if not exists (select from batch_state_move where (from_state, to_state) = (old.state, new.state)) then
    raise exception 'a batch does not move from % to %', old.state, new.state
      using errcode = '23514', constraint = 'payment_batch_moves_as_the_table_says';
  end if;
  if new.state in ('approved', 'sent') and old.state <> 'in_doubt' and 2 > (
      select count(distinct approver) from approval where batch_id = new.id and content_hash = new.content_hash) then
    raise exception 'a batch needs two approving officers' using errcode = '23514', constraint = 'payment_batch_needs_two_approvers';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION subsidy.payment_batch_uses_power()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'subsidy', 'public', 'pg_temp'
AS $function$
begin
  if tg_op = 'INSERT' then
    perform use_power(new.maker, new.programme, new.division_code, new.prepared_at, 'payment');
  elsif new.reconciled_by is distinct from old.reconciled_by then
    perform use_power(new.reconciled_by, new.programme, new.division_code, new.reconciled_at, 'payment');
  end if;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION subsidy.reimbursement_ends_once()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if old.state <> 'open' and new is distinct from old then
    raise exception 'a reimbursement is settled or dropped once' using errcode = '23514', constraint = 'reimbursement_ends_once';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION subsidy.reimbursement_uses_power()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'subsidy', 'public', 'pg_temp'
AS $function$
begin
  perform use_power(new.settled_by, new.programme, new.debtor_county, new.settled_at, 'funds') where not new.debtor_elsewhere;
  perform use_power(new.settled_by, new.programme, new.creditor_county, new.settled_at, 'funds') where new.debtor_elsewhere;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION subsidy.reseal(of_table text, of_column text, ids uuid[], was bytea[], becomes bytea[])
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'subsidy', 'public', 'pg_temp'
AS $function$
declare swapped integer;
begin
  if not guard_whole() then
    raise exception 'sealed values are swapped centrally' using errcode = '42501';
  end if;
  if (of_table, of_column) not in (('payee_account', 'holder_sealed'), ('payee_account', 'account_sealed')) then
    raise exception 'not a sealed column' using errcode = '42501';
  end if;
  -- A later key version and the same length of text: anything else is no re-seal.
  if exists (select from unnest(was, becomes) v (was, becomes)
              where (get_byte(v.becomes, 0) > get_byte(v.was, 0) and length(v.becomes) = length(v.was)) is not true) then
    raise exception 'not a re-seal' using errcode = '23514', constraint = 'subsidy_reseal_goes_forward';
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

CREATE OR REPLACE FUNCTION subsidy.retire_seal(version integer)
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'subsidy', 'public', 'pg_temp'
AS $function$
declare
  left_over bigint;
  newest integer;
begin
  if not guard_whole() or version not between 1 and 255 then
    raise exception 'key versions are retired centrally' using errcode = '42501';
  end if;
  lock table payee_account in access exclusive mode;
  select count(*) filter (where get_byte(sealed, 0) = version), max(get_byte(sealed, 0)) into left_over, newest from (
    select holder_sealed as sealed from payee_account union all
    select account_sealed as sealed from payee_account) s;
  if left_over > 0 then return left_over; end if;
  if version > newest then
    raise exception 'only what newer values have replaced is retired' using errcode = '42501';
  end if;
  if not exists (select from pg_constraint where conrelid = 'payee_account'::regclass
                  and conname = format('payee_account_seal_%s_is_retired', version)) then
    execute format('alter table payee_account add constraint payee_account_seal_%1$s_is_retired
        check (get_byte(holder_sealed, 0) <> %1$s and get_byte(account_sealed, 0) <> %1$s)', version);
  end if;
  return 0;
end $function$;

CREATE OR REPLACE FUNCTION subsidy.review_case_uses_power()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'subsidy', 'public', 'pg_temp'
AS $function$
begin
  perform use_power(new.resolved_by, c.programme, c.division_code, new.resolved_at,
                    case new.reason when 'BANK_CONTRADICTION' then 'payment' else 'eligibility' end)
     from claim c where c.id = new.claim_id;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION subsidy.surviving_person(of uuid)
 RETURNS uuid
 LANGUAGE sql
 STABLE
 SET search_path TO 'subsidy', 'public', 'pg_temp'
AS $function$
  with recursive up as (
    select person_id, merged_into, 0 as depth from person_fact where person_id = of
    union all
    select f.person_id, f.merged_into, depth + 1 from up join person_fact f on f.person_id = up.merged_into where depth < 20)
  select person_id from up order by depth desc limit 1
$function$;

CREATE OR REPLACE FUNCTION subsidy.transfer_counts()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'subsidy', 'public', 'pg_temp'
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

CREATE OR REPLACE FUNCTION subsidy.transfer_is_history()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception 'a transfer is history; write another one that corrects it' using errcode = '23514', constraint = 'transfer_is_history';
end $function$;

CREATE OR REPLACE FUNCTION subsidy.use_power(who text, of_programme text, in_division text, at timestamp with time zone, wanted text)
 RETURNS void
 LANGUAGE sql
 SET search_path TO 'subsidy', 'public', 'pg_temp'
AS $function$
  insert into power_use (officer, programme, county_code, year, power)
  select who, of_programme, left(in_division, 6) || '000000', extract(year from at at time zone 'Asia/Shanghai'), wanted
   where not is_part_of_system(who) and in_division is not null
  on conflict (officer, programme, county_code, year, power) do nothing
$function$;

ALTER DEFAULT PRIVILEGES FOR ROLE subsidy_owner GRANT DELETE, INSERT, SELECT, UPDATE ON TABLES TO subsidy_rw;
ALTER DEFAULT PRIVILEGES FOR ROLE subsidy_owner GRANT SELECT, USAGE ON SEQUENCES TO subsidy_rw;
