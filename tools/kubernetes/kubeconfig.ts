import { homedir } from 'node:os';
import { join } from 'node:path';
import type { User } from '@kubernetes/client-node';
import { SluiceError } from '../../src/kit/errors.ts';
import type { Connection } from '../../src/kit/module.ts';
import type { Redactor } from '../../src/kit/redact.ts';
import { oneLine } from '../../src/kit/text.ts';
import type { Dispatcher } from '../../src/kit/transport.ts';
import { guardedKubeConfig } from './login-way.ts';
import { isOidc, OidcLogin, refuseShellLogins } from './oidc-login.ts';

/** What a kubeconfig says of one context, with its login asked for when it is needed. */
export interface Login {
  server: string;
  namespace: string | undefined;
  context: string;
  headers(): Promise<Record<string, string>>;
  dispatcher(): Promise<Dispatcher>;
  /** Asks for the login anew at the next request. */
  forget(): void;
}

interface Credentials {
  headers: Record<string, string>;
  dispatcher: Dispatcher;
  until: number;
}

/** Plugins keep their own tokens as long as these are good; certificates are read again after this time. */
const KEPT_MS = 60_000;

/** Reads a kubeconfig. Throws `invalid_input` for what it lacks; `auth` comes when the login is used. */
export async function openKubeconfig(
  file: string,
  context: string | undefined,
  connection: Connection,
): Promise<Login> {
  const { redactor } = connection.services;
  const path = file.startsWith('~/') ? join(homedir(), file.slice(2)) : file;
  const config = await guardedKubeConfig();
  const oidc = new OidcLogin(connection);
  config.addAuthenticator({
    isAuthProvider: isOidc,
    applyAuthentication: async (user, options) => {
      const token = await oidc.token(user);
      if (token !== undefined) options.headers = { ...options.headers, Authorization: `Bearer ${token}` };
    },
  });
  try {
    config.loadFromFile(path);
  } catch (error) {
    throw new SluiceError('invalid_input', {
      cause: `The kubeconfig ${path} cannot be read: ${oneLine(error instanceof Error ? error.message : String(error))}.`,
      remedy: 'Correct `kubeconfig` in sluice.yaml, or log in once so that the file is written.',
    });
  }
  const chosen = context ?? config.currentContext;
  const named = config.getContextObject(chosen);
  if (named === null) {
    throw new SluiceError('invalid_input', {
      cause: `The kubeconfig ${path} has no context ${JSON.stringify(chosen ?? '')}.`,
      remedy: `It has: ${config.contexts.map(({ name }) => name).join(', ') || 'none'}. Set \`context\` in sluice.yaml.`,
    });
  }
  config.setCurrentContext(chosen);
  const cluster = config.getCurrentCluster();
  const user = config.getCurrentUser();
  if (cluster === null || user === null) {
    throw new SluiceError('invalid_input', {
      cause: `In the kubeconfig ${path} the context ${chosen} names a cluster or user that is not there.`,
      remedy: 'Correct the file, or log in again.',
    });
  }
  if (cluster.skipTLSVerify === true) {
    throw new SluiceError('invalid_input', {
      cause: `In the kubeconfig ${path} the cluster ${cluster.name} has insecure-skip-tls-verify.`,
      remedy:
        'Certificates are always checked here: give the cluster certificate-authority or certificate-authority-data.',
    });
  }
  refuseShellLogins(user);
  conceal(user, redactor);
  let kept: Credentials | undefined;
  let asked: Promise<Credentials> | undefined;
  const ask = async (): Promise<Credentials> => {
    const { HttpMethod, RequestContext } = await import('@kubernetes/client-node');
    const request = new RequestContext(cluster.server, HttpMethod.GET);
    try {
      await config.applySecurityAuthentication(request);
    } catch (error) {
      throw new SluiceError('auth', {
        cause: `The login of context ${chosen} failed: ${redactor.excerpt(error instanceof Error ? error.message : String(error))}.`,
        remedy: `Log in to ${cluster.server} again with the command that your cluster uses, then \`sluice doctor\`.`,
      });
    }
    const headers = Object.fromEntries(
      Object.entries(request.getHeaders()).map(([name, value]) => [name.toLowerCase(), value]),
    );
    const credential = /^(?:Bearer|Basic) (.+)$/.exec(headers.authorization ?? '')?.[1];
    if (credential !== undefined) redactor.add(credential);
    // A SOCKS proxy's is the library's.
    const dispatcher = request.getDispatcher() ?? (await config.way());
    return { headers, dispatcher, until: performance.now() + KEPT_MS };
  };
  const current = async (): Promise<Credentials> => {
    if (kept !== undefined && kept.until > performance.now()) return kept;
    asked ??= ask().finally(() => {
      asked = undefined;
    });
    const fresh = await asked;
    // The old one ends after the requests that it still carries.
    if (kept !== undefined && kept.dispatcher !== fresh.dispatcher) void kept.dispatcher.close();
    kept = fresh;
    return fresh;
  };
  return {
    server: cluster.server,
    namespace: named.namespace,
    context: chosen,
    headers: async () => (await current()).headers,
    dispatcher: async () => (await current()).dispatcher,
    forget: () => {
      if (kept !== undefined) kept = { ...kept, until: 0 };
    },
  };
}

/** What a kubeconfig holds of its own, however it is logged in with. */
function conceal(user: User, redactor: Redactor): void {
  for (const secret of [user.token, user.password, user.keyData]) redactor.add(secret ?? '');
}
