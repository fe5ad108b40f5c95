import { oneLine } from '../kit/text.ts';

const MOST_SHOWN = 20;

/** What a person is asked to confirm, and what the answer is bound to. */
export interface Matter {
  /** Null for a call outside any release. */
  release: string | null;
  step: string | null;
  /** Hash of the plan, or digest of the call. */
  plan: string;
  message: string;
}

/** `nothing`: closed, unanswered, or answered without the one field that counts. It is not consent. */
export type Said = 'yes' | 'no' | 'nothing';

type Answered = Omit<Matter, 'message'> & { said: Said };

/** The way to the person in front of a client. */
export interface Asker {
  /** False: this client has no way to ask anybody. */
  readonly possible: boolean;
  /** What was said to a question that this very call had to ask first. */
  readonly earlier: Answered | undefined;
  /** Throws `AskFirst` where the question goes out with the answer to the call, and the call comes again. */
  ask(matter: Matter): Promise<Said>;
}

/** The call has to be answered with a question. Not an error: whoever wires the calls sends it. */
export class AskFirst extends Error {
  readonly matter: Matter;

  constructor(matter: Matter) {
    super('a person has to be asked first');
    this.matter = matter;
  }
}

/** A form with one box. Left as it is, it says nothing. */
export const FORM = {
  type: 'object' as const,
  properties: {
    confirm: {
      type: 'boolean' as const,
      title: 'Yes, this is what I meant',
      description: 'A no is final for exactly this.',
    },
  },
  required: ['confirm'],
};

/** Reads what a client says its person did with the form. Anything but the plain yes and no is nothing. */
export function readAnswer(answer: unknown): Said {
  const { action, content } = fieldsOf(answer);
  if (action === 'decline') return 'no';
  const { confirm } = fieldsOf(content);
  if (action !== 'accept' || typeof confirm !== 'boolean') return 'nothing';
  return confirm ? 'yes' : 'no';
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? { ...value } : {};
}

/** The question with what it is about; words from outside stand in their own lines, cut and cleaned. */
export function messageOf(asked: {
  question: string;
  shows: Readonly<Record<string, unknown>>;
  sandbox: boolean;
  /** Where it comes from and what it is bound to. */
  foot: string;
}): string {
  const shown = Object.entries(asked.shows);
  const lines = shown
    .slice(0, MOST_SHOWN)
    .map(([name, value]) => `- ${oneLine(name, 60)}: ${oneLine(textOf(value), 200)}`);
  return [
    `${asked.sandbox ? 'SANDBOX. ' : ''}${oneLine(asked.question, 600)}`,
    ...lines,
    ...(shown.length > MOST_SHOWN ? [`- and ${shown.length - MOST_SHOWN} more`] : []),
    asked.foot,
  ].join('\n');
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}
