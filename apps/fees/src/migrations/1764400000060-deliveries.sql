-- Service of documents (送达): what was tried, what proves it, and the one day from which periods run. Nothing but the text of a
-- proof says where anybody was met: there is no column for an address.

create table delivery_consent (
  id            uuid primary key,
  owner_key     bytea not null,
  basis         text not null,
  reference     text,
  words         text not null,
  given_on      date not null,
  recorded_by   text not null default guard_text('actor'),
  recorded_at   timestamptz not null,
  constraint delivery_consent_key_has_32_bytes check (length(owner_key) = 32),
  constraint delivery_consent_basis_is_known check (basis in ('online', 'paper')),
  constraint delivery_consent_on_paper_names_the_paper check ((basis = 'paper') = (reference is not null)),
  constraint delivery_consent_says_to_what check (char_length(words) between 10 and 1000)
);
create index delivery_consent_by_owner on delivery_consent (owner_key);
comment on table delivery_consent is 'Somebody agrees that letters are served electronically (民事诉讼法 art 90); it holds until it is ended, and proves nothing else.';
comment on column delivery_consent.words is 'The text that was agreed to, as it stood on that day.';

create table delivery_consent_end (
  consent_id   uuid primary key references delivery_consent (id),
  ended_on     date not null,
  ended_by     text not null default guard_text('actor'),
  recorded_at  timestamptz not null
);
comment on table delivery_consent_end is 'A consent was taken back: nothing is served electronically from then on.';

create table letter_delivery (
  letter_id      uuid primary key references letter (id) on delete cascade,
  division_code  text collate "C" not null,
  recipient_key  bytea,
  began_on       date not null,
  -- Kept by delivery_outcome_counts; the app has no right to write it.
  served_on      date,
  told_on        date,
  constraint delivery_division_has_twelve_digits check (division_code ~ '^\d{12}$'),
  constraint delivery_serves_nothing_before_it_began check (served_on >= began_on - 3650)
);
create index delivery_by_division on letter_delivery (division_code);
create index delivery_by_recipient on letter_delivery (recipient_key) where recipient_key is not null;
create index delivery_to_tell on letter_delivery (served_on) where told_on is distinct from served_on;
comment on table letter_delivery is 'The serving of one letter. Without served_on no period runs.';
comment on column letter_delivery.served_on is 'The earliest day that a standing proof gives; may lie ahead while a public notice runs.';
comment on column letter_delivery.told_on is 'The served day that the other slices were told of.';

create table delivery_attempt (
  id          uuid primary key,
  letter_id   uuid not null references letter_delivery (letter_id) on delete cascade,
  mode        text not null,
  consent_id  uuid references delivery_consent (id),
  note        text,
  sent_on     date not null,
  sent_by     text not null default guard_text('actor'),
  sent_at     timestamptz not null,
  constraint delivery_attempt_has_one_mode unique (id, mode),
  constraint delivery_mode_is_known check (mode in ('direct', 'household-member', 'agent', 'left', 'electronic', 'commissioned', 'mail',
    'through-unit', 'public-notice')),
  constraint delivery_electronic_needs_consent check ((mode = 'electronic') = (consent_id is not null)),
  constraint delivery_note_is_short check (char_length(note) <= 200)
);
create index delivery_attempt_by_letter on delivery_attempt (letter_id);
create index delivery_attempt_by_consent on delivery_attempt (consent_id) where consent_id is not null;
comment on table delivery_attempt is 'One attempt to serve a letter by one mode.';

