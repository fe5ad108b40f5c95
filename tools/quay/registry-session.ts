import { SluiceError } from '../../src/kit/errors.ts';
import type { Answer, Http } from '../../src/kit/http.ts';
import { TokenAnswer } from './registry-schema.ts';

const REDIRECTS = [301, 302, 303, 307, 308];

export interface RegistryOptions {
  http: Http;
  baseUrl: string;
  /** Proves who we are to the token service, or to the registry itself where it has none. */
  credentials(): Promise<Record<string, string>>;
  /** What to do when the registry refuses us: which setting holds the account. */
  login?: string;
}

export interface Where {
  host: string;
  repository: string;
}

interface Ask {
  target: string;
  accept: string;
  signal: AbortSignal | undefined;
  /** Further statuses that are an answer. */
  statuses?: readonly number[];
}

/** Requests to one registry, with the tokens that its token service gives for each repository. */
export class RegistrySession {
  readonly #options: RegistryOptions;
  readonly #tokens = new Map<string, Promise<string>>();

  constructor(options: RegistryOptions) {
    this.#options = options;
  }

  get http(): Http {
    return this.#options.http;
  }

  get baseUrl(): string {
    return this.#options.baseUrl;
  }

  /** Without an account a refusal is an answer: the registry may still let anybody read what is public. */
  async enter(signal: AbortSignal | undefined): Promise<'account' | 'anybody'> {
    const { http, credentials } = this.#options;
    if (Object.keys(await credentials()).length === 0) {
      await http.get('/v2/', { accept: [401], signal });
      return 'anybody';
    }
    const where = { host: http.system, repository: '' };
    await this.get(where, { target: '/v2/', accept: 'application/json', signal });
    return 'account';
  }

  async get(where: Where, { target, accept, signal, statuses = [] }: Ask): Promise<Answer> {
    const { http, baseUrl, credentials } = this.#options;
    const ask = async (headers: Record<string, string>) =>
      await http.get(target, {
        headers: { accept, ...headers },
        accept: [401, ...REDIRECTS, ...statuses],
        signal,
      });
    const known = this.#tokens.get(where.repository);
    let answer = await ask(known === undefined ? await credentials() : bearer(await known));
    if (answer.status === 401) {
      // One that somebody else has fetched meanwhile is newer than the one that was refused.
      if (this.#tokens.get(where.repository) === known) this.#tokens.delete(where.repository);
      answer = await ask(
        bearer(await this.#token(where, answer.headers.get('www-authenticate') ?? '', signal)),
      );
    }
    if (answer.status === 401) throw this.#refused(where);
    if (!REDIRECTS.includes(answer.status)) return answer;
    // Blobs often lie elsewhere, behind a signed address: our credential must not go there.
    const location = new URL(answer.headers.get('location') ?? '', baseUrl);
    return await http.get(location.href, { headers: { accept }, signal });
  }

  /** The token service that a 401 names; without an account it gives one to anybody, for public images. */
  async #token(where: Where, challenge: string, signal: AbortSignal | undefined): Promise<string> {
    const value = (name: string) => new RegExp(`${name}="([^"]*)"`).exec(challenge)?.[1];
    const realm = value('realm');
    if (!/^bearer /i.test(challenge) || realm === undefined) throw this.#refused(where);
    const { repository } = where;
    const query = { service: value('service'), scope: scopeOf(where) };
    const waiting = this.#tokens.get(repository) ?? this.#fetchToken(where, realm, query, signal);
    this.#tokens.set(repository, waiting);
    waiting.catch(() => this.#tokens.delete(repository));
    return await waiting;
  }

  async #fetchToken(
    where: Where,
    realm: string,
    query: Record<string, string | undefined>,
    signal: AbortSignal | undefined,
  ): Promise<string> {
    const headers = await this.#options.credentials();
    try {
      const { http } = this.#options;
      const token = await http.getJson(realm, TokenAnswer, { query, headers, signal });
      http.conceal(token);
      return token;
    } catch (error) {
      const refused = error instanceof SluiceError && (error.status === 401 || error.status === 403);
      throw refused ? this.#refused(where) : error;
    }
  }

  #refused({ host, repository }: Where): SluiceError {
    return new SluiceError('auth', {
      cause: `${host} does not let us ${repository === '' ? 'in' : `read ${repository}`}.`,
      remedy: this.#options.login ?? `Use an account of ${host} that may pull it.`,
      status: 401,
    });
  }
}

function scopeOf({ repository }: Where): string | undefined {
  return repository === '' ? undefined : `repository:${repository}:pull`;
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
