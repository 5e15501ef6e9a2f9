-- Schema "subsidy", read back from a migrated database by "npm run generate". To change it, add a migration.

CREATE TABLE approval (
  batch_id uuid NOT NULL,
  maker text NOT NULL,
  content_hash bytea NOT NULL,
  approver text NOT NULL,
  at timestamp with time zone NOT NULL,
  CONSTRAINT approval_pkey PRIMARY KEY (batch_id, approver),
  CONSTRAINT approval_needs_another_officer CHECK (approver <> maker),
  CONSTRAINT approval_is_of_this_content FOREIGN KEY (batch_id, maker, content_hash) REFERENCES payment_batch(id, maker, content_hash)
);
CREATE TRIGGER approval_needs_a_prepared_batch BEFORE INSERT ON approval FOR EACH ROW EXECUTE FUNCTION approval_needs_a_prepared_batch();
COMMENT ON TABLE approval IS 'An officer''s word for the exact content of a batch; append-only.';
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
COMMENT ON TABLE attempt IS 'One try at carrying out an instruction: a line of a batch and of its bank file.';
COMMENT ON COLUMN attempt.ruled IS 'What a person found out when the bank had said both settled and rejected.';
COMMENT ON COLUMN attempt.attention IS 'Why the approving officers should look at this line; not an obstacle.';
GRANT INSERT, MAINTAIN, SELECT, UPDATE (payee_account_id, holder_name, amount_fen, state, money_at, money_moves, ruled, ruled_by, attention) ON attempt TO subsidy_rw;

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
COMMENT ON TABLE batch_share IS 'How the levels of government bear a regular batch; the fen add up to its total.';
GRANT INSERT, SELECT ON batch_share TO subsidy_rw;

CREATE TABLE batch_state_move (
  from_state text NOT NULL,
  to_state text NOT NULL,
  CONSTRAINT batch_state_move_pkey PRIMARY KEY (from_state, to_state)
);
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
GRANT INSERT, MAINTAIN, SELECT, UPDATE (person_id, id_number_key, birth_certificate_key, merged_into) ON beneficiary TO subsidy_rw;

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
COMMENT ON TABLE claim_finding IS 'Append-only; the newest row for a fact holds.';
GRANT INSERT, SELECT ON claim_finding TO subsidy_rw;

CREATE TABLE claim_state (
  state text NOT NULL,
  takes_year boolean NOT NULL,
  CONSTRAINT claim_state_pkey PRIMARY KEY (state)
);
COMMENT ON TABLE claim_state IS 'Where a claim can stand, and whether it takes the child''s year there (claim.state.ts, mirrored).';
GRANT SELECT ON claim_state TO subsidy_rw;

CREATE TABLE claim_state_move (
  from_state text NOT NULL,
  to_state text NOT NULL,
  CONSTRAINT claim_state_move_pkey PRIMARY KEY (from_state, to_state),
  CONSTRAINT claim_state_move_from_state_fkey FOREIGN KEY (from_state) REFERENCES claim_state(state),
  CONSTRAINT claim_state_move_to_state_fkey FOREIGN KEY (to_state) REFERENCES claim_state(state)
);
COMMENT ON TABLE claim_state_move IS 'Every move of a claim there is (claim.state.ts, mirrored); what is not listed cannot happen.';
GRANT SELECT ON claim_state_move TO subsidy_rw;

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
  CONSTRAINT determination_chunk_pkey PRIMARY KEY (run_id, no),
  CONSTRAINT determination_chunk_state_check CHECK (state = ANY (ARRAY['waiting'::text, 'done'::text])),
  CONSTRAINT determination_chunk_run_id_fkey FOREIGN KEY (run_id) REFERENCES determination_run(id)
);
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
GRANT DELETE, INSERT, SELECT, UPDATE ON determination_run TO subsidy_rw;

CREATE TABLE fact_dirty (
  person_id uuid NOT NULL,
  CONSTRAINT fact_dirty_pkey PRIMARY KEY (person_id)
);
GRANT DELETE, INSERT, SELECT, UPDATE ON fact_dirty TO subsidy_rw;

