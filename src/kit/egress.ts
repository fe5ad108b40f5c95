import { addressFault, isLiteral } from './address.ts';
import { SluiceError } from './errors.ts';
import { oneLine } from './text.ts';

export type Query = Record<string, string | number | boolean | undefined>;

/**
 * Which addresses a module may ask: the host of its base_url and its allowed_hosts, by the protocol of
 * base_url, written the plain way. Other spellings of the same host are refused as well: who builds an
 * address out of what stands in an answer should not have to think of octal digits.
 */
export class Egress {
  readonly #system: string;
  readonly #base: URL;
  /** As `URL.host` has them. */
  readonly #hosts: Set<string>;
  readonly #spellings: Set<string>;

  constructor(system: string, baseUrl: string, allowedHosts: readonly string[] = []) {
    this.#system = system;
    this.#base = new URL(baseUrl);
    const allowed = allowedHosts.map((host) => hostOf(system, this.#base.protocol, host));
    this.#hosts = new Set([this.#base.host, ...allowed]);
    // What the owner wrote may stand so in an answer, too.
    this.#spellings = new Set([...this.#hosts, ...allowedHosts, authorityOf(baseUrl) ?? '']);
  }

  /** The address of a target: a path below the base, or a whole address. Throws `forbidden` for one that is not ours. */
  address(target: string, query: Query = {}): URL {
    const below = target === '' || target.startsWith('/') || target.startsWith('?');
    const text = below ? this.#base.href.replace(/\/$/, '') + target : target;
    this.#checkPath(below ? target : text.replace(/^[a-z]+:\/\/[^/?#]*/i, ''), below);
    if (!URL.canParse(text)) throw this.#refused(oneLine(text, 60), 'is no address');
    const url = new URL(text);
    const fault = this.#fault(url, below ? undefined : authorityOf(text));
    if (fault !== undefined) throw this.#refused(`${url.protocol}//${url.host}`, fault);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    return url;
  }

  #fault(url: URL, written: string | undefined): string | undefined {
    if (url.username !== '' || url.password !== '') return 'holds a user';
    if (!this.#hosts.has(url.host)) return 'is not an allowed host';
    if (url.protocol !== this.#base.protocol) return `is not asked by ${this.#base.protocol}//`;
    if (written !== undefined && !this.#isPlain(url, written)) return 'is an odd spelling of an allowed host';
    const name = url.hostname.replace(/^\[(.*)\]$/, '$1');
    return isLiteral(name) ? addressFault(name, name) : undefined;
  }

  #isPlain(url: URL, written: string): boolean {
    const port = url.protocol === 'https:' ? ':443' : ':80';
    return this.#spellings.has(written) || written === `${url.host}${port}`;
  }

  /** Whoever made the path has encoded its parts: what is left would ask for something else. */
  #checkPath(target: string, below: boolean): void {
    const [path = ''] = target.split(/[?#]/, 1);
    const climbs = path.split('/').some(climbsIn);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: an address that holds them reads otherwise than it looks
    const odd = /[\u0000-\u0020\u007f\\]/.test(target) || (below && target.includes('#'));
    if (!climbs && !odd) return;
    throw new SluiceError('invalid_input', {
      cause: `${this.#system}: ${JSON.stringify(oneLine(target, 80))} cannot stand in an address.`,
      remedy: 'Give the plain id or name.',
      rule: 'egress',
    });
  }

  #refused(what: string, fault: string): SluiceError {
    return new SluiceError('forbidden', {
      cause: `${this.#system}: ${what} ${fault}.`,
      remedy: `Requests of this module go to ${[...this.#hosts].join(', ')}; add a host to its allowed_hosts if it belongs there.`,
      rule: 'egress',
    });
  }
}

/** Also where the segment holds a path of its own: proxies are known to unpack those. */
function climbsIn(segment: string): boolean {
  let plain = segment;
  try {
    plain = decodeURIComponent(segment);
  } catch {
    // Half of an escape is a text like any other.
  }
  return plain.split(/[/\\]/).some((part) => part === '.' || part === '..');
}

function authorityOf(text: string): string | undefined {
  return /^[a-z]+:\/\/([^/?#\\]*)/i.exec(text)?.[1];
}

function hostOf(system: string, protocol: string, host: string): string {
  const text = `${protocol}//${host}`;
  if (URL.canParse(text)) {
    const url = new URL(text);
    if (url.username === '' && url.pathname === '/' && url.search === '' && url.hash === '') return url.host;
  }
  throw new SluiceError('invalid_input', {
    cause: `${system}: ${JSON.stringify(oneLine(host, 80))} in allowed_hosts is no host.`,
    remedy: 'Give a host or host:port, e.g. files.example.com.',
  });
}
