/**
 * Loaded before everything else by the processes that are to die. Counts the points that matter
 * (journal writes, requests that change the outside), before and after each, over all processes of
 * one story, and kills or stops its process at the one that is asked for: by its number among all, or
 * by kind and number among these (`outside:7`). Nothing in the product knows of it.
 */
import { ChildProcess } from 'node:child_process';
import { subscribe } from 'node:diagnostics_channel';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { StatementSync } from 'node:sqlite';

const {
  CRASH_COUNTER: counter = '',
  CRASH_AT: target = '',
  CRASH_SIGNAL: signal = 'SIGKILL',
  CRASH_ONLY: only = '',
  CRASH_READS: reads = '',
} = process.env;

function point(kind: 'journal' | 'outside' | 'read', when: 'before' | 'after', detail: string): void {
  if (counter === '' || (only !== '' && only !== kind)) return;
  const number = next(counter);
  // How often is asked depends on time: what is sent and written keeps its numbers.
  const ofKind = `${kind}:${next(`${counter}.${kind}`)}`;
  appendFileSync(`${counter}.log`, `${number} ${ofKind} ${when} ${detail}\n`);
  if (target === String(number) || target === ofKind) process.kill(process.pid, signal as NodeJS.Signals);
}

function next(file: string): number {
  const number = (existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0) + 1;
  writeFileSync(file, String(number));
  return number;
}

const journalStatements = new WeakSet<StatementSync>();
let pending = false;
const { run } = StatementSync.prototype;
StatementSync.prototype.run = function patched(this: StatementSync, ...parameters: unknown[]) {
  const text = this.sourceSQL;
  const isJournal = journalStatements.has(this) || /^insert into "journal"/i.test(text);
  if (isJournal) {
    journalStatements.add(this);
    point('journal', 'before', '');
    pending = true;
  }
  const result = Reflect.apply(run, this, parameters) as ReturnType<typeof run>;
  if (pending && /^commit/i.test(text)) {
    pending = false;
    point('journal', 'after', '');
  }
  return result;
};

/** What is sent with any fetch there is, ours or Node's: told right before its first byte, and at its answer. */
interface Sent {
  request: { method: string; path: string };
}
const outside = (when: 'before' | 'after') => (message: unknown) => {
  const { method, path } = (message as Sent).request;
  // The clock is the world's, not a system of it.
  if (/\/_control\//.test(path)) return;
  // Asking Slack is a POST too.
  const kind = method === 'GET' || /conversations\.history/.test(path) ? 'read' : 'outside';
  if (kind === 'outside' || (reads !== '' && when === 'before'))
    point(kind, when, `${method} ${path.split('?')[0]}`);
};
subscribe('undici:client:sendHeaders', outside('before'));
subscribe('undici:request:headers', outside('after'));

/** git speaks for itself: what it pushes, and with CRASH_READS each other start of it. */
const { prototype } = ChildProcess as unknown as {
  prototype: ChildProcess & { spawn(options: { file: string; args: string[] }): number };
};
const { spawn } = prototype;
prototype.spawn = function patched(options) {
  const [program = '', ...words] = options.args;
  const isPush = program === 'git' && words.includes('push');
  if (isPush) {
    point('outside', 'before', 'git push');
    this.prependListener('close', () => point('outside', 'after', 'git push'));
  } else if (reads !== '')
    point('read', 'before', `${program} ${words.find((word) => !word.startsWith('-')) ?? ''}`);
  return Reflect.apply(spawn, this, [options]) as number;
};
