import dns from 'node:dns';
import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { SluiceError } from './errors.ts';

/** Hand out the credentials of a machine, and are not link-local. */
const METADATA = ['100.100.100.200', '168.63.129.16', '192.0.0.192', 'fd00:ec2::254'];

/** Nothing that a release asks is ever there. */
const NEVER: Readonly<Record<string, string>> = {
  unspecified: 'unspecified',
  linkLocal: 'link-local',
  multicast: 'multicast',
  broadcast: 'broadcast',
};

type Address = ReturnType<typeof ipaddr.parse>;

/**
 * Why no connection may go to this address; undefined when it may. Private ranges are allowed: hosts are
 * named by the owner in the settings, and most of them live there. Loopback is allowed to a host that
 * says so by its own name (localhost, 127.x, ::1), and to such a host nothing else is.
 */
export function addressFault(address: string, host: string): string | undefined {
  if (!ipaddr.isValid(address)) return 'is no address';
  const parsed = ipaddr.parse(address);
  for (const one of [parsed, ...insideOf(parsed)]) {
    const range = one.range();
    if (METADATA.includes(one.toString())) return 'is a metadata service';
    const never = Object.hasOwn(NEVER, range) ? NEVER[range] : undefined;
    if (never !== undefined) return `is ${never}`;
    if (range === 'loopback' && !isLoopbackName(host)) return 'is loopback, and the host is not';
  }
  return isLoopbackName(host) &&
    insideOf(parsed)
      .concat(parsed)
      .every((one) => one.range() !== 'loopback')
    ? 'is not loopback, and the host is'
    : undefined;
}

/** The IPv4 addresses that an IPv6 one leads to, by any of the ways to wrap one in it. */
function insideOf(address: Address): Address[] {
  if (!('parts' in address)) return [];
  const bytes = address.toByteArray();
  const last = bytes.slice(12);
  if (address.isIPv4MappedAddress()) return [address.toIPv4Address()];
  const range = address.range();
  if (range === '6to4') return [ipaddr.fromByteArray(bytes.slice(2, 6))];
  if (range === 'rfc6052' || range === 'rfc6145') return [ipaddr.fromByteArray(last)];
  // The far end of a Teredo tunnel stands there with every bit turned.
  if (range === 'teredo')
    return [bytes.slice(4, 8), last.map((byte) => byte ^ 0xff)].map((part) => ipaddr.fromByteArray(part));
  const compatible = bytes.slice(0, 12).every((byte) => byte === 0);
  return compatible && range !== 'loopback' && range !== 'unspecified' ? [ipaddr.fromByteArray(last)] : [];
}

/** Whether a host stands there by its address, which nobody looks up. */
export function isLiteral(host: string): boolean {
  return /^\d+(?:\.\d+){3}$/.test(host) || host.includes(':');
}

function isLoopbackName(host: string): boolean {
  const name = host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  if (name === 'localhost' || name.endsWith('.localhost')) return true;
  return ipaddr.isValid(name) && ipaddr.process(name).range() === 'loopback';
}

/**
 * Looks a name up once, judges every address, and hands over these very ones to connect to: a name
 * that leads elsewhere a moment later leads us nowhere.
 */
export const guardedLookup: LookupFunction = (host, options, callback) => {
  dns.lookup(host, { ...options, all: true }, (error, found) => {
    const [first] = found ?? [];
    if (error !== null) callback(error, '');
    else if (first === undefined) callback(new Error(`${host} has no address`), '');
    else {
      const refused = found.map(({ address }) => refusal(host, address)).find((one) => one !== undefined);
      if (refused !== undefined) callback(refused, '');
      else if (options.all === true) callback(null, found);
      else callback(null, first.address, first.family);
    }
  });
};

/** The same for a program that connects by itself: the addresses that it may use. */
export async function judgedAddresses(host: string): Promise<string[]> {
  const found = await new Promise<readonly dns.LookupAddress[]>((done, failed) => {
    dns.lookup(host, { all: true }, (error, addresses) => (error === null ? done(addresses) : failed(error)));
  });
  for (const { address } of found) {
    const refused = refusal(host, address);
    if (refused !== undefined) throw refused;
  }
  return found.map(({ address }) => address);
}

function refusal(host: string, address: string): SluiceError | undefined {
  const fault = addressFault(address, host);
  if (fault === undefined) return undefined;
  return new SluiceError('forbidden', {
    cause: `${host} leads to ${address}, which ${fault}: nothing was sent.`,
    remedy: 'Correct the name in the settings, or have its DNS entry corrected.',
    rule: 'egress',
  });
}
