/** One schema for every dialect: integers, text, JSON as text. */
export interface Tables {
  runs: {
    id: string;
    flow: string;
    key: string;
    state: string;
    closed: number;
    sandbox: number;
    opened_at: string;
    updated_at: string;
    next_at: number | null;
    head_seq: number;
    head_hash: string;
  };
  journal: {
    run: string;
    seq: number;
    at: string;
    wall: number;
    kind: string;
    step: string | null;
    data: string;
    prev: string;
    hash: string;
  };
  payloads: { digest: string; body: string };
  migrations: { version: number };
}

/** In order, never edited: a change of the schema is a further entry. */
export const MIGRATIONS: readonly (readonly string[])[] = [
  [
    `create table runs (
      id text primary key, flow text not null, key text not null, state text not null,
      closed integer not null, sandbox integer not null, opened_at text not null, updated_at text not null,
      next_at bigint, head_seq integer not null, head_hash text not null)`,
    'create unique index one_open_run_per_key on runs (flow, key) where closed = 0',
    'create index runs_due on runs (closed, next_at)',
    `create table journal (
      run text not null, seq integer not null, at text not null, wall bigint not null, kind text not null,
      step text, data text not null, prev text not null, hash text not null, primary key (run, seq))`,
    'create table payloads (digest text primary key, body text not null)',
  ],
];
