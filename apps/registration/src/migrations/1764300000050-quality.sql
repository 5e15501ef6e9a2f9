-- What in the register contradicts itself, whose affair it is and until when; and how right the register is, as a figure.

create table quality_kind (
  code          text not null,
  from_day      date not null,
  until_day     date,
  zh            text not null,
  en            text not null,
  owner_level   text not null,
  working_days  int not null,
  severity      text not null,
  source        text not null,
  primary key (code, from_day),
  constraint quality_kind_owner_is_known check (owner_level in ('township', 'county')),
  constraint quality_kind_severity_is_known check (severity in ('stops', 'misleads', 'untidy')),
  constraint quality_kind_has_a_deadline check (working_days between 1 and 250),
  constraint quality_kind_ends_after_it_began check (until_day > from_day)
);
comment on table quality_kind is 'Kinds of contradictions, dated: what it says, who settles it, in how many working days, how bad it is.';
comment on column quality_kind.severity is 'stops: something a family is owed waits for it; misleads: answers may be wrong; untidy: neither.';

insert into quality_kind (code, from_day, zh, en, owner_level, working_days, severity, source) values
  ('NUMBER_HELD_TWICE', '2025-01-01', '同一证件号码登记在两人名下（重号）', 'Two people are registered with one identity number', 'county', 10, 'stops', 'office practice; the police settle it'),
  ('CERTIFICATE_HELD_TWICE', '2025-01-01', '同一出生医学证明登记在两人名下', 'Two people are registered with one birth certificate', 'county', 10, 'stops', 'office practice'),
  ('NUMBER_CONTRADICTS_RECORD', '2025-01-01', '登记的性别或出生日期与证件号码不一致', 'Sex or day of birth is not what the number says', 'township', 20, 'misleads', 'office practice'),
  ('CHILD_WITHOUT_PARENT', '2025-01-01', '未成年人未登记父母任何一方', 'A child under 18 has no parent on record', 'township', 20, 'stops', 'office practice'),
  ('PARENT_TOO_YOUNG', '2025-01-01', '父或母在子女出生时未满12周岁', 'A parent was under 12 when the child was born', 'township', 20, 'misleads', 'office practice'),
  ('PARENT_BORN_AFTER_CHILD', '2025-01-01', '父或母的出生日期晚于子女', 'A parent was born after the child', 'township', 10, 'misleads', 'office practice'),
  ('BORN_AFTER_PARENT_DIED', '2025-01-01', '子女出生在母亲死亡之后或父亲死亡十个月之后', 'A child was born after the mother died, or ten months after the father did', 'township', 20, 'misleads', 'office practice'),
  ('BIRTH_DAY_MISSING', '2025-01-01', '缺少出生日期', 'The day of birth is missing', 'township', 20, 'stops', 'office practice'),
  ('DEAD_HEAD', '2025-01-01', '户主已死亡，户内仍有其他成员', 'The head of a household has died and others live in it', 'township', 30, 'untidy', 'office practice'),
  ('HOUSEHOLD_WITHOUT_HEAD', '2025-01-01', '户内有成员而无户主', 'A household has members and no head', 'township', 30, 'untidy', 'office practice'),
  ('HOUSEHOLD_WITH_TWO_HEADS', '2025-01-01', '一户登记了两个户主', 'A household has two heads', 'township', 20, 'misleads', 'office practice'),
  ('HOUSEHOLD_ELSEWHERE', '2025-01-01', '人员所在区划与其户所在区划不一致', 'A person is filed in another division than the household', 'township', 20, 'misleads', 'office practice'),
  ('DECEASED_WITHOUT_DATE', '2025-01-01', '登记为死亡但缺少死亡日期', 'A person is registered as deceased without a day', 'township', 20, 'misleads', 'office practice'),
  ('DEATH_DATE_WITHOUT_STATUS', '2025-01-01', '有死亡日期但状态不是死亡', 'A person has a day of death and is not registered as deceased', 'township', 5, 'stops', 'a wrong death flag stops payments: at once'),
  ('MOVED_OUT_WITHOUT_DATE', '2025-01-01', '登记为迁出但缺少迁出日期', 'A person is registered as moved out without a day', 'township', 30, 'untidy', 'office practice'),
  ('MOVED_OUT_AND_HERE', '2025-01-01', '有迁出日期但状态仍为有效', 'A person has a day of moving out and is registered as living here', 'township', 20, 'misleads', 'office practice'),
  ('HOUSEHOLD_MEMBERS_DIFFER', '2025-01-01', '户内登记人数与申报人数不符', 'A household has not as many members as were stated', 'township', 30, 'untidy', 'domain/09 §9.1: parts must sum to the total'),
  ('DIVISION_PERSONS_DIFFER', '2025-01-01', '区划登记人数与公布人数不符', 'A division has not as many people as were published', 'county', 30, 'misleads', 'domain/09 §9.1: parts must sum to the total'),
  ('IMPORT_TOTALS_DIFFER', '2025-01-01', '导入批次的行数与拒收、接收合计不符', 'The rows of an import are not the sum of what became of them', 'county', 5, 'misleads', 'domain/09 §9.1: parts must sum to the total'),
  ('REGISTRY_CONTRADICTS_FACT', '2025-01-01', '户籍登记与本单位登记的事实不一致，正在核实', 'The household registry states otherwise than a fact recorded here on evidence', 'township', 20, 'misleads', 'office practice; the fact stands meanwhile'),
  ('DIVISION_ENDED', '2025-01-01', '所在区划已拆分，须确定归入哪个新区划', 'The division was split: somebody must say which part a household belongs to', 'county', 20, 'misleads', 'domain/04 §4.4');

