import { join } from 'node:path';
import { describe } from 'vitest';
import { kubernetesContract } from '../support/kubernetes-contract.ts';
import { startApiServer } from './support/kube-apiserver.ts';
import { needsVariable } from './support/needs.ts';

const corpus = needsVariable('SLUICE_CORPUS');
const server = needsVariable('KUBE_APISERVER', ...['etcd', 'openssl']);
const words = 'Kubernetes as it is (needs KUBE_APISERVER, SLUICE_CORPUS, etcd, openssl)';

describe.skipIf(corpus.absent || server.absent)(words, () => {
  kubernetesContract('a real kube-apiserver keeps the contract', async () => {
    const crds = join(process.env.SLUICE_CORPUS ?? '', 'konflux/crds');
    const api = await startApiServer({ crds });
    return { ...api, forget: api.compact };
  });
});
