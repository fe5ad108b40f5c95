import { z } from 'zod';
import { onFreePort, type ServerProcess, startProcess } from './server-process.ts';

const Version = z.object({ header: z.object({ revision: z.string() }) });
/** A peer that nobody calls: it may be anywhere. */
const PEER = 'http://127.0.0.1:0';

export interface Etcd {
  url: string;
  /** Forgets all versions before the present one. */
  compact(): Promise<void>;
  close(): Promise<void>;
}

export async function startEtcd(dir: string): Promise<Etcd> {
  const { port, process } = await onFreePort<ServerProcess>((port) => {
    const url = `http://127.0.0.1:${port}`;
    return startProcess({
      name: 'etcd',
      command: 'etcd',
      withinMs: 30_000,
      args: [
        ...['--data-dir', dir, '--listen-client-urls', url, '--advertise-client-urls', url],
        ...['--listen-peer-urls', PEER, '--initial-advertise-peer-urls', PEER],
        ...['--initial-cluster', `default=${PEER}`, '--unsafe-no-fsync', '--logger=zap', '--log-level=warn'],
      ],
      ready: async () => (await fetch(`${url}/health`)).status === 200,
    });
  });
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    async compact() {
      const status = Version.parse(await post(`${url}/v3/maintenance/status`, {}));
      await post(`${url}/v3/kv/compaction`, { revision: status.header.revision, physical: true });
    },
    close: process.close,
  };
}

async function post(url: string, body: object): Promise<unknown> {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`etcd answers ${response.status}: ${await response.text()}`);
  return await response.json();
}
