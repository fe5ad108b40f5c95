import type { Command } from 'commander';
import { SluiceError } from '../kit/errors.ts';
import { type CommonOptions, command, type Outcome } from './context.ts';

interface ServeOptions extends CommonOptions {
  persona?: string[];
  surface: string;
  http?: string;
  readOnly?: true;
}

export function addServerCommands(program: Command, outcome: Outcome): void {
  command(program, 'serve', 'serve agents over MCP: stdio, or HTTP on loopback')
    .option('--persona <name...>', 'what the agent is given (repeatable; else every persona)')
    .option('--surface <core|full>', 'list the few tools that are used most, or all of them', 'core')
    .option('--http <host:port>', 'Streamable HTTP instead of stdio')
    .option('--read-only', 'no tool that changes anything')
    .action(async (options: ServeOptions) => {
      await serve(options);
    });

  command(
    program,
    'sandbox',
    'a small outside world on loopback, with a clock of its own; prints {url, config, control}',
  )
    .option('--port <n>', 'else any free port')
    .option('--scenario <file>', 'a scenario file, or the name of one that comes with Sluice')
    .option('--dir <folder>', 'where its settings and keys go (else a new temporary folder)')
    .action(async (options: CommonOptions & { port?: string; scenario?: string; dir?: string }) => {
      const { runSandbox } = await import('../../sandbox/main.ts');
      const { scenario, dir } = options;
      await runSandbox({
        ...(options.port === undefined ? {} : { port: portOf(options.port) }),
        ...(scenario === undefined ? {} : { scenario }),
        ...(dir === undefined ? {} : { dir }),
      });
    });

  command(program, 'demo', 'drive a z-stream release in the sandbox, from the beginning to final approval')
    .option('--scenario <name>', 'which one', 'z-stream-4.20.27')
    .option('--release <version>', 'the release of that scenario', '4.20.27')
    .action(async (options: CommonOptions & { scenario: string; release: string }) => {
      const { runDemo } = await import('./demo.ts');
      outcome.exitCode = await runDemo({
        scenario: options.scenario,
        release: options.release,
        json: options.json === true,
      });
    });
}

async function serve(options: ServeOptions): Promise<void> {
  if (options.surface !== 'core' && options.surface !== 'full') {
    throw new SluiceError('invalid_input', {
      cause: `--surface ${options.surface} is unknown.`,
      remedy: 'Give core or full.',
    });
  }
  const [{ createApp }, { modules }] = await Promise.all([
    import('../app.ts'),
    import('../../tools/modules.ts'),
  ]);
  const app = createApp({ config: options.config, face: 'mcp', modules });
  const face = {
    personas: options.persona ?? [],
    surface: options.surface,
    readOnly: options.readOnly === true,
  } as const;
  if (options.http === undefined) {
    const { serveStdioFace } = await import('../mcp/stdio.ts');
    await serveStdioFace(app, face);
    // A drive in flight must not keep a server alive whose client has gone; the journal knows how to go on.
    process.exit(0);
  }
  const [, host = '', port = ''] = /^(.*):(\d+)$/.exec(options.http) ?? [];
  if (port === '') {
    throw new SluiceError('invalid_input', {
      cause: `--http ${options.http} is not HOST:PORT.`,
      remedy: 'Give for example --http 127.0.0.1:8080.',
    });
  }
  const { serveHttp } = await import('../mcp/http.ts');
  const server = await serveHttp(app, { ...face, host, port: portOf(port) });
  process.stderr.write(`Sluice serves at ${server.url}\n`);
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  await server.close();
  await app.close();
}

function portOf(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new SluiceError('invalid_input', {
    cause: `${text} is not a port.`,
    remedy: 'Give a number from 0 to 65535.',
  });
}
