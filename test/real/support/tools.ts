import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Image, writeLayout } from './image.ts';

const run = promisify(execFile);
const LIMIT_MS = 60_000;
const COPY = ['--insecure-policy', 'copy', '--all', '--preserve-digests'];
const OFFLINE = ['--tlog-upload=false', '--yes'];

/** Where an image goes or lies; without a name and password nobody is asked. */
export interface Place {
  /** `http://127.0.0.1:5000` */
  registry: string;
  /** `team/app` */
  repository: string;
  user?: string;
  password?: string;
}

export interface KeyPair {
  /** Path of the private half. */
  privateKey: string;
  /** PEM. */
  publicKey: string;
  close(): Promise<void>;
}

interface PushOptions {
  tag: string;
  text?: string;
  labels?: Record<string, string>;
}

/** Makes an image for amd64 and arm64 and pushes it whole; its digests are those of the layout. */
export async function pushImage(place: Place, options: PushOptions): Promise<Image> {
  const { tag, text = 'hello', labels = {} } = options;
  return await inFolder(async (dir) => {
    const layout = join(dir, 'layout');
    const image = await writeLayout(layout, text, labels);
    await tool('skopeo', dir, [
      ...COPY,
      ...['--dest-tls-verify=false', ...account(place, 'dest')],
      ...[`oci:${layout}`, `docker://${at(place)}:${tag}`],
    ]);
    return image;
  });
}

/** Puts another tag on what lies there already. */
export async function copyTag(place: Place, from: string, to: string): Promise<void> {
  await inFolder((dir) =>
    tool('skopeo', dir, [
      ...COPY,
      ...['--src-tls-verify=false', ...account(place, 'src')],
      ...['--dest-tls-verify=false', ...account(place, 'dest')],
      ...[`docker://${at(place)}:${from}`, `docker://${at(place)}:${to}`],
    ]),
  );
}

export async function makeKeyPair(): Promise<KeyPair> {
  const dir = await mkdtemp(join(tmpdir(), 'sluice-cosign-'));
  await tool('cosign', dir, ['generate-key-pair', '--output-key-prefix', join(dir, 'key')]);
  return {
    privateKey: join(dir, 'key.key'),
    publicKey: await readFile(join(dir, 'key.pub'), 'utf8'),
    close: () => rm(dir, { recursive: true, force: true }),
  };
}

/** With a key alone: no transparency log, no network but the registry. */
export async function signImage(place: Place, digest: string, keys: KeyPair): Promise<void> {
  await inFolder((dir) =>
    tool('cosign', dir, ['sign', '--key', keys.privateKey, ...OFFLINE, ...target(place, digest)]),
  );
}

/** `type` as cosign knows it (`slsaprovenance1`, `spdxjson`) or a URI. */
export async function attestImage(
  place: Place,
  digest: string,
  keys: KeyPair,
  { type, predicate }: { type: string; predicate: object },
): Promise<void> {
  await inFolder(async (dir) => {
    const file = join(dir, 'predicate.json');
    await writeFile(file, JSON.stringify(predicate));
    const what = ['--type', type, '--predicate', file];
    await tool('cosign', dir, [
      ...['attest', '--key', keys.privateKey, ...what],
      ...[...OFFLINE, ...target(place, digest)],
    ]);
  });
}

/** What cosign says of the signatures of a digest; throws with cosign's words when none fits. */
export async function verifyImage(place: Place, digest: string, publicKey: string): Promise<unknown> {
  return await verified(publicKey, ['verify'], target(place, digest));
}

export async function verifyAttestation(
  place: Place,
  digest: string,
  publicKey: string,
  type: string,
): Promise<unknown> {
  return await verified(publicKey, ['verify-attestation', '--type', type], target(place, digest));
}

async function verified(publicKey: string, command: string[], image: string[]): Promise<unknown> {
  return await inFolder(async (dir) => {
    const file = join(dir, 'key.pub');
    await writeFile(file, publicKey);
    return JSON.parse(
      await tool('cosign', dir, [...command, '--key', file, '--insecure-ignore-tlog', ...image]),
    );
  });
}

function account({ user, password }: Place, side: 'src' | 'dest'): string[] {
  return user === undefined ? [`--${side}-no-creds`] : [`--${side}-creds`, `${user}:${password}`];
}

function target(place: Place, digest: string): string[] {
  const { user, password = '' } = place;
  const login = user === undefined ? [] : ['--registry-username', user, '--registry-password', password];
  return ['--allow-insecure-registry', ...login, `${at(place)}@${digest}`];
}

function at({ registry, repository }: Place): string {
  return `${new URL(registry).host}/${repository}`;
}

async function inFolder<T>(work: (dir: string) => Promise<T>): Promise<T> {
  const dir = await mkdtemp(join(tmpdir(), 'sluice-image-'));
  try {
    return await work(dir);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** In a home of its own: a person's registry accounts have no business in a test. */
async function tool(command: string, home: string, args: readonly string[]): Promise<string> {
  const { stdout } = await run(command, args, {
    timeout: LIMIT_MS,
    env: {
      PATH: process.env.PATH,
      HOME: home,
      DOCKER_CONFIG: home,
      REGISTRY_AUTH_FILE: join(home, 'auth.json'),
      COSIGN_PASSWORD: '',
    },
  });
  return stdout;
}
