import { userInfo } from 'node:os';

/** Who asks. An agent is an instrument of a person, never a principal by itself. */
export interface Principal {
  /** The person, as the settings or the system name them (usually an e-mail address). */
  id: string;
  face: 'cli' | 'mcp';
  /** The client that acts for the person, e.g. `claude-code/2.1`. */
  agent?: string;
}

export function localPrincipal(
  identity: string | undefined,
  face: Principal['face'],
  agent?: string,
): Principal {
  return {
    id: identity ?? userInfo().username,
    face,
    ...(agent === undefined ? {} : { agent }),
  };
}
