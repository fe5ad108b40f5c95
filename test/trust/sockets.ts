import net from 'node:net';
import { vi } from 'vitest';

/** Every address that this process tries to connect to, whoever asks for it. */
export function recordSockets() {
  const attempts: { address: string; port: number }[] = [];
  const connect = net.Socket.prototype.connect;
  const spy = vi.spyOn(net.Socket.prototype, 'connect').mockImplementation(function (
    this: net.Socket,
    ...given: unknown[]
  ) {
    // Once a name is known by its address, and right before it is used.
    this.on('connectionAttempt', (address, port) => attempts.push({ address, port }));
    return Reflect.apply(connect, this, given);
  });
  return {
    attempts,
    addresses: () => [...new Set(attempts.map(({ address, port }) => `${address}:${port}`))].sort(),
    [Symbol.dispose]: () => spy.mockRestore(),
  };
}
