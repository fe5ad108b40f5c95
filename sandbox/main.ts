import { parseArgs } from 'node:util';
import { startSandbox } from './server.ts';

export interface SandboxArgs {
  port?: number | undefined;
  scenario?: string | undefined;
  dir?: string | undefined;
}

const DEFAULT_SCENARIO = 'z-stream-4.20.27';

/** Serves until it is told to stop; the one line on stdout is what callers wait for. */
export async function runSandbox(args: SandboxArgs | readonly string[]): Promise<void> {
  const { port, scenario, dir } = isLine(args) ? fromLine(args) : args;
  const sandbox = await startSandbox({
    scenario: scenario ?? DEFAULT_SCENARIO,
    ...(port === undefined ? {} : { port }),
    ...(dir === undefined ? {} : { dir }),
  });
  const { url, config, control } = sandbox;
  process.stdout.write(`${JSON.stringify({ url, config, control })}\n`);
  await new Promise<void>((stop) => {
    process.once('SIGINT', () => stop());
    process.once('SIGTERM', () => stop());
  });
  await sandbox.close();
}

function isLine(args: SandboxArgs | readonly string[]): args is readonly string[] {
  return Array.isArray(args);
}

function fromLine(line: readonly string[]): SandboxArgs {
  const { values } = parseArgs({
    args: [...line],
    options: { port: { type: 'string' }, scenario: { type: 'string' }, dir: { type: 'string' } },
  });
  const port = values.port === undefined ? undefined : Number(values.port);
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port < 65_536)) {
    throw new Error(`--port ${values.port} is no port`);
  }
  return { port, scenario: values.scenario, dir: values.dir };
}

if (import.meta.main) await runSandbox(process.argv.slice(2));
