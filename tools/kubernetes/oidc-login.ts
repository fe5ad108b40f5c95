import { readFileSync } from 'node:fs';
import type { User } from '@kubernetes/client-node';
import { z } from 'zod';
import type { Permit } from '../../src/kit/effect.ts';
import { SluiceError } from '../../src/kit/errors.ts';
import type { Connection } from '../../src/kit/module.ts';
import { dispatchedBy, guardedAgent } from '../../src/kit/transport.ts';

const Settings = z.object({
  'id-token': z.string().optional(),
  'refresh-token': z.string().optional(),
  'idp-issuer-url': z.url({ protocol: /^https$/ }).optional(),
  'client-id': z.string().optional(),
  'client-secret': z.string().optional(),
  'idp-certificate-authority': z.string().optional(),
  'idp-certificate-authority-data': z.string().optional(),
});
type Settings = z.output<typeof Settings>;

const Discovery = z.object({ token_endpoint: z.string() });
const Tokens = z.object({ id_token: z.string(), refresh_token: z.string().optional() });
const Claims = z.object({ exp: z.number() });
/** What a login asks changes nothing that anybody could lose. */
const ASKING: Permit = { check: () => undefined, signal: new AbortController().signal };
const SECRETS = ['id-token', 'refresh-token', 'client-secret'] as const;

/** Whether this user logs in by OpenID Connect, as older kubeconfigs do without a plugin. */
export function isOidc(user: User): boolean {
  return user.authProvider?.name === 'oidc';
}

/** Keeps an id token fresh, asking the issuer of the kubeconfig and no other host. */
export class OidcLogin {
  readonly #connection: Connection;
  #token: string | undefined;
  #refresh: string | undefined;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async token(user: User): Promise<string | undefined> {
    const settings = Settings.parse(user.authProvider?.config ?? {});
    for (const name of SECRETS) this.#connection.services.redactor.add(settings[name] ?? '');
    this.#token ??= settings['id-token'];
    this.#refresh ??= settings['refresh-token'];
    if (this.#token !== undefined && !hasEnded(this.#token)) return this.#token;
    return await this.#renew(settings);
  }

  async #renew(settings: Settings): Promise<string | undefined> {
    const { 'idp-issuer-url': issuer, 'client-id': client, 'client-secret': secret } = settings;
    const refresh = this.#refresh;
    if (issuer === undefined || client === undefined || refresh === undefined) return undefined;
    const ca = authority(settings);
    const http = this.#connection.http({
      baseUrl: issuer.replace(/\/+$/, ''),
      system: 'oidc',
      ...(ca === undefined ? {} : { transport: dispatchedBy(agentFor(ca)) }),
    });
    const { token_endpoint: endpoint } = await http.getJson('/.well-known/openid-configuration', Discovery);
    const form = {
      grant_type: 'refresh_token',
      refresh_token: refresh,
      client_id: client,
      ...(secret === undefined || secret === '' ? {} : { client_secret: secret }),
    };
    const answer = await http.send('POST', endpoint, ASKING, { form });
    const tokens = http.parse('POST', new URL(endpoint).pathname, answer, Tokens);
    for (const value of [tokens.id_token, tokens.refresh_token ?? ''])
      this.#connection.services.redactor.add(value);
    this.#token = tokens.id_token;
    this.#refresh = tokens.refresh_token ?? refresh;
    return this.#token;
  }
}

/** The library would run their commands by a shell; kubectl itself knows them no more. */
export function refuseShellLogins(user: User): void {
  const name = user.authProvider?.name;
  if (name !== 'gcp' && name !== 'azure') return;
  throw new SluiceError('invalid_input', {
    cause: `The user ${user.name} of the kubeconfig logs in by the auth-provider ${name}, which is not supported.`,
    remedy: 'Log in anew with an exec plugin (gke-gcloud-auth-plugin, kubelogin): it replaces the old entry.',
  });
}

function agentFor(ca: string) {
  const made = guardedAgent({ tls: { ca } });
  return () => made;
}

function authority(settings: Settings): string | undefined {
  const file = settings['idp-certificate-authority'];
  if (file !== undefined && file !== '') return readFileSync(file, 'utf8');
  const data = settings['idp-certificate-authority-data'];
  return data === undefined || data === '' ? undefined : Buffer.from(data, 'base64').toString('utf8');
}

function hasEnded(token: string): boolean {
  try {
    const [, payload = ''] = token.split('.');
    const { exp } = Claims.parse(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')));
    return Date.now() / 1_000 > exp;
  } catch {
    return true;
  }
}
