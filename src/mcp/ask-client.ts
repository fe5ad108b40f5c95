import {
  CLIENT_CAPABILITIES_META_KEY,
  type InputRequiredResult,
  inputRequired,
  type McpServer,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { Logger } from '../kit/log.ts';
import { type Asker, AskFirst, FORM, type Matter, readAnswer, type Said } from './asking.ts';
import type { RequestState } from './request-state.ts';

/** A person reads before they answer. */
const PATIENCE_MS = 600_000;
/** Clients give up on calls that are silent. */
const BEAT_MS = 15_000;
const ANSWER = 'confirm';

const Capabilities = z.object({
  elicitation: z.object({ form: z.unknown(), url: z.unknown() }).partial().optional(),
});

/** Clients from before the modes are asked by a form; one that names only the other mode cannot be. */
function takesForms(capabilities: unknown): boolean {
  const parsed = Capabilities.safeParse(capabilities ?? {});
  const elicitation = parsed.success ? parsed.data.elicitation : undefined;
  return elicitation !== undefined && (elicitation.form !== undefined || elicitation.url === undefined);
}

/** For clients of 2026: the question is the answer to their call, which they repeat with what was said. */
export function askerByReturn({ mcpReq }: ServerContext, state: RequestState | undefined): Asker {
  const envelope: Readonly<Record<string, unknown>> = mcpReq.envelope ?? {};
  const earlier =
    state === undefined
      ? undefined
      : {
          release: state.release,
          step: state.step,
          plan: state.plan,
          said: readAnswer(mcpReq.inputResponses?.[ANSWER]),
        };
  return {
    possible: takesForms(envelope[CLIENT_CAPABILITIES_META_KEY]),
    earlier,
    ask: async (matter) => {
      const { release, step, plan } = matter;
      const same = earlier?.plan === plan && earlier.release === release && earlier.step === step;
      if (earlier !== undefined && same) return earlier.said;
      throw new AskFirst(matter);
    },
  };
}

export function questionResult(matter: Matter, requestState: string): InputRequiredResult {
  const question = inputRequired.elicit({ message: matter.message, requestedSchema: FORM });
  return inputRequired({ inputRequests: { [ANSWER]: question }, requestState });
}

/** For clients from before: they are asked while their call waits. */
export function askerByRequest(
  server: McpServer,
  { mcpReq }: ServerContext,
  progress: (message: string) => void,
  log: Logger,
): Asker {
  return {
    possible: takesForms(server.server.getClientCapabilities()),
    earlier: undefined,
    ask: async ({ message, release, step }): Promise<Said> => {
      const beat = setInterval(() => progress('waits for the answer of a person'), BEAT_MS);
      try {
        // Read by ourselves: a form that came back half filled in is no error, and no consent.
        return readAnswer(
          await mcpReq.send(
            { method: 'elicitation/create', params: { message, requestedSchema: FORM } },
            z.unknown(),
            { timeout: PATIENCE_MS, signal: mcpReq.signal },
          ),
        );
      } catch (err) {
        mcpReq.signal.throwIfAborted();
        log.warn({ err, release, step }, 'a question was not answered');
        return 'nothing';
      } finally {
        clearInterval(beat);
      }
    },
  };
}
