import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeCertificate } from './certificate.ts';
import { startEtcd } from './etcd.ts';
import { type Account, writeAccounts, writeKubeconfig } from './kube-accounts.ts';
import { call } from './kube-call.ts';
import { applyCrds, applyReaderRights } from './kube-content.ts';
import { makeTokens } from './kube-tokens.ts';
import { onFreePort, startProcess } from './server-process.ts';

export interface ApiServer {
  url: string;
  /** PEM of the authority behind the server's certificate. */
  ca: string;
  /** May do everything. */
  token: string;
  /** May read what Konflux and Tekton have, nothing else. */
  readerToken: string;
  /** Was good once: of the service account `default/machine`. */
  expiredToken: string;
  /** As `expiredToken`, but with an hour to go. */
  machineToken: string;
  /** Path; contexts `admin` (current), `reader`, `expired`. */
  kubeconfig: string;
  /**
   * Lets the server forget every version but the present one: an older place in a list answers 410. A
   * watch goes on from what the server keeps in memory; of a custom resource, version 1 is before that.
   */
  compact(): Promise<void>;
  close(): Promise<void>;
}

const START_MS = 90_000;

/** A real Kubernetes API on etcd, without controllers: whoever tests it plays them. */
export async function startApiServer(options: { crds: string | undefined }): Promise<ApiServer> {
  const binary = process.env.KUBE_APISERVER ?? '';
  if (binary === '') throw new Error('KUBE_APISERVER does not name a kube-apiserver');
  const dir = await mkdtemp(join(tmpdir(), 'sluice-kube-'));
  const stops: (() => Promise<void>)[] = [() => rm(dir, { recursive: true, force: true })];
  const close = async () => {
    for (const stop of stops.splice(0).reverse()) await stop();
  };
  try {
    const etcd = await startEtcd(join(dir, 'etcd'));
    stops.push(etcd.close);
    const tls = await makeCertificate(dir, 'kube-apiserver');
    const tokens = await makeTokens(dir);
    const accounts = await writeAccounts(dir);
    const started = await onFreePort((port) =>
      startProcess({
        name: 'kube-apiserver',
        command: binary,
        withinMs: START_MS,
        args: [
          ...[`--etcd-servers=${etcd.url}`, '--bind-address=127.0.0.1', `--secure-port=${port}`],
          ...['--advertise-address=127.0.0.1', '--endpoint-reconciler-type=none'],
          ...[`--tls-cert-file=${tls.certificate}`, `--tls-private-key-file=${tls.key}`],
          ...[`--service-account-issuer=${tokens.issuer}`, `--service-account-key-file=${tokens.publicKey}`],
          ...[
            `--service-account-signing-key-file=${tokens.privateKey}`,
            `--api-audiences=${tokens.audience}`,
          ],
          ...['--service-cluster-ip-range=10.0.0.0/24', `--token-auth-file=${accounts.file}`],
          ...['--authorization-mode=RBAC', '--disable-admission-plugins=ServiceAccount'],
        ],
        ready: async () => {
          const ca = await readFile(tls.certificate, 'utf8');
          const asked = { token: accounts.admin.token };
          return (
            (await call({ url: `https://127.0.0.1:${port}`, ca }, 'GET', '/readyz', asked)).status === 200
          );
        },
      }),
    );
    stops.push(started.process.close);
    const server = { url: `https://127.0.0.1:${started.port}`, ca: await readFile(tls.certificate, 'utf8') };
    const token = accounts.admin.token;
    await applyReaderRights(server, token);
    if (options.crds !== undefined) await applyCrds(server, token, options.crds);
    const machine = await tokens.forMachine(server, token);
    const kubeconfig = join(dir, 'kubeconfig');
    const expired: Account = { name: 'expired', token: machine.expired };
    await writeKubeconfig(kubeconfig, server, [accounts.admin, accounts.reader, expired]);
    return {
      ...server,
      token,
      readerToken: accounts.reader.token,
      machineToken: machine.live,
      expiredToken: machine.expired,
      kubeconfig,
      compact: etcd.compact,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
