-- min_code: 1
-- What happens when a receiver stays away, what is expected and does not come, and who may ask.

-- severity: the worst among the alerts that it shows, '' for none. fallback_at: when the receiver's fallback is told
-- instead, unless it gets through before; null when there is none or it was told. give_up_at: when it becomes a dead letter.
-- instead_of: the destination that could not be reached, if it is sent in that one's stead.
alter table notification add column severity text not null default '';
alter table notification add column fallback_at integer;
alter table notification add column give_up_at integer;
alter table notification add column instead_of integer references destination (id);

-- The destination in whose stead this one is told; null where the route leads here.
alter table told add column fallback_for integer references destination (id);

-- A meta-alert is never sent to the destination that it speaks of.
alter table alert_group add column about integer references destination (id);

-- An alert that has to keep coming. beat_at: when it last fired; due_at: when it counts as missing.
create table heartbeat (
  team text not null,
  name text not null,
  beat_at integer,
  due_at integer not null,
  missing integer not null,
  primary key (team, name)
) strict, without rowid;

-- Tokens made at run time. hash: SHA-256 of the secret's random part, which is shown once and never kept. verbs and teams:
-- JSON lists; the team * stands for all. replaced_at: since when a newer token has the name; this one ends at expires_at.
create table token (
  id integer primary key,
  name text not null,
  hash text not null unique,
  verbs text not null,
  teams text not null,
  created_at integer not null,
  expires_at integer,
  last_used_at integer,
  revoked_at integer,
  replaced_at integer
) strict;
create unique index token_name on token (name) where revoked_at is null and replaced_at is null;

-- Retention. used_at: when an alert came with this link, noted once a day; 0 for links last used before this was noted.
alter table generator add column used_at integer not null default 0;
-- Whoever deletes a notification is asked who refers to it, and must not read the whole table for the answer.
create index notification_superseded on notification (superseded_by) where superseded_by is not null;
-- Dead letters stay, with the alerts that they name.
create index notification_dead on notification (id) where state = 'dead';

-- The search index: the table episode_fts_<number> holds the terms of the episodes number * 2^19 and up, 2^19 of them, and
-- episode_terms_<number> lists them. The program makes both when a partition begins. indexed_upto: the last episode in it.
-- merged: nothing more comes, and it was brought into its smallest form.
create table search_partition (
  number integer primary key,
  indexed_upto integer not null,
  merged integer not null
) strict;
