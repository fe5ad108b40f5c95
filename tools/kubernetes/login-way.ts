import type { KubeConfig } from '@kubernetes/client-node';
import { type AgentOptions, type Dispatcher, guardedAgent } from '../../src/kit/transport.ts';

type Made = ReturnType<KubeConfig['createDispatcherOptions']>;

/** A kubeconfig whose connections are made by us: the library's own would go wherever DNS says. */
export async function guardedKubeConfig(): Promise<KubeConfig & { way(): Promise<Dispatcher> }> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  return new (class extends KubeConfig {
    #wanted: Made | undefined;

    override createDispatcherOptions(...given: Parameters<KubeConfig['createDispatcherOptions']>): Made {
      this.#wanted = super.createDispatcherOptions(...given);
      // A SOCKS proxy resolves names itself; of the others the library shall make none.
      return this.#wanted.type === 'socks' ? this.#wanted : { type: 'none' };
    }

    /** For the login that was asked for last. */
    async way(): Promise<Dispatcher> {
      return await guardedAgent(this.#wanted === undefined ? {} : optionsOf(this.#wanted));
    }
  })();
}

function optionsOf(wanted: Made): AgentOptions {
  if (wanted.type === 'agent') return { tls: wanted.connect };
  if (wanted.type === 'proxy') return { proxy: wanted.uri, tls: wanted.requestTls };
  return {};
}
