import { runCli } from '../../src/cli/program.ts';

interface Command {
  args: string[];
  env: Record<string, string>;
}

process.on('message', ({ args, env }: Command) => {
  for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name];
  Object.assign(process.env, env);
  const said = { out: '', err: '' };
  const streams = { out: process.stdout, err: process.stderr };
  const real = { out: process.stdout.write, err: process.stderr.write };
  for (const name of ['out', 'err'] as const) {
    streams[name].write = (chunk: string | Uint8Array) => {
      said[name] += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
      return true;
    };
  }
  void runCli(args).then((code) => {
    for (const name of ['out', 'err'] as const) streams[name].write = real[name];
    // What a command leaves behind in a process that would have ended.
    process.stdout.removeAllListeners('error');
    for (const signal of ['SIGINT', 'SIGTERM']) process.removeAllListeners(signal);
    process.send?.({ code, signal: null, ...said });
  });
});
