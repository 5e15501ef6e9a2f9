-- Messages that may travel and be handled several at a time: an event for each of many persons costs little then.
alter table outbox add column bundle int not null default 1;
alter table outbox add constraint outbox_bundle_has_a_size check (bundle between 1 and 1000);
comment on column outbox.bundle is 'How many messages of this job may travel together; 1 is one by one.';