create table delivery_outcome (
  attempt_id        uuid not null,
  seq               integer not null,
  mode              text not null,
  kind              text not null,
  served_on         date,
  failure           text,
  reference         text,
  signed_on         date,
  left_on           date,
  received_on       date,
  arrived_at        timestamptz,
  published_on      date,
  signer_name       text,
  signer_tie        text,
  is_adult          boolean,
  lives_together    boolean,
  authority         text,
  refusal           text,
  witnesses         text[] not null default '{}',
  recording         text,
  recording_sha256  bytea,
  medium            text,
  said              text,
  correction        text,
  recorded_by       text not null default guard_text('actor'),
  recorded_at       timestamptz not null,
  primary key (attempt_id, seq),
  constraint delivery_outcome_is_of_its_attempt foreign key (attempt_id, mode) references delivery_attempt (id, mode) on delete cascade,
  constraint delivery_outcome_kind_is_known check (kind in ('served', 'failed')),
  constraint delivery_outcome_serves_on_a_day check ((kind = 'served') = (served_on is not null)),
  constraint delivery_failure_has_a_reason check ((kind = 'failed') = (failure is not null)),
  constraint delivery_failure_is_known check (failure in ('absent', 'refused', 'moved-away', 'unknown-there', 'returned', 'unreachable',
    'proof-wrong', 'other')),
  constraint delivery_correction_says_why check ((seq > 1) = (correction is not null) and char_length(correction) between 4 and 300),
  constraint delivery_by_hand_counts_from_the_signature check (kind <> 'served'
    or mode not in ('direct', 'household-member', 'agent', 'commissioned', 'through-unit')
    or (signed_on is not null and served_on = signed_on and reference is not null)),
  constraint delivery_to_the_household_is_to_an_adult_living_there check (kind <> 'served' or mode <> 'household-member'
    or (coalesce(is_adult, false) and coalesce(lives_together, false) and num_nulls(signer_name, signer_tie) = 0)),
  constraint delivery_to_an_agent_names_the_authority check (kind <> 'served' or mode not in ('agent', 'commissioned')
    or num_nulls(signer_name, authority) = 0),
  constraint delivery_through_a_unit_names_it check (kind <> 'served' or mode <> 'through-unit' or authority is not null),
  constraint delivery_left_is_witnessed_or_recorded check (kind <> 'served' or mode <> 'left'
    or (left_on is not null and served_on = left_on and num_nulls(reference, refusal) = 0
        and (cardinality(witnesses) >= 2 or num_nulls(recording, recording_sha256) = 0))),
  constraint delivery_recording_is_known check (recording in ('photo', 'video') and length(recording_sha256) = 32),
  constraint delivery_electronic_counts_from_arrival check (kind <> 'served' or mode <> 'electronic'
    or (arrived_at is not null and served_on = (arrived_at at time zone 'Asia/Shanghai')::date)),
  constraint delivery_by_mail_counts_from_the_receipt check (kind <> 'served' or mode <> 'mail'
    or (received_on is not null and served_on = received_on and reference is not null)),
  constraint delivery_by_notice_counts_from_its_end check (kind <> 'served' or mode <> 'public-notice'
    or (published_on is not null and served_on > published_on and num_nulls(reference, medium, said) = 0)),
  constraint delivery_said_is_short check (char_length(said) <= 500)
);
comment on table delivery_outcome is 'What became of an attempt, append-only: proved, or failed for a reason. A wrong proof is corrected by the next row; the last one counts.';
comment on column delivery_outcome.said is 'What the proof says besides, such as where it was left or why a notice had to be published; nothing else here tells of a place.';
comment on column delivery_outcome.reference is 'Number of the receipt, the mail piece or the issue in the file.';

create table delivery_paper (
  id        uuid primary key,
  letter_id uuid not null references letter (id) on delete cascade,
  asked_by  text not null default guard_text('actor'),
  asked_on  date not null,
  asked_at  timestamptz not null,
  given_on  date,
  given_by  text,
  constraint delivery_paper_is_given_by_someone check ((given_on is null) = (given_by is null))
);
create unique index delivery_paper_is_asked_once_at_a_time on delivery_paper (letter_id) where given_on is null;
create index delivery_paper_by_letter on delivery_paper (letter_id);
comment on table delivery_paper is 'Somebody who is served electronically asks for the letter on paper, and gets it.';

create function delivery_outcome_is_next() returns trigger language plpgsql set search_path from current as $$
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
end $$;
create trigger delivery_outcome_is_next before insert on delivery_outcome for each row execute function delivery_outcome_is_next();

create function delivery_outcome_counts() returns trigger language plpgsql security definer set search_path from current as $$
begin
  update letter_delivery d set served_on = (
      select min(o.served_on) from delivery_attempt a join delivery_outcome o on o.attempt_id = a.id
       where a.letter_id = d.letter_id
         and o.seq = (select max(p.seq) from delivery_outcome p where p.attempt_id = a.id))
   where d.letter_id = (select a.letter_id from delivery_attempt a where a.id = new.attempt_id);
  return null;