create table stated_total (
  id            uuid primary key default uuidv7(),
  household_id  uuid references household (id),
  division_code text collate "C" references division (code),
  persons       int not null,
  on_day        date not null,
  source        text not null,
  recorded_at   timestamptz not null,
  constraint stated_total_is_of_one_thing check (num_nulls(household_id, division_code) = 1),
  constraint stated_total_counts_people check (persons >= 0),
  constraint stated_total_has_a_source check (char_length(source) between 2 and 200)
);
create unique index stated_total_of_household on stated_total (household_id, on_day) where household_id is not null;
create unique index stated_total_of_division on stated_total (division_code, on_day) where division_code is not null;
comment on table stated_total is 'How many people a household or division has by what others say: the newest is compared with what is registered. Append-only.';

create table quality_finding (
  id            uuid primary key default uuidv7(),
  kind          text not null,
  subject_type  text not null,
  subject_id    uuid not null,
  other_id      uuid,
  division_code text collate "C" not null,
  owner_level   text not null,
  -- Keyed by nothing: a digest of what contradicts what, so that a confirmed one is asked again when it changes.
  content       bytea not null,
  due_on        date not null,
  state         text not null default 'open',
  opened_at     timestamptz not null,
  seen_at       timestamptz not null,
  closed_at     timestamptz,
  constraint quality_finding_subject_is_known check (subject_type in ('person', 'household', 'division', 'import')),
  constraint quality_finding_state_is_known check (state in ('open', 'corrected', 'right')),
  constraint quality_finding_closed_has_a_time check ((state = 'open') = (closed_at is null)),
  constraint quality_finding_owner_is_known check (owner_level in ('township', 'county')),
  constraint quality_finding_content_is_sha256 check (length(content) = 32)
);
create unique index quality_finding_stands_once on quality_finding (kind, subject_id) where state <> 'corrected';
create index quality_finding_by_division on quality_finding (division_code, id);
create index quality_finding_by_subject on quality_finding (subject_id);
create index quality_finding_by_end on quality_finding (closed_at) where state = 'corrected';
comment on table quality_finding is 'Contradictions found: open until they are gone or an officer says that it is right so.';
comment on column quality_finding.other_id is 'The other person or household of the contradiction.';

create table quality_word (
  id          uuid primary key default uuidv7(),
  finding_id  uuid not null references quality_finding (id),
  reason      text not null,
  said_by     text not null default guard_text('actor'),
  said_at     timestamptz not null,
  constraint quality_word_has_a_reason check (char_length(reason) between 4 and 500)
);
create index quality_word_by_finding on quality_word (finding_id);
comment on table quality_word is 'An officer''s word that a record is right although it looks wrong. Append-only.';

create table quality_month (
  division_code text collate "C" not null references division (code),
  month         date not null,
  records       bigint not null,
  corrections   bigint not null,
  frozen_at     timestamptz not null,
  primary key (division_code, month),
  constraint quality_month_begins_a_month check (extract(day from month) = 1),
  constraint quality_month_counts_up check (records >= 0 and corrections between 0 and records)
);
comment on table quality_month is 'Records and corrections of a division and month as they stood when the month was closed; never changed.';

create table quality_month_line (
  id            uuid primary key default uuidv7(),
  division_code text collate "C" not null,
  month         date not null,
  corrections   bigint not null,
  reason        text not null,
  recorded_at   timestamptz not null,
  foreign key (division_code, month) references quality_month (division_code, month),
  constraint quality_month_line_changes_something check (corrections <> 0),
  constraint quality_month_line_has_a_reason check (char_length(reason) between 2 and 200)
);
create index quality_month_line_by_month on quality_month_line (division_code, month);
comment on table quality_month_line is 'What was learned of a closed month later: added to it, with the reason. Append-only.';

alter table quality_kind enable row level security, force row level security;
alter table stated_total enable row level security, force row level security;
alter table quality_finding enable row level security, force row level security;
alter table quality_word enable row level security, force row level security;
alter table quality_month enable row level security, force row level security;
alter table quality_month_line enable row level security, force row level security;

create policy quality_kind_is_public on quality_kind for select using (true);
create policy stated_total_in_division on stated_total
  using ((select guard_whole()) or division_code ^@ (select guard_from())
    or ((select guard_from()) is not null and exists (select from household h where h.id = household_id)));
create policy quality_finding_in_division on quality_finding
  using ((select guard_whole()) or division_code ^@ (select guard_from()));
create policy quality_word_of_finding on quality_word for select
  using ((select guard_whole()) or exists (select from quality_finding f where f.id = finding_id));
create policy quality_word_by_its_officer on quality_word for insert with check (
  said_by = (select guard_text('actor')) and exists (select from quality_finding f where f.id = finding_id));
create policy quality_month_in_division on quality_month
  using ((select guard_whole()) or division_code ^@ (select guard_from()));
create policy quality_month_line_in_division on quality_month_line
  using ((select guard_whole()) or division_code ^@ (select guard_from()));

revoke insert, update, delete, truncate on quality_kind from registration_rw;
revoke update, delete, truncate on stated_total from registration_rw;
revoke delete, truncate on quality_finding from registration_rw;
revoke insert, update, delete, truncate on quality_word from registration_rw;
grant insert (finding_id, reason, said_at) on quality_word to registration_rw;
revoke update, delete, truncate on quality_month from registration_rw;
revoke update, delete, truncate on quality_month_line from registration_rw;
