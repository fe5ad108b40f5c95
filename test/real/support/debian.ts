import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { isProgram, onPath } from './needs.ts';

const CACHE = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'sluice-real');
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
const LIMIT_MS = 300_000;

let updated = false;

/** Installs a package of this machine's own release. Throws with the reason when that cannot be. */
export function install(name: string): void {
  wants('apt-get');
  if (process.getuid?.() !== 0) throw new Error(`only root may install the package ${name}`);
  if (!updated) run('apt-get', ['-qq', 'update']);
  updated = true;
  run('apt-get', ['-qq', '-y', '--no-install-recommends', 'install', name]);
}

/**
 * The program of a package of another release, unpacked into the cache: a newer Debian's programs run
 * here as long as they ask for no newer C library. The system's own packages and lists stay as they are.
 */
export function unpack(name: string, release: string): string {
  const home = join(CACHE, `${release}-${name}`);
  const program = join(home, 'usr/bin', name);
  if (isProgram(program)) return program;
  wants('apt-get', 'dpkg');
  mkdirSync(CACHE, { recursive: true });
  const work = mkdtempSync(join(CACHE, 'apt-'));
  try {
    const own = ownRoot(work, release);
    run('apt-get', [...own, '-qq', 'update']);
    run('apt-get', [...own, '-qq', 'download', name], work);
    const archive = readdirSync(work).find((file) => file.endsWith('.deb'));
    if (archive === undefined) throw new Error(`apt-get brought no package ${name}`);
    run('dpkg', ['-x', archive, 'unpacked'], work);
    rmSync(home, { recursive: true, force: true });
    renameSync(join(work, 'unpacked'), home);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  if (isProgram(program)) return program;
  throw new Error(`the package ${name} of ${release} has no program ${name}`);
}

/** Options that give apt lists, sources and a cache of their own. */
function ownRoot(dir: string, release: string): string[] {
  for (const folder of ['lists/partial', 'cache/archives/partial', 'parts']) {
    mkdirSync(join(dir, folder), { recursive: true });
  }
  writeFileSync(join(dir, 'status'), '');
  const sources = join(dir, 'sources.list');
  writeFileSync(sources, `deb [signed-by=${KEYRING}] ${mirror()} ${release} main\n`);
  const options = {
    'Dir::Etc::sourcelist': sources,
    'Dir::Etc::sourceparts': join(dir, 'parts'),
    'Dir::State::lists': join(dir, 'lists'),
    'Dir::State::status': join(dir, 'status'),
    'Dir::Cache': join(dir, 'cache'),
    'Acquire::Languages': 'none',
    // The cache lies in a home folder, where apt's own user may not look.
    'APT::Sandbox::User': 'root',
  };
  return Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
}

/** The one that this machine uses already. */
function mirror(): string {
  const sites = run('apt-get', ['indextargets', '--format', '$(SITE)', 'Created-By: Packages']);
  return sites.split('\n').find((site) => /\/debian\/?$/.test(site)) ?? 'http://deb.debian.org/debian';
}

function wants(...commands: string[]): void {
  for (const command of commands) {
    if (onPath(command) === undefined) throw new Error(`there is no ${command} here`);
  }
}

/** What the command wrote; throws with the end of its complaint. */
function run(command: string, args: readonly string[], cwd = '/'): string {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' };
  const done = spawnSync(command, args, { cwd, env, encoding: 'utf8', timeout: LIMIT_MS });
  if (done.status === 0) return done.stdout;
  const complaint = done.error?.message ?? done.stderr.trim().split('\n').slice(-2).join(' ');
  throw new Error(`${command} ${args.slice(-2).join(' ')}: ${complaint}`);
}
