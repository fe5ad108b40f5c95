import { homedir } from 'node:os';
import { join } from 'node:path';
import { SluiceError } from '../../src/kit/errors.ts';
import type { ClusterSettings } from './settings.ts';

const ONLY = 'sluice';

/**
 * The text of a kubeconfig with this one login and namespace, for a program that reads nothing else: so it
 * cannot reach another cluster than the one that was looked at. Holds the credential: keep it from others.
 */
export async function kubeconfigText(
  settings: ClusterSettings,
  namespace: string,
  secret: (reference: string) => Promise<string>,
): Promise<string> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  if (settings.kubeconfig === undefined) {
    const { base_url: server = '', ca_file: caFile, token } = settings;
    config.loadFromOptions({
      clusters: [{ name: ONLY, server, skipTLSVerify: false, ...(caFile === undefined ? {} : { caFile }) }],
      users: [{ name: ONLY, ...(token === undefined ? {} : { token: await secret(token) }) }],
      contexts: [{ name: ONLY, cluster: ONLY, user: ONLY, namespace }],
      currentContext: ONLY,
    });
    return config.exportConfig();
  }
  const { kubeconfig } = settings;
  config.loadFromFile(kubeconfig.startsWith('~/') ? join(homedir(), kubeconfig.slice(2)) : kubeconfig);
  config.setCurrentContext(settings.context ?? config.currentContext);
  const cluster = config.getCurrentCluster();
  const user = config.getCurrentUser();
  if (cluster === null || user === null) {
    throw new SluiceError('invalid_input', {
      cause: `The kubeconfig ${kubeconfig} has no whole context ${JSON.stringify(config.currentContext)}.`,
      remedy: 'Correct `kubeconfig` or `context` in sluice.yaml, or log in again.',
    });
  }
  config.loadFromOptions({
    clusters: [cluster],
    users: [user],
    contexts: [{ name: ONLY, cluster: cluster.name, user: user.name, namespace }],
    currentContext: ONLY,
  });
  return config.exportConfig();
}
