import { onTestFinished } from 'vitest';
import { type OciRegistryOptions, startOciRegistry } from '../../../test/support/oci-registry.ts';
import { type KeyPair, keyPair } from './cosign.ts';
import { Pusher } from './push.ts';
import { keyFiles, toolsWith } from './tools.ts';

/** A registry to push to, and the tools with the public key `release` of whoever signs. */
export async function pushWorld(options: OciRegistryOptions & { keys?: KeyPair } = {}) {
  const registry = await startOciRegistry(options);
  onTestFinished(() => registry.close());
  const keys = options.keys ?? keyPair();
  const settings = { base_url: registry.url, host: 'registry.example', kind: 'oci' };
  return {
    keys,
    pusher: new Pusher(registry.url, 'team/app'),
    ask: toolsWith({ ...settings, keys: keyFiles({ release: keys.pem }) }),
    askWith: (more: object) => toolsWith({ ...settings, ...more }),
    requests: registry.requests,
  };
}

export const IMAGE = 'registry.example/team/app:v1';
