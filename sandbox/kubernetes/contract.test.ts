import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe } from 'vitest';
import { kubernetesContract } from '../../test/support/kubernetes-contract.ts';
import { Bench } from '../bench.ts';
import { startSandbox } from '../server.ts';

const READER = 'reader-token-of-the-contract';

/** The same promises that a real kube-apiserver keeps (test/real). */
async function start(crds?: string) {
  const sandbox = await startSandbox({
    scenario: {
      name: 'contract',
      clock: '2026-06-25T12:00:00Z',
      kubernetes: {
        ...(crds === undefined ? {} : { crds }),
        'konflux-cluster': {
          users: { reader: { token: READER, forbidden: [{ verb: 'create', resource: 'releases' }] } },
        },
      },
    },
  });
  const bench = new Bench(sandbox);
  const expires: string[] = [];
  return {
    url: `${sandbox.url}/konflux-cluster`,
    token: bench.secret('konflux-cluster'),
    readerToken: READER,
    forget: async () => {
      const { body } = await bench.control('/clock', { advance: '1s' });
      expires.push(String((body as { now: string }).now));
      await bench.control('/scenario', { patch: { kubernetes: { 'konflux-cluster': { expires } } } });
    },
    close: async () => {
      await sandbox.close();
      rmSync(sandbox.dir, { recursive: true });
    },
  };
}

kubernetesContract('the sandbox with its own short definitions keeps the contract', () => start());

const corpus = process.env.SLUICE_CORPUS ?? '';

describe.skipIf(corpus === '')('with the real definitions (needs SLUICE_CORPUS)', () => {
  kubernetesContract('the sandbox keeps the contract', () => start(join(corpus, 'konflux/crds')));
});
