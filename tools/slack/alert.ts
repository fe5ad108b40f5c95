/** An alert that a message reports; of one that is over, none fires any more. */
export interface Alert {
  name: string;
  firing: number;
}

const NAME = String.raw`([A-Za-z_][\w:.-]{0,199})`;
const STATE = String.raw`\[(?:FIRING:(\d{1,6})|RESOLVED)\]`;
/** As teams word it, and as Alertmanager does. */
const NAME_FIRST = new RegExp(String.raw`\bAlert:[*_]*\s*${NAME}\s*${STATE}`);
const STATE_FIRST = new RegExp(String.raw`${STATE}[*_]*\s*${NAME}`);

/** The first alert in a text such as `Alert: HighCPUUsage [FIRING:3]` or `[FIRING:3] HighCPUUsage`. */
export function alertIn(text: string): Alert | undefined {
  const named = NAME_FIRST.exec(text);
  if (named !== null) return alertOf(named[1], named[2]);
  const stated = STATE_FIRST.exec(text);
  return stated === null ? undefined : alertOf(stated[2], stated[1]);
}

function alertOf(name = '', firing = '0'): Alert {
  return { name, firing: Number(firing) };
}
