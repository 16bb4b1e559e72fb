-- min_code: 1
-- What happens when a receiver stays away, what is expected and does not come, and who may ask.

-- severity: the worst among the alerts that it shows, '' for none. fallback_at: when the receiver's fallback is told
-- instead, unless it gets through before; null when there is none or it was told. give_up_at: when it becomes a dead letter.
alter table notification add column severity text not null default '';
alter table notification add column fallback_at integer;
alter table notification add column give_up_at integer;

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

-- Tokens made at run time. hash: SHA-256 of the secret, which is shown once and never kept. verbs and teams: JSON lists;
-- the team * stands for all.
create table token (
  id integer primary key,
  name text not null unique,
  hash text not null unique,
  verbs text not null,
  teams text not null,
  created_at integer not null,
  expires_at integer,
  last_used_at integer,
  revoked_at integer
) strict;
