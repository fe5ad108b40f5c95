import { SluiceError } from '../../src/kit/errors.ts';
import type { Http } from '../../src/kit/http.ts';
import type { Connection } from '../../src/kit/module.ts';
import { dispatchedBy, trusting } from '../../src/kit/transport.ts';
import { openKubeconfig } from './kubeconfig.ts';
import type { ClusterSettings } from './settings.ts';

/** A cluster that can be asked. */
export interface Session {
  http: Http;
  server: string;
  namespace: string | undefined;
  login: string;
  /** The login was refused: ask for it anew. */
  forget(): void;
}

/** Opens nothing before the first request: a module may be set up for a cluster that is away. */
export function sessionOf(
  name: string,
  where: string,
  settings: ClusterSettings,
  connection: Connection,
): () => Promise<Session> {
  let opened: Promise<Session> | undefined;
  return () => {
    opened ??= open(name, where, settings, connection).catch((error: unknown) => {
      // A file that is missing now may be there the next time.
      opened = undefined;
      throw error;
    });
    return opened;
  };
}

async function open(
  name: string,
  where: string,
  settings: ClusterSettings,
  connection: Connection,
): Promise<Session> {
  if ((settings.kubeconfig === undefined) === (settings.base_url === undefined)) {
    throw new SluiceError('invalid_input', {
      cause: `${where} needs either kubeconfig or base_url.`,
      remedy: 'Set one of the two in sluice.yaml.',
    });
  }
  if (settings.kubeconfig !== undefined) {
    const login = await openKubeconfig(settings.kubeconfig, settings.context, connection);
    return {
      http: connection.http({
        baseUrl: login.server,
        system: name,
        credentials: () => login.headers(),
        renewing: true,
        transport: dispatchedBy(() => login.dispatcher()),
      }),
      server: login.server,
      namespace: settings.namespace ?? login.namespace,
      login: settings.login ?? `log in to ${login.server} again (context ${login.context})`,
      forget: () => login.forget(),
    };
  }
  const { base_url: server = '', token, ca_file } = settings;
  return {
    http: connection.http({
      baseUrl: server.replace(/\/+$/, ''),
      system: name,
      credentials: async (): Promise<Record<string, string>> =>
        token === undefined ? {} : { authorization: `Bearer ${await connection.secret(token)}` },
      renewing: true,
      transport: ca_file === undefined ? undefined : trusting(ca_file),
    }),
    server,
    namespace: settings.namespace,
    login: settings.login ?? `renew the token of ${where}`,
    forget: () => undefined,
  };
}
