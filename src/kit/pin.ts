import { addressFault, isLiteral, judgedAddresses } from './address.ts';
import { SluiceError } from './errors.ts';

/**
 * For programs that connect by libcurl, as git does: the address of a URL's host, looked up and judged
 * here, in the words of CURLOPT_RESOLVE, so that the program connects to this very one. Undefined where
 * there is nothing to look up, or a proxy does it.
 */
export async function pinned(address: string, env = process.env): Promise<string | undefined> {
  if (!/^https?:\/\//i.test(address) || !URL.canParse(address)) return undefined;
  const { hostname, protocol, port } = new URL(address);
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  if (isLiteral(host)) {
    const fault = addressFault(host, host);
    if (fault === undefined) return undefined;
    throw new SluiceError('forbidden', {
      cause: `${host} ${fault}: nothing was sent.`,
      remedy: 'Correct the address in the settings.',
      rule: 'egress',
    });
  }
  if (protocol === 'https:' && (env.https_proxy || env.HTTPS_PROXY)) return undefined;
  const addresses = await judgedAddresses(host).catch((error: unknown) => {
    if (error instanceof SluiceError) throw error;
    throw new SluiceError('upstream', {
      cause: `${host} cannot be found (${error instanceof Error ? error.message : String(error)}).`,
      remedy: 'Check the network, VPN and the address in the settings; `sluice doctor` tells more.',
    });
  });
  const wrapped = addresses.map((one) => (one.includes(':') ? `[${one}]` : one));
  return `${host}:${port || (protocol === 'https:' ? '443' : '80')}:${wrapped.join(',')}`;
}
