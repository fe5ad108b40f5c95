import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toSluiceError } from '../../src/kit/errors.ts';
import type { Redactor } from '../../src/kit/redact.ts';
import { cleanText } from '../../src/kit/text.ts';
import { run } from './run.ts';

const TAIL_LINES = 15;
const TAIL_CHARS = 3_000;

export interface Deploy {
  key: string;
  namespace: string;
  state: 'running' | 'done' | 'failed';
  /** Null while it runs, and when it was stopped. */
  exit: number | null;
  /** The last lines that it wrote. */
  output: string[];
  /** Fulfilled when it has ended, however it did. */
  ended: Promise<void>;
}

export interface DeployGiven {
  key: string;
  namespace: string;
  args: readonly string[];
  requester: string;
  kubeconfig: string;
  limitMs: number;
}

/** Deploys that were begun by this process: how each stands, under its key. */
export class Deploys {
  readonly #program: string;
  readonly #redactor: Redactor;
  readonly #known = new Map<string, Deploy>();

  constructor(program: string, redactor: Redactor) {
    this.#program = program;
    this.#redactor = redactor;
  }

  get(key: string): Deploy | undefined {
    return this.#known.get(key);
  }

  in(namespace: string): Deploy[] {
    return [...this.#known.values()].filter((deploy) => deploy.namespace === namespace);
  }

  /** `before` is asked right before the program starts; what it throws ends the attempt. */
  async begin(given: DeployGiven, before: () => void): Promise<Deploy> {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-bonfire-'));
    const kubeconfig = join(folder, 'kubeconfig');
    try {
      await writeFile(kubeconfig, given.kubeconfig, { mode: 0o600 });
      before();
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
    const deploy: Deploy = {
      key: given.key,
      namespace: given.namespace,
      state: 'running',
      exit: null,
      output: [],
      ended: Promise.resolve(),
    };
    this.#known.set(given.key, deploy);
    deploy.ended = this.#follow(deploy, given, kubeconfig).finally(() =>
      rm(folder, { recursive: true, force: true }),
    );
    return deploy;
  }

  async #follow(
    deploy: Deploy,
    { args, requester, limitMs }: DeployGiven,
    kubeconfig: string,
  ): Promise<void> {
    const env = { KUBECONFIG: kubeconfig, BONFIRE_BOT: 'true', BONFIRE_NS_REQUESTER: requester };
    try {
      const { exit, stdout, stderr } = await run(this.#program, args, { limitMs, env });
      deploy.exit = exit;
      deploy.output = this.#tail(`${stdout}\n${stderr}`);
      deploy.state = exit === 0 ? 'done' : 'failed';
    } catch (error) {
      deploy.output = [toSluiceError(error).message];
      deploy.state = 'failed';
    }
  }

  #tail(text: string): string[] {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with it
    const plain = this.#redactor.text(text).replace(/\u001B\[[0-?]*[ -/]*[@-~]/g, '');
    const lines = plain.split(/\r?\n/).filter((line) => line.trim() !== '');
    return cleanText(lines.slice(-TAIL_LINES).join('\n').slice(-TAIL_CHARS)).split('\n');
  }
}