CREATE TABLE feed_cursor (
  feed text NOT NULL,
  "position" text NOT NULL,
  pulled_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT feed_cursor_pkey PRIMARY KEY (feed)
);
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
GRANT INSERT, SELECT ON import_reject TO subsidy_rw;

CREATE TABLE inbox (
  consumer text NOT NULL,
  message_id uuid NOT NULL,
  payload_hash bytea NOT NULL,
  at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT inbox_pkey PRIMARY KEY (consumer, message_id),
  CONSTRAINT inbox_payload_hash_is_sha256 CHECK (length(payload_hash) = 32)
);
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
COMMENT ON TABLE ledger_account IS 'Where money stands, in fen. Only a source may give more than it got: it stands for the world outside.';
COMMENT ON COLUMN ledger_account.debits_pending IS 'Reserved: promised away and not yet gone; counts against what is available.';
GRANT INSERT (code, kind), SELECT ON ledger_account TO subsidy_rw;

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
GRANT INSERT, SELECT, UPDATE ON outbox TO subsidy_rw;

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
CREATE INDEX payee_account_by_import ON payee_account USING btree (import_id);
CREATE INDEX payee_account_by_number ON payee_account USING btree (account_key);
CREATE UNIQUE INDEX payee_account_is_live_once ON payee_account USING btree (holder_key, account_key) WHERE ended_at IS NULL;
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
COMMENT ON TABLE person_fact IS 'What this app knows of a person, learned from the register and from findings; a projection that can be rebuilt.';
GRANT DELETE, INSERT, MAINTAIN, SELECT, UPDATE ON person_fact TO subsidy_rw;

CREATE TABLE person_fact_history (
  person_id uuid NOT NULL,
  facts_version integer NOT NULL,
  facts jsonb NOT NULL,
  recorded_at timestamp with time zone NOT NULL,
  replaced_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT person_fact_history_pkey PRIMARY KEY (person_id, facts_version)
);
COMMENT ON TABLE person_fact_history IS 'Earlier versions of person_fact rows that a determination refers to; append-only.';
GRANT INSERT, SELECT ON person_fact_history TO subsidy_rw;

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
COMMENT ON TABLE quarantine IS 'Messages given up on, with the error''s code and no personal data; the row goes when a person releases it.';
GRANT DELETE, INSERT, SELECT, UPDATE ON quarantine TO subsidy_rw;

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
COMMENT ON TABLE transfer IS 'One movement of money from debit to credit; append-only. A correction is another transfer with its own code.';
COMMENT ON COLUMN transfer.id IS 'Made by the client, so that asking twice moves the money once.';
GRANT INSERT, MAINTAIN, SELECT ON transfer TO subsidy_rw;

CREATE OR REPLACE FUNCTION subsidy.approval_needs_a_prepared_batch()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'subsidy', 'public'
AS $function$
begin
  if not exists (select from payment_batch where id = new.batch_id and state = 'prepared') then
    raise exception 'only a prepared batch can be approved' using errcode = '23514', constraint = 'approval_needs_a_prepared_batch';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION subsidy.attempt_changes_content()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'subsidy', 'public'
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

CREATE OR REPLACE FUNCTION subsidy.claim_event_applies()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'subsidy'
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

CREATE OR REPLACE FUNCTION subsidy.ledger_account_lock(codes text[])
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'subsidy', 'public'
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

CREATE OR REPLACE FUNCTION subsidy.payment_batch_content(batch uuid, OUT hash bytea, OUT lines integer, OUT fen bigint)
 RETURNS record
 LANGUAGE sql
 STABLE
 SET search_path TO 'subsidy', 'public'
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
 SET search_path TO 'subsidy', 'public'
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

CREATE OR REPLACE FUNCTION subsidy.transfer_counts()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'subsidy', 'public'
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

ALTER DEFAULT PRIVILEGES FOR ROLE subsidy_owner GRANT DELETE, INSERT, SELECT, UPDATE ON TABLES TO subsidy_rw;
ALTER DEFAULT PRIVILEGES FOR ROLE subsidy_owner GRANT SELECT, USAGE ON SEQUENCES TO subsidy_rw;
