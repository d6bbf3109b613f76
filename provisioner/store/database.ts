import { closeSync, openSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'

const tables = `
create table if not exists entries (
  id integer primary key autoincrement,
  received text not null,
  kind text not null,
  node text not null,
  boot text,
  sequence integer,
  body text not null
);
create unique index if not exists entries_once on entries (boot, sequence) where sequence is not null;
create index if not exists entries_of_node on entries (node, id);
create index if not exists entries_of_boot on entries (boot, id);
create table if not exists boots (
  id text primary key,
  created text not null,
  node text not null,
  mac text not null,
  address text not null,
  image text not null,
  kernel text not null
);
create index if not exists boots_of_node on boots (node, created);
create table if not exists tokens (
  boot text primary key references boots (id),
  hash blob not null,
  expires text not null,
  issued integer not null,
  used text
);
create table if not exists sessions (
  id text primary key,
  hash blob not null,
  node text not null,
  boot text not null references boots (id),
  address text not null,
  expires text not null,
  used text not null
);
create index if not exists sessions_of_node on sessions (node);
create table if not exists ended_boots (
  boot text primary key references boots (id)
);
create table if not exists stopped_boots (
  boot text primary key references boots (id)
);
create table if not exists windows (
  node text primary key,
  until text not null
);
`

/** Opens (and makes, mode 0600) the database of events, boots, tokens and sessions. Other processes may read it meanwhile. */
export const openDatabase = (file: string): DatabaseSync => {
  if (file !== ':memory:') closeSync(openSync(file, 'a', 0o600))
  const database = new DatabaseSync(file)
  database.exec(
    'pragma journal_mode = wal; pragma synchronous = normal; pragma busy_timeout = 5000; pragma foreign_keys = on',
  )
  database.exec(tables)
  return database
}
