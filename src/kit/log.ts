import { type Logger, pino } from 'pino';
import { Redactor } from './redact.ts';

export type { Logger };

/** Logs go to stderr alone: stdout belongs to the faces. `SLUICE_LOG` sets the level; secrets are taken out. */
export function createLogger(level = process.env.SLUICE_LOG ?? 'warn', redactor = new Redactor()): Logger {
  const hooks = { streamWrite: (line: string) => redactor.text(line) };
  return pino({ level, base: null, hooks }, pino.destination({ dest: 2, sync: true }));
}
