-- min_code: 1
-- The whole life of an alert: source -> request -> episode -> group -> notification -> attempt.
-- Ids are dense integers in order of receipt, so that time order is id order and no index on time is needed.
-- Every index on the hot path dirties a random page per alert (6-10 us each): the few here are partial or append-only.
-- Times are epoch milliseconds.

create table source (
  id integer primary key,
  name text not null unique
) strict;

-- One row per accepted webhook request.
create table request (
  id integer primary key,
  source_id integer not null references source (id),
  received_at integer not null,
  receiver text not null,
  group_key text not null,
  external_url text not null,
  notification_reason text,
  truncated integer not null,
  opened integer not null,
  closed integer not null,
  repeated integer not null,
  quarantined integer not null
) strict;

-- What could not be understood, kept as evidence; body at most 64 KiB.
create table quarantine (
  id integer primary key,
  source_id integer not null references source (id),
  received_at integer not null,
  reason text not null,
  body text not null
) strict;

-- generatorURL is one per alerting rule: stored once.
create table generator (
  id integer primary key,
  url text not null unique
) strict;

-- Every accepted routing document, never changed.
create table team_version (
  id integer primary key,
  team text not null,
  document text not null,
  file text not null,
  accepted_at integer not null
) strict;

-- The version in force; null when the team's document is gone.
create table team (
  name text primary key,
  version_id integer references team_version (id)
) strict;

-- One firing -> resolved life of an alert.
-- state: open; closing (closed, but still owed to somebody or young enough for late duplicates); closed.
-- opened_by and closed_by name request rows. They are not foreign keys: the request is written last, with its counts,
-- and a deferred key would look through every episode at each request.
-- close_reason: resolved, reconciled, stale. memberships: see src/group/membership.ts. teams: JSON list of names.
-- ownership: label, owns, contested or default - how the teams were found.
create table episode (
  id integer primary key,
  source_id integer not null references source (id),
  fingerprint text not null,
  labels text not null,
  annotations text not null,
  generator_id integer not null references generator (id),
  starts_at integer not null,
  latest_start_at integer not null,
  ends_at integer,
  state text not null,
  close_reason text,
  received_at integer not null,
  last_seen_at integer not null,
  closed_at integer,
  reopened integer not null,
  repeats integer not null,
  teams text not null,
  ownership text not null,
  memberships text not null,
  opened_by integer,
  closed_by integer
) strict;
create index episode_live on episode (id) where state <> 'closed';

-- What columns of an episode cannot say: that a new document moved it.
create table episode_note (
  episode_id integer not null references episode (id),
  n integer not null,
  at integer not null,
  note text not null,
  detail text not null,
  primary key (episode_id, n)
) strict, without rowid;

-- One life of (team, route, group labels). changed_at: first change no flush has released yet.
create table alert_group (
  id integer primary key,
  team text not null,
  route_id text not null,
  labels text not null,
  version_id integer not null references team_version (id),
  opened_at integer not null,
  ended_at integer,
  flushed_seq integer not null,
  changed_at integer,
  urgent integer not null,
  last_flush_at integer
) strict;
create index alert_group_live on alert_group (id) where ended_at is null;

-- (team, receiver, channel, reference) names a destination; version_id is the last document that held it.
-- not_before is the pause after a failure or a Retry-After; lease and fence say who may send.
create table destination (
  id integer primary key,
  team text not null,
  receiver text not null,
  channel text not null,
  reference text not null,
  version_id integer not null references team_version (id),
  failures integer not null,
  not_before integer not null,
  lease_owner text,
  lease_until integer not null,
  fence integer not null,
  unique (team, receiver, channel, reference)
) strict;

-- How far a destination was told of a group: watermarks over numbered membership changes.
create table told (
  group_id integer not null references alert_group (id),
  destination_id integer not null references destination (id),
  firing_upto integer not null,
  resolved_upto integer not null,
  dead_upto integer not null,
  told_at integer,
  repeat_from integer,
  primary key (group_id, destination_id)
) strict, without rowid;

-- state: pending, delivered, superseded, dead. in_doubt: an attempt may have arrived, so send again before anything newer.
-- news: it may announce firing alerts. snapshot: the alerts it shows (at most 50 ids) and the true counts.
create table notification (
  id integer primary key,
  group_id integer not null references alert_group (id),
  destination_id integer not null references destination (id),
  version_id integer not null references team_version (id),
  reason text not null,
  news integer not null,
  from_firing integer not null,
  from_resolved integer not null,
  upto integer not null,
  snapshot text not null,
  state text not null,
  in_doubt integer not null,
  created_at integer not null,
  settled_at integer,
  superseded_by integer references notification (id),
  late_because text
) strict;
create index notification_pending on notification (id) where state = 'pending';
create index notification_group on notification (group_id);

-- outcome is null while the attempt is under way: whoever finds one after a crash has to call it unknown.
create table attempt (
  notification_id integer not null references notification (id),
  n integer not null,
  fence integer not null,
  started_at integer not null,
  finished_at integer,
  outcome text,
  status integer,
  detail text,
  retry_at integer,
  primary key (notification_id, n)
) strict, without rowid;

-- Why a destination was not told something at a flush; equal ones collapse into first, last and a count.
create table no_reason (
  group_id integer not null references alert_group (id),
  destination_id integer not null references destination (id),
  no_reason text not null,
  first_at integer not null,
  last_at integer not null,
  count integer not null,
  primary key (group_id, destination_id, no_reason)
) strict, without rowid;

-- Facts about the database itself, such as the routing every open episode was last placed under.
create table fact (
  name text primary key,
  value text not null
) strict, without rowid;