end $$;
create trigger delivery_outcome_counts after insert on delivery_outcome for each row execute function delivery_outcome_counts();

do $$
declare name text;
begin
  foreach name in array array['delivery_consent', 'delivery_consent_end', 'letter_delivery', 'delivery_attempt', 'delivery_outcome', 'delivery_paper'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('revoke update, delete, truncate on %I from fees_rw', name);
    execute format('create policy %I on %I to fees_owner using (true) with check (true)', name || '_by_owner', name);
  end loop;
end $$;
revoke insert on letter_delivery from fees_rw;
grant insert (letter_id, division_code, recipient_key, began_on), update (told_on) on letter_delivery to fees_rw;
grant update (given_on, given_by) on delivery_paper to fees_rw;

-- An officer learns of a consent through a letter that their own county wrote to that person, and not otherwise.
create policy delivery_consent_own_or_addressed on delivery_consent using (
  (select guard_whole()) or owner_key = (select guard_key())
    or ((select guard_from()) is not null and exists (select from letter l where l.recipient_key = owner_key)))
  with check (recorded_by = (select guard_text('actor')) and (
    (basis = 'online' and owner_key = (select guard_key()))
      or (basis = 'paper' and ((select guard_whole()) or ((select guard_from()) is not null and exists (select from letter l where l.recipient_key = owner_key))))));
create policy delivery_consent_end_of_consent on delivery_consent_end
  using (exists (select from delivery_consent c where c.id = consent_id))
  with check (ended_by = (select guard_text('actor')) and exists (select from delivery_consent c where c.id = consent_id));
create policy delivery_in_division on letter_delivery
  using ((select guard_whole()) or division_code ^@ (select guard_from()) or recipient_key = (select guard_key()))
  with check (exists (select from letter l where l.id = letter_id and l.division_code = letter_delivery.division_code
    and l.recipient_key is not distinct from letter_delivery.recipient_key));
create policy delivery_attempt_of_delivery on delivery_attempt
  using (exists (select from letter_delivery d where d.letter_id = delivery_attempt.letter_id))
  with check (sent_by = (select guard_text('actor')) and exists (select from letter_delivery d where d.letter_id = delivery_attempt.letter_id)
    and ((select guard_whole()) or (select guard_from()) is not null or mode = 'electronic'));
create policy delivery_outcome_of_attempt on delivery_outcome
  using (exists (select from delivery_attempt a where a.id = attempt_id))
  with check (recorded_by = (select guard_text('actor')) and exists (select from delivery_attempt a where a.id = attempt_id)
    and ((select guard_whole()) or (select guard_from()) is not null or (mode = 'electronic' and kind = 'served' and seq = 1)));
create policy delivery_paper_of_letter on delivery_paper
  using (exists (select from letter l where l.id = letter_id))
  with check (exists (select from letter l where l.id = letter_id) and asked_by is not null
    and (given_by is null or (given_by = (select guard_text('actor')) and ((select guard_whole()) or (select guard_from()) is not null))));

insert into parameter (name, valid, value, unit, source, status) values
  ('delivery.public-notice-days', '[2013-01-01,2022-01-01)', '60', 'days', '民事诉讼法（2012年修正）第九十二条：公告送达六十日', 'unverified'),
  ('delivery.public-notice-days', '[2022-01-01,)', '30', 'days', '民事诉讼法（2021年修正，2022-01-01施行；2023年修正第九十五条）：公告送达三十日', 'confirmed'),
  ('delivery.public-notice-failed-modes', '[2013-01-01,)', '2', 'count', '民事诉讼法第九十五条：用其他方式无法送达的方可公告；须有几种方式未成功为本系统取值，请法制机构确认', 'assumed'),
  ('delivery.consent-text', '[2021-08-20,)', '本人同意以本系统账户接收文书；文书到达账户的日期为送达日期；可随时撤回，并可随时要求纸质文书。', 'text', '民事诉讼法（2023年修正）第九十条：经受送达人同意；文字为本系统拟定，请法制机构确认', 'assumed');
