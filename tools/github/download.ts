import { SluiceError } from '../../src/kit/errors.ts';
import type { Http } from '../../src/kit/http.ts';

export interface DownloadOptions {
  baseUrl: string;
  /** Hosts besides the API's own; `*.` in front takes every host below. */
  hosts: readonly string[];
  /** A way out to one host, without credentials. */
  open(origin: string): Http;
}

/** Follows an address of an answer: to hosts that the settings name, and never with our credentials. */
export function downloader({ baseUrl, hosts, open }: DownloadOptions) {
  const base = new URL(baseUrl);
  return async (address: string): Promise<string> => {
    if (!URL.canParse(address)) throw elsewhere('an address that is none', hosts);
    const url = new URL(address);
    const allowed = url.host === base.host || hosts.some((pattern) => fits(pattern, url.host));
    if (!allowed || url.protocol !== base.protocol || url.username !== '') {
      throw elsewhere(`${url.protocol}//${url.host}`, hosts);
    }
    const answer = await open(url.origin).get(`${url.pathname}${url.search}`, {
      headers: { accept: 'text/plain, */*' },
    });
    return answer.text;
  };
}

function fits(pattern: string, host: string): boolean {
  const wanted = pattern.toLowerCase();
  return wanted.startsWith('*.') ? host.endsWith(wanted.slice(1)) : host === wanted;
}

function elsewhere(where: string, hosts: readonly string[]): SluiceError {
  return new SluiceError('forbidden', {
    cause: `github: the content lies at ${where}, which is not an allowed host (${hosts.join(', ') || 'none is named'}).`,
    remedy: 'If that is where this GitHub keeps it, add the host to modules.github.download_hosts.',
    rule: 'egress',
  });
}
